#include "holdings.h"

#include "../index.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct holdings {
    const struct mzg_dir *repo;
    const struct mzg_dir *from; /* where the manifest in hand lies: repo, or what is kept aside */
    bool deep;
    const struct mzg_run *run;
    struct mzg_want *w;
    struct mzg_want bad;    /* objects that are there and not right */
    struct mzg_index seen;  /* objects that were looked at, as if they were their own content ... */
    uint8_t *data;
    struct mzg_carry_sum *lacking;
    uint64_t done;
};

bool mzg_holds(const struct mzg_dir *repo, const struct mzg_chunk *c)
{
    struct mzg_file f;
    struct mzg_err ignored;
    char path[MZG_OBJECT_PATH];
    mzg_object_path(c->object, path);
    if (mzg_file_open_at(&f, repo, path, &ignored))
        return false;
    bool there = f.size == c->stored;
    mzg_file_close(&f);
    return there;
}

bool mzg_holds_sound(const struct mzg_dir *repo, const struct mzg_chunk *c, void *data)
{
    struct mzg_folder_objects o;
    struct mzg_err ignored;
    uint8_t digest[MZG_SHA256_BYTES];
    mzg_folder_objects_init(&o, repo);
    if (o.base.get(&o.base, c, data, &ignored))
        return false;
    mzg_sha256_of(data, c->stored, digest);
    return memcmp(digest, c->object, sizeof digest) == 0;
}

enum mzg_code mzg_waiting_open(struct mzg_dir *aside, const struct mzg_dir *repo, struct mzg_err *e)
{
    char *path = NULL;
    *aside = (struct mzg_dir){.fd = -1};
    if (!mzg_dir_has(repo, MZG_CARRY_ASIDE))
        return MZG_OK;
    if (asprintf(&path, "%s/" MZG_CARRY_ASIDE, repo->path) < 0)
        return mzg_fail_memory(e, "path");
    enum mzg_code code = mzg_dir_open(aside, path, e);
    free(path);
    return code;
}

/* ---- objects ---- */

static enum mzg_code list_folder(struct holdings *h, const char *name, struct mzg_err *e)
{
    char folder[MZG_OBJECT_PATH], **names = NULL;
    uint8_t id[MZG_SHA256_BYTES];
    size_t n = 0;
    if (strlen(name) != 2 || strspn(name, "0123456789abcdef") != 2)
        return MZG_OK;
    snprintf(folder, sizeof folder, "objects/%s", name);
    enum mzg_code code = mzg_dir_list(h->repo, folder, MZG_WANT_OBJECTS, &names, &n, e);
    for (size_t i = 0; i < n && !code; i++) {
        if (strncmp(names[i], name, 2) == 0 && mzg_sha256_parse(names[i], id))
            code = mzg_want_add_object(h->w, id, e);
    }
    free(names);
    return code;
}

static enum mzg_code list_objects(struct holdings *h, struct mzg_err *e)
{
    char **names = NULL;
    size_t n = 0;
    if (!mzg_dir_has(h->repo, "objects"))
        return MZG_OK;
    enum mzg_code code = mzg_dir_list(h->repo, "objects", 65536, &names, &n, e);
    for (size_t i = 0; i < n && !code; i++)
        code = list_folder(h, names[i], e);
    free(names);
    return code;
}

/* ---- bundles ---- */

static bool is_sound(struct holdings *h, const struct mzg_chunk *c)
{
    return h->deep ? mzg_holds_sound(h->repo, c, h->data) : mzg_holds(h->repo, c);
}

/* *lacks: the object is not there as it should be. */
static enum mzg_code look_at(struct holdings *h, const struct mzg_chunk *c, bool *lacks, struct mzg_err *e)
{
    struct mzg_chunk itself = *c;
    char path[MZG_OBJECT_PATH];
    const struct mzg_chunk *before = mzg_index_find(&h->seen, c->object);
    *lacks = before && before->stored == 0; /* ... with no bytes where it is lacking */
    if (before)
        return MZG_OK;
    mzg_object_path(c->object, path);
    memcpy(itself.sha256, c->object, sizeof itself.sha256);
    *lacks = !is_sound(h, c);
    h->lacking->objects += *lacks;
    h->lacking->bytes += *lacks ? c->stored : 0;
    enum mzg_code code = MZG_OK;
    if (*lacks && mzg_dir_has(h->repo, path)) {
        mzg_notice(&h->run->notify, "%s/%s: is damaged", h->repo->path, path);
        code = mzg_want_add_object(&h->bad, c->object, e);
    }
    if (*lacks)
        itself.stored = 0;
    return code ? code : mzg_index_add(&h->seen, &itself, e);
}

