#include "walk.h"

#include "../base/pool.h"
#include "content.h"
#include <stdlib.h>
#include <string.h>

/* A chunk on its way: filled by the caller's thread, worked on by one other, then read again by the
 * caller's. */
struct slot {
    const struct mzg_member *file; /* NULL: the slot is empty */
    size_t index;                  /* of the chunk, in the file */
    const struct mzg_chunk *chunk;
    enum mzg_depth depth;
    uint8_t *stored;
    uint8_t *decoded;              /* NULL under MZG_DEPTH_STORED */
    const uint8_t *content;
    struct mzg_coder *coder;
    uint64_t ticket;
    enum mzg_code code;            /* what the job, or the store, found */
    struct mzg_err fault;
};

struct walk {
    const struct mzg_manifest *m;
    struct mzg_objects *store;
    enum mzg_depth depth;
    const struct mzg_run *run;
    const char *what;
    const struct mzg_walker *w;
    struct mzg_pool *pool;
    struct slot *slots;
    size_t n_slots;
    uint64_t done; /* bytes handed on */
    uint64_t total;
    size_t file;   /* next chunk to fill */
    size_t chunk;
    struct mzg_sha256 hash; /* of the file being handed on */
    size_t hashing;         /* which one that is */
    bool spoiled;           /* a chunk of it is bad, so its digest says nothing new */
};

/* ---- work on one chunk; any thread, allocates nothing ---- */

static enum mzg_code check_content(struct slot *s, struct mzg_err *e)
{
    enum mzg_code code = mzg_content_check_stored(s->chunk, s->stored, e);
    if (!code && s->depth == MZG_DEPTH_CONTENT)
        code = mzg_content_decode(s->chunk, s->coder, s->stored, s->decoded, e);
    if (!code)
        s->content = s->decoded;
    return code;
}

/* The pool never sees a failure: a bad chunk must not keep the others from being looked at. */
static enum mzg_code check_chunk(void *arg, struct mzg_err *e)
{
    struct slot *s = arg;
    (void)e;
    s->code = check_content(s, &s->fault);
    return MZG_OK;
}

/* ---- the ring ---- */

static enum mzg_code open_slots(struct walk *k, unsigned threads, struct mzg_err *e)
{
    bool decode = k->depth == MZG_DEPTH_CONTENT;
    size_t stored = k->m->most_stored + (size_t)1, length = k->m->most_length + (size_t)1;
    size_t most = MZG_WALK_MEMORY / (stored + (decode ? length + ((size_t)256 << 10) : 0));
    k->n_slots = 2 * (size_t)threads < most ? 2 * (size_t)threads : most;
    k->slots = calloc(k->n_slots, sizeof *k->slots);
    if (!k->slots)
        return mzg_fail_memory(e, "slots");
    for (size_t i = 0; i < k->n_slots; i++) {
        struct slot *s = &k->slots[i];
        s->depth = k->depth;
        s->stored = malloc(stored);
        s->decoded = decode ? malloc(length) : NULL;
        if (!s->stored || (decode && !s->decoded))
            return mzg_fail_memory(e, "slots");
        if (decode && mzg_coder_new_decoder(&s->coder, e))
            return e->code;
    }
    return MZG_OK;
}

static void close_slots(struct walk *k)
{
    for (size_t i = 0; k->slots && i < k->n_slots; i++) {
        free(k->slots[i].stored);
        free(k->slots[i].decoded);
        mzg_coder_free(k->slots[i].coder);
    }
    free(k->slots);
}

static bool is_wanted(const struct walk *k, size_t file)
{
    return !k->w->files || k->w->files[file];
}

/* Moves to the next chunk that is wanted; false at the end. */
static bool find_next(struct walk *k)
{
    for (; k->file < k->m->n_files; k->file++, k->chunk = 0) {
        const struct mzg_member *f = &k->m->files[k->file];
        if (!is_wanted(k, k->file))
            continue;
        while (k->chunk < f->n_chunks && k->depth == MZG_DEPTH_STORED && !f->chunks[k->chunk].first)
            k->chunk++;
        if (k->chunk < f->n_chunks)
            return true;
    }
    return false;
}

static enum mzg_code fill(struct walk *k, struct slot *s, struct mzg_err *e)
{
    s->file = &k->m->files[k->file];
    s->index = k->chunk;
    s->chunk = &s->file->chunks[k->chunk++];
    s->content = NULL;
    s->ticket = 0;
    s->code = k->store->get(k->store, s->chunk, s->stored, &s->fault);
    if (s->code == MZG_OK)
        return mzg_pool_submit(k->pool, check_chunk, s, &s->ticket, e);
    if (s->code == MZG_REFUSED)
        return MZG_OK; /* told in its turn */
    *e = s->fault;
    return e->code;
}

