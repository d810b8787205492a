#include "texts.h"
#include "bundle/dsse.h"
#include "bundle/repo.h"
#include "tools/layout/model.h"
#include "tools/net/serve/member.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE UINT16_MAX /* instead of a file: the ModelPack image */

struct entry {
    uint8_t sha256[MZG_SHA256_BYTES];
    uint32_t bundle; /* in the shelf */
    uint16_t file;   /* in the bundle, or WHOLE */
    uint8_t kind;
};

struct mzg_texts {
    const struct mzg_dir *repo;
    pthread_mutex_t lock; /* of what follows; who comes while they are made waits */
    const struct mzg_shelf *shelf; /* whose they are, held; NULL: nobody's */
    struct entry *all; /* by digest, then as they stand in the shelf */
    size_t n, room;
};

/* ---- one bundle ---- */

static enum mzg_code read_envelope(const struct mzg_dir *repo, const struct mzg_manifest *m,
                                   struct mzg_image_blob *is, struct mzg_err *e)
{
    char path[MZG_REPO_PATH], *data = NULL;
    size_t len = 0;
    mzg_repo_path(path, m->name, m->version, MZG_REPO_ENVELOPE);
    enum mzg_code code = mzg_file_load_at(repo, path, MZG_DSSE_MAX, &data, &len, e);
    if (code)
        return code;
    is->size = len;
    mzg_sha256_of(data, len, is->sha256);
    free(data);
    return MZG_OK;
}

/* The shelf knows its digest. */
static enum mzg_code read_manifest(const struct mzg_dir *repo, const struct mzg_shelf_bundle *b,
                                   struct mzg_image_blob *is, struct mzg_err *e)
{
    char path[MZG_REPO_PATH];
    struct mzg_file f;
    mzg_repo_path(path, b->manifest.name, b->manifest.version, MZG_REPO_MANIFEST);
    enum mzg_code code = mzg_file_open_at(&f, repo, path, e);
    if (code)
        return code;
    is->size = f.size;
    memcpy(is->sha256, b->sha256, sizeof is->sha256);
    mzg_file_close(&f);
    return MZG_OK;
}

static enum mzg_code make_whole(const struct mzg_dir *repo, const struct mzg_shelf_bundle *b,
                                struct mzg_image *image, struct mzg_image_blob *envelope, struct mzg_err *e)
{
    struct mzg_image_blob manifest;
    *image = (struct mzg_image){.type = NULL};
    enum mzg_code code = read_envelope(repo, &b->manifest, envelope, e);
    if (!code)
        code = read_manifest(repo, b, &manifest, e);
    return code ? code : mzg_image_modelpack(image, &b->manifest, &manifest, envelope, e);
}

enum mzg_code mzg_texts_image(const struct mzg_dir *repo, const struct mzg_shelf_bundle *b,
                              const struct mzg_member *model, struct mzg_image *image, struct mzg_err *e)
{
    struct mzg_image_blob envelope;
    return model ? mzg_image_ollama(image, &b->manifest, model, e) : make_whole(repo, b, image, &envelope, e);
}

/* ---- all of a shelf ---- */

static enum mzg_code add(struct mzg_texts *t, const struct mzg_image_blob *is, struct entry like, struct mzg_err *e)
{
    if (t->n == t->room) {
        size_t room = t->room ? 2 * t->room : 64;
        struct entry *more = realloc(t->all, room * sizeof *more);
        if (!more)
            return mzg_fail_memory(e, "digests");
        t->all = more;
        t->room = room;
    }
    memcpy(like.sha256, is->sha256, sizeof like.sha256);
    t->all[t->n++] = like;
    return MZG_OK;
}

static enum mzg_code add_image(struct mzg_texts *t, const struct mzg_image *image, struct entry like,
                               struct mzg_err *e)
{
    const struct mzg_image_text *const texts[] = {
        [MZG_TEXT_MANIFEST] = &image->manifest, [MZG_TEXT_CONFIG] = &image->config,
        [MZG_TEXT_LICENCE] = &image->licence};
    enum mzg_code code = MZG_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !code; i++) {
        like.kind = (uint8_t)i;
        if (texts[i]->text)
            code = add(t, &texts[i]->is, like, e);
    }
    return code;
}

