/* lanes_avx512.c: the operations of lanes_avx512.h; the suffix of this file gives their flags. */
#include "kernels/lanes/lanes_avx512.h"

#include "lanes_ops.h"

void mzg_lanes_run_avx512(const struct mzg_lane_values *in, struct mzg_lane_results *r)
{
    run_all(in, r);
}
