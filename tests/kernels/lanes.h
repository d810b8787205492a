/* lanes.h: what lanes.c gives to the operations of kernels/lanes and gets from them. */
#ifndef MZG_TESTS_KERNELS_LANES_H
#define MZG_TESTS_KERNELS_LANES_H

#include <stddef.h>
#include <stdint.h>

enum { MZG_LANE_TABLE = 512, MZG_LANE_OPS = 128 };

struct mzg_lane_values {
    float a[16], b[16]; /* any */
    float tame[16];     /* below 2^22, what rounding takes */
    int32_t i[16], j[16];
    int by;             /* 0 to 31 */
    float table[MZG_LANE_TABLE];
    int32_t integers[MZG_LANE_TABLE];
};

struct mzg_lane_result {
    const char *name;
    uint32_t v[16];
};

struct mzg_lane_results {
    struct mzg_lane_result op[MZG_LANE_OPS];
    size_t count;
};

typedef void mzg_lanes_run(const struct mzg_lane_values *in, struct mzg_lane_results *r);
mzg_lanes_run mzg_lanes_run_ref, mzg_lanes_run_avx2, mzg_lanes_run_avx512, mzg_lanes_run_neon;

#endif
