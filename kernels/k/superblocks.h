/* superblocks.h: where things are in the blocks of 256 elements. A block has no alignment.
 *
 *   Q8_K  d:f32  codes: 256 signed bytes  sums: 16 signed 16-bit sums of 16 codes each */
#ifndef MZG_KERNELS_K_SUPERBLOCKS_H
#define MZG_KERNELS_K_SUPERBLOCKS_H

enum {
    MZG_SUPER = 256, /* elements */
    MZG_Q8_K_BYTES = 292,
    MZG_Q8_K_CODES = 4,
    MZG_Q8_K_SUMS = 260
};

#endif
