/* tidy.h: what searches over lanes do before they search: values and importance are brought to where
 * no arithmetic overflows, and what is left of a whole group is padded. */
#ifndef MZG_KERNELS_LANES_TIDY_H
#define MZG_KERNELS_LANES_TIDY_H

#include "../kernels.h"
#include "lanes.h"

#include <float.h>

/* mzg_fit in every lane. */
MZG_INLINE mzg_vf mzg_vf_fit(mzg_vf x, float limit)
{
    x = mzg_vf_select(mzg_vf_eq(x, x), x, mzg_vf_set(0.0f));
    return mzg_vf_min(mzg_vf_max(x, mzg_vf_set(-limit)), mzg_vf_set(limit));
}

/* Importance: negative and NaN count as 0, Inf as the largest float. */
MZG_INLINE mzg_vf mzg_vf_importance(mzg_vf w)
{
    return mzg_vf_min(mzg_vf_max(w, mzg_vf_set(0.0f)), mzg_vf_set(FLT_MAX));
}

/* The power of two that brings the largest importance, most, below 4, and to 1 or more unless it is
 * denormal: importance decides by its ratios alone. */
MZG_INLINE mzg_vf mzg_vf_tame(mzg_vf most)
{
    mzg_vi e = mzg_vi_and(mzg_vi_bits(most), mzg_vi_set(0x7f800000));
    e = mzg_vi_min(mzg_vi_max(e, mzg_vi_set(1 << 23)), mzg_vi_set(253 << 23));
    return mzg_vf_bits(mzg_vi_sub(mzg_vi_set(254 << 23), e));
}

/* n importance values, a multiple of the lanes, as above; returns the largest. */
MZG_INLINE float mzg_load_importance(const float *w, size_t n, float *out)
{
    mzg_vf most = mzg_vf_set(0.0f);
    for (size_t i = 0; i < n; i += MZG_LANES) {
        mzg_vf v = mzg_vf_importance(mzg_vf_load(w + i));
        mzg_vf_store(out + i, v);
        most = mzg_vf_max(most, v);
    }
    return mzg_vf_largest(most);
}

/* The power of two that brings a, 0 or more, to 1 or more and below 2 (or 4, where that power would not
 * be a normal number). Of denormal numbers it makes what it can: mzg_vf_tame takes them for normal. */
MZG_INLINE mzg_vf mzg_vf_unscale(mzg_vf a)
{
    mzg_vi exponent = mzg_vi_min(mzg_vi_shr(mzg_vi_bits(a), 23), mzg_vi_set(253));
    return mzg_vf_bits(mzg_vi_shl(mzg_vi_sub(mzg_vi_set(254), exponent), 23));
}

/* 1 / a, or 0 where a is 0. */
MZG_INLINE mzg_vf mzg_vf_inverse(mzg_vf a)
{
    mzg_vf zero = mzg_vf_set(0.0f);
    return mzg_vf_select(mzg_vf_eq(a, zero), zero, mzg_vf_div(mzg_vf_set(1.0f), a));
}

/* a where m, else 0. */
MZG_INLINE mzg_vf mzg_vf_where(mzg_vm m, mzg_vf a)
{
    return mzg_vf_select(m, a, mzg_vf_set(0.0f));
}

/* What a group of blocks is, and its search. */
struct mzg_searched {
    size_t elems;       /* of a group, at most MZG_SEARCHED_MOST */
    size_t block_elems;
    size_t block_bytes;
};
enum { MZG_SEARCHED_MOST = 1024, MZG_SEARCHED_BYTES = 288 };
typedef void mzg_search_group(const float *x, const float *w, uint8_t *q, enum mzg_effort effort);

/* Searches n elements group by group; the last is padded with zeros. */
MZG_INLINE void mzg_search_groups(const float *x, const float *w, void *q, size_t n,
                                  enum mzg_effort effort, struct mzg_searched s,
                                  mzg_search_group *group)
{
    float rest[MZG_SEARCHED_MOST], weights[MZG_SEARCHED_MOST];
    uint8_t blocks[MZG_SEARCHED_BYTES], *out = q;
    size_t bytes = s.elems / s.block_elems * s.block_bytes;
    for (size_t at = 0; at < n; at += s.elems, out += bytes) {
        size_t left = n - at;
        const float *from = x + at, *by = w ? w + at : NULL;
        if (left < s.elems) {
            memset(rest + left, 0, (s.elems - left) * sizeof *x);
            from = memcpy(rest, from, left * sizeof *x);
            if (w) {
                memset(weights + left, 0, (s.elems - left) * sizeof *w);
                by = memcpy(weights, by, left * sizeof *w);
            }
        }
        group(from, by, left < s.elems ? blocks : out, effort);
        if (left < s.elems)
            memcpy(out, blocks, left / s.block_elems * s.block_bytes);
    }
}

/* The kernel of a search that is written as mzg_TYPE_search. */
#define MZG_SEARCHER(type, isa)                                                                    \
    void mzg_##type##_search_##isa(const float *x, const float *w, void *q, size_t n,              \
                                   enum mzg_effort effort)                                         \
    {                                                                                              \
        mzg_##type##_search(x, w, q, n, effort);                                                   \
    }

#endif
