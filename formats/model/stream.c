#include "stream.h"

#include <stdlib.h>
#include <string.h>

#define GAP_BYTES ((size_t)1 << 20)
#define AHEAD ((uint64_t)16 << 20) /* asked of the disk while what was read is digested */
#define IN_FLIGHT ((size_t)112 << 20)

uint64_t mzg_type_bytes(const struct mzg_type_info *info, uint64_t count)
{
    return count / info->block_elems * info->block_bytes;
}

/* A row as the rope permutation sees it: a bias of q or k moves single elements. */
static uint64_t row_width(const struct mzg_model_tensor *t)
{
    return t->n_dims >= 2 ? t->ne[0] : 1;
}

uint64_t mzg_model_elems(const struct mzg_model_tensor *t)
{
    uint64_t n = 1;
    for (unsigned d = 0; d < t->n_dims; d++)
        n *= t->ne[d];
    return n;
}

enum mzg_code mzg_batch_size(const struct mzg_model_tensor *t, uint64_t *elems,
                             struct mzg_err *e)
{
    *elems = MZG_BATCH_ELEMS;
    if (t->heads == 0 || t->src == NULL)
        return MZG_OK;
    uint64_t head = mzg_model_elems(t) / t->heads;
    const struct mzg_type_info *info = mzg_type_by_number(t->src->type);
    if (head > MZG_BATCH_BYTES / 8 || mzg_type_bytes(info, head) > MZG_BATCH_BYTES) {
        char q[MZG_QUOTE];
        return mzg_fail(e, MZG_LIMIT, t->src->offset,
                        "tensor '%s': a head of %llu elements is too large to be held",
                        mzg_quote(q, t->src->name), (unsigned long long)head);
    }
    *elems = head < MZG_BATCH_ELEMS ? MZG_BATCH_ELEMS / head * head : head;
    return MZG_OK;
}

size_t mzg_batches_in_flight(size_t bytes, unsigned threads)
{
    size_t n = IN_FLIGHT / bytes;
    size_t busy = (size_t)threads + 2;
    return n < 1 ? 1 : n < busy ? n : busy;
}

void mzg_batch_set(struct mzg_batch *b, const struct mzg_model_tensor *t, uint64_t first,
                   uint64_t elems)
{
    uint64_t left = mzg_model_elems(t) - first;
    b->tensor = t;
    b->first = first;
    b->count = left < elems ? left : elems;
    b->src_bytes = 0;
    b->src_offset = 0;
    if (t->src != NULL) {
        const struct mzg_type_info *info = mzg_type_by_number(t->src->type);
        b->src_bytes = (size_t)mzg_type_bytes(info, b->count);
        b->src_offset = mzg_type_bytes(info, first);
    }
}

/* Row r of a head in output order comes from this row of the source: what llama.cpp's rope expects
 * as neighbours (2i, 2i + 1), Hugging Face keeps half a head apart (i, hd/2 + i). */
static uint64_t permuted_row(uint64_t r, uint64_t rows_per_head)
{
    return (r & 1) * (rows_per_head / 2) + r / 2;
}

uint64_t mzg_source_element(const struct mzg_model_tensor *t, uint64_t i)
{
    if (t->heads == 0)
        return i;
    uint64_t width = row_width(t);
    uint64_t hd = mzg_model_elems(t) / width / t->heads;
    uint64_t row = i / width;
    return (row - row % hd + permuted_row(row % hd, hd)) * width + i % width;
}

const float *mzg_batch_decode(const struct mzg_batch *b, const struct mzg_kernels *k,
                              const uint8_t *data, uint64_t start, size_t n, float x[MZG_PIECE])
{
    const struct mzg_model_tensor *t = b->tensor;
    if (t->src == NULL)
        return t->values + b->first + start;
    const struct mzg_type_info *info = mzg_type_by_number(t->src->type);
    const struct mzg_type_kernels *kernels = &k->type[t->src->type];
    if (t->heads == 0) {
        const uint8_t *from = data + mzg_type_bytes(info, start);
        if (info->type == MZG_TYPE_F32) /* the buffer is aligned, and so is every element in it */
            return (const float *)(const void *)from;
        kernels->dequantize(from, x, n);
        return x;
    }
    /* Types with blocks never get here: a GGUF source keeps its rows where they are. */
    uint64_t width = row_width(t);
    for (size_t done = 0; done < n;) {
        uint64_t at = b->first + start + done;
        size_t run = n - done;
        if (width - at % width < run)
            run = (size_t)(width - at % width);
        uint64_t from = mzg_source_element(t, at) - b->first;
        kernels->dequantize(data + mzg_type_bytes(info, from), x + done, run);
        done += run;
    }
    return x;
}

