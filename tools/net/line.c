#include "line.h"

#include "clock.h"
#include "tools/term.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LEAST_PAUSE 0.02 /* seconds */

double mzg_line_now(void)
{
    return 1e-9 * (double)mzg_clock_ns();
}

/* ---- what comes ---- */

/* curl's own limit begins anew with each request, and an object may be shorter than what it lets pass. A
 * pause gives no more than a second's worth to catch up with. */
static void hold_back(struct mzg_line *l, size_t n)
{
    double rate = (double)l->budget.rate, now = mzg_line_now();
    if (rate <= 0)
        return;
    if (l->paced_from + (double)l->paced / rate < now - 1) {
        l->paced_from = now - 1;
        l->paced = (uint64_t)rate;
    }
    l->paced += n;
    double due = l->paced_from + (double)l->paced / rate - now;
    struct timespec t = {(time_t)due, (long)((due - (double)(time_t)due) * 1e9)};
    if (due > 0)
        (void)nanosleep(&t, NULL);
}

size_t mzg_line_arrive(struct mzg_line *l, const struct mzg_mirror *m, size_t n)
{
    uint64_t left = m->local ? UINT64_MAX : mzg_budget_left(&l->budget);
    size_t taken = left < n ? (size_t)left : n;
    if (n > 0)
        l->last_byte = mzg_line_now();
    l->wire += n;
    if (m->local) {
        l->local += n;
        return taken;
    }
    hold_back(l, n);
    mzg_budget_spend(&l->budget, taken);
    return taken;
}

static void say_dropped(struct mzg_line *l, const struct mzg_mirror *m, const char *why)
{
    char q[MZG_QUOTE], w[MZG_QUOTE];
    mzg_notice(&l->run->notify, "%s is not asked any more: it %s", mzg_quote(q, m->base),
               mzg_quote(w, why));
}

void mzg_line_ended(struct mzg_line *l, struct mzg_mirror *m, size_t i, const struct mzg_http_answer *answer)
{
    bool dropped;
    char q[MZG_QUOTE], w[MZG_QUOTE];
    m->busy--;
    /* Bodies were counted as they came. */
    uint64_t heads = answer->wire > answer->body ? answer->wire - answer->body : 0;
    l->wire += heads;
    l->local += m->local ? heads : 0;
    mzg_budget_spend(&l->budget, m->local ? 0 : heads);
    if (answer->end != MZG_HTTP_DONE && answer->end != MZG_HTTP_STOPPED)
        snprintf(l->why, sizeof l->why, "%s: %s", mzg_quote(q, m->base), mzg_quote(w, answer->why));
    mzg_mirrors_note(&l->mirrors, m, i, answer, mzg_line_now(), &dropped);
    if (dropped)
        say_dropped(l, m, answer->stalled ? "stalls" : answer->why);
}

void mzg_line_lied(struct mzg_line *l, struct mzg_mirror *m, const char *what)
{
    bool dropped;
    char q[MZG_QUOTE];
    mzg_mirrors_lied(&l->mirrors, m, mzg_line_now(), &dropped);
    snprintf(l->why, sizeof l->why, "%s: sends other bytes than %s has", mzg_quote(q, m->base), what);
    if (dropped)
        say_dropped(l, m, "sends bytes that are not what was signed");
    else
        mzg_notice(&l->run->notify, "%s (fetched again)", l->why);
}

void mzg_line_mixed(struct mzg_line *l, const char *what)
{
    mzg_notice(&l->run->notify, "%s came in parts that do not fit (fetched again)", what);
    for (size_t k = 0; k < l->mirrors.n; k++) {
        bool dropped;
        mzg_mirrors_doubt(&l->mirrors, &l->mirrors.m[k], mzg_line_now(), &dropped);
        if (dropped)
            say_dropped(l, &l->mirrors.m[k], "may have sent parts that do not fit");
    }
}

/* ---- going on ---- */

/* A fifth of a second at most, so that a signal is heard. */
static void nap_until(double when)
{
    double wait = when - mzg_line_now();
    if (wait <= 0)
        return;
    long ns = wait < 0.2 ? (long)(wait * 1e9) : 200000000L;
    nanosleep(&(struct timespec){0, ns}, NULL);
}

void mzg_line_pause(const struct mzg_line *l)
{
    double now = mzg_line_now(), next = mzg_mirrors_next(&l->mirrors, now);
    /* Who may be asked now has none of what is missing. */
    nap_until(next > now + LEAST_PAUSE ? next : now + LEAST_PAUSE);
}

