/* buf.c: see buf.h. */
#include "buf.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mzg_buf_init(struct mzg_buf *b, size_t cap)
{
    *b = (struct mzg_buf){.cap = cap};
}

void mzg_buf_clear(struct mzg_buf *b)
{
    free(b->data);
    mzg_buf_init(b, b->cap);
}

/* Makes room for n more bytes; false, and bad, when that cannot be. Doubles, so that many small
 * writes cost a constant each, and stops at the cap. One byte more than `room` is allocated: for
 * the NUL that vsnprintf puts behind a text and the buffer does not count. */
static bool grow(struct mzg_buf *b, size_t n)
{
    if (b->bad)
        return false;
    if (n <= b->room - b->len)
        return true;
    if (n > b->cap - b->len) {
        b->bad = true;
        return false;
    }
    size_t room = b->room > 0 ? b->room : 256;
    while (room < b->len + n)
        room = room > b->cap / 2 ? b->cap : room * 2;
    if (room > b->cap)
        room = b->cap;
    uint8_t *data = room < SIZE_MAX ? realloc(b->data, room + 1) : NULL;
    if (data == NULL) {
        b->bad = true;
        return false;
    }
    b->data = data;
    b->room = room;
    return true;
}

void mzg_buf_put(struct mzg_buf *b, const void *data, size_t n)
{
    if (n == 0 || !grow(b, n))
        return;
    memcpy(b->data + b->len, data, n);
    b->len += n;
}

void mzg_buf_zeros(struct mzg_buf *b, size_t n)
{
    if (n == 0 || !grow(b, n))
        return;
    memset(b->data + b->len, 0, n);
    b->len += n;
}

/* The n low bytes of v, lowest first. */
static void little(struct mzg_buf *b, uint64_t v, size_t n)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(v >> (8 * i));
    mzg_buf_put(b, bytes, n);
}

void mzg_buf_u8(struct mzg_buf *b, uint8_t v)
{
    little(b, v, 1);
}

void mzg_buf_u16(struct mzg_buf *b, uint16_t v)
{
    little(b, v, 2);
}

void mzg_buf_u32(struct mzg_buf *b, uint32_t v)
{
    little(b, v, 4);
}

void mzg_buf_u64(struct mzg_buf *b, uint64_t v)
{
    little(b, v, 8);
}

void mzg_buf_f32(struct mzg_buf *b, float v)
{
    uint32_t bits;

    memcpy(&bits, &v, sizeof bits);
    little(b, bits, 4);
}

void mzg_buf_text(struct mzg_buf *b, const char *text)
{
    mzg_buf_put(b, text, strlen(text));
}

void mzg_buf_printf(struct mzg_buf *b, const char *fmt, ...)
{
    va_list ap, again;

    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    if (n < 0)
        b->bad = true;
    else if (n > 0 && grow(b, (size_t)n)) {
        (void)vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
    va_end(ap);
}

enum mzg_code mzg_buf_ok(const struct mzg_buf *b, const char *what, struct mzg_err *e)
{
    if (!b->bad)
        return MZG_OK;
    return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET,
                    "%s: more than the %zu bytes it may have, or out of memory", what, b->cap);
}
