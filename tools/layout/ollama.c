/* ollama.c: blobs/sha256-HEX and manifests/localhost/mzigo/NAME/TAG.
 *
 * The host of a model's name is where Ollama would fetch it from. A bare name would stand for its makers' own
 * registry, and the next pull would put somebody else's model of that name in this one's place; localhost claims
 * nothing, and nobody else can answer for it. */
#include "layout.h"

#include "image.h"
#include "model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_OLLAMA 80 /* bytes of a model's name and of a tag */
#define BLOB (sizeof "blobs/sha256-" + 64)
#define MANIFEST (sizeof "manifests/localhost/" MZG_IMAGE_FOLDER "//" + 2 * (size_t)MZG_IMAGE_TAG + MZG_IMAGE_TAG)

struct ollama {
    const struct mzg_manifest *m;
    struct mzg_dir dir;
    char name[MZG_IMAGE_TAG], version[MZG_IMAGE_TAG];
    const struct mzg_member *chosen;
    bool several; /* models */
};

static void blob_path(char path[BLOB], const uint8_t sha256[MZG_SHA256_BYTES])
{
    char hex[MZG_SHA256_HEX];
    mzg_sha256_hex(sha256, hex);
    snprintf(path, BLOB, "blobs/sha256-%s", hex);
}

/* ---- the files ---- */

/* Whether the model is there, byte for byte. */
static enum mzg_code is_there(const struct ollama *o, const char *path, const struct mzg_member *file,
                              const struct mzg_run *run, bool *there, struct mzg_err *e)
{
    uint8_t digest[MZG_SHA256_BYTES];
    struct mzg_file f;
    *there = false;
    if (!mzg_dir_has(&o->dir, path) || mzg_file_open_at(&f, &o->dir, path, e))
        return MZG_OK;
    enum mzg_code code = MZG_OK;
    if (f.size == file->size) {
        code = mzg_sha256_file(&f, &run->progress, "look at what is there", digest, e);
        *there = !code && memcmp(digest, file->sha256, sizeof digest) == 0;
    }
    mzg_file_close(&f);
    return code;
}

static enum mzg_code save_models(const struct ollama *o, struct mzg_verified *v, const char *dir,
                                 const struct mzg_run *run, struct mzg_err *e)
{
    const struct mzg_manifest *m = o->m;
    char(*blobs)[BLOB] = calloc(m->n_files, BLOB);
    const char **paths = calloc(m->n_files, sizeof *paths);
    bool missing = false;
    enum mzg_code code = blobs && paths ? MZG_OK : mzg_fail_memory(e, "paths");
    for (size_t i = 0; i < m->n_files && !code; i++) {
        bool there = false;
        if (!mzg_model_is(m, &m->files[i]))
            continue;
        blob_path(blobs[i], m->files[i].sha256);
        code = is_there(o, blobs[i], &m->files[i], run, &there, e);
        paths[i] = there ? NULL : blobs[i];
        missing = missing || !there;
    }
    if (!code && missing)
        code = mzg_verified_unpack_as(v, dir, paths, run, e);
    free(blobs);
    free(paths);
    return code;
}

/* ---- what names them ---- */

static enum mzg_code save_text(const struct ollama *o, const struct mzg_image_text *t, struct mzg_err *e)
{
    char path[BLOB];
    if (!t->text)
        return MZG_OK;
    blob_path(path, t->is.sha256);
    return mzg_file_save_at(&o->dir, path, t->text, (size_t)t->is.size, e);
}

static enum mzg_code save_manifest(const struct ollama *o, const struct mzg_image *image, const char *tag,
                                   struct mzg_err *e)
{
    char path[MANIFEST];
    snprintf(path, sizeof path, "manifests/localhost/" MZG_IMAGE_FOLDER "/%s/%s", o->name, tag);
    return mzg_file_save_at(&o->dir, path, image->manifest.text, (size_t)image->manifest.is.size, e);
}

static enum mzg_code save_tags(const struct ollama *o, const struct mzg_member *model,
                               const struct mzg_image *image, struct mzg_err *e)
{
    const char *grade = mzg_model_grade(o->m, model);
    char tag[2 * MZG_IMAGE_TAG];
    enum mzg_code code = MZG_OK;
    if (o->several && grade && mzg_model_choose(o->m, grade) == model) {
        mzg_image_grade_tag(tag, sizeof tag, o->version, grade);
        code = save_manifest(o, image, tag, e);
    }
    if (!code && model == o->chosen)
        code = save_manifest(o, image, o->version, e);
    if (!code && model == o->chosen)
        code = save_manifest(o, image, "latest", e);
    return code;
}

/* A program that looks at the folder meanwhile sees a model when all of it is there. */
static enum mzg_code save_image(const struct ollama *o, const struct mzg_member *model, struct mzg_err *e)
{
    struct mzg_image image;
    enum mzg_code code = mzg_image_ollama(&image, o->m, model, e);
    if (code)
        return code;
    code = save_text(o, &image.config, e);
    if (!code)
        code = save_text(o, &image.licence, e);
    if (!code)
        code = save_tags(o, model, &image, e);
    mzg_image_clear(&image);
    return code;
}

/* ---- all of it ---- */

static enum mzg_code look(struct ollama *o, struct mzg_err *e)
{
    const struct mzg_manifest *m = o->m;
    size_t models = 0;
    for (size_t i = 0; i < m->n_files; i++)
        models += mzg_model_is(m, &m->files[i]);
    o->several = models > 1;
    o->chosen = mzg_model_choose(m, NULL);
    if (!o->chosen)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s %s: has no whole GGUF file, which is what Ollama takes",
                        m->name, m->version);
    mzg_image_tag(o->name, m->name);
    mzg_image_tag(o->version, m->version);
    /* The longest tag is a version, a hyphen and a grade. */
    if (strlen(o->name) > NAME_MAX_OLLAMA || strlen(o->version) > NAME_MAX_OLLAMA - (o->several ? 16 : 0))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s %s: too long for Ollama, which takes names and tags of "
                        "%d characters", m->name, m->version, NAME_MAX_OLLAMA);
    return MZG_OK;
}

enum mzg_code mzg_layout_ollama(struct mzg_verified *v, const struct mzg_documents *d, const char *dir,
                                const struct mzg_run *run, struct mzg_err *e)
{
    struct ollama o = {.m = mzg_verified_manifest(v), .dir = {.fd = -1}};
    (void)d;
    enum mzg_code code = look(&o, e);
    if (!code)
        code = mzg_dir_create(&o.dir, dir, e);
    if (!code)
        code = save_models(&o, v, dir, run, e);
    for (size_t i = 0; i < o.m->n_files && !code; i++) {
        if (mzg_model_is(o.m, &o.m->files[i]))
            code = save_image(&o, &o.m->files[i], e);
    }
    mzg_dir_close(&o.dir);
    return code;
}
