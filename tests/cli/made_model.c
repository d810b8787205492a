/* usage: made_model KIND FOLDER LAYERS HIDDEN SHARDS
 * Writes a model whose values mzigo has to make of what is stored, of any size and always the same: of KIND
 *   experts  Mixtral, its experts one by one      gpt2  matrices transposed       zip  PyTorch's archives
 *   fp8      with scales of blocks                gptq  words of 4 bits
 *   lora     no model but an adapter of rank 16, for a Llama of make_model's
 * The tokenizer is the caller's to put there; its vocabulary has 640 tokens. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { VOCAB = 640, CONTEXT = 64, EXPERTS = 8, RANK = 16, GROUP = 128, NAME = 96 };

enum dtype { BF16, F16, F32, F8, I32 };
/* Bits of a value that are random, and those that are set: small numbers of both signs, scales of one. */
static const struct { const char *name; unsigned bytes; uint64_t random, set; } dtypes[] = {
    [BF16] = {"BF16", 2, 0x81ff81ff81ff81ff, 0x3c003c003c003c00},
    [F16] = {"F16", 2, 0x03ff03ff03ff03ff, 0x1c001c001c001c00},
    [F32] = {"F32", 4, 0x01ffffff01ffffff, 0x3c0000003c000000},
    [F8] = {"F8_E4M3", 1, 0xbfbfbfbfbfbfbfbf, 0},
    [I32] = {"I32", 4, UINT64_MAX, 0},
};

/* '#': each layer; '@': each expert, too. A letter for each dimension: see length_of. A packed matrix becomes what
 * the kind packs it into. */
struct row {
    const char *name, *shape;
    bool packed;
};
#define LLAMA_FRAME                                                                                \
    {"model.embed_tokens.weight", "vh", false}, {"model.norm.weight", "h", false},                 \
    {"lm_head.weight", "vh", false}, {"model.layers.#.input_layernorm.weight", "h", false},        \
    {"model.layers.#.post_attention_layernorm.weight", "h", false},                                \
    {"model.layers.#.self_attn.q_proj.weight", "hh", true},                                        \
    {"model.layers.#.self_attn.k_proj.weight", "kh", true},                                        \
    {"model.layers.#.self_attn.v_proj.weight", "kh", true},                                        \
    {"model.layers.#.self_attn.o_proj.weight", "hh", true}
static const struct row llama[] = {
    LLAMA_FRAME, {"model.layers.#.mlp.gate_proj.weight", "fh", true},
    {"model.layers.#.mlp.up_proj.weight", "fh", true}, {"model.layers.#.mlp.down_proj.weight", "hf", true},
    {NULL, NULL, false},
};
#define EXPERT "model.layers.#.block_sparse_moe.experts.@."
static const struct row mixtral[] = {
    LLAMA_FRAME, {"model.layers.#.block_sparse_moe.gate.weight", "eh", false}, {EXPERT "w1.weight", "fh", false},
    {EXPERT "w2.weight", "hf", false}, {EXPERT "w3.weight", "fh", false}, {NULL, NULL, false},
};
static const struct row gpt2[] = {
    {"wte.weight", "vh", false}, {"wpe.weight", "ch", false}, {"ln_f.weight", "h", false}, {"ln_f.bias", "h", false},
    {"h.#.ln_1.weight", "h", false}, {"h.#.ln_1.bias", "h", false}, {"h.#.ln_2.weight", "h", false},
    {"h.#.ln_2.bias", "h", false}, {"h.#.attn.c_attn.weight", "h3", false}, {"h.#.attn.c_attn.bias", "3", false},
    {"h.#.attn.c_proj.weight", "hh", false}, {"h.#.attn.c_proj.bias", "h", false},
    {"h.#.mlp.c_fc.weight", "h4", false}, {"h.#.mlp.c_fc.bias", "4", false},
    {"h.#.mlp.c_proj.weight", "4h", false}, {"h.#.mlp.c_proj.bias", "h", false}, {NULL, NULL, false},
};
#define LORA "base_model.model.model.layers.#."
static const struct row lora[] = {
    {LORA "self_attn.q_proj.lora_A.weight", "rh", false}, {LORA "self_attn.q_proj.lora_B.weight", "hr", false},
    {LORA "mlp.up_proj.lora_A.weight", "rh", false}, {LORA "mlp.up_proj.lora_B.weight", "fr", false},
    {LORA "mlp.down_proj.lora_A.weight", "rf", false}, {LORA "mlp.down_proj.lora_B.weight", "hr", false},
    {NULL, NULL, false},
};

