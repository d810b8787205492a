/* Mamba and FalconMamba: states instead of attention. The published A is the logarithm of what is run,
 * without its sign. Sources: llama.cpp's converter and loader of 2026. */
#include "common.h"
#include <string.h>

#define LAYER "layers.#.mixer."
#define INNER MZG_DIM_X0
#define IN MZG_DIM_X1
#define STATE MZG_DIM_X2
#define RANK MZG_DIM_X3
#define X MZG_DIM_X4
#define KERNEL MZG_DIM_X5
enum { INNER_AT, IN_AT, STATE_AT, RANK_AT, X_AT, KERNEL_AT }; /* in hparams.own */

static const struct mzg_values *state(const struct mzg_making *m)
{
    return mzg_values_neg_exp(m->arena, m->values);
}

#define VECTOR(from, to, width) MZG_TENSOR(from, to, MZG_DIM_1, width, 0, NULL)

static const struct mzg_arch_tensor tensors[] = {
    MZG_TENSOR("embeddings.weight", "token_embd.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD, 0, NULL),
    MZG_NORM("norm_f", "output_norm", NULL),
    MZG_HEAD,
    MZG_NORM("layers.#.norm", "blk.#.attn_norm", NULL),
    MZG_TENSOR(LAYER "in_proj.weight", "blk.#.ssm_in.weight", IN, MZG_DIM_EMBD, 0, NULL),
    MZG_TENSOR(LAYER "conv1d.weight", "blk.#.ssm_conv1d.weight", INNER, KERNEL, 0, mzg_how_shaped),
    VECTOR(LAYER "conv1d.bias", "blk.#.ssm_conv1d.bias", INNER),
    MZG_TENSOR(LAYER "x_proj.weight", "blk.#.ssm_x.weight", X, INNER, 0, NULL),
    MZG_TENSOR(LAYER "dt_proj.weight", "blk.#.ssm_dt.weight", INNER, RANK, 0, NULL),
    VECTOR(LAYER "dt_proj.bias", "blk.#.ssm_dt.bias", INNER),
    MZG_TENSOR(LAYER "A_log", "blk.#.ssm_a", INNER, STATE, 0, state),
    VECTOR(LAYER "D", "blk.#.ssm_d", INNER),
    MZG_TENSOR(LAYER "out_proj.weight", "blk.#.ssm_out.weight", MZG_DIM_EMBD, INNER, 0, NULL),
};

static const struct mzg_config_key keys[] = {
    {"ssm.conv_kernel", MZG_CONFIG_NAMES("conv_kernel", "d_conv"), MZG_KV_U32, 1, 64, true},
    {"ssm.inner_size", MZG_CONFIG_NAMES("d_inner"), MZG_KV_U32, 1, 1 << 24, true},
    {"ssm.state_size", MZG_CONFIG_NAMES("state_size", "d_state"), MZG_KV_U32, 1, 65536, true},
    {"ssm.time_step_rank", MZG_CONFIG_NAMES("time_step_rank", "dt_rank"), MZG_KV_U32, 1, 1 << 24, true},
    {"attention.layer_norm_rms_epsilon", MZG_CONFIG_NAMES("ssm_epsilon"), MZG_KV_F32, 1e-30, 1, true},
};
enum { KEYS = sizeof keys / sizeof *keys };

/* The member under another name, that it does not become another key; false without memory. */
static bool move(struct mzg_config *c, const char *from, const char *to)
{
    json_t *value = json_object_get(c->root, from);

    if (json_is_null(value))
        value = NULL;
    bool ok = !value || json_object_get(c->root, to) || json_object_set(c->root, to, value) == 0;
    if (ok)
        (void)json_object_del(c->root, from);
    return ok;
}

/* Its runtime wants keys that mean nothing to it. */
static bool put_aside(struct mzg_config *c)
{
    return move(c, "layer_norm_epsilon", "ssm_epsilon") && move(c, "rms_norm_eps", "ssm_epsilon") &&
           move(c, "intermediate_size", "d_inner") &&
           json_object_set_new(c->root, "intermediate_size", json_integer(0)) == 0 &&
           json_object_set_new(c->root, "num_attention_heads", json_integer(0)) == 0 &&
           json_object_set_new(c->root, "max_position_embeddings", json_integer(1 << 20)) == 0;
}

/* The first Mamba's config counts the vocabulary without the rows that fill it up. */
static bool fill_vocabulary(struct mzg_config *c)
{
    const json_t *rows = mzg_config_find(c->root, "vocab_size");
    const json_t *step = mzg_config_find(c->root, "pad_vocab_size_multiple");
    json_int_t n = json_integer_value(rows), by = json_integer_value(step);

    if (n <= 0 || n > 1 << 26 || by <= 1 || by > 1 << 20)
        return true;
    return json_object_set_new(c->root, "vocab_size", json_integer((n + by - 1) / by * by)) == 0;
}

static enum mzg_code settle(struct mzg_config *c, struct mzg_err *e)
{
    const json_t *said = mzg_config_find(c->root, "hidden_size");
    json_int_t width = 0;

    said = said ? said : mzg_config_find(c->root, "d_model");
    if (json_is_integer(said) && json_integer_value(said) > 0 && json_integer_value(said) <= 1 << 24)
        width = json_integer_value(said); /* else it is told with the sizes */
    if (json_is_string(mzg_config_find(c->root, "time_step_rank")))
        (void)json_object_del(c->root, "time_step_rank"); /* "auto" */
    bool ok = put_aside(c) && fill_vocabulary(c) &&
              mzg_config_default(c, "d_inner", json_integer(2 * width)) &&
              mzg_config_default(c, "ssm_epsilon", json_real(1e-5)) &&
              mzg_config_default(c, "conv_kernel", json_integer(4)) &&
              mzg_config_default(c, "state_size", json_integer(16)) &&
              mzg_config_default(c, "time_step_rank", json_integer((width + 15) / 16)) &&
              mzg_config_default(c, "tie_word_embeddings", json_true());
    return ok ? MZG_OK : mzg_fail_memory(e, "config.json");
}

static enum mzg_code measure(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    uint64_t *const at[] = {&h->own[KERNEL_AT], &h->own[INNER_AT], &h->own[STATE_AT], &h->own[RANK_AT]};

    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        double number = 0;
        bool there;
        enum mzg_code code = mzg_config_number(c->root, &keys[i], &number, &there, e);
        if (code != MZG_OK)
            return code;
        *at[i] = (uint64_t)number;
    }
    h->own[IN_AT] = 2 * h->own[INNER_AT];
    h->own[X_AT] = h->own[RANK_AT] + 2 * h->own[STATE_AT];
    return MZG_OK;
}

