/* bundle_fixture.h: small bundles in a scratch folder, and ways to break them. */
#ifndef MZG_TESTS_BUNDLE_FIXTURE_H
#define MZG_TESTS_BUNDLE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include "bundle/bundle.h"
#include "scratch.h"
#include <string.h>
#include <sys/stat.h>
#include <zstd.h>

#define KEPT __attribute__((unused))

static const struct mzg_run run2 = {.threads = 2};

KEPT static void put_bytes(const char *path, const void *data, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* malloc'd, with a NUL behind it. */
KEPT static char *get_bytes(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s cannot be opened", path);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    *n = (size_t)ftell(f);
    rewind(f);
    char *data = malloc(*n + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, *n, f), *n);
    fclose(f);
    data[*n] = '\0';
    return data;
}

KEPT static void assert_same_file(const char *a, const char *b)
{
    size_t n, m;
    char *x = get_bytes(a, &n), *y = get_bytes(b, &m);
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n);
    free(x);
    free(y);
}

/* A line of a shell, in the scratch folder. */
KEPT static void shell(const char *line)
{
    if (system(line) != 0)
        fail_msg("failed: %s", line);
}

/* n bytes that do not compress (a linear congruential sequence). */
KEPT static void put_noise(const char *path, size_t n, uint32_t seed)
{
    uint8_t *data = malloc(n ? n : 1);
    assert_non_null(data);
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        data[i] = (uint8_t)(seed >> 24);
    }
    put_bytes(path, data, n);
    free(data);
}

KEPT static struct mzg_key *make_key(enum mzg_key_type type)
{
    struct mzg_key *key;
    struct mzg_err e;
    assert_int_equal(mzg_key_generate(&key, type, &e), MZG_OK);
    return key;
}

#define PACK(n, v, list)                                                                           \
    {                                                                                              \
        .name = n, .version = v, .created = "2026-11-23T08:00:00Z", .program = "mzigo test",       \
        .files = list, .n_files = sizeof(list) / sizeof(list)[0]                                   \
    }

#define assert_ok(call, e)                                                                         \
    do {                                                                                           \
        if ((call) != MZG_OK)                                                                      \
            fail_msg("%s: %s", #call, (e).msg);                                                    \
    } while (0)

/* Code, and a part of the message. */
#define assert_refused(call, want, text, e)                                                        \
    do {                                                                                           \
        enum mzg_code got_ = (call);                                                               \
        if (got_ != (want) || (e).code != (want) || !strstr((e).msg, text))                        \
            fail_msg("%s: expected %d '%s', got %d '%s'", #call, (int)(want), text, (int)got_,     \
                     got_ ? (e).msg : "");                                                         \
    } while (0)

/* Everything a receiver does: open, verify, check (stored, then decoded). */
KEPT static enum mzg_code receive(const char *location, const char *select,
                                  const struct mzg_key *key, enum mzg_depth depth,
                                  const struct mzg_run *run, struct mzg_err *e)
{
    struct mzg_bundle *b = NULL;
    struct mzg_verified *v = NULL;
    struct mzg_select s;
    struct mzg_policy policy = {.trusted = {&key, 1}};
    enum mzg_code code = mzg_select_parse(&s, select, e);
    if (!code)
        code = mzg_bundle_open(&b, location, &s, e);
    if (!code)
        code = mzg_bundle_verify(b, &policy, &v, e);
    if (!code)
        code = mzg_verified_check(v, depth, run, e);
    mzg_verified_free(v);
    mzg_bundle_close(b);
    return code;
}

KEPT static enum mzg_code take_out(const char *location, const char *select,
                                   const struct mzg_key *key, const char *dir, struct mzg_err *e)
{
    struct mzg_bundle *b = NULL;
    struct mzg_verified *v = NULL;
    struct mzg_select s;
    struct mzg_policy policy = {.trusted = {&key, 1}};
    enum mzg_code code = mzg_select_parse(&s, select, e);
    if (!code)
        code = mzg_bundle_open(&b, location, &s, e);
    if (!code)
        code = mzg_bundle_verify(b, &policy, &v, e);
    if (!code)
        code = mzg_verified_unpack(v, dir, &run2, e);
    mzg_verified_free(v);
    mzg_bundle_close(b);
    return code;
}

/* ---- breaking things ---- */

/* The file `from` as a zstd frame with a checksum, which no encoder of ours writes. */
KEPT static void put_frame(const char *from, const char *to)
{
    size_t n, room;
    char *data = get_bytes(from, &n), *frame = malloc(room = ZSTD_compressBound(n));
    ZSTD_CCtx *z = ZSTD_createCCtx();
    assert_true(frame && z);
    assert_false(ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1)));
    size_t stored = ZSTD_compress2(z, frame, room, data, n);
    assert_false(ZSTD_isError(stored));
    put_bytes(to, frame, stored);
    ZSTD_freeCCtx(z);
    free(frame);
    free(data);
}

