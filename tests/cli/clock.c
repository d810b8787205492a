/* clock.so: a wall clock that jumps, for LD_PRELOAD: each time a program asks it, it stands somewhere else, up to
 * two days before or behind the right time, as on a machine without a battery whose time is set again and again.
 * The steady clock goes on as it is. */
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define DAYS 2

static time_t jump(void)
{
    static atomic_uint calls;
    uint32_t x = (atomic_fetch_add(&calls, 1) + 1) * 2654435761u;
    return (time_t)(x >> 8) % (2 * DAYS * 86400) - DAYS * 86400;
}

int clock_gettime(clockid_t id, struct timespec *t)
{
    int status = (int)syscall(SYS_clock_gettime, id, t);
    if (status == 0 && id == CLOCK_REALTIME)
        t->tv_sec += jump();
    return status;
}

time_t time(time_t *out)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    if (out)
        *out = t.tv_sec;
    return t.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec t;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &t);
    *out = (struct timeval){t.tv_sec, t.tv_nsec / 1000};
    return 0;
}
