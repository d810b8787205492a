/* genai_by_hand.h: the smallest llama there can be, as onnxruntime-genai's builder would write it. */
#ifndef MZG_TESTS_GENAI_BY_HAND_H
#define MZG_TESTS_GENAI_BY_HAND_H

#include "onnx_by_hand.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char genai_config[] =
    "{\"model\":{\"bos_token_id\":1,\"context_length\":64,\"decoder\":{\"filename\":\"model.onnx\",\n"
    "\"head_size\":4,\"hidden_size\":4,\"num_attention_heads\":1,\"num_hidden_layers\":1,\n"
    "\"num_key_value_heads\":1},\"eos_token_id\":2,\"type\":\"llama\",\"vocab_size\":5}}\n";

/* How its graph differs. */
enum genai_graph {
    GENAI_GOOD, GENAI_WINDOW, GENAI_TIED, GENAI_VECTORS, GENAI_NO_EPSILON, GENAI_TWO_EPSILONS, GENAI_SOFTCAP, GENAI_INTERLEAVED, GENAI_SCALE,
    GENAI_GELU, GENAI_NO_CACHE, GENAI_CACHE_FLAT, GENAI_OTHER_PRODUCER, GENAI_NO_DOWN, GENAI_G_IDX, GENAI_BITS,
    GENAI_ROWS, GENAI_VECTOR
};

/* Element (row, column) is 100 row + column. rows 0: a vector. */
static inline void put_floats(struct message *graph, const char *name, uint64_t rows, uint64_t width)
{
    struct message *t = calloc(1, sizeof *t);
    float x[128];

    for (uint64_t i = 0; i < (rows ? rows : 1) * width; i++)
        x[i] = (float)(i / width * 100 + i % width);
    put_head(t, name, 1, rows, width);
    put_field(t, 9, x, 4 * (rows ? rows : 1) * width);
    put_message(graph, 5, t);
    free(t);
}

/* cos or sin of position times base^(-i / 2), i being 0 and 1. */
static inline void put_angles(struct message *graph, const char *name, double (*f)(double))
{
    struct message *t = calloc(1, sizeof *t);
    float x[128];

    for (int i = 0; i < 128; i++)
        x[i] = (float)f(i / 2 * (i % 2 ? 1 / sqrt(500000.0) : 1.0));
    put_head(t, name, 1, 64, 2);
    put_field(t, 9, x, sizeof x);
    put_message(graph, 5, t);
    free(t);
}

/* Rows of 32 codes of 4 bits: element k of row n is (n + k) % 16, scale n + 1. zeros: of the same bits. */
static inline void put_codes(struct message *graph, const char *base, uint64_t rows, unsigned zero)
{
    struct message *t = calloc(3, sizeof *t);
    uint8_t codes[64 * 16], zeros[64];
    float scales[64];
    char name[128];

    for (uint64_t n = 0; n < rows; n++) {
        for (uint64_t k = 0; k < 32; k += 2)
            codes[n * 16 + k / 2] = (uint8_t)((n + k) % 16 | (n + k + 1) % 16 << 4);
        scales[n] = (float)(n + 1);
        zeros[n] = (uint8_t)zero;
    }
    snprintf(name, sizeof name, "%s.MatMul.weight_Q4", base);
    put_number(&t[0], 1, rows);
    put_number(&t[0], 1, 1);
    put_number(&t[0], 1, 16);
    put_number(&t[0], 2, 2);
    put_text(&t[0], 8, name);
    put_field(&t[0], 9, codes, rows * 16);
    snprintf(name, sizeof name, "%s.MatMul.weight_scales", base);
    put_head(&t[1], name, 1, 0, rows);
    put_field(&t[1], 9, scales, rows * 4);
    snprintf(name, sizeof name, "%s.MatMul.weight_zp", base);
    put_head(&t[2], name, 2, rows, 1);
    put_field(&t[2], 9, zeros, rows);
    for (int i = 0; i < (zero ? 3 : 2); i++)
        put_message(graph, 5, &t[i]);
    free(t);
}

static inline void put_attribute(struct message *node, const char *name, int64_t whole, float real)
{
    struct message *a = calloc(1, sizeof *a);

    put_text(a, 1, name);
    if (real != 0) {
        put_varint(a, 2 << 3 | 5);
        put_bytes(a, &real, 4);
    } else {
        put_number(a, 3, (uint64_t)whole);
    }
    put_message(node, 5, a);
    free(a);
}

struct genai_attribute {
    const char *name;
    int64_t whole;
    float real;
};

