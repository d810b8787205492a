/* q32_load.h: sixteen blocks of 32 over lanes, for the searches in q32_signed.h and q32_span.h.
 *
 * Importance is scaled by a power of two for each block, and so are elements where they are searched with:
 * sums of squares then neither overflow nor vanish. */
#ifndef MZG_KERNELS_Q32_LOAD_H
#define MZG_KERNELS_Q32_LOAD_H

#include "../blocks.h"
#include "../kernels.h"
#include "../lanes/tidy.h"
#include "../scalar.h"

#include <float.h>

enum { MZG_LOT_ELEMS = MZG_LANES * MZG_BLOCK };

/* Below this a block's extent counts as none: every scale of it would be less than half of the
 * smallest half. */
#define MZG_LEAST_EXTENT 0x1p-28f

/* Element j of sixteen blocks is x[j]. */
struct mzg_lot {
    mzg_vf x[MZG_BLOCK];  /* as given, NaN as 0, brought into the format's range */
    mzg_vf v[MZG_BLOCK];  /* what is searched with, see the user */
    mzg_vf w[MZG_BLOCK];  /* importance, at most 4 */
    mzg_vf wv[MZG_BLOCK]; /* w * v */
};

MZG_INLINE mzg_vf mzg_lot_negate(mzg_vf a)
{
    return mzg_vf_bits(mzg_vi_xor(mzg_vi_bits(a), mzg_vi_set((int32_t)0x80000000)));
}

/* Elements beyond +-limit are brought to it. */
MZG_INLINE void mzg_lot_load(struct mzg_lot *t, const float *x, float limit)
{
    mzg_vf_turn(x, MZG_BLOCK, t->x);
    mzg_vf_turn(x + 16, MZG_BLOCK, t->x + 16);
    for (int j = 0; j < MZG_BLOCK; j++)
        t->x[j] = mzg_vf_fit(t->x[j], limit);
}

/* NaN and negative importance is 0; where all of a block's is, all is 1. w may be NULL. */
MZG_INLINE void mzg_lot_weigh(struct mzg_lot *t, const float *w)
{
    mzg_vf zero = mzg_vf_set(0.0f), one = mzg_vf_set(1.0f), most = zero;
    if (!w) {
        for (int j = 0; j < MZG_BLOCK; j++)
            t->w[j] = one;
        return;
    }
    mzg_vf_turn(w, MZG_BLOCK, t->w);
    mzg_vf_turn(w + 16, MZG_BLOCK, t->w + 16);
    for (int j = 0; j < MZG_BLOCK; j++) {
        t->w[j] = mzg_vf_importance(t->w[j]);
        most = mzg_vf_max(most, t->w[j]);
    }
    mzg_vm none = mzg_vf_eq(most, zero);
    mzg_vf scale = mzg_vf_unscale(most);
    for (int j = 0; j < MZG_BLOCK; j++)
        t->w[j] = mzg_vf_select(none, one, mzg_vf_mul(t->w[j], scale));
}

/* The least and the greatest of the elements; zeros among them have no sign. */
MZG_INLINE void mzg_lot_extremes(const struct mzg_lot *t, mzg_vf *lo, mzg_vf *hi)
{
    mzg_vf a = t->x[0], b = t->x[0];
    for (int j = 1; j < MZG_BLOCK; j++) {
        a = mzg_vf_min(a, t->x[j]);
        b = mzg_vf_max(b, t->x[j]);
    }
    *lo = mzg_vf_add(a, mzg_vf_set(0.0f));
    *hi = mzg_vf_add(b, mzg_vf_set(0.0f));
}

/* The code of v with a scale of 1 / inv, as a float. */
MZG_INLINE mzg_vf mzg_lot_code(mzg_vf v, mzg_vf inv, mzg_vf lo, mzg_vf hi)
{
    return mzg_vf_round(mzg_vf_max(mzg_vf_min(mzg_vf_mul(v, inv), hi), lo));
}

