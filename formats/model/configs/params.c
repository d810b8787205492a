#include "params.h"
#include "../../base/file.h"
#include "keys.h"
#include <stdio.h>
#include <string.h>

/* As wide as arch/config.c lets a config be. */
#define WIDTH (1 << 24)
#define CONTEXT_GUESSED 32768

static const struct mzg_key sizes[] = {
    {"dim", "hidden_size", 1, WIDTH, true, true},
    {"n_layers", "num_hidden_layers", 1, 4096, true, true},
    {"n_heads", "num_attention_heads", 1, 65536, true, true},
    {"n_kv_heads", "num_key_value_heads", 1, 65536, true, false},
    {"head_dim", "head_dim", 1, WIDTH, true, false},
    {"hidden_dim", "intermediate_size", 1, WIDTH, true, false},
    {"norm_eps", "rms_norm_eps", 1e-30, 1, false, true},
    {"rope_theta", "rope_theta", 1, 1e30, false, false},
    {"max_position_embeddings", "max_position_embeddings", 1, INT32_MAX, true, false},
    {"max_seq_len", "max_position_embeddings", 1, INT32_MAX, true, false},
    {"moe.num_experts", "num_local_experts", 1, 4096, true, false},
    {"moe.num_experts_per_tok", "num_experts_per_tok", 1, 4096, true, false},
};

static const struct mzg_key yarn[] = {
    {"yarn.factor", "factor", 1e-6, 1e6, false, true},
    {"yarn.original_max_position_embeddings", "original_max_position_embeddings", 1, INT32_MAX, true, true},
    {"yarn.beta", "beta_fast", 0, 1e6, false, true},
    {"yarn.alpha", "beta_slow", 0, 1e6, false, true},
};

static const struct mzg_key sharper[] = {
    {"llama_4_scaling.beta", "llama_4_scaling_beta", -1e6, 1e6, false, true},
};

/* What changes the computation, and no class here has. */
static const struct { const char *key, *what; } refused[] = {
    {"q_lora_rank", "attention of low rank"},
    {"kv_lora_rank", "attention of low rank"},
    {"moe.expert_hidden_dim", "experts of a width of their own"},
    {"moe.num_shared_experts", "shared experts"},
};

struct params {
    const json_t *from;
    json_t *to;
    const struct mzg_weights *weights;
    const struct mzg_notify *notify;
};

static enum mzg_code fail(enum mzg_code code, const char *key, const char *what, struct mzg_err *e)
{
    return mzg_fail(e, code, MZG_NO_OFFSET, "key '%s' %s", key, what);
}

static bool set(const struct params *p, const char *name, json_t *value)
{
    return mzg_keys_set(p->to, name, value);
}

static enum mzg_code check_known(const struct params *p, struct mzg_err *e)
{
    char what[80];

    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const json_t *v = mzg_config_find(p->from, refused[i].key);
        snprintf(what, sizeof what, "says %s, which is not supported", refused[i].what);
        if (v && json_number_value(v) != 0)
            return fail(MZG_UNSUPPORTED, refused[i].key, what, e);
    }
    return MZG_OK;
}

/* ---- what Meta's leaves to be worked out ---- */

/* Two thirds of four times the width, times a factor, up to a multiple. */
static enum mzg_code put_ff(const struct params *p, struct mzg_err *e)
{
    static const struct mzg_key parts[] = {
        {"multiple_of", "multiple_of", 1, WIDTH, true, true},
        {"ffn_dim_multiplier", "ffn_dim_multiplier", 1e-3, 1e3, false, false},
    };
    json_t *o = json_object();
    enum mzg_code code = o ? mzg_keys_copy(p->from, o, parts, 2, e) : mzg_fail_memory(e, "config");
    const json_t *factor = json_object_get(o, "ffn_dim_multiplier");
    json_int_t multiple = json_integer_value(json_object_get(o, "multiple_of"));
    json_int_t ff = 8 * json_integer_value(json_object_get(p->to, "hidden_size")) / 3;

    if (factor)
        ff = (json_int_t)(json_number_value(factor) * (double)ff);
    json_decref(o);
    if (code != MZG_OK)
        return code;
    ff = (ff + multiple - 1) / multiple * multiple;
    return set(p, "intermediate_size", json_integer(ff)) ? MZG_OK : mzg_fail_memory(e, "config");
}

