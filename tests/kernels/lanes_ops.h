/* lanes_ops.h: every operation of the lanes headers on given values, for whichever of the headers is
 * included before it. lanes.c compares what the instruction sets give. */
#ifndef MZG_TESTS_KERNELS_LANES_OPS_H
#define MZG_TESTS_KERNELS_LANES_OPS_H

#include "lanes.h"

/* Bits as they are. */
static void put_i(struct mzg_lane_results *r, const char *name, mzg_vi a)
{
    struct mzg_lane_result *one = &r->op[r->count++];
    int32_t v[16];
    one->name = name;
    mzg_vi_store(v, a);
    memcpy(one->v, v, sizeof one->v);
}

static void put_bits(struct mzg_lane_results *r, const char *name, mzg_vf a)
{
    put_i(r, name, mzg_vi_bits(a));
}

/* Which NaN arithmetic gives differs between CPUs: any is as good. */
static void put_f(struct mzg_lane_results *r, const char *name, mzg_vf a)
{
    float v[16];
    mzg_vf_store(v, a);
    for (int i = 0; i < 16; i++)
        v[i] = mzg_canonical(v[i]);
    put_bits(r, name, mzg_vf_load(v));
}

static void put_m(struct mzg_lane_results *r, const char *name, mzg_vm m)
{
    put_i(r, name, mzg_vi_set((int32_t)mzg_vm_mask(m)));
}

static void run_floats(const struct mzg_lane_values *in, struct mzg_lane_results *r)
{
    mzg_vf a = mzg_vf_load(in->a), b = mzg_vf_load(in->b), tame = mzg_vf_load(in->tame);
    put_bits(r, "vf_set", mzg_vf_set(in->tame[0]));
    put_f(r, "vf_add", mzg_vf_add(a, b));
    put_f(r, "vf_sub", mzg_vf_sub(a, b));
    put_f(r, "vf_mul", mzg_vf_mul(a, b));
    put_f(r, "vf_div", mzg_vf_div(a, b));
    put_bits(r, "vf_min", mzg_vf_min(a, b));
    put_bits(r, "vf_max", mzg_vf_max(a, b));
    put_bits(r, "vf_abs", mzg_vf_abs(a));
    put_m(r, "vf_lt", mzg_vf_lt(a, b));
    put_m(r, "vf_le", mzg_vf_le(a, b));
    put_m(r, "vf_eq", mzg_vf_eq(a, b));
    put_bits(r, "vf_select", mzg_vf_select(mzg_vf_lt(a, b), a, b));
    put_f(r, "vf_add_where", mzg_vf_add_where(mzg_vf_lt(a, b), mzg_vf_abs(a), b));
    put_bits(r, "vf_swap1", mzg_vf_swap1(a));
    put_bits(r, "vf_swap2", mzg_vf_swap2(a));
    put_bits(r, "vf_swap4", mzg_vf_swap4(a));
    put_bits(r, "vf_swap8", mzg_vf_swap8(a));
    put_f(r, "vf_sum", mzg_vf_set(mzg_vf_sum(a)));
    put_bits(r, "vf_largest", mzg_vf_set(mzg_vf_largest(tame)));
    put_i(r, "vi_round", mzg_vi_round(tame));
    put_bits(r, "vf_round", mzg_vf_round(tame));
}

static void run_integers(const struct mzg_lane_values *in, struct mzg_lane_results *r)
{
    mzg_vi a = mzg_vi_load(in->i), b = mzg_vi_load(in->j);
    mzg_vm lt = mzg_vi_gt(b, a), eq = mzg_vi_eq(a, b);
    put_i(r, "vi_set", mzg_vi_set(in->i[0]));
    put_i(r, "vi_add", mzg_vi_add(a, b));
    put_i(r, "vi_sub", mzg_vi_sub(a, b));
    put_i(r, "vi_mul", mzg_vi_mul(a, b));
    put_i(r, "vi_and", mzg_vi_and(a, b));
    put_i(r, "vi_or", mzg_vi_or(a, b));
    put_i(r, "vi_xor", mzg_vi_xor(a, b));
    put_i(r, "vi_min", mzg_vi_min(a, b));
    put_i(r, "vi_max", mzg_vi_max(a, b));
    put_m(r, "vi_gt", lt);
    put_m(r, "vi_eq", eq);
    put_m(r, "vm_and", mzg_vm_and(lt, mzg_vm_not(eq)));
    put_m(r, "vm_or", mzg_vm_or(lt, eq));
    put_m(r, "vm_not", mzg_vm_not(lt));
    put_i(r, "vi_select", mzg_vi_select(lt, a, b));
    put_i(r, "vi_shl", mzg_vi_shl(a, in->by));
    put_i(r, "vi_shr", mzg_vi_shr(a, in->by));
    put_i(r, "vi_sar", mzg_vi_sar(a, in->by));
    put_i(r, "vi_shr_each", mzg_vi_shr_each(a, mzg_vi_and(b, mzg_vi_set(31))));
    put_bits(r, "vf_from", mzg_vf_from(mzg_vi_sar(a, 7)));
}

static void run_memory(const struct mzg_lane_values *in, struct mzg_lane_results *r)
{
    mzg_vi at = mzg_vi_and(mzg_vi_load(in->i), mzg_vi_set(15));
    mzg_vf turned[16];
    uint8_t bytes[16];
    put_bits(r, "vf_lookup16", mzg_vf_lookup16(in->table, at));
    at = mzg_vi_and(mzg_vi_load(in->i), mzg_vi_set(MZG_LANE_TABLE - 1));
    put_bits(r, "vf_gather", mzg_vf_gather(in->table, at));
    put_i(r, "vi_gather", mzg_vi_gather(in->integers, at));
    mzg_vi_store8(bytes, mzg_vi_load(in->i));
    put_i(r, "vi_store8 and load8u", mzg_vi_load8u(bytes));
    put_i(r, "vi_store8 and load8s", mzg_vi_load8s(bytes));
    uint64_t words[2];
    memcpy(words, bytes, sizeof words);
    put_i(r, "vi_bytes", mzg_vi_bytes(words[0], words[1]));
    for (size_t stride = 16; stride <= 21; stride += 5) {
        mzg_vf_turn(in->table, stride, turned);
        for (int j = 0; j < 16; j++)
            put_bits(r, "vf_turn", turned[j]);
    }
}

static void run_all(const struct mzg_lane_values *in, struct mzg_lane_results *r)
{
    r->count = 0;
    run_floats(in, r);
    run_integers(in, r);
    run_memory(in, r);
}

#endif
