#include "modest.h"
#include "tools/net/clock.h"
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SHORT_MS 5 /* work that is not worth a rest yet */

void mzg_modest_init(struct mzg_modest *m)
{
    pthread_condattr_t monotonic;
    *m = (struct mzg_modest){.ending = false};
    pthread_mutex_init(&m->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&m->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

void mzg_modest_clear(struct mzg_modest *m)
{
    pthread_cond_destroy(&m->wake);
    pthread_mutex_destroy(&m->lock);
}

/* What it starts in its turn is as modest. */
void mzg_modest_begin(struct mzg_modest *m)
{
    enum { OF_PROCESS = 1, IDLE = 3, CLASS_SHIFT = 13 };
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 19);
#ifdef SYS_ioprio_set
    syscall(SYS_ioprio_set, OF_PROCESS, 0, IDLE << CLASS_SHIFT);
#endif
    m->awake = mzg_clock_ns();
}

bool mzg_modest_rest(struct mzg_modest *m, uint64_t ms)
{
    struct timespec until;
    uint64_t end = mzg_clock_ns() + ms * 1000000u;
    bool on;
    until.tv_sec = (time_t)(end / 1000000000u);
    until.tv_nsec = (long)(end % 1000000000u);
    pthread_mutex_lock(&m->lock);
    while (!m->ending && pthread_cond_timedwait(&m->wake, &m->lock, &until) == 0)
        ;
    on = !m->ending;
    pthread_mutex_unlock(&m->lock);
    m->awake = mzg_clock_ns();
    return on;
}

bool mzg_modest_pause(struct mzg_modest *m)
{
    uint64_t worked = (mzg_clock_ns() - m->awake) / 1000000u;
    bool on;
    if (worked >= SHORT_MS)
        return mzg_modest_rest(m, 3 * worked);
    pthread_mutex_lock(&m->lock);
    on = !m->ending;
    pthread_mutex_unlock(&m->lock);
    return on;
}

void mzg_modest_end(struct mzg_modest *m)
{
    pthread_mutex_lock(&m->lock);
    m->ending = true;
    pthread_cond_signal(&m->wake);
    pthread_mutex_unlock(&m->lock);
}
