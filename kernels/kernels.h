/* kernels.h: arithmetic on blocks of weights, the one public face of kernels/.
 *
 * Every kernel works on memory the caller owns. None can fail, allocate, print or lock, so none
 * has an error type. The plain C reference of each kernel is its definition (SPEC.md, "Blocks");
 * a SIMD variant gives the same bits for every input, NaN and Inf included. All functions here may
 * be called from any number of threads at once. */
#ifndef MZG_KERNELS_H
#define MZG_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* The tensor types a GGUF file can name: numbers, block lengths and block sizes are ggml's.
 * X(NAME, number, elements per block, bytes per block) */
#define MZG_TYPES(X)                                                                               \
    X(F32, 0, 1, 4)                                                                                \
    X(F16, 1, 1, 2)                                                                                \
    X(Q4_0, 2, 32, 18)                                                                             \
    X(Q4_1, 3, 32, 20)                                                                             \
    X(Q5_0, 6, 32, 22)                                                                             \
    X(Q5_1, 7, 32, 24)                                                                             \
    X(Q8_0, 8, 32, 34)                                                                             \
    X(Q8_1, 9, 32, 36)                                                                             \
    X(Q2_K, 10, 256, 84)                                                                           \
    X(Q3_K, 11, 256, 110)                                                                          \
    X(Q4_K, 12, 256, 144)                                                                          \
    X(Q5_K, 13, 256, 176)                                                                          \
    X(Q6_K, 14, 256, 210)                                                                          \
    X(Q8_K, 15, 256, 292)                                                                          \
    X(IQ2_XXS, 16, 256, 66)                                                                        \
    X(IQ2_XS, 17, 256, 74)                                                                         \
    X(IQ3_XXS, 18, 256, 98)                                                                        \
    X(IQ1_S, 19, 256, 50)                                                                          \
    X(IQ4_NL, 20, 32, 18)                                                                          \
    X(IQ3_S, 21, 256, 110)                                                                         \
    X(IQ2_S, 22, 256, 82)                                                                          \
    X(IQ4_XS, 23, 256, 136)                                                                        \
    X(I8, 24, 1, 1)                                                                                \
    X(I16, 25, 1, 2)                                                                               \
    X(I32, 26, 1, 4)                                                                               \
    X(I64, 27, 1, 8)                                                                               \
    X(F64, 28, 1, 8)                                                                               \
    X(IQ1_M, 29, 256, 56)                                                                          \
    X(BF16, 30, 1, 2)                                                                              \
    X(TQ1_0, 34, 256, 54)                                                                          \
    X(TQ2_0, 35, 256, 66)                                                                          \
    X(MXFP4, 39, 32, 17)                                                                           \
    X(NVFP4, 40, 64, 36)                                                                           \
    X(Q1_0, 41, 128, 18)                                                                           \
    X(Q2_0, 42, 64, 18)

enum mzg_type {
#define X(name, number, elems, bytes) MZG_TYPE_##name = number,
    MZG_TYPES(X)
#undef X
    MZG_TYPE_END = 64 /* above every number: the length of tables indexed by type */
};

/* What is known of a type without running anything. */
struct mzg_type_info {
    enum mzg_type type;
    const char *name;       /* "Q4_0" */
    uint32_t block_elems;   /* elements per block; a row's width must be a multiple of it */
    uint32_t block_bytes;   /* bytes per block */
    uint32_t revision;      /* of our quantizer; its output changes only with it; 0: none */
    float max_abs;          /* largest |x| the format can hold without saturating (SPEC.md) */
    enum mzg_type dot_with; /* what the other side of a dot product is in: Q8_0, Q8_1, Q8_K */
};

/* The type with this number (as stored in GGUF), or NULL. */
const struct mzg_type_info *mzg_type_by_number(uint32_t number);

/* The type with this name, upper or lower case ("q8_0"), or NULL. */
const struct mzg_type_info *mzg_type_by_name(const char *name);

