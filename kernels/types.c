/* types.c: what is known of each tensor type without running a kernel. */
#include "kernels.h"

#include <float.h>

#define F16_MAX 65504.0f
#define GRID_MAX(level, parts) (31 * (level)*F16_MAX / (parts)) /* highest step, highest level */

enum {
#define X(name, number, elems, bytes) ELEMS_##name = elems, BYTES_##name = bytes,
    MZG_TYPES(X)
#undef X
};

/* As llama.cpp pairs them: types in blocks of 256 with Q8_K, those of 32 with a minimum with Q8_1. */
#define DOT_WITH(name)                                                                             \
    (ELEMS_##name == 256                                            ? MZG_TYPE_Q8_K                \
     : MZG_TYPE_##name == MZG_TYPE_Q4_1 || MZG_TYPE_##name == MZG_TYPE_Q5_1 ? MZG_TYPE_Q8_1        \
                                                                    : MZG_TYPE_Q8_0)
#define INFO(name, revision, max_abs)                                                              \
    [MZG_TYPE_##name] = {MZG_TYPE_##name, #name,    ELEMS_##name,  BYTES_##name,                   \
                         revision,        max_abs, DOT_WITH(name)}

/* Our quantizer's revision and the largest magnitude that does not saturate (SPEC.md, "Blocks"). */
static const struct mzg_type_info infos[MZG_TYPE_END] = {
    INFO(F32, 1, FLT_MAX),
    INFO(F16, 1, 0x1.ffdffep15f),
    INFO(Q4_0, 2, 8 * F16_MAX),
    INFO(Q4_1, 2, F16_MAX),
    INFO(Q5_0, 2, 16 * F16_MAX),
    INFO(Q5_1, 2, F16_MAX),
    INFO(Q8_0, 1, 127 * F16_MAX),
    INFO(Q8_1, 1, 127 * F16_MAX),
    INFO(Q2_K, 1, 15 * F16_MAX),
    INFO(Q3_K, 1, 31 * 4 * F16_MAX),
    INFO(Q4_K, 1, 63 * F16_MAX),
    INFO(Q5_K, 1, 63 * F16_MAX),
    INFO(Q6_K, 1, 127 * 32 * F16_MAX),
    INFO(Q8_K, 1, FLT_MAX),
    INFO(IQ2_XXS, 1, GRID_MAX(43, 8)),
    INFO(IQ2_XS, 1, GRID_MAX(43, 8)),
    INFO(IQ3_XXS, 1, GRID_MAX(62, 4)),
    INFO(IQ1_S, 1, 15 * F16_MAX * 1.125f),
    INFO(IQ4_NL, 1, 127 * F16_MAX),
    INFO(IQ3_S, 1, GRID_MAX(15, 1)),
    INFO(IQ2_S, 1, GRID_MAX(43, 8)),
    INFO(IQ4_XS, 1, 31 * 127 * F16_MAX),
    INFO(I8, 0, 0),
    INFO(I16, 0, 0),
    INFO(I32, 0, 0),
    INFO(I64, 0, 0),
    INFO(F64, 0, 0),
    INFO(IQ1_M, 1, 15 * F16_MAX * 1.125f),
    INFO(BF16, 1, 0x1.fefffep127f),
    INFO(TQ1_0, 1, F16_MAX),
    INFO(TQ2_0, 1, F16_MAX),
    INFO(MXFP4, 1, 0x1.8p127f),
    INFO(NVFP4, 1, 2688),
    INFO(Q1_0, 1, F16_MAX),
    INFO(Q2_0, 1, F16_MAX),
};

const struct mzg_type_info *mzg_type_by_number(uint32_t number)
{
    if (number >= MZG_TYPE_END || !infos[number].name)
        return NULL;
    return &infos[number];
}

/* The locale must not decide what a type is called, so this is not strcasecmp. */
static int same_name(const char *name, const char *any_case)
{
    for (; *name && *any_case; name++, any_case++) {
        char c = *any_case;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (c != *name)
            return 0;
    }
    return *name == *any_case;
}

const struct mzg_type_info *mzg_type_by_name(const char *name)
{
    for (size_t i = 0; i < MZG_TYPE_END; i++)
        if (infos[i].name && same_name(infos[i].name, name))
            return &infos[i];
    return NULL;
}
