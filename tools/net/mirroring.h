/* mirroring.h: a repository on this machine, kept like one on the network: which bundles, what of them is
 * missing, whether there is room, then one bundle after the other.
 *
 *   open     takes the repository for itself
 *   learn    the source's index; what is chosen of it; the documents of that: verified, and put aside
 *   fit      what has to go, by policy, and whether the rest has room: before the first object
 *   fetch    what is missing; each bundle appears when it is whole
 *   clear_up what was to go
 *
 * Nothing is kept that no trusted key signed. One thread. Memory: an entry per bundle, and one manifest. */
#ifndef MZG_NET_MIRRORING_H
#define MZG_NET_MIRRORING_H

#include "bundle/catalog.h"
#include "bundle/upkeep/gc.h"
#include "line.h"
#include "mzigo_trust.h"
#include "pull.h"

enum mzg_mirrored {
    MZG_MIRRORED_LEFT_OUT, /* not trusted, not there, not as it should be: why was told */
    MZG_MIRRORED_THERE,    /* it was whole already */
    MZG_MIRRORED_COMING,   /* something of it is missing */
    MZG_MIRRORED_NEW,      /* it is whole now */
};

struct mzg_mirror_item {
    struct mzg_select is;
    const struct mzg_catalog_entry *entry; /* NULL: the source has no index */
    bool asked;                            /* by name on the command line */
    enum mzg_mirrored state;
};

struct mzg_mirror_wish {
    const struct mzg_select *selects; /* none: all names */
    size_t n_selects;
    unsigned keep;   /* newest versions of each name; 0: not said: one is fetched, none is dropped */
    uint64_t quota;  /* bytes of the repository as a whole; 0: any */
    int64_t grace;   /* seconds, as gc's */
    const char *const *files; /* patterns: of each bundle only files like one of them, and what is here already */
    size_t n_files;           /* 0: all files */
    bool plain;      /* make plain files too */
    bool dry_run;    /* nothing goes */
    bool check;      /* read every object that is here */
    int64_t now;     /* seconds since 1970 */
};

struct mzg_mirroring {
    struct mzg_line *line;
    const struct mzg_run *run;
    const struct mzg_trusted *trusted;
    const struct mzg_mirror_wish *wish;
    struct mzg_dir repo;
    struct mzg_repo_lock lock; /* MZG_LOCK_MIRROR */
    char *parts, *coming;      /* folders */
    struct mzg_catalog catalog;
    struct mzg_mirror_item *items;
    size_t n;
    struct mzg_stock after;    /* what there will be, and of what there is what will go (drop) */
    uint64_t missing;          /* bytes that were to be fetched */
    uint64_t after_bytes;      /* of the repository, in the end; only with a quota */
    uint64_t replaced;         /* objects that were here with other bytes */
    struct mzg_pull_result got;
    struct mzg_swept swept;
    struct mzg_err first;      /* why the first bundle that was asked for was left out; MZG_OK: none was */
};

/* *m is the caller's to close, also after a failure. All that is given must outlive it. */
enum mzg_code mzg_mirroring_open(struct mzg_mirroring *m, struct mzg_line *line, const char *repo,
                                 const struct mzg_trusted *trusted, const struct mzg_mirror_wish *wish,
                                 struct mzg_err *e) MZG_MUST;
void mzg_mirroring_close(struct mzg_mirroring *m);

/* The bundles of a catalog that are wanted: newest first, by name. *items is malloc'd. */
enum mzg_code mzg_mirroring_choose(const struct mzg_catalog *c, bool absent, const struct mzg_mirror_wish *w,
                                   struct mzg_mirror_item **items, size_t *n, struct mzg_err *e) MZG_MUST;

/* Where no mirror was named, the source is the first of those nearby that has all that was asked for. */
enum mzg_code mzg_mirroring_learn(struct mzg_mirroring *m, struct mzg_err *e) MZG_MUST;
/* MZG_LIMIT when it cannot have a place within the quota, MZG_IO when the disk has none: both numbers. */
enum mzg_code mzg_mirroring_fit(struct mzg_mirroring *m, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_mirroring_fetch(struct mzg_mirroring *m, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_mirroring_clear_up(struct mzg_mirroring *m, struct mzg_err *e) MZG_MUST;

/* "3 bundles: 41 MiB to fetch, 12 minutes at 57 KiB/s" */
void mzg_mirroring_cost(const struct mzg_mirroring *m, char *text, size_t room);

/* Whether one of this name is wanted: what else a repository has is not the mirror's business. */
bool mzg_mirroring_has_name(const struct mzg_mirroring *m, const char *name);

#endif
