/* guard.c: buffers between pages that cannot be touched, and canaries where they can. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CANARY = 0xa5 };

struct mzg_guard mzg_guard_new(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t inside = (bytes + page - 1) / page * page;
    uint8_t *all = mmap(NULL, inside + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED || mprotect(all + page, inside, PROT_READ | PROT_WRITE) != 0) {
        perror("guarded memory");
        exit(3);
    }
    memset(all + page, CANARY, inside);
    return (struct mzg_guard){.start = all + page, .bytes = inside};
}

/* How far around a buffer canaries are kept and looked at. */
static size_t reach(size_t room)
{
    return room < 256 ? room : 256;
}

uint8_t *mzg_guard_take(const struct mzg_guard *g, enum mzg_place place, size_t shift,
                        size_t bytes)
{
    uint8_t *buffer = g->start;
    if (place == MZG_AT_END)
        buffer = g->start + g->bytes - bytes;
    else if (place == MZG_INSIDE)
        buffer = g->start + 256 + shift;
    size_t before = reach((size_t)(buffer - g->start));
    size_t after = reach((size_t)(g->start + g->bytes - buffer) - bytes);
    memset(buffer - before, CANARY, before + bytes + after);
    return buffer;
}

static bool all_canaries(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != CANARY)
            return false;
    return true;
}

bool mzg_guard_intact(const struct mzg_guard *g, const uint8_t *buffer, size_t bytes)
{
    size_t before = reach((size_t)(buffer - g->start));
    size_t after = reach((size_t)(g->start + g->bytes - buffer) - bytes);
    return all_canaries(buffer - before, before) && all_canaries(buffer + bytes, after);
}
