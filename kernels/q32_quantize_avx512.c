/* q32_quantize_avx512.c: blocks of 32, eight at a time, a block in two vectors; two blocks are
 * narrowed to bytes and stored together. */
#include "avx2.h"
#include "list.h"

typedef __m512 lanewise(__m512 a, __m512 b);

static inline __m512 max16(__m512 a, __m512 b)
{
    return _mm512_max_ps(a, b);
}

static inline __m512 min16(__m512 a, __m512 b)
{
    return _mm512_min_ps(a, b);
}

/* The same for magnitudes, as integers: there NaN is larger than Inf, and so is not lost. */
static inline __m512 max_bits16(__m512 a, __m512 b)
{
    return _mm512_castsi512_ps(_mm512_max_epi32(_mm512_castps_si512(a), _mm512_castps_si512(b)));
}

/* From a vector for each of two blocks to half a vector for each. */
MZG_INLINE __m512 fold(__m512 a, __m512 b, lanewise *op)
{
    return op(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
}

/* From four such pairs to one value per block, in order. */
MZG_INLINE __m256 reduce8(const __m512 pair[4], lanewise *op)
{
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 0, 4, 8, 12, 1, 5, 9, 13);
    __m512 a = op(_mm512_shuffle_f32x4(pair[0], pair[1], 0x88),
                  _mm512_shuffle_f32x4(pair[0], pair[1], 0xdd)); /* a quarter for each of 0..3 */
    __m512 b = op(_mm512_shuffle_f32x4(pair[2], pair[3], 0x88),
                  _mm512_shuffle_f32x4(pair[2], pair[3], 0xdd));
    __m512 both = op(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    both = op(both, _mm512_permute_ps(both, 0x4e));
    return _mm512_castps512_ps256(_mm512_permutexvar_ps(order, both));
}

/* The least and the greatest element of each block; 0 where there is a NaN. */
MZG_INLINE int extremes8(const float *x, __m256 *lo, __m256 *hi)
{
    __m512 min[4], max[4];
    __mmask16 nan = 0;
    for (int i = 0; i < 4; i++, x += 2 * MZG_BLOCK) {
        __m512 a0 = _mm512_loadu_ps(x), a1 = _mm512_loadu_ps(x + 16);
        __m512 b0 = _mm512_loadu_ps(x + 32), b1 = _mm512_loadu_ps(x + 48);
        min[i] = fold(min16(a0, a1), min16(b0, b1), min16);
        max[i] = fold(max16(a0, a1), max16(b0, b1), max16);
        nan = _kor_mask16(nan, _kor_mask16(_mm512_cmp_ps_mask(a0, a1, _CMP_UNORD_Q),
                                           _mm512_cmp_ps_mask(b0, b1, _CMP_UNORD_Q)));
    }
    *lo = reduce8(min, min16);
    *hi = reduce8(max, max16);
    return nan == 0;
}

/* Integers of two blocks, each in two vectors, as saturated 16-bit values; lanes of 4 alternate. */
struct pair {
    __m512i a, b;
};

MZG_INLINE __m512i code16(const float *x, __m512 inv)
{
    return _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(x), inv));
}

MZG_INLINE struct pair signed_pair(const float *x, const float *inverse)
{
    __m512 a = _mm512_set1_ps(inverse[0]), b = _mm512_set1_ps(inverse[1]);
    return (struct pair){_mm512_packs_epi32(code16(x, a), code16(x + 16, a)),
                         _mm512_packs_epi32(code16(x + 32, b), code16(x + 48, b))};
}

MZG_INLINE __m512i span_code16(const float *x, __m512 min, __m512 inv)
{
    return _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_sub_ps(_mm512_loadu_ps(x), min), inv));
}

/* Orders for the 16 groups of four bytes that packing leaves: lane by lane a0 a1 b0 b1. */
MZG_INLINE __m512i block_order(__m512i bytes)
{
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return _mm512_permutexvar_epi32(order, bytes);
}

