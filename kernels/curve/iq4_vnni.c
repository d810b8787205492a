/* iq4_vnni.c: dot products of IQ4_NL by dpbusd, which multiplies unsigned with signed bytes and adds fours
 * of them to 32 bits (128 is added to the values, and its share taken off again), and of IQ4_XS by
 * dpwssd, which multiplies words and adds pairs of them to a sum. */
#include "../list.h"
#include "iq4_avx512.h"

static inline void nl_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    const __m512i none = _mm512_setzero_si512(), shift = _mm512_set1_epi8(-128);
    __m512i table = _mm512_broadcast_i32x4(_mm_setr_epi8(MZG_CURVE_VALUES)), sums[4];
    table = _mm512_xor_si512(table, shift);
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        const uint8_t *nibbles = x + 2 * i * MZG_IQ4_NL_BYTES + MZG_IQ4_NL_CODES;
        __m512i yc = mzg_q8_0_codes64(y + 2 * i * MZG_Q8_0_BYTES);
        __m512i v = _mm512_shuffle_epi8(table, mzg_nibbles64(nibbles, nibbles + MZG_IQ4_NL_BYTES));
        sums[i] = _mm512_sub_epi32(_mm512_dpbusd_epi32(none, v, yc),
                                   _mm512_dpbusd_epi32(none, shift, yc));
    }
    mzg_accumulate8(acc, x, MZG_IQ4_NL_BYTES, y, mzg_sum_pairs(sums));
}

float mzg_iq4_nl_dot_vnni(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_IQ4_NL_BYTES, y, MZG_Q8_0_BYTES, n, nl_group);
}

MZG_INLINE __m512i add_scaled(__m512i sum, __m512i pairs, __m512i k)
{
    return _mm512_dpwssd_epi32(sum, pairs, k);
}

MZG_INLINE __m256i xs_block(const uint8_t *x, const uint8_t *y)
{
    return mzg_iq4_xs_dot_block(x, y, add_scaled);
}

float mzg_iq4_xs_dot_vnni(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_IQ4_XS_BYTES, 0, y, n, xs_block);
}
