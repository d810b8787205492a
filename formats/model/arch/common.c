#include "common.h"
#include "../../base/text.h"
#include "rope.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const mzg_common_silu[] = {"silu", "swish", NULL};
/* llama.cpp has one GELU, by tanh. The exact one differs from it by less than 0.0005, and is published
 * under all of these names. */
const char *const mzg_common_gelu[] = {"gelu_pytorch_tanh", "gelu", "gelu_new", "gelu_fast", NULL};

static enum mzg_code check_activation(const struct mzg_arch_work *work, const char *const *known,
                                      struct mzg_err *e)
{
    static const char *const keys[] = {"hidden_activation", "hidden_act", "activation_function",
                                       "activation"};
    const char *act = known[0], *key = keys[1];
    char what[160], q[MZG_QUOTE];

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *v = mzg_config_find(work->config->root, keys[i]);
        if (!v)
            continue;
        if (!json_is_string(v))
            return mzg_arch_fail_key(MZG_MALFORMED, keys[i], "is no text", e);
        act = json_string_value(v);
        key = keys[i];
        break;
    }
    if (mzg_text_among(known, act))
        return MZG_OK;
    snprintf(what, sizeof what, "is '%.60s', and %s models are run with %s", mzg_quote(q, act),
             work->arch->name, known[0]);
    return mzg_arch_fail_key(MZG_UNSUPPORTED, key, what, e);
}

static enum mzg_code check_rope(const struct mzg_arch_work *work, unsigned flags, const char *rope,
                                struct mzg_err *e)
{
    static const char *const ropes[] = {"default", "linear", "yarn", "dynamic", NULL};
    char q[MZG_QUOTE];

    bool of_lists = strcmp(rope, "longrope") == 0 || strcmp(rope, "su") == 0;

    if (mzg_text_among(ropes, rope) || ((flags & MZG_COMMON_LLAMA3) && strcmp(rope, "llama3") == 0) ||
        ((flags & MZG_COMMON_LONG) && of_lists))
        return MZG_OK;
    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET,
                    "config.json: key 'rope_type': '%s' is not supported for %s", mzg_quote(q, rope),
                    work->arch->name);
}

/* ---- heads that are rotated in part ---- */

static const struct mzg_config_key partial = {
    "rope.dimension_count",
    MZG_CONFIG_NAMES("rope_parameters.partial_rotary_factor", "rope_scaling.partial_rotary_factor",
                     "partial_rotary_factor", "rotary_pct", "rope_pct", "rope_percent"),
    MZG_KV_F32, 0, 1, false,
};

enum mzg_code mzg_common_rotated(const struct mzg_config *c, const struct mzg_hparams *h, uint64_t *n,
                                 struct mzg_err *e)
{
    double part = 1;
    bool there;

    enum mzg_code code = mzg_config_number(c->root, &partial, &part, &there, e);
    *n = (uint64_t)((double)h->head_dim * (there ? part : 1));
    return code;
}

static enum mzg_code put_rotated(const struct mzg_arch_work *work, unsigned flags, struct mzg_kvs *k,
                                 struct mzg_err *e)
{
    const struct mzg_hparams *h = work->hparams;
    char what[120];
    uint64_t n;

    enum mzg_code code = mzg_common_rotated(work->config, h, &n, e);
    if (code != MZG_OK)
        return code;
    if (n == h->head_dim && !(flags & MZG_COMMON_PARTIAL))
        return MZG_OK;
    snprintf(what, sizeof what, "is not 1: %s models are run with whole heads rotated",
             work->arch->name);
    if (!(flags & MZG_COMMON_PARTIAL))
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "partial_rotary_factor", what, e);
    if (n == 0 || n % 2 != 0)
        return mzg_arch_fail_key(MZG_MALFORMED, "partial_rotary_factor",
                                 "makes an odd number of rotated dimensions, or none", e);
    mzg_config_put_u32(k, work->arch->name, "rope.dimension_count", (uint32_t)n);
    return MZG_OK;
}

/* ---- */

