/* lanes_ref.h: vectors of sixteen lanes in C alone: the definition of what lanes_avx2.h,
 * lanes_avx512.h and lanes_neon.h give with vectors.
 *
 * A search for codes is written once, in terms of these operations, and compiled for each
 * instruction set by including that set's header before it. All of them give the same bits as the
 * operations here: min and max are `a < b ? a : b` and `a > b ? a : b` (so the second operand where
 * one is NaN or both are zero), sums across lanes are a fixed tree, nothing is fused.
 *
 * Sixteen lanes are four of GNU C's vectors of four, on which + and < act lane by lane: as arrays of
 * sixteen floats a search took the compiler ten times as long.
 *
 * mzg_vf: floats, mzg_vi: 32-bit integers, mzg_vm: one truth value a lane. */
#ifndef MZG_KERNELS_LANES_REF_H
#define MZG_KERNELS_LANES_REF_H

#include "../scalar.h"

#include <stddef.h>

enum { MZG_LANES = 16 };

typedef float mzg_f4 __attribute__((vector_size(16)));
typedef int32_t mzg_i4 __attribute__((vector_size(16)));
typedef uint32_t mzg_u4 __attribute__((vector_size(16)));

typedef struct {
    mzg_f4 v[4];
} mzg_vf;

typedef struct {
    mzg_i4 v[4];
} mzg_vi;

typedef struct {
    mzg_i4 v[4]; /* all ones or all zeros in a lane */
} mzg_vm;

/* An operation on all four; f: an expression of a vector of each operand. */
#define MZG_ONE(name, R, T, f)                                                                     \
    MZG_INLINE R name(T x)                                                                         \
    {                                                                                              \
        return (R){{f(x.v[0]), f(x.v[1]), f(x.v[2]), f(x.v[3])}};                                  \
    }
#define MZG_TWO(name, R, T, f)                                                                     \
    MZG_INLINE R name(T x, T y)                                                                    \
    {                                                                                              \
        return (R){{f(x.v[0], y.v[0]), f(x.v[1], y.v[1]), f(x.v[2], y.v[2]), f(x.v[3], y.v[3])}};  \
    }
#define MZG_SHIFT(name, f)                                                                         \
    MZG_INLINE mzg_vi name(mzg_vi x, int n)                                                        \
    {                                                                                              \
        return (mzg_vi){{f(x.v[0], n), f(x.v[1], n), f(x.v[2], n), f(x.v[3], n)}};                 \
    }
#define MZG_CHOOSE(name, T, f)                                                                     \
    MZG_INLINE T name(mzg_vm m, T x, T y)                                                          \
    {                                                                                              \
        return (T){{f(m.v[0], x.v[0], y.v[0]), f(m.v[1], x.v[1], y.v[1]),                          \
                    f(m.v[2], x.v[2], y.v[2]), f(m.v[3], x.v[3], y.v[3])}};                        \
    }

/* Unsigned where a sum may wrap; m ? x : y bit by bit. */
#define MZG_U(x) ((mzg_u4)(x))
#define MZG_BY(m, x, y) (((m) & (mzg_i4)(x)) | (~(m) & (mzg_i4)(y)))
#define MZG_FBY(m, x, y) ((mzg_f4)MZG_BY(m, x, y))
#define MZG_ADD(x, y) ((x) + (y))
#define MZG_SUB(x, y) ((x) - (y))
#define MZG_MUL(x, y) ((x) * (y))
#define MZG_DIV(x, y) ((x) / (y))
#define MZG_LT(x, y) ((x) < (y))
#define MZG_LE(x, y) ((x) <= (y))
#define MZG_GT(x, y) ((x) > (y))
#define MZG_EQ(x, y) ((x) == (y))
#define MZG_AND(x, y) ((x) & (y))
#define MZG_OR(x, y) ((x) | (y))
#define MZG_XOR(x, y) ((x) ^ (y))
#define MZG_NOT(x) (~(x))
#define MZG_MIN(x, y) MZG_BY((x) < (y), x, y)
#define MZG_MAX(x, y) MZG_BY((x) > (y), x, y)
#define MZG_FMIN(x, y) ((mzg_f4)MZG_MIN(x, y))
#define MZG_FMAX(x, y) ((mzg_f4)MZG_MAX(x, y))
#define MZG_IADD(x, y) ((mzg_i4)(MZG_U(x) + MZG_U(y)))
#define MZG_ISUB(x, y) ((mzg_i4)(MZG_U(x) - MZG_U(y)))
#define MZG_IMUL(x, y) ((mzg_i4)(MZG_U(x) * MZG_U(y)))
#define MZG_SHL(x, n) ((mzg_i4)(MZG_U(x) << (n)))
#define MZG_SHR(x, n) ((mzg_i4)(MZG_U(x) >> (n)))
#define MZG_SHR_EACH(x, n) ((mzg_i4)(MZG_U(x) >> MZG_U(n)))
#define MZG_SAR(x, n) ((x) >> (n))
#define MZG_ABS(x) ((mzg_f4)((mzg_i4)(x) & 0x7fffffff))
#define MZG_AS_I(x) ((mzg_i4)(x))
#define MZG_AS_F(x) ((mzg_f4)(x))
#define MZG_TO_F(x) __builtin_convertvector(x, mzg_f4)

