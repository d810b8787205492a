/* arena.c: see arena.h. */
#include "arena.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN _Alignof(max_align_t)
#define FIRST_BLOCK ((size_t)4 << 10)
#define MOST_BLOCK ((size_t)256 << 10)

struct mzg_arena_block {
    struct mzg_arena_block *next; /* older */
    size_t room;
    size_t used;
    _Alignas(max_align_t) uint8_t data[];
};

void mzg_arena_init(struct mzg_arena *a, size_t cap)
{
    *a = (struct mzg_arena){.cap = cap};
}

void mzg_arena_clear(struct mzg_arena *a)
{
    while (a->head != NULL) {
        struct mzg_arena_block *b = a->head;
        a->head = b->next;
        free(b);
    }
    a->used = 0;
}

/* A block with room for n bytes. Blocks double, so that a small file costs little and a large one
 * few calls; a piece larger than that has a block of its own, put behind the head, whose rest stays
 * usable. */
static struct mzg_arena_block *block_for(struct mzg_arena *a, size_t n)
{
    struct mzg_arena_block *b = NULL;
    size_t room = FIRST_BLOCK;

    if (a->head != NULL)
        room = a->head->room < MOST_BLOCK / 2 ? a->head->room * 2 : MOST_BLOCK;
    bool own = n > room;
    if (own)
        room = n;
    if (room <= SIZE_MAX - sizeof *b)
        b = calloc(1, sizeof *b + room);
    if (b == NULL)
        return NULL;
    b->room = room;
    if (own && a->head != NULL) {
        b->next = a->head->next;
        a->head->next = b;
    } else {
        b->next = a->head;
        a->head = b;
    }
    return b;
}

void *mzg_arena_alloc(struct mzg_arena *a, size_t count, size_t size)
{
    size_t n;

    if (__builtin_mul_overflow(count, size, &n))
        return NULL;
    /* Rounded up, so that the next piece is aligned; this also counts what is really used. */
    if (__builtin_add_overflow(n > 0 ? n : 1, ALIGN - 1, &n))
        return NULL;
    n -= n % ALIGN;
    if (n > a->cap - a->used)
        return NULL;
    struct mzg_arena_block *b = a->head;
    if (b == NULL || n > b->room - b->used)
        b = block_for(a, n);
    if (b == NULL)
        return NULL;
    void *p = b->data + b->used;
    b->used += n;
    a->used += n;
    return p;
}

char *mzg_arena_text(struct mzg_arena *a, const void *text, size_t len)
{
    char *copy = len < SIZE_MAX ? mzg_arena_alloc(a, len + 1, 1) : NULL;

    if (copy != NULL && len > 0)
        memcpy(copy, text, len);
    return copy;
}