/* Puts `to` in place of the first `from` in a file that has it. */
KEPT static void replace_text(const char *path, const char *from, const char *to)
{
    size_t n;
    char *old = get_bytes(path, &n), *at = memmem(old, n, from, strlen(from));
    if (!at)
        fail_msg("%s does not hold %s", path, from);
    size_t head = (size_t)(at - old), tail = n - head - strlen(from);
    char *new = malloc(head + strlen(to) + tail + 1);
    assert_non_null(new);
    memcpy(new, old, head);
    memcpy(new + head, to, strlen(to));
    memcpy(new + head + strlen(to), at + strlen(from), tail);
    put_bytes(path, new, head + strlen(to) + tail);
    free(new);
    free(old);
}

KEPT static void flip_bit(const char *path, size_t at)
{
    size_t n;
    char *data = get_bytes(path, &n);
    assert_true(at < n);
    data[at] ^= 1;
    put_bytes(path, data, n);
    free(data);
}

/* The envelope that key would write over the bytes of manifest. */
KEPT static void sign_again(const char *manifest, const char *envelope, const struct mzg_key *key)
{
    size_t n;
    struct mzg_buf b;
    struct mzg_err e;
    char *data = get_bytes(manifest, &n);
    mzg_buf_init(&b, MZG_DSSE_MAX);
    assert_ok(mzg_dsse_sign(&b, MZG_MANIFEST_TYPE, data, n, key, &e), e);
    put_bytes(envelope, b.data, b.len);
    mzg_buf_clear(&b);
    free(data);
}

/* A bundle t@1 of two small files, one stored as it is, one by zstd, in repo and in t.mzb. */
#define M "repo/bundles/t/1/manifest.json"
#define D "repo/bundles/t/1/manifest.dsse"

static const struct mzg_source two[] = {
    {.disk = "a.bin", .path = "a.bin"},
    {.disk = "b.txt", .path = "docs/b.txt"},
};

KEPT static struct mzg_key *make_small(void)
{
    struct mzg_err e;
    struct mzg_key *key = make_key(MZG_KEY_TYPE_ED25519);
    struct mzg_pack p = PACK("t", "1", two);
    char text[601];
    for (size_t i = 0; i < 600; i++)
        text[i] = "Habari ya leo? "[i % 15];
    put_noise("a.bin", 700, 7);
    put_bytes("b.txt", text, 600);
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, NULL, &e), e);
    assert_ok(mzg_bundle_pack("t.mzb", &p, key, &run2, NULL, &e), e);
    return key;
}

/* Path of the object that stores a.bin (0) or docs/b.txt (1). */
KEPT static void small_object(size_t file, char path[128])
{
    struct mzg_manifest m;
    struct mzg_err e;
    size_t n;
    char *text = get_bytes(M, &n), name[MZG_OBJECT_PATH];
    assert_ok(mzg_manifest_parse(&m, text, n, &e), e);
    mzg_object_path(m.files[file].chunks[0].object, name);
    snprintf(path, 128, "repo/%s", name);
    mzg_manifest_clear(&m);
    free(text);
}

#endif
