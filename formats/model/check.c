#include "check.h"

#include "../base/pool.h"
#include "provenance.h"
#include "recall.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_CAP ((size_t)64 << 20)

/* One batch being measured: a worker reads both sides itself, as nothing is digested here. */
struct slot {
    struct work *work;
    struct mzg_batch batch;
    const struct mzg_tensor *out;
    struct mzg_check_tensor *row;
    struct mzg_loss loss;
    size_t index; /* of the tensor in the source */
    struct mzg_importance_rows rows;
    struct mzg_scratch scratch;
    uint8_t *src_data, *out_data;
    uint64_t ticket;
    bool pending; /* its loss is not added to the row yet */
};

struct work {
    struct mzg_check *check;
    const struct mzg_weights *out;
    const struct mzg_model *source;
    const struct mzg_limits *limits;
    const struct mzg_run *run;
    struct mzg_kernels kernels;
    struct mzg_recall recall;
    struct mzg_activation *activation;
    struct mzg_pool *pool;
    struct slot *slots;
    size_t n_slots, next_slot;
    bool *met;            /* per tensor of out: the source has it too */
    uint64_t done, total; /* source bytes */
    double err2, x2;
};

/* One type on both sides: convert copied it, value by value where their order is another. */
static bool is_copy(const struct mzg_model_tensor *t, const struct mzg_tensor *out)
{
    if (t->made != NULL && t->made->stored == out->type)
        return mzg_type_by_number(out->type)->block_elems == 1;
    return mzg_model_keeps(t, out->type);
}

/* ---- a worker's part ---- */

static enum mzg_code measure_slot(void *arg, struct mzg_err *e)
{
    struct slot *s = arg;
    const struct work *w = s->work;
    const struct mzg_type_info *to = mzg_type_by_number(s->out->type);
    const struct mzg_tensor *src = s->batch.tensor->src;
    enum mzg_code rc = mzg_weights_read(w->out, s->out, mzg_type_bytes(to, s->batch.first),
                                        s->out_data, (size_t)mzg_type_bytes(to, s->batch.count), e);
    s->scratch.kernels = &w->kernels;
    if (rc == MZG_OK)
        rc = mzg_batch_load(&s->batch, &s->scratch, s->src_data, e);
    if (rc == MZG_OK && src != NULL && s->batch.tensor->made == NULL)
        rc = mzg_weights_read(&w->source->weights, src, s->batch.src_offset, s->src_data,
                              s->batch.src_bytes, e);
    if (rc != MZG_OK)
        return rc;
    s->loss = (struct mzg_loss){.repeats = s->row->repeated >= 0,
                                .copied = is_copy(s->batch.tensor, s->out)};
    struct mzg_pair pair = {.batch = &s->batch, .src = s->src_data, .out = s->out_data, .to = to,
                            .limit = &w->limits->type[to->type], .kernels = &w->kernels,
                            .activation = w->activation, .effort = w->recall.effort,
                            .importance = &w->recall.importance, .index = s->index,
                            .rows = &s->rows};
    return mzg_loss_measure(&s->loss, &pair, e);
}

/* ---- the calling thread's part ---- */

/* Takes the slot's result into its row: slots are reused in order, so batches add up in order. */
static enum mzg_code collect(struct work *w, struct slot *s, struct mzg_err *e)
{
    enum mzg_code rc = mzg_pool_wait(w->pool, s->ticket, e);
    if (rc == MZG_OK && s->pending)
        mzg_loss_add(&s->row->loss, &s->loss);
    s->pending = false;
    return rc;
}

static enum mzg_code collect_all(struct work *w, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    for (size_t i = 0; i < w->n_slots && rc == MZG_OK; i++)
        rc = collect(w, &w->slots[(w->next_slot + i) % w->n_slots], e);
    return rc;
}

static enum mzg_code measure_tensor(struct work *w, size_t i, const struct mzg_tensor *out,
                                    struct mzg_err *e)
{
    const struct mzg_model_tensor *t = &w->source->tensors[i];
    struct mzg_check_tensor *row = &w->check->rows[i];
    uint64_t total = mzg_model_elems(t);
    enum mzg_code rc = MZG_OK;
    for (uint64_t first = 0; rc == MZG_OK && first < total; first += MZG_BATCH_ELEMS) {
        struct slot *s = &w->slots[w->next_slot];
        w->next_slot = (w->next_slot + 1) % w->n_slots;
        rc = collect(w, s, e);
        if (rc != MZG_OK)
            break;
        mzg_batch_set(&s->batch, t, first);
        s->out = out;
        s->row = row;
        s->index = i;
        rc = mzg_pool_submit(w->pool, measure_slot, s, &s->ticket, e);
        s->pending = rc == MZG_OK;
        w->done += s->batch.src_bytes;
        if (rc == MZG_OK)
            rc = mzg_progress_step(&w->run->progress, "checking", w->done, w->total, e);
    }
    return rc;
}

