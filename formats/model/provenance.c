#include "provenance.h"

#include "../base/sha256.h"
#include "../base/utf8.h"
#include "containers/parts.h"
#include "lora/adapter.h"
#include "division.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPEC_REVISION 1
#define GGML_QUANTIZATION_VERSION 2 /* what ggml expects of files with quantized blocks */

static void quantizer_key(char key[64], const struct mzg_type_info *info)
{
    snprintf(key, 64, MZG_KEY_QUANTIZER "%s", info->name);
}

static bool uses(const struct mzg_gguf_tensor *table, size_t n, enum mzg_type type)
{
    for (size_t i = 0; i < n; i++)
        if (table[i].type == type)
            return true;
    return false;
}

static bool uses_blocks(const struct mzg_plan *p)
{
    for (size_t i = 0; i < p->job.model->n_tensors; i++)
        if (mzg_type_by_number(p->table[i].type)->block_elems > 1)
            return true;
    return false;
}

/* A revision for every type that was made here, so that an auditor knows which search to repeat. */
static void put_quantizers(struct mzg_kvs *k, const struct mzg_plan *p)
{
    for (uint32_t type = 0; type < MZG_TYPE_END; type++) {
        const struct mzg_type_info *info = mzg_type_by_number(type);
        char key[64];
        if (info == NULL || info->revision == 0 ||
            !uses(p->table, p->job.model->n_tensors, info->type))
            continue;
        quantizer_key(key, info);
        mzg_kvs_u32(k, key, info->revision);
    }
}

/* What overrides the recipe, each only where it was asked for. */
static void put_choice(struct mzg_kvs *k, const struct mzg_convert_job *job)
{
    const struct mzg_recipe_options *o = &job->choice;
    char hex[MZG_SHA256_HEX];
    mzg_kvs_text(k, MZG_KEY_TO, job->recipe->name);
    if (job->recipe->rules != NULL) {
        mzg_sha256_hex(job->recipe->sha256, hex);
        mzg_kvs_text(k, MZG_KEY_RECIPE, hex);
    }
    if (o->n_tensor_types > 0)
        mzg_kvs_texts(k, MZG_KEY_TENSOR_TYPES, o->tensor_types, o->n_tensor_types);
    if (o->output_type != NULL)
        mzg_kvs_text(k, MZG_KEY_OUTPUT_TYPE, o->output_type->name);
    if (o->embedding_type != NULL)
        mzg_kvs_text(k, MZG_KEY_EMBEDDING_TYPE, o->embedding_type->name);
    if (o->pure)
        mzg_kvs_bool(k, MZG_KEY_PURE, true);
    if (o->requantize)
        mzg_kvs_bool(k, MZG_KEY_REQUANTIZE, true);
    if (job->effort != MZG_EFFORT_DEFAULT)
        mzg_kvs_text(k, MZG_KEY_EFFORT, mzg_effort_name(job->effort));
}

static uint32_t at_most_u32(uint64_t v)
{
    return v < UINT32_MAX ? (uint32_t)v : UINT32_MAX;
}

/* Names from outside: metadata must be UTF-8, and these are no part of what the bytes depend on. */
static void put_if_utf8(struct mzg_kvs *k, const char *key, const char *text)
{
    if (mzg_utf8_valid(text, strlen(text)))
        mzg_kvs_text(k, key, text);
}

/* What llama.cpp writes, for those who look there. */
static void put_imatrix(struct mzg_kvs *k, const struct mzg_convert_job *job)
{
    const struct mzg_imatrix *m = job->imatrix;
    uint64_t chunks;
    put_if_utf8(k, "quantize.imatrix.file", job->imatrix_name);
    if (mzg_imatrix_datasets(m) > 0)
        put_if_utf8(k, "quantize.imatrix.dataset", mzg_imatrix_dataset(m, 0));
    mzg_kvs_u32(k, "quantize.imatrix.entries_count", at_most_u32(mzg_imatrix_count(m)));
    if (mzg_imatrix_chunks(m, &chunks))
        mzg_kvs_u32(k, "quantize.imatrix.chunks_count", at_most_u32(chunks));
}

/* The shortest text that is read as this number. */
static void print_number(char *text, size_t room, double v)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, room, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            return;
    }
}

void mzg_provenance_adapter(const struct mzg_adapter *ad, char text[MZG_ADAPTER_RECORD])
{
    char config[MZG_SHA256_HEX], weights[MZG_SHA256_HEX], scale[32];
    mzg_sha256_hex(ad->config_sha256, config);
    mzg_sha256_hex(ad->weights_sha256, weights);
    print_number(scale, sizeof scale, ad->scale);
    snprintf(text, MZG_ADAPTER_RECORD, "%s %s %s", scale, config, weights);
}

