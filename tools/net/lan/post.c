#include "post.h"

#include "task.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOODBYE_MS 1000

/* What the thread works on; it may outlive the post. */
struct posting {
    struct mzg_engine_post engine;
    char name[MZG_LAN_NAME];
    struct mzg_lan_place places[MZG_LAN_PLACES];
    atomic_bool ending;
    pthread_mutex_t lock; /* of what follows */
    char news[320];
    bool told;
};

struct mzg_lan_post {
    struct posting *p;
    struct mzg_task *task;
};

static bool stop(void *ctx)
{
    struct posting *p = ctx;
    return atomic_load(&p->ending);
}

static void say(void *ctx, const char *text)
{
    struct posting *p = ctx;
    pthread_mutex_lock(&p->lock);
    if (strcmp(p->news, text) != 0) {
        snprintf(p->news, sizeof p->news, "%s", text);
        p->told = false;
    }
    pthread_mutex_unlock(&p->lock);
}

static void work(void *ctx)
{
    struct posting *p = ctx;
    mzg_engine_announce(&p->engine);
}

static void clear(void *ctx)
{
    struct posting *p = ctx;
    pthread_mutex_destroy(&p->lock);
    free(p);
}

enum mzg_code mzg_lan_post_new(struct mzg_lan_post **out, const char *name, uint16_t port,
                               const struct mzg_lan_place *places, size_t n, struct mzg_err *e)
{
    struct mzg_lan_post *post = calloc(1, sizeof *post);
    struct posting *p = calloc(1, sizeof *p);
    *out = NULL;
    if (!post || !p) {
        free(post);
        free(p);
        return mzg_fail_memory(e, "announcement");
    }
    if (name)
        snprintf(p->name, sizeof p->name, "%s", name);
    else
        mzg_lan_name_default(p->name);
    n = n < MZG_LAN_PLACES ? n : MZG_LAN_PLACES;
    memcpy(p->places, places, n * sizeof *places);
    p->engine = (struct mzg_engine_post){.name = p->name, .places = p->places, .n = n, .port = port,
                                         .stop = stop, .say = say, .ctx = p};
    p->told = true;
    pthread_mutex_init(&p->lock, NULL);
    post->p = p;
    enum mzg_code code = mzg_task_start(&post->task, work, clear, p, e);
    if (code)
        free(post);
    else
        *out = post;
    return code;
}

void mzg_lan_post_tell(struct mzg_lan_post *post, const struct mzg_notify *notify)
{
    char news[sizeof post->p->news] = "";
    if (!post)
        return;
    pthread_mutex_lock(&post->p->lock);
    if (!post->p->told)
        memcpy(news, post->p->news, sizeof news);
    post->p->told = true;
    pthread_mutex_unlock(&post->p->lock);
    if (*news)
        mzg_notice(notify, "%s", news);
}

void mzg_lan_post_free(struct mzg_lan_post *post)
{
    if (!post)
        return;
    atomic_store(&post->p->ending, true);
    (void)mzg_task_wait(post->task, GOODBYE_MS);
    mzg_task_leave(post->task);
    free(post);
}
