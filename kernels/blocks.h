/* blocks.h: where things are in the blocks of 32 elements with one scale (and one minimum).
 *
 *   Q8_0  d:f16                 codes: 32 signed bytes
 *   Q8_1  d:f16 s:f16           codes: 32 signed bytes
 *   Q4_0  d:f16                 nibbles:16
 *   Q4_1  d:f16 m:f16           nibbles:16
 *   Q5_0  d:f16       high:u32  nibbles:16
 *   Q5_1  d:f16 m:f16 high:u32  nibbles:16
 *
 * Byte j of nibbles holds element j below and element j + 16 above; bit j of high is the fifth bit
 * of element j. A block has no alignment. */
#ifndef MZG_KERNELS_BLOCKS_H
#define MZG_KERNELS_BLOCKS_H

enum {
    MZG_BLOCK = 32, /* elements */
    MZG_Q8_0_BYTES = 34,
    MZG_Q8_1_BYTES = 36,
    MZG_Q4_0_BYTES = 18,
    MZG_Q4_1_BYTES = 20,
    MZG_Q5_0_BYTES = 22,
    MZG_Q5_1_BYTES = 24,
    MZG_Q8_0_CODES = 2,
    MZG_Q8_1_SUM = 2,
    MZG_Q8_1_CODES = 4,
    MZG_Q4_0_CODES = 2,
    MZG_Q4_1_MIN = 2,
    MZG_Q4_1_CODES = 4,
    MZG_Q5_0_HIGH = 2,
    MZG_Q5_0_CODES = 6,
    MZG_Q5_1_MIN = 2,
    MZG_Q5_1_HIGH = 4,
    MZG_Q5_1_CODES = 8
};

#endif
