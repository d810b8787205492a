/* piecework.h: the pieces of the files that were asked for, found out by one thread in the background.
 *
 * They need one reading of the whole file, which is done when they are first asked for, slowly (modest.h), and
 * kept by the file's digest for as long as there is room. They are kept in memory only: a repository may be
 * a mirror that others write to, or a disk that nobody may, and to read a file again after a start
 * costs nothing but the server's patience. Any thread. */
#ifndef MZG_LINKS_PIECEWORK_H
#define MZG_LINKS_PIECEWORK_H

#include "../health.h"
#include "../shelf.h"
#include "pieces.h"

#define MZG_PIECEWORK_FILES 128  /* of which something is kept: at most 14 MB of digests */
#define MZG_PIECEWORK_WAITING 64 /* that are to be read */

struct mzg_piecework;

struct mzg_piecework_options {
    const struct mzg_dir *repo;
    struct mzg_shelves *shelves;
    struct mzg_health *health; /* hears of files that are not what they should be */
};

/* Everything in opt stays the caller's and outlives w. The thread begins when there is something to do. */
enum mzg_code mzg_piecework_new(struct mzg_piecework **w, const struct mzg_piecework_options *opt,
                                struct mzg_err *e) MZG_MUST;
void mzg_piecework_free(struct mzg_piecework *w); /* ends the thread at once; NULL is fine */

enum mzg_piecework_state {
    MZG_PIECEWORK_DONE,
    MZG_PIECEWORK_COMING,  /* to be asked for again; perhaps too much is waiting already */
    MZG_PIECEWORK_DAMAGED, /* the file has other bytes here, or some are missing; looked at again after a while */
};

/* The pieces of b's file m, which the caller holds; NULL when they are not there (yet). */
enum mzg_piecework_state mzg_piecework_ask(struct mzg_piecework *w, const struct mzg_shelf_bundle *b,
                                           const struct mzg_member *m, struct mzg_pieces **p);

#endif
