#include "roles.h"

#include <stdlib.h>
#include <string.h>

enum place { WHOLE, ANYWHERE };

/* The first that fits decides. */
static const struct {
    const char *text;
    enum place place;
    enum mzg_role role;
} roles[] = {
    {"output.weight", WHOLE, MZG_ROLE_OUTPUT},
    {"token_embd.weight", WHOLE, MZG_ROLE_EMBEDDING},
    {"per_layer_token_embd.weight", WHOLE, MZG_ROLE_EMBEDDING},
    {"attn_qkv.weight", ANYWHERE, MZG_ROLE_QKV},
    {"attn_kv_b.weight", ANYWHERE, MZG_ROLE_KVB},
    {"attn_v.weight", ANYWHERE, MZG_ROLE_V},
    {"attn_k.weight", ANYWHERE, MZG_ROLE_K},
    {"attn_q.weight", ANYWHERE, MZG_ROLE_Q},
    {"attn_output.weight", ANYWHERE, MZG_ROLE_O},
    {"ffn_up", ANYWHERE, MZG_ROLE_UP},
    {"ffn_gate", ANYWHERE, MZG_ROLE_GATE},
    {"ffn_down", ANYWHERE, MZG_ROLE_DOWN},
};

/* Small, or too sensitive: never quantized. */
static const struct {
    const char *text;
    enum place place;
} kept[] = {
    {"_norm.weight", ANYWHERE},
    {"ffn_gate_inp.weight", ANYWHERE},
    {"ffn_gate_tid2eid.weight", ANYWHERE},
    {"altup", ANYWHERE},
    {"laurel", ANYWHERE},
    {"per_layer_model_proj", ANYWHERE},
    {"ssm_conv1d", ANYWHERE},
    {"shortconv.conv.weight", ANYWHERE},
    {"indexer.k_proj.weight", ANYWHERE},
    {"indexer.q_proj.weight", ANYWHERE},
    {"time_mix_first.weight", ANYWHERE},
    {"time_mix_w0.weight", ANYWHERE},
    {"time_mix_w1.weight", ANYWHERE},
    {"time_mix_w2.weight", ANYWHERE},
    {"time_mix_v0.weight", ANYWHERE},
    {"time_mix_v1.weight", ANYWHERE},
    {"time_mix_v2.weight", ANYWHERE},
    {"time_mix_a0.weight", ANYWHERE},
    {"time_mix_a1.weight", ANYWHERE},
    {"time_mix_a2.weight", ANYWHERE},
    {"time_mix_g1.weight", ANYWHERE},
    {"time_mix_g2.weight", ANYWHERE},
    {"time_mix_decay_w1.weight", ANYWHERE},
    {"time_mix_decay_w2.weight", ANYWHERE},
    {"time_mix_lerp_fused.weight", ANYWHERE},
    {"attn_rel_b.weight", ANYWHERE},
    {".position_embd", ANYWHERE},
    {"sam.pos_embd", ANYWHERE},
    {"sam.neck.", ANYWHERE},
    {"sam.net_", ANYWHERE},
    {".rel_pos", ANYWHERE},
    {".patch_embd", ANYWHERE},
    {".patch_merger", ANYWHERE},
    {"a.rvq.codebook", ANYWHERE},
    {"mm.a.code_embd", ANYWHERE},
    {"position_embd.weight", WHOLE},
    {"token_types.weight", WHOLE},
};

static bool fits(const char *name, const char *text, enum place place)
{
    return place == WHOLE ? strcmp(name, text) == 0 : strstr(name, text) != NULL;
}

enum mzg_role mzg_role_of(const char *name)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (fits(name, roles[i].text, roles[i].place))
            return roles[i].role;
    }
    return MZG_ROLE_OTHER;
}

uint32_t mzg_role_bits(const char *word, size_t len)
{
    static const struct { const char *word; uint32_t bits; } words[] = {
#define X(name, word) {word, MZG_ROLE_BIT(MZG_ROLE_##name)},
        MZG_ROLES(X)
#undef X
        {"values", MZG_ROLES_VALUES},
        {"any", MZG_ROLE_BIT(MZG_ROLES_END) - 1},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].word) == len && memcmp(words[i].word, word, len) == 0)
            return words[i].bits;
    }
    return 0;
}

bool mzg_tensor_eligible(const char *name, const uint64_t *ne, unsigned n_dims)
{
    static const char end[] = "weight";
    size_t n = strlen(name), m = sizeof end - 1;
    while (n_dims > 1 && ne[n_dims - 1] == 1)
        n_dims--;
    if (n_dims < 2 || n < m || strcmp(name + n - m, end) != 0)
        return false;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (fits(name, kept[i].text, kept[i].place))
            return false;
    }
    return true;
}

long mzg_tensor_layer(const char *name)
{
    char *end;
    if (strncmp(name, "blk.", 4) != 0 || name[4] < '0' || name[4] > '9' || strlen(name) > 64)
        return -1;
    long n = strtol(name + 4, &end, 10);
    return *end == '.' && n < INT32_MAX ? n : -1;
}
