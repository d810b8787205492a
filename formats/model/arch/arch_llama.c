/* Llama and what shares its tensors: Llama 1 to 3.x, Mistral, TinyLlama, SmolLM, Yi, InkubaLM.
 *
 * Its runtime rotates pairs of neighbouring rows, the published weights are in the order of rotated
 * halves: hence mzg_how_rotary. Sources: llama.cpp's converter and loader of 2026. */
#include "how.h"
#include "rope.h"
#include <stdio.h>
#include <string.h>

#define LAYER "layers.#."
#define PROJECTION(from, to, rows, width, how)                                                     \
    MZG_TENSOR(LAYER from ".weight", "blk.#." to ".weight", rows, width, 0, how),                  \
    MZG_TENSOR(LAYER from ".bias", "blk.#." to ".bias", MZG_DIM_1, rows, MZG_ROW_OPTIONAL, how)
#define NORM(from, to) MZG_TENSOR(from, to, MZG_DIM_1, MZG_DIM_EMBD, 0, NULL)

static const struct mzg_arch_tensor tensors[] = {
    MZG_TENSOR("embed_tokens.weight", "token_embd.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD, 0, NULL),
    NORM("norm.weight", "output_norm.weight"),
    MZG_TENSOR("lm_head.weight", "output.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD, MZG_ROW_HEAD, NULL),
    NORM(LAYER "input_layernorm.weight", "blk.#.attn_norm.weight"),
    NORM(LAYER "post_attention_layernorm.weight", "blk.#.ffn_norm.weight"),
    PROJECTION("self_attn.q_proj", "attn_q", MZG_DIM_Q, MZG_DIM_EMBD, mzg_how_rotary),
    PROJECTION("self_attn.k_proj", "attn_k", MZG_DIM_KV, MZG_DIM_EMBD, mzg_how_rotary),
    PROJECTION("self_attn.v_proj", "attn_v", MZG_DIM_KV, MZG_DIM_EMBD, NULL),
    PROJECTION("self_attn.o_proj", "attn_output", MZG_DIM_EMBD, MZG_DIM_Q, NULL),
    PROJECTION("mlp.gate_proj", "ffn_gate", MZG_DIM_FF, MZG_DIM_EMBD, NULL),
    PROJECTION("mlp.up_proj", "ffn_up", MZG_DIM_FF, MZG_DIM_EMBD, NULL),
    PROJECTION("mlp.down_proj", "ffn_down", MZG_DIM_EMBD, MZG_DIM_FF, NULL),
};

/* What this architecture's runtime takes for granted. */
static enum mzg_code check(const struct mzg_arch_work *work, const char *rope, struct mzg_err *e)
{
    static const char *const ropes[] = {"default", "linear", "yarn", "llama3", "dynamic"};
    const json_t *root = work->config->root;
    const char *act = "silu";
    double rotary = 1;
    char q[MZG_QUOTE];
    bool known = false;

    enum mzg_code code = mzg_json_text_opt(root, "hidden_act", &act, e);
    if (code == MZG_OK)
        code = mzg_json_real_opt(root, "partial_rotary_factor", &rotary, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "config.json");
    if (strcmp(act, "silu") != 0 && strcmp(act, "swish") != 0)
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "hidden_act", "is not silu, which llama runs", e);
    if (rotary < 1 || rotary > 1)
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "partial_rotary_factor",
                        "is not 1: llama rotates whole heads", e);
    for (size_t i = 0; i < sizeof ropes / sizeof *ropes; i++)
        known = known || strcmp(ropes[i], rope) == 0;
    if (!known)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET,
                        "config.json: key 'rope_type': '%s' is not supported", mzg_quote(q, rope));
    return MZG_OK;
}

static void notice_losses(const struct mzg_arch_work *work, const char *rope)
{
    const json_t *window = json_object_get(work->config->root, "sliding_window");

    if (json_is_integer(window))
        mzg_notice(work->notify,
                   "config.json: sliding_window %lld: llama runtimes attend to the whole context; "
                   "beyond the window, answers differ from the original's",
                   (long long)json_integer_value(window));
    if (strcmp(rope, "dynamic") == 0)
        mzg_notice(work->notify, "config.json: rope_type 'dynamic': not expressed in GGUF; within "
                   "the trained context nothing changes");
}

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    const struct mzg_hparams *h = work->hparams;
    const char *rope;

    enum mzg_code code = mzg_config_put_rope(work->config, work->arch->name, k, &rope, e);
    if (code == MZG_OK)
        code = check(work, rope, e);
    if (code != MZG_OK)
        return code;
    if (!mzg_kvs_find(k, "llama.attention.layer_norm_rms_epsilon"))
        return mzg_arch_fail_key(MZG_MALFORMED, "rms_norm_eps", "is missing", e);
    notice_losses(work, rope);
    mzg_kvs_u32(k, "llama.vocab_size", (uint32_t)h->vocab);
    mzg_kvs_u32(k, "llama.rope.dimension_count", (uint32_t)h->head_dim);
    return MZG_OK;
}

