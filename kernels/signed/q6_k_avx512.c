/* q6_k_avx512.c: Q6_K with AVX-512. */
#include "../lanes/lanes_avx512.h"

#include "../list.h"
#include "q6_k_search.h"
#include "signed_avx512.h"

void mzg_q6_k_search_avx512(const float *x, const float *w, void *q, size_t n,
                            enum mzg_effort effort)
{
    mzg_q6_k_search(x, w, q, n, effort);
}

void mzg_q6_k_quantize_avx512(const float *x, void *q, size_t n)
{
    mzg_q6_k_search_avx512(x, NULL, q, n, MZG_EFFORT_DEFAULT);
}

void mzg_q6_k_dequantize_avx512(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q6_K_BYTES) {
        uint16_t d = mzg_load16(in + MZG_Q6_K_D);
        if (mzg_f16_unusual(d))
            mzg_q6_k_dequantize_ref(in, x, MZG_SUPER);
        else
            mzg_signed_decode(x, in, mzg_f16_to(d), (const int8_t *)(in + MZG_Q6_K_SCALES), 32,
                              mzg_q6_k_codes);
    }
}

MZG_INLINE __m512i add_scaled(__m512i sum, __m512i pairs, __m512i k)
{
    return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, k));
}

MZG_INLINE __m256i dot_block(const uint8_t *x, const uint8_t *y)
{
    return mzg_q6_k_dot_block(x, y, add_scaled);
}

float mzg_q6_k_dot_avx512(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_Q6_K_BYTES, MZG_Q6_K_D, y, n, dot_block);
}
