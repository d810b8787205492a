#include "recipe_models.h"

#include "formats/model/containers/gguf.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FULL (HAS_OUTPUT)

const struct recipe_model recipe_models[] = {
    {"dense llama, 22 layers", "llama", 22, 32, 32, 0, 512, 1024, FULL},
    {"grouped-query llama, 32 layers", "llama", 32, 32, 8, 0, 512, 1024, FULL},
    {"grouped by two, 13 layers", "llama", 13, 8, 4, 0, 256, 512, FULL},
    {"tied qwen2, 24 layers", "qwen2", 24, 14, 2, 0, 512, 1024, 0},
    {"one layer", "llama", 1, 4, 4, 0, 256, 256, FULL},
    {"eight experts", "llama", 32, 32, 8, 8, 256, 512, FULL},
    {"eight experts, many heads", "llama", 9, 32, 32, 8, 256, 512, FULL},
    {"four experts, shared ones", "qwen2moe", 24, 16, 16, 4, 256, 512, FULL | HAS_SHARED},
    {"128 experts, tied", "qwen3moe", 16, 16, 4, 128, 256, 256, 0},
    {"70B, grouped", "llama", 80, 64, 8, 0, 256, 512, FULL},
    {"70B, grouped by two", "llama", 80, 64, 32, 0, 256, 512, FULL},
    {"65B", "llama", 80, 64, 64, 0, 256, 512, FULL},
    {"72B qwen2", "qwen2", 80, 64, 64, 0, 256, 512, FULL},
    {"70B olmo", "olmo", 80, 64, 64, 0, 256, 512, FULL},
    {"70B deci", "deci", 80, 64, 8, 0, 256, 512, FULL},
    {"70B llama-embed, tied", "llama-embed", 80, 64, 8, 0, 256, 512, 0},
    {"80 layers of another family", "phi3", 80, 64, 8, 0, 256, 512, FULL},
    {"fused phi3", "phi3", 32, 32, 32, 0, 256, 512, FULL | HAS_QKV | HAS_NO_GATE},
    {"fused gpt2", "gpt2", 12, 12, 12, 0, 768, 3072, FULL | HAS_QKV | HAS_NO_GATE},
    {"falcon, one key head", "falcon", 32, 71, 1, 0, 512, 1024, FULL | HAS_QKV | HAS_NO_GATE},
    {"falcon, many key heads", "falcon", 40, 16, 16, 0, 512, 1024, HAS_QKV | HAS_NO_GATE},
    {"falcon, eight experts", "falcon", 16, 16, 16, 8, 256, 256, FULL | HAS_QKV | HAS_NO_GATE},
    {"kv_b", "minicpm3", 17, 16, 16, 0, 256, 512, FULL | HAS_KVB},
    {"rows of 896", "qwen2", 24, 14, 2, 0, 896, 4864, 0},
    {"rows of 96 and 160", "llama", 16, 12, 12, 0, 96, 160, FULL},
    {"rows of 100", "llama", 8, 10, 10, 0, 100, 200, FULL},
    {"names", "llama", 8, 8, 8, 0, 256, 512, FULL | HAS_ODD_NAMES},
    {"names of two stacks", "llama", 8, 8, 8, 0, 256, 512, FULL | HAS_CROSS},
};
const size_t n_recipe_models = sizeof recipe_models / sizeof *recipe_models;

struct table {
    struct mzg_gguf_tensor *t;
    size_t n, room;
};

__attribute__((format(printf, 5, 6))) static void add(struct table *a, uint64_t ne0, uint64_t ne1,
                                                      uint64_t ne2, const char *fmt, ...)
{
    va_list ap;
    if (a->n == a->room) {
        a->room = a->room ? 2 * a->room : 64;
        a->t = realloc(a->t, a->room * sizeof *a->t);
    }
    struct mzg_gguf_tensor *t = &a->t[a->n++];
    *t = (struct mzg_gguf_tensor){.ne = {ne0, ne1, ne2, 1}, .n_dims = ne2 > 1 ? 3 : ne1 > 1 ? 2 : 1};
    t->type = t->n_dims > 1 ? MZG_TYPE_F16 : MZG_TYPE_F32;
    va_start(ap, fmt);
    vsnprintf(t->name, sizeof t->name, fmt, ap);
    va_end(ap);
}

