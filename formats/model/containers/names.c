#include "names.h"
#include "../../base/utf8.h"
#include <stdlib.h>
#include <string.h>

bool mzg_item_name_valid(const char *name, size_t len)
{
    uint32_t c;
    size_t size;

    for (size_t i = 0; i < len; i += size) {
        size = mzg_utf8_next(name + i, len - i, &c);
        if (size == 0 || c < 0x20 || (c >= 0x7F && c <= 0x9F))
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
