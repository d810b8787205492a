#include "store.h"

#include "../base/pool.h"
#include "walk.h"
#include <stdlib.h>
#include <string.h>

/* A piece on its way, as in walk.c. */
struct slot {
    bool busy;
    bool thorough;                 /* to be encoded by the caller's thread, which has the memory */
    size_t length;
    uint8_t *content;
    uint8_t *stored;
    struct mzg_coder *coder;
    const struct mzg_index *known;
    const struct mzg_chunk *found; /* stored before, or NULL */
    struct mzg_chunk chunk;
    uint64_t ticket;
};

struct storing {
    struct mzg_objects *store;
    const struct mzg_run *run;
    const struct mzg_index *known;
    struct mzg_index fresh;       /* chunks of this run, checked */
    struct mzg_pool *pool;
    struct slot *slots;
    size_t n_slots;
    struct mzg_coder *thorough;   /* made when first needed */
    struct mzg_coder *decoder;
    struct mzg_member *member;    /* in hand */
    size_t room;                  /* of its chunks */
    struct mzg_sha256 hash;       /* of its content */
    uint64_t done;
    uint64_t total;
    uint64_t new_bytes;
};

/* ---- one piece; any thread, allocates nothing ---- */

static void encode(struct slot *s, struct mzg_coder *coder)
{
    s->chunk.stored = (uint32_t)mzg_coder_encode(coder, s->content, s->length, s->stored,
                                                 &s->chunk.codec);
    mzg_sha256_of(s->stored, s->chunk.stored, s->chunk.object);
}

static enum mzg_code prepare(void *arg, struct mzg_err *e)
{
    struct slot *s = arg;
    (void)e;
    mzg_sha256_of(s->content, s->length, s->chunk.sha256);
    s->found = mzg_index_find(s->known, s->chunk.sha256);
    if (!s->found && !s->thorough)
        encode(s, s->coder);
    return MZG_OK;
}

/* ---- in order again ---- */

/* Does the store really hold c's object, and does it decode to this very content? */
static bool is_sound(struct storing *k, const struct mzg_chunk *c, struct slot *s)
{
    struct mzg_err ignored;
    uint8_t digest[MZG_SHA256_BYTES];
    if (c->length != s->length || k->store->get(k->store, c, s->stored, &ignored))
        return false;
    mzg_sha256_of(s->stored, c->stored, digest);
    uint8_t *content = malloc(c->length);
    bool sound = content && memcmp(digest, c->object, sizeof digest) == 0 &&
                 mzg_coder_decode(k->decoder, c->codec, s->stored, c->stored, content, c->length,
                                  &ignored) == MZG_OK &&
                 memcmp(content, s->content, c->length) == 0;
    free(content);
    return sound;
}

static enum mzg_code encode_late(struct storing *k, struct slot *s, struct mzg_err *e)
{
    if (s->thorough && !k->thorough && mzg_coder_new_encoder(&k->thorough, MZG_EFFORT_THOROUGH, e))
        return e->code;
    encode(s, s->thorough ? k->thorough : s->coder);
    return MZG_OK;
}

static enum mzg_code keep(struct storing *k, struct slot *s, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    bool added = false;
    const struct mzg_chunk *twin = mzg_index_find(&k->fresh, s->chunk.sha256);
    if (!twin && s->found && is_sound(k, s->found, s))
        twin = s->found;
    if (twin) {
        s->chunk = *twin;
        return mzg_index_add(&k->fresh, twin, e);
    }
    if (s->found || s->thorough)
        code = encode_late(k, s, e);
    if (!code)
        code = k->store->put(k->store, &s->chunk, s->stored, &added, e);
    if (added)
        k->new_bytes += s->chunk.stored;
    return code ? code : mzg_index_add(&k->fresh, &s->chunk, e);
}

static enum mzg_code append(struct storing *k, const struct mzg_chunk *c, struct mzg_err *e)
{
    struct mzg_member *m = k->member;
    if (m->n_chunks == k->room) {
        size_t room = k->room ? 2 * k->room : 64;
        struct mzg_chunk *chunks = realloc(m->chunks, room * sizeof *chunks);
        if (!chunks)
            return mzg_fail_memory(e, "chunks");
        m->chunks = chunks;
        k->room = room;
    }
    m->chunks[m->n_chunks++] = *c;
    return MZG_OK;
}

static enum mzg_code finish(struct storing *k, struct slot *s, struct mzg_err *e)
{
    enum mzg_code code = mzg_pool_wait(k->pool, s->ticket, e);
    s->busy = false;
    if (code)
        return code;
    mzg_sha256_update(&k->hash, s->content, s->length);
    code = keep(k, s, e);
    if (!code)
        code = append(k, &s->chunk, e);
    k->done += s->length;
    return code ? code : mzg_progress_step(&k->run->progress, "pack", k->done, k->total, e);
}

/* ---- one file ---- */

/* Text gains by thorough search; weights, and large files of which nothing is known, do not pay for
 * it (codec.h). */
static bool wants_search(const struct mzg_piece *piece, uint64_t file_size)
{
    return piece->kind == MZG_RANGE_HEADER || piece->kind == MZG_RANGE_ARRAY ||
           (piece->kind == MZG_RANGE_PLAIN && file_size <= MZG_CUT_PIECE);
}

