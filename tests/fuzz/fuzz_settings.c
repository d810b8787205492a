/* Settings, a line each: what is accepted is metadata that GGUF can hold, and can be set again.
 * Covers: formats/model/meta/settings.c */
#include "base/utf8.h"
#include "model/meta/settings.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fill(struct mzg_kvs *k)
{
    static const char *const tags[] = {"a"};
    static const int32_t numbers[] = {1};

    mzg_kvs_init(k);
    mzg_kvs_text(k, "general.architecture", "llama");
    mzg_kvs_text(k, "general.name", "Old");
    mzg_kvs_texts(k, "general.tags", tags, 1);
    mzg_kvs_u32(k, "llama.context_length", 2048);
    mzg_kvs_f32(k, "llama.rope.freq_base", 10000);
    mzg_kvs_i32s(k, "some.numbers", numbers, 1);
}

/* Walks over the value by its type: it must end where its size says. */
static void check_pair(const struct mzg_kv *kv)
{
    enum mzg_kv_type type = kv->type == MZG_KV_ARRAY ? kv->elem : kv->type;
    struct mzg_reader r;

    mzg_reader_init(&r, kv->value, kv->size, 0);
    for (uint64_t i = 0; i < kv->count; i++) {
        uint64_t len = type == MZG_KV_STRING ? mzg_reader_u64(&r) : mzg_kv_type_size(type);
        const uint8_t *at = mzg_reader_bytes(&r, len);
        if (!at || (type == MZG_KV_STRING && !mzg_utf8_valid((const char *)at, (size_t)len)) ||
            (type == MZG_KV_BOOL && *at > 1))
            abort();
    }
    if (mzg_reader_left(&r) > 0)
        abort();
}

static void apply(const char *const *set, size_t n)
{
    struct mzg_kvs k;
    struct mzg_err e = {0};

    fill(&k);
    enum mzg_code code = mzg_settings_apply(&k, set, n, &e);
    if (code == MZG_OK && (mzg_settings_apply(&k, set, n, &e) != MZG_OK || mzg_kvs_ok(&k, &e) != MZG_OK))
        abort();
    if (code != MZG_OK && (code != MZG_USAGE || e.msg[0] == '\0'))
        abort();
    for (size_t i = 0; i < k.count; i++)
        check_pair(&k.items[i]);
    const char *arch;
    size_t len;
    if (!mzg_kvs_get_text(&k, "general.architecture", &arch, &len) || len != 5)
        abort();
    mzg_kvs_clear(&k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *set[MZG_SETTINGS_MAX];
    char *text = malloc(size + 1);
    size_t n = 0;

    if (!text)
        abort();
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    for (char *p = text; p && n < MZG_SETTINGS_MAX;) {
        char *end = strchr(p, '\n');
        if (end)
            *end++ = '\0';
        set[n++] = p;
        p = end;
    }
    apply(set, n);
    free(text);
    return 0;
}
