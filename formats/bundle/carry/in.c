/* in.c: from a stick into a repository: objects, then signed documents, then index.json. */
#include "carry.h"

#include "../catalog.h"
#include "../opened.h"
#include "documents.h"
#include "holdings.h"
#include "stick.h"
#include "want.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

struct incoming {
    const struct mzg_carry_in *opt;
    const struct mzg_run *run;
    struct mzg_dir repo, aside;
    struct mzg_stick stick;
    struct mzg_folder_objects objects;
    struct mzg_want again;   /* wants: bundles whose documents are damaged on the stick */
    uint8_t *data;           /* room for an object */
    struct mzg_carry_result *r;
};

static void add(struct mzg_carry_sum *sum, const struct mzg_chunk *c)
{
    sum->objects++;
    sum->bytes += c->stored;
}

/* ---- objects ---- */

/* From the first copy on the stick that is right. *got: there was one; else each copy's fault is told. */
static enum mzg_code fetch(struct incoming *in, const struct mzg_chunk *c, const struct mzg_stick_item *copies,
                           size_t n, bool *got, struct mzg_err *e)
{
    struct mzg_err faults[MZG_STICK_COPIES];
    bool added;
    for (size_t i = 0; i < n; i++) {
        if (copies[i].size != c->stored)
            (void)mzg_stick_fault(&in->stick, &copies[i], MZG_REFUSED, "has another length than was signed",
                                  &faults[i]);
        else if (mzg_stick_object(&in->stick, &copies[i], in->data, &faults[i]) == MZG_OK) {
            *got = true;
            return in->objects.base.put(&in->objects.base, c, in->data, &added, e);
        }
    }
    for (size_t i = 0; i < n; i++)
        mzg_faults_add(&in->stick.faults, &faults[i]);
    *got = false;
    return MZG_OK;
}

/* An object that the stick brings may be meant to mend one that is here: that one is digested. */
static enum mzg_code take_object(struct incoming *in, const struct mzg_chunk *c, struct mzg_carry_sum *left,
                                 struct mzg_err *e)
{
    size_t n;
    const struct mzg_stick_item *copies = mzg_stick_find(&in->stick, c->object, &n);
    bool got = n > 0;
    if (n ? mzg_holds_sound(&in->repo, c, in->data) : mzg_holds(&in->repo, c)) {
        add(&in->r->there, c);
        return MZG_OK;
    }
    enum mzg_code code = n && !in->opt->dry_run ? fetch(in, c, copies, n, &got, e) : MZG_OK;
    if (!code)
        add(got ? &in->r->moved : left, c);
    return code;
}

static enum mzg_code each_object(struct incoming *in, const struct mzg_manifest *m,
                                 enum mzg_code (*fn)(struct incoming *in, const struct mzg_chunk *c,
                                                     struct mzg_carry_sum *sum, struct mzg_err *e),
                                 struct mzg_carry_sum *sum, const char *what, struct mzg_err *e)
{
    uint64_t done = 0;
    enum mzg_code code = MZG_OK;
    for (size_t f = 0; f < m->n_files && !code; f++) {
        for (size_t i = 0; i < m->files[f].n_chunks && !code; i++) {
            const struct mzg_chunk *c = &m->files[f].chunks[i];
            if (!c->first)
                continue;
            code = fn(in, c, sum, e);
            done += c->stored;
            if (!code)
                code = mzg_progress_step(&in->run->progress, what, done, m->stored_bytes, e);
        }
    }
    return code;
}

static enum mzg_code count_needed(struct incoming *in, const struct mzg_chunk *c, struct mzg_carry_sum *sum,
                                  struct mzg_err *e)
{
    size_t n;
    (void)e;
    if (mzg_stick_find(&in->stick, c->object, &n) && !mzg_holds(&in->repo, c))
        add(sum, c);
    return MZG_OK;
}

static enum mzg_code check_space(struct incoming *in, const struct mzg_manifest *m, struct mzg_err *e)
{
    struct mzg_carry_sum needed = {0};
    uint64_t space = 0;
    char q[MZG_QUOTE];
    enum mzg_code code = each_object(in, m, count_needed, &needed, "look for what is missing", e);
    if (!code)
        code = mzg_dir_space(&in->repo, &space, e);
    if (!code && needed.bytes > space)
        code = mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: %s@%s needs %llu bytes, %llu are free",
                        mzg_quote(q, in->repo.path), m->name, m->version, (unsigned long long)needed.bytes,
                        (unsigned long long)space);
    return code;
}

