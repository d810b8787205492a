/* make_model.c: a developer's tool: llama-shaped models in Hugging Face's layout, of any size, the
 * same bytes from the same arguments on every machine.
 *
 * usage: make_model --out DIR [--layers 2] [--hidden 256] [--ff 512] [--heads 4] [--kv 2]
 *                   [--vocab 640] [--dtype BF16|F16|F32] [--shards 1] [--tokenizer bpe|spm]
 *                   [--seed 1]
 *
 * The weights mean nothing but look like weights: bell-shaped with heavy tails, rows and columns of
 * different size, a few columns far larger than the rest, as activations of real models have made
 * them. A value is a sum of integers times powers of two and a few products: no libm, nothing that
 * differs between machines. They are written as they are made, a row at a time. */
#include "make_model.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_BUFFER ((size_t)1 << 20)

enum dtype { BF16, F16, F32 };
static const char *const dtype_names[] = {"BF16", "F16", "F32"};
static const char *const torch_names[] = {"bfloat16", "float16", "float32"};

struct options {
    const char *out;
    uint64_t layers, hidden, ff, heads, kv, vocab, shards, seed;
    enum dtype dtype;
    bool bpe;
};

struct tensor {
    char name[80];
    uint64_t rows, cols; /* cols 0: a vector of norm weights, rows long */
    uint64_t bytes;
    uint64_t shard;
};

struct model {
    struct options o;
    struct tensor *tensors;
    uint64_t n, bytes;
};

void give_up(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fprintf(stderr, "make_model: ");
    vfprintf(stderr, fmt, args);
    fprintf(stderr, "\n");
    va_end(args);
    exit(2);
}

FILE *create(const char *folder, const char *name)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (!f || setvbuf(f, NULL, _IOFBF, FILE_BUFFER) != 0)
        give_up("cannot write %s: %s", path, strerror(errno));
    return f;
}

void finish(FILE *f, const char *name)
{
    bool failed = ferror(f) != 0;

    if (fclose(f) != 0 || failed)
        give_up("cannot write %s: %s", name, strerror(errno));
}

/* ---- numbers ---- */

struct random {
    uint64_t state; /* never 0 */
};

/* xorshift64* (S. Vigna, 2014). */
static inline uint64_t next(struct random *r)
{
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return r->state * 0x2545f4914f6cdd1du;
}

static struct random seeded(uint64_t seed, uint64_t stream)
{
    struct random r = {(seed + 1) * 0x9e3779b97f4a7c15u ^ (stream + 1) * 0xd1b54a32d192ed03u};

    if (r.state == 0)
        r.state = 1;
    for (int i = 0; i < 8; i++)
        next(&r);
    return r;
}

/* In [0.5, 1.5). */
static float around_one(struct random *r)
{
    return 0.5f + (float)(next(r) >> 40) * 0x1p-24f;
}

/* Four 16-bit uniforms from one draw, their sum centred: nearly normal, deviation 0.577 * 65536.
 * One value in 256 is four times as large, which gives the tails. */
static inline float bell(struct random *r)
{
    uint64_t x = next(r);
    int32_t sum = (int32_t)(x & 0xffff) + (int32_t)(x >> 16 & 0xffff) +
                  (int32_t)(x >> 32 & 0xffff) + (int32_t)(x >> 48) - 131070;

    return (float)((x * 0x9e3779b97f4a7c15u) >> 56 == 0 ? 4 * sum : sum);
}

