/* dot_vnni.c: dot products of blocks with scales and minima with Q8_K; dpwssd multiplies and adds at once. */
#include "../list.h"
#include "avx512.h"

static inline __m512i add_pairs(__m512i sum, __m512i a, __m512i b)
{
    return _mm512_dpwssd_epi32(sum, a, b);
}

static inline struct mzg_span_parts q4_k_parts(const uint8_t *x, const uint8_t *y)
{
    return mzg_q4_k_parts(x, y, add_pairs);
}

float mzg_q4_k_dot_vnni(const void *q, const void *y, size_t n)
{
    return mzg_span_dot(q, MZG_Q4_K_PLACE, y, n, q4_k_parts);
}

static inline struct mzg_span_parts q5_k_parts(const uint8_t *x, const uint8_t *y)
{
    return mzg_q5_k_parts(x, y, add_pairs);
}

float mzg_q5_k_dot_vnni(const void *q, const void *y, size_t n)
{
    return mzg_span_dot(q, MZG_Q5_K_PLACE, y, n, q5_k_parts);
}

static inline struct mzg_span_parts q2_k_parts(const uint8_t *x, const uint8_t *y)
{
    return mzg_q2_k_parts(x, y, add_pairs);
}

float mzg_q2_k_dot_vnni(const void *q, const void *y, size_t n)
{
    return mzg_span_dot(q, MZG_Q2_K_PLACE, y, n, q2_k_parts);
}
