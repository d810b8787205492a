#include "convert.h"

#include "../base/pool.h"
#include "resume.h"
#include <stdlib.h>
#include <string.h>

struct convert {
    const struct mzg_model *model;
    const struct mzg_run *run;
    struct mzg_kernels kernels;
    struct mzg_sink sinks[MZG_OUTPUTS_MAX];
    size_t n_sinks;
    struct mzg_stream stream;
    bool resumes;
    struct mzg_resume resume; /* where it does */
    struct mzg_pool *pool;
    struct mzg_slot *slots;
    size_t n_slots, next_slot;
    uint64_t done, total; /* source bytes, for progress */
};

/* ---- the reading thread's part ---- */

/* Waits for the slot's batch to be written, and notes it in the journal: slots are reused in order, so
 * batches are noted in theirs. */
static enum mzg_code collect(struct convert *c, struct mzg_slot *s, struct mzg_err *e)
{
    enum mzg_code rc = mzg_pool_wait(c->pool, s->ticket, e);
    if (rc == MZG_OK && s->pending && !c->resume.broken)
        rc = mzg_resume_collect(&c->resume, s, e);
    s->pending = false;
    return rc;
}

static enum mzg_code collect_all(struct convert *c, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    for (size_t i = 0; i < c->n_slots && rc == MZG_OK; i++)
        rc = collect(c, &c->slots[(c->next_slot + i) % c->n_slots], e);
    return rc;
}

/* Reads each batch of tensor i into the next free slot and hands it to a worker. */
static enum mzg_code feed_tensor(struct convert *c, size_t i, struct mzg_err *e)
{
    const struct mzg_model_tensor *t = &c->model->tensors[i];
    uint64_t total = mzg_model_elems(t);
    enum mzg_code rc = MZG_OK;
    for (uint64_t first = 0; rc == MZG_OK && first < total; first += MZG_BATCH_ELEMS) {
        struct mzg_slot *s = &c->slots[c->next_slot];
        c->next_slot = (c->next_slot + 1) % c->n_slots;
        rc = collect(c, s, e);
        if (rc != MZG_OK)
            break;
        mzg_batch_set(&s->batch, t, first);
        s->index = i;
        rc = mzg_stream_read(&c->stream, &s->batch, s->src, e);
        if (rc == MZG_OK && c->resumes)
            mzg_stream_state(&c->stream, s->source);
        if (rc == MZG_OK)
            rc = mzg_pool_submit(c->pool, mzg_slot_run, s, &s->ticket, e);
        s->pending = rc == MZG_OK && c->resumes;
        c->done += s->batch.src_bytes;
        if (rc == MZG_OK)
            rc = mzg_progress_step(&c->run->progress, "converting", c->done, c->total, e);
    }
    return rc;
}

/* Behind tensor i, in every output. */
static enum mzg_code write_padding(const struct convert *c, size_t i, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    for (size_t o = 0; o < c->n_sinks && rc == MZG_OK; o++)
        rc = mzg_sink_pad(&c->sinks[o], i, e);
    return rc;
}

/* From the first tensor that is not done on. A batch's own fault goes before that of the reading thread,
 * which is ahead of it: so a bad file gives the same message at every thread count. */
static enum mzg_code convert_tensors(struct convert *c, size_t done, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    struct mzg_err job;
    for (size_t i = 0; i < c->model->n_tensors && rc == MZG_OK; i++) {
        if (i >= done)
            rc = feed_tensor(c, i, e);
        else
            c->done += mzg_model_bytes(&c->model->tensors[i]);
        if (rc == MZG_OK)
            rc = write_padding(c, i, e);
    }
    if (rc == MZG_OK)
        rc = mzg_stream_finish(&c->stream, e);
    /* What is done goes into the journal, whatever ends the work. */
    if (collect_all(c, &job) != MZG_OK || mzg_pool_wait(c->pool, UINT64_MAX, &job) != MZG_OK) {
        *e = job;
        rc = job.code;
    }
    return rc;
}

/* ---- setting up ---- */

static uint64_t widest_importance(const struct convert *c)
{
    uint64_t widest = 0;
    for (size_t o = 0; o < c->n_sinks; o++) {
        uint64_t w = mzg_importance_widest(&c->sinks[o].plan.importance);
        widest = w > widest ? w : widest;
    }
    return widest;
}

/* Room for the largest batch of any tensor, and as many slots as the memory bound leaves. */
static enum mzg_code make_slots(struct convert *c, unsigned threads, struct mzg_err *e)
{
    size_t src_room = 1, dst_room = mzg_slot_room(c->sinks, c->n_sinks);
    uint64_t widest = widest_importance(c);
    for (size_t i = 0; i < c->model->n_tensors; i++) {
        struct mzg_batch b;
        mzg_batch_set(&b, &c->model->tensors[i], 0);
        src_room = b.room > src_room ? b.room : src_room;
    }
    c->n_slots = mzg_batches_in_flight(src_room + c->n_sinks * dst_room + widest * sizeof(float),
                                       threads);
    c->slots = calloc(c->n_slots, sizeof *c->slots);
    for (size_t i = 0; c->slots != NULL && i < c->n_slots; i++) {
        struct mzg_slot *s = &c->slots[i];
        *s = (struct mzg_slot){.kernels = &c->kernels, .sinks = c->sinks, .n_sinks = c->n_sinks,
                               .room = dst_room, .src = malloc(src_room),
                               .dst = malloc(c->n_sinks * dst_room), .journaled = c->resumes};
        enum mzg_code rc = mzg_importance_rows_init(&s->rows, widest, e);
        for (size_t o = 0; o < c->n_sinks && c->resumes && rc == MZG_OK; o++)
            rc = mzg_sha256_init(&s->hash[o], e);
        if (rc != MZG_OK)
            return rc;
        if (s->src == NULL || s->dst == NULL)
            return mzg_fail_memory(e, "batches in flight");
    }
    return c->slots != NULL ? MZG_OK : mzg_fail_memory(e, "batches in flight");
}

