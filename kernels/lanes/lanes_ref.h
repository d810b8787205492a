/* lanes_ref.h: vectors of sixteen lanes in plain C: the definition of what lanes_avx2.h,
 * lanes_avx512.h and lanes_neon.h give with vectors.
 *
 * A search for codes is written once, in terms of these operations, and compiled for each
 * instruction set by including that set's header before it. All of them give the same bits as the
 * loops here: min and max are `a < b ? a : b` and `a > b ? a : b` (so the second operand where one
 * is NaN or both are zero), sums across lanes are a fixed tree, nothing is fused.
 *
 * mzg_vf: floats, mzg_vi: 32-bit integers, mzg_vm: one truth value a lane. */
#ifndef MZG_KERNELS_LANES_REF_H
#define MZG_KERNELS_LANES_REF_H

#include "../scalar.h"

#include <stddef.h>

enum { MZG_LANES = 16 };

typedef struct {
    float v[MZG_LANES];
} mzg_vf;

typedef struct {
    int32_t v[MZG_LANES];
} mzg_vi;

typedef struct {
    int32_t v[MZG_LANES]; /* 0 or 1 */
} mzg_vm;

#define MZG_EACH for (int i_ = 0; i_ < MZG_LANES; i_++)
#define MZG_UNARY(name, T, expr)                                                                   \
    MZG_INLINE T name(T a)                                                                         \
    {                                                                                              \
        T r;                                                                                       \
        MZG_EACH r.v[i_] = (expr);                                                                 \
        return r;                                                                                  \
    }
#define MZG_BINARY(name, R, T, expr)                                                               \
    MZG_INLINE R name(T a, T b)                                                                    \
    {                                                                                              \
        R r;                                                                                       \
        MZG_EACH r.v[i_] = (expr);                                                                 \
        return r;                                                                                  \
    }
#define A a.v[i_]
#define B b.v[i_]

/* ---- floats ---- */

MZG_INLINE mzg_vf mzg_vf_set(float x)
{
    mzg_vf r;
    MZG_EACH r.v[i_] = x;
    return r;
}

MZG_INLINE mzg_vf mzg_vf_load(const float *p)
{
    mzg_vf r;
    memcpy(r.v, p, sizeof r.v);
    return r;
}

MZG_INLINE void mzg_vf_store(float *p, mzg_vf a)
{
    memcpy(p, a.v, sizeof a.v);
}

MZG_BINARY(mzg_vf_add, mzg_vf, mzg_vf, A + B)
MZG_BINARY(mzg_vf_sub, mzg_vf, mzg_vf, A - B)
MZG_BINARY(mzg_vf_mul, mzg_vf, mzg_vf, A *B)
MZG_BINARY(mzg_vf_div, mzg_vf, mzg_vf, A / B)
MZG_BINARY(mzg_vf_min, mzg_vf, mzg_vf, A < B ? A : B)
MZG_BINARY(mzg_vf_max, mzg_vf, mzg_vf, A > B ? A : B)
MZG_UNARY(mzg_vf_abs, mzg_vf, mzg_float(mzg_bits(A) & 0x7fffffff))

MZG_BINARY(mzg_vf_lt, mzg_vm, mzg_vf, A < B)
MZG_BINARY(mzg_vf_le, mzg_vm, mzg_vf, A <= B)
MZG_BINARY(mzg_vf_eq, mzg_vm, mzg_vf, A == B)

/* ---- integers ---- */

MZG_INLINE mzg_vi mzg_vi_set(int32_t x)
{
    mzg_vi r;
    MZG_EACH r.v[i_] = x;
    return r;
}

MZG_INLINE mzg_vi mzg_vi_load(const int32_t *p)
{
    mzg_vi r;
    memcpy(r.v, p, sizeof r.v);
    return r;
}

MZG_INLINE void mzg_vi_store(int32_t *p, mzg_vi a)
{
    memcpy(p, a.v, sizeof a.v);
}

/* Sums, differences and products wrap. */
MZG_BINARY(mzg_vi_add, mzg_vi, mzg_vi, (int32_t)((uint32_t)A + (uint32_t)B))
MZG_BINARY(mzg_vi_sub, mzg_vi, mzg_vi, (int32_t)((uint32_t)A - (uint32_t)B))
MZG_BINARY(mzg_vi_mul, mzg_vi, mzg_vi, (int32_t)((uint32_t)A * (uint32_t)B))
MZG_BINARY(mzg_vi_and, mzg_vi, mzg_vi, A &B)
MZG_BINARY(mzg_vi_or, mzg_vi, mzg_vi, A | B)
MZG_BINARY(mzg_vi_xor, mzg_vi, mzg_vi, A ^ B)
MZG_BINARY(mzg_vi_min, mzg_vi, mzg_vi, A < B ? A : B)
MZG_BINARY(mzg_vi_max, mzg_vi, mzg_vi, A > B ? A : B)
MZG_BINARY(mzg_vi_eq, mzg_vm, mzg_vi, A == B)
MZG_BINARY(mzg_vi_gt, mzg_vm, mzg_vi, A > B)

/* Shifts by a constant below 32; to the right zeros come in (shr) or copies of the sign (sar). */
MZG_INLINE mzg_vi mzg_vi_shl(mzg_vi a, int n)
{
    MZG_EACH a.v[i_] = (int32_t)((uint32_t)A << n);
    return a;
}

