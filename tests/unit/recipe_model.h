/* recipe_model.h: models made of names and shapes, for the choice of types. */
#ifndef MZG_TESTS_RECIPE_MODEL_H
#define MZG_TESTS_RECIPE_MODEL_H

#include "refused.h"

#include "model/recipes/recipe.h"

#define TENSORS_MAX 1024

struct model {
    struct mzg_model m;
    struct mzg_tensor src[TENSORS_MAX];
    struct mzg_model_tensor tensors[TENSORS_MAX];
    struct mzg_gguf gguf; /* there when the source is a GGUF file */
    struct mzg_gguf_tensor *table;
    struct mzg_recipe_why *why;
    char said[65536];
};

static inline void add(struct model *m, const char *name, uint64_t ne0, uint64_t ne1, uint64_t ne2)
{
    size_t i = m->m.n_tensors++;
    assert_true(i < TENSORS_MAX);
    m->src[i] = (struct mzg_tensor){.type = MZG_TYPE_BF16, .type_name = "BF16"};
    m->tensors[i] = (struct mzg_model_tensor){.src = &m->src[i], .ne = {ne0, ne1, ne2, 1},
                                              .n_dims = ne2 > 1 ? 3 : ne1 > 1 ? 2 : 1};
    snprintf(m->tensors[i].name, MZG_GGUF_NAME, "%s", name);
    m->src[i].name = m->tensors[i].name;
}

/* Attention and feed-forward of so many layers, the last one first. */
static inline struct model *make(const char *arch, unsigned layers, unsigned heads, unsigned kv_heads,
                          unsigned experts)
{
    static const struct { const char *what; uint64_t width; bool expert; } each[] = {
        {"attn_norm.weight", 256, false}, {"attn_q.weight", 256, false},
        {"attn_k.weight", 256, false},    {"attn_v.weight", 256, false},
        {"attn_output.weight", 256, false}, {"ffn_gate%s.weight", 256, true},
        {"ffn_up%s.weight", 256, true},   {"ffn_down%s.weight", 512, true},
    };
    struct model *m = calloc(1, sizeof *m);
    char key[64], name[64], what[32];
    assert_non_null(m);
    m->m.arch = arch;
    m->m.tensors = m->tensors;
    mzg_kvs_init(&m->m.kvs);
    snprintf(key, sizeof key, "%s.block_count", arch);
    mzg_kvs_u32(&m->m.kvs, key, layers);
    snprintf(key, sizeof key, "%s.attention.head_count", arch);
    mzg_kvs_u32(&m->m.kvs, key, heads);
    snprintf(key, sizeof key, "%s.attention.head_count_kv", arch);
    mzg_kvs_u32(&m->m.kvs, key, kv_heads);
    snprintf(key, sizeof key, "%s.expert_count", arch);
    mzg_kvs_u32(&m->m.kvs, key, experts);
    for (unsigned l = layers; l-- > 0;) {
        for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
            bool norm = strcmp(each[i].what, "attn_norm.weight") == 0;
            snprintf(what, sizeof what, "%s", each[i].what);
            if (each[i].expert) {
                char *at = strstr(what, "%s");
                snprintf(at, sizeof what - (size_t)(at - what), "%s.weight", experts ? "_exps" : "");
            }
            snprintf(name, sizeof name, "blk.%u.%s", l, what);
            add(m, name, each[i].width, norm ? 1 : 8, each[i].expert && experts ? experts : 1);
        }
    }
    add(m, "token_embd.weight", 256, 64, 1);
    add(m, "output.weight", 256, 64, 1);
    return m;
}

static inline void drop(struct model *m)
{
    free(m->table);
    free(m->why);
    mzg_kvs_clear(&m->m.kvs);
    free(m);
}

static inline void hear(void *ctx, const char *text)
{
    struct model *m = ctx;
    assert_true(strlen(m->said) + strlen(text) + 2 < sizeof m->said);
    strcat(strcat(m->said, text), "\n");
}

static inline enum mzg_code apply_recipe(struct model *m, const struct mzg_recipe *r,
                                  const struct mzg_recipe_options *o, struct mzg_err *e)
{
    struct mzg_notify notify = {hear, m};
    free(m->table);
    free(m->why);
    m->table = NULL;
    m->why = NULL;
    m->said[0] = '\0';
    return mzg_recipe_apply(r, &m->m, o, &notify, &m->table, &m->why, e);
}

static inline void apply(struct model *m, const char *recipe, const struct mzg_recipe_options *o)
{
    const struct mzg_recipe *r;
    struct mzg_err e;
    assert_int_equal(mzg_recipe_find(recipe, &r, &e), MZG_OK);
    if (apply_recipe(m, r, o, &e) != MZG_OK)
        fail_msg("%s: %s", recipe, e.msg);
}

static inline size_t find(const struct model *m, const char *name)
{
    for (size_t i = 0; i < m->m.n_tensors; i++) {
        if (strcmp(m->tensors[i].name, name) == 0)
            return i;
    }
    fail_msg("no %s", name);
    return 0;
}

static inline void expect(const struct model *m, const char *name, const char *type)
{
    const char *got = mzg_type_by_number(m->table[find(m, name)].type)->name;
    if (strcmp(got, type) != 0)
        fail_msg("%s is %s, not %s", name, got, type);
}

/* The types of one tensor of all layers, a letter each: types[0] is 'a', types[1] 'b' ... */
static inline void expect_layers(const struct model *m, const char *what, const char *const *types,
                          const char *letters)
{
    char name[64];
    for (unsigned l = 0; letters[l] != '\0'; l++) {
        snprintf(name, sizeof name, "blk.%u.%s", l, what);
        expect(m, name, types[letters[l] - 'a']);
    }
}

#endif
