/* tar_by_hand.h: tar archives header by header, so that they can say what no archiver would. */
#ifndef MZG_TESTS_TAR_BY_HAND_H
#define MZG_TESTS_TAR_BY_HAND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tar {
    uint8_t *data;
    size_t len;
};

static inline void tar_header(uint8_t h[512], const char *name, size_t size, char type, const char *target)
{
    unsigned sum = 0;
    memset(h, 0, 512);
    memcpy(h, name, strlen(name) < 100 ? strlen(name) : 100);
    memcpy(h + 100, "0000644", 7);
    memcpy(h + 108, "0000000", 7);
    memcpy(h + 116, "0000000", 7);
    snprintf((char *)h + 124, 12, "%011zo", size);
    memcpy(h + 136, "00000000000", 11);
    memset(h + 148, ' ', 8);
    h[156] = (uint8_t)type;
    memcpy(h + 157, target, strlen(target));
    memcpy(h + 257, "ustar\0" "00", 8);
    for (int i = 0; i < 512; i++)
        sum += h[i];
    snprintf((char *)h + 148, 8, "%06o", sum);
}

static inline void tar_add(struct tar *t, const char *name, const void *data, size_t size, char type,
                    const char *target)
{
    size_t padded = (size + 511) / 512 * 512;
    t->data = realloc(t->data, t->len + 512 + padded);
    assert_non_null(t->data);
    tar_header(t->data + t->len, name, size, type, target);
    memset(t->data + t->len + 512, 0, padded);
    if (size)
        memcpy(t->data + t->len + 512, data, size);
    t->len += 512 + padded;
}

/* Writes the archive with so many zeros at its end, and starts anew. */
static inline void tar_write(struct tar *t, size_t zeros, const char *path)
{
    t->data = realloc(t->data, t->len + zeros);
    memset(t->data + t->len, 0, zeros);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(t->data, 1, t->len + zeros, f), t->len + zeros);
    assert_int_equal(fclose(f), 0);
    free(t->data);
    memset(t, 0, sizeof *t);
}

#endif