/* ---- Llama 3.1's stretched rotary frequencies ---- */

static enum mzg_code read_rope(const struct mzg_config *c, struct mzg_rope *r, struct mzg_err *e)
{
    const json_t *rope = mzg_config_rope(c);
    enum mzg_code code;

    *r = (struct mzg_rope){.theta = 10000, .factor = 8, .low = 1, .high = 4, .original = 8192};
    const struct { const json_t *o; const char *key; double *v, min, max; } reals[] = {
        {c->root, "rope_theta", &r->theta, 1, 1e30},
        {rope, "rope_theta", &r->theta, 1, 1e30},
        {rope, "factor", &r->factor, 1e-6, 1e6},
        {rope, "low_freq_factor", &r->low, 1e-6, 1e6},
        {rope, "high_freq_factor", &r->high, 1e-6, 1e6},
        {c->root, "original_max_position_embeddings", &r->original, 1, INT32_MAX},
        {rope, "original_max_position_embeddings", &r->original, 1, INT32_MAX},
    };
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        code = mzg_json_real_opt(reals[i].o, reals[i].key, reals[i].v, e);
        if (code != MZG_OK)
            return mzg_prefix(e, "config.json");
        if (!(*reals[i].v >= reals[i].min && *reals[i].v <= reals[i].max))
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                            "config.json: key '%s' is outside %.9g to %.9g", reals[i].key,
                            reals[i].min, reals[i].max);
    }
    if (r->low >= r->high)
        return mzg_arch_fail_key(MZG_MALFORMED, "low_freq_factor", "is not below high_freq_factor", e);
    return MZG_OK;
}

static enum mzg_code compute(const struct mzg_arch_work *work, struct mzg_model *m,
                             struct mzg_err *e)
{
    const json_t *rope = mzg_config_rope(work->config);
    size_t n = work->hparams->head_dim / 2;
    const char *kind = "";
    struct mzg_rope r;

    enum mzg_code code = rope ? mzg_json_text_opt(rope, "type", &kind, e) : MZG_OK;
    if (code == MZG_OK && rope)
        code = mzg_json_text_opt(rope, "rope_type", &kind, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "config.json: rope_scaling");
    if (strcmp(kind, "llama3") != 0)
        return MZG_OK;
    code = read_rope(work->config, &r, e);
    if (code != MZG_OK)
        return code;
    float *values = mzg_arena_alloc(&m->arena, n, sizeof *values);
    if (!values)
        return mzg_fail_memory(e, "rope_freqs");
    mzg_rope_factors(&r, work->hparams->head_dim, values);
    mzg_arch_add(m, "rope_freqs.weight", values, n);
    return MZG_OK;
}

/* Two vocabularies that are told by their size, as llama.cpp does: SmolLM's wants no BOS, Code
 * Llama's has the tokens for filling in the middle at these places without naming them. */
static void tune(struct mzg_vocab *v, struct mzg_kvs *k)
{
    if (v->count == 49152)
        v->add_bos = 0;
    if (v->count != 32016)
        return;
    mzg_kvs_u32(k, "tokenizer.ggml.fim_pre_token_id", 32007);
    mzg_kvs_u32(k, "tokenizer.ggml.fim_suf_token_id", 32008);
    mzg_kvs_u32(k, "tokenizer.ggml.fim_mid_token_id", 32009);
    if (v->special[MZG_SPECIAL_EOT] < 0)
        v->special[MZG_SPECIAL_EOT] = 32010;
}

const struct mzg_arch mzg_arch_llama = {
    .name = "llama",
    .classes = (const char *const[]){"LlamaForCausalLM", "MistralForCausalLM", "LLaMAForCausalLM",
                                     "LlamaModel", NULL},
    .model_types = (const char *const[]){"llama", "mistral", NULL},
    .tensors = tensors,
    .n_tensors = sizeof tensors / sizeof *tensors,
    .prefixes = (const char *const[]){"model.", NULL},
    .put = put,
    .compute = compute,
    .tune = tune,
};
