#include "files.h"
#include "place.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ETAG 80

/* An object is its name. Other files are replaced by renaming, so a new content is a new inode; the time
 * and the length tell from each other what an editor wrote into the same one. */
static bool make_etag(char etag[ETAG], const struct mzg_place *place, const struct mzg_file *f)
{
    struct stat st;
    if (place->kind == MZG_PLACE_OBJECT) {
        snprintf(etag, ETAG, "\"%s\"", strrchr(place->path, '/') + 1);
        return true;
    }
    if (fstat(f->fd, &st) != 0)
        return false;
    snprintf(etag, ETAG, "\"%llx-%llx.%lx-%llx\"", (unsigned long long)st.st_ino,
             (unsigned long long)st.st_mtim.tv_sec, (unsigned long)st.st_mtim.tv_nsec,
             (unsigned long long)f->size);
    return true;
}

/* A signature may be joined by others; all else below bundles/ and objects/ never changes. */
static const char *how_long(const struct mzg_place *place)
{
    return place->kind == MZG_PLACE_OBJECT || place->kind == MZG_PLACE_MANIFEST ? MZG_KEEP_FOREVER
                                                                                : MZG_KEEP_ASKING;
}

enum MHD_Result mzg_files_answer(struct mzg_exchange *x, const char *path)
{
    struct mzg_place place;
    struct mzg_file f;
    struct mzg_err e;
    char etag[ETAG];
    struct mzg_answer a = {.etag = etag};
    if (!mzg_place_find(&place, path))
        return mzg_answer_status(x, MHD_HTTP_NOT_FOUND, false);
    if (mzg_file_open_at(&f, &x->server->repo, place.path, &e)) {
        bool busy = e.sys_errno == EMFILE || e.sys_errno == ENFILE || e.sys_errno == ENOMEM ||
                    e.code == MZG_LIMIT;
        return mzg_answer_status(
            x, busy ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_NOT_FOUND, false);
    }
    if (!make_etag(etag, &place, &f)) {
        mzg_file_close(&f);
        return mzg_answer_status(x, MHD_HTTP_INTERNAL_SERVER_ERROR, false);
    }
    a.type = place.kind == MZG_PLACE_OBJECT ? "application/octet-stream" : "application/json";
    a.keep = how_long(&place);
    return mzg_answer_file(x, &a, &f);
}
