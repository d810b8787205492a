/* bench.h: the pieces of the benchmark of kernels.
 *
 * kernels.c  options; quantizers beside ggml's: speed and both errors, against goals
 * encode.c   one side's blocks of some data, what they cost and what they lose
 * uses.c     decoders, dot products and start-up beside ggml's
 * efforts.c  ours alone, each type at its three efforts
 * weights.c  the data */
#ifndef MZG_TESTS_BENCH_BENCH_H
#define MZG_TESTS_BENCH_BENCH_H

#include "kernels/kernels.h"
#include "tests/interop/ggml_peer.h"
#include "weights.h"

struct mzg_bench {
    struct mzg_ggml ggml;
    struct mzg_kernels k;
    enum mzg_effort effort;
    const char *only; /* the one type that is looked at, or NULL */
    bool efforts;
    unsigned rows, missed;
};

/* What a type should reach: times ggml's speed without and with importance; 1 - its error at most. */
struct mzg_goal {
    enum mzg_type type;
    double plain, weighted; /* speed */
    double lower;           /* error: lower by so much, of 1 */
    double at_most;         /* error in percent, whatever ggml's; 0: no such goal */
};
extern const struct mzg_goal mzg_goals[];
extern const size_t mzg_goal_count;

/* The type of the i-th goal, or NULL when it is not looked at. */
const struct mzg_type_info *mzg_bench_type(const struct mzg_bench *b, size_t i);

double mzg_bench_now(void); /* seconds of this thread's CPU time */
double mzg_bench_median(double *t, int n);

/* malloc that ends the program where there is no memory. */
void *mzg_bench_memory(size_t bytes);

size_t mzg_bench_bytes(const struct mzg_type_info *t, size_t elems);

/* Whose quantizer. */
enum mzg_side { MZG_OURS, MZG_THEIRS };

/* Blocks of all matrices into q; returns the seconds that took. */
double mzg_bench_encode(const struct mzg_bench *b, const struct mzg_type_info *t,
                        const struct mzg_matrices *all, bool importance, enum mzg_side side, uint8_t *q);

struct mzg_bench_loss {
    double plain, weighted; /* root mean square errors, relative */
};

/* What the blocks in q have lost, as ggml decodes them; y: room for the largest matrix. */
struct mzg_bench_loss mzg_bench_measure(const struct mzg_bench *b, const struct mzg_type_info *t,
                                        const struct mzg_matrices *all, const uint8_t *q, float *y);

void mzg_bench_starts(const struct mzg_bench *b);
void mzg_bench_uses(struct mzg_bench *b, const struct mzg_matrices *made);
void mzg_bench_efforts(struct mzg_bench *b, const struct mzg_matrices *all, const char *data);

#endif
