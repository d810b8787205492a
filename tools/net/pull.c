#include "pull.h"

#include "bundle/objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 4             /* requests at a time in all; each costs the bytes in flight when it is cut */
#define FAST 125000.0       /* bytes a second (1 Mbit/s) from which on more than two pay */
#define LOCAL_LEAST 1024    /* bytes a second: who is near has no excuse, and all others wait for it */
#define SYNC_SECONDS 4.0    /* what a loss of power may cost: under 5 s of traffic */
#define SYNC_BYTES ((uint64_t)64 << 20)
#define BAD_MOST 3          /* times that an object may come with wrong bytes from all there are */
#define LACK_MOST 3
#define DAMAGE_MOST 3       /* times that the disk may fail to keep what was written */
#define MIXED UINT8_MAX

/* One request for one object. */
struct job {
    struct pulling *p;
    size_t object;
    struct mzg_mirror *mirror;     /* NULL: the slot is free */
    struct mzg_transfer *transfer;
    struct mzg_err e;              /* of taking the bytes; code MZG_OK: none */
};

struct pulling {
    struct mzg_receiver *to;
    struct mzg_line *l;
    struct job jobs[SLOTS];
    uint8_t *from;        /* per object: 0: no byte is here; 1 + mirror that sent what is; MIXED: several */
    uint8_t *bad;         /* per object: times that its bytes were wrong */
    uint8_t *lacking;     /* per object: times that no mirror had it */
    size_t next;          /* no object before it is missing and unasked */
    uint64_t total, shown;
    uint64_t since_sync;
    double synced;
    struct mzg_pull_result *r;
};

/* ---- one request ---- */

static bool take(void *ctx, const void *data, size_t n)
{
    struct job *j = ctx;
    size_t taken = mzg_line_arrive(j->p->l, j->mirror, n);
    j->p->since_sync += taken;
    if (j->p->to->take(j->p->to, j->object, data, taken, &j->e))
        return false;
    return taken == n;
}

static enum mzg_code ask(struct job *j, uint32_t have, struct mzg_err *e)
{
    struct pulling *p = j->p;
    const struct mzg_chunk *c = p->to->object(p->to, j->object);
    char path[MZG_OBJECT_PATH], *url = NULL;
    double other = mzg_mirrors_best_other(&p->l->mirrors, j->mirror);
    mzg_object_path(c->object, path);
    if (asprintf(&url, "%s/%s", j->mirror->base, path) < 0)
        return mzg_fail_memory(e, "address");
    /* With a limit there is one request at a time, so that it has all of the limit. */
    bool local = j->mirror->local;
    struct mzg_http_get get = {.url = url, .from = have, .size = c->stored, .local = local,
                               .rate = local ? 0 : p->l->budget.rate, .least = (uint64_t)(other / 10),
                               .take = take, .ctx = j};
    if (local && get.least < LOCAL_LEAST)
        get.least = LOCAL_LEAST;
    j->e.code = MZG_OK;
    enum mzg_code code = mzg_http_start(p->l->http, &get, &j->transfer, e);
    free(url);
    if (!code) {
        j->mirror->busy++;
        p->l->requests++;
    }
    return code;
}

static void free_job(struct job *j)
{
    mzg_transfer_free(j->transfer);
    j->transfer = NULL;
    j->mirror = NULL;
}

/* Ends it wherever it is; what came of the object is kept. */
static void drop_job(struct job *j)
{
    if (!j->mirror)
        return;
    j->mirror->busy -= j->transfer && !mzg_transfer_answer(j->transfer);
    j->p->to->park(j->p->to, j->object);
    free_job(j);
}

/* ---- what came of it ---- */

static enum mzg_code settle(struct job *j, struct mzg_err *e)
{
    struct pulling *p = j->p;
    size_t i = j->object;
    bool sound = false;
    char hex[MZG_SHA256_HEX], what[96];
    enum mzg_code code = p->to->settle(p->to, i, &sound, e);
    if (code || sound)
        return code;
    mzg_sha256_hex(p->to->object(p->to, i)->object, hex);
    snprintf(what, sizeof what, "object %.16s...", hex);
    p->r->wrong++;
    /* Where several had a part in it, nobody knows whose was wrong; the next time one sends it all. */
    if (p->from[i] == MIXED)
        mzg_line_mixed(p->l, what);
    else
        mzg_line_lied(p->l, j->mirror, what);
    p->from[i] = 0;
    p->to->park(p->to, i);
    if (++p->bad[i] < BAD_MOST + p->l->mirrors.n)
        return MZG_OK;
    return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "object %s is not what was signed, wherever it comes "
                    "from (%s)", hex, p->l->why);
}