static enum mzg_code check_heads(const struct mzg_arch_work *work, unsigned flags, struct mzg_err *e)
{
    const struct mzg_hparams *h = work->hparams;
    char what[120];

    if (!(flags & MZG_COMMON_WHOLE) || h->heads * h->head_dim == h->embd)
        return MZG_OK;
    snprintf(what, sizeof what, "is not hidden_size by heads, without which %s models are not run",
             work->arch->name);
    return mzg_arch_fail_key(MZG_UNSUPPORTED, "head_dim", what, e);
}

static void notice_losses(const struct mzg_arch_work *work, unsigned flags, const char *rope)
{
    const json_t *root = work->config->root, *window = json_object_get(root, "sliding_window");
    bool used = !json_is_false(json_object_get(root, "use_sliding_window"));

    if (!(flags & MZG_COMMON_WINDOW) && used && json_is_integer(window))
        mzg_notice(work->notify,
                   "config.json: sliding_window %lld: %s runtimes attend to the whole context; "
                   "beyond the window, answers differ from the original's",
                   (long long)json_integer_value(window), work->arch->name);
    if (strcmp(rope, "dynamic") == 0)
        mzg_notice(work->notify, "config.json: rope_type 'dynamic': not expressed in GGUF; within "
                   "the trained context nothing changes");
}

static enum mzg_code check_epsilon(const struct mzg_arch_work *work, const struct mzg_common *common,
                                   const struct mzg_kvs *k, struct mzg_err *e)
{
    char key[80];

    snprintf(key, sizeof key, "%s.%s", work->arch->name, common->epsilon);
    if (mzg_kvs_find(k, key))
        return MZG_OK;
    bool rms = strcmp(common->epsilon, MZG_RMS_EPSILON) == 0;
    return mzg_arch_fail_key(MZG_MALFORMED, rms ? "rms_norm_eps" : "layer_norm_eps", "is missing", e);
}

enum mzg_code mzg_common_put(const struct mzg_arch_work *work, const struct mzg_common *common,
                             struct mzg_kvs *k, struct mzg_err *e)
{
    const char *rope;

    enum mzg_code code = mzg_config_put_rope(work->config, work->arch->name, k, &rope, e);
    if (code == MZG_OK)
        code = check_activation(work, common->activations, e);
    if (code == MZG_OK)
        code = check_heads(work, common->flags, e);
    if (code == MZG_OK)
        code = put_rotated(work, common->flags, k, e);
    if (code == MZG_OK)
        code = check_rope(work, common->flags, rope, e);
    if (code == MZG_OK)
        code = check_epsilon(work, common, k, e);
    if (code == MZG_OK)
        notice_losses(work, common->flags, rope);
    return code;
}

enum mzg_code mzg_common_expert_ff(const struct mzg_config *c, const char *name, struct mzg_hparams *h,
                                   struct mzg_err *e)
{
    const char *const names[] = {name, NULL};
    const struct mzg_config_key key = {"expert_feed_forward_length", names, MZG_KV_U32, 1, 1 << 24,
                                       h->experts > 0};
    double number = 0;
    bool there;

    enum mzg_code code = mzg_config_number(c->root, &key, &number, &there, e);
    h->expert_ff = (uint64_t)number;
    return code;
}

enum mzg_code mzg_common_tied(struct mzg_config *c, struct mzg_err *e)
{
    return mzg_config_default(c, "tie_word_embeddings", json_true())
               ? MZG_OK : mzg_fail_memory(e, "config.json");
}

/* By the last of the names that are asked for. */
enum mzg_code mzg_common_rotary_default(struct mzg_config *c, double part, struct mzg_err *e)
{
    return mzg_config_default(c, "rope_percent", json_real(part))
               ? MZG_OK : mzg_fail_memory(e, "config.json");
}

enum mzg_code mzg_common_put_parallel(const struct mzg_arch_work *work, struct mzg_kvs *k,
                                      struct mzg_err *e)
{
    bool parallel = true;
    char key[80];

