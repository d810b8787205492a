#include "slot.h"

#include <math.h>

/* Without importance and at the usual effort, quantize is the search (kernels.h), and may be faster. */
void mzg_piece_quantize(const struct mzg_type_kernels *k, enum mzg_effort effort, const float *x,
                        const float *w, void *q, size_t n)
{
    if (k->search != NULL && (w != NULL || effort != MZG_EFFORT_DEFAULT || k->quantize == NULL))
        k->search(x, w, q, n, effort);
    else
        k->quantize(x, q, n);
}

size_t mzg_slot_room(const struct mzg_sink *sinks, size_t n)
{
    size_t most = 1;
    for (size_t o = 0; o < n; o++) {
        const struct mzg_plan *p = &sinks[o].plan;
        for (size_t i = 0; i < p->job.model->n_tensors; i++) {
            size_t bytes = (size_t)mzg_type_bytes(mzg_type_by_number(p->table[i].type), MZG_SPAN);
            most = bytes > most ? bytes : most;
        }
    }
    return most;
}

static enum mzg_type type_of(const struct mzg_slot *s, size_t sink)
{
    return s->sinks[sink].plan.table[s->index].type;
}

static bool copies(const struct mzg_slot *s, size_t sink)
{
    return mzg_plan_copies(&s->sinks[sink].plan, s->index);
}

/* ---- weights that cannot be kept ---- */

/* The type that holds the least of those the tensor gets. */
static const struct mzg_type_info *narrowest(const struct mzg_slot *s)
{
    const struct mzg_type_info *least = mzg_type_by_number(type_of(s, 0));
    for (size_t o = 1; o < s->n_sinks; o++) {
        const struct mzg_type_info *info = mzg_type_by_number(type_of(s, o));
        least = info->max_abs < least->max_abs ? info : least;
    }
    return least;
}

static const char *unfit_word(float x)
{
    return isnan(x) ? "NaN" : isinf(x) ? "infinite" : NULL;
}

/* In its file. Where the type is not GGUF's, or strides spread it, the tensor's first byte serves. */
static uint64_t offset_of(const struct mzg_tensor *t, uint64_t i)
{
    const struct mzg_type_info *info = mzg_type_by_number((uint32_t)t->type);
    bool runs = info != NULL && t->strides == NULL && i < t->elems;
    return runs ? t->offset + i / info->block_elems * info->block_bytes : t->offset;
}

/* The weight that stops a conversion, by its place in the source. at: in output order. */
static enum mzg_code fail_unfit(const struct mzg_slot *s, uint64_t at, float x, struct mzg_err *e)
{
    char q[MZG_QUOTE], f[MZG_QUOTE];
    const struct mzg_model_tensor *t = s->batch.tensor;
    const struct mzg_weights *weights = &s->sinks[0].plan.job.model->weights;
    const char *word = unfit_word(x);
    const struct mzg_tensor *src;
    if (t->src == NULL)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "tensor '%s': computed element %llu is %g",
                        t->name, (unsigned long long)at, (double)x);
    uint64_t i = mzg_source_element(t, at, &src);
    const char *file = mzg_quote(f, weights->files[src->file].name);
    uint64_t offset = offset_of(src, i);
    if (word != NULL)
        return mzg_fail(e, MZG_MALFORMED, offset, "%s: tensor '%s': element %llu is %s", file,
                        mzg_quote(q, src->name), (unsigned long long)i, word);
    return mzg_fail(e, MZG_UNSUPPORTED, offset,
                    "%s: tensor '%s': element %llu is %g, beyond what %s can hold", file,
                    mzg_quote(q, src->name), (unsigned long long)i, (double)x,
                    narrowest(s)->name);
}

/* ---- a span ---- */

/* The importance of elements [at, at + n) of the batch, if any output is made with it: all that are
 * have it from the same file. */
static enum mzg_code weigh(struct mzg_slot *s, uint64_t at, size_t n, float *room, const float **w,
                           struct mzg_err *e)
{
    *w = NULL;
    for (size_t o = 0; o < s->n_sinks; o++) {
        const struct mzg_importance *imp = &s->sinks[o].plan.importance;
        if (mzg_importance_has(imp, s->index))
            return mzg_importance_rows_get(&s->rows, imp, s->index, s->batch.first + at, n, room, w, e);
    }
    return MZG_OK;
}

