/* clock.h: time that never goes backwards. */
#ifndef MZG_NET_CLOCK_H
#define MZG_NET_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t mzg_clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline uint64_t mzg_clock_ms(void)
{
    return mzg_clock_ns() / 1000000u;
}

#endif
