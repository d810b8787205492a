/* mirror_learn.c: the documents of what is wanted: from here, or from the source; believed when signed. */
#include "mirroring.h"

#include "bundle/choose.h"
#include "bundle/excerpt.h"
#include "bundle/upkeep/intake.h"
#include "documents.h"
#include <stdlib.h>
#include <string.h>

struct learning {
    struct mzg_mirroring *m;
    struct mzg_mirror_item *item;
    struct mzg_bundle *bundle;
    struct mzg_verified *verified;
    bool held; /* these very documents are in the repository */
    size_t held_left_out; /* files that its copy is without */
};

static void forget(struct learning *k)
{
    mzg_verified_free(k->verified);
    mzg_bundle_close(k->bundle);
    k->verified = NULL;
    k->bundle = NULL;
}

/* Takes d over. */
static enum mzg_code believe(struct learning *k, const char *origin, struct mzg_documents *d,
                             struct mzg_err *e)
{
    enum mzg_code code = mzg_bundle_of_documents(&k->bundle, origin, &k->item->is, d, e);
    if (!code)
        code = mzg_bundle_verify(k->bundle, &k->m->trusted->policy, &k->verified, e);
    if (code)
        forget(k);
    return code;
}

/* What is wrong with a bundle, and not with this machine, the line or the call. */
static bool is_its_fault(enum mzg_code code, const struct mzg_err *e)
{
    return code == MZG_REFUSED || code == MZG_MALFORMED || code == MZG_UNSUPPORTED ||
           (code == MZG_IO && !e->sys_errno);
}

/* From the repository, or from what is aside. Documents that are no good are fetched anew. */
static enum mzg_code recall(struct learning *k, struct mzg_err *e)
{
    const struct mzg_mirror_item *t = k->item;
    struct mzg_documents d = {0};
    struct mzg_dir coming = {.fd = -1};
    struct mzg_err ignored;
    bool there = false;
    if (!t->entry)
        return MZG_OK;
    if (!mzg_intake_recall(&k->m->repo, t->is.name, t->is.version, t->entry->manifest_sha256, &d, &ignored) &&
        d.manifest && !believe(k, k->m->repo.path, &d, &ignored)) {
        k->held = true;
        return MZG_OK;
    }
    enum mzg_code code = mzg_aside_open(&coming, &k->m->repo, MZG_LOCAL_COMING, &there, e);
    if (!code && there &&
        !mzg_intake_recall(&coming, t->is.name, t->is.version, t->entry->manifest_sha256, &d, &ignored) &&
        d.manifest)
        (void)!believe(k, k->m->coming, &d, &ignored);
    mzg_dir_close(&coming);
    return code;
}

/* Each source is asked until one has what a trusted key signed. Only the first is asked for what the index
 * says that it is: the index may be that one's lie. Where none was named there is only the one. */
static enum mzg_code fetch(struct learning *k, struct mzg_err *e)
{
    struct mzg_line *l = k->m->line;
    size_t begin = l->mirrors.n_named ? 0 : l->first, end = l->mirrors.n_named ? l->mirrors.n_named : begin + 1;
    enum mzg_code code = MZG_OK;
    bool more = true;
    for (l->first = begin; more; l->first++) {
        struct mzg_documents d = {0};
        const struct mzg_catalog_entry *entry = l->first == begin ? k->item->entry : NULL;
        code = mzg_documents_of(l, &k->item->is, entry, k->m->parts, &d, e);
        if (!code)
            code = believe(k, l->mirrors.m[l->first].base, &d, e);
        more = (code == MZG_REFUSED || code == MZG_MALFORMED) && l->first + 1 < end;
        if (more)
            mzg_notice(&l->run->notify, "%s (the next mirror is asked)", e->msg);
    }
    l->first = begin;
    return code;
}

/* A bundle of this name and version that is here, by a trusted key, with another manifest: a published version
 * never changes, and an older one in its place would be a rollback. */
static enum mzg_code compare(struct learning *k, struct mzg_err *e)
{
    const struct mzg_manifest *new = mzg_verified_manifest(k->verified);
    const struct mzg_policy any_time = {.trusted = k->m->trusted->policy.trusted};
    struct mzg_bundle *b = NULL;
    struct mzg_verified *v = NULL;
    struct mzg_err ignored;
    uint8_t digests[2][MZG_SHA256_BYTES];
    enum mzg_code code = MZG_OK;
    if (!k->held && !mzg_bundle_open(&b, k->m->repo.path, &k->item->is, &ignored) &&
        !mzg_bundle_verify(b, &any_time, &v, &ignored)) {
        mzg_intake_manifest(k->verified, digests[0]);
        mzg_intake_manifest(v, digests[1]);
        k->held = memcmp(digests[0], digests[1], sizeof digests[0]) == 0;
        if (!k->held)
            code = mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "%s@%s: has another manifest (sequence %lld) than "
                            "the one that is here (%lld): a published version never changes", new->name,
                            new->version, (long long)new->sequence,
                            (long long)mzg_verified_manifest(v)->sequence);
    }
    mzg_verified_free(v);
    mzg_bundle_close(b);
    return code;
}

/* ---- which of its files ---- */

static bool is_like(const struct mzg_mirror_wish *w, const char *path)
{
    for (size_t i = 0; i < w->n_files; i++) {
        if (mzg_glob_matches(w->files[i], path))
            return true;
    }
    return w->n_files == 0;
}

