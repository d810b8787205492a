/* names.h: tensor names and metadata keys from outside: which are fit, which come twice, and where.
 *
 * A sorted table, not a hash: names come from files that may have been made to collide. */
#ifndef MZG_MODEL_NAMES_H
#define MZG_MODEL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct mzg_name {
    const char *name; /* NUL-terminated, the caller's */
    size_t index;     /* what it stands for */
};

/* True for well-formed UTF-8 of at least one byte, without control characters. */
bool mzg_item_name_valid(const char *name, size_t len);

/* By name, bytewise, then by index. */
void mzg_names_sort(struct mzg_name *names, size_t n);

/* In a sorted table: the later one of the first two that are equal, or NULL. */
const struct mzg_name *mzg_names_twice(const struct mzg_name *names, size_t n);

/* In a sorted table: the first of this name, or NULL. */
const struct mzg_name *mzg_names_find(const struct mzg_name *names, size_t n, const char *name);

#endif
