#include "health.h"
#include "bundle/name.h"
#include "checkup.h"
#include "tools/bundles.h"
#include "tools/net/clock.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOOK_EVERY (10 * 60 * (uint64_t)1000) /* milliseconds */
#define HOUR (60 * 60 * (uint64_t)1000)

struct mzg_health {
    struct mzg_checkup checkup;
    unsigned check_every;
    uint64_t awake; /* nanoseconds: since when the thread has not paused */
    pthread_t thread;
    bool running;

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    bool ending;
    bool looked;          /* findings and its date are there */
    struct mzg_findings findings;
    char look_date[MZG_DATE], read_date[MZG_DATE]; /* "": not yet */
};

/* ---- the thread ---- */

/* Sleeps; false at the end. */
static bool rest(struct mzg_health *h, uint64_t ms)
{
    struct timespec until;
    uint64_t end = mzg_clock_ns() + ms * 1000000u;
    bool on;
    until.tv_sec = (time_t)(end / 1000000000u);
    until.tv_nsec = (long)(end % 1000000000u);
    pthread_mutex_lock(&h->lock);
    while (!h->ending && pthread_cond_timedwait(&h->wake, &h->lock, &until) == 0)
        ;
    on = !h->ending;
    pthread_mutex_unlock(&h->lock);
    return on;
}

/* Rests three times as long as it worked: on a slow card whoever downloads has most of it. */
static bool pause_check(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct mzg_health *h = ctx;
    uint64_t worked = (mzg_clock_ns() - h->awake) / 1000000u;
    bool on;
    (void)what, (void)done, (void)total;
    if (worked < 5)
        return rest(h, 0);
    on = rest(h, 3 * worked);
    h->awake = mzg_clock_ns();
    return on;
}

static void be_modest(void)
{
    enum { OF_PROCESS = 1, IDLE = 3, CLASS_SHIFT = 13 };
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 19);
#ifdef SYS_ioprio_set
    syscall(SYS_ioprio_set, OF_PROCESS, 0, IDLE << CLASS_SHIFT);
#endif
}

static void publish(struct mzg_health *h, struct mzg_findings *f, const char *date, bool read)
{
    pthread_mutex_lock(&h->lock);
    mzg_findings_clear(&h->findings);
    h->findings = *f;
    h->looked = true;
    memcpy(h->look_date, date, MZG_DATE);
    if (read)
        memcpy(h->read_date, date, MZG_DATE);
    pthread_mutex_unlock(&h->lock);
}

/* Between two readings, those objects are read again that were found damaged: they may have been mended. */
static enum mzg_code read_suspects(struct mzg_health *h, struct mzg_findings *f, struct mzg_err *e)
{
    enum mzg_code code;
    json_t *suspects;
    pthread_mutex_lock(&h->lock);
    suspects = json_copy(h->findings.damaged_objects);
    pthread_mutex_unlock(&h->lock);
    code = mzg_checkup_read_again(&h->checkup, suspects, f, e);
    json_decref(suspects);
    return code;
}

static enum mzg_code find_all(struct mzg_health *h, struct mzg_findings *f, bool read, char date[MZG_DATE],
                              struct mzg_err *e)
{
    enum mzg_code code = read ? mzg_checkup_read(&h->checkup, f, e) : read_suspects(h, f, e);
    if (!code)
        code = mzg_date_now(date, e);
    if (!code)
        code = mzg_checkup_look(&h->checkup, date, f, e);
    return code;
}

/* A fault that is not the repository's (memory, a folder that cannot be listed) is one of its health. */
static bool check(struct mzg_health *h, bool read)
{
    struct mzg_findings f;
    struct mzg_err e;
    char date[MZG_DATE];
    enum mzg_code code = mzg_findings_init(&f, &e);
    if (code)
        return true; /* next time, perhaps */
    h->awake = mzg_clock_ns();
    code = find_all(h, &f, read, date, &e);
    if (code) {
        mzg_findings_clear(&f);
        return code != MZG_STOPPED;
    }
    publish(h, &f, date, read);
    return true;
}

static void *run(void *arg)
{
    struct mzg_health *h = arg;
    uint64_t next_read = 0;
    be_modest();
    while (check(h, false)) {
        if (h->check_every > 0 && mzg_clock_ms() >= next_read) {
            if (!check(h, true))
                break;
            next_read = mzg_clock_ms() + h->check_every * HOUR;
        }
        if (!rest(h, LOOK_EVERY))
            break;
    }
    return NULL;
}