/* ---- a bundle ---- */

/* A published version never changes: one that is here must be the same. */
static enum mzg_code check_existing(const struct incoming *in, const struct mzg_verified *v, bool *named,
                                    struct mzg_err *e)
{
    const struct mzg_documents *d = &v->bundle->documents;
    char path[MZG_REPO_PATH], *text = NULL, q[MZG_QUOTE];
    size_t len = 0;
    mzg_repo_path(path, v->manifest.name, v->manifest.version, MZG_REPO_MANIFEST);
    *named = mzg_dir_has(&in->repo, path);
    if (!*named)
        return MZG_OK;
    enum mzg_code code = mzg_file_load_at(&in->repo, path, MZG_MANIFEST_MAX, &text, &len, e);
    if (!code && (len != d->manifest_len || memcmp(text, d->manifest, len) != 0))
        code = mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET,
                        "%s: is there with other bytes than the stick brings; a published version never changes",
                        path);
    free(text);
    return code ? mzg_prefix(e, "%s", mzg_quote(q, in->repo.path)) : MZG_OK;
}

static enum mzg_code take_verified(struct incoming *in, const struct mzg_verified *v, bool named,
                                   struct mzg_err *e)
{
    const struct mzg_manifest *m = &v->manifest;
    struct mzg_carry_bundle told = {.name = m->name, .version = m->version,
                                    .all = {m->n_objects, m->stored_bytes}};
    enum mzg_code code = check_space(in, m, e);
    if (!code)
        code = each_object(in, m, take_object, &told.left, "take from the stick", e);
    bool whole = told.left.objects == 0;
    if (!code && !in->opt->dry_run && !named)
        code = mzg_documents_keep(&in->repo, &v->bundle->documents, m, !whole, e);
    if (code)
        return code;
    in->r->bundles++;
    in->r->whole += whole;
    in->r->left.objects += told.left.objects;
    in->r->left.bytes += told.left.bytes;
    if (in->opt->each.fn)
        in->opt->each.fn(in->opt->each.ctx, &told);
    return MZG_OK;
}

static enum mzg_code take_bundle(struct incoming *in, const struct mzg_select *s, struct mzg_err *e)
{
    struct mzg_bundle *b = NULL;
    struct mzg_verified *v = NULL;
    struct mzg_err fault;
    bool named = false, damaged = false;
    enum mzg_code code = mzg_documents_find(&in->stick, &in->aside, s, in->opt->policy, &b, &v, &damaged,
                                            &fault);
    if (!code)
        code = check_existing(in, v, &named, &fault);
    if (code) {
        mzg_faults_add(&in->stick.faults, &fault);
        code = damaged ? mzg_want_add(&in->again, s, e) : MZG_OK;
    } else {
        code = take_verified(in, v, named, e);
    }
    mzg_verified_free(v);
    mzg_bundle_close(b);
    return code;
}

/* ---- all of them ---- */

/* One that is kept aside and that the stick says nothing of. */
static enum mzg_code on_aside(void *ctx, const char *name, const char *version, struct mzg_err *e)
{
    struct incoming *in = ctx;
    struct mzg_select s = {.name = ""};
    memcpy(s.name, name, strlen(name));
    memcpy(s.version, version, strlen(version));
    return mzg_stick_brings(&in->stick, &s) ? MZG_OK : take_bundle(in, &s, e);
}

static enum mzg_code take_all(struct incoming *in, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    for (size_t i = 0; i < in->stick.n_bundles && !code; i++)
        code = take_bundle(in, &in->stick.bundles[i], e);
    if (!code && in->aside.fd >= 0)
        code = mzg_repo_each(&in->aside, NULL, &(struct mzg_repo_visitor){on_aside, in}, e);
    return code;
}

/* ---- the list for the next trip ---- */

