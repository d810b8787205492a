#include "names.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Length of the UTF-8 sequence that starts with c (by its lead byte only); 0 when none does. */
static size_t sequence_length(unsigned char c)
{
    if (c < 0x80)
        return 1;
    if (c >= 0xC2 && c <= 0xDF)
        return 2;
    if ((c & 0xF0) == 0xE0)
        return 3;
    return c >= 0xF0 && c <= 0xF4 ? 4 : 0;
}

/* The character of `size` bytes at s, or -1 when they do not encode one in the shortest form. */
static int64_t decode(const unsigned char *s, size_t size)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    static const uint32_t lead[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t c = s[0] & lead[size];

    for (size_t i = 1; i < size; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return -1;
        c = c << 6 | (s[i] & 0x3F);
    }
    if (c < least[size] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return -1;
    return c;
}

bool mzg_name_valid(const char *name, size_t len)
{
    const unsigned char *s = (const unsigned char *)name;
    size_t size;

    for (size_t i = 0; i < len; i += size) {
        size = sequence_length(s[i]);
        if (size == 0 || size > len - i)
            return false;
        int64_t c = decode(s + i, size);
        if (c < 0x20 || (c >= 0x7F && c <= 0x9F))
            return false;
    }
    return len > 0;
}

static int compare(const void *a, const void *b)
{
    const struct mzg_name *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    return order ? order : (x->index > y->index) - (x->index < y->index);
}

void mzg_names_sort(struct mzg_name *names, size_t n)
{
    if (n > 0)
        qsort(names, n, sizeof *names, compare);
}

const struct mzg_name *mzg_names_twice(const struct mzg_name *names, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (strcmp(names[i - 1].name, names[i].name) == 0)
            return &names[i];
    }
    return NULL;
}

const struct mzg_name *mzg_names_find(const struct mzg_name *names, size_t n, const char *name)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(names[mid].name, name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n && strcmp(names[low].name, name) == 0 ? &names[low] : NULL;
}