#define LLAMA_CONFIG "\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\",\"hidden_act\":\"silu\""
static const struct kind {
    const char *name;
    const struct row *rows;
    enum dtype dtype;
    const char *config; /* what only this kind says */
} kinds[] = {
    {"experts", mixtral, BF16, "\"architectures\":[\"MixtralForCausalLM\"],\"model_type\":\"mixtral\","
     "\"num_local_experts\":8,\"num_experts_per_tok\":2,\"hidden_act\":\"silu\""},
    {"gpt2", gpt2, BF16, "\"architectures\":[\"GPT2LMHeadModel\"],\"model_type\":\"gpt2\","
     "\"activation_function\":\"gelu_new\",\"layer_norm_epsilon\":1e-05"},
    {"zip", llama, BF16, LLAMA_CONFIG},
    {"fp8", llama, BF16, LLAMA_CONFIG ",\"quantization_config\":{\"quant_method\":\"fp8\",\"weight_block_size\":"
     "[128,128]}"},
    {"gptq", llama, BF16, LLAMA_CONFIG ",\"quantization_config\":{\"quant_method\":\"gptq\",\"bits\":4,"
     "\"group_size\":128}"},
    {"lora", lora, F32, "\"peft_type\":\"LORA\",\"r\":16,\"lora_alpha\":32"},
};

struct tensor {
    char name[NAME];
    enum dtype dtype;
    unsigned n_dims;
    uint64_t ne[2]; /* outermost first */
    uint64_t bytes, shard;
    uint64_t at;    /* in its archive, of its header */
};

static struct tensor *tensors;
static size_t n_tensors, room;
static const struct kind *kind;
static const char *folder;
static uint64_t layers, hidden, shards;

static void give_up(const char *what)
{
    fprintf(stderr, "made_model: %s: %s\n", what, strerror(errno));
    exit(2);
}

static FILE *create(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (f == NULL)
        give_up(path);
    return f;
}

static void finish(FILE *f, const char *name)
{
    bool failed = ferror(f) != 0;
    if (fclose(f) != 0 || failed)
        give_up(name);
}

/* ---- which tensors ---- */

static uint64_t length_of(char letter)
{
    switch (letter) {
    case 'h': return hidden;
    case '3': return 3 * hidden;
    case '4': return 4 * hidden;
    case 'f': return 2 * hidden;
    case 'k': return hidden / 2;
    case 'c': return CONTEXT;
    case 'e': return EXPERTS;
    case 'r': return RANK;
    default: return VOCAB;
    }
}

static void add(const char *name, const char *end, enum dtype dtype, unsigned n_dims, uint64_t rows, uint64_t width)
{
    if (n_tensors == room) {
        room = room ? 2 * room : 256;
        tensors = realloc(tensors, room * sizeof *tensors);
        if (tensors == NULL)
            give_up("tensors");
    }
    struct tensor *t = &tensors[n_tensors++];
    *t = (struct tensor){.dtype = dtype, .n_dims = n_dims, .ne = {rows, width},
                         .bytes = rows * width * dtypes[dtype].bytes};
    snprintf(t->name, sizeof t->name, "%s%s", name, end);
}

static void add_packed(const char *name, uint64_t rows, uint64_t width)
{
    char base[NAME];
    snprintf(base, sizeof base, "%.*s", (int)(strrchr(name, '.') - name), name);
    if (strcmp(kind->name, "fp8") == 0) {
        add(name, "", F8, 2, rows, width);
        add(name, "_scale_inv", F32, 2, (rows + GROUP - 1) / GROUP, (width + GROUP - 1) / GROUP);
    } else if (strcmp(kind->name, "gptq") == 0) {
        add(base, ".qweight", I32, 2, width / 8, rows);
        add(base, ".qzeros", I32, 2, width / GROUP, rows / 8);
        add(base, ".scales", F16, 2, width / GROUP, rows);
    } else {
        add(name, "", kind->dtype, 2, rows, width);
    }
}

static void add_row(const struct row *row, uint64_t layer, uint64_t expert)
{
    char name[NAME];
    size_t at = 0;
    for (const char *p = row->name; *p && at + 21 < sizeof name; p++) {
        if (*p == '#' || *p == '@')
            at += (size_t)snprintf(name + at, sizeof name - at, "%" PRIu64, *p == '#' ? layer : expert);
        else
            name[at++] = *p;
    }
    name[at] = '\0';
    uint64_t rows = length_of(row->shape[0]), width = row->shape[1] ? length_of(row->shape[1]) : 1;
    if (row->packed)
        add_packed(name, rows, width);
    else
        add(name, "", kind->dtype, row->shape[1] ? 2 : 1, rows, width);
}

static void list(void)
{
    uint64_t bytes = 0, before = 0;
    for (const struct row *row = kind->rows; row->name; row++) {
        for (uint64_t l = 0; l < (strchr(row->name, '#') ? layers : 1); l++)
            for (uint64_t x = 0; x < (strchr(row->name, '@') ? EXPERTS : 1); x++)
                add_row(row, l, x);
    }
    for (size_t i = 0; i < n_tensors; i++)
        bytes += tensors[i].bytes;
    for (size_t i = 0; i < n_tensors; before += tensors[i++].bytes)
        tensors[i].shard = before * shards / bytes;
}

