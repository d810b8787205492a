/* q6_k_ref.c: Q6_K by definition. */
#include "../lanes/lanes_ref.h"

/* Sixteen lanes are four vectors here: unrolling the loops around them would only make the compiler work. */
#undef MZG_UNROLL
#define MZG_UNROLL
#include "q6_k_search.h"
#include "signed_kernels.h"
#include "signed_ref.h"

MZG_SEARCHER(q6_k, ref)

/* The code of element i as it is stored, 0 to 63. */
static int32_t code_at(const uint8_t *block, int i)
{
    int half = i / 128, j = i % 128;
    int32_t low = block[64 * half + j % 64] >> (j < 64 ? 0 : 4) & 15;
    int32_t high = block[MZG_Q6_K_HIGH + 32 * half + j % 32] >> 2 * (j / 32) & 3;
    return low | high << 4;
}

static int32_t k_at(const uint8_t *block, int sub)
{
    return (int8_t)block[MZG_Q6_K_SCALES + sub];
}

static const struct mzg_signed_layout layout = {MZG_Q6_K_BYTES, MZG_Q6_K_D, 32, code_at, k_at};

void mzg_q6_k_dequantize_ref(const void *q, float *x, size_t n)
{
    mzg_signed_decode_ref(&layout, q, x, n);
}

float mzg_q6_k_dot_ref(const void *q, const void *y, size_t n)
{
    return mzg_signed_dot_ref(&layout, q, y, n);
}
