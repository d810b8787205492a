/* shape.c: how fast bytes may go; see faulty.h. */
#include "faulty.h"

#define SECOND (1000 * MZG_MS)

int64_t mzg_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

/* A line hands over portions of 20 ms: small enough that a slow line is never seen to stand still. */
static int64_t portion(const struct mzg_bucket *b)
{
    int64_t bytes = b->rate / 50;
    return bytes > 0 ? bytes : 1;
}

/* How long n bytes take. */
static int64_t takes(const struct mzg_bucket *b, int64_t n)
{
    return n * SECOND / b->rate;
}

/* What an idle line saves up is two portions: that makes up for a loop that comes late. */
static int64_t start(const struct mzg_bucket *b, int64_t now)
{
    int64_t earliest = now - takes(b, 2 * portion(b));
    return b->free_at > earliest ? b->free_at : earliest;
}

int64_t mzg_bucket_may(const struct mzg_bucket *b, int64_t now, int64_t want)
{
    if (b->rate == 0)
        return want;
    int64_t bytes = (now - start(b, now)) * b->rate / SECOND;
    return bytes < 0 ? 0 : bytes < want ? bytes : want;
}

void mzg_bucket_take(struct mzg_bucket *b, int64_t now, int64_t bytes)
{
    if (b->rate != 0)
        b->free_at = start(b, now) + takes(b, bytes);
}

int64_t mzg_bucket_ready(const struct mzg_bucket *b)
{
    return b->rate == 0 ? 0 : b->free_at + takes(b, portion(b)) + 1;
}
