/* q32_quantize_avx2.c: blocks of 32, eight at a time: first each block's extremes, then the eight
 * scales in one vector (Q4_0 and Q5_0: after trials), then the codes. The floats (1 KiB) stay in the first cache in between. */
#include "avx2.h"
#include "list.h"

typedef __m256 lanewise(__m256 a, __m256 b);

static inline __m256 max8(__m256 a, __m256 b)
{
    return _mm256_max_ps(a, b);
}

static inline __m256 min8(__m256 a, __m256 b)
{
    return _mm256_min_ps(a, b);
}

/* The same for magnitudes, as integers: there NaN is larger than Inf, and so is not lost. */
static inline __m256 max_bits8(__m256 a, __m256 b)
{
    return _mm256_castsi256_ps(_mm256_max_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b)));
}

/* From one vector per block to one value per block, in order. */
MZG_INLINE __m256 reduce8(const __m256 m[8], lanewise *op)
{
    __m256 pair[4], quad[2];
    for (int i = 0; i < 4; i++)
        pair[i] = op(_mm256_unpacklo_ps(m[2 * i], m[2 * i + 1]),
                     _mm256_unpackhi_ps(m[2 * i], m[2 * i + 1]));
    for (int i = 0; i < 2; i++) {
        __m256 even = _mm256_shuffle_ps(pair[2 * i], pair[2 * i + 1], _MM_SHUFFLE(1, 0, 1, 0));
        __m256 odd = _mm256_shuffle_ps(pair[2 * i], pair[2 * i + 1], _MM_SHUFFLE(3, 2, 3, 2));
        quad[i] = op(even, odd);
    }
    return op(_mm256_permute2f128_ps(quad[0], quad[1], 0x20),
              _mm256_permute2f128_ps(quad[0], quad[1], 0x31));
}

/* The least and the greatest element of each block; 0 where there is a NaN. */
MZG_INLINE int extremes8(const float *x, __m256 *lo, __m256 *hi)
{
    __m256 min[8], max[8], nan = _mm256_setzero_ps();
    for (int b = 0; b < 8; b++, x += MZG_BLOCK) {
        __m256 v0 = _mm256_loadu_ps(x), v1 = _mm256_loadu_ps(x + 8);
        __m256 v2 = _mm256_loadu_ps(x + 16), v3 = _mm256_loadu_ps(x + 24);
        min[b] = min8(min8(v0, v1), min8(v2, v3));
        max[b] = max8(max8(v0, v1), max8(v2, v3));
        nan = _mm256_or_ps(nan, _mm256_or_ps(_mm256_cmp_ps(v0, v1, _CMP_UNORD_Q),
                                             _mm256_cmp_ps(v2, v3, _CMP_UNORD_Q)));
    }
    *lo = reduce8(min, min8);
    *hi = reduce8(max, max8);
    return _mm256_movemask_ps(nan) == 0;
}

/* Four vectors of codes as bytes, in order; what does not fit saturates. */
MZG_INLINE __m256i pack_bytes(__m256i a, __m256i b, __m256i c, __m256i d, int is_signed)
{
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    __m256i ab = _mm256_packs_epi32(a, b), cd = _mm256_packs_epi32(c, d);
    __m256i bytes = is_signed ? _mm256_packs_epi16(ab, cd) : _mm256_packus_epi16(ab, cd);
    return _mm256_permutevar8x32_epi32(bytes, order);
}

MZG_INLINE __m256i code8(const float *x, __m256 inv)
{
    return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x), inv));
}

/* The signed codes of one block. */
MZG_INLINE __m256i signed_codes(const float *x, const float *inverse)
{
    __m256 inv = _mm256_broadcast_ss(inverse);
    return pack_bytes(code8(x, inv), code8(x + 8, inv), code8(x + 16, inv), code8(x + 24, inv), 1);
}

MZG_INLINE __m256i span_code8(const float *x, __m256 min, __m256 inv)
{
    return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_sub_ps(_mm256_loadu_ps(x), min), inv));
}

/* The codes of block b of the plan, 0..2 * half - 1 around half, or 0..top from the minimum. */
MZG_INLINE __m256i shifted_codes(const struct mzg_plan8 *p, const float *x, int b, char half)
{
    __m256i codes = signed_codes(x + b * MZG_BLOCK, &p->inv[b]);
    codes = _mm256_max_epi8(codes, _mm256_set1_epi8((char)-half));
    codes = _mm256_add_epi8(codes, _mm256_set1_epi8(half));
    return _mm256_min_epu8(codes, _mm256_set1_epi8((char)(2 * half - 1)));
}

