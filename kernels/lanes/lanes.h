/* lanes.h: the vectors of whichever lanes_*.h was included before; those of plain C if none was. */
#ifndef MZG_KERNELS_LANES_H
#define MZG_KERNELS_LANES_H

#if !defined(MZG_KERNELS_LANES_AVX2_H) && !defined(MZG_KERNELS_LANES_AVX512_H) &&                  \
    !defined(MZG_KERNELS_LANES_NEON_H)
#include "lanes_ref.h"
#endif

#endif
