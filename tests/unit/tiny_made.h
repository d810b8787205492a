/* tiny_made.h: folders of the tiny llama (tiny.h), as it is or with one place changed, and what opening one gives. */
#ifndef MZG_TESTS_TINY_MADE_H
#define MZG_TESTS_TINY_MADE_H

#include "made_folder.h"

enum part { NOTHING, CONFIG, HEADER };

struct mutation {
    const char *name;
    enum part part;
    const char *from, *to;
    enum mzg_code code;
    const char *item;
    const char *base;  /* NULL: good */
};

#define BAD MZG_MALFORMED
#define ODD MZG_UNSUPPORTED
#define HEADS "\"num_attention_heads\":2"
#define KV "\"num_key_value_heads\":1"
#define ROPE "\"rope_theta\":500000.0"
#define TYPE "\"model_type\":\"llama\""

/* These pass, and others are mutations of them. */
static const struct mutation bases[] = {
    {"good", NOTHING, NULL, NULL, MZG_OK, "", NULL},
    {"good_by_type", CONFIG, "LlamaForCausalLM", "VulavulaLlamaForCausalLM", MZG_OK, "", NULL},
};
#define BASES (sizeof bases / sizeof *bases)

#define CONF(n, from, to, code, item) {n, CONFIG, from, to, code, item, NULL}
#define HEAD(n, from, to, code, item) {n, HEADER, from, to, code, item, NULL}

struct made {
    char config[TINY_MAX];
    uint8_t file[TINY_MAX];
    size_t len;
    char path[64], base[64];
    struct refused r;
};

static inline void spoil(struct made *m, char header[TINY_MAX], const struct mutation *mu)
{
    char text[TINY_MAX];

    if (mu->part == CONFIG) {
        memcpy(text, m->config, sizeof text);
        replace(m->config, text, mu->from, mu->to, NULL);
    } else if (mu->part == HEADER) {
        memcpy(text, header, sizeof text);
        replace(header, text, mu->from, mu->to, NULL);
    }
}

static inline void make(struct made *m, const struct mutation *mu)
{
    const char *base = mu->base ? mu->base : "good";
    char header[TINY_MAX];
    size_t bytes;

    memset(m, 0, sizeof *m);
    memcpy(m->config, tiny_config, sizeof tiny_config);
    tiny_header(header, &bytes);
    for (size_t i = 0; i < BASES; i++) {
        if (strcmp(bases[i].name, base) == 0)
            spoil(m, header, &bases[i]);
    }
    spoil(m, header, mu);
    m->len = tiny_file(m->file, header, bytes);
    snprintf(m->path, sizeof m->path, "config/%s/", mu->name);
    snprintf(m->base, sizeof m->base, "config/%s", base);
    m->r = (struct refused){m->path, m->base, mu->code, mu->item, MZG_NO_OFFSET, "convert"};
}

static inline void files_of(const struct made *m, struct made_file files[MADE_FILES])
{
    made_files(files, m->path, "config.json", m->config, "model.safetensors", m->file, m->len);
}

static inline void put_made(const char *folder, const struct made *m)
{
    struct made_file files[MADE_FILES];

    files_of(m, files);
    put_files(folder, files);
}

static inline enum mzg_code open_made(struct mzg_model *model, const struct made *m,
                               struct notices *notices, struct mzg_err *e)
{
    struct made_file files[MADE_FILES];

    files_of(m, files);
    return open_files(model, m->path, files, notices, e);
}

/* The tiny llama with one mutation, that must open. */
static inline void open_with(struct mzg_model *model, enum part part, const char *from, const char *to,
                      struct notices *notices)
{
    const struct mutation mu = {"case", part, from, to, MZG_OK, "", NULL};
    struct mzg_err e = {0};
    struct made m;

    make(&m, &mu);
    if (open_made(model, &m, notices, &e) != MZG_OK)
        fail_msg("%s", e.msg);
}

/* ---- what it is ---- */

static inline const struct mzg_model_tensor *find(const struct mzg_model *m, const char *name)
{
    for (size_t i = 0; i < m->n_tensors; i++) {
        if (strcmp(m->tensors[i].name, name) == 0)
            return &m->tensors[i];
    }
    return NULL;
}

static inline bool text_is(const struct mzg_model *m, const char *key, const char *want)
{
    const char *text;
    size_t len;

    return mzg_kvs_get_text(&m->kvs, key, &text, &len) && len == strlen(want) &&
           memcmp(text, want, len) == 0;
}

static inline bool number_is(const struct mzg_model *m, const char *key, uint64_t want)
{
    uint64_t v;

    return mzg_kvs_get_u64(&m->kvs, key, &v) && v == want;
}

static inline bool float_is(const struct mzg_model *m, const char *key, float want)
{
    const struct mzg_kv *kv = mzg_kvs_find(&m->kvs, key);

    return kv && kv->type == MZG_KV_F32 && memcmp(kv->value, &want, 4) == 0;
}

#endif
