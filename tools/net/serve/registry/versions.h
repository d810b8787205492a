/* versions.h: which bundles a name means, and which of them a tag. */
#ifndef MZG_REGISTRY_VERSIONS_H
#define MZG_REGISTRY_VERSIONS_H

#include "tools/net/serve/exchange.h"

/* The bundles of one name, the newest first; a part of the shelf's. Some may not be offered (member.h). */
struct mzg_versions {
    const struct mzg_shelf_bundle *const *all;
    size_t n;
};

/* The bundles of this name; else of the only name that is spelt so by who knows no capitals and no '+'. False:
 * there is none, several are meant, or none of its bundles is offered. */
bool mzg_versions_find(struct mzg_versions *v, const struct mzg_shelf *shelf, const char *name);

/* The offered version that a tag spells, or NULL. */
const struct mzg_shelf_bundle *mzg_versions_spelt(const struct mzg_versions *v, const char *tag);

/* What a tag means. */
struct mzg_tagged {
    const struct mzg_shelf_bundle *b; /* NULL: nothing */
    const struct mzg_member *model;   /* that the tag names by its grade, or NULL */
};

/* A version; else "latest", the newest that is good today; else a version, a hyphen and a grade; else a grade, of the
 * newest version that has it and is good today. */
struct mzg_tagged mzg_versions_tag(struct mzg_exchange *x, const struct mzg_versions *v, const char *tag);

/* The newest version that is good today: offered, neither expired nor damaged; or NULL. */
const struct mzg_shelf_bundle *mzg_versions_newest(struct mzg_exchange *x, const struct mzg_versions *v);

#endif