/* vocab_size, which is -1 or missing where the tokenizer is to say it: as many as there are embeddings. */
static enum mzg_code put_vocab(const struct params *p, struct mzg_err *e)
{
    static const struct mzg_key vocab = {"vocab_size", "vocab_size", 1, 1 << 26, true, true};
    const json_t *v = mzg_config_find(p->from, "vocab_size");
    const struct mzg_tensor *t = mzg_weights_find(p->weights, "tok_embeddings.weight");

    if (v && (!json_is_integer(v) || json_integer_value(v) != -1))
        return mzg_keys_copy(p->from, p->to, &vocab, 1, e);
    if (!t || t->n_dims != 2 || t->ne[1] > 1 << 26)
        return fail(MZG_MALFORMED, "vocab_size", "is missing, and there is no matrix tok_embeddings.weight", e);
    return set(p, "vocab_size", json_integer((json_int_t)t->ne[1])) ? MZG_OK : mzg_fail_memory(e, "config");
}

/* Where no key says how long a text may be: Meta's releases are told by other keys, as llama.cpp told them;
 * of Mistral's the least that any has. */
static enum mzg_code put_context(const struct params *p, struct mzg_err *e)
{
    double theta = json_number_value(mzg_config_find(p->from, "rope_theta")),
           epsilon = json_number_value(mzg_config_find(p->from, "norm_eps"));
    json_int_t n = CONTEXT_GUESSED;

    if (json_object_get(p->to, "max_position_embeddings"))
        return MZG_OK;
    if (mzg_config_find(p->from, "multiple_of"))
        n = json_is_true(mzg_config_find(p->from, "use_scaled_rope")) ? 131072
            : theta >= 1e6 ? 16384 : theta >= 5e5 ? 8192 : epsilon > 5e-6 ? 4096 : 2048;
    mzg_notice(p->notify, MZG_PARAMS_FILE " does not say how long a text may be: %lld tokens are written as "
               "context_length (--set llama.context_length=N says otherwise)", (long long)n);
    return set(p, "max_position_embeddings", json_integer(n)) ? MZG_OK : mzg_fail_memory(e, "config");
}

/* ---- rotation ---- */

/* Llama 3.1's way. Its factor is written in no release before Llama 4, and 3.2's is another. */
static enum mzg_code put_scaled_rope(const struct params *p, struct mzg_err *e)
{
    static const struct mzg_key factor = {"rope_scaling_factor", "factor", 1e-6, 1e6, false, false};
    const json_t *v = mzg_config_find(p->from, "use_scaled_rope");

    if (!v || json_is_false(v))
        return MZG_OK;
    if (!json_is_true(v))
        return fail(MZG_MALFORMED, "use_scaled_rope", "is neither true nor false", e);
    if (!mzg_config_find(p->from, factor.from))
        return fail(MZG_UNSUPPORTED, "use_scaled_rope", "is true, and there is no rope_scaling_factor: Llama 3.1's "
                    "is 8, 3.2's is 32; add it, or take the model in Hugging Face's form", e);
    json_t *rope = json_pack("{s:s, s:f, s:f, s:i}", "rope_type", "llama3", "low_freq_factor", 1.0,
                             "high_freq_factor", 4.0, "original_max_position_embeddings", 8192);
    enum mzg_code code = rope ? mzg_keys_copy(p->from, rope, &factor, 1, e) : MZG_OK;
    if (!set(p, "rope_scaling", rope))
        return mzg_fail_memory(e, "config");
    return code;
}

/* Mistral's: the stretched context of YaRN, and far tokens that attend more sharply. */
static enum mzg_code put_yarn(const struct params *p, struct mzg_err *e)
{
    const json_t *stretch = mzg_config_find(p->from, "yarn"), *sharp = mzg_config_find(p->from, "llama_4_scaling");
    bool applied = json_is_true(mzg_config_find(p->from, "yarn.apply_scale"));

    if (!stretch && sharp)
        return fail(MZG_UNSUPPORTED, "llama_4_scaling", "is there without yarn", e);
    if (!stretch)
        return MZG_OK;
    json_t *rope = json_pack("{s:s, s:f}", "rope_type", "yarn", "mscale_all_dim", applied ? 0.0 : 1.0);
    enum mzg_code code = rope ? mzg_keys_copy(p->from, rope, yarn, sizeof yarn / sizeof *yarn, e) : MZG_OK;
    if (code == MZG_OK && rope && sharp)
        code = mzg_keys_copy(p->from, rope, sharper, 1, e);
    if (!set(p, "rope_scaling", rope))
        return mzg_fail_memory(e, "config");
    if (code == MZG_OK && sharp &&
        !json_equal(mzg_config_find(sharp, "original_max_position_embeddings"),
                    mzg_config_find(stretch, "original_max_position_embeddings")))
        return fail(MZG_UNSUPPORTED, "llama_4_scaling.original_max_position_embeddings", "is not yarn's", e);
    return code;
}

