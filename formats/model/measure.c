#include "measure.h"

#include "slot.h"
#include <math.h>
#include <string.h>

#define BLOCK 32          /* limits hold for every 32 elements, also where a type has no blocks ... */
#define LONGER 128        /* ... where one scale has up to so many, for all of those, or as limits say */
#define ROWS_PER_BATCH 4  /* that the dot product is tried on */

/* Sums of four uniform numbers: bell-shaped enough to be like an activation, and the same everywhere. */
void mzg_activation_init(struct mzg_activation *a, const struct mzg_kernels *k)
{
    uint64_t state = 0x6d7a69676f; /* any fixed odd number */
    for (size_t i = 0; i < MZG_ACTIVATION; i++) {
        int32_t sum = 0;
        for (int j = 0; j < 4; j++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            sum += (int32_t)(state >> 41);
        }
        a->a[i] = (float)(sum - (1 << 24)) / (float)(1 << 23);
    }
    static const enum mzg_type others[MZG_ACTIVATION_FORMS] = {MZG_TYPE_Q8_0, MZG_TYPE_Q8_1,
                                                               MZG_TYPE_Q8_K};
    for (size_t i = 0; i < MZG_ACTIVATION_FORMS; i++) {
        struct mzg_quantized_activation *q = &a->forms[i];
        q->type = others[i];
        k->type[q->type].quantize(a->a, q->blocks, MZG_ACTIVATION);
        k->type[q->type].dequantize(q->blocks, q->decoded, MZG_ACTIVATION);
    }
}

static const struct mzg_quantized_activation *form_of(const struct mzg_activation *a,
                                                      enum mzg_type type)
{
    size_t i = 0;
    while (a->forms[i].type != type)
        i++;
    return &a->forms[i];
}

/* Comparisons are written so that a NaN counts as the worst error there is. */
static void measure_block(struct mzg_loss *l, const struct mzg_limit *limit, const float *x,
                          const float *y, size_t n, uint64_t at)
{
    double lo = x[0], hi = x[0], worst = 0;
    for (size_t i = 0; i < n; i++) {
        double xi = x[i], yi = y[i], err = xi - yi;
        l->err2 += err * err;
        l->x2 += xi * xi;
        l->y2 += yi * yi;
        l->xy += xi * yi;
        lo = xi < lo ? xi : lo;
        hi = xi > hi ? xi : hi;
        err = isnan(err) ? INFINITY : fabs(err);
        if (err > worst)
            worst = err;
        if (err > l->max_error) {
            l->max_error = err;
            l->max_error_at = at + i;
        }
    }
    double amax = -lo > hi ? -lo : hi;
    double allowed = limit->amax * amax + limit->range * (hi - lo) + limit->abs;
    double ratio = worst > 0 ? worst / allowed : 0;
    if (ratio > l->block_error) {
        l->block_error = ratio;
        l->block_error_at = at;
    }
}

/* Quantizes the piece anew; the first block that is not the same, if any. */
static enum mzg_code repeat_piece(struct mzg_loss *l, const struct mzg_pair *p, const float *x, size_t n,
                                  uint64_t start, struct mzg_err *e)
{
    uint8_t q[MZG_PIECE * 4]; /* no type takes more than F32 */
    float room[MZG_PIECE];
    const float *w;
    const uint8_t *out = p->out + mzg_type_bytes(p->to, start);
    size_t bytes = (size_t)mzg_type_bytes(p->to, n);
    enum mzg_code rc = mzg_importance_rows_get(p->rows, p->importance, p->index,
                                               p->batch->first + start, n, room, &w, e);
    if (rc != MZG_OK)
        return rc;
    mzg_piece_quantize(&p->kernels->type[p->to->type], p->effort, x, w, q, n);
    if (l->differs || memcmp(q, out, bytes) == 0)
        return MZG_OK;
    size_t i = 0;
    while (q[i] == out[i])
        i++;
    l->differs = true;
    l->differs_at = p->batch->first + start + i / p->to->block_bytes * p->to->block_elems;
    return MZG_OK;
}

/* A copy decodes to the source's very bits, the sign of a zero included. */
static void compare_piece(struct mzg_loss *l, const float *x, const float *y, size_t n,
                          uint64_t at)
{
    if (l->differs || memcmp(x, y, n * sizeof *x) == 0)
        return;
    size_t i = 0;
    while (memcmp(&x[i], &y[i], sizeof *x) == 0)
        i++;
    l->differs = true;
    l->differs_at = at + i / BLOCK * BLOCK;
}

static enum mzg_code measure_pieces(struct mzg_loss *l, const struct mzg_pair *p, struct mzg_err *e)
{
    float x[MZG_PIECE], y[MZG_PIECE];
    enum mzg_code rc = MZG_OK;
    size_t own = p->to->block_elems, block = own > BLOCK && own <= LONGER ? own : BLOCK;
    if (p->limit->elems)
        block = p->limit->elems;
    for (uint64_t done = 0; rc == MZG_OK && done < p->batch->count;) {
        uint64_t left = p->batch->count - done;
        size_t n = left < MZG_PIECE ? (size_t)left : MZG_PIECE;
        const float *values = mzg_batch_decode(p->batch, p->kernels, p->src, done, n, x);
        p->kernels->type[p->to->type].dequantize(p->out + mzg_type_bytes(p->to, done), y, n);
        for (size_t i = 0; i < n; i += block)
            measure_block(l, p->limit, values + i, y + i, n - i < block ? n - i : block,
                          p->batch->first + done + i);
        if (l->repeats)
            rc = repeat_piece(l, p, values, n, done, e);
        if (l->copied)
            compare_piece(l, values, y, n, p->batch->first + done);
        done += n;
    }
    return rc;
}