/* inputs, and attributes with a name, NULL and {NULL} at their ends. */
static inline void put_node(struct message *graph, const char *op, const char *const *inputs,
                            const struct genai_attribute *attributes)
{
    struct message *node = calloc(1, sizeof *node);

    for (; inputs && *inputs; inputs++)
        put_text(node, 1, *inputs);
    put_text(node, 4, op);
    for (; attributes && attributes->name; attributes++)
        put_attribute(node, attributes->name, attributes->whole, attributes->real);
    put_message(graph, 1, node);
    free(node);
}

static inline void put_nbits(struct message *graph, const char *base, uint64_t rows, unsigned zero, enum genai_graph how)
{
    char codes[128], scales[128], zeros[128] = "";
    const char *const inputs[] = {"x", codes, scales, zeros, how == GENAI_G_IDX ? "g" : NULL, NULL};
    const struct genai_attribute attributes[] = {
        {"K", 32, 0}, {"N", (int64_t)rows, 0}, {"bits", how == GENAI_BITS ? 3 : 4, 0}, {"block_size", 32, 0}, {NULL, 0, 0}};

    put_codes(graph, base, rows, zero);
    snprintf(codes, sizeof codes, "%s.MatMul.weight_Q4", base);
    snprintf(scales, sizeof scales, "%s.MatMul.weight_scales", base);
    if (zero)
        snprintf(zeros, sizeof zeros, "%s.MatMul.weight_zp", base);
    put_node(graph, "MatMulNBits", inputs, attributes);
}

static inline void put_genai_nodes(struct message *graph, enum genai_graph how)
{
    const struct genai_attribute epsilon[] = {{"epsilon", 0, 1e-5f}, {NULL, 0, 0}},
                                 other[] = {{"epsilon", 0, 1e-6f}, {NULL, 0, 0}},
                                 attention[] = {{"num_heads", 1, 0}, {"scale", 0, how == GENAI_SCALE ? 0.25f : 0.5f},
                                                {"local_window_size", how == GENAI_WINDOW ? 32 : -1, 0},
                                                {"softcap", 0, how == GENAI_SOFTCAP ? 30.0f : 0.0f},
                                                {"rotary_interleaved", how == GENAI_INTERLEAVED, 0}, {NULL, 0, 0}};

    if (how != GENAI_VECTORS)
        put_node(graph, "Gather", (const char *const[]){"rows", "input_ids", NULL}, NULL);
    if (how != GENAI_NO_EPSILON)
        put_node(graph, "SimplifiedLayerNormalization", NULL, epsilon);
    if (how == GENAI_TWO_EPSILONS)
        put_node(graph, "SkipSimplifiedLayerNormalization", NULL, other);
    put_node(graph, "GroupQueryAttention", NULL, attention);
    if (how == GENAI_GELU)
        put_node(graph, "FastGelu", NULL, NULL);
    if (how == GENAI_G_IDX || how == GENAI_BITS)
        put_nbits(graph, "model.layers.0.mlp.up_proj", 6, 0, how);
}

static inline void put_genai_model(struct message *m, enum genai_graph how)
{
    static const char layer[] = "model.layers.0.";
    struct message *graph = calloc(1, sizeof *graph);
    char name[128];
    const struct { const char *name; uint64_t rows, width; } tensors[] = {
        {"input_layernorm.weight", 0, 4}, {"attn.qkv_proj.MatMul.weight", 4, how == GENAI_ROWS ? 10 : 12},
        {"attn.o_proj.MatMul.weight", how == GENAI_VECTOR ? 0 : 4, 4}, {"post_attention_layernorm.weight", 0, 4},
        {"mlp.gate_proj.MatMul.weight", 4, 6}, {"mlp.up_proj.MatMul.weight", 4, 6},
        {how == GENAI_NO_DOWN ? "mlp.other.MatMul.weight" : "mlp.down_proj.MatMul.weight", 6, 4},
    };

    if (how != GENAI_TIED && how != GENAI_VECTORS)
        put_floats(graph, "model.embed_tokens.weight", 5, 4);
    for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++) {
        snprintf(name, sizeof name, "%s%s", layer, tensors[i].name);
        put_floats(graph, name, tensors[i].rows, tensors[i].width);
    }
    put_floats(graph, "model.layers.1.final_norm_layernorm.weight", 0, 4);
    put_floats(graph, "lm_head.MatMul.weight", 4, 5);
    if (how == GENAI_CACHE_FLAT)
        put_floats(graph, "cos_cache", 0, 2), put_floats(graph, "sin_cache", 0, 2);
    else if (how != GENAI_NO_CACHE)
        put_angles(graph, "cos_cache", cos), put_angles(graph, "sin_cache", sin);
    put_genai_nodes(graph, how);
    put_number(m, 1, 8);
    put_text(m, 2, how == GENAI_OTHER_PRODUCER ? "pytorch" : "onnxruntime-genai");
    put_message(m, 7, graph);
    free(graph);
}

#endif
