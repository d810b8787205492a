#include "images.h"
#include "registry.h"
#include "texts.h"
#include "tools/layout/model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define UNKNOWN "MANIFEST_UNKNOWN"

/* ---- the client ---- */

struct accepts {
    bool oci, docker;
};

/* skopeo has a field for each type, others one for all. */
static enum MHD_Result look(void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct accepts *a = ctx;
    (void)kind;
    if (value && strcasecmp(key, "Accept") == 0) {
        a->oci = a->oci || strstr(value, MZG_IMAGE_OCI);
        a->docker = a->docker || strstr(value, MZG_IMAGE_DOCKER);
    }
    return MHD_YES;
}

static bool runs_one_model(const struct mzg_exchange *x)
{
    struct accepts a = {false, false};
    MHD_get_connection_values(x->connection, MHD_HEADER_KIND, look, &a);
    return a.docker && !a.oci;
}

static bool is_llama_cpp(const struct mzg_exchange *x)
{
    static const char name[] = "llama-cpp";
    const char *agent = mzg_exchange_field(x, "User-Agent");
    return agent && strncmp(agent, name, sizeof name - 1) == 0;
}

/* ---- answers ---- */

/* Takes the image over. */
static enum MHD_Result answer(struct mzg_exchange *x, struct mzg_image *image, const char *keep)
{
    char hex[MZG_SHA256_HEX], etag[MZG_SHA256_HEX + 2], digest[MZG_SHA256_HEX + 7];
    const struct mzg_field more[] = {{"Docker-Content-Digest", digest},
                                     {"Docker-Distribution-Api-Version", "registry/2.0"},
                                     {"Vary", "Accept, User-Agent"},
                                     {NULL, NULL}};
    struct mzg_answer a = {.status = MHD_HTTP_OK, .type = image->type, .keep = keep, .etag = etag, .more = more};
    char *text = image->manifest.text;
    mzg_sha256_hex(image->manifest.is.sha256, hex);
    snprintf(etag, sizeof etag, "\"%s\"", hex);
    snprintf(digest, sizeof digest, "sha256:%s", hex);
    image->manifest.text = NULL;
    mzg_image_clear(image);
    return mzg_answer_given(x, &a, text);
}

/* It then asks the hub's interface for the file, by its name and of the newest version: a tag of another would get
 * it the wrong one. */
static enum MHD_Result answer_file_name(struct mzg_exchange *x, const struct mzg_versions *v,
                                        const struct mzg_tagged *t)
{
    struct mzg_answer a = {.status = MHD_HTTP_OK, .type = "application/json", .keep = MZG_KEEP_ASKING};
    const struct mzg_member *model = t->model ? t->model : mzg_model_choose(&t->b->manifest, NULL);
    if (!model || t->b != mzg_versions_newest(x, v))
        return mzg_registry_refuse(x, UNKNOWN, "the newest version has no such GGUF file");
    json_t *all = json_pack("{s:{s:s, s:I}}", "ggufFile", "rfilename", model->path, "size", (json_int_t)model->size);
    char *text = all ? json_dumps(all, JSON_COMPACT) : NULL;
    json_decref(all);
    return text ? mzg_answer_given(x, &a, text) : mzg_answer_status(x, MHD_HTTP_INTERNAL_SERVER_ERROR, false);
}

static enum MHD_Result answer_digest(struct mzg_exchange *x, const struct mzg_versions *v,
                                     const struct mzg_reference *r)
{
    struct mzg_text_source s;
    struct mzg_image image;
    struct mzg_err e;
    if (!mzg_texts_find(x->server->texts, x->shelf, v, r->sha256, &s) || s.kind != MZG_TEXT_MANIFEST ||
        mzg_texts_image(&x->server->repo, s.b, s.model, &image, &e))
        return mzg_registry_refuse(x, UNKNOWN, "no image has this digest");
    if (memcmp(image.manifest.is.sha256, r->sha256, sizeof r->sha256) == 0)
        return answer(x, &image, MZG_KEEP_FOREVER);
    mzg_image_clear(&image); /* another signature has joined meanwhile */
    return mzg_registry_refuse(x, UNKNOWN, "no image has this digest any more");
}

enum MHD_Result mzg_images_answer(struct mzg_exchange *x, const struct mzg_versions *v,
                                  const struct mzg_reference *r)
{
    struct mzg_image image;
    struct mzg_err e;
    if (!*r->tag)
        return answer_digest(x, v, r);
    struct mzg_tagged t = mzg_versions_tag(x, v, r->tag);
    if (!t.b)
        return mzg_registry_refuse(x, UNKNOWN, "there is no such version or type");
    if (is_llama_cpp(x))
        return answer_file_name(x, v, &t);
    const struct mzg_member *model = NULL;
    if (runs_one_model(x)) {
        model = t.model ? t.model : mzg_model_choose(&t.b->manifest, NULL);
        if (!model)
            return mzg_registry_refuse(x, UNKNOWN, "the bundle has no whole GGUF file");
    } else if (t.model) {
        return mzg_registry_refuse(x, UNKNOWN, "a type of quantization is no tag of a whole bundle");
    }
    if (mzg_texts_image(&x->server->repo, t.b, model, &image, &e))
        return mzg_registry_refuse(x, UNKNOWN, "the bundle's documents cannot be read");
    return answer(x, &image, MZG_KEEP_ASKING);
}
