/* inspect.h: what mzigo inspect says of a model, to people and to machines. */
#ifndef MZG_TOOLS_INSPECT_H
#define MZG_TOOLS_INSPECT_H

#include "formats/mzigo_view.h"
#include <jansson.h>

struct mzg_inspect {
    struct mzg_view *view;
    bool tensors, metadata;         /* every one of them is asked for */
    const struct mzg_size_row *rows; /* what it would weigh, n_rows */
    size_t n_rows;
    const char *why_not;            /* why it cannot be converted; NULL: it can, or need not be said */
};

/* On standard output. */
enum mzg_code mzg_inspect_show(const struct mzg_inspect *m, struct mzg_err *e) MZG_MUST;
/* Into the document. */
void mzg_inspect_report(const struct mzg_inspect *m, json_t *o);

/* ---- what both say ---- */

/* Tensors, elements and bytes of one type, and of all. */
struct mzg_type_count {
    const char *type;
    uint64_t tensors, elems, bytes;
};
#define MZG_INSPECT_TYPES 64

/* By type, in the order of their first tensor; returns how many. all[MZG_INSPECT_TYPES] is the sum. */
size_t mzg_inspect_types(const struct mzg_view *v, struct mzg_type_count all[MZG_INSPECT_TYPES + 1]);

/* Names of tensors with '#' for each number, "blk.#.attn_q.weight", in the order of their first; at most max of
 * them. n: how many tensors are called so. */
struct mzg_name_count {
    char name[128];
    uint64_t n;
};
size_t mzg_inspect_names(const struct mzg_view *v, struct mzg_name_count *patterns, size_t max);

/* Special tokens that have an id: "bos", and its key. Ends with {0}. */
struct mzg_inspect_special {
    const char *name, *key;
};
extern const struct mzg_inspect_special mzg_inspect_specials[];

/* ARCH.context_length; false where it is not said. */
bool mzg_inspect_context(const struct mzg_kvs *k, uint64_t *n);

#endif
