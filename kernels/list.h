/* list.h: every kernel variant there is, X(TYPE, type, op, isa), one a line.
 *
 * The list declares the functions, fills the dispatch table, and drives `mzigo kernels` and the
 * harness in tests/kernels: a variant that is listed is tested and timed, and the harness fails for
 * one that is built but not listed. To add a variant: write mzg_<type>_<op>_<isa> in a file whose
 * suffix is the ISA, add its line here, below the slower ones; the last line whose features the CPU
 * has is the one chosen. */
#ifndef MZG_KERNELS_LIST_H
#define MZG_KERNELS_LIST_H

#include "kernels.h"

/* What each ISA suffix needs of the CPU. The wider x86 files are compiled with the narrower flags
 * too, so they need those features as well. */
enum {
    MZG_NEEDS_ref = 0,
    MZG_NEEDS_avx2 = MZG_CPU_AVX2,
    MZG_NEEDS_avx512 = MZG_CPU_AVX2 | MZG_CPU_AVX512,
    MZG_NEEDS_vnni = MZG_CPU_AVX2 | MZG_CPU_AVX512 | MZG_CPU_VNNI,
    MZG_NEEDS_neon = MZG_CPU_NEON,
    MZG_NEEDS_dotprod = MZG_CPU_NEON | MZG_CPU_DOTPROD
};

/* Types whose codes are searched for, by family. Each has every operation for every instruction set,
 * so that one line here lists all of a type's kernels. W(X, TYPE, type, isa) */
#define MZG_FAMILY_PLAIN(W, X, isa) /* a scale, or a scale and a minimum, for 32 */                \
    W(X, Q4_0, q4_0, isa)                                                                          \
    W(X, Q4_1, q4_1, isa)                                                                          \
    W(X, Q5_0, q5_0, isa)                                                                          \
    W(X, Q5_1, q5_1, isa)
#define MZG_FAMILY_SPAN(W, X, isa) /* scale and minimum */                                         \
    W(X, Q2_K, q2_k, isa)                                                                          \
    W(X, Q4_K, q4_k, isa)                                                                          \
    W(X, Q5_K, q5_k, isa)
#define MZG_FAMILY_SIGNED(W, X, isa) /* scale alone */                                             \
    W(X, Q3_K, q3_k, isa)                                                                          \
    W(X, Q6_K, q6_k, isa)
#define MZG_FAMILY_CURVE(W, X, isa) /* a table of values */                                        \
    W(X, IQ4_NL, iq4_nl, isa)                                                                      \
    W(X, IQ4_XS, iq4_xs, isa)
#define MZG_FAMILY_FP4(W, X, isa) /* small floats */                                               \
    W(X, MXFP4, mxfp4, isa)                                                                        \
    W(X, NVFP4, nvfp4, isa)
#define MZG_FAMILY_TERNARY(W, X, isa) /* two bits and fewer */                                     \
    W(X, TQ1_0, tq1_0, isa)                                                                        \
    W(X, TQ2_0, tq2_0, isa)                                                                        \
    W(X, Q1_0, q1_0, isa)                                                                          \
    W(X, Q2_0, q2_0, isa)
#define MZG_FAMILY_GRID4(W, X, isa) /* points of four */                                           \
    W(X, IQ3_S, iq3_s, isa)                                                                        \
    W(X, IQ3_XXS, iq3_xxs, isa)
#define MZG_FAMILY_GRID8(W, X, isa) /* points of eight */                                          \
    W(X, IQ2_S, iq2_s, isa)                                                                        \
    W(X, IQ2_XS, iq2_xs, isa)                                                                      \
    W(X, IQ2_XXS, iq2_xxs, isa)
#define MZG_FAMILY_GRID1(W, X, isa) /* points of eight, three values */                            \
    W(X, IQ1_S, iq1_s, isa)                                                                        \
    W(X, IQ1_M, iq1_m, isa)
/* All of these but the plain ones, whose quantizers are other code than their searches: what quantizes is
 * the search without importance, by one definition for all (quantize_by_search.c). */
#define MZG_FAMILIES_BY_SEARCH(W, X, isa)                                                          \
    MZG_FAMILY_SPAN(W, X, isa)                                                                     \
    MZG_FAMILY_SIGNED(W, X, isa)                                                                   \
    MZG_FAMILY_CURVE(W, X, isa)                                                                    \
    MZG_FAMILY_FP4(W, X, isa)                                                                      \
    MZG_FAMILY_TERNARY(W, X, isa)                                                                  \
    MZG_FAMILY_GRID4(W, X, isa)                                                                    \
    MZG_FAMILY_GRID8(W, X, isa)                                                                    \
    MZG_FAMILY_GRID1(W, X, isa)
#define MZG_FAMILIES(W, X, isa) MZG_FAMILY_PLAIN(W, X, isa) MZG_FAMILIES_BY_SEARCH(W, X, isa)
#define MZG_ALL_OPS(X, TYPE, type, isa)                                                            \
    X(TYPE, type, quantize, isa)                                                                   \
    X(TYPE, type, search, isa)                                                                     \
    X(TYPE, type, dequantize, isa)                                                                 \
    X(TYPE, type, dot, isa)
#define MZG_DOT_ONLY(X, TYPE, type, isa) X(TYPE, type, dot, isa)