/* The nearest half of each lane, -0 as 0: its bits, and its value. */
MZG_INLINE mzg_vf mzg_lot_halves(mzg_vf a, uint16_t half[MZG_LANES])
{
    float v[MZG_LANES];
    mzg_vf_store(v, a);
    for (int i = 0; i < MZG_LANES; i++) {
        uint16_t h = mzg_f16_from(v[i]);
        half[i] = h == 0x8000 ? 0 : h;
        v[i] = mzg_f16_to(half[i]);
    }
    return mzg_vf_load(v);
}

/* mzg_scale_from on each lane: its bits, and its value. */
MZG_INLINE mzg_vf mzg_lot_scales(mzg_vf a, uint16_t half[MZG_LANES])
{
    float v[MZG_LANES];
    mzg_vf_store(v, a);
    for (int i = 0; i < MZG_LANES; i++) {
        half[i] = mzg_scale_from(v[i]);
        v[i] = mzg_f16_to(half[i]);
    }
    return mzg_vf_load(v);
}

/* Where the parts of a block are; -1: it has none. */
struct mzg_lot_layout {
    int bytes, min, high, codes;
};

/* Stores so many blocks: code j of all of them is code[j], never negative. */
MZG_INLINE void mzg_lot_store(uint8_t *out, int blocks, const struct mzg_lot_layout *l,
                              const uint16_t *half, const uint16_t *min,
                              const mzg_vi code[MZG_BLOCK])
{
    int32_t word[4][MZG_LANES], fifth[MZG_LANES];
    for (int i = 0; i < 4; i++) {
        mzg_vi four = mzg_vi_set(0);
        for (int j = 0; j < 4; j++) {
            mzg_vi low = mzg_vi_and(code[4 * i + j], mzg_vi_set(15));
            mzg_vi high = mzg_vi_and(code[4 * i + j + 16], mzg_vi_set(15));
            four = mzg_vi_or(four, mzg_vi_shl(mzg_vi_or(low, mzg_vi_shl(high, 4)), 8 * j));
        }
        mzg_vi_store(word[i], four);
    }
    mzg_vi bits = mzg_vi_set(0);
    for (int j = 0; j < MZG_BLOCK; j++)
        bits = mzg_vi_or(bits, mzg_vi_shl(mzg_vi_shr(code[j], 4), j));
    mzg_vi_store(fifth, bits);
    for (int b = 0; b < blocks; b++, out += l->bytes) {
        mzg_store16(out, half[b]);
        if (l->min >= 0)
            mzg_store16(out + l->min, min[b]);
        if (l->high >= 0)
            mzg_store32(out + l->high, (uint32_t)fifth[b]);
        for (int i = 0; i < 4; i++)
            mzg_store32(out + l->codes + 4 * i, (uint32_t)word[i][b]);
    }
}

/* Runs search on sixteen blocks at a time; what is left at the end is padded with zeros. */
typedef void mzg_lot_search(const float *x, const float *w, uint8_t *out, int blocks,
                            enum mzg_effort effort);

MZG_INLINE void mzg_lots(const float *x, const float *w, void *q, size_t n, size_t bytes,
                         enum mzg_effort effort, mzg_lot_search *search)
{
    uint8_t *out = q;
    for (; n >= MZG_LOT_ELEMS; n -= MZG_LOT_ELEMS, out += MZG_LANES * bytes) {
        search(x, w, out, MZG_LANES, effort);
        x += MZG_LOT_ELEMS;
        w = w ? w + MZG_LOT_ELEMS : NULL;
    }
    if (n >= MZG_BLOCK) {
        float x_rest[MZG_LOT_ELEMS] = {0}, w_rest[MZG_LOT_ELEMS] = {0};
        memcpy(x_rest, x, n * sizeof *x);
        if (w)
            memcpy(w_rest, w, n * sizeof *w);
        search(x_rest, w ? w_rest : NULL, out, (int)(n / MZG_BLOCK), effort);
    }
}

#endif
