/* q3_k_ref.c: Q3_K by definition. */
#include "../lanes/lanes_ref.h"

/* Sixteen lanes are four vectors here: unrolling the loops around them would only make the compiler work. */
#undef MZG_UNROLL
#define MZG_UNROLL
#include "q3_k_search.h"
#include "signed_kernels.h"
#include "signed_ref.h"

MZG_SEARCHER(q3_k, ref)

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

static const struct mzg_signed_layout layout = {MZG_Q3_K_BYTES, MZG_Q3_K_D, 4, code_at, k_at};

void mzg_q3_k_dequantize_ref(const void *q, float *x, size_t n)
{
    mzg_signed_decode_ref(&layout, q, x, n);
}

float mzg_q3_k_dot_ref(const void *q, const void *y, size_t n)
{
    return mzg_signed_dot_ref(&layout, q, y, n);
}
