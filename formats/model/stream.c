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

/* part / whole of n, rounded down; n * part may not fit 64 bits. */
static uint64_t share(uint64_t n, uint64_t part, uint64_t whole)
{
    return n / whole * part + (uint64_t)((double)(n % whole) * ((double)part / (double)whole));
}

uint64_t mzg_model_elems(const struct mzg_model_tensor *t)
{
    uint64_t n = 1;
    for (unsigned d = 0; d < t->n_dims; d++)
        n *= t->ne[d];
    return n;
}

size_t mzg_batches_in_flight(size_t bytes, unsigned threads)
{
    size_t n = IN_FLIGHT / bytes;
    size_t busy = (size_t)threads + 2;
    return n < 1 ? 1 : n < busy ? n : busy;
}

void mzg_batch_set(struct mzg_batch *b, const struct mzg_model_tensor *t, uint64_t first)
{
    uint64_t all = mzg_model_elems(t), left = all - first;
    *b = (struct mzg_batch){.tensor = t, .first = first};
    b->count = left < MZG_BATCH_ELEMS ? left : MZG_BATCH_ELEMS;
    if (t->made != NULL) {
        b->room = (size_t)b->count * sizeof(float);
        /* Shares of the whole, so that they add up to it. */
        b->src_bytes = (size_t)share(t->made->bytes, b->first + b->count, all) -
                       (size_t)share(t->made->bytes, b->first, all);
    } else if (t->src != NULL) {
        const struct mzg_type_info *info = mzg_type_by_number(t->src->type);
        b->room = b->src_bytes = (size_t)mzg_type_bytes(info, b->count);
        b->src_offset = mzg_type_bytes(info, first);
    }
}

uint64_t mzg_source_element(const struct mzg_model_tensor *t, uint64_t i, const struct mzg_tensor **src)
{
    uint64_t elem = i;
    const struct mzg_tensor *at = t->made != NULL ? mzg_values_place(t->made, i, &elem) : t->src;
    *src = at != NULL ? at : t->src;
    return elem;
}

enum mzg_code mzg_batch_load(const struct mzg_batch *b, struct mzg_scratch *s, uint8_t *data,
                             struct mzg_err *e)
{
    if (b->tensor->made == NULL)
        return MZG_OK;
    return mzg_values_get(b->tensor->made, s, b->first, (size_t)b->count, (float *)(void *)data, e);
}

const float *mzg_batch_decode(const struct mzg_batch *b, const struct mzg_kernels *k,
                              const uint8_t *data, uint64_t start, size_t n, float x[MZG_PIECE])
{
    const struct mzg_model_tensor *t = b->tensor;
    if (t->src == NULL)
        return t->values + b->first + start;
    /* The buffer is aligned, and so is every element in it. */
    if (t->made != NULL)
        return (const float *)(const void *)data + start;
    const struct mzg_type_info *info = mzg_type_by_number(t->src->type);
    const uint8_t *from = data + mzg_type_bytes(info, start);
    if (info->type == MZG_TYPE_F32)
        return (const float *)(const void *)from;
    k->type[t->src->type].dequantize(from, x, n);
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
        s->hashed = s->asked = 0;
    }
    return MZG_OK;
}

/* How far into its file a batch that reads for itself (mzg_batch_load) lets the digest go: as much of the
 * last tensor it is made from as it is of its own. So reading ahead fills the page cache, not the memory,
 * and behind the last batch all that the tensor is made from has been digested. */
static uint64_t reached(const struct mzg_stream *s, const struct mzg_batch *b)
{
    const struct mzg_tensor *t = b->tensor->src;
    uint64_t size = s->weights->files[t->file].file.size, left = size - t->offset;
    uint64_t bytes = t->strides == NULL && t->bytes < left ? t->bytes : left;
    return t->offset + share(bytes, b->first + b->count, mzg_model_elems(b->tensor));
}

/* Asks the disk for what follows `end`, each byte once and many at a time: asking costs time even for what
 * is in memory, and small tensors come by the ten thousand. */
static void look_ahead(struct mzg_stream *s, uint64_t end)
{
    uint64_t from = s->asked > end ? s->asked : end;
    if (from >= end + AHEAD / 2)
        return;
    mzg_file_soon(&s->weights->files[s->file].file, from, end + AHEAD - from);
    s->asked = end + AHEAD;
}

enum mzg_code mzg_stream_read(struct mzg_stream *s, const struct mzg_batch *b, uint8_t *data,
                              struct mzg_err *e)
{
    const struct mzg_tensor *t = b->tensor->src;
    if (t == NULL)
        return MZG_OK;
    enum mzg_code rc = advance(s, t->file, e);
    if (rc == MZG_OK && b->tensor->made != NULL)
        return digest_until(s, reached(s, b), e);
    uint64_t at = t->offset + (t->coded == NULL ? b->src_offset : 0);
    if (rc == MZG_OK)
        rc = digest_until(s, at, e);
    if (rc == MZG_OK)
        rc = mzg_weights_read(s->weights, t, b->src_offset, data, b->src_bytes, e);
    if (rc != MZG_OK || t->coded != NULL) /* no bytes of the file: it is digested with what follows */
        return rc;
    if (s->hashed > at) /* tensors that share storage */
        return digest_until(s, at + b->src_bytes, e);
    look_ahead(s, at + b->src_bytes);
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
