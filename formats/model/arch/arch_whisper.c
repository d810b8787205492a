/* Whisper, from a Hugging Face folder or OpenAI's own checkpoint to whisper.cpp's file (whisper/ggml_file.h): its
 * loader knows the tensors by OpenAI's names and reads no GGUF. Sources: whisper.cpp's loader and converter of 2026,
 * OpenAI's package. */
#include "../whisper/ggml_file.h"
#include "../whisper/hearing.h"
#include "../whisper/mel.h"
#include "common.h"
#include <string.h>

#define MELS MZG_DIM_X0
#define KERNEL MZG_DIM_X1
#define AUDIO MZG_DIM_X2
#define TEXT MZG_DIM_X3
enum { MELS_AT, KERNEL_AT, AUDIO_AT, TEXT_AT, TEXT_HEADS_AT }; /* in hparams.own */

#define MATRIX(from, to, rows, width) MZG_TENSOR(from ".weight", to ".weight", rows, width, 0, NULL)
#define BIAS(from, to, rows) MZG_TENSOR(from ".bias", to ".bias", MZG_DIM_1, rows, 0, NULL)
#define BOTH(from, to, rows, width) MATRIX(from, to, rows, width), BIAS(from, to, rows)
#define NORM(from, to)                                                                             \
    MZG_TENSOR(from ".weight", to ".weight", MZG_DIM_1, MZG_DIM_EMBD, 0, NULL),                    \
    BIAS(from, to, MZG_DIM_EMBD)
#define ATTENTION(from, q, k, v, out, ln, to)                                                      \
    BOTH(from q, to ".query", MZG_DIM_EMBD, MZG_DIM_EMBD),                                         \
    MATRIX(from k, to ".key", MZG_DIM_EMBD, MZG_DIM_EMBD),                                         \
    BOTH(from v, to ".value", MZG_DIM_EMBD, MZG_DIM_EMBD),                                         \
    BOTH(from out, to ".out", MZG_DIM_EMBD, MZG_DIM_EMBD), NORM(from ln, to "_ln")
#define FEED_FORWARD(from, up, down, ln, to)                                                       \
    BOTH(from up, to "mlp.0", MZG_DIM_FF, MZG_DIM_EMBD),                                           \
    BOTH(from down, to "mlp.2", MZG_DIM_EMBD, MZG_DIM_FF), NORM(from ln, to "mlp_ln")
#define CONVOLUTION(name, width)                                                                   \
    MZG_TENSOR_3D(name ".weight", name ".weight", MZG_DIM_EMBD, width, KERNEL, 0, NULL),           \
    MZG_TENSOR(name ".bias", name ".bias", MZG_DIM_EMBD, MZG_DIM_1, 0, mzg_how_shaped)
#define CONVOLUTIONS CONVOLUTION("encoder.conv1", MELS), CONVOLUTION("encoder.conv2", MZG_DIM_EMBD)
#define POSITIONS(from, part, length)                                                              \
    MZG_TENSOR(part from, part "positional_embedding", length, MZG_DIM_EMBD, 0, NULL)

#define TRANSFORMERS(from, to) ATTENTION(from, ".q_proj", ".k_proj", ".v_proj", ".out_proj", "_layer_norm", to)
#define TRANSFORMERS_MLP(from, to) FEED_FORWARD(from, "fc1", "fc2", "final_layer_norm", to)
static const struct mzg_arch_tensor transformers[] = {
    CONVOLUTIONS, POSITIONS("embed_positions.weight", "encoder.", AUDIO),
    TRANSFORMERS("encoder.layers.#.self_attn", "encoder.blocks.#.attn"),
    TRANSFORMERS_MLP("encoder.layers.#.", "encoder.blocks.#."),
    NORM("encoder.layer_norm", "encoder.ln_post"),
    MATRIX("decoder.embed_tokens", "decoder.token_embedding", MZG_DIM_VOCAB, MZG_DIM_EMBD),
    POSITIONS("embed_positions.weight", "decoder.", TEXT),
    TRANSFORMERS("decoder.layers.%.self_attn", "decoder.blocks.%.attn"),
    TRANSFORMERS("decoder.layers.%.encoder_attn", "decoder.blocks.%.cross_attn"),
    TRANSFORMERS_MLP("decoder.layers.%.", "decoder.blocks.%."),
    NORM("decoder.layer_norm", "decoder.ln"),
};

