/* progress.h: how work below tools/ talks to its caller: where it is, and what is worth saying. */
#ifndef MZG_BASE_PROGRESS_H
#define MZG_BASE_PROGRESS_H

#include "error.h"
#include <stdbool.h>
#include <stdint.h>

/* Called from the thread that started the work, every few MiB. Returns false to stop: the work ends
 * with MZG_STOPPED and leaves nothing behind. A NULL fn is never called. */
struct mzg_progress {
    bool (*fn)(void *ctx, const char *what, uint64_t done, uint64_t total); /* bytes */
    void *ctx;
};

/* Calls p->fn; MZG_STOPPED when it says stop. p may be NULL. */
enum mzg_code mzg_progress_step(const struct mzg_progress *p, const char *what, uint64_t done,
                                uint64_t total, struct mzg_err *e) MZG_MUST;

/* Takes one line a user should see (a fallback, an ignored file), without a newline. */
struct mzg_notify {
    void (*fn)(void *ctx, const char *text);
    void *ctx;
};

/* How a piece of work is to be done. None of it changes a byte of what is made. */
struct mzg_run {
    unsigned threads; /* worker threads; 0: one per CPU, at most 64 */
    uint32_t cpu;     /* the features kernels may use (kernels.h); 0: the plain C reference */
    struct mzg_progress progress;
    struct mzg_notify notify;
};

/* n may be NULL. */
void mzg_notice(const struct mzg_notify *n, const char *fmt, ...) MZG_PRINTF(2, 3);

#endif
