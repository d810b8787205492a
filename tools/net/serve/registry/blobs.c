#include "blobs.h"
#include "bundle/repo.h"
#include "registry.h"
#include "texts.h"
#include "tools/net/serve/member.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum MHD_Result refuse(struct mzg_exchange *x)
{
    return mzg_registry_refuse(x, "BLOB_UNKNOWN", "no bundle of this name has a blob with this digest");
}

/* ---- where it is ---- */

static const struct mzg_member *find_file(const struct mzg_versions *v, const uint8_t *sha256,
                                          const struct mzg_shelf_bundle **b)
{
    for (size_t i = 0; i < v->n; i++) {
        const struct mzg_manifest *m = &v->all[i]->manifest;
        *b = v->all[i];
        for (size_t j = 0; mzg_member_offered(*b) && j < m->n_files; j++) {
            if (memcmp(m->files[j].sha256, sha256, MZG_SHA256_BYTES) == 0)
                return &m->files[j];
        }
    }
    return NULL;
}

static const struct mzg_shelf_bundle *find_manifest(const struct mzg_versions *v, const uint8_t *sha256)
{
    for (size_t i = 0; i < v->n; i++) {
        if (mzg_member_offered(v->all[i]) && memcmp(v->all[i]->sha256, sha256, MZG_SHA256_BYTES) == 0)
            return v->all[i];
    }
    return NULL;
}

/* ---- texts ---- */

/* What the request asks of it. Ollama asks for a range whatever the size, and does not look at what it gets. */
static enum MHD_Result send_text(struct mzg_exchange *x, struct mzg_answer *a, char *text, size_t len,
                                 struct mzg_field *range)
{
    char content[80];
    struct mzg_part part;
    mzg_range_decide(&part,
                     &(struct mzg_asked){x->head, mzg_exchange_field(x, "Range"), mzg_exchange_field(x, "If-Range"),
                                         mzg_exchange_field(x, "If-Match"),
                                         mzg_exchange_field(x, "If-None-Match")},
                     a->etag, len);
    a->status = part.status == 206 || part.status == 416 ? part.status : MHD_HTTP_OK; /* the others are found again */
    a->parts = true;
    if (a->status != MHD_HTTP_OK) {
        *range = (struct mzg_field){"Content-Range", content};
        memmove(text, text + part.from, (size_t)part.length);
        text[part.length] = '\0';
    }
    if (a->status == 206)
        snprintf(content, sizeof content, "bytes %llu-%llu/%zu", (unsigned long long)part.from,
                 (unsigned long long)(part.from + part.length - 1), len);
    else
        snprintf(content, sizeof content, "bytes */%zu", len);
    return mzg_answer_given(x, a, text);
}

/* range: the last but one of a's fields. */
static enum MHD_Result answer_text(struct mzg_exchange *x, struct mzg_answer *a, const struct mzg_text_source *s,
                                   const uint8_t *sha256, struct mzg_field *range)
{
    struct mzg_image image;
    struct mzg_err e;
    if (mzg_texts_image(&x->server->repo, s->b, s->model, &image, &e))
        return refuse(x);
    struct mzg_image_text *t = s->kind == MZG_TEXT_MANIFEST ? &image.manifest
                               : s->kind == MZG_TEXT_CONFIG ? &image.config : &image.licence;
    char *text = t->text;
    size_t len = (size_t)t->is.size;
    bool same = text && memcmp(t->is.sha256, sha256, sizeof t->is.sha256) == 0;
    if (same)
        t->text = NULL;
    mzg_image_clear(&image);
    return same ? send_text(x, a, text, len, range) : refuse(x);
}

/* ---- documents ---- */

static enum MHD_Result answer_document(struct mzg_exchange *x, const struct mzg_answer *a,
                                       const struct mzg_shelf_bundle *b, const char *name, const uint8_t *sha256)
{
    char path[MZG_REPO_PATH];
    uint8_t digest[MZG_SHA256_BYTES];
    struct mzg_file f;
    struct mzg_err e;
    mzg_repo_path(path, b->manifest.name, b->manifest.version, name);
    if (mzg_file_open_at(&f, &x->server->repo, path, &e))
        return refuse(x);
    /* A signature may have joined since the shelf was read; manifests stay what they are. */
    if (strcmp(name, MZG_REPO_ENVELOPE) == 0 &&
        (mzg_sha256_file(&f, NULL, name, digest, &e) || memcmp(digest, sha256, sizeof digest) != 0)) {
        mzg_file_close(&f);
        return refuse(x);
    }
    return mzg_answer_file(x, a, &f);
}

/* ---- */

enum MHD_Result mzg_blobs_answer(struct mzg_exchange *x, const struct mzg_versions *v,
                                 const struct mzg_reference *r)
{
    char hex[MZG_SHA256_HEX], etag[MZG_MEMBER_ETAG], digest[MZG_SHA256_HEX + 7], here[sizeof r->name + 128];
    struct mzg_field more[] = {{"Docker-Content-Digest", digest}, {"Location", here}, {NULL, NULL}, {NULL, NULL}};
    struct mzg_answer a = {.type = "application/octet-stream", .keep = MZG_KEEP_FOREVER, .etag = etag, .more = more};
    const struct mzg_shelf_bundle *b;
    struct mzg_text_source s;
    mzg_sha256_hex(r->sha256, hex);
    snprintf(etag, sizeof etag, "\"%s\"", hex);
    snprintf(digest, sizeof digest, "sha256:%s", hex);
    snprintf(here, sizeof here, "/v2/" MZG_IMAGE_FOLDER "/%s/blobs/sha256:%s", r->name, hex);
    const struct mzg_member *file = find_file(v, r->sha256, &b);
    if (file)
        return mzg_member_answer(x, &a, b, file);
    if ((b = find_manifest(v, r->sha256)) != NULL)
        return answer_document(x, &a, b, MZG_REPO_MANIFEST, r->sha256);
    if (!mzg_texts_find(x->server->texts, x->shelf, v, r->sha256, &s))
        return refuse(x);
    if (s.kind == MZG_TEXT_ENVELOPE)
        return answer_document(x, &a, s.b, MZG_REPO_ENVELOPE, r->sha256);
    return answer_text(x, &a, &s, r->sha256, &more[2]);
}