static void convert_clear(struct convert *c)
{
    mzg_pool_free(c->pool);
    for (size_t i = 0; c->slots != NULL && i < c->n_slots; i++) {
        mzg_importance_rows_clear(&c->slots[i].rows);
        mzg_scratch_clear(&c->slots[i].scratch);
        for (size_t o = 0; o < c->n_sinks; o++)
            mzg_sha256_clear(&c->slots[i].hash[o]);
        free(c->slots[i].src);
        free(c->slots[i].dst);
    }
    free(c->slots);
    mzg_stream_clear(&c->stream);
    mzg_resume_clear(&c->resume);
    for (size_t o = 0; o < c->n_sinks; o++)
        mzg_sink_clear(&c->sinks[o]);
}

/* Notes of one output among several say which. */
struct told {
    const struct mzg_notify *to;
    const char *name;
};

static void tell_named(void *ctx, const char *text)
{
    const struct told *t = ctx;
    mzg_notice(t->to, "%s: %s", t->name, text);
}

/* All that is known before a weight is read. */
static enum mzg_code plan_outputs(struct convert *c, const struct mzg_convert_target *targets,
                                  size_t n, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    for (size_t o = 0; o < n && rc == MZG_OK; o++) {
        c->n_sinks = o + 1;
        struct told told = {&c->run->notify, targets[o].job.recipe->name};
        struct mzg_notify named = {tell_named, &told};
        rc = mzg_plan_make(&c->sinks[o].plan, &targets[o].job, n > 1 ? &named : &c->run->notify, e);
    }
    for (size_t i = 0; i < c->model->n_tensors; i++)
        c->total += mzg_model_bytes(&c->model->tensors[i]);
    return rc;
}

/* Written one over the other, the last would win without a word. */
static enum mzg_code check_alone(const struct convert *c, size_t o, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    for (size_t i = 0; i < o; i++)
        if (mzg_sink_same(&c->sinks[i], &c->sinks[o]))
            return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "two outputs would be '%s'",
                            mzg_quote(q, c->sinks[o].files[0].path));
    return MZG_OK;
}

static enum mzg_code open_outputs(struct convert *c, const struct mzg_convert_target *targets,
                                  struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    for (size_t o = 0; o < c->n_sinks && rc == MZG_OK; o++) {
        rc = mzg_sink_open(&c->sinks[o], targets[o].path, c->resumes, e);
        if (rc == MZG_OK)
            rc = check_alone(c, o, e);
    }
    return rc;
}

/* What an earlier run has done; the room of the first slot serves to read it again. */
static enum mzg_code take_up(struct convert *c, size_t *done, struct mzg_err *e)
{
    *done = 0;
    if (!c->resumes)
        return MZG_OK;
    enum mzg_code rc = mzg_resume_open(&c->resume, c->model, c->sinks, c->n_sinks, c->run, e);
    return rc != MZG_OK ? rc : mzg_resume_verify(&c->resume, &c->stream, c->slots[0].src, done, e);
}

/* Headers come last: only now are the source's digests known. No output gets its name before all are
 * complete, and on the disk. */
static enum mzg_code finish(struct convert *c, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    for (size_t o = 0; o < c->n_sinks && rc == MZG_OK; o++)
        rc = mzg_sink_headers(&c->sinks[o], (const uint8_t(*)[32])c->stream.digests, e);
    if (rc == MZG_OK)
        rc = mzg_sinks_commit(c->sinks, c->n_sinks, e);
    if (rc == MZG_OK && c->resumes)
        mzg_resume_finish(&c->resume);
    return rc;
}

enum mzg_code mzg_convert_run(const struct mzg_convert_target *targets, size_t n, bool resume,
                              const struct mzg_run *run, struct mzg_convert_totals *totals,
                              struct mzg_err *e)
{
    struct convert c = {.model = targets[0].job.model, .run = run, .resumes = resume,
                        .resume.journal.file.fd = -1};
    size_t done = 0;
    mzg_kernels_init(&c.kernels, run->cpu);
    enum mzg_code rc = plan_outputs(&c, targets, n, e);
    if (rc == MZG_OK)
        rc = make_slots(&c, run->threads, e);
    if (rc == MZG_OK)
        rc = mzg_stream_init(&c.stream, &c.model->weights, e);
    if (rc == MZG_OK)
        rc = mzg_pool_new(&c.pool, run->threads, e);
    if (rc == MZG_OK)
        rc = open_outputs(&c, targets, e);
    if (rc == MZG_OK)
        rc = take_up(&c, &done, e);
    if (rc == MZG_OK)
        rc = convert_tensors(&c, done, e);
    if (rc == MZG_OK)
        rc = finish(&c, e);
    if (rc != MZG_OK && c.resume.journal.lines > 0)
        mzg_notice(&run->notify, "what is done is kept: the same conversion goes on with it");
    for (size_t o = 0; o < n && rc == MZG_OK && totals != NULL; o++)
        totals[o] = mzg_plan_totals(&c.sinks[o].plan);
    convert_clear(&c);
    return rc;
}
