/* lanes_avx512.h: lanes_ref.h's operations, a register each. */
#ifndef MZG_KERNELS_LANES_AVX512_H
#define MZG_KERNELS_LANES_AVX512_H

#include "../sum_x86.h"

#include <stddef.h>

enum { MZG_LANES = 16 };

typedef __m512 mzg_vf;
typedef __m512i mzg_vi;
typedef __mmask16 mzg_vm;

/* ---- floats ---- */

MZG_INLINE mzg_vf mzg_vf_set(float x)
{
    return _mm512_set1_ps(x);
}

MZG_INLINE mzg_vf mzg_vf_load(const float *p)
{
    return _mm512_loadu_ps(p);
}

MZG_INLINE void mzg_vf_store(float *p, mzg_vf a)
{
    _mm512_storeu_ps(p, a);
}

MZG_INLINE mzg_vf mzg_vf_add(mzg_vf a, mzg_vf b)
{
    return _mm512_add_ps(a, b);
}

MZG_INLINE mzg_vf mzg_vf_sub(mzg_vf a, mzg_vf b)
{
    return _mm512_sub_ps(a, b);
}

MZG_INLINE mzg_vf mzg_vf_mul(mzg_vf a, mzg_vf b)
{
    return _mm512_mul_ps(a, b);
}

MZG_INLINE mzg_vf mzg_vf_div(mzg_vf a, mzg_vf b)
{
    return _mm512_div_ps(a, b);
}

MZG_INLINE mzg_vf mzg_vf_min(mzg_vf a, mzg_vf b)
{
    return _mm512_min_ps(a, b);
}

MZG_INLINE mzg_vf mzg_vf_max(mzg_vf a, mzg_vf b)
{
    return _mm512_max_ps(a, b);
}

MZG_INLINE mzg_vf mzg_vf_abs(mzg_vf a)
{
    return _mm512_abs_ps(a);
}

MZG_INLINE mzg_vm mzg_vf_lt(mzg_vf a, mzg_vf b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}

MZG_INLINE mzg_vm mzg_vf_le(mzg_vf a, mzg_vf b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ);
}

MZG_INLINE mzg_vm mzg_vf_eq(mzg_vf a, mzg_vf b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ);
}

/* ---- integers ---- */

MZG_INLINE mzg_vi mzg_vi_set(int32_t x)
{
    return _mm512_set1_epi32(x);
}

MZG_INLINE mzg_vi mzg_vi_load(const int32_t *p)
{
    return _mm512_loadu_si512(p);
}

MZG_INLINE void mzg_vi_store(int32_t *p, mzg_vi a)
{
    _mm512_storeu_si512(p, a);
}

MZG_INLINE mzg_vi mzg_vi_add(mzg_vi a, mzg_vi b)
{
    return _mm512_add_epi32(a, b);
}

MZG_INLINE mzg_vi mzg_vi_sub(mzg_vi a, mzg_vi b)
{
    return _mm512_sub_epi32(a, b);
}

MZG_INLINE mzg_vi mzg_vi_mul(mzg_vi a, mzg_vi b)
{
    return _mm512_mullo_epi32(a, b);
}

MZG_INLINE mzg_vi mzg_vi_and(mzg_vi a, mzg_vi b)
{
    return _mm512_and_si512(a, b);
}

MZG_INLINE mzg_vi mzg_vi_or(mzg_vi a, mzg_vi b)
{
    return _mm512_or_si512(a, b);
}

MZG_INLINE mzg_vi mzg_vi_xor(mzg_vi a, mzg_vi b)
{
    return _mm512_xor_si512(a, b);
}

MZG_INLINE mzg_vi mzg_vi_min(mzg_vi a, mzg_vi b)
{
    return _mm512_min_epi32(a, b);
}

MZG_INLINE mzg_vi mzg_vi_max(mzg_vi a, mzg_vi b)
{
    return _mm512_max_epi32(a, b);
}

MZG_INLINE mzg_vm mzg_vi_eq(mzg_vi a, mzg_vi b)
{
    return _mm512_cmpeq_epi32_mask(a, b);
}

MZG_INLINE mzg_vm mzg_vi_gt(mzg_vi a, mzg_vi b)
{
    return _mm512_cmpgt_epi32_mask(a, b);
}

MZG_INLINE mzg_vi mzg_vi_shl(mzg_vi a, int n)
{
    return _mm512_sll_epi32(a, _mm_cvtsi32_si128(n));
}

MZG_INLINE mzg_vi mzg_vi_shr(mzg_vi a, int n)
{
    return _mm512_srl_epi32(a, _mm_cvtsi32_si128(n));
}

MZG_INLINE mzg_vi mzg_vi_sar(mzg_vi a, int n)
{
    return _mm512_sra_epi32(a, _mm_cvtsi32_si128(n));
}

MZG_INLINE mzg_vi mzg_vi_shr_each(mzg_vi a, mzg_vi n)
{
    return _mm512_srlv_epi32(a, n);
}

/* ---- from one to the other ---- */

MZG_INLINE mzg_vi mzg_vi_round(mzg_vf a)
{
    return _mm512_cvtps_epi32(a);
}

MZG_INLINE mzg_vf mzg_vf_from(mzg_vi a)
{
    return _mm512_cvtepi32_ps(a);
}

MZG_INLINE mzg_vf mzg_vf_round(mzg_vf a)
{
    return mzg_vf_from(mzg_vi_round(a));
}

MZG_INLINE mzg_vi mzg_vi_bits(mzg_vf a)
{
    return _mm512_castps_si512(a);
}

