/* dispatch.c: the table of variants, and the choice among them under a mask of CPU features. */
#include "list.h"

static const struct mzg_kernel kernels[] = {
#define X(TYPE, type, op, isa)                                                                     \
    {"mzg_" #type "_" #op "_" #isa, #isa, MZG_TYPE_##TYPE, MZG_OP_##op, MZG_NEEDS_##isa,           \
     {.op = mzg_##type##_##op##_##isa}},
    MZG_KERNEL_LIST(X)
#undef X
};

const struct mzg_kernel *mzg_kernel_list(size_t *count)
{
    *count = sizeof kernels / sizeof kernels[0];
    return kernels;
}

const struct mzg_kernel *mzg_kernel_best(enum mzg_type type, enum mzg_op op, uint32_t cpu)
{
    const struct mzg_kernel *best = NULL;
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
        const struct mzg_kernel *k = &kernels[i];
        if (k->type == type && k->op == op && (k->needs & ~cpu) == 0)
            best = k; /* the list goes from slow to fast */
    }
    return best;
}

const char *mzg_op_name(enum mzg_op op)
{
    static const char *const names[MZG_OP_END] = {"quantize", "search", "dequantize", "dot",
                                                   "find_unfit"};
    return names[op];
}

void mzg_kernels_init(struct mzg_kernels *k, uint32_t cpu)
{
    *k = (struct mzg_kernels){0};
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
        const struct mzg_kernel *v = &kernels[i];
        struct mzg_type_kernels *t = &k->type[v->type];
        if ((v->needs & ~cpu) != 0)
            continue;
        switch (v->op) {
        case MZG_OP_quantize: t->quantize = v->as.quantize; break;
        case MZG_OP_search: t->search = v->as.search; break;
        case MZG_OP_dequantize: t->dequantize = v->as.dequantize; break;
        case MZG_OP_dot: t->dot = v->as.dot; break;
        case MZG_OP_find_unfit: k->find_unfit = v->as.find_unfit; break;
        case MZG_OP_END: break;
        }
    }
}
