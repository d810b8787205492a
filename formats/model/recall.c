#include "recall.h"

#include "../base/sha256.h"
#include "lora/adapter.h"
#include "meta/settings.h"
#include "provenance.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the source ---- */

static enum mzg_code no_record(const struct mzg_kv *kv, const char *what, struct mzg_err *e)
{
    return mzg_fail(e, MZG_MALFORMED, kv->offset, "metadata key '%s' %s", kv->key, what);
}

/* *text stays as it is where k has no such key. */
static enum mzg_code recall_text(const struct mzg_kvs *k, const char *key, struct mzg_arena *a,
                                 const char **text, struct mzg_err *e)
{
    const struct mzg_kv *kv = mzg_kvs_find(k, key);
    const char *found;
    size_t len;
    if (kv == NULL)
        return MZG_OK;
    if (!mzg_kvs_get_text(k, key, &found, &len))
        return no_record(kv, "is no text", e);
    *text = mzg_arena_text(a, found, len);
    return *text != NULL ? MZG_OK : mzg_fail_memory(e, "the file's record");
}

/* *texts: the list's, in a; NULL where k has no such key. bad: what one is that is no such list. */
static enum mzg_code recall_texts(const struct mzg_kvs *k, const char *key, const char *bad, size_t max, struct mzg_arena *a,
                                  const char *const **texts, size_t *n, struct mzg_err *e)
{
    const struct mzg_kv *kv = mzg_kvs_find(k, key);
    struct mzg_reader r;
    *texts = NULL;
    *n = 0;
    if (kv == NULL)
        return MZG_OK;
    if (kv->type != MZG_KV_ARRAY || kv->elem != MZG_KV_STRING || kv->count > max)
        return no_record(kv, bad, e);
    const char **list = mzg_arena_alloc(a, (size_t)kv->count + 1, sizeof *list);
    if (list == NULL)
        return mzg_fail_memory(e, "the file's record");
    mzg_reader_init(&r, kv->value, kv->size, kv->offset);
    for (uint64_t i = 0; i < kv->count; i++) {
        uint64_t len = mzg_reader_u64(&r);
        const uint8_t *text = mzg_reader_bytes(&r, len);
        list[i] = mzg_arena_text(a, text != NULL ? text : (const uint8_t *)"", text != NULL ? (size_t)len : 0);
        if (list[i] == NULL)
            return mzg_fail_memory(e, "the file's record");
    }
    *texts = list;
    *n = (size_t)kv->count;
    return MZG_OK;
}

/* They are what an option said, so they must be what an option can say. */
static enum mzg_code recall_set(const struct mzg_kvs *k, struct mzg_arena *a, struct mzg_model_options *opt,
                                struct mzg_err *e)
{
    const struct mzg_kv *kv = mzg_kvs_find(k, MZG_KEY_SET);
    enum mzg_code rc = recall_texts(k, MZG_KEY_SET, "is no list of settings", MZG_SETTINGS_MAX, a,
                                    &opt->set, &opt->n_set, e);
    if (rc != MZG_OK || kv == NULL)
        return rc;
    if (mzg_settings_check(opt->set, opt->n_set, e) == MZG_OK)
        return MZG_OK;
    e->code = MZG_MALFORMED;
    e->offset = kv->offset;
    return mzg_prefix(e, "metadata key '" MZG_KEY_SET "'");
}

enum mzg_code mzg_recall_source(const struct mzg_kvs *k, struct mzg_arena *a, struct mzg_model_options *opt,
                                struct mzg_err *e)
{
    const char *arch;
    size_t len;
    *opt = (struct mzg_model_options){.raw = mzg_kvs_find(k, MZG_KEY_RAW) != NULL, .source_name = ""};
    if (mzg_kvs_get_text(k, "general.architecture", &arch, &len) && len == 3 && memcmp(arch, "raw", 3) == 0)
        opt->raw = true;
    enum mzg_code rc = recall_text(k, MZG_KEY_PRE, a, &opt->pre, e);
    if (rc == MZG_OK)
        rc = recall_text(k, MZG_KEY_SOURCE_NAME, a, &opt->source_name, e);
    return rc == MZG_OK ? recall_set(k, a, opt, e) : rc;
}

/* ---- adapters ---- */

enum mzg_code mzg_recall_adapters(const struct mzg_kvs *k, struct mzg_arena *a, const char *const *given, size_t n,
                                  struct mzg_model_options *opt, struct mzg_err *e)
{
    const struct mzg_kv *kv = mzg_kvs_find(k, MZG_KEY_LORA);
    const struct mzg_adapter_wanted *wanted;
    const char *const *texts;
    size_t recorded;
    char *end;
    enum mzg_code rc = recall_texts(k, MZG_KEY_LORA, "is no list of adapters", MZG_ADAPTERS_MAX, a, &texts,
                                    &recorded, e);
    if (rc == MZG_OK && recorded != n)
        rc = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "it was made with %zu adapter%s and %zu %s given (--lora, in "
                      "the order in which they were merged)", recorded, recorded == 1 ? "" : "s", n,
                      n == 1 ? "is" : "are");
    if (rc == MZG_OK)
        rc = mzg_adapters_parse(a, given, n, &wanted, e);
    struct mzg_adapter_wanted *list = rc == MZG_OK ? mzg_arena_alloc(a, n + 1, sizeof *list) : NULL;
    if (rc == MZG_OK && list == NULL)
        rc = mzg_fail_memory(e, "the file's record");
    for (size_t i = 0; i < n && rc == MZG_OK; i++) {
        list[i] = wanted[i];
        list[i].scale = strtod(texts[i], &end);
        if (end == texts[i] || *end != ' ' || !isfinite(list[i].scale))
            rc = no_record(kv, "is no record of adapters", e);
        else if (wanted[i].has_scale && wanted[i].scale != list[i].scale)
            rc = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "adapter %zu was merged at %.*s, another scale is given",
                          i + 1, (int)(end - texts[i]), texts[i]);
    }
    opt->adapters = list;
    opt->n_adapters = rc == MZG_OK ? n : 0;
    return rc;
}

