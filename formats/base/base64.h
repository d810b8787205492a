/* base64.h: base64 as JSON files carry bytes in it (RFC 4648, section 4: padded, without line ends). */
#ifndef MZG_BASE_BASE64_H
#define MZG_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that a text of this length may become at most. */
#define MZG_BASE64_ROOM(len) ((len) / 4 * 3 + 3)

/* Into out, which has MZG_BASE64_ROOM(len) bytes; *n: how many there are. False for any other text. */
bool mzg_base64_decode(const char *text, size_t len, uint8_t *out, size_t *n);

#endif