static enum mzg_code start(struct storing *k, struct slot *s, const struct mzg_file *f,
                           const struct mzg_piece *piece, struct mzg_err *e)
{
    s->busy = true;
    s->ticket = 0;
    s->length = (size_t)piece->length;
    s->thorough = wants_search(piece, f->size);
    s->found = NULL;
    s->chunk = (struct mzg_chunk){.length = (uint32_t)piece->length};
    enum mzg_code code = mzg_file_read(f, piece->offset, s->content, s->length, e);
    return code ? code : mzg_pool_submit(k->pool, prepare, s, &s->ticket, e);
}

static enum mzg_code store_pieces(struct storing *k, const struct mzg_file *f,
                                  struct mzg_chunker *cuts, struct mzg_err *e)
{
    struct mzg_piece piece;
    enum mzg_code code = MZG_OK;
    size_t at = 0;
    for (; !code && mzg_chunker_next(cuts, &piece); at = (at + 1) % k->n_slots) {
        struct slot *s = &k->slots[at];
        if (s->busy)
            code = finish(k, s, e);
        if (!code)
            code = start(k, s, f, &piece, e);
    }
    for (size_t i = 0; i < k->n_slots && !code; i++) {
        struct slot *s = &k->slots[(at + i) % k->n_slots];
        if (s->busy)
            code = finish(k, s, e);
    }
    return code;
}

static enum mzg_code store_file(struct storing *k, const struct mzg_source *source,
                                struct mzg_member *member, struct mzg_err *e)
{
    struct mzg_file f = {.fd = -1};
    struct mzg_chunker cuts;
    char q[MZG_QUOTE];
    *member = (struct mzg_member){.path = source->path};
    k->member = member;
    k->room = 0;
    enum mzg_code code = mzg_file_open(&f, source->disk, e);
    if (code)
        return code;
    member->size = f.size;
    code = mzg_chunker_init(&cuts, f.size, source->ranges, source->n_ranges, e);
    if (code)
        mzg_prefix(e, "%s", mzg_quote(q, source->disk));
    if (!code)
        code = store_pieces(k, &f, &cuts, e);
    if (!code)
        mzg_sha256_final(&k->hash, member->sha256);
    mzg_file_close(&f);
    return code;
}

/* ---- all ---- */

static enum mzg_code open_slots(struct storing *k, unsigned threads, struct mzg_err *e)
{
    size_t piece = (size_t)MZG_CUT_PIECE, most = MZG_STORE_MEMORY / (2 * piece + ((size_t)3 << 20));
    k->n_slots = 2 * (size_t)threads < most ? 2 * (size_t)threads : most;
    k->slots = calloc(k->n_slots, sizeof *k->slots);
    if (!k->slots)
        return mzg_fail_memory(e, "slots");
    for (size_t i = 0; i < k->n_slots; i++) {
        struct slot *s = &k->slots[i];
        s->known = k->known;
        s->content = malloc(piece);
        s->stored = malloc(piece);
        if (!s->content || !s->stored)
            return mzg_fail_memory(e, "slots");
        if (mzg_coder_new_encoder(&s->coder, MZG_EFFORT_FAST, e))
            return e->code;
    }
    return MZG_OK;
}

static void close_storing(struct storing *k)
{
    mzg_pool_free(k->pool); /* waits for jobs that still hold slots */
    for (size_t i = 0; k->slots && i < k->n_slots; i++) {
        free(k->slots[i].content);
        free(k->slots[i].stored);
        mzg_coder_free(k->slots[i].coder);
    }
    free(k->slots);
    mzg_coder_free(k->thorough);
    mzg_coder_free(k->decoder);
    mzg_index_clear(&k->fresh);
    mzg_sha256_clear(&k->hash);
}

static enum mzg_code sum_sizes(struct storing *k, const struct mzg_source *sources, size_t n,
                               struct mzg_err *e)
{
    for (size_t i = 0; i < n; i++) {
        struct mzg_file f = {.fd = -1};
        enum mzg_code code = mzg_file_open(&f, sources[i].disk, e);
        if (code)
            return code;
        k->total += f.size < UINT64_MAX - k->total ? f.size : UINT64_MAX - k->total;
        mzg_file_close(&f);
    }
    if (k->total / MZG_CUT_PIECE > MZG_MANIFEST_CHUNKS)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "%llu bytes are more than a bundle can hold",
                        (unsigned long long)k->total);
    return MZG_OK;
}

enum mzg_code mzg_store_files(const struct mzg_source *sources, size_t n,
                              struct mzg_member *members, const struct mzg_index *known,
                              struct mzg_objects *store, const struct mzg_run *run,
                              uint64_t *new_bytes, struct mzg_err *e)
{
    struct storing k = {.store = store, .run = run, .known = known};
    unsigned threads = mzg_run_threads(run);
    mzg_index_init(&k.fresh);
    enum mzg_code code = sum_sizes(&k, sources, n, e);
    if (!code)
        code = mzg_sha256_init(&k.hash, e);
    if (!code)
        code = mzg_coder_new_decoder(&k.decoder, e);
    if (!code)
        code = open_slots(&k, threads, e);
    if (!code)
        code = mzg_pool_new(&k.pool, threads, e);
    for (size_t i = 0; i < n && !code; i++)
        code = store_file(&k, &sources[i], &members[i], e);
    *new_bytes = k.new_bytes;
    close_storing(&k);
    return code;
}
