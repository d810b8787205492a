/* lanes_neon.c: the operations of lanes_neon.h; the suffix of this file gives their flags. */
#include "kernels/lanes/lanes_neon.h"

#include "lanes_ops.h"

void mzg_lanes_run_neon(const struct mzg_lane_values *in, struct mzg_lane_results *r)
{
    run_all(in, r);
}
