/* image.h: a bundle as registries know it: a manifest that names blobs by digest, and the small documents it
 * names besides the bundle's files. Texts only: nothing is read or written here.
 *
 *   modelpack   the bundle, each file a layer, as the ModelPack specification has it, with the signed documents
 *               beside them: for skopeo, oras and registries
 *   ollama      one of its models, as Ollama pulls and keeps it
 *
 * The same bundle gives the same bytes and so the same digests, whoever makes them: a layout on a stick and every
 * server that has the bundle. So nothing may enter these texts that the bundle does not say, and a change of them
 * is a change of what SPEC.md lays down. Sources: OCI image manifest 1.1; ModelPack model-spec; Docker image
 * manifest v2.2, and ollama's server/images.go and types/model/config.go. */
#ifndef MZG_TOOLS_LAYOUT_IMAGE_H
#define MZG_TOOLS_LAYOUT_IMAGE_H

#include "bundle/manifest.h"
#include <jansson.h>

#define MZG_IMAGE_OCI "application/vnd.oci.image.manifest.v1+json"
#define MZG_IMAGE_DOCKER "application/vnd.docker.distribution.manifest.v2+json"
#define MZG_IMAGE_NAME "mzigo.name" /* the annotation that has the bundle's name */
#define MZG_IMAGE_FOLDER "mzigo"    /* whose names they are, where names have folders */

/* Bytes by what they are called. */
struct mzg_image_blob {
    uint8_t sha256[MZG_SHA256_BYTES];
    uint64_t size;
};

struct mzg_image_text {
    char *text; /* NULL: there is none */
    struct mzg_image_blob is;
};

struct mzg_image {
    const char *type; /* of the manifest: MZG_IMAGE_... */
    struct mzg_image_text manifest, config;
    struct mzg_image_text licence; /* Ollama's only, where the bundle has one */
};

/* manifest, envelope: the bundle's signed documents. */
enum mzg_code mzg_image_modelpack(struct mzg_image *image, const struct mzg_manifest *m,
                                  const struct mzg_image_blob *manifest,
                                  const struct mzg_image_blob *envelope, struct mzg_err *e) MZG_MUST;

/* model: one of m's files, a whole GGUF (mzg_model_choose). */
enum mzg_code mzg_image_ollama(struct mzg_image *image, const struct mzg_manifest *m,
                               const struct mzg_member *model, struct mzg_err *e) MZG_MUST;

void mzg_image_clear(struct mzg_image *image); /* fine on a zeroed one */

/* A name or version as it stands in a URL or a tag, where '+' is not allowed: '_' in its place. Returns out. */
#define MZG_IMAGE_TAG (MZG_NAME_MAX + 1)
const char *mzg_image_tag(char out[MZG_IMAGE_TAG], const char *version);

/* The tag of one of several models of a version: "1.0.0-q4_k_m". Returns out. */
const char *mzg_image_grade_tag(char *out, size_t room, const char *version_tag, const char *grade);

/* ---- for those who make them ---- */

/* A descriptor: media type, digest, size; NULL when memory is out. */
json_t *mzg_image_describe(const char *type, const struct mzg_image_blob *is);

/* The bytes of value, which is taken over, NULL too; for a text that is taken over likewise. */
enum mzg_code mzg_image_write(struct mzg_image_text *out, json_t *value, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_image_take(struct mzg_image_text *out, char *text, struct mzg_err *e) MZG_MUST;

#endif
