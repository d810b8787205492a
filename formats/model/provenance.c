#include "provenance.h"

#include "../base/sha256.h"
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

/* A revision for every type that was made here, so that an auditor knows which search to repeat. */
static void put_quantizers(struct mzg_kvs *k, const struct mzg_convert_job *job,
                           const struct mzg_gguf_tensor *table)
{
    bool blocks = false;
    for (uint32_t type = 0; type < MZG_TYPE_END; type++) {
        const struct mzg_type_info *info = mzg_type_by_number(type);
        if (info != NULL && info->block_elems > 1)
            blocks = blocks || uses(table, job->model->n_tensors, info->type);
    }
    if (blocks)
        mzg_kvs_u32(k, "general.quantization_version", GGML_QUANTIZATION_VERSION);
    mzg_kvs_u32(k, MZG_KEY_SPEC, SPEC_REVISION);
    mzg_kvs_text(k, MZG_KEY_TO, job->recipe->name);
    if (job->model->raw)
        mzg_kvs_bool(k, MZG_KEY_RAW, true);
    if (job->pre != NULL)
        mzg_kvs_text(k, MZG_KEY_PRE, job->pre);
    for (uint32_t type = 0; type < MZG_TYPE_END; type++) {
        const struct mzg_type_info *info = mzg_type_by_number(type);
        char key[64];
        if (info == NULL || info->revision == 0 ||
            !uses(table, job->model->n_tensors, info->type))
            continue;
        quantizer_key(key, info);
        mzg_kvs_u32(k, key, info->revision);
    }
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

enum mzg_code mzg_provenance_kvs(struct mzg_kvs *k, const struct mzg_convert_job *job,
                                 const struct mzg_gguf_tensor *table,
                                 const uint8_t (*digests)[32], struct mzg_err *e)
{
    mzg_kvs_init(k);
    for (size_t i = 0; i < job->model->kvs.count; i++)
        mzg_kvs_copy(k, &job->model->kvs.items[i]);
    mzg_kvs_u32(k, "general.file_type", job->recipe->file_type);
    put_quantizers(k, job, table);
    enum mzg_code rc = put_sources(k, job->model, digests, e);
    return rc != MZG_OK ? rc : mzg_kvs_ok(k, e);
}

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