MZG_INLINE __m256i span_codes(const struct mzg_plan8 *p, const float *x, int b, char top)
{
    __m256 inv = _mm256_broadcast_ss(&p->inv[b]), min = _mm256_broadcast_ss(&p->min[b]);
    x += b * MZG_BLOCK;
    __m256i codes = pack_bytes(span_code8(x, min, inv), span_code8(x + 8, min, inv),
                               span_code8(x + 16, min, inv), span_code8(x + 24, min, inv), 0);
    return _mm256_min_epu8(codes, _mm256_set1_epi8(top));
}

MZG_INLINE void store_nibbles(uint8_t *out, __m256i codes)
{
    __m256i low = _mm256_and_si256(codes, _mm256_set1_epi8(15));
    __m128i upper = _mm_slli_epi16(_mm256_extracti128_si256(low, 1), 4);
    _mm_storeu_si128((__m128i *)out, _mm_or_si128(_mm256_castsi256_si128(low), upper));
}

MZG_INLINE void store_fifth_bits(uint8_t *out, __m256i codes)
{
    mzg_store32(out, (uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(codes, 3)));
}

static inline int q8_0_group(const float *x, uint8_t *out)
{
    const __m256 sign = _mm256_set1_ps(-0.0f), limit = _mm256_set1_ps(127 * MZG_F16_MAX);
    __m256 max[8];
    for (int b = 0; b < 8; b++) {
        const float *v = x + b * MZG_BLOCK;
        __m256 low = max_bits8(_mm256_andnot_ps(sign, _mm256_loadu_ps(v)),
                               _mm256_andnot_ps(sign, _mm256_loadu_ps(v + 8)));
        __m256 high = max_bits8(_mm256_andnot_ps(sign, _mm256_loadu_ps(v + 16)),
                                _mm256_andnot_ps(sign, _mm256_loadu_ps(v + 24)));
        max[b] = max_bits8(low, high);
    }
    __m256 amax = reduce8(max, max_bits8);
    if (_mm256_movemask_ps(_mm256_cmp_ps(amax, limit, _CMP_NLE_UQ)))
        return 0;
    __m128i scale = mzg_scales8(_mm256_div_ps(amax, _mm256_set1_ps(127.0f)));
    uint16_t half[8];
    float inv[8];
    _mm_storeu_si128((__m128i *)half, scale);
    _mm256_storeu_ps(inv, mzg_inverse8(_mm256_cvtph_ps(scale)));
    for (int b = 0; b < 8; b++, out += MZG_Q8_0_BYTES) {
        mzg_store16(out, half[b]);
        _mm256_storeu_si256((__m256i *)(out + MZG_Q8_0_CODES),
                            signed_codes(x + b * MZG_BLOCK, &inv[b]));
    }
    return 1;
}

/* A block as 16-bit integers; neighbours stay neighbours in pairs, which is all that matters. */
MZG_INLINE void trial_words(const float *x, __m256 k, __m256i out[2])
{
    out[0] = _mm256_packs_epi32(_mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x), k)),
                                _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x + 8), k)));
    out[1] = _mm256_packs_epi32(_mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x + 16), k)),
                                _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x + 24), k)));
}

