/* imatrix_image.h: small importance matrices in both layouts, built by hand. */
#ifndef MZG_TESTS_IMATRIX_IMAGE_H
#define MZG_TESTS_IMATRIX_IMAGE_H

#include "refused.h"
#include "model/containers/gguf.h"
#include "model/importance/imatrix.h"

#define FIRST "blk.0.attn_k.weight"
#define FIRST_WIDTH 256

/* Places in an image, noted while it is built. */
enum spot {
    COUNT,                                            /* .dat: of entries */
    A, A_NAME, A_CALLS, A_N, A_VALUES,                /* .dat: FIRST, 256 values, 8 calls */
    B, B_NAME, B_CALLS, B_N, B_VALUES,                /* .dat: "b", 2 values, 4 calls */
    CHUNKS, SET_LEN, SET_NAME,                        /* .dat: 7 chunks of "text" */
    TYPE_LEN, TYPE_TEXT,                              /* GGUF: general.type */
    SUMS_NAME, SUMS_TYPE, COUNTS_NAME, COUNTS_TYPE,   /* GGUF: FIRST.in_sum2, .counts */
    SUMS_DATA, COUNTS_DATA, TWO_DATA, TWO_COUNTS,     /* GGUF: and "b", two matrices of two */
    NOWHERE, NOWHERE_TEXT,                            /* places nobody asks for */
    END, SPOTS
};

struct image {
    uint8_t bytes[4096];
    size_t len;
    size_t at[SPOTS];
};

static inline void put(struct image *m, enum spot spot, uint64_t v, size_t size)
{
    m->at[spot] = m->len;
    for (size_t i = 0; i < size; i++)
        m->bytes[m->len++] = (uint8_t)(v >> 8 * i);
}

static inline void put_bytes(struct image *m, enum spot spot, const void *data, size_t n)
{
    m->at[spot] = m->len;
    memcpy(m->bytes + m->len, data, n);
    m->len += n;
}

/* 1, 2, 3 ... over 16: exact, and all different. */
static inline void put_values(struct image *m, enum spot spot, size_t n)
{
    m->at[spot] = m->len;
    for (size_t i = 0; i < n; i++) {
        float x = (float)(i + 1) / 16;
        memcpy(m->bytes + m->len, &x, 4);
        m->len += 4;
    }
}

static inline void put_entry(struct image *m, enum spot first, const char *name, uint32_t calls,
                             uint32_t n)
{
    put(m, first, strlen(name), 4);
    put_bytes(m, first + 1, name, strlen(name));
    put(m, first + 2, calls, 4);
    put(m, first + 3, n, 4);
    put_values(m, first + 4, n);
}

static inline void make_dat(struct image *m)
{
    memset(m, 0, sizeof *m);
    put(m, COUNT, 2, 4);
    put_entry(m, A, FIRST, 8, FIRST_WIDTH);
    put_entry(m, B, "b", 4, 2);
    put(m, CHUNKS, 7, 4);
    put(m, SET_LEN, 4, 4);
    put_bytes(m, SET_NAME, "text", 4);
    m->at[END] = m->len;
}

static inline void put_text(struct image *m, enum spot spot, const char *text)
{
    put(m, spot, strlen(text), 8);
    put_bytes(m, spot + 1, text, strlen(text));
}

static inline void put_key(struct image *m, const char *key, uint32_t type)
{
    put_text(m, NOWHERE, key);
    put(m, NOWHERE, type, 4);
}

static inline void put_info(struct image *m, enum spot spot, const char *name, uint64_t width,
                            uint64_t n_mat, uint64_t offset)
{
    put(m, NOWHERE, strlen(name), 8);
    put_bytes(m, spot, name, strlen(name));
    put(m, NOWHERE, 2, 4);
    put(m, NOWHERE, width, 8);
    put(m, NOWHERE, n_mat, 8);
    put(m, spot + 1, MZG_TYPE_F32, 4);
    put(m, NOWHERE, offset, 8);
}

static inline void pad(struct image *m)
{
    m->len += (32 - m->len % 32) % 32;
}

static inline void make_gguf(struct image *m)
{
    memset(m, 0, sizeof *m);
    put_bytes(m, NOWHERE, "GGUF\3\0\0\0\4\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0", 24);
    put_key(m, "general.type", MZG_KV_STRING);
    put_text(m, TYPE_LEN, "imatrix");
    put_key(m, "imatrix.datasets", MZG_KV_ARRAY);
    put(m, NOWHERE, MZG_KV_STRING, 4);
    put(m, NOWHERE, 2, 8);
    put_text(m, NOWHERE, "one");
    put_text(m, NOWHERE, "two");
    put_key(m, "imatrix.chunk_count", MZG_KV_U32);
    put(m, NOWHERE, 7, 4);
    put_info(m, SUMS_NAME, FIRST ".in_sum2", FIRST_WIDTH, 1, 0);
    put_info(m, COUNTS_NAME, FIRST ".counts", 1, 1, 1024);
    put_info(m, NOWHERE, "b.in_sum2", 2, 2, 1056);
    put_info(m, NOWHERE, "b.counts", 1, 2, 1088);
    pad(m);
    put_values(m, SUMS_DATA, FIRST_WIDTH);
    pad(m);
    put(m, COUNTS_DATA, 0x41000000, 4); /* 8 */
    pad(m);
    put_values(m, TWO_DATA, 4);
    pad(m);
    put(m, TWO_COUNTS, 0x40800000, 4); /* 4 */
    put(m, NOWHERE, 0, 4);                 /* 0: this matrix was never used */
    pad(m);
    m->at[END] = m->len;
}

/* The image as a file in a folder of its own, opened. */
static inline struct mzg_imatrix *open_image(const struct image *m, char dir[SCRATCH_PATH])
{
    char path[SCRATCH_PATH + 16];
    struct mzg_imatrix *im;
    struct mzg_err e;
    make_scratch(dir);
    put_file(dir, "file", m->bytes, m->len);
    snprintf(path, sizeof path, "%s/file", dir);
    assert_int_equal(mzg_imatrix_open(path, &im, &e), MZG_OK);
    return im;
}

#endif
