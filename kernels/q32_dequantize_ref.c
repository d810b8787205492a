/* q32_dequantize_ref.c: what blocks of 32 decode to, by definition. A product of a scale and a code
 * is exact, so only adding the minimum rounds. */
#include "blocks.h"
#include "list.h"
#include "scalar.h"

/* Code of element i, its fifth bit from high. */
static int32_t code_at(const uint8_t *nibbles, uint32_t high, int i)
{
    int32_t low = i < 16 ? nibbles[i] & 15 : nibbles[i - 16] >> 4;
    return low | (int32_t)(high >> i & 1) << 4;
}

void mzg_q8_0_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += MZG_Q8_0_BYTES) {
        float d = mzg_f16_to(mzg_load16(in));
        const int8_t *codes = (const int8_t *)(in + MZG_Q8_0_CODES);
        for (int i = 0; i < MZG_BLOCK; i++)
            x[i] = mzg_canonical(d * (float)codes[i]);
    }
}

/* d * (code - zero) for one block. */
static void decode_scaled(float *x, const uint8_t *nibbles, uint32_t high, int32_t zero, float d)
{
    for (int i = 0; i < MZG_BLOCK; i++)
        x[i] = mzg_canonical(d * (float)(code_at(nibbles, high, i) - zero));
}

/* d * code + m for one block. */
static void decode_spanned(float *x, const uint8_t *nibbles, uint32_t high, float d, float m)
{
    for (int i = 0; i < MZG_BLOCK; i++)
        x[i] = mzg_canonical(d * (float)code_at(nibbles, high, i) + m);
}

void mzg_q4_0_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += MZG_Q4_0_BYTES)
        decode_scaled(x, in + MZG_Q4_0_CODES, 0, 8, mzg_f16_to(mzg_load16(in)));
}

void mzg_q4_1_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += MZG_Q4_1_BYTES)
        decode_spanned(x, in + MZG_Q4_1_CODES, 0, mzg_f16_to(mzg_load16(in)),
                       mzg_f16_to(mzg_load16(in + MZG_Q4_1_MIN)));
}

void mzg_q5_0_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += MZG_Q5_0_BYTES)
        decode_scaled(x, in + MZG_Q5_0_CODES, mzg_load32(in + MZG_Q5_0_HIGH), 16,
                      mzg_f16_to(mzg_load16(in)));
}

void mzg_q5_1_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += MZG_Q5_1_BYTES)
        decode_spanned(x, in + MZG_Q5_1_CODES, mzg_load32(in + MZG_Q5_1_HIGH),
                       mzg_f16_to(mzg_load16(in)), mzg_f16_to(mzg_load16(in + MZG_Q5_1_MIN)));
}