static void put_adapters(struct mzg_kvs *k, const struct mzg_model *m)
{
    char text[MZG_ADAPTERS_MAX][MZG_ADAPTER_RECORD];
    const char *texts[MZG_ADAPTERS_MAX];
    for (size_t i = 0; i < m->n_adapters; i++) {
        mzg_provenance_adapter(&m->adapters[i], text[i]);
        texts[i] = text[i];
    }
    if (m->n_adapters > 0)
        mzg_kvs_texts(k, MZG_KEY_LORA, texts, m->n_adapters);
}

static void put_record(struct mzg_kvs *k, const struct mzg_plan *p)
{
    const struct mzg_convert_job *job = &p->job;
    char hex[MZG_SHA256_HEX];
    mzg_kvs_u32(k, MZG_KEY_SPEC, SPEC_REVISION);
    put_choice(k, job);
    if (job->model->raw)
        mzg_kvs_bool(k, MZG_KEY_RAW, true);
    if (job->pre != NULL)
        mzg_kvs_text(k, MZG_KEY_PRE, job->pre);
    if (job->division.bytes > 0)
        mzg_kvs_u64(k, MZG_KEY_PART_BYTES, job->division.bytes);
    if (job->division.tensors > 0)
        mzg_kvs_u64(k, MZG_KEY_PART_MOST, job->division.tensors);
    if (job->model->source_name != NULL)
        mzg_kvs_text(k, MZG_KEY_SOURCE_NAME, job->model->source_name);
    if (job->n_set > 0)
        mzg_kvs_texts(k, MZG_KEY_SET, job->set, job->n_set);
    put_adapters(k, job->model);
    if (job->imatrix != NULL) {
        mzg_sha256_hex(p->imatrix_sha256, hex);
        mzg_kvs_text(k, MZG_KEY_IMATRIX, hex);
    }
    put_quantizers(k, p);
}

static enum mzg_code put_sources(struct mzg_kvs *k, const struct mzg_model *m,
                                 const uint8_t (*digests)[32], struct mzg_err *e)
{
    static const uint8_t zero[32];
    size_t n = m->n_texts + m->weights.n_files, at = 0;
    const char **names = calloc(n ? n : 1, sizeof *names);
    const char **sums = calloc(n ? n : 1, sizeof *sums);
    char(*hex)[MZG_SHA256_HEX] = calloc(n ? n : 1, sizeof *hex);
    enum mzg_code rc = MZG_OK;
    if (names == NULL || sums == NULL || hex == NULL) {
        rc = mzg_fail_memory(e, "source record");
        goto out;
    }
    for (size_t i = 0; i < m->n_texts; i++, at++) {
        names[at] = m->texts[i].name;
        mzg_sha256_hex(m->texts[i].sha256, hex[at]);
    }
    for (size_t i = 0; i < m->weights.n_files; i++, at++) {
        names[at] = m->weights.files[i].name;
        mzg_sha256_hex(digests != NULL ? digests[i] : zero, hex[at]);
    }
    for (size_t i = 0; i < n; i++)
        sums[i] = hex[i];
    mzg_kvs_texts(k, MZG_KEY_SOURCE_NAMES, names, n);
    mzg_kvs_texts(k, MZG_KEY_SOURCE_DIGESTS, sums, n);
out:
    free(hex);
    free(sums);
    free(names);
    return rc;
}

/* As gguf-split writes them. */
static void put_part(struct mzg_kvs *k, const struct mzg_plan *p, size_t part)
{
    if (!mzg_plan_divided(p))
        return;
    mzg_kvs_u16(k, MZG_KEY_PART_NUMBER, (uint16_t)part);
    mzg_kvs_u16(k, MZG_KEY_PART_COUNT, (uint16_t)p->n_parts);
    mzg_kvs_i32(k, MZG_KEY_PART_TENSORS, (int32_t)p->job.model->n_tensors);
}

enum mzg_code mzg_provenance_kvs(struct mzg_kvs *k, const struct mzg_plan *p,
                                 const uint8_t (*digests)[32], struct mzg_err *e)
{
    const struct mzg_convert_job *job = &p->job;
    mzg_kvs_init(k);
    for (size_t i = 0; i < job->model->kvs.count; i++)
        mzg_kvs_copy(k, &job->model->kvs.items[i]);
    mzg_kvs_u32(k, "general.file_type", job->recipe->file_type);
    if (uses_blocks(p))
        mzg_kvs_u32(k, "general.quantization_version", GGML_QUANTIZATION_VERSION);
    if (job->imatrix != NULL)
        put_imatrix(k, job);
    put_part(k, p, 0);
    put_record(k, p);
    enum mzg_code rc = put_sources(k, job->model, digests, e);
    return rc != MZG_OK ? rc : mzg_kvs_ok(k, e);
}