static void add_attention(struct table *a, const struct recipe_model *r, const char *block)
{
    unsigned w = r->width, kv = 8 * r->kv_heads;
    add(a, w, 1, 1, "%s.attn_norm.weight", block);
    if (r->what & HAS_QKV) {
        add(a, w, 24, 1, "%s.attn_qkv.weight", block);
    } else {
        add(a, w, 8 * r->heads, 1, "%s.attn_q.weight", block);
        add(a, w, kv, 1, "%s.attn_k.weight", block);
        add(a, w, kv, 1, r->what & HAS_KVB ? "%s.attn_kv_b.weight" : "%s.attn_v.weight", block);
        add(a, kv, 1, 1, "%s.attn_v.bias", block);
    }
    add(a, w, 16, 1, "%s.attn_output.weight", block);
}

static void add_feed_forward(struct table *a, const struct recipe_model *r, const char *block)
{
    add(a, r->width, 1, 1, "%s.ffn_norm.weight", block);
    if (r->experts > 0) {
        add(a, r->width, r->experts, 1, "%s.ffn_gate_inp.weight", block);
        add(a, r->width, 2, r->experts, "%s.ffn_gate_exps.weight", block);
        add(a, r->width, 2, r->experts, "%s.ffn_up_exps.weight", block);
        add(a, r->ff, 2, r->experts, "%s.ffn_down_exps.weight", block);
    }
    if (r->what & HAS_SHARED) {
        add(a, r->width, 4, 1, "%s.ffn_gate_shexp.weight", block);
        add(a, r->width, 4, 1, "%s.ffn_up_shexp.weight", block);
        add(a, r->ff, 4, 1, "%s.ffn_down_shexp.weight", block);
    }
    if (r->experts == 0 && !(r->what & HAS_NO_GATE))
        add(a, r->width, 4, 1, "%s.ffn_gate.weight", block);
    if (r->experts == 0) {
        add(a, r->width, 4, 1, "%s.ffn_up.weight", block);
        add(a, r->ff, 4, 1, "%s.ffn_down.weight", block);
    }
}

