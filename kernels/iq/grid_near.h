/* grid_near.h: the nearest points of a grid, for sixteen points at once. Over lanes: include those of
 * an instruction set first.
 *
 * A point's cost is w (x - u level)^2 summed over its elements. The costs of all halves of a point are
 * computed once. Each row of the grid then takes the least of its lower halves and adds its upper
 * half, and the least of these sums is the nearest point's: about one comparison for a point of the
 * grid, and no list of neighbours that might lack the nearest. Which lower half it was is carried in
 * the last eight bits of its cost, which is so off by at most 2^-15 of itself. Costs are not negative,
 * so their bits compare like integers.
 *
 * With vectors, the grid is a sequence of instructions (branches at the ends of rows would be
 * mispredicted); in plain C that would be too many, and the reference walks a table. */
#ifndef MZG_KERNELS_IQ_GRID_NEAR_H
#define MZG_KERNELS_IQ_GRID_NEAR_H

#include "../lanes/lanes.h"
#include "grids.h"

/* Where there is no optimizer, every step of that sequence has its own place on the stack, and sanitizers
 * take minutes to compile it: there the table is walked, too. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MZG_GRID_WALK
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MZG_GRID_WALK
#endif
#if !defined(__OPTIMIZE__) && !defined(MZG_GRID_WALK)
#define MZG_GRID_WALK
#endif

/* What walks the table need not be fast, and would be large: there, the compiler may call functions. */
#ifdef MZG_GRID_WALK
#define MZG_GRID_INLINE static inline
#else
#define MZG_GRID_INLINE MZG_INLINE
#endif

/* The cost of u * level for x. */
MZG_GRID_INLINE mzg_vf mzg_grid_cost(mzg_vf x, mzg_vf w, mzg_vf u, float level)
{
    mzg_vf d = mzg_vf_sub(x, mzg_vf_mul(u, mzg_vf_set(level)));
    return mzg_vf_mul(w, mzg_vf_mul(d, d));
}

/* A cost with its code in the last bits. */
MZG_GRID_INLINE mzg_vi mzg_grid_mark(mzg_vf cost, int code)
{
    mzg_vi kept = mzg_vi_and(mzg_vi_bits(cost), mzg_vi_set(~255));
    return mzg_vi_or(kept, mzg_vi_set(code));
}

/* The costs of two elements with eight levels each. */
MZG_GRID_INLINE void mzg_grid_low4(const mzg_vf *x, const mzg_vf *w, mzg_vf u, const float *levels,
                                   mzg_vi out[64])
{
    mzg_vf first[8];
    for (int i = 0; i < 8; i++)
        first[i] = mzg_grid_cost(x[0], w[0], u, levels[i]);
    for (int j = 0; j < 8; j++) {
        mzg_vf second = mzg_grid_cost(x[1], w[1], u, levels[j]);
        for (int i = 0; i < 8; i++)
            out[8 * j + i] = mzg_grid_mark(mzg_vf_add(first[i], second), 8 * j + i);
    }
}

MZG_GRID_INLINE void mzg_grid_high4(const mzg_vf *x, const mzg_vf *w, mzg_vf u, const float *levels,
                                    mzg_vf out[64])
{
    mzg_vf first[8];
    for (int i = 0; i < 8; i++)
        first[i] = mzg_grid_cost(x[0], w[0], u, levels[i]);
    for (int j = 0; j < 8; j++) {
        mzg_vf second = mzg_grid_cost(x[1], w[1], u, levels[j]);
        for (int i = 0; i < 8; i++)
            out[8 * j + i] = mzg_vf_add(first[i], second);
    }
}

/* The costs of two elements with three levels each. */
MZG_GRID_INLINE void mzg_grid_pairs(const mzg_vf *x, const mzg_vf *w, mzg_vf u, const float *levels,
                                    mzg_vf out[9])
{
    mzg_vf first[3];
    for (int i = 0; i < 3; i++)
        first[i] = mzg_grid_cost(x[0], w[0], u, levels[i]);
    for (int j = 0; j < 3; j++) {
        mzg_vf second = mzg_grid_cost(x[1], w[1], u, levels[j]);
        for (int i = 0; i < 3; i++)
            out[3 * j + i] = mzg_vf_add(first[i], second);
    }
}

/* Two bits an element, from the two lower and the two upper digits of a number to the base three. */
MZG_GRID_INLINE int mzg_grid_fours(int low, int high)
{
    return low + low / 3 + 16 * (high + high / 3);
}

