#include "convert.h"

#include "../base/pool.h"
#include "provenance.h"
#include "stream.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_CAP ((size_t)128 << 20)

/* One batch on its way: filled by the reading thread, quantized and written by a worker. */
struct slot {
    struct convert *work;
    struct mzg_batch batch;
    const struct mzg_gguf_tensor *to;
    uint8_t *src;     /* capacity: work->src_room */
    uint8_t *dst;     /* capacity: work->dst_room */
    uint64_t ticket;  /* of the pool; 0: never used */
};

struct convert {
    const struct mzg_convert_job *job;
    struct mzg_gguf_tensor *table;
    uint64_t data_offset; /* of the output's tensor data */
    uint64_t data_bytes;
    struct mzg_kernels kernels;
    struct mzg_output output;
    struct mzg_stream stream;
    struct mzg_pool *pool;
    struct slot *slots;
    size_t n_slots, next_slot;
    size_t src_room, dst_room;
    uint64_t done, total; /* source bytes, for progress */
    const struct mzg_run *run;
};

/* ---- a worker's part ---- */

static const char *unfit_word(float x)
{
    return isnan(x) ? "NaN" : isinf(x) ? "infinite" : NULL;
}

/* The weight that stops a conversion, by its place in the source. at: in output order. */
static enum mzg_code fail_unfit(const struct slot *s, uint64_t at, float x, struct mzg_err *e)
{
    char q[MZG_QUOTE], f[MZG_QUOTE];
    const struct mzg_model_tensor *t = s->batch.tensor;
    const char *word = unfit_word(x);
    uint64_t i = mzg_source_element(t, at);
    if (t->src == NULL)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "tensor '%s': computed element %llu is %g",
                        t->name, (unsigned long long)i, (double)x);
    const struct mzg_type_info *info = mzg_type_by_number(t->src->type);
    uint64_t offset = t->src->offset + i / info->block_elems * info->block_bytes;
    const char *file = mzg_quote(f, s->work->job->model->weights.files[t->src->file].name);
    if (word != NULL)
        return mzg_fail(e, MZG_MALFORMED, offset, "%s: tensor '%s': element %llu is %s", file,
                        mzg_quote(q, t->src->name), (unsigned long long)i, word);
    return mzg_fail(e, MZG_UNSUPPORTED, offset,
                    "%s: tensor '%s': element %llu is %g, beyond what %s can hold", file,
                    mzg_quote(q, t->src->name), (unsigned long long)i, (double)x,
                    mzg_type_by_number(s->to->type)->name);
}

/* Blocks that stay as they are still must not hold a NaN. */
static bool copied(const struct slot *s)
{
    return s->batch.tensor->src != NULL && s->batch.tensor->src->type == s->to->type &&
           s->batch.tensor->heads == 0;
}

static enum mzg_code quantize_batch(struct slot *s, struct mzg_err *e)
{
    const struct mzg_kernels *k = &s->work->kernels;
    const struct mzg_type_info *info = mzg_type_by_number(s->to->type);
    float x[MZG_PIECE];
    for (uint64_t done = 0; done < s->batch.count;) {
        uint64_t left = s->batch.count - done;
        size_t n = left < MZG_PIECE ? (size_t)left : MZG_PIECE;
        const float *values = mzg_batch_decode(&s->batch, k, s->src, done, n, x);
        size_t bad = k->find_unfit(values, n, info->max_abs);
        if (bad < n)
            return fail_unfit(s, s->batch.first + done + bad, values[bad], e);
        if (!copied(s))
            k->type[s->to->type].quantize(values, s->dst + mzg_type_bytes(info, done), n);
        done += n;
    }
    return MZG_OK;
}

static enum mzg_code run_slot(void *arg, struct mzg_err *e)
{
    struct slot *s = arg;
    const struct mzg_type_info *info = mzg_type_by_number(s->to->type);
    /* Integers and blocks without a decoder here pass through; so do their values. */
    bool opaque = s->batch.tensor->src != NULL &&
                  s->work->kernels.type[s->batch.tensor->src->type].dequantize == NULL;
    enum mzg_code rc = opaque ? MZG_OK : quantize_batch(s, e);
    if (rc != MZG_OK)
        return rc;
    return mzg_output_write_at(&s->work->output,
                               s->work->data_offset + s->to->offset +
                                   mzg_type_bytes(info, s->batch.first),
                               opaque || copied(s) ? s->src : s->dst,
                               (size_t)mzg_type_bytes(info, s->batch.count), e);
}

/* ---- the reading thread's part ---- */