static enum mzg_code wait_for(struct mzg_line *l, const char *why, struct mzg_err *e)
{
    if (!*l->waiting)
        mzg_notice(&l->run->notify, "waiting: %s", why);
    snprintf(l->waiting, sizeof l->waiting, "%s", why);
    nanosleep(&(struct timespec){0, 200000000L}, NULL);
    l->last_byte = mzg_line_now(); /* nobody is to blame for these hours */
    return mzg_budget_save(&l->budget, e);
}

enum mzg_code mzg_line_ask(struct mzg_line *l, bool *go, struct mzg_err *e)
{
    char why[256] = "";
    double now = mzg_line_now();
    *go = false;
    switch (mzg_budget_ask(&l->budget, mzg_mirrors_are_local(&l->mirrors), now, why, sizeof why)) {
    case MZG_BUDGET_END:
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "%s; what came is kept, and the same call goes on",
                        why);
    case MZG_BUDGET_WAIT:
        return wait_for(l, why, e);
    case MZG_BUDGET_GO:
        break;
    }
    *l->waiting = '\0';
    if (now - l->last_byte > l->give_up)
        return mzg_fail(e, MZG_NETWORK, MZG_NO_OFFSET, "%s%sno byte came for %.0f seconds; what came is "
                        "kept, and the same call goes on", l->why, *l->why ? "; " : "", l->give_up);
    *go = true;
    return MZG_OK;
}

void mzg_line_cost(const struct mzg_line *l, uint64_t bytes, char *text, size_t room)
{
    const struct mzg_budget *b = &l->budget;
    double rate = 0;
    char x[MZG_SIZE], y[MZG_SIZE];
    int n = 0;
    *text = '\0';
    for (size_t k = 0; k < l->mirrors.n; k++)
        rate = l->mirrors.m[k].rate > rate ? l->mirrors.m[k].rate : rate;
    if (b->rate && (rate <= 0 || (double)b->rate < rate))
        rate = (double)b->rate;
    if (bytes && rate >= 1)
        n = snprintf(text, room, ", %s at %s/s", mzg_time_text(x, (double)bytes / rate),
                     mzg_size_text(y, (uint64_t)rate));
    if (n >= 0 && (size_t)n < room && b->daily && bytes)
        snprintf(text + n, room - (size_t)n, ", %llu days of %s",
                 (unsigned long long)((bytes + b->size - 1) / b->size), mzg_size_text(y, b->size));
}

void mzg_line_traffic(const struct mzg_line *l, char *text, size_t room)
{
    char all[MZG_SIZE], local[MZG_SIZE], requests[MZG_COUNT];
    int n = snprintf(text, room, "%s over the network in %s", mzg_size_text(all, l->wire),
                     mzg_count_text(requests, l->requests, "request"));
    if (l->local && n > 0 && (size_t)n < room)
        snprintf(text + n, room - (size_t)n, ", %s of it local", mzg_size_text(local, l->local));
}

/* ---- one file ---- */

struct fetching {
    struct mzg_line *line;
    const struct mzg_line_want *want;
    const struct mzg_mirror *mirror; /* that is being asked */
    bool without[MZG_MIRRORS];       /* who said that it has no such file */
    bool full; /* of the budget */
};

static bool take(void *ctx, const void *data, size_t n)
{
    struct fetching *f = ctx;
    size_t taken = mzg_line_arrive(f->line, f->mirror, n);
    f->full = taken < n;
    return f->want->take(f->want->ctx, data, taken) && !f->full;
}

/* One request, to its end. */
static enum mzg_code ask_once(struct fetching *f, struct mzg_mirror *m, enum mzg_http_end *end,
                              struct mzg_err *e)
{
    struct mzg_line *l = f->line;
    const struct mzg_line_want *w = f->want;
    struct mzg_transfer *t = NULL;
    const struct mzg_http_answer *answer = NULL;
    char *url = NULL;
    if (asprintf(&url, "%s/%s", m->base, w->path) < 0)
        return mzg_fail_memory(e, "address");
    struct mzg_http_get get = {.url = url, .from = w->have(w->ctx), .size = w->size, .most = w->most,
                               .rate = m->local ? 0 : l->budget.rate, .local = m->local, .take = take,
                               .ctx = f};
    f->mirror = m;
    enum mzg_code code = mzg_http_start(l->http, &get, &t, e);
    free(url);
    if (code)
        return code;
    m->busy++;
    l->requests++;
    while (!code && !(answer = mzg_transfer_answer(t))) {
        code = mzg_http_move(l->http, 200, e);
        if (!code)
            code = mzg_progress_step(&l->run->progress, w->path, w->have(w->ctx), w->size, e);
    }
    if (answer) {
        *end = answer->end;
        mzg_line_ended(l, m, SIZE_MAX, answer);
    } else {
        m->busy--;
    }
    mzg_transfer_free(t);
    return code;
}