/* ---- beginning and end ---- */

enum mzg_code mzg_health_new(struct mzg_health **out, const struct mzg_health_options *opt,
                             struct mzg_err *e)
{
    struct mzg_health *h = calloc(1, sizeof *h);
    pthread_condattr_t monotonic;
    enum mzg_code code = MZG_OK;
    *out = NULL;
    if (!h)
        return mzg_fail_memory(e, "health");
    h->check_every = opt->check_every;
    h->checkup = (struct mzg_checkup){.location = opt->location, .repo = opt->repo,
                                      .trusted = opt->trusted, .pause = {pause_check, h}};
    pthread_mutex_init(&h->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&h->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&h->thread, NULL, run, h) != 0)
        code = mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "cannot start a thread for the check");
    h->running = !code;
    if (code)
        mzg_health_free(h);
    else
        *out = h;
    return code;
}

void mzg_health_free(struct mzg_health *h)
{
    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    h->ending = true;
    pthread_cond_signal(&h->wake);
    pthread_mutex_unlock(&h->lock);
    if (h->running)
        pthread_join(h->thread, NULL);
    mzg_findings_clear(&h->findings);
    pthread_cond_destroy(&h->wake);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

/* ---- the document ---- */

static const char *status_of(const struct mzg_health *h)
{
    const struct mzg_findings *f = &h->findings;
    if (!h->looked)
        return "unknown";
    return json_array_size(f->expired) + json_array_size(f->damaged_bundles) +
                       json_array_size(f->damaged_objects) + f->left_out == 0
               ? "ok"
               : "degraded";
}

static json_t *date_value(const char *date)
{
    return *date ? json_string(date) : json_null();
}

/* A list for the document; null before the first look. */
static json_t *list_value(json_t *list)
{
    return list ? json_incref(list) : json_null();
}

char *mzg_health_text(struct mzg_health *h, const struct mzg_health_traffic *t)
{
    char *text = NULL;
    json_t *o;
    pthread_mutex_lock(&h->lock);
    o = json_pack("{s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I}",
                  "status", status_of(h), "version", MZG_VERSION,
                  "bundles", (json_int_t)h->findings.n_bundles,
                  "looked", date_value(h->look_date), "read", date_value(h->read_date),
                  "expired", list_value(h->findings.expired),
                  "damaged_bundles", list_value(h->findings.damaged_bundles),
                  "damaged_objects", list_value(h->findings.damaged_objects),
                  "left_out", (json_int_t)h->findings.left_out,
                  "connections", (json_int_t)t->connections, "clients", (json_int_t)t->clients,
                  "refused", (json_int_t)t->refused, "requests", (json_int_t)t->requests,
                  "uptime_seconds", (json_int_t)t->seconds);
    if (o)
        text = json_dumps(o, JSON_INDENT(2));
    json_decref(o);
    pthread_mutex_unlock(&h->lock);
    if (text) {
        size_t n = strlen(text);
        char *more = realloc(text, n + 2);
        if (more) {
            memcpy(more + n, "\n", 2);
            text = more;
        }
    }
    return text;
}

/* ---- for other rooms ---- */

/* Before the first look there is no list yet; that look finds what it can by itself. */
bool mzg_health_damage(struct mzg_health *h, const char *object, const char *fault)
{
    pthread_mutex_lock(&h->lock);
    bool added = !h->looked || mzg_findings_damage(&h->findings, object, fault);
    pthread_mutex_unlock(&h->lock);
    return added;
}

bool mzg_health_damaged(struct mzg_health *h, const char *name, const char *version, char *why, size_t room)
{
    char bundle[2 * MZG_NAME_MAX + 2];
    bool found = false;
    snprintf(bundle, sizeof bundle, "%s@%s", name, version);
    pthread_mutex_lock(&h->lock);
    size_t n = json_array_size(h->findings.damaged_bundles);
    for (size_t i = 0; i < n && !found; i++) {
        const json_t *entry = json_array_get(h->findings.damaged_bundles, i);
        found = strcmp(json_string_value(json_object_get(entry, "bundle")), bundle) == 0;
        if (found)
            snprintf(why, room, "%s", json_string_value(json_object_get(entry, "fault")));
    }
    pthread_mutex_unlock(&h->lock);
    return found;
}
