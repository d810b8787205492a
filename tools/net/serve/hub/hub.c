#include "hub.h"
#include "address.h"
#include "form.h"
#include "info.h"
#include "model.h"
#include "tools/net/serve/offer.h"
#include "query.h"
#include "reply.h"
#include "tools/net/serve/member.h"
#include "tree.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define API "/api/models/"
#define FILES "/" MZG_HUB_OWNER "/"
#define LISTED 500 /* models, or versions of one, in an answer at most */

/* ---- the list ---- */

static bool contains(const char *text, const char *part)
{
    return strcasestr(text, part) != NULL;
}

/* Whether it has all the tags that the query wants. */
static bool has_tags(const struct mzg_exchange *x, const json_t *info)
{
    char wanted[MZG_HUB_VALUE];
    const json_t *tags = json_object_get(info, "tags");
    for (size_t n = 0; mzg_hub_query(x, "filter", n, wanted); n++) {
        size_t i = 0;
        while (i < json_array_size(tags) && strcmp(json_string_value(json_array_get(tags, i)), wanted) != 0)
            i++;
        if (i == json_array_size(tags))
            return false;
    }
    return true;
}

/* The newest versions of all names, by name. */
static json_t *list(const struct mzg_exchange *x, const struct mzg_shelf *shelf, const char *search, size_t limit)
{
    json_t *all = json_array();
    char id[MZG_HUB_ID];
    for (size_t i = 0; all && i < shelf->n && json_array_size(all) < limit; i++) {
        const char *name = shelf->bundles[i]->manifest.name;
        if ((i > 0 && strcmp(shelf->bundles[i - 1]->manifest.name, name) == 0) ||
            !contains(mzg_hub_id(id, name), search))
            continue;
        const struct mzg_shelf_bundle *b = mzg_offer_newest(x->server->health, shelf, i);
        json_t *info = b ? mzg_hub_info(b, MZG_HUB_BRIEF) : NULL;
        if (info && has_tags(x, info))
            json_array_append(all, info);
        json_decref(info);
    }
    return all;
}

enum MHD_Result mzg_hub_answer_list(struct mzg_exchange *x, const char *path)
{
    char search[MZG_HUB_VALUE] = "", author[MZG_HUB_VALUE] = MZG_HUB_OWNER, text[MZG_HUB_VALUE] = "";
    const struct mzg_shelf *shelf = mzg_exchange_shelf(x);
    size_t limit = LISTED;
    (void)path;
    mzg_hub_query(x, "search", 0, search);
    mzg_hub_query(x, "author", 0, author);
    if (mzg_hub_query(x, "limit", 0, text) && text[strspn(text, "0123456789")] == '\0' && strlen(text) <= 9)
        limit = strtoul(text, NULL, 10);
    if (!shelf)
        return mzg_hub_reply(x, NULL);
    if (strcmp(author, MZG_HUB_OWNER) != 0)
        return mzg_hub_reply(x, json_array());
    return mzg_hub_reply(x, list(x, shelf, search, limit < LISTED ? limit : LISTED));
}

/* ---- a model ---- */

static json_t *ref(const char *name, const char *kind, const struct mzg_shelf_bundle *b)
{
    char full[MZG_NAME_MAX + 16], commit[MZG_HUB_OID];
    snprintf(full, sizeof full, "refs/%s/%s", kind, name);
    return json_pack("{s:s, s:s, s:s}", "name", name, "ref", full, "targetCommit", mzg_hub_commit(commit, b->sha256));
}

static enum MHD_Result answer_refs(struct mzg_exchange *x, const char *name, const struct mzg_hub_model *newest)
{
    const struct mzg_shelf *shelf = mzg_exchange_shelf(x);
    json_t *branches = json_array(), *tags = json_array();
    if (newest->b)
        json_array_append_new(branches, ref(MZG_HUB_MAIN, "heads", newest->b));
    for (size_t i = 0; i < shelf->n && json_array_size(tags) < LISTED; i++) {
        const struct mzg_shelf_bundle *b = shelf->bundles[i];
        if (strcmp(b->manifest.name, name) == 0 && mzg_member_offered(b))
            json_array_append_new(tags, ref(b->manifest.version, "tags", b));
    }
    return mzg_hub_reply(x, json_pack("{s:o, s:o, s:[], s:[]}", "branches", branches, "tags", tags, "converts",
                                      "pullRequests"));
}

static enum MHD_Result answer_tree(struct mzg_exchange *x, const char *folder, const struct mzg_hub_model *m)
{
    bool found;
    json_t *tree = mzg_hub_tree(m->b, folder, mzg_hub_query_yes(x, "recursive"), mzg_hub_query_yes(x, "expand"),
                                &found);
    if (!tree || found)
        return mzg_hub_reply(x, tree);
    json_decref(tree);
    return mzg_hub_reply_missing(x, MZG_HUB_NO_ENTRY, m->commit);
}

static enum MHD_Result answer_paths(struct mzg_exchange *x, const struct mzg_hub_model *m)
{
    struct mzg_hub_question *q = calloc(1, sizeof *q);
    enum MHD_Result result;
    mzg_buf_u8(&x->body, 0);
    if (!q || x->body.bad) {
        free(q);
        return mzg_hub_reply(x, NULL);
    }
    char *text = (char *)x->body.data;
    unsigned wrong = strlen(text) + 1 == x->body.len
                         ? mzg_hub_question_read(q, mzg_exchange_field(x, "Content-Type"), text)
                         : MHD_HTTP_BAD_REQUEST;
    if (wrong)
        result = mzg_hub_reply_error(x, wrong, "expected paths, as JSON or a form");
    else
        result = mzg_hub_reply(x, mzg_hub_tree_of(m->b, q));
    mzg_hub_question_clear(q);
    free(q);
    return result;
}

