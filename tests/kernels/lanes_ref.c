/* lanes_ref.c: the operations of lanes_ref.h; the suffix of this file gives their flags. */
#include "kernels/lanes/lanes_ref.h"

#include "lanes_ops.h"

void mzg_lanes_run_ref(const struct mzg_lane_values *in, struct mzg_lane_results *r)
{
    run_all(in, r);
}
