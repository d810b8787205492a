/* curve.h: where things are in the blocks whose codes are indices into one table of sixteen values,
 * closer together around zero. A block has no alignment.
 *
 *   IQ4_NL   32 elements  d:f16  nibbles:16
 *   IQ4_XS  256 elements  d:f16  high pairs of bits of the eight scales:u16  their low nibbles: 4 bytes
 *                         nibbles: 16 for each run of 32 elements
 *
 * Byte j of a run's nibbles holds element j below and element j + 16 above. The scale of run i is stored
 * with 32 added: bits 2 i and 2 i + 1 of the pairs, and the low (i even) or high half of byte i / 2. */
#ifndef MZG_KERNELS_CURVE_CURVE_H
#define MZG_KERNELS_CURVE_CURVE_H

#include "../blocks.h"
#include "../k/superblocks.h"
#include "../scalar.h"

enum {
    MZG_RUNS = 8, /* of 32 elements in a block of 256 */
    MZG_IQ4_NL_BYTES = 18,
    MZG_IQ4_NL_CODES = 2,
    MZG_IQ4_XS_BYTES = 136,
    MZG_IQ4_XS_HIGH = 2,
    MZG_IQ4_XS_LOW = 4,
    MZG_IQ4_XS_CODES = 8
};

/* The values, in the order of their codes. */
#define MZG_CURVE_VALUES -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113

/* The eight scales of an IQ4_XS block, -32 to 31, a byte each. */
static inline uint64_t mzg_iq4_xs_scales(const uint8_t *block)
{
    uint64_t low = mzg_load32(block + MZG_IQ4_XS_LOW), high = mzg_load16(block + MZG_IQ4_XS_HIGH);
    low = (low | low << 16) & 0x0000ffff0000ffff; /* four nibbles a half, then two, then one a byte */
    low = (low | low << 8) & 0x00ff00ff00ff00ff;
    low = (low | low << 4) & 0x0f0f0f0f0f0f0f0f;
    high = (high | high << 24) & 0x000000ff000000ff;
    high = (high | high << 12) & 0x000f000f000f000f;
    high = (high | high << 6) & 0x0303030303030303;
    uint64_t stored = low | high << 4;
    return (stored + 0x6060606060606060) ^ 0x8080808080808080; /* 32 less in each, without borrowing */
}

#endif