/* Reads each batch of tensor i into the next free slot and hands it to a worker. */
static enum mzg_code feed_tensor(struct convert *c, size_t i, struct mzg_err *e)
{
    const struct mzg_model_tensor *t = &c->job->model->tensors[i];
    uint64_t elems = 0, total = mzg_model_elems(t);
    enum mzg_code rc = mzg_batch_size(t, &elems, e);
    for (uint64_t first = 0; rc == MZG_OK && first < total; first += elems) {
        struct slot *s = &c->slots[c->next_slot];
        c->next_slot = (c->next_slot + 1) % c->n_slots;
        rc = mzg_pool_wait(c->pool, s->ticket, e);
        if (rc != MZG_OK)
            break;
        mzg_batch_set(&s->batch, t, first, elems);
        s->to = &c->table[i];
        rc = mzg_stream_read(&c->stream, &s->batch, s->src, e);
        if (rc == MZG_OK)
            rc = mzg_pool_submit(c->pool, run_slot, s, &s->ticket, e);
        c->done += s->batch.src_bytes;
        if (rc == MZG_OK)
            rc = mzg_progress_step(&c->run->progress, "converting", c->done, c->total, e);
    }
    return rc;
}

/* Zeros behind tensor i up to the next one. */
static enum mzg_code write_padding(const struct convert *c, size_t i, struct mzg_err *e)
{
    static const uint8_t zeros[MZG_PIECE];
    uint64_t end = c->table[i].offset + c->table[i].bytes;
    uint64_t next = i + 1 < c->job->model->n_tensors ? c->table[i + 1].offset : c->data_bytes;
    if (next == end)
        return MZG_OK;
    return mzg_output_write_at(&c->output, c->data_offset + end, zeros, (size_t)(next - end), e);
}

/* A batch's own fault goes before that of the reading thread, which is ahead of it: so a bad file gives
 * the same message at every thread count. */
static enum mzg_code convert_tensors(struct convert *c, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    struct mzg_err job;
    for (size_t i = 0; i < c->job->model->n_tensors && rc == MZG_OK; i++) {
        rc = feed_tensor(c, i, e);
        if (rc == MZG_OK)
            rc = write_padding(c, i, e);
    }
    if (rc == MZG_OK)
        rc = mzg_stream_finish(&c->stream, e);
    if (mzg_pool_wait(c->pool, UINT64_MAX, &job) != MZG_OK) {
        *e = job;
        rc = job.code;
    }
    return rc;
}

/* ---- setting up ---- */

static uint32_t alignment_of(const struct mzg_model *m)
{
    uint64_t a;
    return mzg_kvs_get_u64(&m->kvs, "general.alignment", &a) ? (uint32_t)a : 32;
}

/* The header with these digests (NULL: placeholders); it has the same size either way. */
static enum mzg_code encode_header(const struct mzg_convert_job *job,
                                   const struct mzg_gguf_tensor *table,
                                   const uint8_t (*digests)[32], struct mzg_buf *out,
                                   struct mzg_err *e)
{
    struct mzg_kvs kvs;
    mzg_buf_init(out, HEADER_CAP);
    enum mzg_code rc = mzg_provenance_kvs(&kvs, job, table, digests, e);
    if (rc == MZG_OK) {
        mzg_gguf_encode(&kvs, table, job->model->n_tensors, alignment_of(job->model), out);
        rc = mzg_buf_ok(out, "the output's header", e);
    }
    mzg_kvs_clear(&kvs);
    return rc;
}

/* Room for the largest batch of any tensor, and as many slots as the memory bound leaves. */
static enum mzg_code make_slots(struct convert *c, unsigned threads, struct mzg_err *e)
{
    const struct mzg_model *m = c->job->model;
    for (size_t i = 0; i < m->n_tensors; i++) {
        struct mzg_batch b;
        uint64_t elems;
        enum mzg_code rc = mzg_batch_size(&m->tensors[i], &elems, e);
        if (rc != MZG_OK)
            return rc;
        mzg_batch_set(&b, &m->tensors[i], 0, elems);
        size_t dst = (size_t)mzg_type_bytes(mzg_type_by_number(c->table[i].type), b.count);
        c->src_room = b.src_bytes > c->src_room ? b.src_bytes : c->src_room;
        c->dst_room = dst > c->dst_room ? dst : c->dst_room;
    }
    c->n_slots = mzg_batches_in_flight(c->src_room + c->dst_room + 1, threads);
    c->slots = calloc(c->n_slots, sizeof *c->slots);
    for (size_t i = 0; c->slots != NULL && i < c->n_slots; i++) {
        c->slots[i].work = c;
        c->slots[i].src = malloc(c->src_room ? c->src_room : 1);
        c->slots[i].dst = malloc(c->dst_room ? c->dst_room : 1);
        if (c->slots[i].src == NULL || c->slots[i].dst == NULL)
            return mzg_fail_memory(e, "batches in flight");
    }
    return c->slots != NULL ? MZG_OK : mzg_fail_memory(e, "batches in flight");
}

