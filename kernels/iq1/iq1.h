/* iq1.h: where things are in the blocks of IQ1_S and IQ1_M, and the points that they choose from.
 *
 *   IQ1_S  d:f16  low: 32 bytes     high: 8 times u16
 *   IQ1_M  low: 32 bytes  high: 16 bytes  scales: 4 times u16
 *
 * 256 elements in groups of 8. A group is a point of the grid, eight values -1, 0 or 1, by its 11-bit
 * index: 8 bits in low, 3 in high. To all of a group's values 1/8 is added, or taken off where its bit
 * says so; that is multiplied by d and by an odd number 1..15, 2 s + 1.
 *
 * IQ1_S: 32 elements share s (bits 12 to 14 of their u16) and the bit (15); bits 3 l to 3 l + 2 are the
 * upper bits of group l's index. IQ1_M: 16 elements share s, 3 bits in order in the lower 12 bits of
 * scales; a group has 4 bits of high: 3 upper bits of the index, and the bit. The upper 4 bits of
 * scales are d, as a half, lowest first. */
#ifndef MZG_KERNELS_IQ1_IQ1_H
#define MZG_KERNELS_IQ1_IQ1_H

#include "../k/superblocks.h"
#include "../scalar.h"

#include <stddef.h>

enum {
    MZG_IQ1_POINTS = 2048,
    MZG_IQ1_WORDS = 206, /* 3^8 bits */
    MZG_IQ1_S_BYTES = 50,
    MZG_IQ1_S_LOW = 2,
    MZG_IQ1_S_HIGH = 34,
    MZG_IQ1_M_BYTES = 56,
    MZG_IQ1_M_HIGH = 32,
    MZG_IQ1_M_SCALES = 48
};

/* Values above 15 * 65504 * 9/8 saturate. */
#define MZG_IQ1_MOST (15 * MZG_F16_MAX * 1.125f)

/* Byte j of a point is 8 (v + 1), v being its value j. Points are in order of the number that has the
 * v + 1 as its digits to base 3, the first the lowest. */
extern const uint64_t mzg_iq1_grid[MZG_IQ1_POINTS];

/* Bit n % 32 of word n / 32: whether there is a point of number n; and how many there are in the words
 * before. */
extern const int32_t mzg_iq1_member[MZG_IQ1_WORDS];
extern const uint16_t mzg_iq1_rank[MZG_IQ1_WORDS];

/* The index of the point of number n; there must be one. */
static inline uint32_t mzg_iq1_index(uint32_t n)
{
    uint32_t below = (uint32_t)mzg_iq1_member[n / 32] & ((1u << n % 32) - 1);
    return mzg_iq1_rank[n / 32] + (uint32_t)__builtin_popcount(below);
}

/* ---- fields; g: a group, 0..31 ---- */

MZG_INLINE uint32_t mzg_iq1_s_high(const uint8_t *block, int g)
{
    return mzg_load16(block + MZG_IQ1_S_HIGH + g / 4 * 2);
}

MZG_INLINE uint64_t mzg_iq1_s_point(const uint8_t *block, uint32_t high, int g)
{
    return mzg_iq1_grid[block[MZG_IQ1_S_LOW + g] | (high >> 3 * (g % 4) & 7) << 8];
}

MZG_INLINE uint64_t mzg_iq1_m_point(const uint8_t *block, int g)
{
    uint32_t high = (uint32_t)block[MZG_IQ1_M_HIGH + g / 2] >> 4 * (g % 2);
    return mzg_iq1_grid[block[g] | (high & 7) << 8];
}

/* 1 where 1/8 is taken off the group. */
MZG_INLINE uint32_t mzg_iq1_m_minus(const uint8_t *block, int g)
{
    return (uint32_t)block[MZG_IQ1_M_HIGH + g / 2] >> (4 * (g % 2) + 3) & 1;
}

/* The odd factor of 16 elements, sub: 0..15. */
MZG_INLINE int mzg_iq1_m_factor(const uint8_t *block, int sub)
{
    return 2 * (mzg_load16(block + MZG_IQ1_M_SCALES + sub / 4 * 2) >> 3 * (sub % 4) & 7) + 1;
}

MZG_INLINE uint16_t mzg_iq1_m_half(const uint8_t *block)
{
    uint64_t s;
    memcpy(&s, block + MZG_IQ1_M_SCALES, sizeof s);
    return (uint16_t)((s >> 12 & 0xf) | (s >> 24 & 0xf0) | (s >> 36 & 0xf00) | (s >> 48 & 0xf000));
}

MZG_INLINE float mzg_iq1_s_scale(const uint8_t *block)
{
    return mzg_f16_to(mzg_load16(block));
}

MZG_INLINE float mzg_iq1_m_scale(const uint8_t *block)
{
    return mzg_f16_to(mzg_iq1_m_half(block));
}

/* ---- loops around what differs between instruction sets ---- */

/* Eight times the exact sum of products of a block's values, as multiples of d, and codes of Q8_K. */
typedef int32_t mzg_iq1_sum(const uint8_t *block, const uint8_t *y);
typedef float mzg_iq1_scale(const uint8_t *block);

MZG_INLINE float mzg_iq1_dot(const void *q, const void *y, size_t n, size_t bytes,
                             mzg_iq1_scale *scale, mzg_iq1_sum *sum)
{
    const uint8_t *xb = q, *yb = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_SUPER; b++, xb += bytes, yb += MZG_Q8_K_BYTES) {
        float d = scale(xb) * mzg_float(mzg_load32(yb));
        acc[b % 8] += d * ((float)sum(xb, yb) * 0.125f);
    }
    return mzg_sum8(acc);
}

/* x = scale * (8 v + eighth), eight elements; eighth is 1 or -1, scale an eighth of the elements'. */
typedef void mzg_iq1_put(float *x, uint64_t point, float eighth, float scale);

MZG_INLINE void mzg_iq1_s_decode(const void *q, float *x, size_t n, mzg_iq1_put *put)
{
    const uint8_t *block = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, block += MZG_IQ1_S_BYTES) {
        float d = mzg_iq1_s_scale(block);
        for (int g = 0; g < 32; g++, x += 8) {
            uint32_t high = mzg_iq1_s_high(block, g);
            float scale = d * (float)(2 * (high >> 12 & 7) + 1) * 0.125f;
            put(x, mzg_iq1_s_point(block, high, g), high >> 15 ? -1.0f : 1.0f, scale);
        }
    }
}

MZG_INLINE void mzg_iq1_m_decode(const void *q, float *x, size_t n, mzg_iq1_put *put)
{
    const uint8_t *block = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, block += MZG_IQ1_M_BYTES) {
        float d = mzg_iq1_m_scale(block);
        for (int g = 0; g < 32; g++, x += 8) {
            float scale = d * (float)mzg_iq1_m_factor(block, g / 2) * 0.125f;
            put(x, mzg_iq1_m_point(block, g), mzg_iq1_m_minus(block, g) ? -1.0f : 1.0f, scale);
        }
    }
}

#endif
