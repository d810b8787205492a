/* reuse.c: what need not be fetched because it is somewhere on this machine. */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

/* ---- objects of a store ---- */

static void count_reused(struct mzg_arrival *a, size_t i, uint64_t *bytes)
{
    const struct mzg_chunk *c = mzg_arrival_object(a, i);
    uint32_t there = mzg_partial_there(&a->folder, c->object, c->stored);
    a->left -= c->stored - there;
    *bytes += c->stored - there;
}

enum mzg_code mzg_arrival_reuse_store(struct mzg_arrival *a, struct mzg_objects *store, uint64_t *bytes,
                                      struct mzg_err *e)
{
    uint8_t *stored = malloc(a->m->most_stored + (size_t)1);
    enum mzg_code code = stored ? MZG_OK : mzg_fail_memory(e, "object");
    *bytes = 0;
    for (size_t i = 0; i < a->m->n_objects && !code; i++) {
        const struct mzg_chunk *c = mzg_arrival_object(a, i);
        struct mzg_err ignored;
        if (!mzg_arrival_missing(a, i) || store->get(store, c, stored, &ignored) ||
            !mzg_arrival_decode(a, c, stored))
            continue;
        code = mzg_arrival_write(a, i, a->content, e);
        if (!code)
            count_reused(a, i, bytes);
        if (!code)
            code = mzg_progress_step(&a->run->progress, "reuse", i + 1, a->m->n_objects, e);
    }
    free(stored);
    return code;
}

/* ---- pieces of a file ---- */

/* Missing chunks by the digest of their content. */
static enum mzg_code index_missing(struct mzg_arrival *a, struct mzg_index *x, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    for (size_t i = 0; i < a->m->n_objects && !code; i++) {
        if (mzg_arrival_missing(a, i))
            code = mzg_index_add(x, mzg_arrival_object(a, i), e);
    }
    return code;
}

static enum mzg_code offer(struct mzg_arrival *a, const struct mzg_index *wanted, const uint8_t *data,
                           size_t n, uint64_t *bytes, struct mzg_err *e)
{
    uint8_t digest[MZG_SHA256_BYTES];
    mzg_sha256_of(data, n, digest);
    const struct mzg_chunk *c = mzg_index_find(wanted, digest);
    if (!c || c->length != n || !mzg_arrival_missing(a, c->ordinal))
        return MZG_OK;
    enum mzg_code code = mzg_arrival_write(a, c->ordinal, data, e);
    if (!code)
        count_reused(a, c->ordinal, bytes);
    return code;
}

enum mzg_code mzg_arrival_reuse_file(struct mzg_arrival *a, const struct mzg_source *source,
                                     uint64_t *bytes, struct mzg_err *e)
{
    struct mzg_file f = {.fd = -1};
    struct mzg_chunker cuts;
    struct mzg_piece piece;
    struct mzg_index wanted;
    uint8_t *data = malloc((size_t)MZG_CUT_PIECE);
    *bytes = 0;
    mzg_index_init(&wanted);
    enum mzg_code code = data ? mzg_file_open(&f, source->disk, e) : mzg_fail_memory(e, "piece");
    if (!code)
        code = index_missing(a, &wanted, e);
    if (!code)
        code = mzg_chunker_init(&cuts, f.size, source->ranges, source->n_ranges, e);
    while (!code && wanted.n > 0 && mzg_chunker_next(&cuts, &piece)) {
        code = mzg_file_read(&f, piece.offset, data, (size_t)piece.length, e);
        if (!code)
            code = offer(a, &wanted, data, (size_t)piece.length, bytes, e);
        if (!code)
            code = mzg_progress_step(&a->run->progress, "reuse", piece.offset + piece.length, f.size, e);
    }
    mzg_index_clear(&wanted);
    mzg_file_close(&f);
    free(data);
    return code;
}