enum mzg_code mzg_stream_init(struct mzg_stream *s, const struct mzg_weights *w,
                              struct mzg_err *e)
{
    memset(s, 0, sizeof *s);
    s->weights = w;
    s->gap = malloc(GAP_BYTES);
    s->digests = calloc(w->n_files ? w->n_files : 1, sizeof *s->digests);
    if (s->gap == NULL || s->digests == NULL)
        return mzg_fail_memory(e, "reading the source");
    return mzg_sha256_init(&s->hash, e);
}

void mzg_stream_clear(struct mzg_stream *s)
{
    mzg_sha256_clear(&s->hash);
    free(s->digests);
    free(s->gap);
    s->digests = NULL;
    s->gap = NULL;
}

enum mzg_code mzg_stream_restart(struct mzg_stream *s, struct mzg_err *e)
{
    const struct mzg_weights *w = s->weights;
    mzg_stream_clear(s);
    return mzg_stream_init(s, w, e);
}

/* Digests bytes [s->hashed, end) of the current file. */
static enum mzg_code digest_until(struct mzg_stream *s, uint64_t end, struct mzg_err *e)
{
    while (s->hashed < end) {
        size_t n = end - s->hashed < GAP_BYTES ? (size_t)(end - s->hashed) : GAP_BYTES;
        enum mzg_code rc =
            mzg_file_read(&s->weights->files[s->file].file, s->hashed, s->gap, n, e);
        if (rc != MZG_OK)
            return rc;
        mzg_sha256_update(&s->hash, s->gap, n);
        s->hashed += n;
    }
    return MZG_OK;
}

/* Ends the current file and all before `file`. */
static enum mzg_code advance(struct mzg_stream *s, size_t file, struct mzg_err *e)
{
    while (s->file < file) {
        enum mzg_code rc = digest_until(s, s->weights->files[s->file].file.size, e);
        if (rc != MZG_OK)
            return rc;
        mzg_sha256_final(&s->hash, s->digests[s->file]);
        s->file++;
        s->hashed = 0;
    }
    return MZG_OK;
}

enum mzg_code mzg_stream_read(struct mzg_stream *s, const struct mzg_batch *b, uint8_t *data,
                              struct mzg_err *e)
{
    const struct mzg_tensor *t = b->tensor->src;
    if (t == NULL)
        return MZG_OK;
    uint64_t at = t->offset + b->src_offset;
    enum mzg_code rc = advance(s, t->file, e);
    if (rc == MZG_OK)
        rc = digest_until(s, at, e);
    if (rc == MZG_OK)
        rc = mzg_weights_read(s->weights, t, b->src_offset, data, b->src_bytes, e);
    if (rc != MZG_OK)
        return rc;
    mzg_file_soon(&s->weights->files[t->file].file, at + b->src_bytes, AHEAD);
    mzg_sha256_update(&s->hash, data, b->src_bytes);
    s->hashed = at + b->src_bytes;
    return MZG_OK;
}

void mzg_stream_state(const struct mzg_stream *s, uint8_t digest[MZG_SHA256_BYTES])
{
    uint8_t last[8 + 2 * MZG_SHA256_BYTES] = {0};
    /* A chain over the files that are done, so that no more than one digest has to be kept. */
    for (uint32_t i = 0; i < s->file; i++) {
        memcpy(last + 8 + MZG_SHA256_BYTES, s->digests[i], MZG_SHA256_BYTES);
        mzg_sha256_of(last + 8, 2 * MZG_SHA256_BYTES, last + 8);
    }
    for (int i = 0; i < 8; i++)
        last[i] = (uint8_t)(s->hashed >> 8 * i);
    mzg_sha256_peek(&s->hash, last + 8 + MZG_SHA256_BYTES);
    mzg_sha256_of(last, sizeof last, digest);
}

enum mzg_code mzg_stream_finish(struct mzg_stream *s, struct mzg_err *e)
{
    return advance(s, s->weights->n_files, e);
}