/* Elements 0..15 of both blocks, then 16..31 of both. */
MZG_INLINE __m512i nibble_order(__m512i bytes)
{
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 2, 6, 10, 14, 1, 5, 9, 13, 3, 7, 11, 15);
    return _mm512_permutexvar_epi32(order, bytes);
}

/* Codes 0..2 * half - 1 of blocks b and b + 1, in nibble order. */
MZG_INLINE __m512i shifted_codes(const struct mzg_plan8 *p, const float *x, int b, char half)
{
    struct pair s = signed_pair(x + b * MZG_BLOCK, &p->inv[b]);
    __m512i codes = _mm512_max_epi8(_mm512_packs_epi16(s.a, s.b), _mm512_set1_epi8((char)-half));
    codes = _mm512_add_epi8(codes, _mm512_set1_epi8(half));
    return nibble_order(_mm512_min_epu8(codes, _mm512_set1_epi8((char)(2 * half - 1))));
}

/* Codes 0..top of blocks b and b + 1, in nibble order. */
MZG_INLINE __m512i span_codes(const struct mzg_plan8 *p, const float *x, int b, char top)
{
    __m512 inv = _mm512_set1_ps(p->inv[b]), min = _mm512_set1_ps(p->min[b]);
    x += b * MZG_BLOCK;
    __m512i a = _mm512_packs_epi32(span_code16(x, min, inv), span_code16(x + 16, min, inv));
    inv = _mm512_set1_ps(p->inv[b + 1]);
    min = _mm512_set1_ps(p->min[b + 1]);
    __m512i c = _mm512_packs_epi32(span_code16(x + 32, min, inv), span_code16(x + 48, min, inv));
    return nibble_order(_mm512_min_epu8(_mm512_packus_epi16(a, c), _mm512_set1_epi8(top)));
}

/* Stores the nibbles of two blocks, `apart` bytes from each other. */
MZG_INLINE void store_nibbles(uint8_t *out, size_t apart, __m512i codes)
{
    codes = _mm512_and_si512(codes, _mm512_set1_epi8(15));
    __m256i upper = _mm256_slli_epi16(_mm512_extracti64x4_epi64(codes, 1), 4);
    __m256i both = _mm256_or_si256(_mm512_castsi512_si256(codes), upper);
    _mm_storeu_si128((__m128i *)out, _mm256_castsi256_si128(both));
    _mm_storeu_si128((__m128i *)(out + apart), _mm256_extracti128_si256(both, 1));
}

MZG_INLINE void store_fifth_bits(uint8_t *out, size_t apart, __m512i codes)
{
    uint64_t bits = _mm512_test_epi8_mask(codes, _mm512_set1_epi8(16));
    mzg_store32(out, (uint32_t)((bits & 0xffff) | (bits >> 16 & 0xffff0000)));
    mzg_store32(out + apart, (uint32_t)((bits >> 16 & 0xffff) | (bits >> 32 & 0xffff0000)));
}

static inline int q8_0_group(const float *x, uint8_t *out)
{
    __m512 max[4];
    for (int i = 0; i < 4; i++) {
        const float *v = x + 2 * i * MZG_BLOCK;
        __m512 a = max_bits16(_mm512_abs_ps(_mm512_loadu_ps(v)),
                              _mm512_abs_ps(_mm512_loadu_ps(v + 16)));
        __m512 b = max_bits16(_mm512_abs_ps(_mm512_loadu_ps(v + 32)),
                              _mm512_abs_ps(_mm512_loadu_ps(v + 48)));
        max[i] = fold(a, b, max_bits16);
    }
    __m256 amax = reduce8(max, max_bits16);
    if (_mm256_cmp_ps_mask(amax, _mm256_set1_ps(127 * MZG_F16_MAX), _CMP_NLE_UQ))
        return 0;
    __m128i scale = mzg_scales8(_mm256_div_ps(amax, _mm256_set1_ps(127.0f)));
    uint16_t half[8];
    float inv[8];
    _mm_storeu_si128((__m128i *)half, scale);
    _mm256_storeu_ps(inv, mzg_inverse8(_mm256_cvtph_ps(scale)));
    for (int b = 0; b < 8; b += 2, out += 2 * MZG_Q8_0_BYTES) {
        struct pair s = signed_pair(x + b * MZG_BLOCK, &inv[b]);
        __m512i codes = block_order(_mm512_packs_epi16(s.a, s.b));
        mzg_store16(out, half[b]);
        _mm256_storeu_si256((__m256i *)(out + MZG_Q8_0_CODES), _mm512_castsi512_si256(codes));
        mzg_store16(out + MZG_Q8_0_BYTES, half[b + 1]);
        _mm256_storeu_si256((__m256i *)(out + MZG_Q8_0_BYTES + MZG_Q8_0_CODES),
                            _mm512_extracti64x4_epi64(codes, 1));
    }
    return 1;
}