static void add_odd_names(struct table *a, const struct recipe_model *r)
{
    static const char *const names[] = {
        "blk.0.ffn_gate_tid2eid.weight", "blk.0.altup_proj.weight", "blk.1.laurel_l.weight",
        "per_layer_model_proj.weight", "blk.0.ssm_conv1d.weight", "blk.0.shortconv.conv.weight",
        "blk.0.shortconv.in_proj.weight", "blk.0.indexer.k_proj.weight",
        "blk.0.indexer.q_proj.weight", "blk.0.indexer.proj.weight", "blk.0.time_mix_first.weight",
        "blk.0.time_mix_w0.weight", "blk.0.time_mix_w1.weight", "blk.0.time_mix_w2.weight",
        "blk.0.time_mix_v0.weight", "blk.0.time_mix_v1.weight", "blk.0.time_mix_v2.weight",
        "blk.0.time_mix_a0.weight", "blk.0.time_mix_a1.weight", "blk.0.time_mix_a2.weight",
        "blk.0.time_mix_g1.weight", "blk.0.time_mix_g2.weight", "blk.0.time_mix_decay_w1.weight",
        "blk.0.time_mix_decay_w2.weight", "blk.0.time_mix_lerp_fused.weight",
        "blk.0.time_mix_key.weight", "blk.0.attn_rel_b.weight", "position_embd.weight",
        "token_types.weight", "v.position_embd.weight", "sam.pos_embd.weight", "sam.neck.0.weight",
        "sam.net_2.weight", "v.rel_pos_h.weight", "v.patch_embd.weight", "mm.patch_merger.weight",
        "a.rvq.codebook.weight", "mm.a.code_embd.weight", "per_layer_token_embd.weight",
        "blk.0.proj.weight", "blk.0.weightless", "weight", "cls.output.weight", "blk.x.ffn_up.weight",
        "blk.2.attn_v.weight.extra", "rope_freqs.weights", "blk.3.ssm_in.weight",
        "blk.0.attn_q_norm.weight", "blk.0.norm.weight", "blk.0.attn_k_b.weight",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add(a, r->width, 8, 1, "%s", names[i]);
    add(a, r->width, 8, 4, "blk.4.conv.weight");
}

static void add_all(struct table *a, const struct recipe_model *r)
{
    char block[32];
    add(a, r->width, 64, 1, "token_embd.weight");
    /* Highest layer first: the order of the file must not matter. */
    for (unsigned l = r->layers; l-- > 0;) {
        snprintf(block, sizeof block, "blk.%u", l);
        add_attention(a, r, block);
        add_feed_forward(a, r, block);
    }
    for (unsigned l = 0; l < 12 && (r->what & HAS_CROSS); l++) {
        snprintf(block, sizeof block, "dec.blk.%u", l);
        add_attention(a, r, block);
        add_feed_forward(a, r, block);
    }
    if (r->what & HAS_ODD_NAMES)
        add_odd_names(a, r);
    add(a, r->width, 1, 1, "output_norm.weight");
    if (r->what & HAS_OUTPUT)
        add(a, r->width, 64, 1, "output.weight");
}

static void put(struct mzg_kvs *k, const char *arch, const char *what, uint32_t v)
{
    char key[128];
    snprintf(key, sizeof key, "%s.%s", arch, what);
    mzg_kvs_u32(k, key, v);
}

static void put_metadata(struct mzg_kvs *k, const struct recipe_model *r)
{
    static const char *const eps[] = {"attention.layer_norm_rms_epsilon", "attention.layer_norm_epsilon"};
    char key[128];
    mzg_kvs_text(k, "general.architecture", r->arch);
    put(k, r->arch, "block_count", r->layers);
    put(k, r->arch, "context_length", 128);
    put(k, r->arch, "embedding_length", r->width);
    put(k, r->arch, "feed_forward_length", r->ff);
    put(k, r->arch, "attention.head_count", r->heads);
    put(k, r->arch, "attention.head_count_kv", r->kv_heads);
    put(k, r->arch, "attention.q_lora_rank", 16);
    put(k, r->arch, "attention.kv_lora_rank", 16);
    put(k, r->arch, "vocab_size", 64);
    if (r->experts > 0) {
        put(k, r->arch, "expert_count", r->experts);
        put(k, r->arch, "expert_used_count", 2);
    }
    for (size_t i = 0; i < 2; i++) {
        snprintf(key, sizeof key, "%s.%s", r->arch, eps[i]);
        mzg_kvs_f32(k, key, 1e-5f);
    }
}

static enum mzg_code write_file(const struct mzg_buf *header, uint64_t data, const char *path,
                                struct mzg_err *e)
{
    FILE *f = fopen(path, "wb");
    bool ok = f != NULL && fwrite(header->data, 1, header->len, f) == header->len &&
              fseek(f, (long)data - 1, SEEK_CUR) == 0 && fputc(0, f) != EOF;
    if (f != NULL && fclose(f) != 0)
        ok = false;
    return ok ? MZG_OK : mzg_fail_errno(e, "cannot write %s", path);
}

enum mzg_code recipe_model_write(const struct recipe_model *r, const char *path, struct mzg_err *e)
{
    struct table a = {0};
    struct mzg_kvs kvs;
    struct mzg_buf header;
    uint64_t data;
    mzg_kvs_init(&kvs);
    mzg_buf_init(&header, MZG_GGUF_HEADER);
    add_all(&a, r);
    put_metadata(&kvs, r);
    enum mzg_code code = mzg_gguf_layout(a.t, a.n, MZG_GGUF_ALIGNMENT, &data, e);
    if (code == MZG_OK)
        code = mzg_kvs_ok(&kvs, e);
    if (code == MZG_OK) {
        mzg_gguf_encode(&kvs, a.t, a.n, MZG_GGUF_ALIGNMENT, &header);
        code = mzg_buf_ok(&header, "header", e);
    }
    if (code == MZG_OK)
        code = write_file(&header, data, path, e);
    mzg_buf_clear(&header);
    mzg_kvs_clear(&kvs);
    free(a.t);
    return code;
}
