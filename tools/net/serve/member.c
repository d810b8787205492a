#include "member.h"
#include "bundle/upkeep/plain.h"
#include <stdio.h>
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

/* The digest that the manifest has for it is the file's, which was checked as it was made. */
enum MHD_Result mzg_member_answer(struct mzg_exchange *x, const struct mzg_answer *a,
                                  const struct mzg_shelf_bundle *b, const struct mzg_member *m)
{
    struct mzg_answer full = *a;
    char path[PATH], etag[MZG_MEMBER_ETAG];
    struct mzg_file f;
    struct mzg_err e;
    full.etag = a->etag ? a->etag : mzg_member_etag(etag, m);
    full.type = a->type ? a->type : "application/octet-stream";
    full.keep = a->keep ? a->keep : MZG_KEEP_FOREVER;
    snprintf(path, sizeof path, MZG_REPO_PLAIN "/%s/%s/%s", b->manifest.name, b->manifest.version, m->path);
    if (mzg_file_open_at(&f, &x->server->repo, path, &e))
        return mzg_answer_status(x, MHD_HTTP_NOT_FOUND, false);
    if (f.size == m->size)
        return mzg_answer_file(x, &full, &f);
    mzg_file_close(&f);
    return mzg_answer_status(x, MHD_HTTP_NOT_FOUND, false);
}
