/* q3_k_neon.c: Q3_K on ARM. */
#include "../lanes/lanes_neon.h"

#include "../list.h"
#include "q3_k_search.h"
#include "signed_neon.h"

void mzg_q3_k_search_neon(const float *x, const float *w, void *q, size_t n,
                          enum mzg_effort effort)
{
    mzg_q3_k_search(x, w, q, n, effort);
}

void mzg_q3_k_quantize_neon(const float *x, void *q, size_t n)
{
    mzg_q3_k_search_neon(x, NULL, q, n, MZG_EFFORT_DEFAULT);
}

void mzg_q3_k_dequantize_neon(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    uint64_t k[2];
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q3_K_BYTES) {
        uint16_t d = mzg_load16(in + MZG_Q3_K_D);
        if (mzg_f16_unusual(d)) {
            mzg_q3_k_dequantize_ref(in, x, MZG_SUPER);
            continue;
        }
        mzg_q3_k_scales(in, k);
        mzg_signed_decode(x, in, mzg_f16_to(d), (const int8_t *)k, 4, mzg_q3_k_codes);
    }
}

/* Two products of codes up to 63 stay below 2^14. */
MZG_INLINE int32x4_t add_sixteen(int32x4_t sum, int8x16_t codes, int8x16_t y, int16_t k)
{
    int16x8_t pairs = vmull_s8(vget_low_s8(codes), vget_low_s8(y));
    pairs = vmlal_high_s8(pairs, codes, y);
    sum = vmlal_n_s16(sum, vget_low_s16(pairs), k);
    return vmlal_high_n_s16(sum, pairs, k);
}

MZG_INLINE int32x4_t dot_block(const uint8_t *x, const uint8_t *y)
{
    return mzg_q3_k_dot_block(x, y, add_sixteen);
}

float mzg_q3_k_dot_neon(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_Q3_K_BYTES, MZG_Q3_K_D, y, n, dot_block);
}
