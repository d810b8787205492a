/* lanes_avx2.h: lanes_ref.h's operations in two registers, a: lanes 0 to 7, b: lanes 8 to 15. */
#ifndef MZG_KERNELS_LANES_AVX2_H
#define MZG_KERNELS_LANES_AVX2_H

#include "../sum_x86.h"

#include <stddef.h>

enum { MZG_LANES = 16 };

typedef struct {
    __m256 a, b;
} mzg_vf;

typedef struct {
    __m256i a, b;
} mzg_vi;

typedef struct {
    __m256 a, b; /* all ones or all zeros in a lane */
} mzg_vm;

/* An operation on both halves. */
#define MZG_TWO(name, R, T, f)                                                                     \
    MZG_INLINE R name(T x, T y)                                                                    \
    {                                                                                              \
        return (R){f(x.a, y.a), f(x.b, y.b)};                                                      \
    }
#define MZG_SHIFT(name, f)                                                                         \
    MZG_INLINE mzg_vi name(mzg_vi x, int n)                                                        \
    {                                                                                              \
        __m128i by = _mm_cvtsi32_si128(n);                                                         \
        return (mzg_vi){f(x.a, by), f(x.b, by)};                                                   \
    }

/* ---- floats ---- */

MZG_INLINE mzg_vf mzg_vf_set(float x)
{
    return (mzg_vf){_mm256_set1_ps(x), _mm256_set1_ps(x)};
}