/* ---- values ---- */

/* The bytes of tensor i: a stream of its own (xorshift64*, S. Vigna, 2014). */
static void write_values(FILE *f, size_t i)
{
    static uint64_t words[1 << 13];
    const uint64_t random = dtypes[tensors[i].dtype].random, set = dtypes[tensors[i].dtype].set;
    uint64_t state = (i + 1) * 0x9e3779b97f4a7c15u;
    for (uint64_t left = tensors[i].bytes; left > 0;) {
        size_t n = left < sizeof words ? (size_t)left : sizeof words;
        for (size_t k = 0; k < (n + 7) / 8; k++) {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            words[k] = (state * 0x2545f4914f6cdd1du & random) | set;
        }
        fwrite(words, 1, n, f);
        left -= n;
    }
}

static void number(FILE *f, uint64_t v, size_t size)
{
    for (size_t i = 0; i < size; i++)
        fputc((int)(i < 8 ? v >> 8 * i & 0xff : 0), f);
}

/* ---- safetensors ---- */

static void write_safetensors(FILE *f, uint64_t shard)
{
    char *text = NULL;
    size_t len = 0;
    uint64_t at = 0;
    FILE *header = open_memstream(&text, &len);
    if (header == NULL)
        give_up("header");
    for (size_t i = 0; i < n_tensors; i++) {
        const struct tensor *t = &tensors[i];
        if (t->shard != shard)
            continue;
        fprintf(header, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[%" PRIu64, at ? "," : "{", t->name,
                dtypes[t->dtype].name, t->ne[0]);
        if (t->n_dims == 2)
            fprintf(header, ",%" PRIu64, t->ne[1]);
        fprintf(header, "],\"data_offsets\":[%" PRIu64 ",%" PRIu64 "]}", at, at + t->bytes);
        at += t->bytes;
    }
    fputc('}', header);
    if (fclose(header) != 0)
        give_up("header");
    number(f, len, 8);
    fwrite(text, 1, len, f);
    free(text);
    for (size_t i = 0; i < n_tensors; i++)
        if (tensors[i].shard == shard)
            write_values(f, i);
}

/* ---- PyTorch's archive: a pickle of all tensors, a file of the values of each ---- */

static void pickle_text(FILE *f, const char *text)
{
    fputc('X', f);
    number(f, strlen(text), 4);
    fputs(text, f);
}

/* A tuple; of two numbers or one. */
static void pickle_pair(FILE *f, unsigned n, uint64_t a, uint64_t b)
{
    fputc('J', f);
    number(f, n == 2 ? a : b, 4);
    if (n == 2) {
        fputc('J', f);
        number(f, b, 4);
    }
    fputc(n == 2 ? 0x86 : 0x85, f);
}

static void pickle_tensor(FILE *f, size_t i)
{
    const struct tensor *t = &tensors[i];
    char key[24];
    snprintf(key, sizeof key, "%05zu", i);
    pickle_text(f, t->name);
    fputs("ctorch._utils\n_rebuild_tensor_v2\n((", f);
    pickle_text(f, "storage");
    fputs("ctorch\nBFloat16Storage\n", f);
    pickle_text(f, key);
    pickle_text(f, "cpu");
    fputc('J', f);
    number(f, t->ne[0] * t->ne[1], 4);
    fputs("tQJ", f);
    number(f, 0, 4);
    pickle_pair(f, t->n_dims, t->ne[0], t->n_dims == 2 ? t->ne[1] : t->ne[0]);
    pickle_pair(f, t->n_dims, t->ne[1], 1);
    fputs("\x89NtR", f);
}

static void zip_name(FILE *f, size_t i)
{
    if (i < n_tensors)
        fprintf(f, "m/data/%05zu", i);
    else
        fputs("m/data.pkl", f);
}

/* What a local header and the directory have in common; names are 12 or 10 long. */
static void zip_header(FILE *f, size_t i, uint64_t bytes, bool central, uint64_t at)
{
    number(f, central ? 0x02014b50 : 0x04034b50, 4);
    number(f, 20, central ? 2 : 0);
    number(f, 20, 2);
    number(f, 0, 12);
    number(f, bytes, 4);
    number(f, bytes, 4);
    number(f, i < n_tensors ? 12 : 10, 2);
    number(f, 0, central ? 12 : 2);
    if (central)
        number(f, at, 4);
    zip_name(f, i);
}

static void write_zip(FILE *f, uint64_t shard)
{
    char *text = NULL;
    size_t len = 0, entries = 1;
    FILE *pickle = open_memstream(&text, &len);
    if (pickle == NULL)
        give_up("pickle");
    fputs("\x80\x02}(", pickle);
    for (size_t i = 0; i < n_tensors; i++)
        if (tensors[i].shard == shard)
            pickle_tensor(pickle, i);
    fputs("u.", pickle);
    if (fclose(pickle) != 0)
        give_up("pickle");
    zip_header(f, n_tensors, len, false, 0);
    fwrite(text, 1, len, f);
    free(text);
    for (size_t i = 0; i < n_tensors; i++) {
        if (tensors[i].shard != shard)
            continue;
        tensors[i].at = (uint64_t)ftello(f);
        zip_header(f, i, tensors[i].bytes, false, 0);
        write_values(f, i);
        entries++;
    }
    uint64_t directory = (uint64_t)ftello(f);
    zip_header(f, n_tensors, len, true, 0);
    for (size_t i = 0; i < n_tensors; i++)
        if (tensors[i].shard == shard)
            zip_header(f, i, tensors[i].bytes, true, tensors[i].at);
    uint64_t end = (uint64_t)ftello(f);
    number(f, 0x06054b50, 4);
    number(f, 0, 4);
    number(f, entries, 2);
    number(f, entries, 2);
    number(f, end - directory, 4);
    number(f, directory, 4);
    number(f, 0, 2);
}

/* ---- files ---- */

static void shard_name(char name[64], uint64_t shard)
{
    bool zip = strcmp(kind->name, "zip") == 0, adapter = kind->rows == lora;
    const char *base = zip ? "pytorch_model" : adapter ? "adapter_model" : "model";
    if (shards == 1)
        snprintf(name, 64, "%s.%s", base, zip ? "bin" : "safetensors");
    else
        snprintf(name, 64, "%s-%05" PRIu64 "-of-%05" PRIu64 ".%s", base, shard + 1, shards,
                 zip ? "bin" : "safetensors");
}

static void write_index(void)
{
    char name[64];
    const char *index = strcmp(kind->name, "zip") == 0 ? "pytorch_model.bin.index.json" : "model.safetensors.index.json";
    FILE *f = create(index);
    fputs("{\"metadata\":{},\"weight_map\":{", f);
    for (size_t i = 0; i < n_tensors; i++) {
        shard_name(name, tensors[i].shard);
        fprintf(f, "%s\n\"%s\":\"%s\"", i ? "," : "", tensors[i].name, name);
    }
    fputs("}}\n", f);
    finish(f, index);
}

static void write_config(void)
{
    bool adapter = kind->rows == lora, old = kind->rows == gpt2;
    FILE *f = create(adapter ? "adapter_config.json" : "config.json");
    fprintf(f, "{%s", kind->config);
    if (old)
        fprintf(f, ",\"n_embd\":%" PRIu64 ",\"n_layer\":%" PRIu64 ",\"n_head\":%" PRIu64 ",\"n_positions\":%d",
                hidden, layers, hidden / 64, CONTEXT);
    else if (!adapter)
        fprintf(f, ",\"hidden_size\":%" PRIu64 ",\"intermediate_size\":%" PRIu64 ",\"num_hidden_layers\":%" PRIu64
                ",\"num_attention_heads\":%" PRIu64 ",\"num_key_value_heads\":%" PRIu64
                ",\"max_position_embeddings\":%d,\"rms_norm_eps\":1e-05,\"rope_theta\":10000.0",
                hidden, 2 * hidden, layers, hidden / 64, hidden / 128, CONTEXT);
    fprintf(f, adapter ? "}\n" : ",\"vocab_size\":%d,\"tie_word_embeddings\":%s}\n", VOCAB, old ? "true" : "false");
    finish(f, "config.json");
}

int main(int argc, char **argv)
{
    char name[64];
    for (size_t i = 0; argc == 6 && i < sizeof kinds / sizeof *kinds; i++)
        kind = strcmp(kinds[i].name, argv[1]) == 0 ? &kinds[i] : kind;
    if (kind == NULL || (layers = strtoull(argv[3], NULL, 10)) == 0 || (hidden = strtoull(argv[4], NULL, 10)) == 0 ||
        hidden % 128 != 0 || (shards = strtoull(argv[5], NULL, 10)) == 0) {
        fprintf(stderr, "usage: made_model KIND FOLDER LAYERS HIDDEN SHARDS (HIDDEN: a multiple of 128)\n");
        return 2;
    }
    folder = argv[2];
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        give_up(folder);
    list();
    for (uint64_t s = 0; s < shards; s++) {
        shard_name(name, s);
        FILE *f = create(name);
        if (strcmp(kind->name, "zip") == 0)
            write_zip(f, s);
        else
            write_safetensors(f, s);
        finish(f, name);
    }
    if (shards > 1)
        write_index();
    write_config();
    free(tensors);
    return 0;
}
