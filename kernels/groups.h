/* groups.h: the loop around kernels that work on eight blocks of 32 at once.
 *
 * Eight scales fill a vector, so their divisions and conversions cost as much as one block's. What
 * is left at the end is padded with zeros to a whole group: there is one piece of code for all
 * lengths, and no byte beyond the buffers is touched. */
#ifndef MZG_KERNELS_GROUPS_H
#define MZG_KERNELS_GROUPS_H

#include "blocks.h"
#include "scalar.h"

#include <stddef.h>

enum { MZG_GROUP = 8, MZG_GROUP_ELEMS = 8 * MZG_BLOCK, MZG_GROUP_BYTES = 8 * MZG_Q8_1_BYTES };

/* Quantizes eight blocks, or returns 0 where a value is NaN or beyond what the format holds: such
 * blocks are left to the reference, and everybody else is spared the care they need. */
typedef int mzg_quantize_group(const float *x, uint8_t *out);
typedef void mzg_quantize_any(const float *x, void *q, size_t n);

/* ahead: how many groups before its turn a group is asked for, 0: not at all. */
MZG_INLINE void mzg_quantize_groups(const float *x, void *q, size_t n, size_t bytes, size_t ahead,
                                    mzg_quantize_group *group, mzg_quantize_any *ref)
{
    uint8_t *out = q;
    for (; n >= MZG_GROUP_ELEMS; n -= MZG_GROUP_ELEMS) {
        if (ahead > 0 && n >= (ahead + 1) * MZG_GROUP_ELEMS)
            mzg_fetch(x + ahead * MZG_GROUP_ELEMS, MZG_GROUP_ELEMS);
        if (!group(x, out))
            ref(x, out, MZG_GROUP_ELEMS);
        x += MZG_GROUP_ELEMS;
        out += MZG_GROUP * bytes;
    }
    if (n >= MZG_BLOCK) {
        float rest[MZG_GROUP_ELEMS] = {0};
        uint8_t blocks[MZG_GROUP_BYTES];
        memcpy(rest, x, n * sizeof *x);
        if (!group(rest, blocks))
            ref(rest, blocks, MZG_GROUP_ELEMS);
        memcpy(out, blocks, n / MZG_BLOCK * bytes);
    }
}

#define MZG_GROUP_QUANTIZER(isa, type, bytes, ahead)                                               \
    void mzg_##type##_quantize_##isa(const float *x, void *q, size_t n)                            \
    {                                                                                              \
        mzg_quantize_groups(x, q, n, bytes, ahead, type##_group, mzg_##type##_quantize_ref);       \
    }

/* On x86. Q8_0 writes so much that asking for what it reads holds it up. */
#define MZG_GROUP_QUANTIZERS_X86(isa)                                                              \
    MZG_GROUP_QUANTIZER(isa, q8_0, MZG_Q8_0_BYTES, 0)                                              \
    MZG_GROUP_QUANTIZER(isa, q4_0, MZG_Q4_0_BYTES, 2)                                              \
    MZG_GROUP_QUANTIZER(isa, q4_1, MZG_Q4_1_BYTES, 2)                                              \
    MZG_GROUP_QUANTIZER(isa, q5_0, MZG_Q5_0_BYTES, 2)                                              \
    MZG_GROUP_QUANTIZER(isa, q5_1, MZG_Q5_1_BYTES, 2)

/* Whether a half is Inf or NaN: decoding such a block is left to the reference. */
MZG_INLINE int mzg_f16_unusual(uint16_t h)
{
    return (h & 0x7c00) == 0x7c00;
}

#endif