static enum mzg_code look_through(struct holdings *h, const struct mzg_manifest *m, bool *lacks,
                                  struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    bool one;
    for (size_t f = 0; f < m->n_files && !code; f++) {
        for (size_t i = 0; i < m->files[f].n_chunks && !code; i++) {
            const struct mzg_chunk *c = &m->files[f].chunks[i];
            if (!c->first)
                continue;
            code = look_at(h, c, &one, e);
            *lacks = *lacks || one;
            h->done += c->stored;
            if (!code)
                code = mzg_progress_step(&h->run->progress, "look through the repository", h->done, 0, e);
        }
    }
    return code;
}

static enum mzg_code on_bundle(void *ctx, const char *name, const char *version, struct mzg_err *e)
{
    struct holdings *h = ctx;
    struct mzg_want_bundle b = {.is = {.name = ""}};
    struct mzg_manifest m = {0};
    char path[MZG_REPO_PATH], *text = NULL;
    size_t len = 0;
    bool lacks = false;
    memcpy(b.is.name, name, strlen(name));
    memcpy(b.is.version, version, strlen(version));
    mzg_repo_path(path, name, version, MZG_REPO_MANIFEST);
    enum mzg_code code = mzg_file_load_at(h->from, path, MZG_MANIFEST_MAX, &text, &len, e);
    if (!code) {
        mzg_sha256_of(text, len, b.manifest);
        code = mzg_manifest_parse(&m, text, len, e);
    }
    free(text);
    if (code) {
        mzg_notice(&h->run->notify, "%s/%s: %s (it is wanted again)", h->from->path, path, e->msg);
        return mzg_want_add(h->w, &b.is, e);
    }
    if (h->from == h->repo)
        code = mzg_want_add_bundle(h->w, &b, e);
    if (!code)
        code = look_through(h, &m, &lacks, e);
    if (!code && (lacks || h->from != h->repo))
        code = mzg_want_add(h->w, &b.is, e);
    mzg_manifest_clear(&m);
    return code;
}

enum mzg_code mzg_holdings(const struct mzg_dir *repo, bool deep, const struct mzg_run *run, struct mzg_want *w,
                           struct mzg_carry_sum *lacking, struct mzg_err *e)
{
    struct holdings h = {.repo = repo, .from = repo, .deep = deep, .run = run, .w = w, .lacking = lacking,
                         .data = malloc(MZG_CHUNK_MAX)};
    struct mzg_repo_visitor v = {on_bundle, &h};
    struct mzg_dir aside = {.fd = -1};
    *lacking = (struct mzg_carry_sum){0};
    enum mzg_code code = h.data ? MZG_OK : mzg_fail_memory(e, "object");
    if (!code)
        code = list_objects(&h, e);
    if (!code)
        code = mzg_repo_each(repo, NULL, &v, e);
    if (!code)
        code = mzg_waiting_open(&aside, repo, e);
    h.from = &aside;
    if (!code && aside.fd >= 0)
        code = mzg_repo_each(&aside, NULL, &v, e);
    mzg_want_sort(w);
    mzg_want_sort(&h.bad);
    mzg_want_forget(w, &h.bad);
    mzg_dir_close(&aside);
    mzg_want_clear(&h.bad);
    mzg_index_clear(&h.seen);
    free(h.data);
    return code;
}

/* ---- the command ---- */

enum mzg_code mzg_carry_want(const char *repo, const struct mzg_carry_want *opt, const struct mzg_run *run,
                             struct mzg_carry_result *r, struct mzg_err *e)
{
    struct mzg_dir dir = {.fd = -1};
    struct mzg_want w = {.n_wants = 0};
    struct mzg_select s;
    memset(r, 0, sizeof *r);
    enum mzg_code code = mzg_dir_open(&dir, repo, e);
    if (!code)
        code = mzg_holdings(&dir, opt->deep, run, &w, &r->left, e);
    r->bundles = w.n_bundles;
    r->there.objects = w.n_objects;
    if (!opt->n_names)
        w.n_wants = 0; /* whatever there is, what is lacking included */
    for (size_t i = 0; i < opt->n_names && !code; i++) {
        code = mzg_select_parse(&s, opt->names[i], e);
        if (!code)
            code = mzg_want_add(&w, &s, e);
    }
    if (!code)
        code = mzg_want_save(&w, opt->out, e);
    mzg_want_clear(&w);
    mzg_dir_close(&dir);
    return code;
}