/* Digest of the record that the first part has. */
static enum mzg_code digest_record(const struct mzg_plan *p, const uint8_t (*digests)[32],
                                   char hex[MZG_SHA256_HEX], struct mzg_err *e)
{
    struct mzg_kvs k;
    mzg_kvs_init(&k);
    put_record(&k, p);
    enum mzg_code rc = put_sources(&k, p->job.model, digests, e);
    if (rc == MZG_OK)
        rc = mzg_kvs_ok(&k, e);
    if (rc == MZG_OK)
        rc = mzg_part_record(&k, hex, e);
    mzg_kvs_clear(&k);
    return rc;
}

enum mzg_code mzg_provenance_part(struct mzg_kvs *k, const struct mzg_plan *p, size_t part,
                                  const uint8_t (*digests)[32], struct mzg_err *e)
{
    char hex[MZG_SHA256_HEX];
    mzg_kvs_init(k);
    enum mzg_code rc = digest_record(p, digests, hex, e);
    if (rc != MZG_OK)
        return rc;
    if (mzg_plan_alignment(p) != MZG_GGUF_ALIGNMENT)
        mzg_kvs_u32(k, "general.alignment", mzg_plan_alignment(p));
    put_part(k, p, part);
    mzg_kvs_text(k, MZG_KEY_PART_RECORD, hex);
    return mzg_kvs_ok(k, e);
}

/* ---- reading ---- */

uint32_t mzg_provenance_revision(const struct mzg_kvs *k, enum mzg_type type)
{
    const struct mzg_type_info *info = mzg_type_by_number(type);
    uint64_t revision;
    char key[64];
    if (info == NULL)
        return 0;
    quantizer_key(key, info);
    if (!mzg_kvs_get_u64(k, key, &revision) || revision > UINT32_MAX)
        return 0;
    return (uint32_t)revision;
}

static const char *const efforts[] = {
    [MZG_EFFORT_FAST] = "fast", [MZG_EFFORT_DEFAULT] = "default", [MZG_EFFORT_BEST] = "best"};
#define N_EFFORTS (sizeof efforts / sizeof efforts[0])

const char *mzg_effort_name(enum mzg_effort effort)
{
    return efforts[effort];
}

enum mzg_code mzg_effort_find(const char *name, enum mzg_effort *effort, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    for (size_t i = 0; i < N_EFFORTS; i++) {
        if (strcmp(name, efforts[i]) == 0) {
            *effort = (enum mzg_effort)i;
            return MZG_OK;
        }
    }
    return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "unknown effort '%s': use fast, default or best",
                    mzg_quote(q, name));
}

bool mzg_provenance_effort(const struct mzg_kvs *k, enum mzg_effort *effort)
{
    const char *text;
    size_t len;
    *effort = MZG_EFFORT_DEFAULT;
    if (mzg_kvs_find(k, MZG_KEY_EFFORT) == NULL)
        return true;
    if (!mzg_kvs_get_text(k, MZG_KEY_EFFORT, &text, &len))
        return false;
    for (size_t i = 0; i < N_EFFORTS; i++) {
        if (strlen(efforts[i]) == len && memcmp(efforts[i], text, len) == 0) {
            *effort = (enum mzg_effort)i;
            return true;
        }
    }
    return false;
}

enum mzg_code mzg_provenance_imatrix(const struct mzg_kvs *k, bool *made_with, uint8_t sha256[32],
                                     struct mzg_err *e)
{
    const struct mzg_kv *kv = mzg_kvs_find(k, MZG_KEY_IMATRIX);
    char hex[MZG_SHA256_HEX] = "";
    const char *text;
    size_t len;
    *made_with = kv != NULL;
    if (kv == NULL)
        return MZG_OK;
    if (mzg_kvs_get_text(k, MZG_KEY_IMATRIX, &text, &len) && len == sizeof hex - 1)
        memcpy(hex, text, len);
    if (!mzg_sha256_parse(hex, sha256))
        return mzg_fail(e, MZG_MALFORMED, kv->offset, "metadata key '" MZG_KEY_IMATRIX "' is no digest");
    return MZG_OK;
}
