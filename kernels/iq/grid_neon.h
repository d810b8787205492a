/* grid_neon.h: what the ARM decoders and dot products of the grids' types share. */
#ifndef MZG_KERNELS_IQ_GRID_NEON_H
#define MZG_KERNELS_IQ_GRID_NEON_H

#include "../list.h"
#include "grid_fetch.h"

#include <arm_neon.h>

/* 2 step + 1 of each 16 elements of a block. */
typedef uint8x16_t mzg_grid_steps(const uint8_t *block);

MZG_INLINE uint8x8_t mzg_grid_multiples(uint8x8_t steps)
{
    return vadd_u8(vadd_u8(steps, steps), vdup_n_u8(1));
}

/* Eight bytes of two steps each, the lower one first. */
MZG_INLINE uint8x16_t mzg_grid_nibbles(uint8x8_t v)
{
    uint8x8x2_t s = vzip_u8(mzg_grid_multiples(vand_u8(v, vdup_n_u8(15))),
                            mzg_grid_multiples(vshr_n_u8(v, 4)));
    return vcombine_u8(s.val[0], s.val[1]);
}

MZG_INLINE uint8x16_t mzg_grid_twice(uint8x8_t v)
{
    uint8x8x2_t s = vzip_u8(v, v);
    return vcombine_u8(s.val[0], s.val[1]);
}

MZG_INLINE uint8x16_t mzg_iq3_s_steps(const uint8_t *block)
{
    uint8x8_t v = vcreate_u8(mzg_load32(block + MZG_IQ3_S_STEPS));
    return mzg_grid_twice(vget_low_u8(mzg_grid_nibbles(v)));
}

/* The upper four bits of eight words. */
MZG_INLINE uint8x16_t mzg_grid_steps_of(uint32x4_t low, uint32x4_t high)
{
    uint16x8_t words = vcombine_u16(vmovn_u32(vshrq_n_u32(low, 28)),
                                    vmovn_u32(vshrq_n_u32(high, 28)));
    return mzg_grid_twice(mzg_grid_multiples(vmovn_u16(words)));
}

MZG_INLINE uint32x4_t mzg_grid_words(const uint8_t *p)
{
    return vreinterpretq_u32_u8(vld1q_u8(p));
}

MZG_INLINE uint8x16_t mzg_iq3_xxs_steps(const uint8_t *block)
{
    const uint8_t *p = block + MZG_IQ3_XXS_SIGNS;
    return mzg_grid_steps_of(mzg_grid_words(p), mzg_grid_words(p + 16));
}

MZG_INLINE uint8x16_t mzg_iq2_xxs_steps(const uint8_t *block)
{
    const uint8_t *p = block + MZG_IQ2_XXS_CODES; /* every other word has signs */
    return mzg_grid_steps_of(vuzp2q_u32(mzg_grid_words(p), mzg_grid_words(p + 16)),
                             vuzp2q_u32(mzg_grid_words(p + 32), mzg_grid_words(p + 48)));
}

MZG_INLINE uint8x16_t mzg_iq2_xs_steps(const uint8_t *block)
{
    return mzg_grid_nibbles(vld1_u8(block + MZG_IQ2_XS_STEPS));
}

MZG_INLINE uint8x16_t mzg_iq2_s_steps(const uint8_t *block)
{
    return mzg_grid_nibbles(vld1_u8(block + MZG_IQ2_S_STEPS));
}

/* The first or the second 16 of 32 elements, with their signs. */
MZG_INLINE int8x16_t mzg_grid_signed16(const struct mzg_grid_32 *e, int half)
{
    const uint8x16_t bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint32_t signs = e->signs >> 16 * half;
    uint8x16_t x = vcombine_u8(vcreate_u8(e->point[2 * half]), vcreate_u8(e->point[2 * half + 1]));
    uint8x16_t both = vcombine_u8(vdup_n_u8((uint8_t)signs), vdup_n_u8((uint8_t)(signs >> 8)));
    uint8x16_t negative = vtstq_u8(both, bit);
    return vreinterpretq_s8_u8(vsubq_u8(veorq_u8(x, negative), negative));
}

/* Adds products of 16 elements, times a factor. */
typedef int32x4_t mzg_grid_add(int32x4_t sum, int8x16_t x, int8x16_t y, int16_t factor);

MZG_INLINE float mzg_grid_dot_neon(const uint8_t *q, const uint8_t *y, size_t n, size_t bytes,
                                   float unit, mzg_grid_fetch *fetch, mzg_grid_steps *steps,
                                   mzg_grid_add *add)
{
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_SUPER; b++, q += bytes, y += MZG_Q8_K_BYTES) {
        const uint8_t *codes = y + MZG_Q8_K_CODES;
        uint8_t multiple[16];
        int32x4_t sum = vdupq_n_s32(0);
        vst1q_u8(multiple, steps(q));
        for (int k = 0; k < 8; k++, codes += 32) {
            struct mzg_grid_32 e = fetch(q, k);
            int8x16_t y0 = vreinterpretq_s8_u8(vld1q_u8(codes));
            int8x16_t y1 = vreinterpretq_s8_u8(vld1q_u8(codes + 16));
            sum = add(sum, mzg_grid_signed16(&e, 0), y0, multiple[2 * k]);
            sum = add(sum, mzg_grid_signed16(&e, 1), y1, multiple[2 * k + 1]);
        }
        float d = mzg_f16_to(mzg_load16(q)) * unit;
        acc[b % 8] += d * mzg_float(mzg_load32(y)) * (float)vaddvq_s32(sum);
    }
    return mzg_sum8(acc);
}

#define MZG_GRID_DOTS(type, TYPE, unit, isa, add)                                                  \
    float mzg_##type##_dot_##isa(const void *q, const void *y, size_t n)                           \
    {                                                                                              \
        return mzg_grid_dot_neon(q, y, n, MZG_##TYPE##_BYTES, unit, mzg_##type##_fetch,            \
                                 mzg_##type##_steps, add);                                         \
    }
#define MZG_GRID_EACH(KERNELS)                                                                     \
    KERNELS(iq3_s, IQ3_S, 1.0f)                                                                    \
    KERNELS(iq3_xxs, IQ3_XXS, 0.25f)                                                               \
    KERNELS(iq2_xxs, IQ2_XXS, 0.125f)                                                              \
    KERNELS(iq2_xs, IQ2_XS, 0.125f)                                                                \
    KERNELS(iq2_s, IQ2_S, 0.125f)

#endif