static enum mzg_code lack(struct pulling *p, size_t i, struct mzg_err *e)
{
    char hex[MZG_SHA256_HEX];
    if (!mzg_mirrors_lack(&p->l->mirrors, i))
        return MZG_OK;
    mzg_mirrors_forgive(&p->l->mirrors, i);
    for (size_t k = 0; k < p->l->mirrors.n; k++)
        p->l->mirrors.m[k].not_before = mzg_line_now() + 1;
    if (++p->lacking[i] < LACK_MOST)
        return MZG_OK;
    mzg_sha256_hex(p->to->object(p->to, i)->object, hex);
    return mzg_fail(e, MZG_NETWORK, MZG_NO_OFFSET, "%s: has no object %s%s; what came is kept",
                    p->l->mirrors.m[0].base, hex, p->l->mirrors.n > 1 ? ", and no other mirror has" : "");
}

/* A request has ended. */
static enum mzg_code finish_job(struct job *j, const struct mzg_http_answer *answer, struct mzg_err *e)
{
    struct pulling *p = j->p;
    size_t i = j->object;
    uint8_t me = (uint8_t)(1 + (j->mirror - p->l->mirrors.m));
    enum mzg_code code = MZG_OK;
    mzg_line_ended(p->l, j->mirror, i, answer);
    if (answer->body > 0 && answer->end != MZG_HTTP_WHOLE)
        p->from[i] = p->from[i] == 0 || p->from[i] == me ? me : MIXED;
    if (j->e.code) {
        code = (*e = j->e).code;
    } else if (answer->end == MZG_HTTP_DONE) {
        code = settle(j, e);
    } else if (answer->end == MZG_HTTP_WHOLE) {
        p->from[i] = 0;
        code = p->to->forget(p->to, i, e);
        p->to->park(p->to, i);
    } else {
        p->to->park(p->to, i);
        if (answer->end == MZG_HTTP_ABSENT)
            code = lack(p, i, e);
    }
    free_job(j);
    if (i < p->next)
        p->next = i;
    return code;
}

/* ---- which object next ---- */

static bool is_under_way(const struct pulling *p, size_t i)
{
    for (size_t k = 0; k < SLOTS; k++) {
        if (p->jobs[k].mirror && p->jobs[k].object == i)
            return true;
    }
    return false;
}

static bool find_next(struct pulling *p, size_t *i)
{
    size_t n = p->to->count(p->to);
    bool all_before = true;
    for (*i = p->next; *i < n; ++*i) {
        bool missing = p->to->missing(p->to, *i);
        all_before &= !missing;
        if (all_before)
            p->next = *i + 1;
        if (missing && !is_under_way(p, *i) &&
            mzg_mirrors_choose(&p->l->mirrors, *i, mzg_line_now(), p->l->connections))
            return true;
    }
    return false;
}

static enum mzg_code start_job(struct pulling *p, struct job *j, size_t i, struct mzg_err *e)
{
    uint32_t have = 0;
    j->object = i;
    j->mirror = mzg_mirrors_choose(&p->l->mirrors, i, mzg_line_now(), p->l->connections);
    enum mzg_code code = p->to->begin(p->to, i, &have, e);
    if (code) {
        j->mirror = NULL;
        return code;
    }
    /* Bytes from an earlier run: nobody knows whose. */
    if (have > 0 && p->from[i] == 0)
        p->from[i] = MIXED;
    if (have < p->to->object(p->to, i)->stored)
        return ask(j, have, e);
    code = settle(j, e);
    free_job(j);
    return code;
}

/* Two at a time hide the way there and back; more only help a fast line, and each loses what is in flight
 * when the line is cut. */
static size_t slots(const struct pulling *p)
{
    double rate = 0;
    if (p->l->budget.rate && !mzg_mirrors_are_local(&p->l->mirrors))
        return 1;
    for (size_t k = 0; k < p->l->mirrors.n; k++)
        rate += p->l->mirrors.m[k].dropped ? 0 : p->l->mirrors.m[k].rate;
    return rate < FAST ? 2 : SLOTS;
}

