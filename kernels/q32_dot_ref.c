/* q32_dot_ref.c: dot products of blocks of 32 with Q8_0 or Q8_1, by definition.
 *
 * Inside a block the products of codes are summed as integers, which is exact in any order. Each
 * block's sum is scaled and added to accumulator b % 8, so that the rounding is fixed while eight
 * blocks can be worked on at once. */
#include "blocks.h"
#include "list.h"
#include "scalar.h"

/* Sum of (code - zero) * y over one block of nibbles with their fifth bits. */
static int32_t dot_codes(const uint8_t *nibbles, uint32_t high, int32_t zero, const int8_t *yc)
{
    int32_t sum = 0;
    for (int i = 0; i < 16; i++) {
        int32_t a = (nibbles[i] & 15) | (int32_t)(high >> i & 1) << 4;
        int32_t b = nibbles[i] >> 4 | (int32_t)(high >> (i + 16) & 1) << 4;
        sum += (a - zero) * yc[i] + (b - zero) * yc[i + 16];
    }
    return sum;
}

static const int8_t *codes_of(const uint8_t *y, size_t y_bytes)
{
    return (const int8_t *)(y + y_bytes - MZG_BLOCK);
}

/* What a block with scale d, integer sum and the other side's block y adds. */
static float scaled(const uint8_t *d, const uint8_t *y, int32_t sum)
{
    return mzg_f16_to(mzg_load16(d)) * mzg_f16_to(mzg_load16(y)) * (float)sum;
}

/* What its minimum adds. */
static float min_part(const uint8_t *m, const uint8_t *y)
{
    return mzg_f16_to(mzg_load16(m)) * mzg_f16_to(mzg_load16(y + MZG_Q8_1_SUM));
}

float mzg_q8_0_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *xb = q, *yb = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_BLOCK; b++, xb += MZG_Q8_0_BYTES, yb += MZG_Q8_0_BYTES) {
        const int8_t *xc = (const int8_t *)(xb + MZG_Q8_0_CODES);
        const int8_t *yc = (const int8_t *)(yb + MZG_Q8_0_CODES);
        int32_t sum = 0;
        for (int i = 0; i < MZG_BLOCK; i++)
            sum += xc[i] * yc[i];
        acc[b % 8] += scaled(xb, yb, sum);
    }
    return mzg_sum8(acc);
}

float mzg_q4_0_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *xb = q, *yb = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_BLOCK; b++, xb += MZG_Q4_0_BYTES, yb += MZG_Q8_0_BYTES)
        acc[b % 8] += scaled(xb, yb, dot_codes(xb + MZG_Q4_0_CODES, 0, 8, codes_of(yb, MZG_Q8_0_BYTES)));
    return mzg_sum8(acc);
}

float mzg_q4_1_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *xb = q, *yb = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_BLOCK; b++, xb += MZG_Q4_1_BYTES, yb += MZG_Q8_1_BYTES)
        acc[b % 8] += scaled(xb, yb, dot_codes(xb + MZG_Q4_1_CODES, 0, 0, codes_of(yb, MZG_Q8_1_BYTES))) +
                      min_part(xb + MZG_Q4_1_MIN, yb);
    return mzg_sum8(acc);
}

float mzg_q5_0_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *xb = q, *yb = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_BLOCK; b++, xb += MZG_Q5_0_BYTES, yb += MZG_Q8_0_BYTES) {
        uint32_t high = mzg_load32(xb + MZG_Q5_0_HIGH);
        acc[b % 8] += scaled(xb, yb, dot_codes(xb + MZG_Q5_0_CODES, high, 16, codes_of(yb, MZG_Q8_0_BYTES)));
    }
    return mzg_sum8(acc);
}

float mzg_q5_1_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *xb = q, *yb = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_BLOCK; b++, xb += MZG_Q5_1_BYTES, yb += MZG_Q8_1_BYTES) {
        uint32_t high = mzg_load32(xb + MZG_Q5_1_HIGH);
        acc[b % 8] += scaled(xb, yb, dot_codes(xb + MZG_Q5_1_CODES, high, 0, codes_of(yb, MZG_Q8_1_BYTES))) +
                      min_part(xb + MZG_Q5_1_MIN, yb);
    }
    return mzg_sum8(acc);
}
