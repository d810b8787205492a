/* incoming.h: a bundle on its way from a repository on the network into a folder: which one, whether to
 * trust it, what of it is here already, what the rest will cost. */
#ifndef MZG_NET_INCOMING_H
#define MZG_NET_INCOMING_H

#include "bundle/arrival/arrival.h"
#include "line.h"
#include "mzigo_trust.h"

struct mzg_incoming {
    struct mzg_line *line;
    struct mzg_select select;
    struct mzg_bundle *bundle;
    struct mzg_verified *verified;
    struct mzg_arrival *arrival;
    uint64_t reused;   /* stored bytes that other places on this machine had */
};

/* What is wanted of whom. */
struct mzg_incoming_wish {
    const struct mzg_select *select;
    const struct mzg_trusted *trusted;
    const char *const *files; /* globs (bundle/choose.h) */
    size_t n_files;           /* 0: all files */
};

/* Fetches the documents of the bundle that is meant, verifies them, and opens dir for it. Where no mirror
 * was named, it is the newest that any of those nearby has. *in is the caller's to close, also after a failure. */
enum mzg_code mzg_incoming_open(struct mzg_incoming *in, struct mzg_line *line,
                                const struct mzg_incoming_wish *wish, const char *dir,
                                struct mzg_err *e) MZG_MUST;
void mzg_incoming_close(struct mzg_incoming *in);

/* Takes what it can from path: a repository folder, or a file that may be another version of one of the
 * bundle's. */
enum mzg_code mzg_incoming_reuse(struct mzg_incoming *in, const char *path, struct mzg_err *e) MZG_MUST;
/* The same from the files in dir that the bundle's are going to replace. */
enum mzg_code mzg_incoming_reuse_old(struct mzg_incoming *in, const char *dir, struct mzg_err *e) MZG_MUST;

/* "stories 1.2.0: 41 MiB to fetch of 60 MiB, 12 minutes at 57 KiB/s" */
enum mzg_code mzg_incoming_cost(const struct mzg_incoming *in, char *text, size_t room, struct mzg_err *e) MZG_MUST;

#endif