/* ---- floats ---- */

MZG_INLINE mzg_vf mzg_vf_load(const float *p)
{
    mzg_vf r;
    memcpy(r.v, p, sizeof r.v);
    return r;
}

MZG_INLINE void mzg_vf_store(float *p, mzg_vf x)
{
    memcpy(p, x.v, sizeof x.v);
}

MZG_INLINE mzg_vf mzg_vf_set(float x)
{
    mzg_f4 v = {x, x, x, x};
    return (mzg_vf){{v, v, v, v}};
}

MZG_TWO(mzg_vf_add, mzg_vf, mzg_vf, MZG_ADD)
MZG_TWO(mzg_vf_sub, mzg_vf, mzg_vf, MZG_SUB)
MZG_TWO(mzg_vf_mul, mzg_vf, mzg_vf, MZG_MUL)
MZG_TWO(mzg_vf_div, mzg_vf, mzg_vf, MZG_DIV)
MZG_TWO(mzg_vf_min, mzg_vf, mzg_vf, MZG_FMIN)
MZG_TWO(mzg_vf_max, mzg_vf, mzg_vf, MZG_FMAX)
MZG_ONE(mzg_vf_abs, mzg_vf, mzg_vf, MZG_ABS)

MZG_TWO(mzg_vf_lt, mzg_vm, mzg_vf, MZG_LT)
MZG_TWO(mzg_vf_le, mzg_vm, mzg_vf, MZG_LE)
MZG_TWO(mzg_vf_eq, mzg_vm, mzg_vf, MZG_EQ)

/* ---- integers ---- */

MZG_INLINE mzg_vi mzg_vi_load(const int32_t *p)
{
    mzg_vi r;
    memcpy(r.v, p, sizeof r.v);
    return r;
}

MZG_INLINE void mzg_vi_store(int32_t *p, mzg_vi x)
{
    memcpy(p, x.v, sizeof x.v);
}

MZG_INLINE mzg_vi mzg_vi_set(int32_t x)
{
    mzg_i4 v = {x, x, x, x};
    return (mzg_vi){{v, v, v, v}};
}

/* Sums, differences and products wrap. */
MZG_TWO(mzg_vi_add, mzg_vi, mzg_vi, MZG_IADD)
MZG_TWO(mzg_vi_sub, mzg_vi, mzg_vi, MZG_ISUB)
MZG_TWO(mzg_vi_mul, mzg_vi, mzg_vi, MZG_IMUL)
MZG_TWO(mzg_vi_and, mzg_vi, mzg_vi, MZG_AND)
MZG_TWO(mzg_vi_or, mzg_vi, mzg_vi, MZG_OR)
MZG_TWO(mzg_vi_xor, mzg_vi, mzg_vi, MZG_XOR)
MZG_TWO(mzg_vi_min, mzg_vi, mzg_vi, MZG_MIN)
MZG_TWO(mzg_vi_max, mzg_vi, mzg_vi, MZG_MAX)
MZG_TWO(mzg_vi_eq, mzg_vm, mzg_vi, MZG_EQ)
MZG_TWO(mzg_vi_gt, mzg_vm, mzg_vi, MZG_GT)

/* Shifts by n, 0 <= n < 32; to the right zeros come in (shr) or copies of the sign (sar). */
MZG_SHIFT(mzg_vi_shl, MZG_SHL)
MZG_SHIFT(mzg_vi_shr, MZG_SHR)
MZG_SHIFT(mzg_vi_sar, MZG_SAR)

/* To the right by what each lane of the second says, 0 to 31; zeros come in. */
MZG_TWO(mzg_vi_shr_each, mzg_vi, mzg_vi, MZG_SHR_EACH)

/* ---- from one to the other ---- */

/* The nearest integer, ties to even. |a| < 2^22 in every lane: bring it into range first. */
MZG_INLINE mzg_vi mzg_vi_round(mzg_vf a)
{
    const float magic = 0x1.8p23f; /* a float's last bit is 1 here, so the sum is rounded to it */
    float x[16];
    int32_t r[16];
    mzg_vf_store(x, a);
    for (int i = 0; i < 16; i++)
        r[i] = (int32_t)(x[i] + magic - magic); /* lane by lane, so that sanitizers see the range */
    return mzg_vi_load(r);
}

MZG_ONE(mzg_vf_from, mzg_vf, mzg_vi, MZG_TO_F) /* exact for |a| <= 2^24 */
MZG_ONE(mzg_vi_bits, mzg_vi, mzg_vf, MZG_AS_I)
MZG_ONE(mzg_vf_bits, mzg_vf, mzg_vi, MZG_AS_F)

/* The same as a float, never -0; |a| < 2^22. */
MZG_INLINE mzg_vf mzg_vf_round(mzg_vf a)
{
    return mzg_vf_from(mzg_vi_round(a));
}