static void convert_clear(struct convert *c)
{
    mzg_pool_free(c->pool);
    for (size_t i = 0; c->slots != NULL && i < c->n_slots; i++) {
        free(c->slots[i].src);
        free(c->slots[i].dst);
    }
    free(c->slots);
    mzg_stream_clear(&c->stream);
    mzg_output_abandon(&c->output);
    free(c->table);
}

/* Types, offsets and the size of the header: all that is known before a weight is read. */
static enum mzg_code lay_out(struct convert *c, struct mzg_buf *header, struct mzg_err *e)
{
    const struct mzg_model *m = c->job->model;
    enum mzg_code rc =
        mzg_recipe_apply(c->job->recipe, m, NULL, &c->run->notify, &c->table, NULL, e);
    if (rc == MZG_OK)
        rc = mzg_gguf_layout(c->table, m->n_tensors, alignment_of(m), &c->data_bytes, e);
    if (rc == MZG_OK)
        rc = encode_header(c->job, c->table, NULL, header, e);
    c->data_offset = header->len;
    for (size_t i = 0; i < m->n_tensors; i++)
        c->total += m->tensors[i].src != NULL ? m->tensors[i].src->bytes : 0;
    return rc;
}

/* The header comes last: only now are the source's digests known. */
static enum mzg_code finish(struct convert *c, struct mzg_err *e)
{
    struct mzg_buf header;
    enum mzg_code rc = encode_header(c->job, c->table,
                                     (const uint8_t(*)[32])c->stream.digests, &header, e);
    if (rc == MZG_OK)
        rc = mzg_output_write_at(&c->output, 0, header.data, header.len, e);
    if (rc == MZG_OK)
        rc = mzg_output_commit(&c->output, e);
    mzg_buf_clear(&header);
    return rc;
}

static void sum_up(const struct convert *c, struct mzg_convert_totals *t)
{
    const struct mzg_model *m = c->job->model;
    memset(t, 0, sizeof *t);
    t->tensors = m->n_tensors;
    t->output_bytes = c->data_offset + c->data_bytes;
    for (size_t i = 0; i < m->weights.n_files; i++)
        t->source_bytes += m->weights.files[i].file.size;
    for (size_t i = 0; i < m->n_tensors; i++)
        t->elems += m->tensors[i].src != NULL ? m->tensors[i].src->elems : 0;
}

enum mzg_code mzg_convert_run(const struct mzg_convert_job *job, const char *out,
                              const struct mzg_run *run, struct mzg_convert_totals *totals,
                              struct mzg_err *e)
{
    struct convert c = {.job = job, .run = run, .output = {.fd = -1}};
    struct mzg_buf header;
    mzg_buf_init(&header, HEADER_CAP);
    mzg_kernels_init(&c.kernels, run->cpu);
    enum mzg_code rc = lay_out(&c, &header, e);
    mzg_buf_clear(&header);
    if (rc == MZG_OK)
        rc = mzg_recipe_check_kernels(job->model, c.table, &c.kernels, e);
    if (rc == MZG_OK)
        rc = make_slots(&c, run->threads, e);
    if (rc == MZG_OK)
        rc = mzg_stream_init(&c.stream, &job->model->weights, e);
    if (rc == MZG_OK)
        rc = mzg_pool_new(&c.pool, run->threads, e);
    if (rc == MZG_OK)
        rc = mzg_output_open(&c.output, out, 0666, e);
    if (rc == MZG_OK)
        rc = mzg_output_reserve(&c.output, c.data_offset + c.data_bytes, e);
    if (rc == MZG_OK)
        rc = convert_tensors(&c, e);
    if (rc == MZG_OK)
        rc = finish(&c, e);
    if (rc == MZG_OK && totals != NULL)
        sum_up(&c, totals);
    convert_clear(&c);
    return rc;
}

enum mzg_code mzg_convert_size(const struct mzg_convert_job *job, uint64_t *bytes,
                               struct mzg_err *e)
{
    static const struct mzg_run quiet;
    struct convert c = {.job = job, .run = &quiet, .output = {.fd = -1}};
    struct mzg_buf header;
    mzg_buf_init(&header, HEADER_CAP);
    enum mzg_code rc = lay_out(&c, &header, e);
    *bytes = c.data_offset + c.data_bytes;
    mzg_buf_clear(&header);
    convert_clear(&c);
    return rc;
}
