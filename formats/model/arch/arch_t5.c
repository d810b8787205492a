/* T5, T5 1.1, flan-t5, mT5 and umT5: an encoder and a decoder, or the encoder alone.
 *
 * The first T5 divides what its head sees by the square root of the width, which its runtime does not: the
 * decoder's last norm is made smaller by as much. Sources: llama.cpp's converter and loader of 2026. */
#include "common.h"
#include "pooling.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ENC "encoder.block.#.layer."
#define DEC "decoder.block.%.layer."
#define BUCKETS MZG_DIM_X0
#define HEADS MZG_DIM_X1
enum { BUCKETS_AT, HEADS_AT, SCALED_AT }; /* in hparams.own; the last: whether the head's input is divided */

static const struct mzg_values *scaled(const struct mzg_making *m)
{
    return m->h->own[SCALED_AT] ? mzg_values_times(m->arena, m->values, (float)(1 / sqrt((double)m->h->embd)))
                                : m->values;
}

#define MATRIX(from, to, rows, width, flags) MZG_TENSOR(from ".weight", to ".weight", rows, width, flags, NULL)
#define NORM(from, to, how) MZG_TENSOR(from ".weight", to ".weight", MZG_DIM_1, MZG_DIM_EMBD, 0, how)
#define ATTENTION(from, to)                                                                        \
    MATRIX(from ".q", to "_q", MZG_DIM_Q, MZG_DIM_EMBD, 0),                                        \
    MATRIX(from ".k", to "_k", MZG_DIM_Q, MZG_DIM_EMBD, 0),                                        \
    MATRIX(from ".v", to "_v", MZG_DIM_Q, MZG_DIM_EMBD, 0),                                        \
    MATRIX(from ".o", to "_o", MZG_DIM_EMBD, MZG_DIM_Q, 0)
#define SELF_ATTENTION(from, to)                                                                   \
    NORM(from "0.layer_norm", to "attn_norm", NULL), ATTENTION(from "0.SelfAttention", to "attn"), \
    MATRIX(from "0.SelfAttention.relative_attention_bias", to "attn_rel_b", BUCKETS, HEADS,        \
           MZG_ROW_LATER)
#define PLAIN(from, to)                                                                            \
    NORM(from ".layer_norm", to "ffn_norm", NULL),                                                 \
    MATRIX(from ".DenseReluDense.wi", to "ffn_up", MZG_DIM_FF, MZG_DIM_EMBD, 0),                   \
    MATRIX(from ".DenseReluDense.wo", to "ffn_down", MZG_DIM_EMBD, MZG_DIM_FF, 0)
#define GATED(from, to)                                                                            \
    NORM(from ".layer_norm", to "ffn_norm", NULL),                                                 \
    MATRIX(from ".DenseReluDense.wi_0", to "ffn_gate", MZG_DIM_FF, MZG_DIM_EMBD, 0),               \
    MATRIX(from ".DenseReluDense.wi_1", to "ffn_up", MZG_DIM_FF, MZG_DIM_EMBD, 0),                 \
    MATRIX(from ".DenseReluDense.wo", to "ffn_down", MZG_DIM_EMBD, MZG_DIM_FF, 0)
/* One embedding under any of its names, often under all. */
#define ENCODER                                                                                    \
    MATRIX("shared", "token_embd", MZG_DIM_VOCAB, MZG_DIM_EMBD, MZG_ROW_EITHER),                   \
    MATRIX("encoder.embed_tokens", "token_embd", MZG_DIM_VOCAB, MZG_DIM_EMBD,                      \
           MZG_ROW_EITHER | MZG_ROW_ELSE),                                                         \
    MATRIX("decoder.embed_tokens", "token_embd", MZG_DIM_VOCAB, MZG_DIM_EMBD,                      \
           MZG_ROW_EITHER | MZG_ROW_ELSE),                                                         \
    NORM("encoder.final_layer_norm", "enc.output_norm", NULL), SELF_ATTENTION(ENC, "enc.blk.#.")
#define DECODER                                                                                    \
    NORM("decoder.final_layer_norm", "dec.output_norm", scaled),                                   \
    MATRIX("lm_head", "output", MZG_DIM_VOCAB, MZG_DIM_EMBD, MZG_ROW_HEAD),                        \
    SELF_ATTENTION(DEC, "dec.blk.%."), NORM(DEC "1.layer_norm", "dec.blk.%.cross_attn_norm", NULL),\
    ATTENTION(DEC "1.EncDecAttention", "dec.blk.%.cross_attn")

static const struct mzg_arch_tensor plain[] = {
    ENCODER, PLAIN(ENC "1", "enc.blk.#."), DECODER, PLAIN(DEC "2", "dec.blk.%."),
};
static const struct mzg_arch_tensor gated[] = {
    ENCODER, GATED(ENC "1", "enc.blk.#."), DECODER, GATED(DEC "2", "dec.blk.%."),
};
static const struct mzg_arch_tensor plain_encoder[] = {ENCODER, PLAIN(ENC "1", "enc.blk.#.")};
static const struct mzg_arch_tensor gated_encoder[] = {ENCODER, GATED(ENC "1", "enc.blk.#.")};

/* Nothing reads the first. */
#define UNUSED "*.EncDecAttention.relative_attention_bias.weight"
static const char *const unused[] = {UNUSED, NULL};
static const char *const beyond_encoder[] = {UNUSED, "decoder.block.", "decoder.final_layer_norm.", "lm_head.",
                                             NULL};

