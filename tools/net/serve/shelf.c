#include "shelf.h"
#include "bundle/catalog.h"
#include "bundle/excerpt.h"
#include "bundle/repo.h"
#include "tools/net/clock.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define AGAIN_MS 1000u   /* between two readings, whatever happens */
#define ANYWAY_MS 60000u /* read again also when nothing seems to have changed: a signature may have joined */

/* ---- what is held ---- */

/* Shared by the shelves of different moments, while its manifest stays what it is. */
struct held {
    struct mzg_shelf_bundle b; /* first: a bundle that was handed out is its holder */
    atomic_size_t users;       /* shelves */
};

struct shelf {
    struct mzg_shelf out; /* first, as above */
    struct held **all;
    size_t n, room, memory;
    atomic_size_t users;
};

/* What index.json looked like. */
struct mark {
    bool there;
    struct stat st;
};

struct mzg_shelves {
    const struct mzg_dir *repo;
    const struct mzg_keyring *trusted;

    pthread_mutex_t reading; /* one at a time reads the repository */
    pthread_mutex_t lock;    /* of what follows */
    struct shelf *now;
    struct mark mark;
    uint64_t read_at;
};

static void drop_bundle(struct held *h)
{
    if (atomic_fetch_sub(&h->users, 1) > 1)
        return;
    mzg_manifest_clear(&h->b.manifest);
    free(h);
}

static void drop_shelf(struct shelf *f)
{
    if (!f || atomic_fetch_sub(&f->users, 1) > 1)
        return;
    for (size_t i = 0; i < f->n; i++)
        drop_bundle(f->all[i]);
    free(f->all);
    free(f);
}

/* ---- one bundle ---- */

struct reading {
    struct mzg_shelves *s;
    struct shelf *f;
    const struct shelf *before; /* or NULL */
};

static void check_signature(const struct mzg_shelves *s, struct mzg_shelf_bundle *b, const char *manifest,
                            size_t len)
{
    char path[MZG_REPO_PATH], *envelope = NULL;
    size_t envelope_len = 0;
    const struct mzg_key *signer = NULL;
    struct mzg_err e;
    b->is_signed = MZG_SHELF_UNASKED;
    b->signer[0] = b->why[0] = '\0';
    if (s->trusted->n == 0)
        return;
    mzg_repo_path(path, b->manifest.name, b->manifest.version, MZG_REPO_ENVELOPE);
    enum mzg_code code = mzg_file_load_at(s->repo, path, MZG_DSSE_MAX, &envelope, &envelope_len, &e);
    if (!code)
        code = mzg_dsse_verify(envelope, envelope_len, MZG_MANIFEST_TYPE, manifest, len, s->trusted, &signer,
                               &e);
    free(envelope);
    b->is_signed = code ? MZG_SHELF_REFUSED : MZG_SHELF_VERIFIED;
    if (code)
        snprintf(b->why, sizeof b->why, "%s", e.msg);
    else
        snprintf(b->signer, sizeof b->signer, "%s", mzg_key_id(signer));
}

/* Not of a copy that is partial, or was: which files it has may change while its manifest stays. */
static struct held *held_before(const struct reading *r, const char *name, const char *version,
                                      const uint8_t *sha256)
{
    bool partial = mzg_excerpt_is(r->s->repo, name, version);
    for (size_t i = 0; r->before && i < r->before->n && !partial; i++) {
        struct held *h = r->before->all[i];
        if (h->b.manifest.n_left_out == 0 && memcmp(h->b.sha256, sha256, MZG_SHA256_BYTES) == 0 &&
            strcmp(h->b.manifest.name, name) == 0 && strcmp(h->b.manifest.version, version) == 0)
            return h;
    }
    return NULL;
}

/* Takes h over. */
static enum mzg_code keep(struct shelf *f, struct held *h, struct mzg_err *e)
{
    if (f->n == f->room) {
        size_t room = f->room ? 2 * f->room : 16;
        struct held **more = realloc(f->all, room * sizeof *more);
        if (!more) {
            drop_bundle(h);
            return mzg_fail_memory(e, "bundles");
        }
        f->all = more;
        f->room = room;
    }
    f->all[f->n++] = h;
    f->memory += h->b.manifest.arena.used;
    return MZG_OK;
}