MZG_INLINE mzg_vf mzg_vf_load(const float *p)
{
    return (mzg_vf){_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}

MZG_INLINE void mzg_vf_store(float *p, mzg_vf x)
{
    _mm256_storeu_ps(p, x.a);
    _mm256_storeu_ps(p + 8, x.b);
}

MZG_TWO(mzg_vf_add, mzg_vf, mzg_vf, _mm256_add_ps)
MZG_TWO(mzg_vf_sub, mzg_vf, mzg_vf, _mm256_sub_ps)
MZG_TWO(mzg_vf_mul, mzg_vf, mzg_vf, _mm256_mul_ps)
MZG_TWO(mzg_vf_div, mzg_vf, mzg_vf, _mm256_div_ps)
MZG_TWO(mzg_vf_min, mzg_vf, mzg_vf, _mm256_min_ps)
MZG_TWO(mzg_vf_max, mzg_vf, mzg_vf, _mm256_max_ps)

MZG_INLINE mzg_vf mzg_vf_abs(mzg_vf x)
{
    __m256 sign = _mm256_set1_ps(-0.0f);
    return (mzg_vf){_mm256_andnot_ps(sign, x.a), _mm256_andnot_ps(sign, x.b)};
}

#define MZG_LT(x, y) _mm256_cmp_ps(x, y, _CMP_LT_OQ)
#define MZG_LE(x, y) _mm256_cmp_ps(x, y, _CMP_LE_OQ)
#define MZG_EQ(x, y) _mm256_cmp_ps(x, y, _CMP_EQ_OQ)
MZG_TWO(mzg_vf_lt, mzg_vm, mzg_vf, MZG_LT)
MZG_TWO(mzg_vf_le, mzg_vm, mzg_vf, MZG_LE)
MZG_TWO(mzg_vf_eq, mzg_vm, mzg_vf, MZG_EQ)

/* ---- integers ---- */

MZG_INLINE mzg_vi mzg_vi_set(int32_t x)
{
    return (mzg_vi){_mm256_set1_epi32(x), _mm256_set1_epi32(x)};
}

MZG_INLINE mzg_vi mzg_vi_load(const int32_t *p)
{
    return (mzg_vi){_mm256_loadu_si256((const __m256i *)p),
                    _mm256_loadu_si256((const __m256i *)(p + 8))};
}

MZG_INLINE void mzg_vi_store(int32_t *p, mzg_vi x)
{
    _mm256_storeu_si256((__m256i *)p, x.a);
    _mm256_storeu_si256((__m256i *)(p + 8), x.b);
}

#define MZG_IEQ(x, y) _mm256_castsi256_ps(_mm256_cmpeq_epi32(x, y))
#define MZG_IGT(x, y) _mm256_castsi256_ps(_mm256_cmpgt_epi32(x, y))
MZG_TWO(mzg_vi_add, mzg_vi, mzg_vi, _mm256_add_epi32)
MZG_TWO(mzg_vi_sub, mzg_vi, mzg_vi, _mm256_sub_epi32)
MZG_TWO(mzg_vi_mul, mzg_vi, mzg_vi, _mm256_mullo_epi32)
MZG_TWO(mzg_vi_and, mzg_vi, mzg_vi, _mm256_and_si256)
MZG_TWO(mzg_vi_or, mzg_vi, mzg_vi, _mm256_or_si256)
MZG_TWO(mzg_vi_xor, mzg_vi, mzg_vi, _mm256_xor_si256)
MZG_TWO(mzg_vi_min, mzg_vi, mzg_vi, _mm256_min_epi32)
MZG_TWO(mzg_vi_max, mzg_vi, mzg_vi, _mm256_max_epi32)
MZG_TWO(mzg_vi_eq, mzg_vm, mzg_vi, MZG_IEQ)
MZG_TWO(mzg_vi_gt, mzg_vm, mzg_vi, MZG_IGT)
MZG_SHIFT(mzg_vi_shl, _mm256_sll_epi32)
MZG_SHIFT(mzg_vi_shr, _mm256_srl_epi32)
MZG_SHIFT(mzg_vi_sar, _mm256_sra_epi32)

MZG_TWO(mzg_vi_shr_each, mzg_vi, mzg_vi, _mm256_srlv_epi32)

/* ---- from one to the other ---- */

MZG_INLINE mzg_vi mzg_vi_round(mzg_vf x)
{
    return (mzg_vi){_mm256_cvtps_epi32(x.a), _mm256_cvtps_epi32(x.b)};
}

MZG_INLINE mzg_vf mzg_vf_from(mzg_vi x)
{
    return (mzg_vf){_mm256_cvtepi32_ps(x.a), _mm256_cvtepi32_ps(x.b)};
}

MZG_INLINE mzg_vf mzg_vf_round(mzg_vf x)
{
    return mzg_vf_from(mzg_vi_round(x));
}

MZG_INLINE mzg_vi mzg_vi_bits(mzg_vf x)
{
    return (mzg_vi){_mm256_castps_si256(x.a), _mm256_castps_si256(x.b)};
}

MZG_INLINE mzg_vf mzg_vf_bits(mzg_vi x)
{
    return (mzg_vf){_mm256_castsi256_ps(x.a), _mm256_castsi256_ps(x.b)};
}

/* ---- masks ---- */

MZG_TWO(mzg_vm_and, mzg_vm, mzg_vm, _mm256_and_ps)
MZG_TWO(mzg_vm_or, mzg_vm, mzg_vm, _mm256_or_ps)

MZG_INLINE mzg_vm mzg_vm_not(mzg_vm m)
{
    __m256 ones = _mm256_castsi256_ps(_mm256_set1_epi32(-1));
    return (mzg_vm){_mm256_xor_ps(m.a, ones), _mm256_xor_ps(m.b, ones)};
}

MZG_INLINE uint32_t mzg_vm_mask(mzg_vm m)
{
    return (uint32_t)_mm256_movemask_ps(m.a) | (uint32_t)_mm256_movemask_ps(m.b) << 8;
}

MZG_INLINE mzg_vf mzg_vf_select(mzg_vm m, mzg_vf x, mzg_vf y)
{
    return (mzg_vf){_mm256_blendv_ps(y.a, x.a, m.a), _mm256_blendv_ps(y.b, x.b, m.b)};
}

MZG_INLINE mzg_vi mzg_vi_select(mzg_vm m, mzg_vi x, mzg_vi y)
{
    return mzg_vi_bits(mzg_vf_select(m, mzg_vf_bits(x), mzg_vf_bits(y)));
}

/* ---- across lanes, tables, memory ---- */

MZG_INLINE mzg_vf mzg_vf_swap1(mzg_vf x)
{
    return (mzg_vf){_mm256_permute_ps(x.a, 0xb1), _mm256_permute_ps(x.b, 0xb1)};
}

MZG_INLINE mzg_vf mzg_vf_swap2(mzg_vf x)
{
    return (mzg_vf){_mm256_permute_ps(x.a, 0x4e), _mm256_permute_ps(x.b, 0x4e)};
}

MZG_INLINE mzg_vf mzg_vf_swap4(mzg_vf x)
{
    return (mzg_vf){_mm256_permute2f128_ps(x.a, x.a, 1), _mm256_permute2f128_ps(x.b, x.b, 1)};
}

MZG_INLINE mzg_vf mzg_vf_swap8(mzg_vf x)
{
    return (mzg_vf){x.b, x.a};
}

MZG_INLINE float mzg_vf_sum(mzg_vf x)
{
    return mzg_total8(_mm256_add_ps(x.a, x.b));
}

MZG_INLINE float mzg_vf_largest(mzg_vf x)
{
    __m256 b = _mm256_max_ps(x.a, x.b);
    __m128 c = _mm_max_ps(_mm256_castps256_ps128(b), _mm256_extractf128_ps(b, 1));
    c = _mm_max_ps(c, _mm_movehl_ps(c, c));
    return _mm_cvtss_f32(_mm_max_ss(c, _mm_movehdup_ps(c))) + 0.0f;
}

/* The lower three bits of an index choose in each half of the table, the fourth between them. */
MZG_INLINE __m256 mzg_lookup16(const float table[16], __m256i at)
{
    __m256 lo = _mm256_permutevar8x32_ps(_mm256_loadu_ps(table), at);
    __m256 hi = _mm256_permutevar8x32_ps(_mm256_loadu_ps(table + 8), at);
    return _mm256_blendv_ps(lo, hi, _mm256_castsi256_ps(_mm256_slli_epi32(at, 28)));
}

MZG_INLINE mzg_vf mzg_vf_lookup16(const float table[16], mzg_vi at)
{
    return (mzg_vf){mzg_lookup16(table, at.a), mzg_lookup16(table, at.b)};
}

MZG_INLINE mzg_vf mzg_vf_gather(const float *table, mzg_vi at)
{
    return (mzg_vf){_mm256_i32gather_ps(table, at.a, 4), _mm256_i32gather_ps(table, at.b, 4)};
}

MZG_INLINE mzg_vi mzg_vi_gather(const int32_t *table, mzg_vi at)
{
    return (mzg_vi){_mm256_i32gather_epi32(table, at.a, 4),
                    _mm256_i32gather_epi32(table, at.b, 4)};
}

/* Eight by eight. */
MZG_INLINE void mzg_turn8(const float *x, size_t stride, __m256 out[8])
{
    __m256 a[8], b[8];
    MZG_UNROLL
    for (size_t i = 0; i < 8; i++)
        a[i] = _mm256_loadu_ps(x + i * stride);
    MZG_UNROLL
    for (size_t i = 0; i < 8; i += 2) {
        b[i] = _mm256_unpacklo_ps(a[i], a[i + 1]);
        b[i + 1] = _mm256_unpackhi_ps(a[i], a[i + 1]);
    }
    MZG_UNROLL
    for (size_t i = 0; i < 8; i += 4) {
        a[i] = _mm256_shuffle_ps(b[i], b[i + 2], 0x44);
        a[i + 1] = _mm256_shuffle_ps(b[i], b[i + 2], 0xee);
        a[i + 2] = _mm256_shuffle_ps(b[i + 1], b[i + 3], 0x44);
        a[i + 3] = _mm256_shuffle_ps(b[i + 1], b[i + 3], 0xee);
    }
    MZG_UNROLL
    for (size_t i = 0; i < 4; i++) {
        out[i] = _mm256_permute2f128_ps(a[i], a[i + 4], 0x20);
        out[i + 4] = _mm256_permute2f128_ps(a[i], a[i + 4], 0x31);
    }
}

MZG_INLINE void mzg_vf_turn(const float *x, size_t stride, mzg_vf out[16])
{
    for (size_t half = 0; half < 16; half += 8) {
        __m256 lo[8], hi[8];
        mzg_turn8(x + half, stride, lo);
        mzg_turn8(x + 8 * stride + half, stride, hi);
        MZG_UNROLL
        for (size_t j = 0; j < 8; j++)
            out[half + j] = (mzg_vf){lo[j], hi[j]};
    }
}

MZG_INLINE void mzg_vi_store8(uint8_t *p, mzg_vi x)
{
    const __m256i low = _mm256_set1_epi32(255);
    __m256i words = _mm256_packus_epi32(_mm256_and_si256(x.a, low), _mm256_and_si256(x.b, low));
    words = _mm256_permute4x64_epi64(words, 0xd8);
    __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words),
                                     _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128((__m128i *)p, bytes);
}

MZG_INLINE mzg_vi mzg_vi_load8u(const uint8_t *p)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)p);
    return (mzg_vi){_mm256_cvtepu8_epi32(bytes), _mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8))};
}

MZG_INLINE mzg_vi mzg_vi_load8s(const uint8_t *p)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)p);
    return (mzg_vi){_mm256_cvtepi8_epi32(bytes), _mm256_cvtepi8_epi32(_mm_srli_si128(bytes, 8))};
}

MZG_INLINE mzg_vi mzg_vi_bytes(uint64_t lo, uint64_t hi)
{
    return (mzg_vi){_mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)lo)),
                    _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)hi))};
}

MZG_INLINE mzg_vf mzg_vf_add_where(mzg_vm m, mzg_vf s, mzg_vf a)
{
    return (mzg_vf){_mm256_add_ps(s.a, _mm256_and_ps(m.a, a.a)),
                    _mm256_add_ps(s.b, _mm256_and_ps(m.b, a.b))};
}

#endif
