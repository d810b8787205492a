#include "plain.h"
#include "bundle/upkeep/plain.h"
#include "place.h"
#include <stdio.h>
#include <string.h>

#define PREFIX "/plain/"
#define PATH_MAX_BYTES 1024 /* of a file in a bundle */

/* Splits "/plain/NAME/VERSION/FILE"; FILE may have folders and, encoded, spaces. */
static bool split(struct mzg_select *s, char file[PATH_MAX_BYTES + 1], const char *path)
{
    char bundle[2 * MZG_NAME_MAX * 3 + 2];
    const char *rest = path + sizeof PREFIX - 1, *end = strchr(rest, '/');
    end = end ? strchr(end + 1, '/') : NULL;
    if (!end || (size_t)(end - rest) >= sizeof bundle)
        return false;
    memcpy(bundle, rest, (size_t)(end - rest));
    bundle[end - rest] = '\0';
    return mzg_place_bundle(s, bundle) && *s->version && mzg_place_file(file, PATH_MAX_BYTES + 1, end + 1);
}

static const struct mzg_member *find(const struct mzg_shelf *shelf, const struct mzg_select *s,
                                     const char *file)
{
    const struct mzg_shelf_bundle *b = mzg_shelf_find(shelf, s->name, s->version);
    for (size_t i = 0; b && b->is_signed != MZG_SHELF_REFUSED && i < b->manifest.n_files; i++) {
        if (strcmp(b->manifest.files[i].path, file) == 0)
            return &b->manifest.files[i];
    }
    return NULL;
}

/* The digest that the manifest has for it is the file's, which was checked as it was made. */
static enum MHD_Result send_file(struct mzg_exchange *x, const struct mzg_select *s,
                                 const struct mzg_member *m)
{
    char path[sizeof MZG_REPO_PLAIN + 2 * (MZG_NAME_MAX + 1) + PATH_MAX_BYTES + 1];
    char hex[MZG_SHA256_HEX], etag[MZG_SHA256_HEX + 2];
    const struct mzg_answer a = {.type = "application/octet-stream", .keep = MZG_KEEP_FOREVER, .etag = etag};
    struct mzg_file f;
    struct mzg_err e;
    snprintf(path, sizeof path, MZG_REPO_PLAIN "/%s/%s/%s", s->name, s->version, m->path);
    mzg_sha256_hex(m->sha256, hex);
    snprintf(etag, sizeof etag, "\"%s\"", hex);
    if (mzg_file_open_at(&f, &x->server->repo, path, &e))
        return mzg_answer_status(x, MHD_HTTP_NOT_FOUND, false);
    if (f.size == m->size)
        return mzg_answer_file(x, &a, &f);
    mzg_file_close(&f);
    return mzg_answer_status(x, MHD_HTTP_NOT_FOUND, false);
}

enum MHD_Result mzg_plain_answer(struct mzg_exchange *x, const char *path)
{
    struct mzg_select s;
    char file[PATH_MAX_BYTES + 1];
    const struct mzg_shelf *shelf = split(&s, file, path) ? mzg_shelf_take(x->server->shelves) : NULL;
    const struct mzg_member *m = shelf ? find(shelf, &s, file) : NULL;
    enum MHD_Result result = m ? send_file(x, &s, m) : mzg_answer_status(x, MHD_HTTP_NOT_FOUND, false);
    mzg_shelf_give_back(shelf);
    return result;
}
