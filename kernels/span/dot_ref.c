/* dot_ref.c: dot products of blocks with scales and minima with Q8_K, by definition.
 *
 * Inside a block everything is summed as integers, which is exact in any order: codes times y times s, and
 * the stored sums of y times m. Each block's two sums are scaled and added to accumulator b % 8. */
#include "../list.h"
#include "blocks.h"

/* What a block adds, given its two sums. */
static float scaled(const uint8_t *d, const uint8_t *dmin, const uint8_t *y, int32_t coded, int32_t sums)
{
    float dy = mzg_float(mzg_load32(y));
    return mzg_f16_to(mzg_load16(d)) * dy * (float)coded -
           mzg_f16_to(mzg_load16(dmin)) * dy * (float)sums;
}

/* The sum that Q8_K stores of the sixteen codes from 16 * i on. */
static int32_t sum_at(const uint8_t *y, int i)
{
    return (int16_t)mzg_load16(y + MZG_Q8_K_SUMS + 2 * i);
}

float mzg_q4_k_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *xb = q, *yb = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_SUPER; b++, xb += MZG_Q4_K_BYTES, yb += MZG_Q8_K_BYTES) {
        const int8_t *yc = (const int8_t *)(yb + MZG_Q8_K_CODES);
        struct mzg_span_sixes a = mzg_span_load_sixes(xb + MZG_Q4_K_SCALES);
        int32_t coded = 0, sums = 0;
        for (int j = 0; j < 8; j++, yc += 32) {
            const uint8_t *codes = xb + MZG_Q4_K_CODES + j / 2 * 32;
            int32_t sum = 0;
            for (int i = 0; i < 32; i++)
                sum += (codes[i] >> j % 2 * 4 & 15) * yc[i];
            coded += (int32_t)(a.s >> 8 * j & 63) * sum;
            sums += (int32_t)(a.m >> 8 * j & 63) * (sum_at(yb, 2 * j) + sum_at(yb, 2 * j + 1));
        }
        acc[b % 8] += scaled(xb + MZG_Q4_K_D, xb + MZG_Q4_K_DMIN, yb, coded, sums);
    }
    return mzg_sum8(acc);
}