/* A manifest of another name or version than its folder's is refused. digest: of the text. */
static enum mzg_code make(const struct reading *r, const char *name, const char *version, const char *text,
                          size_t len, const uint8_t *digest, struct held **out, struct mzg_err *e)
{
    struct held *h = calloc(1, sizeof *h);
    *out = h;
    if (!h)
        return mzg_fail_memory(e, "bundle");
    atomic_init(&h->users, 1);
    memcpy(h->b.sha256, digest, sizeof h->b.sha256);
    enum mzg_code code = mzg_manifest_parse(&h->b.manifest, text, len, e);
    const struct mzg_manifest *m = &h->b.manifest;
    if (!code && (strcmp(m->name, name) != 0 || strcmp(m->version, version) != 0))
        code = mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "is the manifest of %s %s", m->name, m->version);
    if (!code)
        code = mzg_excerpt_apply(r->s->repo, &h->b.manifest, e);
    if (!code && r->f->memory + m->arena.used > MZG_SHELF_MEMORY)
        code = mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "too many bundles");
    if (!code) {
        check_signature(r->s, &h->b, text, len);
        return MZG_OK;
    }
    drop_bundle(h);
    *out = NULL;
    return code;
}

/* A signature is looked at each time: only what was parsed is taken from before. */
static bool same_signature(const struct mzg_shelf_bundle *a, const struct mzg_shelf_bundle *b)
{
    return a->is_signed == b->is_signed && strcmp(a->signer, b->signer) == 0 && strcmp(a->why, b->why) == 0;
}

static enum mzg_code add(void *ctx, const char *name, const char *version, struct mzg_err *e)
{
    struct reading *r = ctx;
    struct mzg_err fault;
    struct mzg_shelf_bundle again;
    uint8_t digest[MZG_SHA256_BYTES];
    char path[MZG_REPO_PATH], *text = NULL;
    size_t len = 0;
    struct held *h = NULL;
    mzg_repo_path(path, name, version, MZG_REPO_MANIFEST);
    if (mzg_file_load_at(r->s->repo, path, MZG_MANIFEST_MAX, &text, &len, &fault)) {
        r->f->out.left_out++;
        return MZG_OK;
    }
    mzg_sha256_of(text, len, digest);
    struct held *before = held_before(r, name, version, digest);
    if (before) {
        again = before->b;
        check_signature(r->s, &again, text, len);
        if (same_signature(&again, &before->b)) {
            atomic_fetch_add(&before->users, 1);
            h = before;
        }
    }
    if (!h && make(r, name, version, text, len, digest, &h, &fault))
        r->f->out.left_out++;
    free(text);
    return h ? keep(r->f, h, e) : MZG_OK;
}

/* ---- all of them ---- */

static int by_name(const void *a, const void *b)
{
    const struct mzg_manifest *x = &(*(struct held *const *)a)->b.manifest;
    const struct mzg_manifest *y = &(*(struct held *const *)b)->b.manifest;
    int order = strcmp(x->name, y->name);
    if (order == 0)
        order = (x->sequence < y->sequence) - (x->sequence > y->sequence);
    return order ? order : strcmp(y->version, x->version);
}

static struct shelf *read_all(struct mzg_shelves *s, const struct shelf *before)
{
    struct mzg_err e;
    struct shelf *f = calloc(1, sizeof *f);
    struct reading r = {s, f, before};
    if (!f)
        return NULL;
    atomic_init(&f->users, 1);
    /* A folder that is no repository (yet) holds nothing. */
    if (mzg_repo_each(s->repo, NULL, &(struct mzg_repo_visitor){add, &r}, &e) && e.code == MZG_LIMIT)
        f->out.left_out++;
    if (f->n > 0)
        qsort(f->all, f->n, sizeof *f->all, by_name);
    f->out.bundles = (const struct mzg_shelf_bundle *const *)f->all;
    f->out.n = f->n;
    return f;
}

static struct mark look(const struct mzg_shelves *s)
{
    struct mark m = {.there = false};
    m.there = fstatat(s->repo->fd, MZG_CATALOG_FILE, &m.st, AT_SYMLINK_NOFOLLOW) == 0;
    return m;
}