#define OPENAI(name) ATTENTION(name, ".query", ".key", ".value", ".out", "_ln", name)
#define OPENAI_MLP(name) FEED_FORWARD(name, "mlp.0", "mlp.2", "mlp_ln", name)
static const struct mzg_arch_tensor openai[] = {
    CONVOLUTIONS, POSITIONS("positional_embedding", "encoder.", AUDIO),
    OPENAI("encoder.blocks.#.attn"), OPENAI_MLP("encoder.blocks.#."),
    NORM("encoder.ln_post", "encoder.ln_post"),
    MATRIX("decoder.token_embedding", "decoder.token_embedding", MZG_DIM_VOCAB, MZG_DIM_EMBD),
    POSITIONS("positional_embedding", "decoder.", TEXT),
    OPENAI("decoder.blocks.%.attn"), OPENAI("decoder.blocks.%.cross_attn"), OPENAI_MLP("decoder.blocks.%."),
    NORM("decoder.ln", "decoder.ln"),
};

/* The encoder's sizes under the names that all families share. */
static enum mzg_code settle(struct mzg_config *c, struct mzg_err *e)
{
    static const char *const names[][2] = {
        {"num_hidden_layers", "encoder_layers"},
        {"num_attention_heads", "encoder_attention_heads"},
        {"intermediate_size", "encoder_ffn_dim"},
        {"max_position_embeddings", "max_source_positions"},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *value = json_object_get(c->root, names[i][1]);
        if (!value)
            return mzg_arch_fail_key(MZG_MALFORMED, names[i][1], "is missing", e);
        if (json_object_set(c->root, names[i][0], value) != 0)
            return mzg_fail_memory(e, "config.json");
    }
    return mzg_config_default(c, "tie_word_embeddings", json_true()) ? MZG_OK
                                                                     : mzg_fail_memory(e, "config.json");
}

/* What OpenAI's numbers leave to be known; divisors are told by their names. */
static enum mzg_code settle_openai(struct mzg_config *c, struct mzg_err *e)
{
    json_int_t state = json_integer_value(json_object_get(c->root, "d_model"));
    json_int_t heads = json_integer_value(json_object_get(c->root, "encoder_attention_heads"));
    json_int_t text_heads = json_integer_value(json_object_get(c->root, "decoder_attention_heads"));

    if (json_integer_value(json_object_get(c->root, "text_d_model")) != state)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "dims.n_text_state is not dims.n_audio_state: whisper.cpp has "
                        "one width for both");
    if (state % (2 * heads) != 0 || state % text_heads != 0)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "dims.%s does not divide dims.n_audio_state into even "
                        "widths", state % text_heads != 0 ? "n_text_head" : "n_audio_head");
    return mzg_config_default(c, "encoder_ffn_dim", json_integer(4 * state)) &&
                   mzg_config_default(c, "decoder_ffn_dim", json_integer(4 * state))
               ? settle(c, e) : mzg_fail_memory(e, "dims");
}

static const char *token_file(const struct mzg_hparams *h, uint32_t *tokens)
{
    bool multilingual = h->vocab >= MZG_WHISPER_MULTILINGUAL;

    *tokens = h->vocab >= MZG_WHISPER_MULTILINGUAL - 1 ? 50256u + multilingual : 0;
    return multilingual ? "multilingual.tiktoken" : "gpt2.tiktoken";
}

static enum mzg_code measure(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    const struct { const char *key; int64_t max; uint64_t *size; } sizes[] = {
        {"num_mel_bins", MZG_MEL_MAX, &h->own[MELS_AT]},
        {"max_source_positions", 1 << 20, &h->own[AUDIO_AT]},
        {"max_target_positions", 1 << 20, &h->own[TEXT_AT]},
        {"decoder_attention_heads", 65536, &h->own[TEXT_HEADS_AT]},
        {"decoder_layers", 4096, &h->decoder_layers},
    };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int64_t size = 0;
        if (mzg_json_int(c->root, sizes[i].key, 1, sizes[i].max, &size, e) != MZG_OK)
            return mzg_prefix(e, "config.json");
        *sizes[i].size = (uint64_t)size;
    }
    h->own[KERNEL_AT] = 3;
    return MZG_OK;
}

