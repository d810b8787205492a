/* oci.c: oci-layout, index.json and blobs/sha256/HEX; see layout.h. */
#include "layout.h"

#include "base/json.h"
#include "image.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAYOUT "oci-layout"
#define INDEX "index.json"
#define INDEX_MAX ((size_t)4 << 20)
#define BLOB (sizeof "blobs/sha256/" + 64)
#define REF "org.opencontainers.image.ref.name"

struct oci {
    const struct mzg_manifest *m;
    struct mzg_dir dir;
    char tag[MZG_IMAGE_TAG];
    json_t *index; /* of the layout */
};

/* ---- blobs ---- */

static void blob_path(char path[BLOB], const uint8_t sha256[MZG_SHA256_BYTES])
{
    char hex[MZG_SHA256_HEX];
    mzg_sha256_hex(sha256, hex);
    snprintf(path, BLOB, "blobs/sha256/%s", hex);
}

static enum mzg_code save(const struct oci *o, const struct mzg_image_blob *is, const void *data,
                          struct mzg_err *e)
{
    char path[BLOB];
    blob_path(path, is->sha256);
    return mzg_file_save_at(&o->dir, path, data, (size_t)is->size, e);
}

static enum mzg_code save_files(const struct oci *o, struct mzg_verified *v, const char *dir,
                                const struct mzg_run *run, struct mzg_err *e)
{
    const struct mzg_manifest *m = o->m;
    char(*blobs)[BLOB] = calloc(m->n_files, BLOB);
    const char **paths = calloc(m->n_files, sizeof *paths);
    enum mzg_code code = blobs && paths ? MZG_OK : mzg_fail_memory(e, "paths");
    for (size_t i = 0; i < m->n_files && !code; i++) {
        blob_path(blobs[i], m->files[i].sha256);
        paths[i] = blobs[i];
    }
    if (!code)
        code = mzg_verified_unpack_as(v, dir, paths, run, e);
    free(blobs);
    free(paths);
    return code;
}

/* ---- the image, and its place in the index ---- */

static struct mzg_image_blob blob_of(const char *data, size_t n)
{
    struct mzg_image_blob is = {.size = n};
    mzg_sha256_of(data, n, is.sha256);
    return is;
}

/* All that is no file of the bundle; the manifest, which names the others, last. */
static enum mzg_code save_image(const struct oci *o, const struct mzg_documents *d, struct mzg_image *image,
                                struct mzg_err *e)
{
    struct mzg_image_blob manifest = blob_of(d->manifest, d->manifest_len);
    struct mzg_image_blob envelope = blob_of(d->envelope, d->envelope_len);
    enum mzg_code code = save(o, &manifest, d->manifest, e);
    if (!code)
        code = save(o, &envelope, d->envelope, e);
    if (!code)
        code = mzg_image_modelpack(image, o->m, &manifest, &envelope, e);
    if (!code)
        code = save(o, &image->config.is, image->config.text, e);
    return code ? code : save(o, &image->manifest.is, image->manifest.text, e);
}

/* The entry of the index in the place of the one with the same tag. Takes entry over. */
static enum mzg_code put_entry(const struct oci *o, json_t *entry, struct mzg_err *e)
{
    json_t *list = json_object_get(o->index, "manifests"), *old;
    json_t *notes = json_pack("{s:s, s:s}", REF, o->tag, MZG_IMAGE_NAME, o->m->name);
    size_t i, at = json_array_size(list);
    bool good = entry && notes && json_object_set(entry, "annotations", notes) == 0;
    json_array_foreach(list, i, old) {
        const char *tag = json_string_value(json_object_get(json_object_get(old, "annotations"), REF));
        if (tag && strcmp(tag, o->tag) == 0)
            at = i;
    }
    good = good && (at < json_array_size(list) ? json_array_set(list, at, entry)
                                               : json_array_append(list, entry)) == 0;
    json_decref(notes);
    json_decref(entry);
    return good ? MZG_OK : mzg_fail_memory(e, INDEX);
}

static enum mzg_code write_index(const struct oci *o, struct mzg_err *e)
{
    static const char layout[] = "{\"imageLayoutVersion\": \"1.0.0\"}\n";
    char *text = json_dumps(o->index, JSON_INDENT(2));
    enum mzg_code code = text ? mzg_file_save_at(&o->dir, LAYOUT, layout, sizeof layout - 1, e)
                              : mzg_fail_memory(e, INDEX);
    if (!code)
        code = mzg_file_save_at(&o->dir, INDEX, text, strlen(text), e);
    free(text);
    return code;
}

static enum mzg_code add_image(struct oci *o, const struct mzg_documents *d, struct mzg_err *e)
{
    struct mzg_image image = {.type = NULL};
    enum mzg_code code = save_image(o, d, &image, e);
    if (!code)
        code = put_entry(o, mzg_image_describe(image.type, &image.manifest.is), e);
    if (!code)
        code = write_index(o, e);
    mzg_image_clear(&image);
    return code;
}

/* ---- what is there already ---- */

static enum mzg_code judge_entries(const struct oci *o, struct mzg_err *e)
{
    size_t i;
    const json_t *entry, *list = json_object_get(o->index, "manifests");
    if (!json_is_array(list))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "manifests: missing, or not a list");
    json_array_foreach(list, i, entry) {
        const char *name = json_string_value(json_object_get(json_object_get(entry, "annotations"), MZG_IMAGE_NAME));
        char q[MZG_QUOTE];
        if (name && strcmp(name, o->m->name) != 0)
            return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "holds versions of %s: each bundle has a folder of "
                            "its own, for tags are versions", mzg_quote(q, name));
    }
    return MZG_OK;
}

static enum mzg_code read_index(struct oci *o, struct mzg_err *e)
{
    char *text = NULL, q[MZG_QUOTE];
    size_t len = 0;
    enum mzg_code code = mzg_file_load_at(&o->dir, INDEX, INDEX_MAX, &text, &len, e);
    if (code)
        return code;
    code = mzg_json_parse(text, len, 0, MZG_JSON_TREE, &o->index, e);
    if (!code)
        code = judge_entries(o, e);
    free(text);
    return code ? mzg_prefix(e, "%s/" INDEX, mzg_quote(q, o->dir.path)) : MZG_OK;
}

/* An index.json without the mark of a layout is somebody else's: a repository's, say. */
static enum mzg_code begin(struct oci *o, const char *dir, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    enum mzg_code code = mzg_dir_create(&o->dir, dir, e);
    if (code)
        return code;
    if (mzg_dir_has(&o->dir, LAYOUT) && mzg_dir_has(&o->dir, INDEX))
        return read_index(o, e);
    if (mzg_dir_has(&o->dir, INDEX))
        return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "%s: has an " INDEX " and is no OCI layout",
                        mzg_quote(q, dir));
    o->index = json_pack("{s:i, s:s, s:[]}", "schemaVersion", 2, "mediaType",
                         "application/vnd.oci.image.index.v1+json", "manifests");
    return o->index ? MZG_OK : mzg_fail_memory(e, INDEX);
}

enum mzg_code mzg_layout_oci(struct mzg_verified *v, const struct mzg_documents *d, const char *dir,
                             const struct mzg_run *run, struct mzg_err *e)
{
    struct oci o = {.m = mzg_verified_manifest(v), .dir = {.fd = -1}};
    enum mzg_code code = begin(&o, dir, e);
    mzg_image_tag(o.tag, o.m->version);
    if (!code)
        code = save_files(&o, v, dir, run, e);
    if (!code)
        code = add_image(&o, d, e);
    json_decref(o.index);
    mzg_dir_close(&o.dir);
    return code;
}