/* A bundle whose documents cannot be read has no ModelPack image. */
static enum mzg_code add_bundle(struct mzg_texts *t, uint32_t index, struct mzg_err *e)
{
    const struct mzg_shelf_bundle *b = t->shelf->bundles[index];
    struct entry like = {.bundle = index, .file = WHOLE};
    struct mzg_image_blob envelope;
    struct mzg_image image;
    enum mzg_code code = MZG_OK;
    if (!make_whole(t->repo, b, &image, &envelope, e)) {
        code = add_image(t, &image, like, e);
        mzg_image_clear(&image);
        like.kind = MZG_TEXT_ENVELOPE;
        if (!code)
            code = add(t, &envelope, like, e);
    }
    for (size_t i = 0; i < b->manifest.n_files && !code; i++) {
        if (!mzg_model_is(&b->manifest, &b->manifest.files[i]))
            continue;
        like.file = (uint16_t)i;
        code = mzg_image_ollama(&image, &b->manifest, &b->manifest.files[i], e);
        if (code)
            break;
        code = add_image(t, &image, like, e);
        mzg_image_clear(&image);
    }
    return code;
}

static int by_digest(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = memcmp(x->sha256, y->sha256, sizeof x->sha256);
    return order ? order : (x->bundle > y->bundle) - (x->bundle < y->bundle);
}

static void forget(struct mzg_texts *t)
{
    mzg_shelf_give_back(t->shelf);
    free(t->all);
    t->shelf = NULL;
    t->all = NULL;
    t->n = t->room = 0;
}

/* Under the lock. The shelf is held, so that none with the same address can take its place. */
static bool make_all(struct mzg_texts *t, const struct mzg_shelf *shelf)
{
    struct mzg_err e;
    enum mzg_code code = MZG_OK;
    if (t->shelf == shelf)
        return true;
    forget(t);
    mzg_shelf_hold(shelf);
    t->shelf = shelf;
    for (uint32_t i = 0; i < shelf->n && !code; i++) {
        if (mzg_member_offered(shelf->bundles[i]))
            code = add_bundle(t, i, &e);
    }
    if (code) {
        forget(t);
        return false;
    }
    if (t->n > 0)
        qsort(t->all, t->n, sizeof *t->all, by_digest);
    return true;
}

bool mzg_texts_find(struct mzg_texts *t, const struct mzg_shelf *shelf, const struct mzg_versions *v,
                    const uint8_t sha256[MZG_SHA256_BYTES], struct mzg_text_source *s)
{
    struct entry due = {.bundle = (uint32_t)(v->all - shelf->bundles)};
    size_t low = 0;
    bool found = false;
    memcpy(due.sha256, sha256, sizeof due.sha256);
    pthread_mutex_lock(&t->lock);
    if (make_all(t, shelf)) {
        for (size_t high = t->n; low < high;) {
            size_t middle = low + (high - low) / 2;
            if (by_digest(&t->all[middle], &due) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        found = low < t->n && memcmp(t->all[low].sha256, sha256, sizeof due.sha256) == 0 &&
                t->all[low].bundle - due.bundle < v->n;
    }
    if (found) {
        const struct entry *at = &t->all[low];
        s->b = shelf->bundles[at->bundle];
        s->model = at->file == WHOLE ? NULL : &s->b->manifest.files[at->file];
        s->kind = (enum mzg_text_kind)at->kind;
    }
    pthread_mutex_unlock(&t->lock);
    return found;
}

/* ---- beginning and end ---- */

enum mzg_code mzg_texts_new(struct mzg_texts **t, const struct mzg_dir *repo, struct mzg_err *e)
{
    *t = calloc(1, sizeof **t);
    if (!*t)
        return mzg_fail_memory(e, "digests");
    (*t)->repo = repo;
    pthread_mutex_init(&(*t)->lock, NULL);
    return MZG_OK;
}

void mzg_texts_free(struct mzg_texts *t)
{
    if (!t)
        return;
    forget(t);
    pthread_mutex_destroy(&t->lock);
    free(t);
}