/* Rounded to nearest, ties to even. The values are finite. */
static inline uint16_t to_bf16(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/* The same; below 2^-14 in steps of 2^-24. The values stay below 65504. */
static inline uint16_t to_f16(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000, mag = bits & 0x7fffffff;
    if (mag >= 0x38800000) {
        mag -= 0x38000000;
        return (uint16_t)(sign | (mag + 0xfff + (mag >> 13 & 1)) >> 13);
    }
    float scaled = value < 0 ? -value * 0x1p24f : value * 0x1p24f;
    uint32_t whole = (uint32_t)scaled;
    float rest = scaled - (float)whole;
    return (uint16_t)(sign | (whole + (rest > 0.5f || (rest >= 0.5f && (whole & 1)))));
}

static size_t dtype_size(enum dtype t)
{
    return t == F32 ? 4 : 2;
}

static void encode(enum dtype t, const float *values, uint64_t n, unsigned char *out)
{
    for (uint64_t i = 0; i < n; i++) {
        uint32_t bits;
        if (t == F32)
            memcpy(&bits, &values[i], sizeof bits);
        else
            bits = t == BF16 ? to_bf16(values[i]) : to_f16(values[i]);
        for (size_t k = 0; k < dtype_size(t); k++)
            *out++ = (unsigned char)(bits >> 8 * k);
    }
}

/* ---- tensors ---- */

static void add(struct model *m, const char *name, uint64_t rows, uint64_t cols)
{
    struct tensor *t = &m->tensors[m->n++];

    snprintf(t->name, sizeof t->name, "%s", name);
    t->rows = rows;
    t->cols = cols;
    t->bytes = rows * (cols ? cols : 1) * dtype_size(m->o.dtype);
    m->bytes += t->bytes;
}

static void list_tensors(struct model *m)
{
    const struct options *o = &m->o;
    const uint64_t kv = o->hidden / o->heads * o->kv;
    const struct { const char *name; uint64_t rows, cols; } layer[] = {
        {"input_layernorm", o->hidden, 0},        {"self_attn.q_proj", o->hidden, o->hidden},
        {"self_attn.k_proj", kv, o->hidden},      {"self_attn.v_proj", kv, o->hidden},
        {"self_attn.o_proj", o->hidden, o->hidden}, {"post_attention_layernorm", o->hidden, 0},
        {"mlp.gate_proj", o->ff, o->hidden},      {"mlp.up_proj", o->ff, o->hidden},
        {"mlp.down_proj", o->hidden, o->ff},
    };
    const size_t per_layer = sizeof layer / sizeof *layer;

    m->tensors = calloc(o->layers * per_layer + 3, sizeof *m->tensors);
    if (!m->tensors)
        give_up("out of memory");
    add(m, "model.embed_tokens.weight", o->vocab, o->hidden);
    for (uint64_t i = 0; i < o->layers * per_layer; i++) {
        char name[80];
        size_t k = i % per_layer;
        snprintf(name, sizeof name, "model.layers.%" PRIu64 ".%s.weight", i / per_layer,
                 layer[k].name);
        add(m, name, layer[k].rows, layer[k].cols);
    }
    add(m, "model.norm.weight", o->hidden, 0);
    add(m, "lm_head.weight", o->vocab, o->hidden);
    if (o->shards > m->n)
        give_up("--shards: there are only %" PRIu64 " tensors", m->n);
}

/* In order, each shard about as large as the others, and none empty. */
static void share_out(struct model *m)
{
    uint64_t shard = 0, before = 0;

    for (uint64_t i = 0; i < m->n; i++) {
        bool full = before >= m->bytes / m->o.shards * (shard + 1);
        bool needed = m->n - i == m->o.shards - 1 - shard;
        if (i > 0 && shard + 1 < m->o.shards && (full || needed))
            shard++;
        m->tensors[i].shard = shard;
        before += m->tensors[i].bytes;
    }
}

static void shard_name(char name[64], const struct options *o, uint64_t shard)
{
    if (o->shards == 1)
        snprintf(name, 64, "model.safetensors");
    else
        snprintf(name, 64, "model-%05" PRIu64 "-of-%05" PRIu64 ".safetensors", shard + 1,
                 o->shards);
}

static void write_vector(FILE *f, const struct model *m, const struct tensor *t, struct random *r,
                         float *values, unsigned char *bytes)
{
    for (uint64_t i = 0; i < t->rows; i++)
        values[i] = 0.5f + 0.5f * around_one(r);
    encode(m->o.dtype, values, t->rows, bytes);
    fwrite(bytes, dtype_size(m->o.dtype), t->rows, f);
}

static void write_matrix(FILE *f, const struct model *m, const struct tensor *t, struct random *r,
                         float *values, unsigned char *bytes)
{
    float *columns = malloc(t->cols * sizeof *columns);
    float scale = 0x1p-15f;

    if (!columns)
        give_up("out of memory");
    for (uint64_t c = t->cols; c > 1; c /= 4) /* about 1 / sqrt(cols) */
        scale *= 0.5f;
    for (uint64_t c = 0; c < t->cols; c++)
        columns[c] = around_one(r) * (next(r) >> 56 == 0 ? 6.0f : 1.0f);
    for (uint64_t row = 0; row < t->rows; row++) {
        float size = scale * around_one(r);
        for (uint64_t c = 0; c < t->cols; c++)
            values[c] = bell(r) * size * columns[c];
        encode(m->o.dtype, values, t->cols, bytes);
        fwrite(bytes, dtype_size(m->o.dtype), t->cols, f);
    }
    free(columns);
}

/* The header of a shard: its tensors in order, without gaps; padded to a multiple of 8. */
static void write_header(FILE *f, const struct model *m, uint64_t shard)
{
    char *header = NULL;
    size_t len = 0;
    uint64_t at = 0;
    FILE *text = open_memstream(&header, &len);

    if (!text)
        give_up("out of memory");
    fprintf(text, "{\"__metadata__\":{\"format\":\"pt\"}");
    for (uint64_t i = 0; i < m->n; i++) {
        const struct tensor *t = &m->tensors[i];
        if (t->shard != shard)
            continue;
        fprintf(text, ",\"%s\":{\"dtype\":\"%s\",\"shape\":[%" PRIu64, t->name,
                dtype_names[m->o.dtype], t->rows);
        if (t->cols)
            fprintf(text, ",%" PRIu64, t->cols);
        fprintf(text, "],\"data_offsets\":[%" PRIu64 ",%" PRIu64 "]}", at, at + t->bytes);
        at += t->bytes;
    }
    fprintf(text, "}");
    fflush(text);
    while (len % 8 != 0) {
        fputc(' ', text);
        fflush(text);
    }
    if (fclose(text) != 0)
        give_up("out of memory");
    for (int shift = 0; shift < 64; shift += 8)
        fputc((int)((uint64_t)len >> shift & 0xff), f);
    fwrite(header, 1, len, f);
    free(header);
}

static void write_shard(const struct model *m, uint64_t shard, float *values, unsigned char *bytes)
{
    char name[64];

    shard_name(name, &m->o, shard);
    FILE *f = create(m->o.out, name);
    write_header(f, m, shard);
    for (uint64_t i = 0; i < m->n; i++) {
        struct random r = seeded(m->o.seed, i); /* so that shards do not change a tensor */
        if (m->tensors[i].shard != shard)
            continue;
        if (m->tensors[i].cols)
            write_matrix(f, m, &m->tensors[i], &r, values, bytes);
        else
            write_vector(f, m, &m->tensors[i], &r, values, bytes);
    }
    finish(f, name);
}

static void write_index(const struct model *m)
{
    FILE *f = create(m->o.out, "model.safetensors.index.json");

    fprintf(f, "{\n \"metadata\": {\"total_size\": %" PRIu64 "},\n \"weight_map\": {", m->bytes);
    for (uint64_t i = 0; i < m->n; i++) {
        char name[64];
        shard_name(name, &m->o, m->tensors[i].shard);
        fprintf(f, "%s\n  \"%s\": \"%s\"", i ? "," : "", m->tensors[i].name, name);
    }
    fprintf(f, "\n }\n}\n");
    finish(f, "model.safetensors.index.json");
}

static void write_weights(struct model *m)
{
    uint64_t widest = m->o.hidden > m->o.ff ? m->o.hidden : m->o.ff;
    float *values = malloc(widest * sizeof *values);
    unsigned char *bytes = malloc(widest * 4);

    if (!values || !bytes)
        give_up("out of memory");
    list_tensors(m);
    share_out(m);
    for (uint64_t shard = 0; shard < m->o.shards; shard++)
        write_shard(m, shard, values, bytes);
    if (m->o.shards > 1)
        write_index(m);
    free(m->tensors);
    free(values);
    free(bytes);
}

/* ---- the rest ---- */

static void write_config(const struct options *o, const struct tokenizer_ids *ids)
{
    FILE *f = create(o->out, "config.json");

    fprintf(f, "{\n \"architectures\": [\"LlamaForCausalLM\"],\n \"model_type\": \"llama\",\n"
            " \"hidden_act\": \"silu\",\n \"hidden_size\": %" PRIu64 ",\n"
            " \"intermediate_size\": %" PRIu64 ",\n \"num_hidden_layers\": %" PRIu64 ",\n"
            " \"num_attention_heads\": %" PRIu64 ",\n \"num_key_value_heads\": %" PRIu64 ",\n"
            " \"vocab_size\": %" PRIu64 ",\n \"max_position_embeddings\": 2048,\n"
            " \"rms_norm_eps\": 1e-05,\n \"rope_theta\": 10000.0,\n"
            " \"tie_word_embeddings\": false,\n"
            " \"bos_token_id\": %u,\n \"eos_token_id\": %u,\n \"torch_dtype\": \"%s\"\n}\n",
            o->hidden, o->ff, o->layers, o->heads, o->kv, o->vocab, ids->bos, ids->eos,
            torch_names[o->dtype]);
    finish(f, "config.json");
}

static uint64_t number(const char *name, const char *text)
{
    char *end;

    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (errno || *end || end == text || text[0] == '-' || n > 1u << 24)
        give_up("--%s: '%s' is not a number up to %u", name, text, 1u << 24);
    return n;
}

static enum dtype dtype_named(const char *text)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(text, dtype_names[i]) == 0)
            return (enum dtype)i;
    give_up("--dtype: '%s' is none of BF16, F16, F32", text);
}

