/* progress.h: how long work tells its caller where it is, and asks whether to go on. */
#ifndef MZG_BASE_PROGRESS_H
#define MZG_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Called from the thread that started the work, every few MiB. Returns false to stop: the work ends
 * with MZG_STOPPED and leaves nothing behind. A NULL fn is never called. */
struct mzg_progress {
    bool (*fn)(void *ctx, const char *what, uint64_t done, uint64_t total); /* bytes */
    void *ctx;
};

#endif
