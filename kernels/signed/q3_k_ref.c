/* q3_k_ref.c: Q3_K by definition. */
#include "../lanes/lanes_ref.h"

#include "../list.h"

/* Lanes are loops here; unrolling the loops around them would only make the compiler work. */
#undef MZG_UNROLL
#define MZG_UNROLL
#include "q3_k_search.h"

void mzg_q3_k_search_ref(const float *x, const float *w, void *q, size_t n, enum mzg_effort effort)
{
    mzg_q3_k_search(x, w, q, n, effort);
}

void mzg_q3_k_quantize_ref(const float *x, void *q, size_t n)
{
    mzg_q3_k_search_ref(x, NULL, q, n, MZG_EFFORT_DEFAULT);
}

/* The code of element i as it is stored, 0 to 7. */
static int32_t code_at(const uint8_t *block, int i)
{
    int half = i / 128, group = i % 128 / 32, j = i % 32;
    int32_t low = block[MZG_Q3_K_LOW + 32 * half + j] >> 2 * group & 3;
    return low | (block[j] >> (4 * half + group) & 1) << 2;
}

static int32_t k_at(const uint8_t *block, int sub)
{
    const uint8_t *scales = block + MZG_Q3_K_SCALES;
    int32_t low = scales[sub % 8] >> 4 * (sub / 8) & 15;
    return (low | (scales[8 + sub % 4] >> 2 * (sub / 4) & 3) << 4) - 32;
}

void mzg_q3_k_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q3_K_BYTES) {
        float d = mzg_f16_to(mzg_load16(in + MZG_Q3_K_D));
        for (int i = 0; i < MZG_SUPER; i++)
            x[i] = mzg_canonical(d * (float)k_at(in, i / 16) * (float)(code_at(in, i) - 4));
    }
}

/* Sum of k * (code - 4) * y, where the sums that y brings along stand for its codes' sums. Those may
 * be anything in a damaged block, so what is taken off wraps. */
static int32_t dot_block(const uint8_t *x, const uint8_t *y)
{
    uint32_t sum = 0;
    for (int sub = 0; sub < MZG_SUBS; sub++) {
        int32_t codes = 0;
        for (int i = 16 * sub; i < 16 * sub + 16; i++)
            codes += code_at(x, i) * (int8_t)y[MZG_Q8_K_CODES + i];
        int32_t ysum = (int16_t)mzg_load16(y + MZG_Q8_K_SUMS + 2 * sub);
        sum += (uint32_t)(k_at(x, sub) * codes) - ((uint32_t)(k_at(x, sub) * ysum) << 2);
    }
    return (int32_t)sum;
}

float mzg_q3_k_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *xb = q, *yb = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_SUPER; b++, xb += MZG_Q3_K_BYTES, yb += MZG_Q8_K_BYTES) {
        float scale = mzg_f16_to(mzg_load16(xb + MZG_Q3_K_D)) * mzg_float(mzg_load32(yb));
        acc[b % 8] += scale * (float)dot_block(xb, yb);
    }
    return mzg_sum8(acc);
}
