#include "documents.h"

#include "base/buf.h"
#include "bundle/arrival/arrival.h"
#include "bundle/catalog.h"
#include "bundle/dsse.h"
#include "bundle/arrival/partial.h"
#include "bundle/repo.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INDEX_READINGS 4 /* for one pull: who changes more often than that is not keeping a repository */

/* ---- into memory ---- */

static uint64_t memory_have(void *ctx)
{
    return ((struct mzg_buf *)ctx)->len;
}

static bool memory_take(void *ctx, const void *data, size_t n)
{
    struct mzg_buf *b = ctx;
    mzg_buf_put(b, data, n);
    return !b->bad;
}

static bool memory_restart(void *ctx)
{
    ((struct mzg_buf *)ctx)->len = 0;
    return true;
}

static enum mzg_code fetch_to_memory(struct mzg_line *l, const char *path, size_t most,
                                     bool (*right)(void *ctx), struct mzg_buf *b, bool *absent,
                                     struct mzg_err *e)
{
    struct mzg_line_want want = {.path = path, .most = most, .have = memory_have, .take = memory_take,
                                 .restart = memory_restart, .right = right, .ctx = b};
    mzg_buf_init(b, most + 1);
    return mzg_line_fetch(l, &want, absent, e);
}

/* The buffer's bytes as a text of their own, with a NUL behind it. */
static enum mzg_code take_text(struct mzg_buf *b, char **text, size_t *len, struct mzg_err *e)
{
    size_t n = b->len;
    mzg_buf_u8(b, 0);
    *text = b->bad ? NULL : malloc(b->len);
    if (*text) {
        memcpy(*text, b->data, b->len);
        *len = n;
    }
    mzg_buf_clear(b);
    return *text ? MZG_OK : mzg_fail_memory(e, "document");
}

/* ---- a manifest whose digest is known: kept while it comes ---- */

struct keeping {
    struct mzg_partial partial;
    const uint8_t *sha256;
    struct mzg_err e;
};

static uint64_t kept_have(void *ctx)
{
    return ((struct keeping *)ctx)->partial.have;
}

static bool kept_take(void *ctx, const void *data, size_t n)
{
    struct keeping *k = ctx;
    return mzg_partial_take(&k->partial, data, (uint32_t)n, &k->e) == MZG_OK;
}

static bool kept_restart(void *ctx)
{
    struct keeping *k = ctx;
    return mzg_partial_reset(&k->partial, &k->e) == MZG_OK;
}

static bool kept_right(void *ctx)
{
    struct keeping *k = ctx;
    uint8_t digest[MZG_SHA256_BYTES];
    mzg_sha256_of(k->partial.data, k->partial.size, digest);
    return memcmp(digest, k->sha256, sizeof digest) == 0;
}

static enum mzg_code fetch_known(struct mzg_line *l, const char *path, const struct mzg_catalog_entry *t,
                                 const char *parts, struct mzg_buf *b, bool *absent, struct mzg_err *e)
{
    struct mzg_dir folder = {.fd = -1};
    struct keeping k = {.sha256 = t->manifest_sha256, .e = {.code = MZG_OK}};
    struct mzg_line_want want = {.path = path, .size = t->manifest_bytes, .have = kept_have,
                                 .take = kept_take, .restart = kept_restart, .right = kept_right,
                                 .ctx = &k};
    mzg_buf_init(b, MZG_MANIFEST_MAX + 1);
    enum mzg_code code = mzg_dir_create(&folder, parts, e);
    if (!code)
        code = mzg_partial_open(&k.partial, &folder, t->manifest_sha256, t->manifest_bytes, e);
    if (!code) {
        code = mzg_line_fetch(l, &want, absent, e);
        if (code && k.e.code)
            code = (*e = k.e).code;
        if (!code && !*absent)
            mzg_buf_put(b, k.partial.data, k.partial.size);
        mzg_partial_close(&k.partial, !code || k.partial.have == 0);
    }
    mzg_dir_close(&folder);
    (void)rmdir(parts); /* stays where anything is in it */
    return code;
}

bool mzg_documents_next_may_do(const struct mzg_err *e)
{
    return e->code == MZG_REFUSED || e->code == MZG_MALFORMED || e->code == MZG_UNSUPPORTED ||
           e->code == MZG_NETWORK || e->code == MZG_LIMIT || (e->code == MZG_IO && !e->sys_errno);
}

void mzg_documents_keep_worst(struct mzg_err *worst, const struct mzg_err *e)
{
    if (worst->code != MZG_REFUSED || e->code == MZG_REFUSED)
        *worst = *e;
}

/* ---- the repository's index ---- */

static bool is_catalog(void *ctx)
{
    const struct mzg_buf *b = ctx;
    struct mzg_catalog c;
    struct mzg_err ignored;
    bool good = mzg_catalog_parse(&c, (const char *)b->data, b->len, &ignored) == MZG_OK;
    mzg_catalog_clear(&c);
    return good;
}

enum mzg_code mzg_documents_index(struct mzg_line *l, struct mzg_catalog *c, bool *absent, struct mzg_err *e)
{
    struct mzg_buf b;
    *c = (struct mzg_catalog){0};
    enum mzg_code code = fetch_to_memory(l, MZG_CATALOG_FILE, MZG_CATALOG_MAX,
                                         mzg_mirrors_sources(&l->mirrors) > 1 ? is_catalog : NULL, &b, absent, e);
    if (!code && !*absent) {
        code = mzg_catalog_parse(c, (const char *)b.data, b.len, e);
        if (code)
            mzg_prefix(e, "%s/" MZG_CATALOG_FILE, l->mirrors.m[l->first].base);
    }
    mzg_buf_clear(&b);
    return code;
}

