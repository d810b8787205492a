/* The GGUF layout: for each tensor NAME.in_sum2, F32 [width, matrices], and NAME.counts, F32
 * [1, matrices]; tensors of other names (NAME.in_sum) are passed over. */
#include "layouts.h"

#include "../containers/gguf.h"
#include <stdio.h>
#include <string.h>

#define SUMS ".in_sum2"
#define COUNTS ".counts"
#define DATASETS_MAX 4096

/* Length of name without this end; 0 when it has another, or nothing before it. */
static size_t stem(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0 ? n - m : 0;
}

/* The other tensor of a pair, or NULL. */
static const struct mzg_tensor *partner(const struct mzg_weights *w, const char *name, size_t len,
                                        const char *end)
{
    char other[2 * MZG_GGUF_NAME];
    snprintf(other, sizeof other, "%.*s%s", (int)len, name, end);
    return mzg_weights_find(w, other);
}

static enum mzg_code check_type(const struct mzg_tensor *t, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    if (t->type == MZG_TYPE_F32)
        return MZG_OK;
    return mzg_fail(e, MZG_MALFORMED, t->offset, "tensor '%s' is %s, not F32", mzg_quote(q, t->name),
                    t->type_name);
}

static enum mzg_code add_pair(struct mzg_imatrix *m, const struct mzg_weights *w,
                              const struct mzg_tensor *sums, size_t len, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    const struct mzg_tensor *counts = partner(w, sums->name, len, COUNTS);
    if (counts == NULL)
        return mzg_fail(e, MZG_MALFORMED, sums->offset, "tensor '%s' has no %s beside it",
                        mzg_quote(q, sums->name), COUNTS);
    enum mzg_code code = check_type(sums, e);
    if (code == MZG_OK)
        code = check_type(counts, e);
    if (code != MZG_OK)
        return code;
    if (sums->elems % counts->elems != 0)
        return mzg_fail(e, MZG_MALFORMED, counts->offset,
                        "tensor '%s': %llu values are not %llu matrices' alike",
                        mzg_quote(q, sums->name), (unsigned long long)sums->elems,
                        (unsigned long long)counts->elems);
    struct mzg_imatrix_entry entry = {.name = sums->name, .n_values = sums->elems,
                                      .n_mat = counts->elems, .at = sums->offset,
                                      .values_at = sums->offset, .counts_at = counts->offset};
    return mzg_imatrix_add(m, &entry, len, e);
}

static enum mzg_code add_pairs(struct mzg_imatrix *m, const struct mzg_weights *w, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    enum mzg_code code = MZG_OK;
    for (size_t i = 0; i < w->n_tensors && code == MZG_OK; i++) {
        const struct mzg_tensor *t = &w->tensors[i];
        size_t len = stem(t->name, SUMS), counts = stem(t->name, COUNTS);
        if (len > 0)
            code = add_pair(m, w, t, len, e);
        else if (counts > 0 && partner(w, t->name, counts, SUMS) == NULL)
            code = mzg_fail(e, MZG_MALFORMED, t->offset, "tensor '%s' has no %s beside it",
                            mzg_quote(q, t->name), SUMS);
    }
    if (code == MZG_OK && m->n == 0)
        code = mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "an importance matrix without an entry");
    return code;
}

static enum mzg_code copy_datasets(struct mzg_imatrix *m, const struct mzg_kv *kv,
                                   struct mzg_err *e)
{
    struct mzg_reader r;
    uint64_t n = kv->count < DATASETS_MAX ? kv->count : DATASETS_MAX;
    m->datasets = mzg_arena_alloc(&m->arena, (size_t)n, sizeof *m->datasets);
    if (m->datasets == NULL)
        return mzg_fail_memory(e, "names of datasets");
    mzg_reader_init(&r, kv->value, kv->size, kv->end - kv->size);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t len = mzg_reader_u64(&r);
        const uint8_t *text = mzg_reader_bytes(&r, len);
        const char *copy = text ? mzg_arena_text(&m->arena, text, (size_t)len) : NULL;
        if (copy == NULL)
            return mzg_fail_memory(e, "names of datasets");
        m->datasets[m->n_datasets++] = copy;
    }
    return MZG_OK;
}

static enum mzg_code read_metadata(struct mzg_imatrix *m, const struct mzg_kvs *k,
                                   struct mzg_err *e)
{
    const struct mzg_kv *sets = mzg_kvs_find(k, "imatrix.datasets");
    const char *type;
    char q[MZG_QUOTE];
    size_t len;
    if (!mzg_kvs_get_text(k, "general.type", &type, &len))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET,
                        "a GGUF file without general.type, not an importance matrix");
    if (len != 7 || memcmp(type, "imatrix", 7) != 0)
        return mzg_fail(e, MZG_UNSUPPORTED, mzg_kvs_find(k, "general.type")->offset,
                        "a GGUF file of type '%s', not an importance matrix",
                        mzg_quote_n(q, type, len));
    m->has_chunks = mzg_kvs_get_u64(k, "imatrix.chunk_count", &m->chunks);
    if (sets != NULL && sets->elem == MZG_KV_STRING)
        return copy_datasets(m, sets, e);
    return MZG_OK;
}

enum mzg_code mzg_imatrix_read_gguf(struct mzg_imatrix *m, const struct mzg_weights *w,
                                    struct mzg_err *e)
{
    enum mzg_code code = read_metadata(m, &w->gguf->kvs, e);
    return code == MZG_OK ? add_pairs(m, w, e) : code;
}