static enum mzg_code fill_slots(struct pulling *p, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    size_t most = slots(p), busy = 0, i = 0;
    for (size_t k = 0; k < SLOTS; k++)
        busy += p->jobs[k].mirror != NULL;
    for (size_t k = 0; k < SLOTS && busy < most && !code; k++) {
        if (p->jobs[k].mirror)
            continue;
        if (!find_next(p, &i))
            break;
        code = start_job(p, &p->jobs[k], i, e);
        busy++;
    }
    return code;
}

/* ---- the loop ---- */

static size_t count_busy(const struct pulling *p)
{
    size_t n = 0;
    for (size_t k = 0; k < SLOTS; k++)
        n += p->jobs[k].mirror != NULL;
    return n;
}

static void drop_all(struct pulling *p)
{
    for (size_t k = 0; k < SLOTS; k++)
        drop_job(&p->jobs[k]);
}

static enum mzg_code keep_up(struct pulling *p, bool now, struct mzg_err *e)
{
    double t = mzg_line_now();
    if (!now && t - p->synced < SYNC_SECONDS && p->since_sync < SYNC_BYTES)
        return MZG_OK;
    p->synced = t;
    p->since_sync = 0;
    enum mzg_code code = p->to->sync(p->to, e);
    return code ? code : mzg_budget_save(&p->l->budget, e);
}

/* Never backwards: what turns out to be wrong is taken off when it has come again. */
static enum mzg_code show(struct pulling *p, struct mzg_err *e)
{
    uint64_t done = p->total - p->to->left(p->to);
    if (done > p->shown)
        p->shown = done;
    return mzg_progress_step(&p->l->run->progress, "pull", p->shown, p->total, e);
}

static enum mzg_code turn(struct pulling *p, struct mzg_err *e)
{
    bool go = false;
    enum mzg_code code = mzg_line_ask(p->l, &go, e);
    if (!code && go)
        code = fill_slots(p, e);
    else
        drop_all(p);
    if (!code && count_busy(p))
        code = mzg_http_move(p->l->http, 100, e);
    else if (!code && go)
        mzg_line_pause(p->l);
    for (size_t k = 0; k < SLOTS && !code; k++) {
        struct job *j = &p->jobs[k];
        const struct mzg_http_answer *answer = j->mirror ? mzg_transfer_answer(j->transfer) : NULL;
        if (answer)
            code = finish_job(j, answer, e);
    }
    if (!code)
        code = keep_up(p, false, e);
    return code ? code : show(p, e);
}

static bool any_missing(struct pulling *p)
{
    size_t n = p->to->count(p->to);
    while (p->next < n && !p->to->missing(p->to, p->next))
        p->next++;
    return p->next < n;
}

static enum mzg_code pull(struct pulling *p, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    size_t damaged = 1;
    for (unsigned round = 0; !code && damaged; round++) {
        while (!code && any_missing(p))
            code = turn(p, e);
        if (!code)
            code = p->to->finish(p->to, &damaged, e);
        p->r->damaged += code ? 0 : damaged;
        p->next = 0;
        if (!code && damaged && round + 1 >= DAMAGE_MOST)
            code = mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "this disk does not keep what is written to it: %zu "
                            "chunks were damaged again", damaged);
    }
    return code;
}

enum mzg_code mzg_pull(struct mzg_receiver *to, struct mzg_line *l, struct mzg_pull_result *r,
                       struct mzg_err *e)
{
    size_t n = to->count(to) + 1;
    struct pulling p = {.to = to, .l = l, .from = calloc(n, 1), .bad = calloc(n, 1),
                        .lacking = calloc(n, 1), .r = r, .synced = mzg_line_now()};
    struct mzg_err late;
    enum mzg_code code = p.from && p.bad && p.lacking ? mzg_mirrors_objects(&l->mirrors, n, e)
                                                      : mzg_fail_memory(e, "objects");
    *r = (struct mzg_pull_result){0};
    for (size_t k = 0; k < SLOTS; k++)
        p.jobs[k].p = &p;
    for (size_t i = 0; i + 1 < n; i++)
        p.total += to->object(to, i)->stored;
    l->last_byte = mzg_line_now();
    if (!code)
        code = pull(&p, e);
    drop_all(&p);
    /* What came is kept whatever happened; a disk that is full has been told of. */
    if (code && keep_up(&p, true, &late) && code == MZG_STOPPED)
        code = (*e = late).code;
    r->wire = l->wire;
    r->requests = l->requests;
    free(p.from);
    free(p.bad);
    free(p.lacking);
    return code;
}