/* Inside FalconMamba's layers. */
static void notice_epsilon(const struct mzg_arch_work *work)
{
    const json_t *mixer = mzg_config_find(work->config->root, "mixer_rms_eps");
    double outer = json_number_value(mzg_config_find(work->config->root, "ssm_epsilon"));

    if (json_is_number(mixer) && (json_number_value(mixer) < outer || json_number_value(mixer) > outer))
        mzg_notice(work->notify, "config.json: mixer_rms_eps %g: mamba's runtime has one epsilon for all "
                   "norms, %g; answers differ a little from the original's", json_number_value(mixer), outer);
}

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_common common = {MZG_RMS_EPSILON, mzg_common_silu, 0};
    const struct mzg_hparams *h = work->hparams;
    bool falcon = strcmp(work->config->model_type, "falcon_mamba") == 0;

    if (h->own[INNER_AT] != 2 * h->embd)
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "intermediate_size",
                                 "is not twice hidden_size, without which mamba models are not run", e);
    enum mzg_code code = mzg_config_put_keys(work->config->root, work->arch->name, keys, KEYS, k, e);
    if (code != MZG_OK)
        return code;
    mzg_kvs_bool(k, "mamba.ssm.dt_b_c_rms", falcon);
    notice_epsilon(work);
    return mzg_common_put(work, &common, k, e);
}

const struct mzg_arch mzg_arch_mamba = {
    .name = "mamba",
    .classes = (const char *const[]){"MambaForCausalLM", "MambaLMHeadModel", "FalconMambaForCausalLM", NULL},
    .model_types = (const char *const[]){"mamba", "falcon_mamba", NULL},
    .tensors = tensors,
    .n_tensors = sizeof tensors / sizeof *tensors,
    .prefixes = (const char *const[]){"backbone.", NULL},
    .renames = (const char *const[][2]){{"embedding.weight", "embeddings.weight"}, {NULL, NULL}},
    .lacks = MZG_LACKS_HEADS | MZG_LACKS_FF | MZG_LACKS_CONTEXT,
    .settle = settle,
    .measure = measure,
    .put = put,
};