enum mzg_code mzg_recall_same_adapters(const struct mzg_kvs *k, struct mzg_arena *a, const struct mzg_model *m,
                                       struct mzg_err *e)
{
    char text[MZG_ADAPTER_RECORD], q[MZG_QUOTE];
    const char *const *texts;
    size_t n;
    enum mzg_code rc = recall_texts(k, MZG_KEY_LORA, "is no list of adapters", MZG_ADAPTERS_MAX, a, &texts, &n, e);
    for (size_t i = 0; i < m->n_adapters && rc == MZG_OK; i++) {
        mzg_provenance_adapter(&m->adapters[i], text);
        if (i >= n || strcmp(text, texts[i]) != 0)
            rc = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "%s: not the adapter that the file was made with: their "
                          "digests differ", mzg_quote(q, m->adapters[i].path));
    }
    return rc;
}

/* ---- the blocks ---- */

static enum mzg_code compare(const struct mzg_recall *r, const struct mzg_imatrix *imatrix,
                             const uint8_t recorded[32], struct mzg_err *e)
{
    uint8_t given[32];
    char hex[MZG_SHA256_HEX];
    if (!r->weighted)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET,
                        "an importance matrix is given, but the file does not say that it was made with one");
    enum mzg_code rc = mzg_imatrix_digest(imatrix, given, e);
    if (rc != MZG_OK || memcmp(given, recorded, sizeof given) == 0)
        return rc;
    mzg_sha256_hex(recorded, hex);
    return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET,
                    "the importance matrix that is given is not the one the file was made with (SHA-256 %s)",
                    hex);
}

/* The tensors as out has them, in the source's order: that decided, when it was made, which of them
 * importance was looked up for. */
static enum mzg_code match(struct mzg_recall *r, const struct mzg_weights *out,
                           const struct mzg_model *source, const struct mzg_imatrix *imatrix,
                           struct mzg_err *e)
{
    size_t n = source->n_tensors;
    struct mzg_gguf_tensor *table = calloc(n ? n : 1, sizeof *table);
    struct mzg_recipe_why *why = calloc(n ? n : 1, sizeof *why);
    enum mzg_code rc = MZG_OK;
    if (table == NULL || why == NULL)
        rc = mzg_fail_memory(e, "importance");
    for (size_t i = 0; i < n && rc == MZG_OK; i++) {
        const struct mzg_model_tensor *t = &source->tensors[i];
        const struct mzg_tensor *made = mzg_weights_find(out, t->name);
        memcpy(table[i].name, t->name, sizeof table[i].name);
        memcpy(table[i].ne, t->ne, sizeof table[i].ne);
        table[i].n_dims = t->n_dims;
        table[i].type = made != NULL && made->type != MZG_TYPE_END ? made->type : MZG_TYPE_F32;
        why[i].wanted = table[i].type;
    }
    if (rc == MZG_OK)
        rc = mzg_importance_match(&r->importance, imatrix, source, table, why, NULL, e);
    free(why);
    free(table);
    return rc;
}

enum mzg_code mzg_recall_read(struct mzg_recall *r, const struct mzg_weights *out,
                              const struct mzg_model *source, const struct mzg_imatrix *imatrix,
                              const struct mzg_notify *notify, struct mzg_err *e)
{
    uint8_t recorded[32];
    *r = (struct mzg_recall){.effort = MZG_EFFORT_DEFAULT};
    if (out->gguf == NULL) /* another program's file, which has no place for a record */
        return imatrix == NULL ? MZG_OK
            : mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET,
                       "an importance matrix is given, but the file does not say that it was made with one");
    r->effort_known = mzg_provenance_effort(&out->gguf->kvs, &r->effort);
    r->imatrix_at_hand = imatrix != NULL;
    enum mzg_code rc = mzg_provenance_imatrix(&out->gguf->kvs, &r->weighted, recorded, e);
    if (rc == MZG_OK && imatrix != NULL)
        rc = compare(r, imatrix, recorded, e);
    if (rc != MZG_OK)
        return rc;
    if (r->weighted && imatrix == NULL)
        mzg_notice(notify, "made with importance data that is not given (--imatrix): blocks that a search "
                           "has made are measured, not repeated");
    if (!r->effort_known)
        mzg_notice(notify, "made at an effort that is not known here: blocks are measured, not repeated");
    return imatrix != NULL ? match(r, out, source, imatrix, e) : MZG_OK;
}

void mzg_recall_clear(struct mzg_recall *r)
{
    mzg_importance_clear(&r->importance);
}

bool mzg_recall_knows(const struct mzg_recall *r, const struct mzg_weights *out, enum mzg_type type)
{
    const struct mzg_type_info *info = mzg_type_by_number(type);
    if (info->revision == 0 || out->gguf == NULL ||
        mzg_provenance_revision(&out->gguf->kvs, type) != info->revision)
        return false;
    if (mzg_kernel_best(type, MZG_OP_search, 0) == NULL)
        return mzg_kernel_best(type, MZG_OP_quantize, 0) != NULL;
    return r->effort_known && (!r->weighted || r->imatrix_at_hand);
}