/* A block as 16-bit integers; elements four apart are neighbours, which is all that matters. */
MZG_INLINE __m512i trial_words(const float *x, const float *unit)
{
    __m512 k = _mm512_set1_ps(*unit);
    return _mm512_packs_epi32(code16(x, k), code16(x + 16, k));
}

/* Eight vectors, one per block, to eight of which the 32-bit lanes 0 to 3 and 4 to 7 are of blocks 0
 * to 3, the others of blocks 4 to 7. */
MZG_INLINE void turn8(const __m512i row[8], __m512i out[8])
{
    __m512i two[8], four[8];
    MZG_UNROLL
    for (int i = 0; i < 8; i += 2) {
        two[i] = _mm512_unpacklo_epi32(row[i], row[i + 1]);
        two[i + 1] = _mm512_unpackhi_epi32(row[i], row[i + 1]);
    }
    MZG_UNROLL
    for (int i = 0; i < 8; i += 4) {
        four[i] = _mm512_unpacklo_epi64(two[i], two[i + 2]);
        four[i + 1] = _mm512_unpackhi_epi64(two[i], two[i + 2]);
        four[i + 2] = _mm512_unpacklo_epi64(two[i + 1], two[i + 3]);
        four[i + 3] = _mm512_unpackhi_epi64(two[i + 1], two[i + 3]);
    }
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        out[2 * i] = _mm512_shuffle_i32x4(four[i], four[i + 4], 0x44);
        out[2 * i + 1] = _mm512_shuffle_i32x4(four[i], four[i + 4], 0xee);
    }
}

/* One sum per block, in order, from lanes as turn8 leaves them. */
MZG_INLINE __m256i sum_turned(__m512i v)
{
    const __m512i order = _mm512_setr_epi32(0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11);
    v = _mm512_add_epi32(v, _mm512_shuffle_i32x4(v, v, 0xb1));
    return _mm512_castsi512_si256(_mm512_permutexvar_epi32(order, v));
}

/* Tries the scales on eight blocks. */
MZG_INLINE int tried_plan(struct mzg_plan8 *p, const struct mzg_trials *t, const float *x)
{
    struct mzg_tried8 best = {_mm256_setzero_ps(), _mm256_set1_ps(1.0f)};
    __m512i word[8], turned[8];
    __m256 lo, hi, k;
    float unit[8];
    if (!extremes8(x, &lo, &hi) || !mzg_trial_units8(t, lo, hi, &k))
        return 0;
    _mm256_storeu_ps(unit, k);
    MZG_UNROLL
    for (int b = 0; b < 8; b++)
        word[b] = trial_words(x + b * MZG_BLOCK, &unit[b]);
    turn8(word, turned);
    const __m512i low = _mm512_set1_epi16((short)-t->half);
    const __m512i high = _mm512_set1_epi16((short)(t->half - 1));
    for (int i = 0; i < t->count; i++) {
        __m512i factor = _mm512_set1_epi16(t->factor[i]);
        __m512i s = _mm512_setzero_si512(), q = _mm512_setzero_si512();
        MZG_UNROLL
        for (int j = 0; j < 8; j++) {
            __m512i code = _mm512_mulhrs_epi16(turned[j], factor);
            code = _mm512_max_epi16(_mm512_min_epi16(code, high), low);
            s = _mm512_add_epi32(s, _mm512_madd_epi16(turned[j], code));
            q = _mm512_add_epi32(q, _mm512_madd_epi16(code, code));
        }
        mzg_keep_better8(&best, sum_turned(s), sum_turned(q));
    }
    mzg_signed_plan8(p, &best, k);
    return 1;
}

