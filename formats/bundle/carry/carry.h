/* carry.h: the room's face: bundles from a repository to a stick, and from a stick to a repository, between
 * machines that never meet on a network.
 *
 *   out    fills a stick with what a receiver lacks, reads it back, and mends what the stick did not keep
 *   in     takes from a stick what a repository lacks: objects first, then signed documents, then index.json
 *   want   writes a receiver's list, by which the next stick is filled
 *
 * A stick is slow, has no room for thousands of small files, keeps them below 4 GiB, loses what it was just
 * writing when it is pulled out, and sometimes what it had for weeks. So objects lie in parts (part.h), whose
 * bytes are digested when they are written, when they are read back and when they are taken. One thread; the
 * largest object or manifest in memory, and the tables of stick.h and freight.h. */
#ifndef MZG_CARRY_CARRY_H
#define MZG_CARRY_CARRY_H

#include "../bundle.h"

#define MZG_CARRY_PART_SIZE (((uint64_t)4 << 30) - 512) /* FAT32's files are smaller than 4 GiB */
#define MZG_CARRY_PART_LEAST ((uint64_t)64 << 10)

struct mzg_carry_sum {
    uint64_t objects; /* and documents */
    uint64_t bytes;
};

/* What became of one bundle. */
struct mzg_carry_bundle {
    const char *name;
    const char *version;
    struct mzg_carry_sum all;  /* its distinct objects */
    struct mzg_carry_sum left; /* out: for another stick; in: not in the repository yet */
};

/* Told when it is done with a bundle. */
struct mzg_carry_visitor {
    void (*fn)(void *ctx, const struct mzg_carry_bundle *b);
    void *ctx;
};

struct mzg_carry_result {
    uint64_t bundles;              /* that there was something to carry of */
    uint64_t whole;                /* of those, with nothing left */
    struct mzg_carry_sum moved;    /* out: written to the stick; in: taken into the repository */
    struct mzg_carry_sum there;    /* were there before, and right */
    struct mzg_carry_sum mended;   /* out: written again in their place */
    struct mzg_carry_sum left;
    uint64_t faults;               /* that were told */
};

/* ---- out ---- */

struct mzg_carry_out {
    const char *const *names;  /* "NAME" or "NAME@VERSION"; none: what the list wants, or all */
    size_t n_names;
    const char *want;          /* the receiver's list, or NULL: the one on the stick, if there is one */
    const char *missing_from;  /* a list of which only what the receiver has counts, or NULL */
    const char *next;          /* where to write the list for another stick, or NULL */
    uint64_t part_size;        /* largest part; one with a single member may be larger */
    const struct mzg_policy *policy; /* NULL: signatures are the receiver's business */
    bool dry_run;
    struct mzg_carry_visitor each;
};

/* MZG_LIMIT: the stick is full; it holds what *r says, whole bundles first. MZG_REFUSED and others: something
 * in the repository is damaged, or the stick does not keep what is written to it (MZG_IO); the rest has been
 * carried. Each fault goes to run->notify. The same call goes on where another stopped. */
enum mzg_code mzg_carry_out(const char *repo, const char *stick, const struct mzg_carry_out *opt,
                            const struct mzg_run *run, struct mzg_carry_result *r, struct mzg_err *e) MZG_MUST;

/* ---- in ---- */

#define MZG_CARRY_ASIDE ".mzg-carry" /* in a repository: documents of bundles that are not whole yet */

struct mzg_carry_in {
    const struct mzg_policy *policy;
    const char *list; /* where to write the list of what is missing, beside the one on the stick; or NULL */
    bool dry_run;
    struct mzg_carry_visitor each;
};

/* A bundle that no trusted key signed gets no name in the repository, and its objects are not taken. MZG_OK
 * also when something is still missing (r->left). Faults as in mzg_carry_out: the rest has been taken. */
enum mzg_code mzg_carry_in(const char *stick, const char *repo, const struct mzg_carry_in *opt,
                           const struct mzg_run *run, struct mzg_carry_result *r, struct mzg_err *e) MZG_MUST;

/* ---- want ---- */

struct mzg_carry_want {
    const char *const *names; /* wanted; none: whatever there is */
    size_t n_names;
    const char *out;          /* the list's file */
    bool deep;                /* digest every object, too */
};

/* r->there: objects that the list names; r->left: what bundles that have begun to arrive lack. */
enum mzg_code mzg_carry_want(const char *repo, const struct mzg_carry_want *opt, const struct mzg_run *run,
                             struct mzg_carry_result *r, struct mzg_err *e) MZG_MUST;

#endif