static bool same(const struct mark *a, const struct mark *b)
{
    if (!a->there || !b->there)
        return a->there == b->there;
    return a->st.st_ino == b->st.st_ino && a->st.st_size == b->st.st_size &&
           a->st.st_mtim.tv_sec == b->st.st_mtim.tv_sec && a->st.st_mtim.tv_nsec == b->st.st_mtim.tv_nsec;
}

static bool is_stale(struct mzg_shelves *s, const struct mark *mark)
{
    uint64_t age = mzg_clock_ms() - s->read_at;
    return !s->now || age >= ANYWAY_MS || (age >= AGAIN_MS && !same(mark, &s->mark));
}

/* Under `reading`. */
static void read_anew(struct mzg_shelves *s, const struct mark *mark)
{
    pthread_mutex_lock(&s->lock);
    struct shelf *before = s->now;
    if (before)
        atomic_fetch_add(&before->users, 1);
    pthread_mutex_unlock(&s->lock);
    struct shelf *f = read_all(s, before);
    pthread_mutex_lock(&s->lock);
    drop_shelf(before);
    if (f) {
        drop_shelf(s->now);
        s->now = f;
    }
    s->mark = *mark;
    s->read_at = mzg_clock_ms();
    pthread_mutex_unlock(&s->lock);
}

const struct mzg_shelf *mzg_shelf_take(struct mzg_shelves *s)
{
    struct shelf *f;
    struct mark mark = look(s);
    pthread_mutex_lock(&s->lock);
    bool stale = is_stale(s, &mark), first = !s->now;
    pthread_mutex_unlock(&s->lock);
    /* The first reading is waited for; later ones leave everybody else with what was there before. */
    if (stale && (first ? pthread_mutex_lock(&s->reading) : pthread_mutex_trylock(&s->reading)) == 0) {
        pthread_mutex_lock(&s->lock);
        stale = is_stale(s, &mark);
        pthread_mutex_unlock(&s->lock);
        if (stale)
            read_anew(s, &mark);
        pthread_mutex_unlock(&s->reading);
    }
    pthread_mutex_lock(&s->lock);
    f = s->now;
    if (f)
        atomic_fetch_add(&f->users, 1);
    pthread_mutex_unlock(&s->lock);
    return f ? &f->out : NULL;
}

void mzg_shelf_give_back(const struct mzg_shelf *shelf)
{
    drop_shelf((struct shelf *)(uintptr_t)shelf);
}

void mzg_shelf_hold(const struct mzg_shelf *shelf)
{
    atomic_fetch_add(&((struct shelf *)(uintptr_t)shelf)->users, 1);
}

size_t mzg_shelf_run(const struct mzg_shelf *shelf, size_t i)
{
    size_t n = 1;
    while (i + n < shelf->n &&
           strcmp(shelf->bundles[i + n]->manifest.name, shelf->bundles[i]->manifest.name) == 0)
        n++;
    return n;
}

const struct mzg_shelf_bundle *mzg_shelf_find(const struct mzg_shelf *shelf, const char *name,
                                              const char *version)
{
    for (size_t i = 0; i < shelf->n; i++) {
        const struct mzg_manifest *m = &shelf->bundles[i]->manifest;
        if (strcmp(m->name, name) == 0 && (!*version || strcmp(m->version, version) == 0))
            return shelf->bundles[i];
    }
    return NULL;
}

/* ---- beginning and end ---- */

enum mzg_code mzg_shelves_new(struct mzg_shelves **out, const struct mzg_dir *repo,
                              const struct mzg_keyring *trusted, struct mzg_err *e)
{
    struct mzg_shelves *s = calloc(1, sizeof *s);
    *out = s;
    if (!s)
        return mzg_fail_memory(e, "bundles");
    s->repo = repo;
    s->trusted = trusted;
    pthread_mutex_init(&s->reading, NULL);
    pthread_mutex_init(&s->lock, NULL);
    return MZG_OK;
}

void mzg_shelves_free(struct mzg_shelves *s)
{
    if (!s)
        return;
    drop_shelf(s->now);
    pthread_mutex_destroy(&s->reading);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
