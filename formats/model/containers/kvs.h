/* kvs.h: GGUF metadata: key-value pairs, written in order and found by key. */
#ifndef MZG_MODEL_KVS_H
#define MZG_MODEL_KVS_H

#include "../../base/arena.h"
#include "../../base/buf.h"
#include "../../base/error.h"
#include "../../base/reader.h"

#define MZG_KVS_BYTES ((size_t)64 << 20) /* what a set may hold of keys and values */

/* Value types of GGUF v3, by number. */
enum mzg_kv_type {
    MZG_KV_U8, MZG_KV_I8, MZG_KV_U16, MZG_KV_I16, MZG_KV_U32, MZG_KV_I32, MZG_KV_F32,
    MZG_KV_BOOL, MZG_KV_STRING, MZG_KV_ARRAY, MZG_KV_U64, MZG_KV_I64, MZG_KV_F64,
    MZG_KV_TYPES
};

/* Bytes of one value of the type; 0 for strings and arrays. */
size_t mzg_kv_type_size(enum mzg_kv_type type);
/* "u32", "string" */
const char *mzg_kv_type_name(enum mzg_kv_type type);

struct mzg_kv {
    const char *key;           /* NUL-terminated */
    enum mzg_kv_type type;
    enum mzg_kv_type elem;     /* of an array */
    uint64_t count;            /* elements of an array; 1 otherwise */
    const uint8_t *value;      /* the value's bytes as encoded: an array's elements without its
                                * type and count; a string (element) as u64 length and bytes */
    size_t size;               /* of value */
    uint64_t offset;           /* of the whole pair, in its file */
    uint64_t end;              /* just behind it */
};

struct mzg_kvs {
    struct mzg_arena arena; /* keys, and values unless a reader's */
    struct mzg_kv *items;
    size_t count, room;
    bool bad;               /* sticky: memory was out, or a key was set twice */
    const char *twice;      /* that key */
};

/* A set to be filled by the functions below; a second value for a key sets bad. */
void mzg_kvs_init(struct mzg_kvs *k);
void mzg_kvs_clear(struct mzg_kvs *k);

void mzg_kvs_u16(struct mzg_kvs *k, const char *key, uint16_t v);
void mzg_kvs_u32(struct mzg_kvs *k, const char *key, uint32_t v);
void mzg_kvs_u64(struct mzg_kvs *k, const char *key, uint64_t v);
void mzg_kvs_i32(struct mzg_kvs *k, const char *key, int32_t v);
void mzg_kvs_f32(struct mzg_kvs *k, const char *key, float v);
void mzg_kvs_bool(struct mzg_kvs *k, const char *key, bool v);
void mzg_kvs_text(struct mzg_kvs *k, const char *key, const char *v);
void mzg_kvs_texts(struct mzg_kvs *k, const char *key, const char *const *v, size_t n);
void mzg_kvs_f32s(struct mzg_kvs *k, const char *key, const float *v, size_t n);
void mzg_kvs_i32s(struct mzg_kvs *k, const char *key, const int32_t *v, size_t n);
void mzg_kvs_u8s(struct mzg_kvs *k, const char *key, const uint8_t *v, size_t n);
void mzg_kvs_bools(struct mzg_kvs *k, const char *key, const bool *v, size_t n);
/* A copy of a pair read from elsewhere. */
void mzg_kvs_copy(struct mzg_kvs *k, const struct mzg_kv *kv);
/* The same, but in the place of the value that the key has, where it has one. */
void mzg_kvs_set(struct mzg_kvs *k, const struct mzg_kv *kv);

/* For a reader: appends a pair whose key and value stay the caller's, also one that is there. */
void mzg_kvs_refer(struct mzg_kvs *k, const struct mzg_kv *kv);

/* MZG_LIMIT when memory was out, MZG_MALFORMED naming a key that was set twice. */
enum mzg_code mzg_kvs_ok(const struct mzg_kvs *k, struct mzg_err *e) MZG_MUST;

const struct mzg_kv *mzg_kvs_find(const struct mzg_kvs *k, const char *key);
/* The value when the key is there with a type that holds it exactly; false otherwise. */
bool mzg_kvs_get_u64(const struct mzg_kvs *k, const char *key, uint64_t *v);
bool mzg_kvs_get_text(const struct mzg_kvs *k, const char *key, const char **v, size_t *len);

/* Appends the pairs in GGUF's encoding (without their count). */
void mzg_kvs_encode(const struct mzg_kvs *k, struct mzg_buf *out);

#endif
