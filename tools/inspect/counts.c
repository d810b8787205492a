#include "inspect.h"

#include <stdio.h>
#include <string.h>

size_t mzg_inspect_types(const struct mzg_view *v, struct mzg_type_count all[MZG_INSPECT_TYPES + 1])
{
    size_t n = 0;
    memset(all, 0, sizeof *all * (MZG_INSPECT_TYPES + 1));
    for (size_t i = 0; i < mzg_view_tensors(v); i++) {
        struct mzg_view_tensor t;
        size_t k = 0;
        mzg_view_tensor(v, i, &t);
        while (k < n && strcmp(all[k].type, t.type) != 0)
            k++;
        if (k == n && n < MZG_INSPECT_TYPES)
            all[n++] = (struct mzg_type_count){.type = t.type};
        for (size_t at = k;; at = MZG_INSPECT_TYPES) { /* the last entry is the sum */
            all[at].tensors++;
            all[at].elems += t.elems;
            all[at].bytes += t.bytes;
            if (at == MZG_INSPECT_TYPES)
                break;
        }
    }
    return n;
}

/* "model.layers.12.mlp" -> "model.layers.#.mlp"; only whole components are numbers. */
static void take_pattern(char *out, size_t room, const char *name)
{
    size_t n = 0;
    while (*name && n + 1 < room) {
        size_t digits = strspn(name, "0123456789");
        bool whole = digits > 0 && (n == 0 || out[n - 1] == '.') && (name[digits] == '.' || !name[digits]);
        out[n++] = whole ? '#' : *name;
        name += whole ? digits : 1;
    }
    out[n] = '\0';
}

size_t mzg_inspect_names(const struct mzg_view *v, struct mzg_name_count *patterns, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < mzg_view_tensors(v); i++) {
        struct mzg_view_tensor t;
        struct mzg_name_count p = {.n = 1};
        size_t k = 0;
        mzg_view_tensor(v, i, &t);
        take_pattern(p.name, sizeof p.name, t.name);
        while (k < n && strcmp(patterns[k].name, p.name) != 0)
            k++;
        if (k < n)
            patterns[k].n++;
        else if (n < max)
            patterns[n++] = p;
    }
    return n;
}

const struct mzg_inspect_special mzg_inspect_specials[] = {
    {"bos", "tokenizer.ggml.bos_token_id"},
    {"eos", "tokenizer.ggml.eos_token_id"},
    {"eot", "tokenizer.ggml.eot_token_id"},
    {"eom", "tokenizer.ggml.eom_token_id"},
    {"unknown", "tokenizer.ggml.unknown_token_id"},
    {"separator", "tokenizer.ggml.seperator_token_id"}, /* GGUF's own spelling */
    {"padding", "tokenizer.ggml.padding_token_id"},
    {"cls", "tokenizer.ggml.cls_token_id"},
    {"mask", "tokenizer.ggml.mask_token_id"},
    {0},
};

bool mzg_inspect_context(const struct mzg_kvs *k, uint64_t *n)
{
    const char *arch;
    size_t len;
    char key[128];
    if (!mzg_kvs_get_text(k, "general.architecture", &arch, &len) || len > 64)
        return false;
    snprintf(key, sizeof key, "%.*s.context_length", (int)len, arch);
    return mzg_kvs_get_u64(k, key, n);
}
