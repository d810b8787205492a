/* scalar.h: the arithmetic that the block formats are defined with, one value at a time.
 *
 * The reference kernels are written in these terms; the SIMD variants use them for what is left at
 * the ends. Everything here is exact or rounds to nearest even in the default floating-point
 * environment, which is assumed throughout. */
#ifndef MZG_KERNELS_SCALAR_H
#define MZG_KERNELS_SCALAR_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "blocks are little-endian, and so must be the CPU"
#endif

/* For what must be compiled into its caller, where a constant argument selects the code. */
#define MZG_INLINE static inline __attribute__((always_inline))

/* Before a loop over a vector of vectors: unrolled, these stay in registers. */
#if defined(__clang__)
#define MZG_UNROLL _Pragma("clang loop unroll(full)")
#else
#define MZG_UNROLL _Pragma("GCC unroll 8")
#endif

#define MZG_F16_MAX 65504.0f
#define MZG_NAN_BITS 0x7fc00000u /* the NaN that every kernel gives, whatever the CPU's own */

static inline uint32_t mzg_bits(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static inline float mzg_float(uint32_t u)
{
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* Asks for n floats that are to be read soon. Processors foresee what is read in order, but not across
 * pages of memory, and pages have but 1024 floats. */
MZG_INLINE void mzg_fetch(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i += 16)
        __builtin_prefetch(x + i);
}

static inline uint16_t mzg_load16(const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint32_t mzg_load32(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void mzg_store16(uint8_t *p, uint16_t v)
{
    memcpy(p, &v, sizeof v);
}

static inline void mzg_store32(uint8_t *p, uint32_t v)
{
    memcpy(p, &v, sizeof v);
}

static inline float mzg_canonical(float x)
{
    return x == x ? x : mzg_float(MZG_NAN_BITS);
}

/* IEEE half precision, to nearest even; NaN becomes 0x7e00. */
static inline uint16_t mzg_f16_from(float x)
{
    uint32_t sign = mzg_bits(x) >> 16 & 0x8000, a = mzg_bits(x) & 0x7fffffff;
    if (a > 0x7f800000)
        return 0x7e00;
    if (a >= 0x477ff000) /* 65520: half way to what would be the next value */
        return (uint16_t)(sign | 0x7c00);
    if (a < 0x38800000) /* a subnormal half: its last bit is 2^-24, as that of a float is at 0.5 */
        return (uint16_t)(sign | (mzg_bits(mzg_float(a) + 0.5f) - 0x3f000000));
    a += 0xfff + (a >> 13 & 1);
    return (uint16_t)(sign | (a - 0x38000000) >> 13);
}

static inline float mzg_f16_to(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, e = h >> 10 & 31, m = h & 0x3ff;
    if (e == 31)
        return mzg_float(m ? MZG_NAN_BITS : sign | 0x7f800000);
    if (e == 0)
        return mzg_float(sign | mzg_bits((float)m * 0x1p-24f));
    return mzg_float(sign | (e + 112) << 23 | m << 13);
}

/* bfloat16, to nearest even; NaN becomes 0x7fc0. */
static inline uint16_t mzg_bf16_from(float x)
{
    uint32_t u = mzg_bits(x);
    if ((u & 0x7fffffff) > 0x7f800000)
        return 0x7fc0;
    return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

static inline float mzg_bf16_to(uint16_t h)
{
    return mzg_float((uint32_t)h << 16);
}

/* What a quantizer sees of x: NaN counts as 0, the rest is brought into +-limit. */
static inline float mzg_fit(float x, float limit)
{
    if (x > limit)
        return limit;
    if (x < -limit)
        return -limit;
    return x == x ? x : 0.0f;
}

/* The stored scale for s, 0 <= s <= 65504: to nearest even, but up where halves are so coarse
 * (below 2^-14) that rounding down would make the largest codes clip. */
static inline uint16_t mzg_scale_from(float s)
{
    uint16_t h = mzg_f16_from(s);
    if (s < 0x1p-14f && mzg_f16_to(h) < s)
        h++;
    return h;
}

/* What values are multiplied with to find their codes. */
static inline float mzg_inverse(float d)
{
    return d == 0.0f ? 0.0f : 1.0f / d;
}

/* The integer nearest to v, half to even, brought into lo..hi. */
static inline int32_t mzg_code(float v, float lo, float hi)
{
    const float magic = 0x1.8p23f; /* a float's last bit is 1 here, so the sum is rounded to it */
    v = v < lo ? lo : v > hi ? hi : v;
    return (int32_t)(v + magic - magic);
}

/* Sums of the accumulators of a dot product, in the one order there is. */
static inline float mzg_sum8(const float a[8])
{
    float t = ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
    return mzg_canonical(t);
}

static inline float mzg_sum16(const float a[16])
{
    float t[8];
    for (int i = 0; i < 8; i++)
        t[i] = a[i] + a[i + 8];
    return mzg_sum8(t);
}

#endif
