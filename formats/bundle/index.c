#include "index.h"

#include "repo.h"
#include <stdlib.h>
#include <string.h>

void mzg_index_init(struct mzg_index *x)
{
    memset(x, 0, sizeof *x);
}

void mzg_index_clear(struct mzg_index *x)
{
    free(x->chunks);
    free(x->slots);
    memset(x, 0, sizeof *x);
}

/* The slot that holds sha256, or the free one where it belongs. A digest is its own hash. */
static uint32_t *find_slot(const struct mzg_index *x, const uint8_t sha256[MZG_SHA256_BYTES])
{
    uint64_t h;
    memcpy(&h, sha256, sizeof h);
    for (size_t i = (size_t)h & (x->n_slots - 1);; i = (i + 1) & (x->n_slots - 1)) {
        uint32_t at = x->slots[i];
        if (!at || memcmp(x->chunks[at - 1].sha256, sha256, MZG_SHA256_BYTES) == 0)
            return &x->slots[i];
    }
}

static enum mzg_code grow(struct mzg_index *x, struct mzg_err *e)
{
    size_t room = x->room ? 2 * x->room : 1024;
    struct mzg_chunk *chunks = realloc(x->chunks, room * sizeof *chunks);
    if (!chunks)
        return mzg_fail_memory(e, "index of chunks");
    x->chunks = chunks;
    uint32_t *slots = calloc(2 * room, sizeof *slots); /* never more than half full */
    if (!slots)
        return mzg_fail_memory(e, "index of chunks");
    free(x->slots);
    x->slots = slots;
    x->n_slots = 2 * room;
    x->room = room;
    for (size_t i = 0; i < x->n; i++)
        *find_slot(x, x->chunks[i].sha256) = (uint32_t)(i + 1);
    return MZG_OK;
}

enum mzg_code mzg_index_add(struct mzg_index *x, const struct mzg_chunk *c, struct mzg_err *e)
{
    if (x->n == MZG_INDEX_MAX || mzg_index_find(x, c->sha256))
        return MZG_OK;
    if (x->n == x->room && grow(x, e))
        return e->code;
    x->chunks[x->n++] = *c;
    *find_slot(x, c->sha256) = (uint32_t)x->n;
    return MZG_OK;
}

const struct mzg_chunk *mzg_index_find(const struct mzg_index *x,
                                       const uint8_t sha256[MZG_SHA256_BYTES])
{
    uint32_t at = x->n ? *find_slot(x, sha256) : 0;
    return at ? &x->chunks[at - 1] : NULL;
}

struct gathering {
    struct mzg_index *index;
    const struct mzg_dir *repo;
    const struct mzg_notify *notify;
};

static enum mzg_code add_bundle(void *ctx, const char *name, const char *version, struct mzg_err *e)
{
    struct gathering *g = ctx;
    struct mzg_manifest m;
    enum mzg_code code = mzg_repo_manifest(g->repo, name, version, &m, e);
    if (code) {
        mzg_notice(g->notify, "%s (its chunks are not shared)", e->msg);
        return MZG_OK;
    }
    for (size_t f = 0; f < m.n_files && !code; f++) {
        for (size_t i = 0; i < m.files[f].n_chunks && !code; i++)
            code = mzg_index_add(g->index, &m.files[f].chunks[i], e);
    }
    mzg_manifest_clear(&m);
    return code;
}

enum mzg_code mzg_index_repo(struct mzg_index *x, const struct mzg_dir *repo,
                             const struct mzg_notify *notify, struct mzg_err *e)
{
    struct gathering g = {x, repo, notify};
    return mzg_repo_each(repo, NULL, &(struct mzg_repo_visitor){add_bundle, &g}, e);
}