static enum mzg_code tell_bad(struct walk *k, struct slot *s, struct mzg_err *e)
{
    char hex[MZG_SHA256_HEX], q[MZG_QUOTE];
    mzg_sha256_hex(s->chunk->object, hex);
    mzg_prefix(&s->fault, "%s: chunk %zu: object %s", mzg_quote(q, s->file->path), s->index, hex);
    return k->w->bad(k->w->ctx, s->file, &s->fault, e);
}

/* Ends the files before index `upto`, some of which may be empty. */
static enum mzg_code end_files(struct walk *k, size_t upto, struct mzg_err *e)
{
    uint8_t digest[MZG_SHA256_BYTES];
    char q[MZG_QUOTE];
    struct mzg_err fault;
    enum mzg_code code = MZG_OK;
    for (; k->depth == MZG_DEPTH_CONTENT && k->hashing < upto && !code; k->hashing++) {
        const struct mzg_member *f = &k->m->files[k->hashing];
        if (!is_wanted(k, k->hashing))
            continue;
        mzg_sha256_final(&k->hash, digest);
        if (!k->spoiled && memcmp(digest, f->sha256, sizeof digest) != 0) {
            mzg_fail(&fault, MZG_REFUSED, MZG_NO_OFFSET,
                     "%s: content does not match the file's digest", mzg_quote(q, f->path));
            code = k->w->bad(k->w->ctx, f, &fault, e);
        }
        k->spoiled = false;
    }
    return code;
}

static enum mzg_code hand_on(struct walk *k, struct slot *s, struct mzg_err *e)
{
    enum mzg_code code = s->ticket ? mzg_pool_wait(k->pool, s->ticket, e) : MZG_OK;
    if (!code)
        code = end_files(k, (size_t)(s->file - k->m->files), e);
    if (!code && s->code) {
        k->spoiled = true;
        code = tell_bad(k, s, e);
    } else if (!code) {
        if (s->content)
            mzg_sha256_update(&k->hash, s->content, s->chunk->length);
        code = k->w->chunk(k->w->ctx, s->file, s->chunk, s->content, e);
    }
    k->done += k->depth == MZG_DEPTH_CONTENT ? s->chunk->length : s->chunk->stored;
    s->file = NULL;
    return code ? code : mzg_progress_step(&k->run->progress, k->what, k->done, k->total, e);
}

static enum mzg_code turn(struct walk *k, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    size_t at = 0;
    for (; find_next(k) && !code; at = (at + 1) % k->n_slots) {
        struct slot *s = &k->slots[at];
        if (s->file)
            code = hand_on(k, s, e);
        if (!code)
            code = fill(k, s, e);
    }
    for (size_t i = 0; i < k->n_slots && !code; i++) {
        struct slot *s = &k->slots[(at + i) % k->n_slots];
        if (s->file)
            code = hand_on(k, s, e);
    }
    return code ? code : end_files(k, k->m->n_files, e);
}

/* Bytes to be handed on. */
static uint64_t count_all(const struct walk *k)
{
    uint64_t bytes = 0;
    if (k->depth == MZG_DEPTH_STORED)
        return k->m->stored_bytes;
    for (size_t i = 0; i < k->m->n_files; i++)
        bytes += is_wanted(k, i) ? k->m->files[i].size : 0;
    return bytes;
}

enum mzg_code mzg_walk(const struct mzg_manifest *m, struct mzg_objects *store,
                       enum mzg_depth depth, const struct mzg_run *run, const char *what,
                       const struct mzg_walker *w, struct mzg_err *e)
{
    struct walk k = {.m = m, .store = store, .depth = depth, .run = run, .what = what, .w = w};
    unsigned threads = mzg_run_threads(run);
    k.total = count_all(&k);
    enum mzg_code code = mzg_sha256_init(&k.hash, e);
    if (!code)
        code = open_slots(&k, threads, e);
    if (!code)
        code = mzg_pool_new(&k.pool, threads, e);
    if (!code)
        code = turn(&k, e);
    mzg_pool_free(k.pool); /* waits for jobs that still hold slots */
    close_slots(&k);
    mzg_sha256_clear(&k.hash);
    return code;
}
