#include "kvs.h"
#include <stdlib.h>
#include <string.h>

/* Name and size of each type, by number. */
static const struct {
    const char *name;
    size_t size;
} types[MZG_KV_TYPES] = {
    [MZG_KV_U8] = {"u8", 1},       [MZG_KV_I8] = {"i8", 1},     [MZG_KV_U16] = {"u16", 2},
    [MZG_KV_I16] = {"i16", 2},     [MZG_KV_U32] = {"u32", 4},   [MZG_KV_I32] = {"i32", 4},
    [MZG_KV_F32] = {"f32", 4},     [MZG_KV_BOOL] = {"bool", 1}, [MZG_KV_STRING] = {"string", 0},
    [MZG_KV_ARRAY] = {"array", 0}, [MZG_KV_U64] = {"u64", 8},   [MZG_KV_I64] = {"i64", 8},
    [MZG_KV_F64] = {"f64", 8},
};

size_t mzg_kv_type_size(enum mzg_kv_type type)
{
    return types[type].size;
}

const char *mzg_kv_type_name(enum mzg_kv_type type)
{
    return types[type].name;
}

void mzg_kvs_init(struct mzg_kvs *k)
{
    *k = (struct mzg_kvs){0};
    mzg_arena_init(&k->arena, MZG_KVS_BYTES);
}

void mzg_kvs_clear(struct mzg_kvs *k)
{
    mzg_arena_clear(&k->arena);
    free(k->items);
    *k = (struct mzg_kvs){0};
}

/* ---- filling ---- */

void mzg_kvs_refer(struct mzg_kvs *k, const struct mzg_kv *kv)
{
    if (k->bad)
        return;
    if (k->count == k->room) {
        size_t room = k->room ? 2 * k->room : 64;
        struct mzg_kv *items = realloc(k->items, room * sizeof *items);
        if (!items) {
            k->bad = true;
            return;
        }
        k->items = items;
        k->room = room;
    }
    k->items[k->count++] = *kv;
}

/* Adds a pair and gives the place for its `size` bytes of value; NULL when k is or becomes bad. */
static uint8_t *add(struct mzg_kvs *k, const char *key, enum mzg_kv_type type,
                    enum mzg_kv_type elem, uint64_t count, size_t size)
{
    if (k->bad)
        return NULL;
    const struct mzg_kv *there = mzg_kvs_find(k, key);
    if (there) {
        k->twice = there->key;
        k->bad = true;
        return NULL;
    }
    const char *copy = mzg_arena_text(&k->arena, key, strlen(key));
    uint8_t *value = mzg_arena_alloc(&k->arena, 1, size);
    if (!copy || !value) {
        k->bad = true;
        return NULL;
    }
    mzg_kvs_refer(k, &(struct mzg_kv){.key = copy, .type = type, .elem = elem, .count = count,
                                      .value = value, .size = size});
    return k->bad ? NULL : value;
}

static uint8_t *put(uint8_t *p, uint64_t v, size_t size)
{
    for (size_t i = 0; i < size; i++)
        p[i] = (uint8_t)(v >> 8 * i);
    return p + size;
}

static void add_scalar(struct mzg_kvs *k, const char *key, enum mzg_kv_type type, uint64_t v)
{
    size_t size = mzg_kv_type_size(type);
    uint8_t *p = add(k, key, type, type, 1, size);

    if (p)
        put(p, v, size);
}

static uint32_t float_bits(float v)
{
    uint32_t bits;

    memcpy(&bits, &v, sizeof bits);
    return bits;
}

void mzg_kvs_u16(struct mzg_kvs *k, const char *key, uint16_t v)
{
    add_scalar(k, key, MZG_KV_U16, v);
}

void mzg_kvs_u32(struct mzg_kvs *k, const char *key, uint32_t v)
{
    add_scalar(k, key, MZG_KV_U32, v);
}

void mzg_kvs_u64(struct mzg_kvs *k, const char *key, uint64_t v)
{
    add_scalar(k, key, MZG_KV_U64, v);
}

void mzg_kvs_i32(struct mzg_kvs *k, const char *key, int32_t v)
{
    add_scalar(k, key, MZG_KV_I32, (uint32_t)v);
}

void mzg_kvs_f32(struct mzg_kvs *k, const char *key, float v)
{
    add_scalar(k, key, MZG_KV_F32, float_bits(v));
}

void mzg_kvs_bool(struct mzg_kvs *k, const char *key, bool v)
{
    add_scalar(k, key, MZG_KV_BOOL, v);
}

static uint8_t *put_text(uint8_t *p, const char *v)
{
    size_t len = strlen(v);

    p = put(p, len, 8);
    memcpy(p, v, len);
    return p + len;
}

void mzg_kvs_text(struct mzg_kvs *k, const char *key, const char *v)
{
    uint8_t *p = add(k, key, MZG_KV_STRING, MZG_KV_STRING, 1, 8 + strlen(v));

    if (p)
        put_text(p, v);
}