    enum mzg_code code = mzg_json_bool_opt(work->config->root, "use_parallel_residual", &parallel, e);
    snprintf(key, sizeof key, "%s.use_parallel_residual", work->arch->name);
    mzg_kvs_bool(k, key, parallel);
    return code == MZG_OK ? code : mzg_prefix(e, "config.json");
}

enum mzg_code mzg_common_must_be(const struct mzg_arch_work *work, const char *key, bool absent,
                                 bool must, struct mzg_err *e)
{
    bool is = absent;
    char what[120];

    if (mzg_config_find(work->config->root, key)) {
        enum mzg_code code = mzg_json_bool_opt(work->config->root, key, &is, e);
        if (code != MZG_OK)
            return mzg_prefix(e, "config.json");
    }
    if (is == must)
        return MZG_OK;
    snprintf(what, sizeof what, "is %s, and %s models are run as if it were %s",
             is ? "true" : "false", work->arch->name, must ? "true" : "false");
    return mzg_arch_fail_key(MZG_UNSUPPORTED, key, what, e);
}

/* ---- layers that attend to a window ---- */

static const struct mzg_config_key window = {
    "attention.sliding_window", MZG_CONFIG_NAMES("sliding_window"), MZG_KV_U32, 1, INT32_MAX, false};
static const struct mzg_config_key every = {
    "", MZG_CONFIG_NAMES("sliding_window_pattern", "_sliding_window_pattern"), MZG_KV_U32, 1, 4096, false};

/* Whether layer i does: by layer_types, else all but every n-th. */
static enum mzg_code slides(const struct mzg_arch_work *work, uint64_t n, uint64_t i, bool *sliding,
                            struct mzg_err *e)
{
    const json_t *types = mzg_config_find(work->config->root, "layer_types");
    const char *type = json_string_value(json_array_get(types, i));

    *sliding = type ? strcmp(type, "sliding_attention") == 0 : (i + 1) % n != 0;
    if (!types || (type && (*sliding || strcmp(type, "full_attention") == 0)))
        return MZG_OK;
    return mzg_arch_fail_key(MZG_UNSUPPORTED, "layer_types",
                             "does not say of each layer whether it is sliding_attention or "
                             "full_attention", e);
}

static enum mzg_code put_pattern(const struct mzg_arch_work *work, uint64_t period, uint64_t n,
                                 struct mzg_kvs *k, struct mzg_err *e)
{
    uint64_t layers = work->hparams->layers;
    bool *sliding = calloc(layers, sizeof *sliding), usual = true;
    enum mzg_code code = sliding ? MZG_OK : mzg_fail_memory(e, "config.json");
    char key[80];

    for (uint64_t i = 0; i < layers && code == MZG_OK; i++) {
        code = slides(work, n, i, &sliding[i], e);
        usual = usual && sliding[i] == ((i + 1) % period != 0);
    }
    snprintf(key, sizeof key, "%s.attention.sliding_window_pattern", work->arch->name);
    if (code == MZG_OK && !usual)
        mzg_kvs_bools(k, key, sliding, layers);
    free(sliding);
    return code;
}

enum mzg_code mzg_common_put_window(const struct mzg_arch_work *work, uint64_t period,
                                    struct mzg_kvs *k, struct mzg_err *e)
{
    const json_t *root = work->config->root,
                 *local = mzg_config_find(root, "rope_parameters.sliding_attention.rope_type");
    double n = (double)period;
    bool there;

    if (local && (!json_is_string(local) || strcmp(json_string_value(local), "default") != 0))
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "rope_parameters.sliding_attention.rope_type",
                                 "is not default", e);
    if (!mzg_config_find(root, "sliding_window"))
        return MZG_OK;
    enum mzg_code code = mzg_config_put_keys(root, work->arch->name, &window, 1, k, e);
    if (code == MZG_OK)
        code = mzg_config_number(root, &every, &n, &there, e);
    return code == MZG_OK ? put_pattern(work, period, (uint64_t)n, k, e) : code;
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

enum mzg_code mzg_common_compute(const struct mzg_arch_work *work, struct mzg_model *m,
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

