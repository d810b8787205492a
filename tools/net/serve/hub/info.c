#include "info.h"
#include "address.h"
#include "tools/net/serve/page/facts.h"
#include <stdio.h>
#include <string.h>

#define LICENCE_ID 64 /* bytes: an SPDX id; longer ones are texts */
#define LANGUAGES 64  /* at most */
#define CODE 17       /* of a language, with the NUL */

const char *mzg_hub_date(char out[MZG_HUB_DATE], const char *date)
{
    snprintf(out, MZG_HUB_DATE, "%.19s.000Z", date);
    return out;
}

const char *mzg_hub_id(char out[MZG_HUB_ID], const char *name)
{
    snprintf(out, MZG_HUB_ID, MZG_HUB_OWNER "/%s", name);
    return out;
}

/* The hub writes a licence's id in small letters: "Apache-2.0" is apache-2.0; what is no id is "other". */
static const char *licence_id(char out[LICENCE_ID], const char *licence)
{
    size_t n = strlen(licence);
    bool is_id = n > 0 && n < LICENCE_ID;
    for (size_t i = 0; i < n && is_id; i++) {
        char c = licence[i];
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        is_id = (out[i] >= 'a' && out[i] <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+';
    }
    out[is_id ? n : 0] = '\0';
    return is_id ? out : "other";
}

/* "sw en" as a list. */
static json_t *language_list(const char *codes)
{
    json_t *list = json_array();
    char code[CODE];
    for (const char *c = codes ? codes : ""; list && *c && json_array_size(list) < LANGUAGES;) {
        size_t n = strcspn(c, " ");
        snprintf(code, sizeof code, "%.*s", (int)(n < CODE ? n : CODE - 1), c);
        if (n > 0)
            json_array_append_new(list, json_string_nocheck(code));
        c += n;
        c += strspn(c, " ");
    }
    return list;
}

/* What the hub reads in the head of a README.md. */
static json_t *card_data(const struct mzg_manifest *m, const struct mzg_facts *f)
{
    char id[LICENCE_ID];
    const char *licence = m->licence ? licence_id(id, m->licence) : NULL;
    json_t *card = json_pack("{s:s*, s:s*}", "license", licence, "license_name",
                             licence && strcmp(licence, "other") == 0 ? m->licence : NULL);
    if (card && f->languages)
        json_object_set_new(card, "language", language_list(f->languages));
    return card;
}

static json_t *tag_list(const struct mzg_manifest *m, const struct mzg_facts *f)
{
    json_t *tags = json_array(), *languages = language_list(f->languages);
    char id[LICENCE_ID], tag[LICENCE_ID + 16];
    if (tags && f->is_model)
        json_array_append_new(tags, json_string("gguf"));
    if (tags && f->kind)
        json_array_append_new(tags, json_string(f->kind));
    if (tags && languages)
        json_array_extend(tags, languages);
    json_decref(languages);
    if (tags && m->licence) {
        snprintf(tag, sizeof tag, "license:%s", licence_id(id, m->licence));
        json_array_append_new(tags, json_string(tag));
    }
    return tags;
}

static json_t *gguf(const struct mzg_facts *f)
{
    json_t *o = json_pack("{s:s*}", "architecture", f->kind);
    if (o && f->parameters)
        json_object_set_new(o, "total", json_integer((json_int_t)f->parameters));
    if (o && f->context)
        json_object_set_new(o, "context_length", json_integer((json_int_t)f->context));
    return o;
}

static json_t *sibling(const struct mzg_member *file, enum mzg_hub_detail detail)
{
    char hex[MZG_SHA256_HEX], oid[MZG_HUB_OID], pointer[MZG_HUB_POINTER_MAX];
    size_t n = mzg_hub_pointer(pointer, file);
    if (detail < MZG_HUB_BLOBS)
        return json_pack("{s:s}", "rfilename", file->path);
    if (!mzg_hub_blob_oid(oid, pointer, n))
        return NULL;
    mzg_sha256_hex(file->sha256, hex);
    return json_pack("{s:s, s:I, s:s, s:{s:s, s:I, s:I}}", "rfilename", file->path, "size", (json_int_t)file->size,
                     "blobId", oid, "lfs", "sha256", hex, "size", (json_int_t)file->size, "pointerSize",
                     (json_int_t)n);
}

static json_t *siblings(const struct mzg_manifest *m, enum mzg_hub_detail detail)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < m->n_files; i++) {
        if (json_array_append_new(list, sibling(&m->files[i], detail)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* The hub's number of a repository: 24 digits that stay the same. */
static void number(char out[25], const char *name)
{
    uint8_t digest[MZG_SHA256_BYTES];
    char hex[MZG_SHA256_HEX];
    mzg_sha256_of(name, strlen(name), digest);
    mzg_sha256_hex(digest, hex);
    snprintf(out, 25, "%.24s", hex);
}

json_t *mzg_hub_info(const struct mzg_shelf_bundle *b, enum mzg_hub_detail detail)
{
    const struct mzg_manifest *m = &b->manifest;
    struct mzg_facts f;
    char id[MZG_HUB_ID], repo[25], commit[MZG_HUB_OID], date[MZG_HUB_DATE];
    mzg_facts_find(&f, m);
    mzg_hub_id(id, m->name);
    mzg_hub_date(date, m->created);
    number(repo, m->name);
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:i, s:i, s:I, s:o, s:o}", "_id", repo,
                          "id", id, "modelId", id, "author", MZG_HUB_OWNER, "sha", mzg_hub_commit(commit, b->sha256),
                          "lastModified", date, "createdAt", date, "private", 0, "gated", 0, "disabled", 0,
                          "downloads", 0, "likes", 0, "usedStorage", (json_int_t)m->content_bytes, "tags",
                          tag_list(m, &f), "cardData", card_data(m, &f));
    if (o && f.is_model)
        json_object_set_new(o, "gguf", gguf(&f));
    if (o && detail > MZG_HUB_BRIEF && json_object_set_new(o, "siblings", siblings(m, detail)) != 0) {
        json_decref(o);
        return NULL;
    }
    return o;
}