/* The kernel sums n / 16 terms a lane in float, lanes in a tree; each term is at most 4 times the
 * block's largest value times |a| (the formats with a minimum subtract terms larger than their
 * difference). Unit roundoff 2^-24, doubled for safety: SPEC.md, "Accuracy". The sum that a block of
 * Q8_1 holds is a half, off by up to 2^-11 of itself. */
static double kernel_bound(double terms, size_t n, enum mzg_type other)
{
    double sums = other == MZG_TYPE_Q8_1 ? 1.0 / (1 << 11) : 0;
    return (((double)n / 16 + 24) / (1 << 23) + sums) * 4 * terms;
}

/* One row, its first n elements: start is relative to the batch. */
static void measure_row(struct mzg_loss *l, const struct mzg_pair *p, uint64_t start, size_t n)
{
    float x[MZG_PIECE], y[MZG_PIECE];
    const struct mzg_activation *act = p->activation;
    const struct mzg_quantized_activation *q8 = form_of(act, p->to->dot_with);
    double exact = 0, ideal = 0, x2 = 0, a2 = 0, terms = 0;
    for (size_t done = 0; done < n;) {
        size_t m = n - done < MZG_PIECE ? n - done : MZG_PIECE;
        const float *values = mzg_batch_decode(p->batch, p->kernels, p->src, start + done, m, x);
        p->kernels->type[p->to->type].dequantize(p->out + mzg_type_bytes(p->to, start + done), y,
                                                 m);
        for (size_t i = 0; i < m; i += BLOCK) {
            double largest = 0, weight = 0;
            for (size_t j = i; j < i + BLOCK; j++) {
                double a = act->a[done + j], decoded = q8->decoded[done + j];
                exact += (double)y[j] * decoded;
                ideal += (double)values[j] * a;
                x2 += (double)values[j] * (double)values[j];
                a2 += a * a;
                weight += fabs(decoded);
                largest = fabs((double)y[j]) > largest ? fabs((double)y[j]) : largest;
            }
            terms += largest * weight;
        }
        done += m;
    }
    double got = (double)p->kernels->type[p->to->type].dot(
        p->out + mzg_type_bytes(p->to, start), q8->blocks, n);
    double lost = x2 > 0 ? fabs(got - ideal) / sqrt(x2 * a2) : fabs(got);
    double kernel = terms > 0 ? fabs(got - exact) / kernel_bound(terms, n, q8->type) : fabs(got);
    l->dot_error = lost <= l->dot_error ? l->dot_error : lost;
    l->kernel_error = kernel <= l->kernel_error ? l->kernel_error : kernel;
}

/* Rows spread over the batch; long rows are cut, and what does not fill a block is left out. */
static void measure_rows(struct mzg_loss *l, const struct mzg_pair *p)
{
    const struct mzg_model_tensor *t = p->batch->tensor;
    uint64_t width = t->ne[0];
    if (t->n_dims != 2 || width < BLOCK || p->kernels->type[p->to->type].dot == NULL)
        return;
    uint64_t row = (p->batch->first + width - 1) / width;
    uint64_t end = p->batch->first + p->batch->count;
    uint64_t rows = end / width > row ? end / width - row : 0;
    uint64_t step = rows > ROWS_PER_BATCH ? rows / ROWS_PER_BATCH : 1;
    size_t unit = mzg_type_by_number((uint32_t)p->to->dot_with)->block_elems;
    if (p->to->block_elems > unit)
        unit = p->to->block_elems; /* each is a power of two */
    size_t n = width < MZG_ACTIVATION ? (size_t)(width / unit * unit) : MZG_ACTIVATION;
    for (uint64_t i = 0; i < rows; i += step)
        measure_row(l, p, (row + i) * width - p->batch->first, n);
}

enum mzg_code mzg_loss_measure(struct mzg_loss *l, const struct mzg_pair *p, struct mzg_err *e)
{
    enum mzg_code rc = measure_pieces(l, p, e);
    measure_rows(l, p);
    return rc;
}

void mzg_loss_add(struct mzg_loss *l, const struct mzg_loss *b)
{
    l->err2 += b->err2;
    l->x2 += b->x2;
    l->y2 += b->y2;
    l->xy += b->xy;
    if (b->max_error > l->max_error) {
        l->max_error = b->max_error;
        l->max_error_at = b->max_error_at;
    }
    if (b->block_error > l->block_error) {
        l->block_error = b->block_error;
        l->block_error_at = b->block_error_at;
    }
    l->dot_error = b->dot_error <= l->dot_error ? l->dot_error : b->dot_error;
    l->kernel_error = b->kernel_error <= l->kernel_error ? l->kernel_error : b->kernel_error;
    if (b->differs && !l->differs) {
        l->differs = true;
        l->differs_at = b->differs_at;
    }
}
