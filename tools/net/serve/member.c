#include "member.h"
#include "bundle/upkeep/plain.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH (sizeof MZG_REPO_PLAIN + 2 * (MZG_NAME_MAX + 1) + MZG_MEMBER_PATH_MAX + 1)

bool mzg_member_offered(const struct mzg_shelf_bundle *b)
{
    return b->is_signed != MZG_SHELF_REFUSED;
}

const struct mzg_member *mzg_member_find(const struct mzg_shelf_bundle *b, const char *path)
{
    for (size_t i = 0; b && mzg_member_offered(b) && i < b->manifest.n_files; i++) {
        if (strcmp(b->manifest.files[i].path, path) == 0)
            return &b->manifest.files[i];
    }
    return NULL;
}

const char *mzg_member_etag(char out[MZG_MEMBER_ETAG], const struct mzg_member *m)
{
    char hex[MZG_SHA256_HEX];
    mzg_sha256_hex(m->sha256, hex);
    snprintf(out, MZG_MEMBER_ETAG, "\"%s\"", hex);
    return out;
}

/* ---- decoded while it is sent ---- */

struct decoding {
    struct mzg_server *server;
    const struct mzg_member *file; /* of the shelf that the exchange holds */
    size_t chunk;                  /* where the last reading was ... */
    uint64_t begin;                /* ... and at which byte of the file that chunk begins */
};

/* A client only sees its transfer break off: who keeps the server has to be told why. */
static void tell_damage(struct mzg_server *s, const struct mzg_chunk *c, const struct mzg_err *fault)
{
    char hex[MZG_SHA256_HEX];
    mzg_sha256_hex(c->object, hex);
    if (fault->code == MZG_REFUSED && mzg_health_damage(s->health, hex, fault->msg))
        mzg_notice(s->opt->notify, "object %s %s", hex, fault->msg);
}

static ssize_t give_decoded(void *ctx, uint64_t offset, char *out, size_t max)
{
    struct decoding *g = ctx;
    const struct mzg_chunk *c;
    struct mzg_err e;
    size_t at, n;
    if (offset < g->begin)
        g->chunk = 0, g->begin = 0;
    while (offset - g->begin >= g->file->chunks[g->chunk].length)
        g->begin += g->file->chunks[g->chunk++].length;
    c = &g->file->chunks[g->chunk];
    at = (size_t)(offset - g->begin);
    n = c->length - at < max ? c->length - at : max;
    if (mzg_decoded_copy(g->server->decoded, c, at, out, n, &e) == MZG_OK)
        return (ssize_t)n;
    tell_damage(g->server, c, &e);
    return -1;
}

static enum MHD_Result answer_decoded(struct mzg_exchange *x, const struct mzg_answer *a,
                                      const struct mzg_member *m)
{
    struct decoding *g = malloc(sizeof *g);
    if (!g)
        return mzg_answer_status(x, MHD_HTTP_SERVICE_UNAVAILABLE, false);
    *g = (struct decoding){.server = x->server, .file = m};
    return mzg_answer_payload(x, a, &(struct mzg_payload){m->size, -1, g, give_decoded, free});
}

/* ---- the answer ---- */

/* As it was laid there, when it has the right length: the digest that the manifest has for it was checked as it
 * was made. */
static bool open_laid(struct mzg_file *f, const struct mzg_exchange *x, const struct mzg_manifest *m,
                      const struct mzg_member *file)
{
    char path[PATH];
    struct mzg_err ignored;
    snprintf(path, sizeof path, MZG_REPO_PLAIN "/%s/%s/%s", m->name, m->version, file->path);
    if (mzg_file_open_at(f, &x->server->repo, path, &ignored))
        return false;
    if (f->size == file->size)
        return true;
    mzg_file_close(f);
    return false;
}

enum MHD_Result mzg_member_answer(struct mzg_exchange *x, const struct mzg_answer *a,
                                  const struct mzg_shelf_bundle *b, const struct mzg_member *m)
{
    struct mzg_answer full = *a;
    char etag[MZG_MEMBER_ETAG];
    struct mzg_file f;
    full.etag = a->etag ? a->etag : mzg_member_etag(etag, m);
    full.type = a->type ? a->type : "application/octet-stream";
    full.keep = a->keep ? a->keep : MZG_KEEP_FOREVER;
    return open_laid(&f, x, &b->manifest, m) ? mzg_answer_file(x, &full, &f) : answer_decoded(x, &full, m);
}
