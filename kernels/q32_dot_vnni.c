/* q32_dot_vnni.c: dot products of blocks of 32 with Q8_0 or Q8_1 by dpbusd, which multiplies unsigned with
 * signed bytes and adds fours of them to 32 bits. Nothing saturates, so signed codes are shifted to
 * be unsigned and the shift's share is taken off again; that holds for -128 too. */
#include "avx512.h"
#include "list.h"

static inline __m512i q8_0_shifted64(const uint8_t *p)
{
    return _mm512_xor_si512(mzg_q8_0_codes64(p), _mm512_set1_epi8(-128));
}

/* Sums of (code - zero) * y of eight blocks. */
MZG_INLINE __m256i code_sums(const uint8_t *x, size_t bytes, const uint8_t *y,
                             size_t y_bytes, mzg_codes64 *codes_of, uint8_t zero)
{
    const __m512i none = _mm512_setzero_si512(), zeros = _mm512_set1_epi8((char)zero);
    __m512i sums[4];
    MZG_UNROLL
    for (int i = 0; i < 4; i++, x += 2 * bytes, y += 2 * y_bytes) {
        __m512i yc = mzg_y_codes64(y, y_bytes);
        sums[i] = _mm512_dpbusd_epi32(none, codes_of(x), yc);
        if (zero)
            sums[i] = _mm512_sub_epi32(sums[i], _mm512_dpbusd_epi32(none, zeros, yc));
    }
    return mzg_sum_pairs(sums);
}

static inline void q8_0_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate8(acc, x, MZG_Q8_0_BYTES, y,
                    code_sums(x, MZG_Q8_0_BYTES, y, MZG_Q8_0_BYTES, q8_0_shifted64, 128));
}

static inline void q4_0_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate8(acc, x, MZG_Q4_0_BYTES, y,
                    code_sums(x, MZG_Q4_0_BYTES, y, MZG_Q8_0_BYTES, mzg_q4_0_codes64, 8));
}

static inline void q4_1_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate_min8(acc, x, MZG_Q4_1_BYTES, y,
                        code_sums(x, MZG_Q4_1_BYTES, y, MZG_Q8_1_BYTES, mzg_q4_1_codes64, 0));
}

static inline void q5_0_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate8(acc, x, MZG_Q5_0_BYTES, y,
                    code_sums(x, MZG_Q5_0_BYTES, y, MZG_Q8_0_BYTES, mzg_q5_0_codes64, 16));
}

static inline void q5_1_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate_min8(acc, x, MZG_Q5_1_BYTES, y,
                        code_sums(x, MZG_Q5_1_BYTES, y, MZG_Q8_1_BYTES, mzg_q5_1_codes64, 0));
}

float mzg_q8_0_dot_vnni(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q8_0_BYTES, y, MZG_Q8_0_BYTES, n, q8_0_group);
}

float mzg_q4_0_dot_vnni(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q4_0_BYTES, y, MZG_Q8_0_BYTES, n, q4_0_group);
}

float mzg_q4_1_dot_vnni(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q4_1_BYTES, y, MZG_Q8_1_BYTES, n, q4_1_group);
}

float mzg_q5_0_dot_vnni(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q5_0_BYTES, y, MZG_Q8_0_BYTES, n, q5_0_group);
}

float mzg_q5_1_dot_vnni(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q5_1_BYTES, y, MZG_Q8_1_BYTES, n, q5_1_group);
}
