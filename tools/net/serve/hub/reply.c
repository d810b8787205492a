#include "reply.h"
#include "tools/net/serve/etag.h"
#include <string.h>

#define JSON_TYPE "application/json; charset=utf-8"

enum MHD_Result mzg_hub_reply(struct mzg_exchange *x, json_t *value)
{
    char etag[MZG_ETAG];
    char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;
    json_decref(value);
    if (!text)
        return mzg_answer_status(x, MHD_HTTP_INTERNAL_SERVER_ERROR, false);
    struct mzg_answer a = {.status = MHD_HTTP_OK, .type = JSON_TYPE, .keep = MZG_KEEP_ASKING,
                           .etag = mzg_etag_of(etag, text, strlen(text))};
    return mzg_answer_given(x, &a, text);
}

static enum MHD_Result say(struct mzg_exchange *x, unsigned status, const char *error, const struct mzg_field *more)
{
    struct mzg_answer a = {.status = status, .type = JSON_TYPE, .keep = MZG_KEEP_NEVER, .more = more};
    json_t *value = json_pack("{s:s}", "error", error);
    char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;
    json_decref(value);
    return text ? mzg_answer_given(x, &a, text) : mzg_answer_status(x, status, false);
}

enum MHD_Result mzg_hub_reply_missing(struct mzg_exchange *x, enum mzg_hub_missing what, const char *commit)
{
    static const struct {
        const char *word, *text;
    } all[] = {
        [MZG_HUB_NO_REPO] = {"RepoNotFound", "There is no such model here"},
        [MZG_HUB_NO_REVISION] = {"RevisionNotFound", "The model has no such version"},
        [MZG_HUB_NO_ENTRY] = {"EntryNotFound", "This version has no such file"},
    };
    const struct mzg_field more[] = {{"X-Error-Code", all[what].word},
                                     {"X-Error-Message", all[what].text},
                                     {commit ? "X-Repo-Commit" : NULL, commit},
                                     {NULL, NULL}};
    return say(x, MHD_HTTP_NOT_FOUND, all[what].text, more);
}

enum MHD_Result mzg_hub_reply_error(struct mzg_exchange *x, unsigned status, const char *text)
{
    return say(x, status, text, NULL);
}
