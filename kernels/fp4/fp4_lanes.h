/* fp4_lanes.h: four-bit floats over lanes: rounding to them, and their codes. */
#ifndef MZG_KERNELS_FP4_LANES_H
#define MZG_KERNELS_FP4_LANES_H

#include "../lanes/tidy.h"
#include "fp4.h"

/* The four-bit float nearest to t >= 0, ties to the even code; 6 is the largest. What is added and
 * taken off again has a last bit of 1/2, 1 or 2, as the values around t are apart. */
MZG_INLINE mzg_vf mzg_e2m1_near(mzg_vf t)
{
    t = mzg_vf_min(t, mzg_vf_set(MZG_E2M1_MAX));
    mzg_vi e = mzg_vi_and(mzg_vi_bits(t), mzg_vi_set(0x7f800000));
    e = mzg_vi_max(e, mzg_vi_set(127 << 23)); /* below 1 values are as far apart as above */
    mzg_vf magic = mzg_vf_bits(mzg_vi_add(e, mzg_vi_set((22 << 23) + 0x400000)));
    return mzg_vf_sub(mzg_vf_add(t, magic), magic);
}

/* The three bits that stand for a: from 1 on the last bit of the exponent and the first of the
 * mantissa count up with the code; 0 and 0.5 are below. */
MZG_INLINE mzg_vi mzg_e2m1_index(mzg_vf a)
{
    mzg_vi bits = mzg_vi_bits(a);
    mzg_vi up = mzg_vi_sub(mzg_vi_shr(bits, 22), mzg_vi_set((127 << 1) - 2));
    return mzg_vi_max(up, mzg_vi_min(bits, mzg_vi_set(1)));
}

/* The code of x * inv; 0 has no sign. */
MZG_INLINE mzg_vi mzg_e2m1_code(mzg_vf x, mzg_vf inv)
{
    mzg_vi index = mzg_e2m1_index(mzg_e2m1_near(mzg_vf_mul(mzg_vf_abs(x), inv)));
    mzg_vi sign = mzg_vi_shl(mzg_vi_shr(mzg_vi_bits(x), 31), 3);
    mzg_vi some = mzg_vi_sub(mzg_vi_set(0), mzg_vi_min(index, mzg_vi_set(1)));
    return mzg_vi_or(index, mzg_vi_and(sign, some));
}

/* Four bytes of nibbles: codes of x[0..3] below, of high[0..3] above. */
MZG_INLINE mzg_vi mzg_e2m1_pack(const mzg_vf *x, const mzg_vf *high, mzg_vf inv)
{
    mzg_vi r = mzg_vi_set(0);
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        r = mzg_vi_or(r, mzg_vi_shl(mzg_e2m1_code(x[i], inv), 8 * i));
        r = mzg_vi_or(r, mzg_vi_shl(mzg_e2m1_code(high[i], inv), 8 * i + 4));
    }
    return r;
}

/* Sum of w (t - near t)^2 for t = |x| * inv over so many vectors; w: NULL for ones. */
MZG_INLINE mzg_vf mzg_e2m1_lost(const mzg_vf *x, const mzg_vf *w, int count, mzg_vf inv)
{
    mzg_vf sum = mzg_vf_set(0.0f), sum2 = sum;
    MZG_UNROLL
    for (int i = 0; i < count; i += 2) {
        mzg_vf t = mzg_vf_mul(mzg_vf_abs(x[i]), inv), u = mzg_vf_mul(mzg_vf_abs(x[i + 1]), inv);
        t = mzg_vf_sub(t, mzg_e2m1_near(t));
        u = mzg_vf_sub(u, mzg_e2m1_near(u));
        t = mzg_vf_mul(t, w ? mzg_vf_mul(t, w[i]) : t);
        u = mzg_vf_mul(u, w ? mzg_vf_mul(u, w[i + 1]) : u);
        sum = mzg_vf_add(sum, t);
        sum2 = mzg_vf_add(sum2, u);
    }
    return mzg_vf_add(sum, sum2);
}

/* Makes values and importance tame, each lane's by itself, and gives the largest magnitude among
 * what has any importance. A lane whose importance is all zero has ones. */
MZG_INLINE mzg_vf mzg_fp4_tidy(mzg_vf *x, mzg_vf *w, int count, int weighted, float limit)
{
    mzg_vf most = mzg_vf_set(0.0f), amax = most, zero = most;
    for (int i = 0; i < count; i++) {
        x[i] = mzg_vf_fit(x[i], limit);
        if (weighted) {
            w[i] = mzg_vf_importance(w[i]);
            most = mzg_vf_max(most, w[i]);
        } else {
            amax = mzg_vf_max(amax, mzg_vf_abs(x[i]));
        }
    }
    if (!weighted)
        return amax;
    mzg_vf tame = mzg_vf_tame(most);
    mzg_vm none = mzg_vf_eq(most, zero);
    for (int i = 0; i < count; i++) {
        w[i] = mzg_vf_select(none, mzg_vf_set(1.0f), mzg_vf_mul(w[i], tame));
        mzg_vf counts = mzg_vf_where(mzg_vf_lt(zero, w[i]), mzg_vf_abs(x[i]));
        amax = mzg_vf_max(amax, counts);
    }
    return amax;
}

#endif
