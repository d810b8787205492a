/* dot_ref.c: dot products of blocks with scales and minima with Q8_K, by definition.
 *
 * Inside a block everything is summed as integers, which is exact in any order: codes times y times s, and
 * the stored sums of y times m. Each block's two sums are scaled and added to accumulator b % 8. */
#include "../list.h"
#include "blocks.h"

/* The two sums of a block. */
struct sums {
    int32_t coded, mins;
};

static float scaled(const uint8_t *d, const uint8_t *dmin, const uint8_t *y, struct sums s)
{
    float dy = mzg_float(mzg_load32(y));
    return mzg_f16_to(mzg_load16(d)) * dy * (float)s.coded -
           mzg_f16_to(mzg_load16(dmin)) * dy * (float)s.mins;
}

/* The sum that Q8_K stores of the sixteen codes from 16 * i on. */
static int32_t sum_at(const uint8_t *y, int i)
{
    return (int16_t)mzg_load16(y + MZG_Q8_K_SUMS + 2 * i);
}

/* Of a block of eight sub-blocks; high: NULL where codes have no fifth bit. */
static struct sums sums_sixes(const uint8_t *x, const uint8_t *codes, const uint8_t *high,
                              const uint8_t *y)
{
    const int8_t *yc = (const int8_t *)(y + MZG_Q8_K_CODES);
    struct mzg_span_sixes a = mzg_span_load_sixes(x + MZG_Q4_K_SCALES);
    struct sums r = {0, 0};
    for (int j = 0; j < 8; j++, yc += 32) {
        const uint8_t *nibbles = codes + j / 2 * 32;
        int32_t sum = 0;
        for (int i = 0; i < 32; i++) {
            int fifth = high ? high[i] >> j & 1 : 0, code = (nibbles[i] >> j % 2 * 4 & 15) | fifth << 4;
            sum += code * yc[i];
        }
        r.coded += (int32_t)(a.s >> 8 * j & 63) * sum;
        r.mins += (int32_t)(a.m >> 8 * j & 63) * (sum_at(y, 2 * j) + sum_at(y, 2 * j + 1));
    }
    return r;
}

static struct sums sums_fours(const uint8_t *x, const uint8_t *y)
{
    const int8_t *yc = (const int8_t *)(y + MZG_Q8_K_CODES);
    struct sums r = {0, 0};
    for (int j = 0; j < 16; j++, yc += 16) {
        const uint8_t *codes = x + MZG_Q2_K_CODES + j / 8 * 32 + j % 2 * 16;
        int32_t sum = 0;
        for (int i = 0; i < 16; i++)
            sum += (codes[i] >> j % 8 / 2 * 2 & 3) * yc[i];
        r.coded += (x[MZG_Q2_K_SCALES + j] & 15) * sum;
        r.mins += (x[MZG_Q2_K_SCALES + j] >> 4) * sum_at(y, j);
    }
    return r;
}

float mzg_q4_k_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *xb = q, *yb = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_SUPER; b++, xb += MZG_Q4_K_BYTES, yb += MZG_Q8_K_BYTES)
        acc[b % 8] += scaled(xb + MZG_Q4_K_D, xb + MZG_Q4_K_DMIN, yb,
                             sums_sixes(xb, xb + MZG_Q4_K_CODES, NULL, yb));
    return mzg_sum8(acc);
}

float mzg_q5_k_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *xb = q, *yb = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_SUPER; b++, xb += MZG_Q5_K_BYTES, yb += MZG_Q8_K_BYTES)
        acc[b % 8] += scaled(xb + MZG_Q4_K_D, xb + MZG_Q4_K_DMIN, yb,
                             sums_sixes(xb, xb + MZG_Q5_K_CODES, xb + MZG_Q5_K_HIGH, yb));
    return mzg_sum8(acc);
}

float mzg_q2_k_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *xb = q, *yb = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_SUPER; b++, xb += MZG_Q2_K_BYTES, yb += MZG_Q8_K_BYTES)
        acc[b % 8] += scaled(xb + MZG_Q2_K_D, xb + MZG_Q2_K_DMIN, yb, sums_fours(xb, yb));
    return mzg_sum8(acc);
}
