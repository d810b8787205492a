#include "pace.h"
#include "tools/net/clock.h"
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define TICK_MS 20
/* What one connection is woken for: the library asks for no more at once. */
#define HELPING ((uint64_t)64 << 10)

struct mzg_pacer {
    pthread_mutex_t lock;
    pthread_cond_t work; /* somebody is active, or it is the end */
    pthread_t thread;
    struct mzg_rate rate;
    bool released; /* nobody is held back any more */
    bool ending;
};

/* The share is the first member of the client's part. */
static struct mzg_pace *pace_of(struct mzg_share *s)
{
    return (struct mzg_pace *)(void *)s;
}

static void wake_first(struct mzg_pace *pace)
{
    struct mzg_nap *nap = pace->first;
    pace->first = nap->next;
    if (!pace->first)
        pace->last = NULL;
    MHD_resume_connection(nap->connection); /* it cannot have gone: asleep it is not looked at */
}

/* As many of each client's as its bucket has work for: the others would only ask and sleep again. */
static void wake(struct mzg_pacer *p)
{
    for (struct mzg_share *s = p->rate.active; s; s = s->next) {
        struct mzg_pace *pace = pace_of(s);
        uint64_t bytes = s->bytes;
        while (pace->first && (p->released || bytes >= MZG_RATE_LEAST)) {
            wake_first(pace);
            bytes -= bytes < HELPING ? bytes : HELPING;
        }
    }
}

static void *tick(void *arg)
{
    struct mzg_pacer *p = arg;
    const struct timespec pause = {0, TICK_MS * 1000000L};
    pthread_mutex_lock(&p->lock);
    while (!p->ending) {
        if (p->rate.n_active == 0) {
            pthread_cond_wait(&p->work, &p->lock);
            p->rate.then = mzg_clock_ns(); /* nothing accrues while nobody is there */
            continue;
        }
        pthread_mutex_unlock(&p->lock);
        nanosleep(&pause, NULL);
        pthread_mutex_lock(&p->lock);
        mzg_rate_deal(&p->rate, mzg_clock_ns());
        wake(p);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

enum mzg_code mzg_pacer_new(struct mzg_pacer **p, uint64_t per_second, struct mzg_err *e)
{
    *p = calloc(1, sizeof **p);
    if (!*p)
        return mzg_fail_memory(e, "transfer rate");
    mzg_rate_init(&(*p)->rate, per_second, mzg_clock_ns());
    pthread_mutex_init(&(*p)->lock, NULL);
    pthread_cond_init(&(*p)->work, NULL);
    if (pthread_create(&(*p)->thread, NULL, tick, *p) == 0)
        return MZG_OK;
    pthread_cond_destroy(&(*p)->work);
    pthread_mutex_destroy(&(*p)->lock);
    free(*p);
    *p = NULL;
    return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "cannot start a thread for the transfer rate");
}

void mzg_pacer_free(struct mzg_pacer *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->ending = true;
    pthread_cond_signal(&p->work);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    pthread_cond_destroy(&p->work);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void mzg_pacer_join(struct mzg_pacer *p, struct mzg_pace *pace)
{
    pthread_mutex_lock(&p->lock);
    mzg_rate_join(&p->rate, &pace->share);
    pthread_cond_signal(&p->work);
    pthread_mutex_unlock(&p->lock);
}

void mzg_pacer_leave(struct mzg_pacer *p, struct mzg_pace *pace)
{
    pthread_mutex_lock(&p->lock);
    mzg_rate_leave(&p->rate, &pace->share);
    pthread_mutex_unlock(&p->lock);
}

size_t mzg_pacer_ask(struct mzg_pacer *p, struct mzg_pace *pace, struct mzg_nap *nap, size_t want)
{
    size_t n;
    pthread_mutex_lock(&p->lock);
    n = p->released ? want : mzg_rate_take(&pace->share, want);
    if (n == 0) {
        nap->next = NULL;
        if (pace->last)
            pace->last->next = nap;
        else
            pace->first = nap;
        pace->last = nap;
        MHD_suspend_connection(nap->connection); /* under the lock: it is not woken before it sleeps */
    }
    pthread_mutex_unlock(&p->lock);
    return n;
}

void mzg_pacer_release(struct mzg_pacer *p)
{
    pthread_mutex_lock(&p->lock);
    p->released = true;
    wake(p);
    pthread_mutex_unlock(&p->lock);
}
