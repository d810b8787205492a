/* verify.c: the one way from an untrusted bundle to a verified one. */
#include "bundle.h"
#include "excerpt.h"
#include "opened.h"

#include <stdlib.h>
#include <string.h>

/* ---- the manifest ---- */

static enum mzg_code check_signature(struct mzg_verified *v, const struct mzg_policy *policy,
                                     struct mzg_err *e)
{
    const struct mzg_documents *d = &v->bundle->documents;
    if (policy->trusted.n == 0)
        return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "no key is trusted");
    if (!d->envelope)
        return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "is not signed: it has no "
                        MZG_REPO_ENVELOPE);
    if (mzg_dsse_verify(d->envelope, d->envelope_len, MZG_MANIFEST_TYPE, d->manifest,
                        d->manifest_len, &policy->trusted, &v->signer, e))
        return mzg_prefix(e, MZG_REPO_ENVELOPE);
    return MZG_OK;
}

static enum mzg_code check_claims(const struct mzg_verified *v, const struct mzg_policy *policy,
                                  struct mzg_err *e)
{
    const struct mzg_manifest *m = &v->manifest;
    /* Or an old manifest, copied into a new version's folder, would pass for it. */
    if (strcmp(m->name, v->bundle->name) != 0 || strcmp(m->version, v->bundle->version) != 0)
        return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET,
                        "name, version: the manifest was signed as %s@%s", m->name, m->version);
    if (m->sequence < policy->at_least)
        return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET,
                        "sequence: %lld is older than %lld, which was seen before",
                        (long long)m->sequence, (long long)policy->at_least);
    if (policy->now && m->expires && strcmp(m->expires, policy->now) <= 0)
        return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "expires: %s has passed", m->expires);
    return MZG_OK;
}

static enum mzg_code fill_verified(struct mzg_verified *v, const struct mzg_policy *policy,
                                   struct mzg_err *e)
{
    struct mzg_bundle *b = v->bundle;
    enum mzg_code code = check_signature(v, policy, e);
    if (code)
        return code;
    code = mzg_manifest_parse(&v->manifest, b->documents.manifest, b->documents.manifest_len, e);
    if (!code)
        code = check_claims(v, policy, e);
    if (code)
        return mzg_prefix(e, MZG_REPO_MANIFEST);
    if (b->dir.fd >= 0 && mzg_excerpt_apply(&b->dir, &v->manifest, e))
        return e->code;
    v->objects = b->archive ? mzg_archive_objects(b->archive) : &b->folder.base;
    return b->archive ? mzg_archive_expect(b->archive, &v->manifest, e) : MZG_OK;
}

enum mzg_code mzg_bundle_verify(struct mzg_bundle *b, const struct mzg_policy *policy,
                                struct mzg_verified **v, struct mzg_err *e)
{
    *v = calloc(1, sizeof **v);
    if (!*v)
        return mzg_fail_memory(e, "bundle");
    (*v)->bundle = b;
    if (fill_verified(*v, policy, e) == MZG_OK)
        return MZG_OK;
    mzg_verified_free(*v);
    *v = NULL;
    return mzg_opened_prefix(b, e);
}

void mzg_verified_free(struct mzg_verified *v)
{
    if (!v)
        return;
    mzg_manifest_clear(&v->manifest);
    free(v->wanted);
    free(v);
}

const struct mzg_manifest *mzg_verified_manifest(const struct mzg_verified *v)
{
    return &v->manifest;
}

enum mzg_code mzg_verified_keep(struct mzg_verified *v, const bool *keep, struct mzg_err *e)
{
    return mzg_manifest_keep(&v->manifest, keep, e);
}

const struct mzg_key *mzg_verified_signer(const struct mzg_verified *v)
{
    return v->signer;
}

/* ---- the bytes ---- */

struct tally {
    const struct mzg_run *run;
    uint64_t bad;
    struct mzg_err first;
};

static enum mzg_code count_sound(void *ctx, const struct mzg_member *file,
                                 const struct mzg_chunk *chunk, const uint8_t *content,
                                 struct mzg_err *e)
{
    (void)ctx, (void)file, (void)chunk, (void)content, (void)e;
    return MZG_OK;
}

static enum mzg_code count_bad(void *ctx, const struct mzg_member *file,
                               const struct mzg_err *fault, struct mzg_err *e)
{
    struct tally *t = ctx;
    (void)file, (void)e;
    if (t->bad++ == 0)
        t->first = *fault;
    mzg_notice(&t->run->notify, "%s", fault->msg);
    return MZG_OK;
}

enum mzg_code mzg_verified_check(struct mzg_verified *v, enum mzg_depth depth,
                                 const struct mzg_run *run, struct mzg_err *e)
{
    struct tally t = {.run = run};
    struct mzg_walker w = {&t, count_sound, count_bad, NULL};
    enum mzg_code code = mzg_walk(&v->manifest, v->objects, depth, run, "verify", &w, e);
    if (!code && v->bundle->archive)
        code = mzg_archive_end(v->bundle->archive, e);
    if (!code && t.bad == 1)
        code = (*e = t.first).code;
    else if (!code && t.bad)
        code = mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "%llu faults, the first: %s",
                        (unsigned long long)t.bad, t.first.msg);
    return code ? mzg_opened_prefix(v->bundle, e) : MZG_OK;
}