/* The costs of four elements with three levels each. */
MZG_GRID_INLINE void mzg_grid_low8(const mzg_vf *x, const mzg_vf *w, mzg_vf u, const float *levels,
                                   mzg_vi out[81])
{
    mzg_vf low[9], high[9];
    mzg_grid_pairs(x, w, u, levels, low);
    mzg_grid_pairs(x + 2, w + 2, u, levels, high);
    for (int j = 0; j < 9; j++)
        for (int i = 0; i < 9; i++)
            out[9 * j + i] = mzg_grid_mark(mzg_vf_add(low[i], high[j]), mzg_grid_fours(i, j));
}

MZG_GRID_INLINE void mzg_grid_high8(const mzg_vf *x, const mzg_vf *w, mzg_vf u, const float *levels,
                                    mzg_vf out[81])
{
    mzg_vf low[9], high[9];
    mzg_grid_pairs(x, w, u, levels, low);
    mzg_grid_pairs(x + 2, w + 2, u, levels, high);
    for (int j = 0; j < 9; j++)
        for (int i = 0; i < 9; i++)
            out[9 * j + i] = mzg_vf_add(low[i], high[j]);
}

/* Takes note of a row, where its best sum is the least so far. */
struct mzg_grid_best {
    mzg_vi sum, mark, upper;
};

MZG_GRID_INLINE void mzg_grid_row(struct mzg_grid_best *b, mzg_vi mark, mzg_vf high, int upper)
{
    mzg_vi sum = mzg_vi_bits(mzg_vf_add(high, mzg_vf_bits(mark)));
    mzg_vm better = mzg_vi_gt(b->sum, sum);
    b->sum = mzg_vi_min(b->sum, sum);
    b->mark = mzg_vi_select(better, mark, b->mark);
    b->upper = mzg_vi_select(better, mzg_vi_set(upper << 8), b->upper);
}

MZG_GRID_INLINE struct mzg_grid_best mzg_grid_none(void)
{
    mzg_vi zero = mzg_vi_set(0);
    return (struct mzg_grid_best){mzg_vi_set(INT32_MAX), zero, zero};
}

/* The point: its upper half's code, and its lower half's in the last eight bits. */
MZG_GRID_INLINE mzg_vi mzg_grid_point(const struct mzg_grid_best *b)
{
    return mzg_vi_or(b->upper, mzg_vi_and(b->mark, mzg_vi_set(255)));
}

/* What finds the nearest point in a grid, from the costs of lower and upper halves. */
typedef mzg_vi mzg_grid_near(const mzg_vi *low, const mzg_vf *high);

#ifdef MZG_GRID_WALK
#define MZG_GRID_NEAR(type, POINTS, dim)                                                           \
    static mzg_vi type##_near(const mzg_vi *low, const mzg_vf *high)                               \
    {                                                                                              \
        struct mzg_grid_best best = mzg_grid_none();                                               \
        for (const uint8_t *p = mzg_##type##_walk; *p != 255; p++) {                               \
            mzg_vi m = low[*p];                                                                    \
            for (p++; *p != 255; p++)                                                              \
                m = mzg_vi_min(m, low[*p]);                                                        \
            p++;                                                                                   \
            mzg_grid_row(&best, m, high[MZG_HIGH##dim(*p)], *p);                                   \
        }                                                                                          \
        return mzg_grid_point(&best);                                                              \
    }
#else
#define MZG_GRID_FIRST4(c) m = low[MZG_LOW4(c)];
#define MZG_GRID_FIRST8(c) m = low[MZG_LOW8(c)];
#define MZG_GRID_MORE4(c) m = mzg_vi_min(m, low[MZG_LOW4(c)]);
#define MZG_GRID_MORE8(c) m = mzg_vi_min(m, low[MZG_LOW8(c)]);
#define MZG_GRID_END4(a) mzg_grid_row(&best, m, high[MZG_HIGH4(a)], a);
#define MZG_GRID_END8(a) mzg_grid_row(&best, m, high[MZG_HIGH8(a)], a);
#define MZG_GRID_NEAR(type, POINTS, dim)                                                           \
    static __attribute__((noinline)) mzg_vi type##_near(const mzg_vi *low, const mzg_vf *high)     \
    {                                                                                              \
        struct mzg_grid_best best = mzg_grid_none();                                               \
        mzg_vi m;                                                                                  \
        POINTS(MZG_GRID_FIRST##dim, MZG_GRID_MORE##dim, MZG_GRID_END##dim)                         \
        return mzg_grid_point(&best);                                                              \
    }
#endif

#endif