/* The definition of each kernel. F32 is copied, so its reference has no faster variant. */
#define MZG_LIST_REF(X)                                                                          \
    X(F32, f32, find_unfit, ref)                                                                 \
    X(F32, f32, quantize, ref)                                                                   \
    X(F32, f32, dequantize, ref)                                                                 \
    X(F32, f32, dot, ref)                                                                        \
    X(F16, f16, quantize, ref)                                                                   \
    X(F16, f16, dequantize, ref)                                                                 \
    X(F16, f16, dot, ref)                                                                        \
    X(BF16, bf16, quantize, ref)                                                                 \
    X(BF16, bf16, dequantize, ref)                                                               \
    X(BF16, bf16, dot, ref)                                                                      \
    X(Q8_0, q8_0, quantize, ref)                                                                 \
    X(Q8_0, q8_0, dequantize, ref)                                                               \
    X(Q8_0, q8_0, dot, ref)                                                                      \
    X(Q8_1, q8_1, quantize, ref)                                                                 \
    X(Q8_1, q8_1, dequantize, ref)                                                               \
    X(Q8_K, q8_k, quantize, ref)                                                                 \
    X(Q8_K, q8_k, dequantize, ref)                                                                 \
    MZG_FAMILIES(MZG_ALL_OPS, X, ref)

#define MZG_LIST_AVX2(X)                                                                         \
    X(F32, f32, find_unfit, avx2)                                                                \
    X(F32, f32, dot, avx2)                                                                       \
    X(F16, f16, quantize, avx2)                                                                  \
    X(F16, f16, dequantize, avx2)                                                                \
    X(F16, f16, dot, avx2)                                                                       \
    X(BF16, bf16, quantize, avx2)                                                                \
    X(BF16, bf16, dequantize, avx2)                                                              \
    X(BF16, bf16, dot, avx2)                                                                     \
    X(Q8_0, q8_0, quantize, avx2)                                                                \
    X(Q8_0, q8_0, dequantize, avx2)                                                              \
    X(Q8_0, q8_0, dot, avx2)                                                                     \
    X(Q8_1, q8_1, quantize, avx2)                                                                \
    X(Q8_1, q8_1, dequantize, avx2)                                                              \
    X(Q8_K, q8_k, quantize, avx2)                                                                \
    X(Q8_K, q8_k, dequantize, avx2)                                                                \
    MZG_FAMILIES(MZG_ALL_OPS, X, avx2)

#define MZG_LIST_AVX512(X)                                                                       \
    X(F32, f32, find_unfit, avx512)                                                              \
    X(F32, f32, dot, avx512)                                                                     \
    X(F16, f16, quantize, avx512)                                                                \
    X(F16, f16, dequantize, avx512)                                                              \
    X(F16, f16, dot, avx512)                                                                     \
    X(BF16, bf16, quantize, avx512)                                                              \
    X(BF16, bf16, dequantize, avx512)                                                            \
    X(BF16, bf16, dot, avx512)                                                                   \
    X(Q8_0, q8_0, quantize, avx512)                                                              \
    X(Q8_0, q8_0, dequantize, avx512)                                                            \
    X(Q8_0, q8_0, dot, avx512)                                                                   \
    X(Q8_1, q8_1, quantize, avx512)                                                              \
    X(Q8_1, q8_1, dequantize, avx512)                                                            \
    X(Q8_K, q8_k, quantize, avx512)                                                              \
    X(Q8_K, q8_k, dequantize, avx512)                                                              \
    MZG_FAMILIES(MZG_ALL_OPS, X, avx512)

#define MZG_LIST_VNNI(X)                                                                         \
    X(Q8_0, q8_0, dot, vnni)                                                                     \
    MZG_FAMILIES(MZG_DOT_ONLY, X, vnni)

#define MZG_LIST_NEON(X)                                                                         \
    X(F32, f32, find_unfit, neon)                                                                \
    X(F32, f32, dot, neon)                                                                       \
    X(F16, f16, quantize, neon)                                                                  \
    X(F16, f16, dequantize, neon)                                                                \
    X(F16, f16, dot, neon)                                                                       \
    X(BF16, bf16, quantize, neon)                                                                \
    X(BF16, bf16, dequantize, neon)                                                              \
    X(BF16, bf16, dot, neon)                                                                     \
    X(Q8_0, q8_0, quantize, neon)                                                                \
    X(Q8_0, q8_0, dequantize, neon)                                                              \
    X(Q8_0, q8_0, dot, neon)                                                                     \
    X(Q8_1, q8_1, quantize, neon)                                                                \
    X(Q8_1, q8_1, dequantize, neon)                                                              \
    X(Q8_K, q8_k, quantize, neon)                                                                \
    X(Q8_K, q8_k, dequantize, neon)                                                                \
    MZG_FAMILIES(MZG_ALL_OPS, X, neon)

#define MZG_LIST_DOTPROD(X)                                                                      \
    X(Q8_0, q8_0, dot, dotprod)                                                                  \
    MZG_FAMILIES(MZG_DOT_ONLY, X, dotprod)

#if defined(__x86_64__)
#define MZG_KERNEL_LIST(X) MZG_LIST_REF(X) MZG_LIST_AVX2(X) MZG_LIST_AVX512(X) MZG_LIST_VNNI(X)
#elif defined(__aarch64__)
#define MZG_KERNEL_LIST(X) MZG_LIST_REF(X) MZG_LIST_NEON(X) MZG_LIST_DOTPROD(X)
#else
#define MZG_KERNEL_LIST(X) MZG_LIST_REF(X)
#endif

#define MZG_PROTO_quantize(f) void f(const float *x, void *q, size_t n)
#define MZG_PROTO_search(f)                                                                        \
    void f(const float *x, const float *w, void *q, size_t n, enum mzg_effort effort)
#define MZG_PROTO_dequantize(f) void f(const void *q, float *x, size_t n)
#define MZG_PROTO_dot(f) float f(const void *q, const void *y, size_t n)
#define MZG_PROTO_find_unfit(f) size_t f(const float *x, size_t n, float limit)

#define X(TYPE, type, op, isa) MZG_PROTO_##op(mzg_##type##_##op##_##isa);
MZG_KERNEL_LIST(X)
#undef X

#endif
