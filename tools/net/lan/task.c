#include "task.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

struct mzg_task {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool over, left;
    void (*work)(void *ctx);
    void (*clear)(void *ctx);
    void *ctx;
};

static void discard(struct mzg_task *t)
{
    t->clear(t->ctx);
    pthread_cond_destroy(&t->ended);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

static void *run(void *arg)
{
    struct mzg_task *t = arg;
    t->work(t->ctx);
    pthread_mutex_lock(&t->lock);
    t->over = true;
    bool left = t->left;
    pthread_cond_signal(&t->ended);
    pthread_mutex_unlock(&t->lock);
    if (left)
        discard(t);
    return NULL;
}

enum mzg_code mzg_task_start(struct mzg_task **out, void (*work)(void *ctx), void (*clear)(void *ctx),
                             void *ctx, struct mzg_err *e)
{
    struct mzg_task *t = calloc(1, sizeof *t);
    pthread_condattr_t monotonic;
    sigset_t all, before;
    *out = NULL;
    if (!t) {
        clear(ctx);
        return mzg_fail_memory(e, "thread");
    }
    *t = (struct mzg_task){.work = work, .clear = clear, .ctx = ctx};
    pthread_mutex_init(&t->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&t->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int failed = pthread_create(&t->thread, NULL, run, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        discard(t);
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "cannot start a thread");
    }
    *out = t;
    return MZG_OK;
}

bool mzg_task_wait(struct mzg_task *t, unsigned ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    until.tv_sec += (time_t)(ms / 1000) + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&t->lock);
    while (!t->over && pthread_cond_timedwait(&t->ended, &t->lock, &until) == 0)
        continue;
    bool over = t->over;
    pthread_mutex_unlock(&t->lock);
    return over;
}

void mzg_task_leave(struct mzg_task *t)
{
    if (!t)
        return;
    pthread_mutex_lock(&t->lock);
    t->left = true;
    bool over = t->over;
    if (!over)
        pthread_detach(t->thread); /* behind the lock it may be gone, and t with it */
    pthread_mutex_unlock(&t->lock);
    if (!over)
        return;
    pthread_join(t->thread, NULL);
    discard(t);
}
