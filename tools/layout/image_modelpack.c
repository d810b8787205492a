/* image_modelpack.c: application/vnd.cncf.model.*; see image.h. */
#include "image.h"
#include "bundle/repo.h"
#include <string.h>
#include <strings.h>

#define MODEL "application/vnd.cncf.model."
#define TITLE "org.opencontainers.image.title"

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

struct layers {
    json_t *all;
    json_t *digests; /* of them, for the config */
};

/* The title is what oras names the file by. */
static enum mzg_code add_layer(struct layers *l, const char *type, const struct mzg_image_blob *is,
                               const char *path, struct mzg_err *e)
{
    json_t *layer = mzg_image_describe(type, is);
    json_t *notes = json_pack("{s:s, s:s}", TITLE, path, "org.cncf.model.filepath", path);
    json_t *digest = json_object_get(layer, "digest");
    bool good = layer && notes && json_array_append(l->digests, digest) == 0 &&
                json_object_set(layer, "annotations", notes) == 0 && json_array_append(l->all, layer) == 0;
    json_decref(notes);
    json_decref(layer);
    return good ? MZG_OK : mzg_fail_memory(e, "layers");
}

/* With the signed documents whoever copies the model out of a registry can still say who signed it. */
static enum mzg_code add_layers(struct layers *l, const struct mzg_manifest *m,
                                const struct mzg_image_blob *manifest,
                                const struct mzg_image_blob *envelope, struct mzg_err *e)
{
    enum mzg_code code = l->all && l->digests ? MZG_OK : mzg_fail_memory(e, "layers");
    for (size_t i = 0; i < m->n_files && !code; i++) {
        struct mzg_image_blob is = {.size = m->files[i].size};
        memcpy(is.sha256, m->files[i].sha256, sizeof is.sha256);
        code = add_layer(l, type_of(m->files[i].path), &is, m->files[i].path, e);
    }
    if (!code)
        code = add_layer(l, MZG_MANIFEST_TYPE, manifest, "mzigo/" MZG_REPO_MANIFEST, e);
    return code ? code : add_layer(l, "application/vnd.mzigo.dsse+json", envelope, "mzigo/" MZG_REPO_ENVELOPE, e);
}

/* ---- config, manifest ---- */

static json_t *make_config(const struct mzg_manifest *m, json_t *digests)
{
    json_t *about = json_pack("{s:s, s:s, s:s}", "name", m->name, "version", m->version, "createdAt",
                              m->created);
    if (about && m->licence)
        json_object_set_new(about, "licenses", json_pack("[s]", m->licence));
    return json_pack("{s:o, s:{s:s}, s:{s:s, s:O}}", "descriptor", about, "config", "format", "gguf",
                     "modelfs", "type", "layers", "diffIds", digests);
}

/* Takes config over. */
static json_t *make_manifest(const struct mzg_manifest *m, json_t *config, json_t *layers)
{
    json_t *notes = json_pack("{s:s, s:s, s:s}", "org.opencontainers.image.created", m->created,
                              "org.opencontainers.image.version", m->version, MZG_IMAGE_NAME, m->name);
    if (notes && m->licence)
        json_object_set_new(notes, "org.opencontainers.image.licenses", json_string(m->licence));
    return json_pack("{s:i, s:s, s:s, s:o, s:O, s:o}", "schemaVersion", 2, "mediaType", MZG_IMAGE_OCI,
                     "artifactType", MODEL "manifest.v1+json", "config", config, "layers", layers,
                     "annotations", notes);
}

enum mzg_code mzg_image_modelpack(struct mzg_image *image, const struct mzg_manifest *m,
                                  const struct mzg_image_blob *manifest,
                                  const struct mzg_image_blob *envelope, struct mzg_err *e)
{
    struct layers l = {json_array(), json_array()};
    *image = (struct mzg_image){.type = MZG_IMAGE_OCI};
    enum mzg_code code = add_layers(&l, m, manifest, envelope, e);
    if (!code)
        code = mzg_image_write(&image->config, make_config(m, l.digests), e);
    if (!code)
        code = mzg_image_write(
            &image->manifest,
            make_manifest(m, mzg_image_describe(MODEL "config.v1+json", &image->config.is), l.all), e);
    json_decref(l.all);
    json_decref(l.digests);
    if (code)
        mzg_image_clear(image);
    return code;
}
