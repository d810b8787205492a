/* pytorch_image.h: small checkpoints of PyTorch in both forms, built by hand. */
#ifndef MZG_TESTS_PYTORCH_IMAGE_H
#define MZG_TESTS_PYTORCH_IMAGE_H

#include "refused.h"

#define IMAGE_MAX 8192

struct image {
    uint8_t bytes[IMAGE_MAX];
    size_t len;
};

/* A text with its length, so that zeros may be in it. */
struct text {
    const char *data;
    size_t len;
};
#define TEXT(literal) {literal, sizeof(literal) - 1}

static inline void put_bytes(struct image *m, const void *data, size_t n)
{
    assert_true(n <= IMAGE_MAX - m->len);
    memcpy(m->bytes + m->len, data, n);
    m->len += n;
}

static inline void put_number(struct image *m, uint64_t v, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(i < sizeof v ? v >> 8 * i : 0);
        put_bytes(m, &byte, 1);
    }
}

/* ---- pickles ---- */

/* Opcodes between literals, as pickletools names them. */
#define TORCH(name) "ctorch\n" name "\n"
#define STORAGE(class, key, numel) "(U\7storage" TORCH(class) "U\1" key "U\3cpuK" numel "tQ"
#define TENSOR(name, storage, offset, size, stride)                                                \
    "U\1" name "ctorch._utils\n_rebuild_tensor_v2\n(" storage offset size stride "\x89N" "tR"

#define GOOD_A STORAGE("FloatStorage", "0", "\6")
#define GOOD_PICKLE                                                                                \
    "\x80\2}q\0("                                                                                  \
    TENSOR("a", GOOD_A, "K\0", "K\2K\3\x86", "K\3K\1\x86")                                         \
    TENSOR("b", STORAGE("BFloat16Storage", "1", "\4"), "K\0", "K\4\x85", "K\1\x85") "u."

/* `of` with the first `from` in it replaced by `to`; *at: where it was. */
static inline void replace_bytes(struct image *out, struct text of, struct text from, struct text to,
                                 size_t *at)
{
    const char *p = memmem(of.data, of.len, from.data, from.len);

    assert_non_null(p);
    out->len = 0;
    *at = (size_t)(p - of.data);
    put_bytes(out, of.data, *at);
    put_bytes(out, to.data, to.len);
    put_bytes(out, p + from.len, of.len - *at - from.len);
}

/* ---- archives ---- */

#define ENTRIES 4
#define ENTRY_PICKLE 0
#define ENTRY_A 1       /* six floats */
#define ENTRY_B 2       /* four bfloat16 */
#define ENTRY_ORDER 3   /* "little" */

static const char *const entry_names[ENTRIES] = {"m/data.pkl", "m/data/0", "m/data/1", "m/byteorder"};

/* Places in an archive, noted while it is built. */
struct places {
    size_t local[ENTRIES], data[ENTRIES], central[ENTRIES], end64, locator, end;
};

static inline void put_local(struct image *m, const char *name, const void *data, size_t n)
{
    put_number(m, 0x04034b50, 4);
    put_number(m, 20, 2);
    put_number(m, 0, 12); /* flags, method, time, date, CRC */
    put_number(m, n, 4);
    put_number(m, n, 4);
    put_number(m, strlen(name), 2);
    put_number(m, 0, 2);
    put_bytes(m, name, strlen(name));
    put_bytes(m, data, n);
}

static inline void put_central(struct image *m, const char *name, size_t n, size_t at)
{
    put_number(m, 0x02014b50, 4);
    put_number(m, 20, 2);
    put_number(m, 20, 2);
    put_number(m, 0, 8);
    put_number(m, 0, 4);
    put_number(m, n, 4);
    put_number(m, n, 4);
    put_number(m, strlen(name), 2);
    put_number(m, 0, 12);
    put_number(m, at, 4);
    put_bytes(m, name, strlen(name));
}

static inline void put_end64(struct image *m, struct places *p, size_t directory, size_t size)
{
    p->end64 = m->len;
    put_number(m, 0x06064b50, 4);
    put_number(m, 44, 8);
    put_number(m, 45, 2);
    put_number(m, 45, 2);
    put_number(m, 0, 8);
    put_number(m, ENTRIES, 8);
    put_number(m, ENTRIES, 8);
    put_number(m, size, 8);
    put_number(m, directory, 8);
    p->locator = m->len;
    put_number(m, 0x07064b50, 4);
    put_number(m, 0, 4);
    put_number(m, p->end64, 8);
    put_number(m, 1, 4);
}

/* wide: as archives beyond 4 GiB are. */
static inline void make_archive(struct image *m, struct places *p, struct text pickle, bool wide)
{
    static const float a[6] = {1, 2, 3, 4, 5, 6};
    static const uint16_t b[4] = {0x3f80, 0x4000, 0x4040, 0x4080};
    const struct text data[ENTRIES] = {pickle, {(const char *)a, sizeof a}, {(const char *)b, sizeof b},
                                       TEXT("little")};

    memset(p, 0, sizeof *p);
    m->len = 0;
    for (size_t i = 0; i < ENTRIES; i++) {
        p->local[i] = m->len;
        put_local(m, entry_names[i], data[i].data, data[i].len);
        p->data[i] = m->len - data[i].len;
    }
    size_t directory = m->len;
    for (size_t i = 0; i < ENTRIES; i++) {
        p->central[i] = m->len;
        put_central(m, entry_names[i], data[i].len, p->local[i]);
    }
    size_t size = m->len - directory;
    if (wide)
        put_end64(m, p, directory, size);
    p->end = m->len;
    put_number(m, 0x06054b50, 4);
    put_number(m, 0, 4);
    put_number(m, wide ? UINT16_MAX : ENTRIES, 2);
    put_number(m, wide ? UINT16_MAX : ENTRIES, 2);
    put_number(m, wide ? UINT32_MAX : size, 4);
    put_number(m, wide ? UINT32_MAX : directory, 4);
    put_number(m, 0, 2);
}

/* ---- the older form ---- */

#define STREAM_MAGIC "\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
#define STREAM_HEAD                                                                                \
    STREAM_MAGIC "\x80\2M\xe9\3.\x80\2}(U\x10protocol_versionM\xe9\3U\x0dlittle_endian\x88u."
#define STREAM_PICKLE                                                                              \
    "\x80\2}q\0(" TENSOR("a", "(U\7storage" TORCH("FloatStorage") "U\1" "0U\3cpuK\6NtQ", "K\0",    \
                         "K\2K\3\x86", "K\3K\1\x86")                                               \
    TENSOR("b", "(U\7storage" TORCH("FloatStorage") "U\1" "0U\3cpuK\6(U\1" "9K\2K\4ttQ", "K\1",    \
           "K\3\x85", "K\1\x85") "u."
#define STREAM_KEYS "\x80\2](U\1" "0e."
#define GOOD_STREAM STREAM_HEAD STREAM_PICKLE STREAM_KEYS

/* pickles, and the one storage behind them. */
static inline void make_stream(struct image *m, struct text pickles)
{
    static const float a[6] = {1, 2, 3, 4, 5, 6};

    m->len = 0;
    put_bytes(m, pickles.data, pickles.len);
    put_number(m, 6, 8);
    put_bytes(m, a, sizeof a);
}

#endif
