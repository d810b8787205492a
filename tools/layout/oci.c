/* oci.c: oci-layout, index.json and blobs/sha256/HEX; see layout.h. */
#include "layout.h"

#include "base/json.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LAYOUT "oci-layout"
#define INDEX "index.json"
#define INDEX_MAX ((size_t)4 << 20)
#define TAG_MAX 128
#define BLOB (sizeof "blobs/sha256/" + 64)
#define REF "org.opencontainers.image.ref.name"
#define TITLE "org.opencontainers.image.title"
#define NAME "mzigo.name" /* ours: whose versions a layout holds */
#define MODEL "application/vnd.cncf.model."

struct oci {
    const struct mzg_manifest *m;
    struct mzg_dir dir;
    char tag[TAG_MAX + 1];
    json_t *index;  /* of the layout */
    json_t *layers;
    json_t *digests; /* of the layers, for the config */
};

/* ---- blobs ---- */

static void blob_path(char path[BLOB], const uint8_t sha256[MZG_SHA256_BYTES])
{
    char hex[MZG_SHA256_HEX];
    mzg_sha256_hex(sha256, hex);
    snprintf(path, BLOB, "blobs/sha256/%s", hex);
}

static json_t *describe(const char *type, const uint8_t sha256[MZG_SHA256_BYTES], uint64_t size)
{
    char hex[MZG_SHA256_HEX];
    mzg_sha256_hex(sha256, hex);
    return json_pack("{s:s, s:o, s:I}", "mediaType", type, "digest", json_sprintf("sha256:%s", hex), "size",
                     (json_int_t)size);
}

/* Saves a document, and gives its descriptor. */
static enum mzg_code save(const struct oci *o, const char *type, const void *data, size_t n, json_t **out,
                          struct mzg_err *e)
{
    uint8_t digest[MZG_SHA256_BYTES];
    char path[BLOB];
    mzg_sha256_of(data, n, digest);
    blob_path(path, digest);
    *out = describe(type, digest, n);
    return *out ? mzg_file_save_at(&o->dir, path, data, n, e) : mzg_fail_memory(e, "descriptor");
}

/* Takes value over. */
static enum mzg_code save_json(const struct oci *o, const char *type, json_t *value, json_t **out,
                               struct mzg_err *e)
{
    char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;
    json_decref(value);
    enum mzg_code code = text ? save(o, type, text, strlen(text), out, e) : mzg_fail_memory(e, "document");
    free(text);
    return code;
}

static bool has_suffix(const char *path, const char *const *suffixes)
{
    size_t n = strlen(path);
    for (; *suffixes; suffixes++) {
        size_t m = strlen(*suffixes);
        if (n > m && strcasecmp(path + n - m, *suffixes) == 0)
            return true;
    }
    return false;
}

static const char *type_of(const char *path)
{
    static const char *const weights[] = {".gguf", ".safetensors", ".bin", ".onnx", NULL};
    static const char *const config[] = {".json", ".model", ".jinja", ".vocab", NULL};
    return has_suffix(path, weights) ? MODEL "weight.v1.raw"
           : has_suffix(path, config) ? MODEL "weight.config.v1.raw" : MODEL "doc.v1.raw";
}

/* ---- the layers ---- */

/* Takes layer over. The title is what oras names the file by. */
static enum mzg_code add_layer(struct oci *o, json_t *layer, const char *path, struct mzg_err *e)
{
    json_t *notes = json_pack("{s:s, s:s}", TITLE, path, "org.cncf.model.filepath", path);
    json_t *digest = json_object_get(layer, "digest");
    bool good = layer && notes && json_array_append(o->digests, digest) == 0 &&
                json_object_set(layer, "annotations", notes) == 0 && json_array_append(o->layers, layer) == 0;
    json_decref(notes);
    json_decref(layer);
    return good ? MZG_OK : mzg_fail_memory(e, "layers");
}

static enum mzg_code add_files(struct oci *o, struct mzg_verified *v, const char *dir,
                               const struct mzg_run *run, struct mzg_err *e)
{
    const struct mzg_manifest *m = o->m;
    char(*blobs)[BLOB] = calloc(m->n_files, BLOB);
    const char **paths = calloc(m->n_files, sizeof *paths);
    enum mzg_code code = blobs && paths ? MZG_OK : mzg_fail_memory(e, "paths");
    for (size_t i = 0; i < m->n_files && !code; i++) {
        const struct mzg_member *f = &m->files[i];
        blob_path(blobs[i], f->sha256);
        paths[i] = blobs[i];
        code = add_layer(o, describe(type_of(f->path), f->sha256, f->size), f->path, e);
    }
    if (!code)
        code = mzg_verified_unpack_as(v, dir, paths, run, e);
    free(blobs);
    free(paths);
    return code;
}

