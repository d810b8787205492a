/* Phi-3, 3.5 and 4, Phi-4-mini among them. What is fused stays so: q, k and v, gate and up.
 *
 * Long contexts have factors of their own for each rotated pair, in two lists: a runtime takes the one or
 * the other by the size of its context. Sources: llama.cpp's converter and loader of 2026. */
#include "../../base/exact.h"
#include "common.h"
#include <math.h>
#include <string.h>

#define QKV MZG_DIM_X0     /* (heads + 2 * heads_kv) * head_dim */
#define GATE_UP MZG_DIM_X1 /* 2 * ff */

static const struct mzg_arch_tensor tensors[] = {
    MZG_FRAME, MZG_ATTN_OUTPUT,
    MZG_MATRIX("self_attn.qkv_proj", "attn_qkv", QKV, MZG_DIM_EMBD, NULL),
    MZG_MATRIX("mlp.gate_up_proj", "ffn_up", GATE_UP, MZG_DIM_EMBD, NULL),
    MZG_MATRIX("mlp.down_proj", "ffn_down", MZG_DIM_EMBD, MZG_DIM_FF, NULL),
};

static const struct mzg_config_key original = {
    "rope.scaling.original_context_length",
    MZG_CONFIG_NAMES("rope_parameters.original_max_position_embeddings",
                     "rope_scaling.original_max_position_embeddings", "original_max_position_embeddings"),
    MZG_KV_U32, 2, INT32_MAX, false};
static const struct mzg_config_key context = {
    "", MZG_CONFIG_NAMES("max_position_embeddings"), MZG_KV_U32, 1, INT32_MAX, true};
static const struct mzg_config_key attention = {
    "rope.scaling.attn_factor", MZG_CONFIG_NAMES("attention_factor"), MZG_KV_F32, 1e-6, 1e6, false};

static enum mzg_code measure(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    (void)c;
    (void)e;
    h->own[0] = (h->heads + 2 * h->heads_kv) * h->head_dim;
    h->own[1] = 2 * h->ff;
    return MZG_OK;
}

static bool has_lists(const struct mzg_config *c)
{
    const json_t *rope = mzg_config_rope(c);

    return rope && mzg_config_find(rope, "long_factor");
}

/* By how much more the attention of a stretched context is sharpened. */
static enum mzg_code put_attention(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    double from = 0, to = 0, factor = 1;
    bool there;

    enum mzg_code code = mzg_config_number(mzg_config_rope(work->config), &attention, &factor, &there, e);
    if (code == MZG_OK && !there)
        code = mzg_config_number(work->config->root, &context, &to, &there, e);
    if (code == MZG_OK && to > 0)
        code = mzg_config_number(work->config->root, &original, &from, &there, e);
    if (code == MZG_OK && !there)
        return mzg_arch_fail_key(MZG_MALFORMED, "original_max_position_embeddings", "is missing", e);
    if (code == MZG_OK && to > from)
        factor = sqrt(1 + mzg_exact_log(to / from) / mzg_exact_log(from));
    mzg_config_put_f32(k, "phi3", attention.key, factor);
    return code;
}

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_common common = {
        MZG_RMS_EPSILON, mzg_common_silu, MZG_COMMON_PARTIAL | MZG_COMMON_WHOLE | MZG_COMMON_LONG};
    const json_t *window = mzg_config_find(work->config->root, "sliding_window");

    enum mzg_code code = mzg_common_put(work, &common, k, e);
    if (code == MZG_OK && !mzg_kvs_find(k, "phi3.rope.scaling.original_context_length"))
        code = mzg_config_put_keys(work->config->root, "phi3", &original, 1, k, e);
    if (code == MZG_OK && has_lists(work->config))
        code = put_attention(work, k, e);
    if (code != MZG_OK)
        return code;
    if (window && (!json_is_integer(window) || json_integer_value(window) < 0 ||
                   json_integer_value(window) > INT32_MAX))
        return mzg_arch_fail_key(MZG_MALFORMED, "sliding_window", "is no size", e);
    /* 0 where there is none: by this Phi-4 is told from the others. */
    mzg_config_put_u32(k, "phi3", "attention.sliding_window",
                       window ? (uint32_t)json_integer_value(window) : 0);
    return MZG_OK;
}

static enum mzg_code add_list(const struct mzg_arch_work *work, const char *key, const char *name,
                              struct mzg_model *m, struct mzg_err *e)
{
    const json_t *list = mzg_config_find(mzg_config_rope(work->config), key);
    uint64_t n;

    enum mzg_code code = mzg_common_rotated(work->config, work->hparams, &n, e);
    if (code != MZG_OK)
        return code;
    if (json_array_size(list) != n / 2)
        return mzg_arch_fail_key(MZG_MALFORMED, key, "has not one number for each rotated pair", e);
    float *values = mzg_arena_alloc(&m->arena, n / 2, sizeof *values);
    if (!values)
        return mzg_fail_memory(e, "rope factors");
    for (size_t i = 0; i < n / 2; i++) {
        double v = json_number_value(json_array_get(list, i));
        if (!(v >= 1e-6 && v <= 1e6))
            return mzg_arch_fail_key(MZG_MALFORMED, key, "has what is no factor", e);
        values[i] = (float)v;
    }
    mzg_arch_add(m, name, values, n / 2);
    return MZG_OK;
}

static enum mzg_code compute(const struct mzg_arch_work *work, struct mzg_model *m, struct mzg_err *e)
{
    if (!has_lists(work->config))
        return MZG_OK;
    enum mzg_code code = add_list(work, "long_factor", "rope_factors_long.weight", m, e);
    return code == MZG_OK ? add_list(work, "short_factor", "rope_factors_short.weight", m, e) : code;
}

const struct mzg_arch mzg_arch_phi3 = {
    .name = "phi3",
    .classes = (const char *const[]){"Phi3ForCausalLM", NULL},
    .model_types = (const char *const[]){"phi3", NULL},
    .tensors = tensors,
    .n_tensors = sizeof tensors / sizeof *tensors,
    .prefixes = (const char *const[]){"model.", NULL},
    .measure = measure,
    .put = put,
    .compute = compute,
};