/* What whisper.cpp takes for granted. */
static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    const struct mzg_hparams *h = work->hparams;
    const char *act = "gelu";
    int64_t wide = (int64_t)h->ff;

    (void)k;
    if (mzg_json_text_opt(work->config->root, "activation_function", &act, e) != MZG_OK ||
        mzg_json_int_opt(work->config->root, "decoder_ffn_dim", 1, INT32_MAX, &wide, e) != MZG_OK)
        return mzg_prefix(e, "config.json");
    if (strcmp(act, "gelu") != 0)
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "activation_function", "is not gelu", e);
    if (h->ff != 4 * h->embd || (uint64_t)wide != h->ff)
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "encoder_ffn_dim",
                                 "(or decoder_ffn_dim) is not four times d_model", e);
    if (h->embd % h->own[TEXT_HEADS_AT] != 0)
        return mzg_arch_fail_key(MZG_MALFORMED, "decoder_attention_heads", "does not divide d_model", e);
    if (!h->tied)
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "tie_word_embeddings",
                                 "is false: whisper.cpp has no head of its own", e);
    return mzg_common_must_be(work, "scale_embedding", false, false, e);
}

static enum mzg_code put_transformers(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    enum mzg_code code = put(work, k, e);

    return code == MZG_OK ? mzg_whisper_hearing(work->folder, work->hparams->own[MELS_AT], e) : code;
}

static enum mzg_code preface(const struct mzg_arch_work *work, const struct mzg_vocab *v, struct mzg_buf *out,
                             struct mzg_err *e)
{
    const struct mzg_hparams *h = work->hparams;
    const uint32_t sizes[MZG_WHISPER_SIZES] = {
        [MZG_WHISPER_VOCAB] = (uint32_t)h->vocab,
        [MZG_WHISPER_AUDIO_CTX] = (uint32_t)h->own[AUDIO_AT],
        [MZG_WHISPER_AUDIO_STATE] = (uint32_t)h->embd,
        [MZG_WHISPER_AUDIO_HEAD] = (uint32_t)h->heads,
        [MZG_WHISPER_AUDIO_LAYER] = (uint32_t)h->layers,
        [MZG_WHISPER_TEXT_CTX] = (uint32_t)h->own[TEXT_AT],
        [MZG_WHISPER_TEXT_STATE] = (uint32_t)h->embd,
        [MZG_WHISPER_TEXT_HEAD] = (uint32_t)h->own[TEXT_HEADS_AT],
        [MZG_WHISPER_TEXT_LAYER] = (uint32_t)h->decoder_layers,
        [MZG_WHISPER_MELS] = (uint32_t)h->own[MELS_AT],
    };

    if (strcmp(v->model, "gpt2") != 0)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "a tokenizer that is no byte-level BPE, which Whisper's is");
    enum mzg_code code = mzg_whisper_preface(sizes, v, out, e);
    if (code == MZG_OK)
        mzg_notice(work->notify, "a Whisper model becomes %s, no GGUF", mzg_form_ggml.what);
    return code;
}

static const struct mzg_arch_number dims[] = {
#define X(name, own, key, max) {"dims." own, key, max},
    MZG_WHISPER_DIMS(X)
#undef X
};

const struct mzg_arch mzg_arch_whisper = {
    .name = "whisper",
    .classes = (const char *const[]){"WhisperForConditionalGeneration", NULL},
    .model_types = (const char *const[]){"whisper", NULL},
    .tensors = transformers,
    .n_tensors = sizeof transformers / sizeof *transformers,
    .prefixes = (const char *const[]){"model.", NULL},
    .drops = (const char *const[]){"proj_out.", NULL},
    .settle = settle,
    .measure = measure,
    .put = put_transformers,
    .form = &mzg_form_ggml,
    .preface = preface,
};

/* Also whisper.cpp's own file, which has the same numbers and names. */
const struct mzg_arch mzg_arch_whisper_openai = {
    .name = "whisper",
    .tensors = openai,
    .n_tensors = sizeof openai / sizeof *openai,
    .settle = settle_openai,
    .measure = measure,
    .put = put,
    .numbers = dims,
    .n_numbers = sizeof dims / sizeof *dims,
    .token_file = token_file,
    .form = &mzg_form_ggml,
    .preface = preface,
};