/* With them whoever copies the model out of a registry can still say who signed it. */
static enum mzg_code add_documents(struct oci *o, const struct mzg_documents *d, struct mzg_err *e)
{
    json_t *layer = NULL;
    enum mzg_code code = save(o, MZG_MANIFEST_TYPE, d->manifest, d->manifest_len, &layer, e);
    code = code ? code : add_layer(o, layer, "mzigo/" MZG_REPO_MANIFEST, e);
    if (!code)
        code = save(o, "application/vnd.mzigo.dsse+json", d->envelope, d->envelope_len, &layer, e);
    return code ? code : add_layer(o, layer, "mzigo/" MZG_REPO_ENVELOPE, e);
}

/* ---- config, manifest, index ---- */

static json_t *make_config(const struct oci *o)
{
    const struct mzg_manifest *m = o->m;
    json_t *about = json_pack("{s:s, s:s, s:s}", "name", m->name, "version", m->version, "createdAt",
                              m->created);
    if (about && m->licence)
        json_object_set_new(about, "licenses", json_pack("[s]", m->licence));
    return json_pack("{s:o, s:{s:s}, s:{s:s, s:O}}", "descriptor", about, "config", "format", "gguf",
                     "modelfs", "type", "layers", "diffIds", o->digests);
}

/* Takes config over. */
static json_t *make_manifest(const struct oci *o, json_t *config)
{
    const struct mzg_manifest *m = o->m;
    json_t *notes = json_pack("{s:s, s:s, s:s}", "org.opencontainers.image.created", m->created,
                              "org.opencontainers.image.version", m->version, NAME, m->name);
    if (notes && m->licence)
        json_object_set_new(notes, "org.opencontainers.image.licenses", json_string(m->licence));
    return json_pack("{s:i, s:s, s:s, s:o, s:O, s:o}", "schemaVersion", 2, "mediaType",
                     "application/vnd.oci.image.manifest.v1+json", "artifactType", MODEL "manifest.v1+json",
                     "config", config, "layers", o->layers, "annotations", notes);
}

/* The entry of the index in the place of the one with the same tag. Takes entry over. */
static enum mzg_code put_entry(const struct oci *o, json_t *entry, struct mzg_err *e)
{
    json_t *list = json_object_get(o->index, "manifests"), *old;
    json_t *notes = json_pack("{s:s, s:s}", REF, o->tag, NAME, o->m->name);
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

static enum mzg_code add_manifest(struct oci *o, struct mzg_err *e)
{
    json_t *config = NULL, *entry = NULL;
    enum mzg_code code = save_json(o, MODEL "config.v1+json", make_config(o), &config, e);
    if (!code)
        code = save_json(o, "application/vnd.oci.image.manifest.v1+json", make_manifest(o, config), &entry, e);
    if (!code)
        code = put_entry(o, entry, e);
    return code ? code : write_index(o, e);
}

/* ---- what is there already ---- */

static enum mzg_code judge_entries(const struct oci *o, struct mzg_err *e)
{
    size_t i;
    const json_t *entry, *list = json_object_get(o->index, "manifests");
    if (!json_is_array(list))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "manifests: missing, or not a list");
    json_array_foreach(list, i, entry) {
        const char *name = json_string_value(json_object_get(json_object_get(entry, "annotations"), NAME));
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

/* Of a version's characters only '+' has no place in a tag. */
static void make_tag(char tag[TAG_MAX + 1], const char *version)
{
    snprintf(tag, TAG_MAX + 1, "%s", version);
    for (char *p = tag; *p; p++)
        *p = *p == '+' ? '_' : *p;
}

enum mzg_code mzg_layout_oci(struct mzg_verified *v, const struct mzg_documents *d, const char *dir,
                             const struct mzg_run *run, struct mzg_err *e)
{
    struct oci o = {.m = mzg_verified_manifest(v), .dir = {.fd = -1}, .layers = json_array(),
                    .digests = json_array()};
    enum mzg_code code = o.layers && o.digests ? begin(&o, dir, e) : mzg_fail_memory(e, "layers");
    make_tag(o.tag, o.m->version);
    if (!code)
        code = add_files(&o, v, dir, run, e);
    if (!code)
        code = add_documents(&o, d, e);
    if (!code)
        code = add_manifest(&o, e);
    json_decref(o.index);
    json_decref(o.layers);
    json_decref(o.digests);
    mzg_dir_close(&o.dir);
    return code;
}
