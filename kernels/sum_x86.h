/* sum_x86.h: where the sums of x86's vectors end. */
#ifndef MZG_KERNELS_SUM_X86_H
#define MZG_KERNELS_SUM_X86_H

#include "scalar.h"

#include <immintrin.h>

/* mzg_sum8 on a vector. What makes a NaN canonical stays in vectors: the way through a general register
 * takes longer than the sum's last step, and much waits for sums. */
MZG_INLINE float mzg_total8(__m256 v)
{
    const __m128 nan = _mm_castsi128_ps(_mm_set1_epi32(MZG_NAN_BITS));
    __m128 t = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    t = _mm_add_ps(t, _mm_movehl_ps(t, t));
    t = _mm_add_ss(t, _mm_movehdup_ps(t));
    return _mm_cvtss_f32(_mm_blendv_ps(t, nan, _mm_cmpunord_ps(t, t)));
}

#endif
