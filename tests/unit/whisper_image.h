/* whisper_image.h: a small Whisper of one layer each in the forms in which it is published: its tensors by the names of
 * transformers and of OpenAI, a checkpoint of OpenAI's, whisper.cpp's file, built by hand. */
#ifndef MZG_TESTS_WHISPER_IMAGE_H
#define MZG_TESTS_WHISPER_IMAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct whisper {
    uint32_t vocab, audio, text, width, heads, mels;
    const char *const *tokens; /* n_tokens of them, which are texts */
    uint32_t n_tokens;
};

/* A length as it follows from these. */
enum whisper_length { WIDTH = 1, FF, VOCAB, AUDIO, TEXT_LENGTH, MELS, THREE };

static const struct whisper_shape { const char *from, *to; enum whisper_length dims[3]; unsigned n; } shapes[] = {
#define V(from, to, n) {from, to, {n}, 1}
#define W(from, to, rows, width) {from, to, {rows, width}, 2}
#define BOTH(from, to, rows, width) W(from ".weight", to ".weight", rows, width), V(from ".bias", to ".bias", rows)
#define NORM(from, to) V(from ".weight", to ".weight", WIDTH), V(from ".bias", to ".bias", WIDTH)
#define ATTENTION(from, to)                                                                                            \
    BOTH(from ".q_proj", to ".query", WIDTH, WIDTH), W(from ".k_proj.weight", to ".key.weight", WIDTH, WIDTH),         \
    BOTH(from ".v_proj", to ".value", WIDTH, WIDTH), BOTH(from ".out_proj", to ".out", WIDTH, WIDTH),                  \
    NORM(from "_layer_norm", to "_ln")
#define MLP(from, to)                                                                                                  \
    BOTH(from "fc1", to "mlp.0", FF, WIDTH), BOTH(from "fc2", to "mlp.2", WIDTH, FF),                                  \
    NORM(from "final_layer_norm", to "mlp_ln")
    {"encoder.conv1.weight", "encoder.conv1.weight", {WIDTH, MELS, THREE}, 3},
    V("encoder.conv1.bias", "encoder.conv1.bias", WIDTH),
    {"encoder.conv2.weight", "encoder.conv2.weight", {WIDTH, WIDTH, THREE}, 3},
    V("encoder.conv2.bias", "encoder.conv2.bias", WIDTH),
    W("encoder.embed_positions.weight", "encoder.positional_embedding", AUDIO, WIDTH),
    ATTENTION("encoder.layers.0.self_attn", "encoder.blocks.0.attn"), MLP("encoder.layers.0.", "encoder.blocks.0."),
    NORM("encoder.layer_norm", "encoder.ln_post"),
    W("decoder.embed_tokens.weight", "decoder.token_embedding.weight", VOCAB, WIDTH),
    W("decoder.embed_positions.weight", "decoder.positional_embedding", TEXT_LENGTH, WIDTH),
    ATTENTION("decoder.layers.0.self_attn", "decoder.blocks.0.attn"),
    ATTENTION("decoder.layers.0.encoder_attn", "decoder.blocks.0.cross_attn"),
    MLP("decoder.layers.0.", "decoder.blocks.0."), NORM("decoder.layer_norm", "decoder.ln"),
};
#define SHAPES (sizeof shapes / sizeof *shapes)

/* Along dimension d, the outermost first; 1 beyond the last. */
static inline uint32_t length_of(const struct whisper *w, size_t tensor, unsigned d)
{
    const uint32_t all[] = {1, w->width, 4 * w->width, w->vocab, w->audio, w->text, w->mels, 3};

    return d < shapes[tensor].n ? all[shapes[tensor].dims[d]] : 1;
}

static inline uint32_t elements_of(const struct whisper *w, size_t tensor)
{
    return length_of(w, tensor, 0) * length_of(w, tensor, 1) * length_of(w, tensor, 2);
}

static inline float number(size_t tensor, uint64_t i) /* exact in halves */
{
    return (float)tensor + (float)(i % 16) / 16;
}

/* ---- bytes ---- */

#define WHISPER_IMAGE 65536

struct whisper_image {
    uint8_t bytes[WHISPER_IMAGE];
    size_t len;
    size_t first; /* whisper.cpp's file: where the first tensor's head is */
};

static inline void add_bytes(struct whisper_image *m, const void *data, size_t n)
{
    assert_true(n <= sizeof m->bytes - m->len);
    memcpy(m->bytes + m->len, data, n);
    m->len += n;
}

static inline void add_text(struct whisper_image *m, const char *text)
{
    add_bytes(m, text, strlen(text));
}

static inline void add_u32(struct whisper_image *m, uint32_t v)
{
    const uint8_t bytes[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};

    add_bytes(m, bytes, sizeof bytes);
}

static inline void add_values(struct whisper_image *m, const struct whisper *w, size_t tensor)
{
    for (uint32_t i = 0; i < elements_of(w, tensor); i++) {
        float x = number(tensor, i);
        add_bytes(m, &x, sizeof x);
    }
}

/* ---- OpenAI's checkpoint, in the older form of PyTorch's files: one storage for all tensors ---- */

static inline void add_pickled(struct whisper_image *m, const char *text)
{
    add_text(m, "X");
    add_u32(m, (uint32_t)strlen(text));
    add_text(m, text);
}