void mzg_kvs_texts(struct mzg_kvs *k, const char *key, const char *const *v, size_t n)
{
    size_t size = 0;

    for (size_t i = 0; i < n; i++) {
        if (__builtin_add_overflow(size, 8 + strlen(v[i]), &size)) {
            k->bad = true;
            return;
        }
    }
    uint8_t *p = add(k, key, MZG_KV_ARRAY, MZG_KV_STRING, n, size);
    for (size_t i = 0; p && i < n; i++)
        p = put_text(p, v[i]);
}

/* An array of n elements of 4 bytes; NULL when k is or becomes bad. */
static uint8_t *add_words(struct mzg_kvs *k, const char *key, enum mzg_kv_type elem, size_t n)
{
    size_t size;

    if (__builtin_mul_overflow(n, 4, &size)) {
        k->bad = true;
        return NULL;
    }
    return add(k, key, MZG_KV_ARRAY, elem, n, size);
}

void mzg_kvs_f32s(struct mzg_kvs *k, const char *key, const float *v, size_t n)
{
    uint8_t *p = add_words(k, key, MZG_KV_F32, n);

    for (size_t i = 0; p && i < n; i++)
        p = put(p, float_bits(v[i]), 4);
}

void mzg_kvs_i32s(struct mzg_kvs *k, const char *key, const int32_t *v, size_t n)
{
    uint8_t *p = add_words(k, key, MZG_KV_I32, n);

    for (size_t i = 0; p && i < n; i++)
        p = put(p, (uint32_t)v[i], 4);
}
void mzg_kvs_u8s(struct mzg_kvs *k, const char *key, const uint8_t *v, size_t n)
{
    uint8_t *p = add(k, key, MZG_KV_ARRAY, MZG_KV_U8, n, n);

    if (p && n > 0)
        memcpy(p, v, n);
}

void mzg_kvs_bools(struct mzg_kvs *k, const char *key, const bool *v, size_t n)
{
    uint8_t *p = add(k, key, MZG_KV_ARRAY, MZG_KV_BOOL, n, n);

    for (size_t i = 0; p && i < n; i++)
        p[i] = v[i];
}

void mzg_kvs_copy(struct mzg_kvs *k, const struct mzg_kv *kv)
{
    uint8_t *p = add(k, kv->key, kv->type, kv->elem, kv->count, kv->size);

    if (p && kv->size > 0)
        memcpy(p, kv->value, kv->size);
}

void mzg_kvs_set(struct mzg_kvs *k, const struct mzg_kv *kv)
{
    for (size_t i = 0; i < k->count && !k->bad; i++) {
        if (strcmp(k->items[i].key, kv->key) != 0)
            continue;
        const char *key = k->items[i].key;
        uint8_t *value = mzg_arena_alloc(&k->arena, 1, kv->size);
        if (!value) {
            k->bad = true;
            return;
        }
        if (kv->size > 0)
            memcpy(value, kv->value, kv->size);
        k->items[i] = *kv;
        k->items[i].key = key;
        k->items[i].value = value;
        return;
    }
    mzg_kvs_copy(k, kv);
}

enum mzg_code mzg_kvs_ok(const struct mzg_kvs *k, struct mzg_err *e)
{
    char quoted[MZG_QUOTE];

    if (!k->bad)
        return MZG_OK;
    if (!k->twice)
        return mzg_fail_memory(e, "metadata");
    return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "metadata key '%s' is set twice",
                    mzg_quote(quoted, k->twice));
}

/* ---- asking ---- */

const struct mzg_kv *mzg_kvs_find(const struct mzg_kvs *k, const char *key)
{
    for (size_t i = 0; i < k->count; i++) {
        if (strcmp(k->items[i].key, key) == 0)
            return &k->items[i];
    }
    return NULL;
}

bool mzg_kvs_get_u64(const struct mzg_kvs *k, const char *key, uint64_t *v)
{
    const struct mzg_kv *kv = mzg_kvs_find(k, key);
    uint64_t got = 0;

    if (!kv)
        return false;
    switch (kv->type) {
    case MZG_KV_U8: case MZG_KV_U16: case MZG_KV_U32: case MZG_KV_U64:
        break;
    case MZG_KV_I8: case MZG_KV_I16: case MZG_KV_I32: case MZG_KV_I64:
        if (kv->value[kv->size - 1] & 0x80)
            return false;
        break;
    default:
        return false;
    }
    for (size_t i = kv->size; i-- > 0;)
        got = got << 8 | kv->value[i];
    *v = got;
    return true;
}

bool mzg_kvs_get_text(const struct mzg_kvs *k, const char *key, const char **v, size_t *len)
{
    const struct mzg_kv *kv = mzg_kvs_find(k, key);

    if (!kv || kv->type != MZG_KV_STRING)
        return false;
    *v = (const char *)kv->value + 8;
    *len = kv->size - 8;
    return true;
}

void mzg_kvs_encode(const struct mzg_kvs *k, struct mzg_buf *out)
{
    for (size_t i = 0; i < k->count; i++) {
        const struct mzg_kv *kv = &k->items[i];
        mzg_buf_u64(out, strlen(kv->key));
        mzg_buf_text(out, kv->key);
        mzg_buf_u32(out, kv->type);
        if (kv->type == MZG_KV_ARRAY) {
            mzg_buf_u32(out, kv->elem);
            mzg_buf_u64(out, kv->count);
        }
        mzg_buf_put(out, kv->value, kv->size);
    }
}