/* Turns sums into figures, and figures into a verdict. */
static void judge(struct work *w, struct mzg_check_tensor *row, enum mzg_type type)
{
    const struct mzg_loss *l = &row->loss;
    const struct mzg_limit *limit = &w->limits->type[type];
    double n = (double)row->elems;
    row->rel_rmse = l->err2 > 0 ? sqrt(l->err2 / l->x2) : l->err2;
    row->snr_db = l->err2 > 0 ? 10 * log10(l->x2 / l->err2) : INFINITY;
    row->cosine = l->x2 > 0 && l->y2 > 0 ? l->xy / sqrt(l->x2) / sqrt(l->y2) : l->err2 == 0;
    if (row->repeated > 0 && l->differs)
        row->repeated = 0;
    w->err2 += l->err2;
    w->x2 += l->x2;
    /* The block first: one that is far off breaks the tensor's limit too, and says more. */
    if (!(l->block_error <= 1))
        row->fault = "error of a block", row->fault_at = l->block_error_at;
    else if (!(sqrt(l->err2 / n) <= limit->rel_rmse * sqrt(l->x2 / n) + limit->abs))
        row->fault = "error of the tensor";
    else if (!(l->kernel_error <= 1))
        row->fault = "error of the dot product";
    else if (l->differs) {
        row->fault = row->repeated == 0 ? "not what the recorded quantizer gives"
                                        : "not the copy it should be";
        row->fault_at = l->differs_at;
    }
}

static bool same_shape(const struct mzg_model_tensor *t, const struct mzg_tensor *out)
{
    if (t->n_dims != out->n_dims)
        return false;
    for (unsigned d = 0; d < t->n_dims; d++)
        if (t->ne[d] != out->ne[d])
            return false;
    return true;
}

/* Whether blocks can be compared by value, else only by their bytes: integers, types not known. */
static bool readable(const struct work *w, const struct mzg_model_tensor *t,
                     const struct mzg_tensor *out)
{
    return out->type != MZG_TYPE_END && w->kernels.type[out->type].dequantize != NULL &&
           (t->src == NULL || t->made != NULL ||
            (t->src->type != MZG_TYPE_END && w->kernels.type[t->src->type].dequantize != NULL));
}

/* n elements of the source from `first` on, as convert writes them. */
static enum mzg_code read_source(const struct work *w, const struct mzg_model_tensor *t, uint64_t first,
                                 size_t n, uint8_t *data, struct mzg_err *e)
{
    struct slot *s = &w->slots[0];
    const struct mzg_type_info *info = mzg_type_by_number(mzg_model_type(t));
    if (t->made != NULL)
        return mzg_values_blocks(t->made, &s->scratch, first, n, data, e);
    return mzg_weights_read(&w->source->weights, t->src, mzg_type_bytes(info, first), data,
                            (size_t)mzg_type_bytes(info, n), e);
}

/* Bytes that convert copies without a look at their values. */
static enum mzg_code compare_bytes(struct work *w, const struct mzg_model_tensor *t,
                                   const struct mzg_tensor *out, struct mzg_check_tensor *row,
                                   struct mzg_err *e)
{
    const size_t run = MZG_BATCH_ELEMS / 4; /* of up to 8 bytes each, in a slot's room for floats */
    const struct mzg_type_info *info = mzg_type_by_number(out->type);
    uint8_t *a = w->slots[0].src_data, *b = w->slots[0].out_data;
    if (t->src == NULL || info == NULL || !mzg_model_keeps(t, out->type)) {
        row->fault = "type cannot be compared";
        return MZG_OK;
    }
    enum mzg_code rc = collect_all(w, e);
    w->slots[0].scratch.kernels = &w->kernels;
    for (uint64_t at = 0; rc == MZG_OK && at < out->elems; at += run) {
        size_t n = out->elems - at < run ? (size_t)(out->elems - at) : run;
        rc = read_source(w, t, at, n, a, e);
        if (rc == MZG_OK)
            rc = mzg_weights_read(w->out, out, mzg_type_bytes(info, at), b, (size_t)mzg_type_bytes(info, n), e);
        if (rc == MZG_OK && memcmp(a, b, (size_t)mzg_type_bytes(info, n)) != 0)
            row->fault = "bytes differ";
    }
    return rc;
}

static enum mzg_code check_tensor(struct work *w, size_t i, struct mzg_err *e)
{
    const struct mzg_model_tensor *t = &w->source->tensors[i];
    struct mzg_check_tensor *row = &w->check->rows[i];
    const struct mzg_tensor *out = mzg_weights_find(w->out, t->name);
    row->name = t->name;
    row->type = out != NULL ? out->type_name : "-";
    row->elems = mzg_model_elems(t);
    row->fault_at = MZG_NO_OFFSET;
    row->repeated = -1;
    if (out != NULL)
        w->met[out - w->out->tensors] = true;
    if (out == NULL || !same_shape(t, out)) {
        row->fault = out == NULL ? "missing" : "shape differs";
        return MZG_OK;
    }
    if (!readable(w, t, out))
        return compare_bytes(w, t, out, row, e);
    if (!is_copy(t, out) && mzg_recall_knows(&w->recall, w->out, out->type))
        row->repeated = 1;
    return measure_tensor(w, i, out, e);
}