static const char *feed_forward(const struct mzg_config *c)
{
    const char *said = json_string_value(json_object_get(c->root, "feed_forward_proj"));
    bool first = strcmp(c->model_type, "t5") == 0 || c->model_type[0] == '\0';

    return said ? said : first ? "relu" : "gated-gelu";
}

static bool is_gated(const struct mzg_config *c)
{
    return strncmp(feed_forward(c), "gated", 5) == 0;
}

static bool is_plain(const struct mzg_config *c)
{
    return !is_gated(c);
}

static enum mzg_code settle(struct mzg_config *c, struct mzg_err *e)
{
    const struct { const char *name; json_t *value; } defaults[] = {
        {"n_positions", json_integer(512)},
        {"layer_norm_epsilon", json_real(1e-6)},
        {"relative_attention_num_buckets", json_integer(32)},
        {"num_decoder_layers", json_incref(json_object_get(c->root, "num_layers"))},
        {"decoder_start_token_id", json_integer(0)},
        {"tie_word_embeddings", json_true()},
    };
    bool ok = true;

    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
        if (!defaults[i].value) /* its absence is told with the sizes */
            continue;
        ok = mzg_config_default(c, defaults[i].name, defaults[i].value) && ok;
    }
    return ok ? MZG_OK : mzg_fail_memory(e, "config.json");
}

/* mT5 and umT5 never divide; of T5, those that say that their head is no copy do not, either. */
static enum mzg_code measure_scale(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    bool scale = strcmp(c->model_type, "mt5") != 0 && strcmp(c->model_type, "umt5") != 0 && h->tied;

    if (mzg_json_bool_opt(c->root, "scale_decoder_outputs", &scale, e) != MZG_OK)
        return mzg_prefix(e, "config.json");
    h->own[SCALED_AT] = scale;
    return MZG_OK;
}

static enum mzg_code measure(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    int64_t buckets = 0, layers = 0;

    enum mzg_code code = mzg_json_int_opt(c->root, "relative_attention_num_buckets", 2, 65536, &buckets, e);
    if (code == MZG_OK)
        code = mzg_json_int_opt(c->root, "num_decoder_layers", 1, 4096, &layers, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "config.json");
    h->own[BUCKETS_AT] = (uint64_t)buckets;
    h->own[HEADS_AT] = h->heads;
    h->decoder_layers = (uint64_t)layers;
    return measure_scale(c, h, e);
}

static enum mzg_code check(const struct mzg_arch_work *work, struct mzg_err *e)
{
    const char *act = feed_forward(work->config);
    int64_t distance = 128;

    if (strcmp(act, "relu") != 0 && strcmp(act, "gated-gelu") != 0)
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "feed_forward_proj",
                                 "is neither relu nor gated-gelu, which t5 models are run with", e);
    if (mzg_json_int_opt(work->config->root, "relative_attention_max_distance", 1, INT32_MAX, &distance, e) !=
        MZG_OK)
        return mzg_prefix(e, "config.json");
    if (distance != 128)
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "relative_attention_max_distance",
                                 "is not 128, which t5 models are run with", e);
    return MZG_OK;
}

static const struct mzg_config_key keys[] = {
    {"attention.layer_norm_rms_epsilon", MZG_CONFIG_NAMES("layer_norm_epsilon"), MZG_KV_F32, 1e-30, 1, true},
    {"attention.relative_buckets_count", MZG_CONFIG_NAMES("relative_attention_num_buckets"), MZG_KV_U32, 2,
     65536, true},
    {"decoder_start_token_id", MZG_CONFIG_NAMES("decoder_start_token_id"), MZG_KV_U32, 0, INT32_MAX, true},
    {"decoder_block_count", MZG_CONFIG_NAMES("num_decoder_layers"), MZG_KV_U32, 1, 4096, true},
};
#define ENCODER_KEYS 2 /* of them */

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    enum mzg_code code = check(work, e);

    return code == MZG_OK ? mzg_config_put_keys(work->config->root, work->arch->name, keys,
                                                sizeof keys / sizeof *keys, k, e)
                          : code;
}

static enum mzg_code put_encoder(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    enum mzg_code code = check(work, e);

    if (code == MZG_OK)
        code = mzg_config_put_keys(work->config->root, work->arch->name, keys, ENCODER_KEYS, k, e);
    return code == MZG_OK ? mzg_pooling_put(work, k, e) : code;
}

#define CLASSES                                                                                    \
    (const char *const[]){"T5ForConditionalGeneration", "T5WithLMHeadModel",                       \
                          "MT5ForConditionalGeneration", "UMT5ForConditionalGeneration", NULL}
#define ENCODER_CLASSES                                                                            \
    (const char *const[]){"T5EncoderModel", "MT5EncoderModel", "UMT5EncoderModel", NULL}
#define TABLE(rows) .tensors = rows, .n_tensors = sizeof rows / sizeof *rows
#define WHOLE                                                                                      \
    .name = "t5", .classes = CLASSES, .drops = unused, .settle = settle, .measure = measure, .put = put
#define ALONE                                                                                      \
    .name = "t5encoder", .classes = ENCODER_CLASSES, .drops = beyond_encoder, .settle = settle,    \
    .measure = measure, .put = put_encoder

const struct mzg_arch mzg_arch_t5 = {WHOLE, TABLE(plain), .fits = is_plain};
const struct mzg_arch mzg_arch_t5_gated = {WHOLE, TABLE(gated), .fits = is_gated};
const struct mzg_arch mzg_arch_t5encoder = {ALONE, TABLE(plain_encoder), .fits = is_plain};
const struct mzg_arch mzg_arch_t5encoder_gated = {ALONE, TABLE(gated_encoder), .fits = is_gated};
