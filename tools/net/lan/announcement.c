#include "announcement.h"

#include "task.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOODBYE_MS 1000

/* What the thread works on; it may outlive the announcement. */
struct announcing {
    struct mzg_engine_announcement engine;
    char name[MZG_LAN_NAME];
    struct mzg_lan_place places[MZG_LAN_PLACES];
    atomic_bool ending;
    pthread_mutex_t lock; /* of what follows */
    char news[320];
    bool told;
};

struct mzg_lan_announcement {
    struct announcing *p;
    struct mzg_task *task;
};

static bool stop(void *ctx)
{
    struct announcing *p = ctx;
    return atomic_load(&p->ending);
}

static void say(void *ctx, const char *text)
{
    struct announcing *p = ctx;
    pthread_mutex_lock(&p->lock);
    if (strcmp(p->news, text) != 0) {
        snprintf(p->news, sizeof p->news, "%s", text);
        p->told = false;
    }
    pthread_mutex_unlock(&p->lock);
}

static void work(void *ctx)
{
    struct announcing *p = ctx;
    mzg_engine_announce(&p->engine);
}

static void clear(void *ctx)
{
    struct announcing *p = ctx;
    pthread_mutex_destroy(&p->lock);
    free(p);
}

enum mzg_code mzg_lan_announcement_new(struct mzg_lan_announcement **out, const char *name, uint16_t port,
                                       const struct mzg_lan_place *places, size_t n, struct mzg_err *e)
{
    struct mzg_lan_announcement *a = calloc(1, sizeof *a);
    struct announcing *p = calloc(1, sizeof *p);
    *out = NULL;
    if (!a || !p) {
        free(a);
        free(p);
        return mzg_fail_memory(e, "announcement");
    }
    if (name)
        snprintf(p->name, sizeof p->name, "%s", name);
    else
        mzg_lan_name_default(p->name);
    n = n < MZG_LAN_PLACES ? n : MZG_LAN_PLACES;
    memcpy(p->places, places, n * sizeof *places);
    p->engine = (struct mzg_engine_announcement){.name = p->name, .places = p->places, .n = n, .port = port,
                                                 .stop = stop, .say = say, .ctx = p};
    p->told = true;
    pthread_mutex_init(&p->lock, NULL);
    a->p = p;
    enum mzg_code code = mzg_task_start(&a->task, work, clear, p, e);
    if (code)
        free(a);
    else
        *out = a;
    return code;
}

void mzg_lan_announcement_tell(struct mzg_lan_announcement *a, const struct mzg_notify *notify)
{
    char news[sizeof a->p->news] = "";
    if (!a)
        return;
    pthread_mutex_lock(&a->p->lock);
    if (!a->p->told)
        memcpy(news, a->p->news, sizeof news);
    a->p->told = true;
    pthread_mutex_unlock(&a->p->lock);
    if (*news)
        mzg_notice(notify, "%s", news);
}

void mzg_lan_announcement_free(struct mzg_lan_announcement *a)
{
    if (!a)
        return;
    atomic_store(&a->p->ending, true);
    (void)mzg_task_wait(a->task, GOODBYE_MS);
    mzg_task_leave(a->task);
    free(a);
}