static enum MHD_Result answer_model(struct mzg_exchange *x, const struct mzg_hub_address *a,
                                    const struct mzg_hub_model *m)
{
    switch (a->kind) {
    case MZG_HUB_REFS:
        return answer_refs(x, a->name, m);
    case MZG_HUB_TREE:
        return answer_tree(x, a->path, m);
    case MZG_HUB_PATHS:
        return answer_paths(x, m);
    default:
        return mzg_hub_reply(x, mzg_hub_info(m->b, mzg_hub_query_yes(x, "blobs") ? MZG_HUB_BLOBS : MZG_HUB_FILES));
    }
}

enum MHD_Result mzg_hub_answer(struct mzg_exchange *x, const char *path)
{
    struct mzg_hub_address a;
    struct mzg_hub_model m = {.b = NULL};
    bool known = mzg_hub_address_api(&a, path + sizeof API - 1);
    if (a.name[0] && !mzg_hub_find(&m, x, a.name, a.revision))
        return mzg_hub_reply(x, NULL);
    if (!m.exists)
        return mzg_hub_reply_missing(x, MZG_HUB_NO_REPO, NULL);
    if (!known || x->posted != (a.kind == MZG_HUB_PATHS))
        return mzg_hub_reply_missing(x, MZG_HUB_NO_ENTRY, NULL);
    if (!m.b && a.kind != MZG_HUB_REFS)
        return mzg_hub_reply_missing(x, MZG_HUB_NO_REVISION, NULL);
    return answer_model(x, &a, &m);
}

bool mzg_hub_takes_body(const char *path)
{
    struct mzg_hub_address a;
    return strncmp(path, API, sizeof API - 1) == 0 && mzg_hub_address_api(&a, path + sizeof API - 1) &&
           a.kind == MZG_HUB_PATHS;
}

/* ---- a file ---- */

static enum MHD_Result answer_pointer(struct mzg_exchange *x, const struct mzg_answer *like,
                                      const struct mzg_member *file)
{
    char text[MZG_HUB_POINTER_MAX], oid[MZG_HUB_OID], etag[MZG_HUB_OID + 2];
    struct mzg_answer a = *like;
    if (!mzg_hub_blob_oid(oid, text, mzg_hub_pointer(text, file)))
        return mzg_answer_status(x, MHD_HTTP_INTERNAL_SERVER_ERROR, false);
    snprintf(etag, sizeof etag, "\"%s\"", oid);
    a.status = MHD_HTTP_OK;
    a.type = "text/plain; charset=utf-8";
    a.etag = etag;
    char *copy = strdup(text);
    return copy ? mzg_answer_given(x, &a, copy) : mzg_answer_status(x, MHD_HTTP_INTERNAL_SERVER_ERROR, false);
}

/* No part of an empty file is there, which is a 416; @huggingface/hub, which asks for the first byte to learn the
 * length, would give up on that. A range may as well be passed over (RFC 9110, 14.2), and the length is told. */
static enum MHD_Result answer_empty(struct mzg_exchange *x, const struct mzg_answer *like)
{
    struct mzg_answer a = *like;
    a.status = MHD_HTTP_OK;
    a.type = "application/octet-stream";
    return mzg_answer_text(x, &a, "");
}

static enum MHD_Result answer_member(struct mzg_exchange *x, const struct mzg_hub_address *a,
                                     const struct mzg_hub_model *m, const struct mzg_member *file)
{
    char etag[MZG_MEMBER_ETAG], size[24];
    bool whole = a->kind == MZG_HUB_FILE; /* else the fields below end with the first */
    bool empty = file->size == 0 && !x->head && mzg_exchange_field(x, "Range");
    snprintf(size, sizeof size, "%llu", (unsigned long long)file->size);
    const struct mzg_field more[] = {{"X-Repo-Commit", m->commit},
                                     {whole ? "X-Linked-Etag" : NULL, mzg_member_etag(etag, file)},
                                     {"X-Linked-Size", size},
                                     {empty ? "Content-Range" : NULL, "bytes */0"},
                                     {NULL, NULL}};
    const struct mzg_answer answer = {.keep = m->moves ? MZG_KEEP_ASKING : MZG_KEEP_FOREVER,
                                      .etag = whole ? etag : NULL, .more = more};
    if (!whole)
        return answer_pointer(x, &answer, file);
    return empty ? answer_empty(x, &answer) : mzg_member_answer(x, &answer, m->b, file);
}

enum MHD_Result mzg_hub_answer_file(struct mzg_exchange *x, const char *path)
{
    struct mzg_hub_address a;
    struct mzg_hub_model m = {.b = NULL};
    bool known = mzg_hub_address_file(&a, path + sizeof FILES - 1);
    if (a.name[0] && !mzg_hub_find(&m, x, a.name, a.revision))
        return mzg_hub_reply(x, NULL);
    if (!m.exists)
        return mzg_hub_reply_missing(x, MZG_HUB_NO_REPO, NULL);
    if (known && !m.b)
        return mzg_hub_reply_missing(x, MZG_HUB_NO_REVISION, NULL);
    const struct mzg_member *file = known ? mzg_member_find(m.b, a.path) : NULL;
    return file ? answer_member(x, &a, &m, file)
                : mzg_hub_reply_missing(x, MZG_HUB_NO_ENTRY, known ? m.commit : NULL);
}
