/* pool.c: see pool.h.
 *
 * Jobs leave the queue in the order of their tickets. So when job n fails, every job below n has
 * been started already and will end by itself: dropping what is still queued never drops a job with
 * a lower ticket, and the lowest failing ticket is the same on every run. */
#include "pool.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define QUEUE 256u
/* A search of kernels/ takes up to 22 KiB, but ten times that from a compiler that does not optimize; 64
 * threads' stacks are still an eighth of the memory bound. */
#define STACK ((size_t)512 << 10)

struct job {
    enum mzg_code (*run)(void *arg, struct mzg_err *e);
    void *arg;
};

struct worker {
    struct mzg_pool *pool;
    pthread_t thread;
    uint64_t running; /* ticket in hand, 0 when idle */
};

struct mzg_pool {
    pthread_mutex_t lock;
    pthread_cond_t work;  /* for workers: a job, or quit */
    pthread_cond_t ended; /* for the owner: a job was taken or ended */
    struct job queue[QUEUE]; /* ticket t waits at t % QUEUE */
    uint64_t submitted;      /* highest ticket given */
    uint64_t started;        /* highest ticket taken by a worker */
    uint64_t failed;         /* lowest ticket that failed, 0 for none */
    struct mzg_err err;      /* of that job */
    bool quit;
    unsigned threads;        /* workers running; 0: the owner runs the jobs */
    struct worker workers[MZG_POOL_MAX];
};

/* Under the lock. */
static void note_failure(struct mzg_pool *p, uint64_t ticket, enum mzg_code code,
                         const struct mzg_err *err)
{
    if (p->failed != 0 && p->failed < ticket)
        return;
    p->failed = ticket;
    p->err = *err;
    p->err.code = code;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct mzg_pool *p = w->pool;
    struct mzg_err err;

    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!p->quit && (p->failed != 0 || p->started == p->submitted))
            pthread_cond_wait(&p->work, &p->lock);
        if (p->quit)
            break;
        w->running = ++p->started;
        struct job job = p->queue[w->running % QUEUE];
        pthread_cond_signal(&p->ended); /* a place in the queue */
        pthread_mutex_unlock(&p->lock);

        err = (struct mzg_err){.offset = MZG_NO_OFFSET};
        enum mzg_code code = job.run(job.arg, &err);

        pthread_mutex_lock(&p->lock);
        if (code != MZG_OK)
            note_failure(p, w->running, code, &err);
        w->running = 0;
        pthread_cond_signal(&p->ended);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* Starts up to n workers; fewer are fine, none too: the jobs then run inside submit. */
static void start_workers(struct mzg_pool *p, unsigned n)
{
    pthread_attr_t attr;
    sigset_t all, before;

    if (pthread_attr_init(&attr) != 0)
        return;
    (void)pthread_attr_setstacksize(&attr, STACK);
    /* Signals are the program's affair: they go to the thread that made the pool. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    for (unsigned i = 0; i < n; i++) {
        struct worker *w = &p->workers[i];
        w->pool = p;
        if (pthread_create(&w->thread, &attr, work, w) != 0)
            break;
        p->threads++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
}

unsigned mzg_run_threads(const struct mzg_run *run)
{
    long n = run->threads ? (long)run->threads : sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > MZG_POOL_MAX ? MZG_POOL_MAX : (unsigned)n;
}

enum mzg_code mzg_pool_new(struct mzg_pool **pool, unsigned threads, struct mzg_err *e)
{
    *pool = NULL;
    if (threads == 0 || threads > MZG_POOL_MAX)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "%u threads asked for, 1 to %d are possible",
                        threads, MZG_POOL_MAX);
    struct mzg_pool *p = calloc(1, sizeof *p);
    if (p == NULL)
        return mzg_fail_memory(e, "worker pool");
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    pthread_cond_init(&p->ended, NULL);
    if (threads > 1)
        start_workers(p, threads);
    *pool = p;
    return MZG_OK;
}

void mzg_pool_free(struct mzg_pool *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->quit = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->threads; i++)
        pthread_join(p->workers[i].thread, NULL);
    pthread_cond_destroy(&p->ended);
    pthread_cond_destroy(&p->work);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* Under the lock: has every job up to ticket ended, or been dropped? */
static bool ended(const struct mzg_pool *p, uint64_t ticket)
{
    if (p->started < ticket && p->failed == 0)
        return false;
    for (unsigned i = 0; i < p->threads; i++)
        if (p->workers[i].running != 0 && p->workers[i].running <= ticket)
            return false;
    return true;
}

/* Under the lock. A failure above ticket is not told here: whether it has happened yet depends on
 * the threads' timing. The submit or wait that covers it tells. */
static enum mzg_code wait_locked(struct mzg_pool *p, uint64_t ticket, struct mzg_err *e)
{
    if (ticket > p->submitted)
        ticket = p->submitted;
    while (!ended(p, ticket))
        pthread_cond_wait(&p->ended, &p->lock);
    if (p->failed == 0 || p->failed > ticket)
        return MZG_OK;
    *e = p->err;
    return e->code;
}

/* Without workers, jobs run here and now. */
static enum mzg_code run_inline(struct mzg_pool *p, struct job job, struct mzg_err *e)
{
    struct mzg_err err = {.offset = MZG_NO_OFFSET};

    if (p->failed == 0) {
        p->started = ++p->submitted;
        enum mzg_code code = job.run(job.arg, &err);
        if (code != MZG_OK)
            note_failure(p, p->started, code, &err);
    }
    if (p->failed == 0)
        return MZG_OK;
    *e = p->err;
    return e->code;
}

enum mzg_code mzg_pool_submit(struct mzg_pool *p,
                              enum mzg_code (*run)(void *arg, struct mzg_err *e), void *arg,
                              uint64_t *ticket, struct mzg_err *e)
{
    struct job job = {run, arg};
    enum mzg_code code = MZG_OK;

    if (p->threads == 0) {
        code = run_inline(p, job, e);
        goto out;
    }
    pthread_mutex_lock(&p->lock);
    while (p->failed == 0 && p->submitted - p->started == QUEUE)
        pthread_cond_wait(&p->ended, &p->lock);
    if (p->failed != 0) {
        code = wait_locked(p, UINT64_MAX, e); /* a job with a lower ticket may fail yet */
    } else {
        p->queue[++p->submitted % QUEUE] = job;
        pthread_cond_signal(&p->work);
    }
    pthread_mutex_unlock(&p->lock);
out:
    if (ticket != NULL)
        *ticket = p->submitted;
    return code;
}

enum mzg_code mzg_pool_wait(struct mzg_pool *p, uint64_t ticket, struct mzg_err *e)
{
    pthread_mutex_lock(&p->lock);
    enum mzg_code code = wait_locked(p, ticket, e);
    pthread_mutex_unlock(&p->lock);
    return code;
}
