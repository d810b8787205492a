#include "registry.h"
#include "blobs.h"
#include "images.h"
#include "reference.h"
#include "tags.h"
#include "versions.h"
#include <jansson.h>
#include <string.h>

static const struct mzg_field api[] = {{"Docker-Distribution-Api-Version", "registry/2.0"}, {NULL, NULL}};

enum MHD_Result mzg_registry_refuse(struct mzg_exchange *x, const char *code, const char *message)
{
    struct mzg_answer a = {.status = MHD_HTTP_NOT_FOUND, .type = "application/json", .keep = MZG_KEEP_ASKING,
                           .more = api};
    json_t *all = json_pack("{s:[{s:s, s:s}]}", "errors", "code", code, "message", message);
    char *text = all ? json_dumps(all, JSON_COMPACT) : NULL;
    json_decref(all);
    return text ? mzg_answer_given(x, &a, text) : mzg_answer_status(x, MHD_HTTP_NOT_FOUND, false);
}

enum MHD_Result mzg_registry_answer(struct mzg_exchange *x, const char *path)
{
    static const struct mzg_answer yes = {.status = MHD_HTTP_OK, .type = "application/json",
                                          .keep = MZG_KEEP_ASKING, .more = api};
    struct mzg_reference r;
    struct mzg_versions v;
    if (strcmp(path, "/v2/") == 0)
        return mzg_answer_text(x, &yes, "{}");
    if (!mzg_reference_parse(&r, path))
        return mzg_registry_refuse(x, "NAME_UNKNOWN", "names are mzigo/NAME, digests sha256 in small letters");
    const struct mzg_shelf *shelf = mzg_exchange_shelf(x);
    if (!shelf)
        return mzg_answer_status(x, MHD_HTTP_INTERNAL_SERVER_ERROR, false);
    if (!mzg_versions_find(&v, shelf, r.name))
        return mzg_registry_refuse(x, "NAME_UNKNOWN", "there is no such bundle, or several are spelt like it");
    switch (r.kind) {
    case MZG_REFERENCE_TAGS:
        return mzg_tags_answer(x, &v, r.name);
    case MZG_REFERENCE_MANIFEST:
        return mzg_images_answer(x, &v, &r);
    default:
        return mzg_blobs_answer(x, &v, &r);
    }
}