static bool is_bpe(const char *text)
{
    if (strcmp(text, "bpe") != 0 && strcmp(text, "spm") != 0)
        give_up("--tokenizer: '%s' is neither bpe nor spm", text);
    return strcmp(text, "bpe") == 0;
}

static void parse(struct options *o, int argc, char **argv)
{
    enum { OUT, DTYPE, TOKENIZER, NUMBERS };
    uint64_t *const numbers[] = {&o->layers, &o->hidden, &o->ff, &o->heads, &o->kv, &o->vocab,
                                 &o->shards, &o->seed};
    static const struct option names[] = {
        {"out", 1, NULL, OUT}, {"dtype", 1, NULL, DTYPE}, {"tokenizer", 1, NULL, TOKENIZER},
        {"layers", 1, NULL, NUMBERS},     {"hidden", 1, NULL, NUMBERS + 1},
        {"ff", 1, NULL, NUMBERS + 2},     {"heads", 1, NULL, NUMBERS + 3},
        {"kv", 1, NULL, NUMBERS + 4},     {"vocab", 1, NULL, NUMBERS + 5},
        {"shards", 1, NULL, NUMBERS + 6}, {"seed", 1, NULL, NUMBERS + 7},
        {NULL, 0, NULL, 0},
    };
    int which, index;

    while ((which = getopt_long(argc, argv, "", names, &index)) != -1) {
        if (which == OUT)
            o->out = optarg;
        else if (which == DTYPE)
            o->dtype = dtype_named(optarg);
        else if (which == TOKENIZER)
            o->bpe = is_bpe(optarg);
        else if (which >= NUMBERS && which < NUMBERS + 8)
            *numbers[which - NUMBERS] = number(names[index].name, optarg);
        else
            exit(2);
    }
    if (!o->out || optind != argc)
        give_up("usage: make_model --out DIR [--OPTION VALUE ...] (see samples/README.md)");
    for (int i = 0; i < 7; i++)
        if (*numbers[i] == 0)
            give_up("--%s: 0", names[NUMBERS + i].name);
    if (o->hidden % o->heads != 0 || o->hidden / o->heads % 2 != 0 || o->heads % o->kv != 0)
        give_up("--heads must divide --hidden into even parts, --kv must divide --heads");
}

int main(int argc, char **argv)
{
    struct model m = {.o = {
        .layers = 2, .hidden = 256, .ff = 512, .heads = 4, .kv = 2, .vocab = 640, .shards = 1,
        .seed = 1, .dtype = BF16, .bpe = true,
    }};
    struct tokenizer_ids ids;

    parse(&m.o, argc, argv);
    if (mkdir(m.o.out, 0777) != 0 && errno != EEXIST)
        give_up("cannot make %s: %s", m.o.out, strerror(errno));
    make_tokenizer(m.o.out, m.o.bpe, (unsigned)m.o.vocab, &ids);
    write_weights(&m);
    write_config(&m.o, &ids); /* last: a folder that has it is whole */
    return 0;
}
