/* harness.h: the pieces of the kernel harness.
 *
 * harness.c   options, the loop over kernels and CPU features, the tally
 * input.c     floats and blocks that are hard on kernels
 * types.c     what the rest needs to know of each type
 * guard.c     buffers between pages that cannot be touched
 * variant.c   one listed variant against the reference, bit by bit
 * accuracy.c  the reference against the bounds derived in SPEC.md
 * golden.c    the reference against digests of its output
 * lanes.c     the vectors that searches are written in, one instruction set against another
 * listing.c   the list itself: is every kernel in it that should be?
 * bench.c     how fast each variant is */
#ifndef MZG_TESTS_KERNELS_HARNESS_H
#define MZG_TESTS_KERNELS_HARNESS_H

#include "kernels/kernels.h"

#include <stdbool.h>

/* What the harness knows of a type. A type with kernels must have a row in types.c. */
struct mzg_type_facts {
    float levels;         /* the code of largest magnitude, or the highest: for ties */
    uint32_t halves[2];   /* where in a block its half-precision scales are ... */
    uint32_t n_halves;    /* ... and how many; 0: none */
    float normal_rmse;    /* searched types: the most that a search may lose of fill_normal's input,
                           * ||x - q|| / ||x||; 0: the type has no search */
    uint64_t golden[4];   /* digests of quantize, search, dequantize, dot (golden.c) */
};

/* NULL for a type without kernels. */
const struct mzg_type_facts *mzg_type_facts(enum mzg_type type);

/* Random numbers: splitmix64. */
struct mzg_rng {
    uint64_t state;
};
uint64_t mzg_rng_next(struct mzg_rng *r);
uint32_t mzg_rng_below(struct mzg_rng *r, uint32_t n);
double mzg_rng_normal(struct mzg_rng *r); /* roughly: mean 0, deviation 1 */

/* Kinds of floats to quantize, 0 <= kind < mzg_float_kinds(). */
unsigned mzg_float_kinds(void);
const char *mzg_float_kind_name(unsigned kind);
bool mzg_float_kind_fits(unsigned kind); /* finite, within every format's max_abs */
void mzg_float_fill(unsigned kind, enum mzg_type type, float *x, size_t n, struct mzg_rng *r);

/* Kinds of importance: NULL for none, else w. */
unsigned mzg_importance_kinds(void);
const char *mzg_importance_kind_name(unsigned kind);
const float *mzg_importance_fill(unsigned kind, float *w, size_t n, struct mzg_rng *r);

/* Kinds of blocks to decode: any bytes are a block. */
unsigned mzg_block_kinds(void);
const char *mzg_block_kind_name(unsigned kind);
void mzg_block_fill(unsigned kind, enum mzg_type type, void *q, size_t n, struct mzg_rng *r);

/* Memory between two pages that cannot be touched. */
struct mzg_guard {
    uint8_t *start; /* right after a forbidden page */
    size_t bytes;   /* up to the next one */
};
struct mzg_guard mzg_guard_new(size_t bytes);

/* Where in its guarded memory a buffer lies. */
enum mzg_place { MZG_AT_END, MZG_AT_START, MZG_INSIDE };

/* A buffer of so many bytes; all around it is filled with canaries. shift: bytes past an address
 * that is a multiple of 64, for MZG_INSIDE. */
uint8_t *mzg_guard_take(const struct mzg_guard *g, enum mzg_place place, size_t shift,
                        size_t bytes);

/* Whether everything around a buffer is as mzg_guard_take left it. */
bool mzg_guard_intact(const struct mzg_guard *g, const uint8_t *buffer, size_t bytes);

/* What is being tested, for messages, also from the handler of a crash. */
struct mzg_case {
    char kernel[48];
    char input[48];
    size_t n;
    enum mzg_place place;
    size_t shift;
    uint64_t seed;
    unsigned long passed, failed;
    unsigned shown; /* failures told of this kernel: the rest is counted only */
};
extern struct mzg_case mzg_case;

/* Fewer inputs for searches, for emulators and sanitizers: each kind of floats, of importance and each
 * effort still comes up, not every combination. */
extern bool mzg_quick;

/* Counts one comparison; a failure is told with the case's circumstances and `what`. */
bool mzg_expect(bool good, const char *what);

void mzg_test_variant(const struct mzg_kernel *k, uint64_t seed);
void mzg_test_accuracy(uint64_t seed);
void mzg_test_golden(void);
void mzg_test_listing(void);
void mzg_test_lanes(uint32_t cpu, uint64_t seed);
void mzg_test_features(uint32_t cpu);
void mzg_bench(uint32_t cpu, const char *filter);

#endif