/* ---- masks ---- */

MZG_TWO(mzg_vm_and, mzg_vm, mzg_vm, MZG_AND)
MZG_TWO(mzg_vm_or, mzg_vm, mzg_vm, MZG_OR)
MZG_ONE(mzg_vm_not, mzg_vm, mzg_vm, MZG_NOT)

/* m ? x : y */
MZG_CHOOSE(mzg_vf_select, mzg_vf, MZG_FBY)
MZG_CHOOSE(mzg_vi_select, mzg_vi, MZG_BY)

/* Bit i is lane i's. */
MZG_INLINE uint32_t mzg_vm_mask(mzg_vm m)
{
    int32_t lanes[16];
    uint32_t r = 0;
    memcpy(lanes, m.v, sizeof lanes);
    for (int i = 0; i < 16; i++)
        r |= ((uint32_t)lanes[i] & 1) << i;
    return r;
}

/* ---- across lanes, tables, memory ---- */

/* Lane i of the result is lane i ^ 1 of a; and i ^ 2, i ^ 4, i ^ 8. */
#define MZG_SWAP(by)                                                                               \
    MZG_INLINE mzg_vf mzg_vf_swap##by(mzg_vf a)                                                    \
    {                                                                                              \
        float x[16], r[16];                                                                        \
        mzg_vf_store(x, a);                                                                        \
        for (int i = 0; i < 16; i++)                                                               \
            r[i] = x[i ^ (by)];                                                                    \
        return mzg_vf_load(r);                                                                     \
    }
MZG_SWAP(1)
MZG_SWAP(2)
MZG_SWAP(4)
MZG_SWAP(8)
#undef MZG_SWAP

/* The sum of all lanes, in the order of mzg_sum16. */
MZG_INLINE float mzg_vf_sum(mzg_vf a)
{
    float x[16];
    mzg_vf_store(x, a);
    return mzg_sum16(x);
}

/* The largest lane, a zero as +0; none is NaN. */
MZG_INLINE float mzg_vf_largest(mzg_vf a)
{
    float x[16], r;
    mzg_vf_store(x, a);
    r = x[0];
    for (int i = 1; i < 16; i++)
        r = x[i] > r ? x[i] : r;
    return r + 0.0f;
}

/* table[at], any table. */
MZG_INLINE mzg_vf mzg_vf_gather(const float *table, mzg_vi at)
{
    float r[16];
    int32_t i[16];
    mzg_vi_store(i, at);
    for (int k = 0; k < 16; k++)
        r[k] = table[i[k]];
    return mzg_vf_load(r);
}

MZG_INLINE mzg_vi mzg_vi_gather(const int32_t *table, mzg_vi at)
{
    int32_t i[16];
    mzg_vi_store(i, at);
    for (int k = 0; k < 16; k++)
        i[k] = table[i[k]];
    return mzg_vi_load(i);
}

/* table[at], 0 <= at < 16 in every lane. */
MZG_INLINE mzg_vf mzg_vf_lookup16(const float table[16], mzg_vi at)
{
    return mzg_vf_gather(table, at);
}

/* Sixteen runs of sixteen, `stride` apart, turned: lane i of out[j] is x[i * stride + j]. */
MZG_INLINE void mzg_vf_turn(const float *x, size_t stride, mzg_vf out[16])
{
    for (size_t j = 0; j < 16; j++) {
        float column[16];
        for (size_t i = 0; i < 16; i++)
            column[i] = x[i * stride + j];
        out[j] = mzg_vf_load(column);
    }
}

/* Sixteen bytes, the lowest of each lane; and back, without and with sign. */
MZG_INLINE void mzg_vi_store8(uint8_t *p, mzg_vi a)
{
    int32_t x[16];
    mzg_vi_store(x, a);
    for (int i = 0; i < 16; i++)
        p[i] = (uint8_t)x[i];
}

MZG_INLINE mzg_vi mzg_vi_load8u(const uint8_t *p)
{
    int32_t x[16];
    for (int i = 0; i < 16; i++)
        x[i] = p[i];
    return mzg_vi_load(x);
}

MZG_INLINE mzg_vi mzg_vi_load8s(const uint8_t *p)
{
    int32_t x[16];
    for (int i = 0; i < 16; i++)
        x[i] = (int8_t)p[i];
    return mzg_vi_load(x);
}

/* The bytes of two words, the lowest first: those of lo in lanes 0 to 7. */
MZG_INLINE mzg_vi mzg_vi_bytes(uint64_t lo, uint64_t hi)
{
    uint8_t b[16];
    memcpy(b, &lo, sizeof lo);
    memcpy(b + 8, &hi, sizeof hi);
    return mzg_vi_load8u(b);
}

/* s + (m ? a : 0); no lane of s is -0. */
MZG_INLINE mzg_vf mzg_vf_add_where(mzg_vm m, mzg_vf s, mzg_vf a)
{
    return mzg_vf_add(s, mzg_vf_select(m, a, mzg_vf_set(0.0f)));
}

#endif