static inline void add_int(struct whisper_image *m, uint32_t v)
{
    add_text(m, "J");
    add_u32(m, v);
}

static inline void add_dims(struct whisper_image *m, const struct whisper *w)
{
    const struct { const char *name; uint32_t n; } dims[] = {
        {"n_mels", w->mels}, {"n_vocab", w->vocab}, {"n_audio_ctx", w->audio}, {"n_audio_state", w->width},
        {"n_audio_head", w->heads}, {"n_audio_layer", 1}, {"n_text_ctx", w->text}, {"n_text_state", w->width},
        {"n_text_head", w->heads}, {"n_text_layer", 1},
    };

    add_pickled(m, "dims");
    add_text(m, "}(");
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++) {
        add_pickled(m, dims[i].name);
        add_int(m, dims[i].n);
    }
    add_text(m, "u");
}

/* Memo 1 is what makes a tensor, memo 2 the storage. */
static inline void add_tensor(struct whisper_image *m, const struct whisper *w, size_t tensor, uint32_t offset)
{
    uint32_t stride = elements_of(w, tensor);

    add_pickled(m, shapes[tensor].to);
    add_text(m, "h\1(h\2");
    add_int(m, offset);
    add_text(m, "(");
    for (unsigned d = 0; d < shapes[tensor].n; d++)
        add_int(m, length_of(w, tensor, d));
    add_text(m, "t(");
    for (unsigned d = 0; d < shapes[tensor].n; d++)
        add_int(m, stride /= length_of(w, tensor, d));
    add_text(m, "t\x89NtR");
}

static inline void make_checkpoint(struct whisper_image *m, const struct whisper *w)
{
    static const char head[] = "\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\2M\xe9\3."
                               "\x80\2}(U\x10protocol_versionM\xe9\3U\x0dlittle_endian\x88u.\x80\2}(";
    static const char keys[] = "\x80\2](U\1" "0e.";
    uint32_t all = 0, at = 0;

    for (size_t i = 0; i < SHAPES; i++)
        all += elements_of(w, i);
    m->len = 0;
    add_bytes(m, head, sizeof head - 1);
    add_dims(m, w);
    add_pickled(m, "model_state_dict");
    add_text(m, "}ctorch._utils\n_rebuild_tensor_v2\nq\1" "0(U\7storagectorch\nFloatStorage\nU\1" "0U\3cpu");
    add_int(m, all);
    add_text(m, "NtQq\2" "0(");
    for (size_t i = 0; i < SHAPES; i++) {
        add_tensor(m, w, i, at);
        at += elements_of(w, i);
    }
    add_text(m, "uu.");
    add_bytes(m, keys, sizeof keys - 1);
    add_u32(m, all);
    add_u32(m, 0);
    for (size_t i = 0; i < SHAPES; i++)
        add_values(m, w, i);
}

/* A line of base64 a token, and its rank. */
static inline void make_tiktoken(struct whisper_image *m, const struct whisper *w)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char rank[16];

    m->len = 0;
    for (uint32_t i = 0; i < w->n_tokens; i++) {
        const unsigned char *t = (const unsigned char *)w->tokens[i];
        size_t n = strlen(w->tokens[i]);
        for (size_t k = 0; k < n; k += 3) {
            uint32_t bits = (uint32_t)t[k] << 16 | (k + 1 < n ? (uint32_t)t[k + 1] << 8 : 0) | (k + 2 < n ? t[k + 2] : 0u);
            const char four[4] = {digits[bits >> 18], digits[bits >> 12 & 63], k + 1 < n ? digits[bits >> 6 & 63] : '=',
                                  k + 2 < n ? digits[bits & 63] : '='};
            add_bytes(m, four, 4);
        }
        snprintf(rank, sizeof rank, "%s %u\n", n ? "" : "=", i);
        add_text(m, rank);
    }
}

/* ---- whisper.cpp's file, of F32; filters: all 0 ---- */

static inline void add_head(struct whisper_image *m, const struct whisper *w, size_t tensor)
{
    const char *name = shapes[tensor].to;
    unsigned n = shapes[tensor].n;
    bool narrow = strstr(name, "conv") != NULL && n == 1;

    add_u32(m, narrow ? 2 : n);
    add_u32(m, (uint32_t)strlen(name));
    add_u32(m, 0);
    if (narrow)
        add_u32(m, 1);
    for (unsigned d = n; d-- > 0;)
        add_u32(m, length_of(w, tensor, d));
    add_text(m, name);
}

static inline void make_ggml(struct whisper_image *m, const struct whisper *w)
{
    const uint32_t numbers[] = {0x67676d6c, w->vocab, w->audio, w->width, w->heads, 1, w->text, w->width, w->heads, 1,
                                w->mels, 0, w->mels, 201};

    m->len = 0;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        add_u32(m, numbers[i]);
    for (uint32_t i = 0; i < w->mels * 201; i++)
        add_u32(m, 0);
    add_u32(m, w->n_tokens);
    for (uint32_t i = 0; i < w->n_tokens; i++) {
        add_u32(m, (uint32_t)strlen(w->tokens[i]));
        add_text(m, w->tokens[i]);
    }
    m->first = m->len;
    for (size_t i = 0; i < SHAPES; i++) {
        add_head(m, w, i);
        add_values(m, w, i);
    }
}

#endif
