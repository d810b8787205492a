/* utf8.h: telling UTF-8 from other bytes (RFC 3629: no overlong forms, no surrogates). */
#ifndef MZG_BASE_UTF8_H
#define MZG_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length (1 to 4) of the character at the start of text, its code point in *cp (may be NULL); 0
 * when the bytes there are no UTF-8, cut short, or len is 0. */
size_t mzg_utf8_next(const char *text, size_t len, uint32_t *cp);

bool mzg_utf8_valid(const char *text, size_t len);

/* The longest length up to max that does not cut a character of text (len bytes) in two. */
size_t mzg_utf8_cut(const char *text, size_t len, size_t max);

#endif
