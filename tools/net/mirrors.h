/* mirrors.h: where the same repository may be had, and how far each place is to be believed.
 *
 * A mirror is believed in nothing; it is only preferred or left alone. One that answers wrongly, or with
 * other bytes than it should, is dropped, and named, as long as another is left; the last one is asked
 * again and again, ever less often. Of the others the one that has been quickest is asked first, in the
 * order given while nothing is known. Those of the local network go before all others: nobody pays for what
 * they send. What there is to fetch they are not asked while others were named: they may be behind. Time is
 * the caller's: seconds of a clock that does not jump. */
#ifndef MZG_NET_MIRRORS_H
#define MZG_NET_MIRRORS_H

#include "base/error.h"
#include "http.h"

#define MZG_MIRRORS 16
#define MZG_MIRROR_TIRED 3 /* failures in a row from which on one of the local network is not waited for */

struct mzg_mirror {
    char *base;          /* URL without a '/' at the end */
    bool local;          /* of the local network */
    bool dropped;
    unsigned strikes;    /* answers that were wrong */
    unsigned failures;   /* in a row, of any kind */
    double not_before;   /* is left alone until then */
    unsigned busy;       /* requests under way */
    double rate;         /* bytes a second of a request, lately; 0: not known */
    uint8_t *lacks;      /* a bit per object: it said it has it not; NULL: none */
};

struct mzg_mirrors {
    struct mzg_mirror m[MZG_MIRRORS];
    size_t n;
    size_t n_named;      /* the first so many were named by whoever runs the program; the others were found */
    size_t n_objects;
    uint64_t seed;       /* of the jitter */
};

/* One that was named. MZG_USAGE for what is no http or https URL, and for more than MZG_MIRRORS. */
enum mzg_code mzg_mirrors_add(struct mzg_mirrors *s, const char *url, struct mzg_err *e) MZG_MUST;
/* One that was found on the local network, behind those that were named: the one that is there already, when
 * it is, or one more, where there is room. */
enum mzg_code mzg_mirrors_add_local(struct mzg_mirrors *s, const char *url, struct mzg_err *e) MZG_MUST;
/* How many of them, from the first on, are asked for documents: those that were named, or else all. */
size_t mzg_mirrors_sources(const struct mzg_mirrors *s);
/* True when all that are left are of the local network, where no byte costs anything. */
bool mzg_mirrors_are_local(const struct mzg_mirrors *s);
/* From now on objects 0 to n - 1 can be lacking. */
enum mzg_code mzg_mirrors_objects(struct mzg_mirrors *s, size_t n, struct mzg_err *e) MZG_MUST;
void mzg_mirrors_clear(struct mzg_mirrors *s);

/* The mirror to ask for object i (SIZE_MAX: for anything) now, or NULL: none is to be asked yet, perhaps
 * because one of the local network is worth waiting for. most: requests at a time to one of them. */
struct mzg_mirror *mzg_mirrors_choose(struct mzg_mirrors *s, size_t i, double now, unsigned most);
/* True when every mirror that is left lacks object i. */
bool mzg_mirrors_lack(const struct mzg_mirrors *s, size_t i);
/* They are believed to have it again: one may be in the middle of an update. */
void mzg_mirrors_forgive(struct mzg_mirrors *s, size_t i);
/* When the next one may be asked; now or earlier: at once. */
double mzg_mirrors_next(const struct mzg_mirrors *s, double now);
/* The best rate of the others, for telling that m is far too slow; 0: not known. */
double mzg_mirrors_best_other(const struct mzg_mirrors *s, const struct mzg_mirror *m);

/* How a request for object i (SIZE_MAX: something else) ended. *dropped: m has just been dropped. */
void mzg_mirrors_note(struct mzg_mirrors *s, struct mzg_mirror *m, size_t i,
                      const struct mzg_http_answer *answer, double now, bool *dropped);
/* The bytes were not the object that they were asked for as. */
void mzg_mirrors_lied(struct mzg_mirrors *s, struct mzg_mirror *m, double now, bool *dropped);
/* The same of bytes that came from several: one that was found, and is m, is the likelier to have sent them. */
void mzg_mirrors_doubt(struct mzg_mirrors *s, struct mzg_mirror *m, double now, bool *dropped);

#endif
