/* arena.h: memory that lives as long as an opened file, with a cap against lying counts. */
#ifndef MZG_BASE_ARENA_H
#define MZG_BASE_ARENA_H

#include <stddef.h>

struct mzg_arena_block;

struct mzg_arena {
    struct mzg_arena_block *head; /* newest block */
    size_t used;                  /* bytes given out, all blocks */
    size_t cap;                   /* most that may be given out */
};

void mzg_arena_init(struct mzg_arena *a, size_t cap);
void mzg_arena_clear(struct mzg_arena *a);

/* count * size zeroed bytes, aligned for any type; NULL beyond the cap, on overflow, or when memory
 * is out (then: mzg_fail_memory). Zero bytes give a valid pointer. */
void *mzg_arena_alloc(struct mzg_arena *a, size_t count, size_t size);

/* A NUL-terminated copy of len bytes; NULL as above. */
char *mzg_arena_text(struct mzg_arena *a, const void *text, size_t len);

#endif
