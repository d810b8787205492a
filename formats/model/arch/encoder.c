#include "encoder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABELS_MAX 4096

enum mzg_code mzg_encoder_default(struct mzg_config *c, const char *name, json_t *value, struct mzg_err *e)
{
    return mzg_config_default(c, name, value) ? MZG_OK : mzg_fail_memory(e, "config.json");
}

static enum mzg_code put_attention(const struct mzg_arch_work *work, const struct mzg_common *common,
                                   struct mzg_kvs *k, struct mzg_err *e)
{
    const char *positions = "absolute";
    char key[64];

    enum mzg_code code = mzg_common_put(work, common, k, e);
    if (code == MZG_OK)
        code = mzg_common_must_be(work, "is_decoder", false, false, e);
    if (code != MZG_OK)
        return code;
    if (mzg_json_text_opt(work->config->root, "position_embedding_type", &positions, e) != MZG_OK)
        return mzg_prefix(e, "config.json");
    if (strcmp(positions, "absolute") != 0)
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "position_embedding_type",
                                 "is not 'absolute', and nothing else is run", e);
    snprintf(key, sizeof key, "%s.attention.causal", work->arch->name);
    mzg_kvs_bool(k, key, false);
    return MZG_OK;
}

enum mzg_code mzg_encoder_put(const struct mzg_arch_work *work, const struct mzg_common *common,
                              struct mzg_kvs *k, struct mzg_err *e)
{
    enum mzg_code code = put_attention(work, common, k, e);

    return code == MZG_OK ? mzg_pooling_put(work, k, e) : code;
}

/* ---- labels ---- */

enum mzg_code mzg_encoder_labels(const struct mzg_config *c, uint64_t *n, struct mzg_err *e)
{
    const json_t *names = mzg_config_find(c->root, "id2label");
    int64_t said = 2; /* as transformers has it where a config says nothing */

    if (names && (json_object_size(names) == 0 || json_object_size(names) > LABELS_MAX))
        return mzg_arch_fail_key(MZG_MALFORMED, "id2label", "names no labels, or too many", e);
    if (!names && mzg_json_int_opt(c->root, "num_labels", 1, LABELS_MAX, &said, e) != MZG_OK)
        return mzg_prefix(e, "config.json");
    *n = names ? json_object_size(names) : (uint64_t)said;
    return MZG_OK;
}

/* labels: n texts, and room for n names of those that have none. */
static enum mzg_code read_labels(const json_t *names, const char **labels, char (*made)[24], uint64_t n,
                                 struct mzg_err *e)
{
    char id[24];

    for (uint64_t i = 0; i < n; i++) {
        snprintf(id, sizeof id, "%u", (unsigned)i);
        snprintf(made[i], sizeof made[i], "LABEL_%u", (unsigned)i);
        labels[i] = made[i];
        if (!names)
            continue;
        if (mzg_json_text(names, id, &labels[i], e) != MZG_OK)
            return mzg_prefix(e, "config.json: id2label");
    }
    return MZG_OK;
}

static enum mzg_code put_labels(const struct mzg_arch_work *work, uint64_t n, struct mzg_kvs *k,
                                struct mzg_err *e)
{
    const char **labels = calloc(n, sizeof *labels);
    char(*made)[24] = calloc(n, sizeof *made), key[64];
    enum mzg_code code = labels && made ? MZG_OK : mzg_fail_memory(e, "labels");

    if (code == MZG_OK)
        code = read_labels(mzg_config_find(work->config->root, "id2label"), labels, made, n, e);
    snprintf(key, sizeof key, "%s.classifier.output_labels", work->arch->name);
    if (code == MZG_OK)
        mzg_kvs_texts(k, key, labels, n);
    free(labels);
    free(made);
    return code;
}

enum mzg_code mzg_encoder_put_ranker(const struct mzg_arch_work *work, const struct mzg_common *common,
                                     uint64_t n, struct mzg_kvs *k, struct mzg_err *e)
{
    enum mzg_code code = put_attention(work, common, k, e);

    if (code != MZG_OK)
        return code;
    mzg_config_put_u32(k, work->arch->name, "pooling_type", MZG_POOLING_RANK);
    return put_labels(work, n, k, e);
}
