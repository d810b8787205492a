/* tiny.h: the smallest llama there can be, as the text of its config.json, the header of its
 * safetensors file, and the bytes of its tokenizer. */
#ifndef MZG_TESTS_TINY_H
#define MZG_TESTS_TINY_H

#include "refused.h"

#define TINY_MAX 4096

static const char tiny_config[] =
    "{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\",\n"
    "\"_name_or_path\":\"somewhere/tiny\",\n"
    "\"hidden_size\":4,\"intermediate_size\":6,\"num_hidden_layers\":1,\n"
    "\"num_attention_heads\":2,\"num_key_value_heads\":1,\n"
    "\"vocab_size\":5,\"max_position_embeddings\":64,\"rms_norm_eps\":1e-05,\n"
    "\"rope_theta\":500000.0,\"hidden_act\":\"silu\",\"tie_word_embeddings\":false}\n";

static const struct tiny_tensor {
    const char *name;
    unsigned rows, width; /* rows 0: a vector */
} tiny_tensors[] = {
    {"lm_head.weight", 5, 4},
    {"model.embed_tokens.weight", 5, 4},
    {"model.layers.0.input_layernorm.weight", 0, 4},
    {"model.layers.0.mlp.down_proj.weight", 4, 6},
    {"model.layers.0.mlp.gate_proj.weight", 6, 4},
    {"model.layers.0.mlp.up_proj.weight", 6, 4},
    {"model.layers.0.post_attention_layernorm.weight", 0, 4},
    {"model.layers.0.self_attn.k_proj.weight", 2, 4},
    {"model.layers.0.self_attn.o_proj.weight", 4, 4},
    {"model.layers.0.self_attn.q_proj.weight", 4, 4},
    {"model.layers.0.self_attn.v_proj.weight", 2, 4},
    {"model.norm.weight", 0, 4},
};
#define TINY_TENSORS (sizeof tiny_tensors / sizeof *tiny_tensors)

/* <unk>, <s>, </s>, "<0x0A>", "a": a SentencePiece BPE model. */
static const uint8_t tiny_tokenizer[] = {
    0x0a, 9, 0x0a, 5, '<', 'u', 'n', 'k', '>', 0x18, 2,
    0x0a, 7, 0x0a, 3, '<', 's', '>', 0x18, 3,
    0x0a, 8, 0x0a, 4, '<', '/', 's', '>', 0x18, 3,
    0x0a, 10, 0x0a, 6, '<', '0', 'x', '0', 'A', '>', 0x18, 6,
    0x0a, 8, 0x0a, 1, 'a', 0x15, 0, 0, 0x80, 0xbf,
    0x12, 2, 0x18, 2,
};

/* text with `from` replaced by `to` (as it is when from is NULL); *at: where. */
static inline void replace(char out[TINY_MAX], const char *text, const char *from, const char *to,
                           size_t *at)
{
    const char *p = from ? strstr(text, from) : text;

    assert_non_null(p);
    int n = snprintf(out, TINY_MAX, "%.*s%s%s", (int)(p - text), text, from ? to : "",
                     from ? p + strlen(from) : p);
    assert_true(n > 0 && n < TINY_MAX);
    if (at)
        *at = (size_t)(p - text);
}

/* The header of n tensors, in F32; *bytes: of their data. */
static inline void tiny_header_of(const struct tiny_tensor *tensors, size_t n, char out[TINY_MAX], size_t *bytes)
{
    size_t len = 0, data = 0;

    for (size_t i = 0; i < n; i++) {
        const struct tiny_tensor *t = &tensors[i];
        size_t size = 4 * (size_t)t->width * (t->rows ? t->rows : 1);
        char shape[32];
        snprintf(shape, sizeof shape, t->rows ? "%u,%u" : "%.0u%u", t->rows, t->width);
        len += (size_t)snprintf(out + len, TINY_MAX - len,
                                "%s" ENTRY("%s", "F32", "%s", "%zu,%zu"),
                                i ? "," : "{", t->name, shape, data, data + size);
        data += size;
    }
    snprintf(out + len, TINY_MAX - len, "}");
    *bytes = data;
}

static inline void tiny_header(char out[TINY_MAX], size_t *bytes)
{
    tiny_header_of(tiny_tensors, TINY_TENSORS, out, bytes);
}

/* A safetensors file: length, header, data. */
static inline size_t tiny_file(uint8_t out[TINY_MAX], const char *header, size_t bytes)
{
    size_t len = strlen(header);

    assert_true(8 + len + bytes <= TINY_MAX);
    memset(out, 0, TINY_MAX);
    out[0] = (uint8_t)len;
    out[1] = (uint8_t)(len >> 8);
    memcpy(out + 8, header, len);
    for (size_t i = 0; i < bytes / 4; i++) { /* small multiples of 1/8 */
        float x = (float)(i % 15) / 8.0f - 0.875f;
        memcpy(out + 8 + len + 4 * i, &x, sizeof x);
    }
    return 8 + len + bytes;
}

#endif