/* ---- the whole ---- */

/* Of a list, one a layer, the least: whatever it is, its runtime attends to all. */
static enum mzg_code put_window(const struct params *p, struct mzg_err *e)
{
    static const struct mzg_key key = {"sliding_window", "sliding_window", 1, INT32_MAX, true, false};
    const json_t *v = mzg_config_find(p->from, "sliding_window"), *item;
    json_int_t least = 0;
    size_t i;

    if (!json_is_array(v))
        return mzg_keys_copy(p->from, p->to, &key, 1, e);
    json_array_foreach(v, i, item) {
        json_int_t n = json_integer_value(item);
        least = n > 0 && n <= INT32_MAX && (least == 0 || n < least) ? n : least;
    }
    if (least == 0)
        return fail(MZG_MALFORMED, "sliding_window", "is a list without a size", e);
    return set(p, "sliding_window", json_integer(least)) ? MZG_OK : mzg_fail_memory(e, "config");
}

static enum mzg_code put_packed(const struct params *p, struct mzg_err *e)
{
    const json_t *v = mzg_config_find(p->from, "quantization");
    const char *format = json_string_value(mzg_config_find(p->from, "quantization.qformat_weight"));

    if (!v)
        return MZG_OK;
    if (!format || strcmp(format, "fp8_e4m3") != 0)
        return fail(MZG_UNSUPPORTED, "quantization.qformat_weight", "is not fp8_e4m3: weights packed otherwise are "
                    "not supported", e);
    return set(p, "quantization_config", json_pack("{s:s}", "quant_method", "fp8")) ? MZG_OK
                                                                                   : mzg_fail_memory(e, "config");
}

static enum mzg_code put_class(const struct params *p, struct mzg_err *e)
{
    bool experts = json_object_get(p->to, "num_local_experts") != NULL, far = mzg_config_find(p->from, "yarn"), tied = false;
    const char *class = experts ? "ConsolidatedMoeForCausalLM" : far ? "Consolidated3ForCausalLM" : "ConsolidatedForCausalLM";
    enum mzg_code code = mzg_json_bool_opt(p->from, "tied_embeddings", &tied, e);

    if (code != MZG_OK)
        return code;
    if (experts && far)
        return fail(MZG_UNSUPPORTED, "yarn", "is there beside moe", e);
    return set(p, "architectures", json_pack("[s]", class)) && set(p, "model_type", json_string("mistral")) &&
           set(p, "tie_word_embeddings", json_boolean(tied)) ? MZG_OK : mzg_fail_memory(e, "config");
}

static enum mzg_code translate(const struct params *p, struct mzg_err *e)
{
    enum mzg_code (*const steps[])(const struct params *, struct mzg_err *) = {
        put_vocab, put_scaled_rope, put_yarn, put_window, put_packed, put_class, put_context,
    };
    enum mzg_code code = check_known(p, e);

    if (code == MZG_OK)
        code = mzg_keys_copy(p->from, p->to, sizes, sizeof sizes / sizeof *sizes, e);
    if (code == MZG_OK && !json_object_get(p->to, "intermediate_size"))
        code = put_ff(p, e);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && code == MZG_OK; i++)
        code = steps[i](p, e);
    return code;
}

bool mzg_params_has(const char *folder)
{
    return mzg_path_has(folder, MZG_PARAMS_FILE) && mzg_weights_consolidated(folder);
}

enum mzg_code mzg_params_load(struct mzg_config *c, const char *folder, const struct mzg_weights *w,
                              const struct mzg_notify *notify, struct mzg_err *e)
{
    json_t *from = NULL;
    struct params p = {.weights = w, .notify = notify};

    *c = (struct mzg_config){.class = "", .model_type = "", .file = MZG_PARAMS_FILE};
    enum mzg_code code = mzg_config_read(folder, MZG_PARAMS_FILE, &from, e);
    if (code != MZG_OK)
        return code;
    p.from = from;
    p.to = json_object();
    code = p.to ? translate(&p, e) : mzg_fail_memory(e, "config");
    json_decref(from);
    if (code != MZG_OK) {
        json_decref(p.to);
        return mzg_prefix(e, MZG_PARAMS_FILE);
    }
    return mzg_config_take(c, p.to, MZG_PARAMS_FILE, e);
}
