#include "health.h"
#include "bundle/name.h"
#include "checkup.h"
#include "modest.h"
#include "tools/bundles.h"
#include "tools/net/clock.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_EVERY (10 * 60 * (uint64_t)1000) /* milliseconds */
#define HOUR (60 * 60 * (uint64_t)1000)

struct mzg_health {
    struct mzg_checkup checkup;
    unsigned check_every;
    struct mzg_modest modest;
    pthread_t thread;
    bool running;

    pthread_mutex_t lock; /* of what follows */
    bool looked;          /* findings and its date are there */
    struct mzg_findings findings;
    json_t *told;         /* [{"bundle", "file", "fault"}, ...] by other rooms */
    char look_date[MZG_DATE], read_date[MZG_DATE]; /* "": not yet */
};

/* ---- the thread ---- */

static bool pause_check(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct mzg_health *h = ctx;
    (void)what, (void)done, (void)total;
    return mzg_modest_pause(&h->modest);
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
    mzg_modest_begin(&h->modest);
    while (check(h, false)) {
        if (h->check_every > 0 && mzg_clock_ms() >= next_read) {
            if (!check(h, true))
                break;
            next_read = mzg_clock_ms() + h->check_every * HOUR;
        }
        if (!mzg_modest_rest(&h->modest, LOOK_EVERY))
            break;
    }
    return NULL;
}

/* ---- beginning and end ---- */

enum mzg_code mzg_health_new(struct mzg_health **out, const struct mzg_health_options *opt,
                             struct mzg_err *e)
{
    struct mzg_health *h = calloc(1, sizeof *h);
    enum mzg_code code = MZG_OK;
    *out = NULL;
    if (!h)
        return mzg_fail_memory(e, "health");
    h->check_every = opt->check_every;
    h->checkup = (struct mzg_checkup){.location = opt->location, .repo = opt->repo,
                                      .trusted = opt->trusted, .pause = {pause_check, h}};
    pthread_mutex_init(&h->lock, NULL);
    mzg_modest_init(&h->modest);
    h->told = json_array();
    if (!h->told)
        code = mzg_fail_memory(e, "health");
    else if (pthread_create(&h->thread, NULL, run, h) != 0)
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
    mzg_modest_end(&h->modest);
    if (h->running)
        pthread_join(h->thread, NULL);
    mzg_findings_clear(&h->findings);
    json_decref(h->told);
    mzg_modest_clear(&h->modest);
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
                       json_array_size(f->damaged_objects) + json_array_size(h->told) + f->left_out == 0
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

/* What the look found and what was told. */
static json_t *bundles_value(const struct mzg_health *h)
{
    json_t *all = h->looked ? json_copy(h->findings.damaged_bundles) : json_null();
    if (h->looked && all)
        json_array_extend(all, h->told);
    return all;
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
                  "damaged_bundles", bundles_value(h),
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

#define BUNDLE (2 * MZG_NAME_MAX + 2)

static void name_bundle(char out[BUNDLE], const char *name, const char *version)
{
    snprintf(out, BUNDLE, "%s@%s", name, version);
}

/* Where the list has an entry of this bundle, and file where it is not NULL; its size where it has none. */
static size_t find(const json_t *list, const char *bundle, const char *file)
{
    size_t i = 0, n = json_array_size(list);
    for (; i < n; i++) {
        const json_t *entry = json_array_get(list, i);
        if (strcmp(json_string_value(json_object_get(entry, "bundle")), bundle) == 0 &&
            (!file || strcmp(json_string_value(json_object_get(entry, "file")), file) == 0))
            break;
    }
    return i;
}

bool mzg_health_damaged(struct mzg_health *h, const char *name, const char *version, char *why, size_t room)
{
    char bundle[BUNDLE];
    name_bundle(bundle, name, version);
    pthread_mutex_lock(&h->lock);
    const json_t *entry = json_array_get(h->findings.damaged_bundles,
                                         find(h->findings.damaged_bundles, bundle, NULL));
    if (!entry)
        entry = json_array_get(h->told, find(h->told, bundle, NULL));
    if (entry)
        snprintf(why, room, "%s", json_string_value(json_object_get(entry, "fault")));
    pthread_mutex_unlock(&h->lock);
    return entry != NULL;
}

void mzg_health_tell(struct mzg_health *h, const char *name, const char *version, const char *file,
                     const char *fault)
{
    char bundle[BUNDLE];
    name_bundle(bundle, name, version);
    pthread_mutex_lock(&h->lock);
    json_array_remove(h->told, find(h->told, bundle, file));
    if (fault && json_array_size(h->told) < MZG_CHECKUP_FAULTS) {
        json_t *entry = json_pack("{s:s, s:s, s:s}", "bundle", bundle, "file", file, "fault", fault);
        if (entry)
            json_array_append_new(h->told, entry);
    }
    pthread_mutex_unlock(&h->lock);
}