/* ---- setting up ---- */

static enum mzg_code make_rows(struct work *w, struct mzg_err *e)
{
    struct mzg_check *c = w->check;
    size_t room = w->source->n_tensors + w->out->n_tensors;
    mzg_arena_init(&c->arena, ARENA_CAP);
    c->rows = mzg_arena_alloc(&c->arena, room, sizeof *c->rows);
    w->met = mzg_arena_alloc(&c->arena, w->out->n_tensors, sizeof *w->met);
    if (c->rows == NULL || w->met == NULL)
        return mzg_fail_memory(e, "check report");
    c->n_rows = w->source->n_tensors;
    return MZG_OK;
}

static void add_strangers(struct work *w)
{
    struct mzg_check *c = w->check;
    for (size_t i = 0; i < w->out->n_tensors; i++) {
        const struct mzg_tensor *t = &w->out->tensors[i];
        if (w->met[i])
            continue;
        c->rows[c->n_rows++] = (struct mzg_check_tensor){
            .name = t->name, .type = t->type_name, .elems = t->elems, .repeated = -1,
            .fault = "not in the source", .fault_at = MZG_NO_OFFSET};
    }
}

static enum mzg_code make_slots(struct work *w, struct mzg_err *e)
{
    size_t room = (size_t)MZG_BATCH_ELEMS * 4;
    uint64_t widest = mzg_importance_widest(&w->recall.importance);
    for (size_t i = 0; i < w->source->n_tensors; i++)
        w->total += mzg_model_bytes(&w->source->tensors[i]);
    w->n_slots = mzg_batches_in_flight(2 * room + widest * sizeof(float), w->run->threads);
    w->slots = calloc(w->n_slots, sizeof *w->slots);
    w->activation = malloc(sizeof *w->activation);
    if (w->slots == NULL || w->activation == NULL)
        return mzg_fail_memory(e, "batches in flight");
    for (size_t i = 0; i < w->n_slots; i++) {
        enum mzg_code rc = mzg_importance_rows_init(&w->slots[i].rows, widest, e);
        if (rc != MZG_OK)
            return rc;
        w->slots[i].work = w;
        w->slots[i].src_data = malloc(room);
        w->slots[i].out_data = malloc(room);
        if (w->slots[i].src_data == NULL || w->slots[i].out_data == NULL)
            return mzg_fail_memory(e, "batches in flight");
    }
    mzg_activation_init(w->activation, &w->kernels);
    return MZG_OK;
}

static void work_clear(struct work *w)
{
    mzg_pool_free(w->pool);
    for (size_t i = 0; w->slots != NULL && i < w->n_slots; i++) {
        mzg_importance_rows_clear(&w->slots[i].rows);
        mzg_scratch_clear(&w->slots[i].scratch);
        free(w->slots[i].src_data);
        free(w->slots[i].out_data);
    }
    free(w->slots);
    free(w->activation);
    mzg_recall_clear(&w->recall);
}

static void conclude(struct work *w)
{
    struct mzg_check *c = w->check;
    for (size_t i = 0; i < c->n_rows; i++) {
        const struct mzg_tensor *out = mzg_weights_find(w->out, c->rows[i].name);
        if (c->rows[i].fault == NULL && out != NULL && out->type < MZG_TYPE_END)
            judge(w, &c->rows[i], out->type);
    }
    add_strangers(w);
    for (size_t i = 0; i < c->n_rows; i++)
        c->n_failed += c->rows[i].fault != NULL;
    c->rel_rmse = w->err2 > 0 ? sqrt(w->err2 / w->x2) : w->err2;
}

enum mzg_code mzg_check_run(struct mzg_check *c, const struct mzg_check_job *job,
                            const struct mzg_run *run, struct mzg_err *e)
{
    const struct mzg_model *source = job->source;
    struct work w = {.check = c, .out = job->out, .source = source, .limits = job->limits, .run = run};
    memset(c, 0, sizeof *c);
    mzg_kernels_init(&w.kernels, run->cpu);
    enum mzg_code rc = mzg_recall_read(&w.recall, job->out, source, job->imatrix, &run->notify, e);
    if (rc == MZG_OK)
        rc = make_rows(&w, e);
    if (rc == MZG_OK)
        rc = make_slots(&w, e);
    if (rc == MZG_OK)
        rc = mzg_pool_new(&w.pool, run->threads, e);
    for (size_t i = 0; rc == MZG_OK && i < source->n_tensors; i++)
        rc = check_tensor(&w, i, e);
    if (rc == MZG_OK)
        rc = collect_all(&w, e);
    if (rc == MZG_OK)
        conclude(&w);
    work_clear(&w);
    if (rc == MZG_OK && c->n_failed > 0)
        rc = mzg_fail(e, MZG_DIFFERS, MZG_NO_OFFSET, "%zu of %zu tensors break a limit",
                      c->n_failed, c->n_rows);
    return rc;
}

void mzg_check_report_clear(struct mzg_check *c)
{
    mzg_arena_clear(&c->arena);
    c->rows = NULL;
    c->n_rows = 0;
}
