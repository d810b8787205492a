/* signed.h: where things are in the blocks of 256 whose sub-blocks of 16 have a signed scale each and
 * no minimum. A block has no alignment.
 *
 *   Q6_K  low nibbles: 128 bytes  high pairs of bits: 64 bytes  scales: 16 signed bytes  d:f16
 *   Q3_K  third bits: 32 bytes    low pairs of bits: 64 bytes   scales: 12 bytes of 6 bits  d:f16
 *
 * Codes are stored without their sign: 32 and 4 stand for zero. Of Q6_K's low nibbles, byte j of the
 * first 64 holds elements j and j + 64 of the first half of the block; of its pairs, byte j of the
 * first 32 holds elements j, j + 32, j + 64 and j + 96. The second half of the block follows in the
 * same way. Q3_K's pairs lie as Q6_K's do; bit g of its byte j of third bits is that of element
 * j + 32 g. */
#ifndef MZG_KERNELS_SIGNED_SIGNED_H
#define MZG_KERNELS_SIGNED_SIGNED_H

#include "../k/superblocks.h"
#include "../scalar.h"

enum {
    MZG_SUBS = 16, /* sub-blocks in a block, and elements in a sub-block */
    MZG_Q6_K_BYTES = 210,
    MZG_Q6_K_HIGH = 128,
    MZG_Q6_K_SCALES = 192,
    MZG_Q6_K_D = 208,
    MZG_Q3_K_BYTES = 110,
    MZG_Q3_K_LOW = 32,
    MZG_Q3_K_SCALES = 96,
    MZG_Q3_K_D = 108
};

static inline uint64_t mzg_load64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void mzg_store64(uint8_t *p, uint64_t v)
{
    memcpy(p, &v, sizeof v);
}

/* The sixteen scales of a Q3_K block, -32 to 31, a byte each: the first eight, and the others. */
static inline void mzg_q3_k_scales(const uint8_t *block, uint64_t k[2])
{
    const uint64_t nibble = 0x0f0f0f0f0f0f0f0f, less = 0x6060606060606060;
    const uint32_t pair = 0x03030303;
    uint64_t low = mzg_load64(block + MZG_Q3_K_SCALES);
    uint32_t high = mzg_load32(block + MZG_Q3_K_SCALES + 8);
    uint64_t first = (high & pair) | (uint64_t)(high >> 2 & pair) << 32;
    uint64_t second = (high >> 4 & pair) | (uint64_t)(high >> 6 & pair) << 32;
    first = ((low & nibble) | first << 4) + less; /* 32 less in each byte, without borrowing */
    second = ((low >> 4 & nibble) | second << 4) + less;
    k[0] = first ^ 0x8080808080808080;
    k[1] = second ^ 0x8080808080808080;
}

#endif
