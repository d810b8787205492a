/* ternary_decode.h: TQ1_0, TQ2_0, Q2_0 and Q1_0 decoded over lanes. Blocks whose scale is Inf or NaN are
 * left to the reference. */
#ifndef MZG_KERNELS_TERNARY_DECODE_H
#define MZG_KERNELS_TERNARY_DECODE_H

#include "../groups.h"
#include "../lanes/lanes.h"
#include "ternary.h"

/* Codes 0, 1, 2 (and 3) to values. */
MZG_INLINE void mzg_ternary_values(float *x, mzg_vi code, mzg_vf d)
{
    mzg_vf v = mzg_vf_from(mzg_vi_sub(code, mzg_vi_set(1)));
    mzg_vf_store(x, mzg_vf_mul(v, d));
}

/* The highest digit of each byte to values; the others move up. */
MZG_INLINE mzg_vi mzg_tq1_0_next(float *x, mzg_vi bytes, mzg_vf d)
{
    mzg_vi t = mzg_vi_add(bytes, mzg_vi_add(bytes, bytes));
    mzg_ternary_values(x, mzg_vi_shr(t, 8), d);
    return mzg_vi_and(t, mzg_vi_set(255));
}

MZG_INLINE void mzg_tq1_0_decode(const uint8_t *in, float *x)
{
    static const int32_t powers[16] = {1, 1, 1, 1, 3, 3, 3, 3, 9, 9, 9, 9, 27, 27, 27, 27};
    mzg_vf d = mzg_vf_set(mzg_f16_to(mzg_load16(in + MZG_TQ1_0_SCALE)));
    mzg_vi a = mzg_vi_load8u(in), b = mzg_vi_load8u(in + 16);
    mzg_vi c = mzg_vi_load8u(in + MZG_TQ1_0_SECOND);
    uint64_t fours = mzg_load32(in + MZG_TQ1_0_FOURS);
    MZG_UNROLL
    for (int n = 0; n < 5; n++) {
        a = mzg_tq1_0_next(x + 32 * n, a, d);
        b = mzg_tq1_0_next(x + 32 * n + 16, b, d);
        c = mzg_tq1_0_next(x + 160 + 16 * n, c, d);
    }
    fours |= fours << 32;
    mzg_vi last = mzg_vi_mul(mzg_vi_bytes(fours, fours), mzg_vi_load(powers));
    mzg_tq1_0_next(x + 240, mzg_vi_and(last, mzg_vi_set(255)), d);
}

MZG_INLINE void mzg_tq2_0_decode(const uint8_t *in, float *x)
{
    const mzg_vi low = mzg_vi_set(3);
    mzg_vf d = mzg_vf_set(mzg_f16_to(mzg_load16(in + MZG_TQ2_0_SCALE)));
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        mzg_vi bytes = mzg_vi_load8u(in + 16 * i);
        float *to = x + 128 * (i / 2) + 16 * (i % 2);
        mzg_ternary_values(to, mzg_vi_and(bytes, low), d);
        mzg_ternary_values(to + 32, mzg_vi_and(mzg_vi_shr(bytes, 2), low), d);
        mzg_ternary_values(to + 64, mzg_vi_and(mzg_vi_shr(bytes, 4), low), d);
        mzg_ternary_values(to + 96, mzg_vi_shr(bytes, 6), d);
    }
}

static const int32_t mzg_each[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

MZG_INLINE void mzg_q2_0_decode(const uint8_t *in, float *x)
{
    mzg_vi at = mzg_vi_shl(mzg_vi_load(mzg_each), 1);
    mzg_vf d = mzg_vf_set(mzg_f16_to(mzg_load16(in)));
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        mzg_vi word = mzg_vi_set((int32_t)mzg_load32(in + MZG_Q2_0_CODES + 4 * i));
        mzg_ternary_values(x + 16 * i, mzg_vi_and(mzg_vi_shr_each(word, at), mzg_vi_set(3)), d);
    }
}

MZG_INLINE void mzg_q1_0_decode(const uint8_t *in, float *x)
{
    const mzg_vi sign = mzg_vi_set((int32_t)0x80000000);
    mzg_vi at = mzg_vi_load(mzg_each);
    mzg_vi minus = mzg_vi_xor(mzg_vi_bits(mzg_vf_set(mzg_f16_to(mzg_load16(in)))), sign);
    MZG_UNROLL
    for (int i = 0; i < 8; i++) {
        mzg_vi word = mzg_vi_set(mzg_load16(in + MZG_Q1_0_CODES + 2 * i));
        mzg_vi bit = mzg_vi_shl(mzg_vi_shr_each(word, at), 31);
        mzg_vf_store(x + 16 * i, mzg_vf_bits(mzg_vi_xor(bit, minus)));
    }
}

#define MZG_TERNARY_DECODER(type, elems, bytes, scale, isa)                                        \
    void mzg_##type##_dequantize_##isa(const void *q, float *x, size_t n)                          \
    {                                                                                              \
        const uint8_t *in = q;                                                                     \
        for (; n >= (elems); n -= (elems), x += (elems), in += (bytes)) {                          \
            if (mzg_f16_unusual(mzg_load16(in + (scale))))                                         \
                mzg_##type##_dequantize_ref(in, x, elems);                                         \
            else                                                                                   \
                mzg_##type##_decode(in, x);                                                        \
        }                                                                                          \
    }
#define MZG_TERNARY_DECODERS(isa)                                                                  \
    MZG_TERNARY_DECODER(tq1_0, MZG_TQ_ELEMS, MZG_TQ1_0_BYTES, MZG_TQ1_0_SCALE, isa)                \
    MZG_TERNARY_DECODER(tq2_0, MZG_TQ_ELEMS, MZG_TQ2_0_BYTES, MZG_TQ2_0_SCALE, isa)                \
    MZG_TERNARY_DECODER(q2_0, MZG_Q2_0_ELEMS, MZG_Q2_0_BYTES, 0, isa)                              \
    MZG_TERNARY_DECODER(q1_0, MZG_Q1_0_ELEMS, MZG_Q1_0_BYTES, 0, isa)

#endif
