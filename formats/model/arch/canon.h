/* canon.h: a source's tensors under the names that a family's table uses: prefixes taken off, old
 * spellings renewed, what is of no use dropped; and which of them have been taken. */
#ifndef MZG_MODEL_CANON_H
#define MZG_MODEL_CANON_H

#include "arch.h"

struct mzg_canon {
    const struct mzg_arch *arch;
    struct mzg_arena arena;     /* names that were changed */
    struct mzg_source_tensor *items;
    struct mzg_name *names;     /* sorted; index: of items */
    bool *taken;                /* by items */
    size_t n;                   /* names; dropped tensors have none */
    size_t left;                /* that the family leaves out, and the first of them */
    const char *left_first;
    const char *prefix;         /* the first that was taken off; NULL: none */
    bool bare;                  /* no name had a prefix, though the family has some */
};

/* MZG_MALFORMED where two tensors have one name. source outlives it. */
enum mzg_code mzg_canon_init(struct mzg_canon *c, const struct mzg_arch *arch,
                             const struct mzg_source *source, struct mzg_err *e) MZG_MUST;
void mzg_canon_clear(struct mzg_canon *c);

/* Whether a source's tensor of this name is of a part that the family leaves out (mzg_arch.leaves). */
bool mzg_canon_leaves(const struct mzg_arch *arch, const char *name);

bool mzg_canon_find(const struct mzg_canon *c, const char *name);
/* The tensor of this name, taken from now on; or NULL. It may be taken more than once. */
struct mzg_source_tensor *mzg_canon_take(const struct mzg_canon *c, const char *name);
/* The first, in the source's order, that was not taken; or NULL. */
const struct mzg_source_tensor *mzg_canon_left(const struct mzg_canon *c);

/* How this source would call it: with the first prefix that it has, unless it is bare. */
void mzg_canon_full(const struct mzg_canon *c, const char *name, char *out, size_t room);

#endif