/* One piece, decoded, to the blocks of each output; at: within the span. */
static void make_piece(struct mzg_slot *s, uint64_t at, const float *x, const float *w, size_t n)
{
    for (size_t o = 0; o < s->n_sinks; o++) {
        const struct mzg_plan *p = &s->sinks[o].plan;
        const struct mzg_type_info *to = mzg_type_by_number(type_of(s, o));
        const float *weights = mzg_importance_has(&p->importance, s->index) ? w : NULL;
        if (!copies(s, o) && !mzg_plan_repacks(p, s->index))
            mzg_piece_quantize(&s->kernels->type[to->type], p->job.effort, x, weights,
                               s->dst + o * s->room + mzg_type_bytes(to, at), n);
    }
}

/* Elements [at, at + n) of the batch to blocks in s->dst, but where they are copied; those too must not
 * hold a NaN. */
static enum mzg_code make_span(struct mzg_slot *s, uint64_t at, uint64_t n, struct mzg_err *e)
{
    float limit = narrowest(s)->max_abs;
    float x[MZG_PIECE], room[MZG_PIECE];
    const float *w;
    for (uint64_t done = 0; done < n;) {
        size_t m = n - done < MZG_PIECE ? (size_t)(n - done) : MZG_PIECE;
        const float *values = mzg_batch_decode(&s->batch, s->kernels, s->src, at + done, m, x);
        size_t bad = s->kernels->find_unfit(values, m, limit);
        if (bad < m)
            return fail_unfit(s, s->batch.first + at + done + bad, values[bad], e);
        enum mzg_code rc = weigh(s, at + done, m, room, &w, e);
        if (rc != MZG_OK)
            return rc;
        make_piece(s, done, values, w, m);
        done += m;
    }
    return MZG_OK;
}

/* The same where blocks only change their order. */
static enum mzg_code repack_span(struct mzg_slot *s, uint64_t at, uint64_t n, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    for (size_t o = 0; o < s->n_sinks && rc == MZG_OK; o++) {
        if (mzg_plan_repacks(&s->sinks[o].plan, s->index))
            rc = mzg_values_blocks(s->batch.tensor->made, &s->scratch, s->batch.first + at, (size_t)n,
                                   s->dst + o * s->room, e);
    }
    return rc;
}

static enum mzg_code write_span(struct mzg_slot *s, uint64_t at, uint64_t n, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    for (size_t o = 0; o < s->n_sinks && rc == MZG_OK; o++) {
        const struct mzg_type_info *to = mzg_type_by_number(type_of(s, o));
        const uint8_t *data =
            copies(s, o) ? s->src + mzg_type_bytes(to, at) : s->dst + o * s->room;
        uint64_t place = mzg_plan_place(&s->sinks[o].plan, s->index, s->batch.first + at);
        rc = mzg_output_write_at(mzg_sink_file(&s->sinks[o], s->index), place, data,
                                 (size_t)mzg_type_bytes(to, n), e);
        if (s->journaled)
            mzg_sha256_update(&s->hash[o], data, (size_t)mzg_type_bytes(to, n));
    }
    return rc;
}

enum mzg_code mzg_slot_run(void *arg, struct mzg_err *e)
{
    struct mzg_slot *s = arg;
    const struct mzg_model_tensor *t = s->batch.tensor;
    /* Integers and blocks without a decoder here pass through; so do their values. */
    bool opaque = t->src != NULL && (t->made != NULL ? mzg_model_whole(t)
                                                     : s->kernels->type[t->src->type].dequantize == NULL);
    s->scratch.kernels = s->kernels;
    enum mzg_code rc = opaque ? MZG_OK : mzg_batch_load(&s->batch, &s->scratch, s->src, e);
    for (uint64_t at = 0; at < s->batch.count && rc == MZG_OK; at += MZG_SPAN) {
        uint64_t left = s->batch.count - at;
        uint64_t n = left < MZG_SPAN ? left : MZG_SPAN;
        rc = opaque ? MZG_OK : make_span(s, at, n, e);
        if (rc == MZG_OK)
            rc = repack_span(s, at, n, e);
        if (rc == MZG_OK)
            rc = write_span(s, at, n, e);
    }
    for (size_t o = 0; o < s->n_sinks && s->journaled; o++)
        mzg_sha256_final(&s->hash[o], s->digests[o]);
    return rc;
}