static enum mzg_code choose(struct mzg_line *l, const struct mzg_catalog *c, bool absent,
                            struct mzg_select *s, const struct mzg_catalog_entry **entry,
                            struct mzg_err *e)
{
    *entry = NULL;
    if (absent && *s->name && *s->version)
        return MZG_OK;
    if (absent)
        return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: has no " MZG_CATALOG_FILE ": is this a "
                        "repository's address? (NAME@VERSION goes without it)", l->mirrors.m[l->first].base);
    if (mzg_catalog_select(c, s, entry, e))
        return mzg_prefix(e, "%s", l->mirrors.m[l->first].base);
    snprintf(s->name, sizeof s->name, "%s", (*entry)->name);
    snprintf(s->version, sizeof s->version, "%s", (*entry)->version);
    return MZG_OK;
}

/* ---- documents ---- */

/* Those of the same manifest, from earlier. */
static enum mzg_code recall(const struct mzg_catalog_entry *t, const char *dir, struct mzg_documents *d,
                            struct mzg_err *e)
{
    uint8_t digest[MZG_SHA256_BYTES];
    enum mzg_code code = t ? mzg_arrival_documents(dir, d, e) : MZG_OK;
    if (code || !d->manifest)
        return code;
    mzg_sha256_of(d->manifest, d->manifest_len, digest);
    if (memcmp(digest, t->manifest_sha256, sizeof digest) != 0)
        mzg_documents_clear(d);
    return MZG_OK;
}

/* *absent: one of the two is not there. */
static enum mzg_code fetch_both(struct mzg_line *l, const struct mzg_select *s,
                                const struct mzg_catalog_entry *t, const char *parts,
                                struct mzg_documents *d, bool *absent, struct mzg_err *e)
{
    char path[MZG_REPO_PATH];
    struct mzg_buf b;
    mzg_repo_path(path, s->name, s->version, MZG_REPO_ENVELOPE);
    enum mzg_code code = fetch_to_memory(l, path, MZG_DSSE_MAX, NULL, &b, absent, e);
    if (!code && !*absent)
        code = take_text(&b, &d->envelope, &d->envelope_len, e);
    mzg_buf_clear(&b);
    if (code || *absent)
        return code;
    mzg_repo_path(path, s->name, s->version, MZG_REPO_MANIFEST);
    code = t ? fetch_known(l, path, t, parts, &b, absent, e)
             : fetch_to_memory(l, path, MZG_MANIFEST_MAX, NULL, &b, absent, e);
    if (!code && !*absent)
        code = take_text(&b, &d->manifest, &d->manifest_len, e);
    mzg_buf_clear(&b);
    return code;
}

static enum mzg_code fail_absent(const struct mzg_line *l, const struct mzg_select *s, struct mzg_err *e)
{
    return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: holds no %s@%s", l->mirrors.m[l->first].base, s->name,
                    s->version);
}

enum mzg_code mzg_documents_of(struct mzg_line *l, const struct mzg_select *s,
                               const struct mzg_catalog_entry *t, const char *parts, struct mzg_documents *d,
                               struct mzg_err *e)
{
    bool absent = false;
    memset(d, 0, sizeof *d);
    enum mzg_code code = fetch_both(l, s, t, parts, d, &absent, e);
    if (!code && absent)
        code = fail_absent(l, s, e);
    if (code)
        mzg_documents_clear(d);
    return code;
}

/* One look at the index and what it says. chosen: the digest of the manifest that it says, of zeros without one.
 * *absent: that is not there. */
static enum mzg_code fetch_newest(struct mzg_line *l, struct mzg_select *s, const char *dir, const char *parts,
                                  struct mzg_documents *d, uint8_t chosen[MZG_SHA256_BYTES], bool *absent,
                                  struct mzg_err *e)
{
    struct mzg_catalog c = {0};
    const struct mzg_catalog_entry *entry = NULL;
    bool no_index = false;
    enum mzg_code code = mzg_documents_index(l, &c, &no_index, e);
    if (!code)
        code = choose(l, &c, no_index, s, &entry, e);
    if (!code)
        code = recall(entry, dir, d, e);
    if (!code && !d->manifest)
        code = fetch_both(l, s, entry, parts, d, absent, e);
    memset(chosen, 0, MZG_SHA256_BYTES);
    if (entry)
        memcpy(chosen, entry->manifest_sha256, MZG_SHA256_BYTES);
    mzg_catalog_clear(&c);
    return code;
}

/* A repository that is kept may drop a version after its index was read: then the index says another by now. */
enum mzg_code mzg_documents_fetch(struct mzg_line *l, struct mzg_select *s, const char *dir,
                                  struct mzg_documents *d, struct mzg_err *e)
{
    const struct mzg_select asked = *s;
    uint8_t before[MZG_SHA256_BYTES] = {0}, chosen[MZG_SHA256_BYTES];
    char *parts = NULL;
    bool absent = true, news = true;
    enum mzg_code code = MZG_OK;
    memset(d, 0, sizeof *d);
    if (asprintf(&parts, "%s/" MZG_ARRIVAL_FOLDER, dir) < 0)
        return mzg_fail_memory(e, "path");
    for (int i = 0; i < INDEX_READINGS && !code && absent && news; i++) {
        *s = asked;
        absent = false;
        mzg_documents_clear(d);
        code = fetch_newest(l, s, dir, parts, d, chosen, &absent, e);
        news = memcmp(before, chosen, sizeof before) != 0;
        memcpy(before, chosen, sizeof before);
    }
    if (!code && absent)
        code = fail_absent(l, s, e);
    free(parts);
    if (code)
        mzg_documents_clear(d);
    return code;
}