MZG_INLINE mzg_vf mzg_vf_bits(mzg_vi a)
{
    return _mm512_castsi512_ps(a);
}

/* ---- masks ---- */

MZG_INLINE mzg_vm mzg_vm_and(mzg_vm a, mzg_vm b)
{
    return a & b;
}

MZG_INLINE mzg_vm mzg_vm_or(mzg_vm a, mzg_vm b)
{
    return a | b;
}

MZG_INLINE mzg_vm mzg_vm_not(mzg_vm a)
{
    return (mzg_vm)~a;
}

MZG_INLINE uint32_t mzg_vm_mask(mzg_vm m)
{
    return m;
}

MZG_INLINE mzg_vf mzg_vf_select(mzg_vm m, mzg_vf a, mzg_vf b)
{
    return _mm512_mask_blend_ps(m, b, a);
}

MZG_INLINE mzg_vi mzg_vi_select(mzg_vm m, mzg_vi a, mzg_vi b)
{
    return _mm512_mask_blend_epi32(m, b, a);
}

/* ---- across lanes, tables, memory ---- */

MZG_INLINE mzg_vf mzg_vf_swap1(mzg_vf x)
{
    return _mm512_permute_ps(x, 0xb1);
}

MZG_INLINE mzg_vf mzg_vf_swap2(mzg_vf x)
{
    return _mm512_permute_ps(x, 0x4e);
}

MZG_INLINE mzg_vf mzg_vf_swap4(mzg_vf x)
{
    return _mm512_shuffle_f32x4(x, x, 0xb1);
}

MZG_INLINE mzg_vf mzg_vf_swap8(mzg_vf x)
{
    return _mm512_shuffle_f32x4(x, x, 0x4e);
}

MZG_INLINE float mzg_vf_sum(mzg_vf a)
{
    return mzg_total8(_mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1)));
}

MZG_INLINE float mzg_vf_largest(mzg_vf a)
{
    return _mm512_reduce_max_ps(a) + 0.0f;
}

MZG_INLINE mzg_vf mzg_vf_lookup16(const float table[16], mzg_vi at)
{
    return _mm512_permutexvar_ps(at, _mm512_loadu_ps(table));
}

MZG_INLINE mzg_vf mzg_vf_gather(const float *table, mzg_vi at)
{
    return _mm512_i32gather_ps(at, table, 4);
}

MZG_INLINE mzg_vi mzg_vi_gather(const int32_t *table, mzg_vi at)
{
    return _mm512_i32gather_epi32(at, table, 4);
}

/* Sixteen by sixteen, in four steps: pairs, fours, then eights and halves between 128-bit parts. */
MZG_INLINE void mzg_vf_turn(const float *x, size_t stride, mzg_vf out[16])
{
    __m512 a[16], b[16];
    MZG_UNROLL
    for (size_t i = 0; i < 16; i++)
        a[i] = _mm512_loadu_ps(x + i * stride);
    MZG_UNROLL
    for (size_t i = 0; i < 16; i += 2) {
        b[i] = _mm512_unpacklo_ps(a[i], a[i + 1]);
        b[i + 1] = _mm512_unpackhi_ps(a[i], a[i + 1]);
    }
#define PD(v) _mm512_castps_pd(v)
    MZG_UNROLL
    for (size_t i = 0; i < 16; i += 4) {
        a[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(PD(b[i]), PD(b[i + 2])));
        a[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(PD(b[i]), PD(b[i + 2])));
        a[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(PD(b[i + 1]), PD(b[i + 3])));
        a[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(PD(b[i + 1]), PD(b[i + 3])));
    }
#undef PD
    MZG_UNROLL
    for (size_t j = 0; j < 4; j++) { /* a[j + 4 k]: column j + 4 part, rows 4 k to 4 k + 3 */
        __m512 lo = _mm512_shuffle_f32x4(a[j], a[j + 4], 0x88);      /* parts 0, 2 */
        __m512 hi = _mm512_shuffle_f32x4(a[j], a[j + 4], 0xdd);      /* parts 1, 3 */
        __m512 lo2 = _mm512_shuffle_f32x4(a[j + 8], a[j + 12], 0x88);
        __m512 hi2 = _mm512_shuffle_f32x4(a[j + 8], a[j + 12], 0xdd);
        out[j] = _mm512_shuffle_f32x4(lo, lo2, 0x88);
        out[j + 4] = _mm512_shuffle_f32x4(hi, hi2, 0x88);
        out[j + 8] = _mm512_shuffle_f32x4(lo, lo2, 0xdd);
        out[j + 12] = _mm512_shuffle_f32x4(hi, hi2, 0xdd);
    }
}

MZG_INLINE void mzg_vi_store8(uint8_t *p, mzg_vi a)
{
    _mm_storeu_si128((__m128i *)p, _mm512_cvtepi32_epi8(a));
}

MZG_INLINE mzg_vi mzg_vi_load8u(const uint8_t *p)
{
    return _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p));
}

MZG_INLINE mzg_vi mzg_vi_load8s(const uint8_t *p)
{
    return _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p));
}

MZG_INLINE mzg_vi mzg_vi_bytes(uint64_t lo, uint64_t hi)
{
    return _mm512_cvtepu8_epi32(_mm_set_epi64x((long long)hi, (long long)lo));
}

MZG_INLINE mzg_vf mzg_vf_add_where(mzg_vm m, mzg_vf s, mzg_vf a)
{
    return _mm512_mask_add_ps(s, m, s, a);
}

#endif