/* What the list on the stick asked for stays asked for until it is here. */
static enum mzg_code add_old_wants(const struct incoming *in, struct mzg_want *w, struct mzg_err *e)
{
    struct mzg_want old;
    struct mzg_err why;
    enum mzg_code code = MZG_OK;
    if (!mzg_dir_has(&in->stick.dir, MZG_WANT_FILE))
        return MZG_OK;
    if (mzg_want_load_at(&old, &in->stick.dir, MZG_WANT_FILE, &why))
        mzg_notice(&in->run->notify, "%s (the list is written anew)", why.msg);
    for (size_t i = 0; i < old.n_wants && !code; i++) {
        bool here = false;
        for (size_t k = 0; k < w->n_bundles && !here; k++)
            here = strcmp(w->bundles[k].is.name, old.wants[i].name) == 0 &&
                   strcmp(w->bundles[k].is.version, old.wants[i].version) == 0;
        if (!here)
            code = mzg_want_add(w, &old.wants[i], e);
    }
    mzg_want_clear(&old);
    return code;
}

/* On the stick, so that it is there when the stick comes back; one that has served its purpose goes. */
static void leave_list(const struct incoming *in, const struct mzg_want *w)
{
    struct mzg_err why;
    if (!w->n_wants)
        (void)unlinkat(in->stick.dir.fd, MZG_WANT_FILE, 0);
    else if (mzg_want_save_at(w, &in->stick.dir, MZG_WANT_FILE, &why))
        mzg_notice(&in->run->notify, "%s (the list of what is missing is not on the stick)", why.msg);
    else
        mzg_notice(&in->run->notify, "what is missing is listed in " MZG_WANT_FILE
                   " on the stick: carry it back, `mzigo carry out` fills it by that");
}

static enum mzg_code write_lists(struct incoming *in, struct mzg_err *e)
{
    struct mzg_want w = {.n_wants = 0};
    struct mzg_carry_sum lacking;
    enum mzg_code code = mzg_holdings(&in->repo, false, in->run, &w, &lacking, e);
    if (!code)
        code = add_old_wants(in, &w, e);
    for (size_t i = 0; i < in->again.n_wants && !code; i++)
        code = mzg_want_add(&w, &in->again.wants[i], e);
    if (!code && in->opt->list)
        code = mzg_want_save(&w, in->opt->list, e);
    if (!code)
        leave_list(in, &w);
    mzg_want_clear(&w);
    return code;
}

/* ---- opening ---- */

static enum mzg_code open_both(struct incoming *in, const char *stick, const char *repo, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    enum mzg_code code = mzg_stick_open(&in->stick, stick, in->run, e);
    if (!code && in->stick.n_parts == 0)
        code = mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: holds no parts in " MZG_CARRY_FOLDER,
                        mzg_quote(q, stick));
    if (!code)
        code = in->opt->dry_run ? mzg_dir_open(&in->repo, repo, e) : mzg_dir_create(&in->repo, repo, e);
    if (!code && flock(in->repo.fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        code = mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: another program is adding to it", mzg_quote(q, repo));
    if (!code)
        code = mzg_waiting_open(&in->aside, &in->repo, e);
    mzg_folder_objects_init(&in->objects, &in->repo);
    in->data = malloc(MZG_CHUNK_MAX);
    return !code && !in->data ? mzg_fail_memory(e, "object") : code;
}

enum mzg_code mzg_carry_in(const char *stick, const char *repo, const struct mzg_carry_in *opt,
                           const struct mzg_run *run, struct mzg_carry_result *r, struct mzg_err *e)
{
    struct incoming in = {.opt = opt, .run = run, .r = r, .repo = {.fd = -1}, .aside = {.fd = -1},
                          .stick = {.dir.fd = -1, .file.fd = -1}};
    struct mzg_err later;
    memset(r, 0, sizeof *r);
    enum mzg_code code = open_both(&in, stick, repo, e);
    bool opened = !code;
    if (!code)
        code = take_all(&in, e);
    /* Bundles that are whole are listed also when a later one could not be taken. */
    if (opened && r->bundles && !opt->dry_run && mzg_catalog_update(&in.repo, &run->notify, &later) && !code)
        code = (*e = later).code;
    if (!code && !opt->dry_run)
        code = write_lists(&in, e);
    r->faults = in.stick.faults.n;
    if (!code)
        code = mzg_faults_end(&in.stick.faults, e);
    mzg_want_clear(&in.again);
    mzg_stick_close(&in.stick);
    mzg_dir_close(&in.aside);
    mzg_dir_close(&in.repo);
    free(in.data);
    return code;
}
