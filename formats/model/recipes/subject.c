#include "subject.h"

#include <stdlib.h>
#include <string.h>

enum mzg_role mzg_role_counted(enum mzg_role role)
{
    return MZG_ROLE_BIT(role) & MZG_ROLES_VALUES ? MZG_ROLE_V : role;
}

static bool eligible(const struct mzg_subject *s, const struct mzg_model_tensor *t)
{
    if (t->src == NULL || mzg_model_whole(t))
        return false;
    if (s->model->adapter)
        return t->n_dims >= 2;
    return s->raw ? t->n_dims == 2 : mzg_tensor_eligible(t->name, t->ne, t->n_dims);
}

/* A tensor's place in llama.cpp's order: by layer (names without one first), then by name. */
struct place {
    long layer;
    const char *name;
    size_t index;
};

static int compare(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->layer != y->layer)
        return x->layer < y->layer ? -1 : 1;
    return strcmp(x->name, y->name);
}

static enum mzg_code sort(struct mzg_subject *s, struct mzg_err *e)
{
    size_t n = s->model->n_tensors;
    struct place *places = calloc(n + 1, sizeof *places);
    if (places == NULL)
        return mzg_fail_memory(e, "tensor table");
    for (size_t i = 0; i < n; i++)
        places[i] = (struct place){s->tensors[i].layer, s->model->tensors[i].name, i};
    qsort(places, n, sizeof *places, compare);
    for (size_t i = 0; i < n; i++)
        s->order[i] = places[i].index;
    free(places);
    return MZG_OK;
}

enum mzg_code mzg_subject_init(struct mzg_subject *s, const struct mzg_model *m, struct mzg_err *e)
{
    /* Also a GGUF file that was made raw. */
    *s = (struct mzg_subject){.model = m, .raw = m->raw || strcmp(m->arch, "raw") == 0};
    mzg_traits_of(m, &s->traits);
    s->tensors = calloc(m->n_tensors + 1, sizeof *s->tensors);
    s->order = calloc(m->n_tensors + 1, sizeof *s->order);
    if (s->tensors == NULL || s->order == NULL)
        return mzg_fail_memory(e, "tensor table");
    for (size_t i = 0; i < m->n_tensors; i++) {
        const struct mzg_model_tensor *t = &m->tensors[i];
        enum mzg_role role = mzg_role_of(t->name);
        s->values += mzg_role_counted(role) == MZG_ROLE_V;
        s->tensors[i] = (struct mzg_subject_tensor){.role = s->raw ? MZG_ROLE_OTHER : role,
                                                    .layer = mzg_tensor_layer(t->name),
                                                    .eligible = eligible(s, t)};
    }
    return sort(s, e);
}

void mzg_subject_clear(struct mzg_subject *s)
{
    free(s->tensors);
    free(s->order);
    *s = (struct mzg_subject){.model = NULL};
}
