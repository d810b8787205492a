/* stock.h: the bundles that a repository has, and which of them to keep: facts first, then what is to go,
 * then its going.
 *
 *   read     the facts of each bundle, from its manifest
 *   retain   marks what a rule lets go; pure, so that gc and mirror decide alike
 *   drop     takes the marked ones away for readers; their objects stay for sweep.h
 *
 * The lock (lock.h) is the caller's. */
#ifndef MZG_BUNDLE_STOCK_H
#define MZG_BUNDLE_STOCK_H

#include "../../base/arena.h"
#include "../../base/progress.h"
#include "../repo.h"
#include "lock.h"

struct mzg_held {
    const char *name, *version;
    const char *created, *expires; /* dates; expires NULL: never */
    int64_t sequence;
    uint64_t stored_bytes;  /* of its distinct objects, others' among them */
    uint64_t content_bytes;
    bool pinned; /* nothing lets it go */
    bool drop;
};

struct mzg_stock {
    struct mzg_arena arena;
    struct mzg_held *held; /* by name; of a name the newest first */
    size_t n, room;
    size_t unreadable;     /* bundles whose manifest cannot be read: they are no part of held */
    struct mzg_err why;    /* of the first of these */
};

/* To be cleared also after a failure. */
enum mzg_code mzg_stock_read(struct mzg_stock *s, const struct mzg_dir *repo, struct mzg_err *e) MZG_MUST;
void mzg_stock_clear(struct mzg_stock *s); /* fine on a zeroed one */
/* Adds m, unless it is there; texts are copied. Sorted only by mzg_stock_sort. */
enum mzg_code mzg_stock_add(struct mzg_stock *s, const struct mzg_manifest *m, struct mzg_err *e) MZG_MUST;
void mzg_stock_sort(struct mzg_stock *s);
/* The one of this name and version, or NULL. */
struct mzg_held *mzg_stock_find(const struct mzg_stock *s, const char *name, const char *version);

/* ---- what is to go; all of a sorted stock ---- */

/* Of each name all but the newest `keep`, counting those that are not marked: by sequence number, of equals
 * the last in byte order, as readers choose. */
void mzg_retain_newest(struct mzg_stock *s, unsigned keep);
/* All that have expired by now (a date). */
void mzg_retain_unexpired(struct mzg_stock *s, const char *now);
/* The next to go where space is short: of those that are neither pinned nor the newest of their name, the
 * one created first. NULL: there is none. */
struct mzg_held *mzg_retain_oldest(const struct mzg_stock *s);

/* ---- going ---- */

/* Out of the index, then the plain files, then the documents; each manifest is kept aside, dated now
 * (seconds since 1970), for mzg_sweep to know whose objects may still be on their way to a reader. */
enum mzg_code mzg_stock_drop(const struct mzg_stock *s, const struct mzg_dir *repo, int64_t now,
                             const struct mzg_run *run, struct mzg_err *e) MZG_MUST;

/* Manifests aside, each in a folder laid out like a repository: of bundles that a mirror is fetching
 * (intake.h), and of those that were dropped. */
#define MZG_LOCAL_COMING MZG_LOCAL "/coming"
#define MZG_LOCAL_DROPPED MZG_LOCAL "/dropped"
#define MZG_LOCAL_PARTS MZG_LOCAL "/parts" /* objects on their way (arrival/partial.h) */
/* Opens one of these; *there false: there is none, which is fine. */
enum mzg_code mzg_aside_open(struct mzg_dir *d, const struct mzg_dir *repo, const char *aside, bool *there,
                             struct mzg_err *e) MZG_MUST;
/* Removes what is known of a bundle's folder in d, and folders that are empty then. */
void mzg_aside_remove(const struct mzg_dir *d, const char *name, const char *version);

#endif