static inline int q4_0_group(const float *x, uint8_t *out)
{
    struct mzg_plan8 p;
    if (!tried_plan(&p, &mzg_q4_0_trials, x))
        return 0;
    for (int b = 0; b < 8; b += 2, out += 2 * MZG_Q4_0_BYTES) {
        mzg_store16(out, p.half[b]);
        mzg_store16(out + MZG_Q4_0_BYTES, p.half[b + 1]);
        store_nibbles(out + MZG_Q4_0_CODES, MZG_Q4_0_BYTES, shifted_codes(&p, x, b, 8));
    }
    return 1;
}

static inline int q4_1_group(const float *x, uint8_t *out)
{
    struct mzg_plan8 p;
    __m256 lo, hi;
    if (!extremes8(x, &lo, &hi) || !mzg_span_plan8(&p, lo, hi, 15.0f))
        return 0;
    for (int b = 0; b < 8; b += 2, out += 2 * MZG_Q4_1_BYTES) {
        mzg_store16(out, p.half[b]);
        mzg_store16(out + MZG_Q4_1_MIN, p.min_half[b]);
        mzg_store16(out + MZG_Q4_1_BYTES, p.half[b + 1]);
        mzg_store16(out + MZG_Q4_1_BYTES + MZG_Q4_1_MIN, p.min_half[b + 1]);
        store_nibbles(out + MZG_Q4_1_CODES, MZG_Q4_1_BYTES, span_codes(&p, x, b, 15));
    }
    return 1;
}

static inline int q5_0_group(const float *x, uint8_t *out)
{
    struct mzg_plan8 p;
    if (!tried_plan(&p, &mzg_q5_0_trials, x))
        return 0;
    for (int b = 0; b < 8; b += 2, out += 2 * MZG_Q5_0_BYTES) {
        __m512i codes = shifted_codes(&p, x, b, 16);
        mzg_store16(out, p.half[b]);
        mzg_store16(out + MZG_Q5_0_BYTES, p.half[b + 1]);
        store_fifth_bits(out + MZG_Q5_0_HIGH, MZG_Q5_0_BYTES, codes);
        store_nibbles(out + MZG_Q5_0_CODES, MZG_Q5_0_BYTES, codes);
    }
    return 1;
}

static inline int q5_1_group(const float *x, uint8_t *out)
{
    struct mzg_plan8 p;
    __m256 lo, hi;
    if (!extremes8(x, &lo, &hi) || !mzg_span_plan8(&p, lo, hi, 31.0f))
        return 0;
    for (int b = 0; b < 8; b += 2, out += 2 * MZG_Q5_1_BYTES) {
        __m512i codes = span_codes(&p, x, b, 31);
        mzg_store16(out, p.half[b]);
        mzg_store16(out + MZG_Q5_1_MIN, p.min_half[b]);
        mzg_store16(out + MZG_Q5_1_BYTES, p.half[b + 1]);
        mzg_store16(out + MZG_Q5_1_BYTES + MZG_Q5_1_MIN, p.min_half[b + 1]);
        store_fifth_bits(out + MZG_Q5_1_HIGH, MZG_Q5_1_BYTES, codes);
        store_nibbles(out + MZG_Q5_1_CODES, MZG_Q5_1_BYTES, codes);
    }
    return 1;
}

MZG_GROUP_QUANTIZERS_X86(avx512)
