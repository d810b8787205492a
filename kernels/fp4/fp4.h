/* fp4.h: blocks of four-bit floats (E2M1: a sign, then 0, 0.5, 1, 1.5, 2, 3, 4 or 6).
 *
 *   MXFP4  32 elements: e, an exponent: the scale is 2^(e - 127); nibbles: 16 bytes, byte j holds
 *          element j below and element j + 16 above
 *   NVFP4  64 elements: a scale byte (UE4M3) for each 16; nibbles: 8 bytes for each 16, byte j holds
 *          its element j below and element j + 8 above
 *
 * Codes are counted in halves here, as integers, so a code is multiplied with half of the scale. */
#ifndef MZG_KERNELS_FP4_H
#define MZG_KERNELS_FP4_H

#include "../scalar.h"

enum {
    MZG_MXFP4_ELEMS = 32,
    MZG_MXFP4_BYTES = 17,
    MZG_MXFP4_CODES = 1,
    MZG_MXFP4_TOP = 252, /* the largest exponent whose codes are all finite */
    MZG_NVFP4_ELEMS = 64,
    MZG_NVFP4_BYTES = 36,
    MZG_NVFP4_SUB = 16,
    MZG_NVFP4_CODES = 4,
    MZG_NVFP4_TOP = 0x7e /* the largest scale */
};

#define MZG_E2M1_MAX 6.0f
#define MZG_E2M1_TWICE 0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12

#define MZG_MXFP4_MAX 0x1.8p127f /* 6 times the largest scale */
#define MZG_NVFP4_MAX 2688.0f    /* 6 * 448 */

/* Half of the scale of an MXFP4 block. Its two lowest values are denormal. */
static inline float mzg_mxfp4_half(uint8_t e)
{
    return mzg_float(e < 2 ? 0x00200000u << e : (uint32_t)(e - 1) << 23);
}

/* Half of the scale of an NVFP4 sub-block: four bits of exponent, three of mantissa. The top bit is
 * not looked at, but 0x7f alone, where the format has its NaN, is 0. */
static inline float mzg_nvfp4_half(uint8_t s)
{
    uint32_t low = s & 0x7f;
    if (s == 0x7f)
        return 0.0f;
    return low < 8 ? (float)low * 0x1p-10f : mzg_float((low << 20) + ((127u - 8) << 23));
}

#endif
