/* quantize_by_search.c: quantizers that are a search without importance at the default effort (kernels.h). */
#include "list.h"

#define QUANTIZE(X, TYPE, type, isa)                                                               \
    void mzg_##type##_quantize_##isa(const float *x, void *q, size_t n)                            \
    {                                                                                              \
        mzg_##type##_search_##isa(x, NULL, q, n, MZG_EFFORT_DEFAULT);                              \
    }

MZG_FAMILIES_BY_SEARCH(QUANTIZE, , ref)
#if defined(__x86_64__)
MZG_FAMILIES_BY_SEARCH(QUANTIZE, , avx2)
MZG_FAMILIES_BY_SEARCH(QUANTIZE, , avx512)
#elif defined(__aarch64__)
MZG_FAMILIES_BY_SEARCH(QUANTIZE, , neon)
#endif
