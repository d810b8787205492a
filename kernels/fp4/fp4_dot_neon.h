/* fp4_dot_neon.h: MXFP4 and NVFP4 with Q8_0 on ARM; included without and with sdot. */
#ifndef MZG_KERNELS_FP4_DOT_NEON_H
#define MZG_KERNELS_FP4_DOT_NEON_H

#include "../narrow_neon.h"
#include "fp4.h"

/* Codes from the nibbles of two vectors. */
MZG_INLINE int8x16x2_t mzg_e2m1_codes32(uint8x16_t low, uint8x16_t high)
{
    static const int8_t twice[16] = {MZG_E2M1_TWICE};
    int8x16_t table = vld1q_s8(twice);
    return (int8x16x2_t){{vqtbl1q_s8(table, low), vqtbl1q_s8(table, high)}};
}

static inline void mzg_mxfp4_add256(struct mzg_eight *acc, const uint8_t *x, const uint8_t *y)
{
    float d[8], dy[8];
    int32x4_t sums[8];
    MZG_UNROLL
    for (int b = 0; b < 8; b++) {
        const uint8_t *block = x + b * MZG_MXFP4_BYTES;
        uint8x16_t both = vld1q_u8(block + MZG_MXFP4_CODES);
        int8x16x2_t codes = mzg_e2m1_codes32(vandq_u8(both, vdupq_n_u8(15)), vshrq_n_u8(both, 4));
        sums[b] = mzg_products32(codes, mzg_q8_0_codes32(y + b * MZG_Q8_0_BYTES));
        d[b] = mzg_mxfp4_half(*block);
    }
    mzg_q8_0_scales(y, dy);
    mzg_narrow_add(acc, d, dy, (int32x4_t[2]){mzg_sums4(sums), mzg_sums4(sums + 4)});
}

/* Two sub-blocks: each has its eight low nibbles, then its eight high ones. */
MZG_INLINE int8x16x2_t mzg_sub_codes32(const uint8_t *p)
{
    uint8x8_t first = vld1_u8(p), second = vld1_u8(p + 8), nibble = vdup_n_u8(15);
    return mzg_e2m1_codes32(vcombine_u8(vand_u8(first, nibble), vshr_n_u8(first, 4)),
                            vcombine_u8(vand_u8(second, nibble), vshr_n_u8(second, 4)));
}

/* The eight sub-blocks of two blocks with four blocks of Q8_0. */
MZG_INLINE void mzg_nvfp4_add128(struct mzg_eight *acc, const uint8_t *x, const uint8_t *y)
{
    float d[8], dy[8];
    int32x4_t sums[8];
    MZG_UNROLL
    for (int b = 0; b < 4; b++) {
        const uint8_t *block = x + b / 2 * MZG_NVFP4_BYTES, *yb = y + b * MZG_Q8_0_BYTES;
        int8x16x2_t codes = mzg_sub_codes32(block + MZG_NVFP4_CODES + b % 2 * 16);
        int8x16x2_t yc = mzg_q8_0_codes32(yb);
        sums[2 * b] = mzg_products16(codes.val[0], yc.val[0]);
        sums[2 * b + 1] = mzg_products16(codes.val[1], yc.val[1]);
        d[2 * b] = mzg_nvfp4_half(block[b % 2 * 2]);
        d[2 * b + 1] = mzg_nvfp4_half(block[b % 2 * 2 + 1]);
        dy[2 * b] = dy[2 * b + 1] = mzg_f16_to(mzg_load16(yb));
    }
    mzg_narrow_add(acc, d, dy, (int32x4_t[2]){mzg_sums4(sums), mzg_sums4(sums + 4)});
}

static inline void mzg_nvfp4_add256(struct mzg_eight *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_nvfp4_add128(acc, x, y);
    mzg_nvfp4_add128(acc, x + 2 * MZG_NVFP4_BYTES, y + 4 * MZG_Q8_0_BYTES);
}

#define MZG_FP4_DOTS(isa)                                                                          \
    float mzg_mxfp4_dot_##isa(const void *q, const void *y, size_t n)                              \
    {                                                                                              \
        return mzg_narrow_dot(q, MZG_MXFP4_ELEMS, MZG_MXFP4_BYTES, y, n, mzg_mxfp4_add256);        \
    }                                                                                              \
    float mzg_nvfp4_dot_##isa(const void *q, const void *y, size_t n)                              \
    {                                                                                              \
        return mzg_narrow_dot(q, MZG_NVFP4_ELEMS, MZG_NVFP4_BYTES, y, n, mzg_nvfp4_add256);        \
    }

#endif
