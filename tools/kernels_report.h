/* kernels_report.h: every kernel variant, checked on this very CPU, and timed.
 *
 * The check is the short form of tests/kernels: each variant that the CPU can run against the plain
 * C reference, bit by bit, on inputs of every magnitude, with ties, NaN and Inf, at lengths around
 * the groups that variants work in. One thread, under a second without timing. */
#ifndef MZG_TOOLS_KERNELS_REPORT_H
#define MZG_TOOLS_KERNELS_REPORT_H

#include "base/error.h"
#include "kernels/kernels.h"
#include <stdbool.h>

struct mzg_kernel_row {
    const struct mzg_kernel *kernel;
    bool runs;        /* the features allowed suffice for it */
    bool selected;    /* mzg_kernels_init chooses it under these features */
    bool same;        /* it gave the reference's bits in every case */
    uint64_t cases;   /* calls compared */
    double elems_s;   /* elements per second, a median; 0: not timed */
    double bytes_s;   /* bytes read and written per second */
    double times_ref; /* how many times faster than the reference */
};

struct mzg_kernels_report {
    struct mzg_kernel_row *rows; /* the variants of a kernel stand together, the reference first */
    size_t n_rows;
    uint64_t n_checked, n_failed;
};

/* Checks one variant, which must be able to run; fills cases and same. MZG_LIMIT without memory. */
enum mzg_code mzg_kernel_check(const struct mzg_kernel *k, struct mzg_kernel_row *row,
                               struct mzg_err *e) MZG_MUST;

/* All of them under these features, timed if bench. r is filled also with MZG_DIFFERS, which names
 * the first variant that differs; cleared by the caller in any case. */
enum mzg_code mzg_kernels_check(struct mzg_kernels_report *r, uint32_t cpu, bool bench,
                                struct mzg_err *e) MZG_MUST;
void mzg_kernels_report_clear(struct mzg_kernels_report *r); /* fine on a zeroed one */

#endif