/* Eight vectors, one per block, so that 32-bit lane b of each result is of block b. */
MZG_INLINE void turn8(const __m256i row[8], __m256i out[8])
{
    __m256i two[8], four[8];
    for (int i = 0; i < 8; i += 2) {
        two[i] = _mm256_unpacklo_epi32(row[i], row[i + 1]);
        two[i + 1] = _mm256_unpackhi_epi32(row[i], row[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        four[i] = _mm256_unpacklo_epi64(two[i], two[i + 2]);
        four[i + 1] = _mm256_unpackhi_epi64(two[i], two[i + 2]);
        four[i + 2] = _mm256_unpacklo_epi64(two[i + 1], two[i + 3]);
        four[i + 3] = _mm256_unpackhi_epi64(two[i + 1], two[i + 3]);
    }
    for (int i = 0; i < 4; i++) {
        out[2 * i] = _mm256_permute2x128_si256(four[i], four[i + 4], 0x20);
        out[2 * i + 1] = _mm256_permute2x128_si256(four[i], four[i + 4], 0x31);
    }
}

/* Tries the scales on eight blocks, a block a lane. */
MZG_INLINE int tried_plan(struct mzg_plan8 *p, const struct mzg_trials *t, const float *x)
{
    struct mzg_tried8 best = {_mm256_setzero_ps(), _mm256_set1_ps(1.0f)};
    __m256i word[2][8], turned[16];
    __m256 lo, hi, k;
    float unit[8];
    if (!extremes8(x, &lo, &hi) || !mzg_trial_units8(t, lo, hi, &k))
        return 0;
    _mm256_storeu_ps(unit, k);
    for (int b = 0; b < 8; b++) {
        __m256i words[2];
        trial_words(x + b * MZG_BLOCK, _mm256_broadcast_ss(&unit[b]), words);
        word[0][b] = words[0];
        word[1][b] = words[1];
    }
    turn8(word[0], turned);
    turn8(word[1], turned + 8);
    const __m256i low = _mm256_set1_epi16((short)-t->half);
    const __m256i high = _mm256_set1_epi16((short)(t->half - 1));
    for (int i = 0; i < t->count; i++) {
        __m256i factor = _mm256_set1_epi16(t->factor[i]);
        __m256i s = _mm256_setzero_si256(), q = _mm256_setzero_si256();
        for (int j = 0; j < 16; j++) {
            __m256i code = _mm256_mulhrs_epi16(turned[j], factor);
            code = _mm256_max_epi16(_mm256_min_epi16(code, high), low);
            s = _mm256_add_epi32(s, _mm256_madd_epi16(turned[j], code));
            q = _mm256_add_epi32(q, _mm256_madd_epi16(code, code));
        }
        mzg_keep_better8(&best, s, q);
    }
    mzg_signed_plan8(p, &best, k);
    return 1;
}

static inline int q4_0_group(const float *x, uint8_t *out)
{
    struct mzg_plan8 p;
    if (!tried_plan(&p, &mzg_q4_0_trials, x))
        return 0;
    for (int b = 0; b < 8; b++, out += MZG_Q4_0_BYTES) {
        mzg_store16(out, p.half[b]);
        store_nibbles(out + MZG_Q4_0_CODES, shifted_codes(&p, x, b, 8));
    }
    return 1;
}

static inline int q4_1_group(const float *x, uint8_t *out)
{
    struct mzg_plan8 p;
    __m256 lo, hi;
    if (!extremes8(x, &lo, &hi) || !mzg_span_plan8(&p, lo, hi, 15.0f))
        return 0;
    for (int b = 0; b < 8; b++, out += MZG_Q4_1_BYTES) {
        mzg_store16(out, p.half[b]);
        mzg_store16(out + MZG_Q4_1_MIN, p.min_half[b]);
        store_nibbles(out + MZG_Q4_1_CODES, span_codes(&p, x, b, 15));
    }
    return 1;
}

static inline int q5_0_group(const float *x, uint8_t *out)
{
    struct mzg_plan8 p;
    if (!tried_plan(&p, &mzg_q5_0_trials, x))
        return 0;
    for (int b = 0; b < 8; b++, out += MZG_Q5_0_BYTES) {
        __m256i codes = shifted_codes(&p, x, b, 16);
        mzg_store16(out, p.half[b]);
        store_fifth_bits(out + MZG_Q5_0_HIGH, codes);
        store_nibbles(out + MZG_Q5_0_CODES, codes);
    }
    return 1;
}

static inline int q5_1_group(const float *x, uint8_t *out)
{
    struct mzg_plan8 p;
    __m256 lo, hi;
    if (!extremes8(x, &lo, &hi) || !mzg_span_plan8(&p, lo, hi, 31.0f))
        return 0;
    for (int b = 0; b < 8; b++, out += MZG_Q5_1_BYTES) {
        __m256i codes = span_codes(&p, x, b, 31);
        mzg_store16(out, p.half[b]);
        mzg_store16(out + MZG_Q5_1_MIN, p.min_half[b]);
        store_fifth_bits(out + MZG_Q5_1_HIGH, codes);
        store_nibbles(out + MZG_Q5_1_CODES, codes);
    }
    return 1;
}

MZG_GROUP_QUANTIZERS_X86(avx2)
