/* listing.c: whether kernels/list.h holds every kernel that it should: each type in each operation
 * for each instruction set, apart from the exceptions named here. */
#include "harness.h"

#include <stdio.h>
#include <string.h>

#if defined(__x86_64__)
static const char *const isas[] = {"ref", "avx2", "avx512", "vnni"};
#elif defined(__aarch64__)
static const char *const isas[] = {"ref", "neon", "dotprod"};
#else
static const char *const isas[] = {"ref"};
#endif

static bool has_blocks(enum mzg_type type)
{
    return mzg_type_by_number((uint32_t)type)->block_elems > 1;
}

/* Which types have a search is said in two places, so that neither can lose one. */
static bool has_search(enum mzg_type type)
{
    return mzg_type_facts(type)->normal_rmse > 0;
}

static bool expected(enum mzg_type type, enum mzg_op op, const char *isa)
{
    if (op == MZG_OP_find_unfit && type != MZG_TYPE_F32)
        return false;
    if (op == MZG_OP_search && !has_search(type))
        return false;
    if (op == MZG_OP_dot && (type == MZG_TYPE_Q8_K || type == MZG_TYPE_Q8_1))
        return false; /* always the other side */
    if (strcmp(isa, "vnni") == 0 || strcmp(isa, "dotprod") == 0)
        return op == MZG_OP_dot && has_blocks(type); /* products of integers are all they add */
    if (type == MZG_TYPE_F32 && (op == MZG_OP_quantize || op == MZG_OP_dequantize))
        return strcmp(isa, "ref") == 0; /* a copy */
    return true;
}

static unsigned times_listed(enum mzg_type type, enum mzg_op op, const char *isa)
{
    size_t count;
    unsigned times = 0;
    const struct mzg_kernel *k = mzg_kernel_list(&count);
    for (size_t i = 0; i < count; i++)
        times += k[i].type == type && k[i].op == op && strcmp(k[i].isa, isa) == 0;
    return times;
}

void mzg_test_listing(void)
{
    size_t count, accounted = 0;
    mzg_kernel_list(&count);
    for (enum mzg_type t = 0; t < MZG_TYPE_END; t++) {
        if (!mzg_type_facts(t))
            continue;
        for (int op = 0; op < MZG_OP_END; op++) {
            for (size_t i = 0; i < sizeof isas / sizeof isas[0]; i++) {
                unsigned times = times_listed(t, (enum mzg_op)op, isas[i]);
                snprintf(mzg_case.kernel, sizeof mzg_case.kernel, "%s %s %s",
                         mzg_type_by_number((uint32_t)t)->name,
                         mzg_op_name((enum mzg_op)op), isas[i]);
                mzg_case.shown = 0;
                mzg_expect(times == expected(t, (enum mzg_op)op, isas[i]),
                           times ? "listed, but not expected or twice" : "not in kernels/list.h");
                accounted += times;
            }
        }
    }
    snprintf(mzg_case.kernel, sizeof mzg_case.kernel, "kernels/list.h");
    mzg_expect(accounted == count, "lists a type or instruction set that listing.c does not know");
}