/* Those that the copy has already; it is read anew where it says what cannot be. */
static void keep_held(struct learning *k, const struct mzg_manifest *all, bool *keep)
{
    struct mzg_manifest here;
    struct mzg_err ignored;
    if (!k->held || mzg_repo_manifest(&k->m->repo, all->name, all->version, &here, &ignored))
        return;
    if (mzg_excerpt_apply(&k->m->repo, &here, &ignored))
        here.n_files = 0;
    k->held_left_out = all->n_files - here.n_files;
    for (size_t i = 0; i < all->n_files; i++) {
        for (size_t j = 0; j < here.n_files && !keep[i]; j++)
            keep[i] = strcmp(here.files[j].path, all->files[i].path) == 0;
    }
    mzg_manifest_clear(&here);
}

static enum mzg_code choose_files(struct learning *k, struct mzg_err *e)
{
    const struct mzg_manifest *all = mzg_verified_manifest(k->verified);
    bool keep[MZG_MANIFEST_FILES] = {false}, any = false;
    keep_held(k, all, keep);
    for (size_t i = 0; i < all->n_files; i++) {
        keep[i] |= is_like(k->m->wish, all->files[i].path);
        any |= keep[i];
    }
    if (!any)
        return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s@%s: has no file like what --files says", all->name,
                        all->version);
    return mzg_verified_keep(k->verified, keep, e);
}

static enum mzg_code learn_one(struct learning *k, struct mzg_err *e)
{
    struct mzg_mirroring *m = k->m;
    enum mzg_code code = recall(k, e);
    if (!code && !k->verified)
        code = fetch(k, e);
    if (!code)
        code = compare(k, e);
    if (!code)
        code = choose_files(k, e);
    if (code)
        return code;
    const struct mzg_manifest *wanted = mzg_verified_manifest(k->verified);
    bool whole = k->held && !m->wish->check && k->held_left_out == wanted->n_left_out &&
                 mzg_intake_is_whole(&m->repo, wanted);
    if (!whole)
        code = mzg_intake_announce(&m->repo, k->verified, m->run, e);
    if (!code)
        code = mzg_stock_add(&m->after, mzg_verified_manifest(k->verified), e);
    k->item->state = code ? MZG_MIRRORED_LEFT_OUT : whole ? MZG_MIRRORED_THERE : MZG_MIRRORED_COMING;
    return code;
}

static enum mzg_code learn_all(struct mzg_mirroring *m, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    size_t wanted = 0;
    for (size_t i = 0; i < m->n && !code; i++) {
        struct learning k = {.m = m, .item = &m->items[i]};
        code = learn_one(&k, e);
        forget(&k);
        wanted += !code;
        if (!is_its_fault(code, e))
            continue;
        mzg_notice(&m->run->notify, "%s (left out)", e->msg);
        if (!m->first.code && (m->items[i].asked || m->n == 1))
            m->first = *e;
        code = MZG_OK;
    }
    if (!code && m->n && !wanted && !m->first.code)
        code = mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "%s: holds no bundle that can be believed",
                        m->line->mirrors.m[m->line->first].base);
    return code;
}

/* ---- the source ---- */

static enum mzg_code choose(struct mzg_mirroring *m, struct mzg_err *e)
{
    const struct mzg_mirror_wish *w = m->wish;
    const char *base = m->line->mirrors.m[m->line->first].base;
    bool absent = false, named = w->n_selects > 0;
    enum mzg_code code = mzg_documents_index(m->line, &m->catalog, &absent, e);
    for (size_t i = 0; i < w->n_selects; i++)
        named &= *w->selects[i].version != '\0';
    if (!code && absent && !named)
        return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: has no " MZG_CATALOG_FILE ": is this a repository's "
                        "address? (NAME@VERSION goes without it)", base);
    if (!code && mzg_mirroring_choose(&m->catalog, absent, w, &m->items, &m->n, e))
        return mzg_prefix(e, "%s", base);
    return code;
}

/* From nothing, whatever an earlier source said. */
static enum mzg_code learn_from(struct mzg_mirroring *m, struct mzg_err *e)
{
    mzg_stock_clear(&m->after);
    mzg_catalog_clear(&m->catalog);
    free(m->items);
    m->items = NULL;
    m->n = 0;
    m->first.code = MZG_OK;
    enum mzg_code code = mzg_stock_read(&m->after, &m->repo, e);
    if (!code)
        code = choose(m, e);
    return code ? code : learn_all(m, e);
}

enum mzg_code mzg_mirroring_learn(struct mzg_mirroring *m, struct mzg_err *e)
{
    struct mzg_line *l = m->line;
    struct mzg_err worst = {.code = MZG_OK};
    enum mzg_code code = learn_from(m, e);
    while (!l->mirrors.n_named && l->first + 1 < l->mirrors.n &&
           (code ? mzg_documents_next_may_do(e) : m->first.code != MZG_OK)) {
        mzg_documents_keep_worst(&worst, code ? e : &m->first);
        mzg_notice(&l->run->notify, "%s (the next server is asked)", code ? e->msg : m->first.msg);
        l->first++;
        code = learn_from(m, e);
    }
    if (code && worst.code && mzg_documents_next_may_do(e)) {
        mzg_documents_keep_worst(&worst, e);
        code = (*e = worst).code;
    }
    return code;
}