MZG_INLINE mzg_vi mzg_vi_shr(mzg_vi a, int n)
{
    MZG_EACH a.v[i_] = (int32_t)((uint32_t)A >> n);
    return a;
}

MZG_INLINE mzg_vi mzg_vi_sar(mzg_vi a, int n)
{
    MZG_EACH a.v[i_] = A >> n;
    return a;
}

/* ---- from one to the other ---- */

/* The nearest integer, ties to even. |a| < 2^22 in every lane: bring it into range first. */
MZG_INLINE mzg_vi mzg_vi_round(mzg_vf a)
{
    const float magic = 0x1.8p23f;
    mzg_vi r;
    MZG_EACH r.v[i_] = (int32_t)(A + magic - magic);
    return r;
}

MZG_INLINE mzg_vf mzg_vf_from(mzg_vi a) /* |a| <= 2^24: exact */
{
    mzg_vf r;
    MZG_EACH r.v[i_] = (float)A;
    return r;
}

/* The same as a float, never -0; |a| < 2^22. */
MZG_INLINE mzg_vf mzg_vf_round(mzg_vf a)
{
    return mzg_vf_from(mzg_vi_round(a));
}

MZG_INLINE mzg_vi mzg_vi_bits(mzg_vf a)
{
    mzg_vi r;
    memcpy(r.v, a.v, sizeof r.v);
    return r;
}

MZG_INLINE mzg_vf mzg_vf_bits(mzg_vi a)
{
    mzg_vf r;
    memcpy(r.v, a.v, sizeof r.v);
    return r;
}

/* ---- masks ---- */

MZG_BINARY(mzg_vm_and, mzg_vm, mzg_vm, A &B)
MZG_BINARY(mzg_vm_or, mzg_vm, mzg_vm, A | B)
MZG_UNARY(mzg_vm_not, mzg_vm, !A)

/* Bit i is lane i's. */
MZG_INLINE uint32_t mzg_vm_mask(mzg_vm m)
{
    uint32_t r = 0;
    MZG_EACH r |= (uint32_t)m.v[i_] << i_;
    return r;
}

/* m ? a : b */
MZG_INLINE mzg_vf mzg_vf_select(mzg_vm m, mzg_vf a, mzg_vf b)
{
    MZG_EACH a.v[i_] = m.v[i_] ? A : B;
    return a;
}

MZG_INLINE mzg_vi mzg_vi_select(mzg_vm m, mzg_vi a, mzg_vi b)
{
    MZG_EACH a.v[i_] = m.v[i_] ? A : B;
    return a;
}

/* ---- across lanes, tables, memory ---- */

/* Lane i of the result is lane i ^ 1 of a; and i ^ 2, i ^ 4, i ^ 8. */
#define MZG_SWAP(by)                                                                               \
    MZG_INLINE mzg_vf mzg_vf_swap##by(mzg_vf a)                                                    \
    {                                                                                              \
        mzg_vf r;                                                                                  \
        MZG_EACH r.v[i_] = a.v[i_ ^ by];                                                           \
        return r;                                                                                  \
    }
MZG_SWAP(1)
MZG_SWAP(2)
MZG_SWAP(4)
MZG_SWAP(8)
#undef MZG_SWAP

/* The sum of all lanes, in the order of mzg_sum16. */
MZG_INLINE float mzg_vf_sum(mzg_vf a)
{
    return mzg_sum16(a.v);
}

/* The largest lane, a zero as +0; none is NaN. */
MZG_INLINE float mzg_vf_largest(mzg_vf a)
{
    float r = a.v[0];
    MZG_EACH r = A > r ? A : r;
    return r + 0.0f;
}

/* table[at], 0 <= at < 16 in every lane. */
MZG_INLINE mzg_vf mzg_vf_lookup16(const float table[16], mzg_vi at)
{
    mzg_vf r;
    MZG_EACH r.v[i_] = table[at.v[i_]];
    return r;
}

/* table[at], any table. */
MZG_INLINE mzg_vf mzg_vf_gather(const float *table, mzg_vi at)
{
    mzg_vf r;
    MZG_EACH r.v[i_] = table[at.v[i_]];
    return r;
}

MZG_INLINE mzg_vi mzg_vi_gather(const int32_t *table, mzg_vi at)
{
    mzg_vi r;
    MZG_EACH r.v[i_] = table[at.v[i_]];
    return r;
}

/* Sixteen runs of sixteen, `stride` apart, turned: lane i of out[j] is x[i * stride + j]. */
MZG_INLINE void mzg_vf_turn(const float *x, size_t stride, mzg_vf out[16])
{
    for (size_t j = 0; j < 16; j++)
        MZG_EACH out[j].v[i_] = x[(size_t)i_ * stride + j];
}

/* Sixteen bytes, the lowest of each lane; and back, without and with sign. */
MZG_INLINE void mzg_vi_store8(uint8_t *p, mzg_vi a)
{
    MZG_EACH p[i_] = (uint8_t)A;
}

MZG_INLINE mzg_vi mzg_vi_load8u(const uint8_t *p)
{
    mzg_vi r;
    MZG_EACH r.v[i_] = p[i_];
    return r;
}

MZG_INLINE mzg_vi mzg_vi_load8s(const uint8_t *p)
{
    mzg_vi r;
    MZG_EACH r.v[i_] = (int8_t)p[i_];
    return r;
}

#undef A
#undef B
#undef MZG_EACH
#undef MZG_UNARY
#undef MZG_BINARY

#endif
