/* byte_level.h: GPT-2's alphabet, in which byte-level tokens are written: a character that prints for each byte. The
 * printable ones of Latin-1 stand for themselves, the others are counted from U+0100 on. */
#ifndef MZG_MODEL_BYTE_LEVEL_H
#define MZG_MODEL_BYTE_LEVEL_H

#include <stddef.h>
#include <stdint.h>

/* The byte's character into the two bytes at `to`; how many of them it takes. */
size_t mzg_byte_level_put(char *to, uint8_t byte);

/* The byte that a character stands for; -1: none. */
int mzg_byte_level_byte(uint32_t c);

#endif
