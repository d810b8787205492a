#include "documents.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ASIDE_PATH (sizeof MZG_CARRY_ASIDE + MZG_REPO_PATH)

/* ---- finding ---- */

struct finding {
    struct mzg_stick *s;
    const struct mzg_select *is;
    const struct mzg_policy *policy;
    struct mzg_bundle **b;
    struct mzg_verified **v;
    bool *damaged;
};

static enum mzg_code read_copy(struct mzg_stick *s, const struct mzg_stick_item *item, char **text, size_t *len,
                               struct mzg_err *e)
{
    *text = malloc((size_t)item->size + 1);
    if (!*text)
        return mzg_fail_memory(e, "document");
    (*text)[item->size] = '\0';
    *len = item->size;
    return mzg_stick_read(s, item, *text, e);
}

/* Takes over *d. */
static enum mzg_code try_documents(const struct finding *f, const char *origin, struct mzg_documents *d,
                                   struct mzg_err *e)
{
    enum mzg_code code = mzg_bundle_of_documents(f->b, origin, f->is, d, e);
    if (code)
        return code;
    code = mzg_bundle_verify(*f->b, f->policy, f->v, e);
    if (code) {
        mzg_bundle_close(*f->b);
        *f->b = NULL;
    }
    return code;
}

/* A stranger's envelope does not name a key that is trusted. */
static bool names_trusted(const struct mzg_documents *d, const struct mzg_policy *policy)
{
    bool named = false;
    for (size_t i = 0; i < policy->trusted.n && !named; i++)
        named = d->envelope && strstr(d->envelope, mzg_key_id(policy->trusted.keys[i])) != NULL;
    return named;
}

static enum mzg_code try_copies(const struct finding *f, const struct mzg_stick_item *manifest,
                                const struct mzg_stick_item *envelope, struct mzg_err *e)
{
    struct mzg_documents d = {.manifest = NULL};
    enum mzg_code code = read_copy(f->s, manifest, &d.manifest, &d.manifest_len, e);
    if (!code && envelope)
        code = read_copy(f->s, envelope, &d.envelope, &d.envelope_len, e);
    bool named = !code && names_trusted(&d, f->policy);
    if (!code)
        code = try_documents(f, f->s->dir.path, &d, e);
    else
        mzg_prefix(e, "%s@%s", f->is->name, f->is->version);
    mzg_documents_clear(&d);
    *f->damaged = *f->damaged || (code && (named || code != MZG_REFUSED));
    return code;
}

static enum mzg_code try_stick(const struct finding *f, struct mzg_err *e)
{
    char path[MZG_REPO_PATH];
    uint8_t key[MZG_SHA256_BYTES];
    size_t n_manifests, n_envelopes;
    struct mzg_err other;
    mzg_repo_path(path, f->is->name, f->is->version, MZG_REPO_MANIFEST);
    mzg_part_document_key(path, key);
    const struct mzg_stick_item *manifests = mzg_stick_find(f->s, key, &n_manifests);
    mzg_repo_path(path, f->is->name, f->is->version, MZG_REPO_ENVELOPE);
    mzg_part_document_key(path, key);
    const struct mzg_stick_item *envelopes = mzg_stick_find(f->s, key, &n_envelopes);
    if (!n_manifests)
        return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "%s@%s: has no manifest", f->is->name, f->is->version);
    enum mzg_code code = MZG_OK;
    for (size_t i = 0; i < n_manifests; i++) {
        for (size_t k = 0; k < n_envelopes || k == 0; k++) {
            bool first = i == 0 && k == 0;
            enum mzg_code tried = try_copies(f, &manifests[i], n_envelopes ? &envelopes[k] : NULL,
                                             first ? e : &other);
            if (!tried)
                return MZG_OK;
            code = first ? tried : code;
        }
    }
    return code;
}

static enum mzg_code try_aside(const struct finding *f, const struct mzg_dir *aside, struct mzg_err *e)
{
    struct mzg_documents d = {.manifest = NULL};
    char path[MZG_REPO_PATH];
    mzg_repo_path(path, f->is->name, f->is->version, MZG_REPO_MANIFEST);
    enum mzg_code code = mzg_file_load_at(aside, path, MZG_MANIFEST_MAX, &d.manifest, &d.manifest_len, e);
    mzg_repo_path(path, f->is->name, f->is->version, MZG_REPO_ENVELOPE);
    if (!code)
        code = mzg_file_load_at(aside, path, MZG_DSSE_MAX, &d.envelope, &d.envelope_len, e);
    if (!code)
        return try_documents(f, aside->path, &d, e);
    mzg_documents_clear(&d);
    return code;
}

enum mzg_code mzg_documents_find(struct mzg_stick *s, const struct mzg_dir *aside, const struct mzg_select *is,
                                 const struct mzg_policy *policy, struct mzg_bundle **b,
                                 struct mzg_verified **v, bool *damaged, struct mzg_err *e)
{
    struct finding f = {s, is, policy, b, v, damaged};
    struct mzg_err other;
    char path[MZG_REPO_PATH];
    bool brings = mzg_stick_brings(s, is);
    *damaged = false;
    mzg_repo_path(path, is->name, is->version, MZG_REPO_MANIFEST);
    enum mzg_code code = brings ? try_stick(&f, e) : MZG_REFUSED;
    if (code && aside->fd >= 0 && mzg_dir_has(aside, path))
        code = try_aside(&f, aside, brings ? &other : e) ? code : MZG_OK;
    return code;
}

/* ---- keeping ---- */

static void aside_path(char path[ASIDE_PATH], const struct mzg_manifest *m, const char *file)
{
    char inside[MZG_REPO_PATH];
    mzg_repo_path(inside, m->name, m->version, file);
    snprintf(path, ASIDE_PATH, MZG_CARRY_ASIDE "/%s", inside);
}

/* The folders above go as far as they are empty. */
static void remove_aside(const struct mzg_dir *repo, const struct mzg_manifest *m)
{
    char path[ASIDE_PATH];
    aside_path(path, m, MZG_REPO_ENVELOPE);
    (void)unlinkat(repo->fd, path, 0);
    aside_path(path, m, MZG_REPO_MANIFEST);
    (void)unlinkat(repo->fd, path, 0);
    for (char *slash; (slash = strrchr(path, '/')) != NULL;) {
        *slash = '\0';
        (void)unlinkat(repo->fd, path, AT_REMOVEDIR);
    }
}

enum mzg_code mzg_documents_keep(const struct mzg_dir *repo, const struct mzg_documents *d,
                                 const struct mzg_manifest *m, bool aside, struct mzg_err *e)
{
    char path[ASIDE_PATH];
    const size_t skip = aside ? 0 : sizeof MZG_CARRY_ASIDE;
    aside_path(path, m, MZG_REPO_ENVELOPE);
    enum mzg_code code = mzg_file_save_at(repo, path + skip, d->envelope, d->envelope_len, e);
    aside_path(path, m, MZG_REPO_MANIFEST);
    if (!code)
        code = mzg_file_save_at(repo, path + skip, d->manifest, d->manifest_len, e);
    if (!code && !aside)
        remove_aside(repo, m);
    return code;
}
