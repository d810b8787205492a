/* utf8.c: see utf8.h. */
#include "utf8.h"

/* What the first byte says of the character: its length, its bits, the least code point that needs
 * that length. */
static size_t lead(uint8_t b, uint32_t *bits, uint32_t *least)
{
    if (b < 0x80) {
        *bits = b;
        *least = 0;
        return 1;
    }
    if (b >= 0xc2 && b < 0xe0) {
        *bits = b & 0x1fu;
        *least = 0x80;
        return 2;
    }
    if (b >= 0xe0 && b < 0xf0) {
        *bits = b & 0x0fu;
        *least = 0x800;
        return 3;
    }
    if (b >= 0xf0 && b < 0xf5) {
        *bits = b & 0x07u;
        *least = 0x10000;
        return 4;
    }
    return 0;
}

size_t mzg_utf8_next(const char *text, size_t len, uint32_t *cp)
{
    uint32_t v, least;

    if (len == 0)
        return 0;
    size_t n = lead((uint8_t)text[0], &v, &least);
    if (n == 0 || n > len)
        return 0;
    for (size_t i = 1; i < n; i++) {
        uint8_t b = (uint8_t)text[i];
        if ((b & 0xc0) != 0x80)
            return 0;
        v = v << 6 | (b & 0x3fu);
    }
    if (v < least || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
        return 0;
    if (cp != NULL)
        *cp = v;
    return n;
}

bool mzg_utf8_valid(const char *text, size_t len)
{
    for (size_t pos = 0; pos < len;) {
        size_t n = mzg_utf8_next(text + pos, len - pos, NULL);
        if (n == 0)
            return false;
        pos += n;
    }
    return true;
}

size_t mzg_utf8_cut(const char *text, size_t len, size_t max)
{
    if (len <= max)
        return len;
    /* A character has at most three continuation bytes; more are no UTF-8, to be cut anywhere. */
    for (size_t back = 0; back < 4 && back <= max; back++)
        if (((uint8_t)text[max - back] & 0xc0) != 0x80)
            return max - back;
    return max;
}
