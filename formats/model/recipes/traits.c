#include "traits.h"

#include "roles.h"
#include <stdio.h>
#include <string.h>

#define BIG_LAYERS 80 /* by the number of layers alone, as llama.cpp tells it */

#define LAYERS_MAX INT32_MAX /* no model has as many; products of a few stay exact */

/* Families whose models of 80 layers llama.cpp calls 70B, and whether only when heads share keys and
 * values (the others are the 65B). */
static const struct { const char *arch; bool grouped; } big[] = {
    {"llama", true}, {"llama-embed", true}, {"qwen2", false}, {"deci", false}, {"olmo", false},
};

/* ARCH.what, or the first element where there is one a layer; `without` when there is none. */
static uint64_t number(const struct mzg_model *m, const char *what, uint64_t without)
{
    char key[192];
    struct mzg_reader r;
    uint64_t v;
    snprintf(key, sizeof key, "%.128s.%s", m->arch, what);
    const struct mzg_kv *kv = mzg_kvs_find(&m->kvs, key);
    if (kv == NULL)
        return without;
    if (mzg_kvs_get_u64(&m->kvs, key, &v))
        return v;
    if (kv->type != MZG_KV_ARRAY || kv->count == 0)
        return without;
    mzg_reader_init(&r, kv->value, kv->size, 0);
    switch (kv->elem) {
    case MZG_KV_U32:
        return mzg_reader_u32(&r);
    case MZG_KV_I32:
        v = mzg_reader_u32(&r);
        return v <= INT32_MAX ? v : without;
    case MZG_KV_U64:
        return mzg_reader_u64(&r);
    default:
        return without;
    }
}

static uint64_t layers_by_name(const struct mzg_model *m)
{
    long most = -1;
    for (size_t i = 0; i < m->n_tensors; i++) {
        long n = mzg_tensor_layer(m->tensors[i].name);
        most = n > most ? n : most;
    }
    return (uint64_t)(most + 1);
}

void mzg_traits_of(const struct mzg_model *m, struct mzg_traits *t)
{
    uint64_t heads = number(m, "attention.head_count", 0);
    uint64_t kv_heads = number(m, "attention.head_count_kv", heads);
    *t = (struct mzg_traits){.arch = m->arch, .tied = true,
                             .layers = number(m, "block_count", 0),
                             .experts = number(m, "expert_count", 0),
                             .gqa = kv_heads > 0 ? heads / kv_heads : 0};
    if (t->layers == 0)
        t->layers = layers_by_name(m);
    if (t->layers > LAYERS_MAX)
        t->layers = LAYERS_MAX;
    for (size_t i = 0; i < sizeof big / sizeof *big; i++) {
        if (t->layers == BIG_LAYERS && strcmp(big[i].arch, m->arch) == 0)
            t->big = !big[i].grouped || heads != kv_heads;
    }
    for (size_t i = 0; i < m->n_tensors; i++)
        t->tied = t->tied && strcmp(m->tensors[i].name, "output.weight") != 0;
}
