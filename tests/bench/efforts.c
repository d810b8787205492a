#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

enum { TURNS = 3 };

/* Speed, and the error that is searched for (plain, or weighted by importance), of one effort. */
static void one_effort(const struct mzg_bench *b, const struct mzg_type_info *t,
                       const struct mzg_matrices *all, bool importance, float *y)
{
    uint8_t *q = mzg_bench_memory(mzg_bench_bytes(t, all->elems));
    double times[TURNS];
    mzg_bench_encode(b, t, all, importance, MZG_OURS, q);
    for (int i = 0; i < TURNS; i++)
        times[i] = mzg_bench_encode(b, t, all, importance, MZG_OURS, q);
    struct mzg_bench_loss loss = mzg_bench_measure(b, t, all, q, y);
    printf(" %8.1f %8.4f", (double)all->elems / 1e6 / mzg_bench_median(times, TURNS),
           100 * (importance ? loss.weighted : loss.plain));
    free(q);
}

void mzg_bench_efforts(struct mzg_bench *b, const struct mzg_matrices *all, const char *data)
{
    float *y = mzg_bench_memory(all->largest * sizeof *y);
    printf("\n%-9s %-7s %-5s %17s %17s %17s\n", "", "", "", "fast", "default", "best");
    printf("%-9s %-7s %-5s %8s %8s %8s %8s %8s %8s\n", "data", "type", "imat", "Mw/s", "error %", "Mw/s",
           "error %", "Mw/s", "error %");
    for (size_t i = 0; i < 2 * mzg_goal_count; i++) {
        const struct mzg_type_info *t = mzg_bench_type(b, i / 2);
        if (!t || !b->k.type[t->type].search)
            continue;
        printf("%-9s %-7s %-5s", data, t->name, i % 2 ? "yes" : "no");
        for (int effort = MZG_EFFORT_FAST; effort <= MZG_EFFORT_BEST; effort++) {
            b->effort = (enum mzg_effort)effort;
            one_effort(b, t, all, i % 2, y);
        }
        puts("");
    }
    free(y);
}
