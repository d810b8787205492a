#include "source.h"

enum mzg_code mzg_source_init(struct mzg_source *s, const struct mzg_weights *w,
                              struct mzg_arena *arena, struct mzg_err *e)
{
    *s = (struct mzg_source){.arena = arena, .weights = w};
    s->items = mzg_arena_alloc(arena, w->n_tensors + 1, sizeof *s->items);
    if (s->items == NULL)
        return mzg_fail_memory(e, "tensor table");
    for (size_t i = 0; i < w->n_tensors; i++) {
        const struct mzg_tensor *t = &w->tensors[i];
        const struct mzg_values *v = mzg_values_stored(arena, w, t);
        if (v == NULL && mzg_stored_readable(t))
            return mzg_fail_memory(e, "tensor table");
        s->items[s->n++] = (struct mzg_source_tensor){t->name, v, t};
    }
    return MZG_OK;
}
