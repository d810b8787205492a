/* fixture.h: what several unit tests need: a folder that goes away, and small weights in it. */
#ifndef MZG_TESTS_FIXTURE_H
#define MZG_TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
    char dir[64];
    char path[8][128];
};

/* A fresh folder; path[i] are free for the test to name files in it. */
static inline void fixture_open(struct fixture *f)
{
    snprintf(f->dir, sizeof f->dir, "/tmp/mzigo-test-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
}

static inline const char *fixture_path(struct fixture *f, int i, const char *name)
{
    snprintf(f->path[i], sizeof f->path[i], "%s/%s", f->dir, name);
    return f->path[i];
}

static inline void fixture_close(struct fixture *f)
{
    char cmd[96];
    snprintf(cmd, sizeof cmd, "rm -rf '%s'", f->dir);
    assert_int_equal(system(cmd), 0);
}

/* Number of entries in the folder, temporaries included. */
static inline int fixture_entries(const struct fixture *f)
{
    char cmd[96];
    int n = -1;
    snprintf(cmd, sizeof cmd, "ls -A '%s' | wc -l", f->dir);
    FILE *p = popen(cmd, "r");
    assert_non_null(p);
    assert_int_equal(fscanf(p, "%d", &n), 1);
    assert_int_equal(pclose(p), 0);
    return n;
}

struct fixture_tensor {
    const char *name;
    const char *dtype;  /* "F32" */
    uint64_t shape[5];  /* outermost first */
    unsigned n_dims;
    const void *data;
    size_t bytes;
};

static inline void fixture_safetensors(const char *path, const struct fixture_tensor *t,
                                       size_t n)
{
    char header[8192];
    size_t len = 0, at = 0;
    len += (size_t)snprintf(header + len, sizeof header - len, "{");
    for (size_t i = 0; i < n; i++) {
        len += (size_t)snprintf(header + len, sizeof header - len,
                                "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[", i ? "," : "", t[i].name,
                                t[i].dtype);
        for (unsigned d = 0; d < t[i].n_dims; d++)
            len += (size_t)snprintf(header + len, sizeof header - len, "%s%" PRIu64, d ? "," : "",
                                    t[i].shape[d]);
        len += (size_t)snprintf(header + len, sizeof header - len,
                                "],\"data_offsets\":[%zu,%zu]}", at, at + t[i].bytes);
        at += t[i].bytes;
    }
    len += (size_t)snprintf(header + len, sizeof header - len, "}");
    while (len % 8 != 0)
        header[len++] = ' ';
    uint64_t le = len;
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(&le, 8, 1, f), 1);
    assert_int_equal(fwrite(header, 1, len, f), len);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(fwrite(t[i].data, 1, t[i].bytes, f), t[i].bytes);
    assert_int_equal(fclose(f), 0);
}

/* Numbers that look random and are the same everywhere, in about [-2, 2]. */
static inline void fixture_floats(float *x, size_t n, uint64_t seed)
{
    uint64_t s = seed * 2 + 1;
    for (size_t i = 0; i < n; i++) {
        s = s * 6364136223846793005u + 1442695040888963407u;
        x[i] = (float)((int32_t)(s >> 40) - (1 << 23)) / (float)(1 << 22);
    }
}

/* Flips one bit of a file. */
static inline void fixture_flip(const char *path, long offset, int bit)
{
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, offset, SEEK_SET), 0);
    int c = fgetc(f);
    assert_true(c != EOF);
    assert_int_equal(fseek(f, offset, SEEK_SET), 0);
    assert_true(fputc(c ^ (1 << bit), f) != EOF);
    assert_int_equal(fclose(f), 0);
}

static inline char *fixture_load(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    *len = (size_t)ftell(f);
    rewind(f);
    char *data = malloc(*len + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, *len, f), *len);
    assert_int_equal(fclose(f), 0);
    return data;
}

#endif
