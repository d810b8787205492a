/* rate.h: a rate shared equally among those who want it: a bucket of bytes for each.
 *
 * What accrues is dealt out in equal parts to the shares that are active; a bucket that is full leaves
 * its part to the others, and what nobody has room for is lost, so that a pause is not followed by a
 * flood. A client is one share however many connections it has. No clock is read here and nothing
 * is locked: both are the caller's. */
#ifndef MZG_NET_SERVE_RATE_H
#define MZG_NET_SERVE_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MZG_RATE_MAX UINT64_C(10000000000) /* bytes a second */
#define MZG_RATE_LEAST 2048 /* bytes that are worth a packet: fewer are saved up */

struct mzg_share {
    uint64_t bytes;       /* that may be taken */
    unsigned transfers;   /* that are going on; 0: not active */
    struct mzg_share *previous, *next; /* among the active */
};

struct mzg_rate {
    uint64_t per_second;  /* 1 to MZG_RATE_MAX */
    uint64_t most;        /* in a bucket */
    uint64_t then;        /* nanoseconds: when bytes were last dealt out */
    uint64_t odd;         /* byte-nanoseconds that did not make a byte yet */
    uint64_t left;        /* bytes that did not divide by the number of shares */
    struct mzg_share *active;
    size_t n_active;
};

void mzg_rate_init(struct mzg_rate *r, uint64_t per_second, uint64_t now);

/* A transfer of this share's begins, ends. A share that begins anew has an empty bucket. */
void mzg_rate_join(struct mzg_rate *r, struct mzg_share *s);
void mzg_rate_leave(struct mzg_rate *r, struct mzg_share *s);

/* Deals out what has accrued until now (nanoseconds that never go backwards). */
void mzg_rate_deal(struct mzg_rate *r, uint64_t now);

/* Up to `want` bytes, which are then gone from the bucket; 0: wait, there are too few. */
size_t mzg_rate_take(struct mzg_share *s, size_t want);

#endif