/* CPU features that choose between variants, as bits of a mask. */
enum mzg_cpu {
    MZG_CPU_AVX2 = 1u << 0,   /* AVX2 and F16C */
    MZG_CPU_AVX512 = 1u << 1, /* AVX-512 F, BW, DQ, VL */
    MZG_CPU_VNNI = 1u << 2,   /* AVX-512 VNNI */
    MZG_CPU_NEON = 1u << 3,
    MZG_CPU_DOTPROD = 1u << 4
};

/* The features of the CPU this runs on, those the operating system saves included only. */
uint32_t mzg_cpu_features(void);

/* Name of one feature bit ("avx2"), or NULL. Such names are also the kernel files' suffixes. */
const char *mzg_cpu_name(uint32_t bit);

/* How long to search for the least error. */
enum mzg_effort { MZG_EFFORT_FAST, MZG_EFFORT_DEFAULT, MZG_EFFORT_BEST };

/* The kernels of one type; a NULL member is not implemented for the type. n counts elements and is
 * a multiple of block_elems (for dot, of both sides'). A void pointer needs no alignment, a float
 * pointer that of a float. Buffers do not overlap. */
struct mzg_type_kernels {
    /* x: n floats -> q: n / block_elems blocks. Where there is a search this is the search without
     * importance, at the default effort. */
    void (*quantize)(const float *x, void *q, size_t n);
    /* The same, looking for codes and scales of the least sum of w[i] * (x[i] - q[i])^2. w: n
     * importance values, none negative, or NULL: all are 1. NULL where a type has no search. */
    void (*search)(const float *x, const float *w, void *q, size_t n, enum mzg_effort effort);
    /* q: blocks -> x: n floats. Exact: what ggml's decoder gives. */
    void (*dequantize)(const void *q, float *x, size_t n);
    /* Sum of q[i] * y[i]; y: blocks of the type that dot_with says. */
    float (*dot)(const void *q, const void *y, size_t n);
};

struct mzg_kernels {
    struct mzg_type_kernels type[MZG_TYPE_END];
    /* Index of the first x[i] that is NaN, Inf or beyond +-limit; n when there is none. */
    size_t (*find_unfit)(const float *x, size_t n, float limit);
};

/* Fills k with the best variants that the features in cpu allow: pass mzg_cpu_features(), a subset
 * of it to force slower ones, or 0 for the reference. */
void mzg_kernels_init(struct mzg_kernels *k, uint32_t cpu);

/* ---- for those who check and time every variant ---- */

enum mzg_op {
    MZG_OP_quantize,
    MZG_OP_search,
    MZG_OP_dequantize,
    MZG_OP_dot,
    MZG_OP_find_unfit,
    MZG_OP_END
};

/* One variant of one kernel, as kernels/list.h lists it. */
struct mzg_kernel {
    const char *name;   /* its symbol: "mzg_q4_0_dot_avx2" */
    const char *isa;    /* "ref", "avx2", ... */
    enum mzg_type type; /* MZG_TYPE_F32 for find_unfit */
    enum mzg_op op;     /* says which member of as is set */
    uint32_t needs;     /* enum mzg_cpu bits, all of which the CPU must have */
    union {
        void (*quantize)(const float *x, void *q, size_t n);
        void (*search)(const float *x, const float *w, void *q, size_t n, enum mzg_effort effort);
        void (*dequantize)(const void *q, float *x, size_t n);
        float (*dot)(const void *q, const void *y, size_t n);
        size_t (*find_unfit)(const float *x, size_t n, float limit);
    } as;
};

/* Every variant built for this architecture, those that this CPU cannot run included. */
const struct mzg_kernel *mzg_kernel_list(size_t *count);

/* The variant that mzg_kernels_init chooses under these features, or NULL. */
const struct mzg_kernel *mzg_kernel_best(enum mzg_type type, enum mzg_op op, uint32_t cpu);

/* "quantize" */
const char *mzg_op_name(enum mzg_op op);

#endif