static enum mzg_code judge(struct fetching *f, struct mzg_mirror *m, enum mzg_http_end end, bool *there,
                           struct mzg_err *e)
{
    const struct mzg_line_want *w = f->want;
    if (end == MZG_HTTP_DONE && (!w->right || w->right(w->ctx))) {
        *there = true;
        return MZG_OK;
    }
    if (end == MZG_HTTP_DONE)
        mzg_line_lied(f->line, m, w->path);
    if (end == MZG_HTTP_STOPPED && !f->full)
        return mzg_fail(e, MZG_NETWORK, MZG_NO_OFFSET, "%s: %s", m->base, w->path);
    /* What is cut goes on from there, also where the length is not known; it may have changed since. */
    bool anew = end == MZG_HTTP_WHOLE || (end == MZG_HTTP_WRONG && !w->size) || end == MZG_HTTP_DONE;
    if (anew && !w->restart(w->ctx))
        return mzg_fail_memory(e, w->path);
    return MZG_OK;
}

/* The step-th of the sources, or SIZE_MAX behind the last one. Those that only happen to be near are believed
 * in nothing: what one of them says is asked of that one alone. */
static size_t source(const struct mzg_line *l, size_t step)
{
    size_t n = l->mirrors.n_named;
    if (n == 0)
        return step == 0 ? l->first : SIZE_MAX;
    return step < n ? (l->first + step) % n : SIZE_MAX;
}

/* Each source that may have it once. *asked: how many such there are; when: one may be asked again. */
static enum mzg_code ask_round(struct fetching *f, bool *there, size_t *asked, double *when, struct mzg_err *e)
{
    struct mzg_line *l = f->line;
    enum mzg_code code = MZG_OK;
    *asked = 0;
    *when = HUGE_VAL;
    for (size_t step = 0, k; (k = source(l, step)) != SIZE_MAX && !code && !*there; step++) {
        struct mzg_mirror *m = &l->mirrors.m[k];
        enum mzg_http_end end = MZG_HTTP_RUNNING;
        if (m->dropped || f->without[k])
            continue;
        ++*asked;
        if (m->not_before <= mzg_line_now()) {
            code = ask_once(f, m, &end, e);
            f->without[k] |= end == MZG_HTTP_ABSENT;
            if (!code)
                code = judge(f, m, end, there, e);
        }
        *when = m->not_before < *when ? m->not_before : *when;
    }
    return code;
}

/* Where others are near too, one of them is given up soon. */
static enum mzg_code wait_until(const struct mzg_line *l, double when, struct mzg_err *e)
{
    if (!l->mirrors.n_named && l->mirrors.n > 1 && l->mirrors.m[l->first].failures >= MZG_MIRROR_TIRED)
        return mzg_fail(e, MZG_NETWORK, MZG_NO_OFFSET, "%s", l->why);
    nap_until(when);
    return MZG_OK;
}

enum mzg_code mzg_line_fetch(struct mzg_line *l, const struct mzg_line_want *want, bool *absent,
                             struct mzg_err *e)
{
    struct fetching f = {.line = l, .want = want};
    bool there = false, go = false;
    enum mzg_code code = MZG_OK;
    *absent = false;
    l->last_byte = mzg_line_now();
    /* All of it may be here from an earlier run: there is no range behind its end to ask for. */
    if (want->size && want->have(want->ctx) >= want->size) {
        there = !want->right || want->right(want->ctx);
        if (!there && !want->restart(want->ctx))
            return mzg_fail_memory(e, want->path);
    }
    while (!code && !there && !*absent) {
        size_t asked = 0;
        double when = 0;
        code = mzg_line_ask(l, &go, e);
        if (code || !go)
            continue;
        code = mzg_progress_step(&l->run->progress, want->path, want->have(want->ctx), want->size, e);
        if (!code)
            code = ask_round(&f, &there, &asked, &when, e);
        *absent = !code && !there && !asked;
        if (!code && !there && !*absent)
            code = wait_until(l, when, e);
    }
    return code;
}
