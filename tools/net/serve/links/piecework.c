#include "piecework.h"
#include "../modest.h"
#include "reading.h"
#include "tools/net/clock.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_AGAIN_MS ((uint64_t)10 * 60 * 1000) /* at what was damaged: it may have been mended */

/* Of one file. */
struct entry {
    enum { FREE, WAITING, READING, DONE, DAMAGED } state;
    uint8_t sha256[MZG_SHA256_BYTES]; /* of the file */
    struct mzg_select bundle;         /* that it was asked for in */
    char *path;
    struct mzg_pieces *pieces;        /* DONE */
    uint64_t asked;                   /* DONE, DAMAGED: last; WAITING: first. Counts */
    uint64_t found;                   /* DAMAGED: milliseconds */
};

struct mzg_piecework {
    struct mzg_piecework_options opt;
    struct mzg_modest modest;
    pthread_t thread;
    bool running;

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    bool ending;
    uint64_t count;       /* of what was asked */
    struct entry entries[MZG_PIECEWORK_FILES];
};

static void clear_entry(struct entry *n)
{
    mzg_pieces_drop(n->pieces);
    free(n->path);
    *n = (struct entry){.state = FREE};
}

/* ---- the thread ---- */

static bool pause_reading(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct mzg_piecework *w = ctx;
    (void)what, (void)done, (void)total;
    return mzg_modest_pause(&w->modest);
}

/* The file as the repository has it now; NULL when that has no such file any more. */
static const struct mzg_member *find_file(const struct mzg_shelf_bundle *b, const struct entry *n)
{
    for (size_t i = 0; b && i < b->manifest.n_files; i++) {
        const struct mzg_member *m = &b->manifest.files[i];
        if (strcmp(m->path, n->path) == 0 && memcmp(m->sha256, n->sha256, sizeof m->sha256) == 0)
            return m;
    }
    return NULL;
}

/* n does not change while it is READING. MZG_LIMIT: for another time. */
static enum mzg_code read_file(struct mzg_piecework *w, const struct entry *n, struct mzg_pieces **p,
                               struct mzg_err *e)
{
    struct mzg_progress pause = {pause_reading, w};
    const struct mzg_shelf *shelf = mzg_shelf_take(w->opt.shelves);
    const struct mzg_shelf_bundle *b = shelf ? mzg_shelf_find(shelf, n->bundle.name, n->bundle.version) : NULL;
    const struct mzg_member *m = find_file(b, n);
    enum mzg_code code = m ? mzg_reading_pieces(p, w->opt.repo, &b->manifest, m, &pause, e)
                           : mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "is not there any more");
    mzg_shelf_give_back(shelf);
    return code;
}

/* A message of the system's names folders, which are nobody's business. */
static void tell(const struct mzg_piecework *w, const struct entry *n, enum mzg_code code, const struct mzg_err *e)
{
    if (code != MZG_STOPPED && code != MZG_LIMIT)
        mzg_health_tell(w->opt.health, n->bundle.name, n->bundle.version, n->path,
                        code == MZG_OK        ? NULL
                        : code == MZG_REFUSED ? e->msg
                                              : "a file of it cannot be read");
}

/* Under the lock: the one that has waited longest. */
static struct entry *next_waiting(struct mzg_piecework *w)
{
    struct entry *next = NULL;
    for (size_t i = 0; i < MZG_PIECEWORK_FILES; i++) {
        struct entry *n = &w->entries[i];
        if (n->state == WAITING && (!next || n->asked < next->asked))
            next = n;
    }
    return next;
}

static void keep(struct entry *n, enum mzg_code code, struct mzg_pieces *p)
{
    n->pieces = p;
    n->found = mzg_clock_ms();
    n->state = code ? DAMAGED : DONE;
    if (code == MZG_STOPPED || code == MZG_LIMIT)
        clear_entry(n);
}

static void *run(void *arg)
{
    struct mzg_piecework *w = arg;
    struct mzg_pieces *p = NULL;
    struct mzg_err e;
    mzg_modest_begin(&w->modest);
    pthread_mutex_lock(&w->lock);
    while (!w->ending) {
        struct entry *n = next_waiting(w);
        if (!n) {
            pthread_cond_wait(&w->wake, &w->lock);
            continue;
        }
        n->state = READING;
        pthread_mutex_unlock(&w->lock);
        enum mzg_code code = read_file(w, n, &p, &e);
        tell(w, n, code, &e);
        pthread_mutex_lock(&w->lock);
        keep(n, code, p);
        p = NULL;
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* ---- what is asked ---- */

static struct entry *find(struct mzg_piecework *w, const uint8_t *sha256)
{
    for (size_t i = 0; i < MZG_PIECEWORK_FILES; i++) {
        struct entry *n = &w->entries[i];
        if (n->state != FREE && memcmp(n->sha256, sha256, sizeof n->sha256) == 0)
            return n;
    }
    return NULL;
}

/* A free entry, or that of the file that nobody has asked for the longest. NULL: too much is waiting. */
static struct entry *make_room(struct mzg_piecework *w)
{
    struct entry *oldest = NULL;
    size_t waiting = 0;
    for (size_t i = 0; i < MZG_PIECEWORK_FILES; i++) {
        struct entry *n = &w->entries[i];
        waiting += n->state == WAITING;
        if (n->state == WAITING || n->state == READING)
            continue;
        if (!oldest || n->asked < oldest->asked)
            oldest = n; /* a free one was never asked for */
    }
    return waiting < MZG_PIECEWORK_WAITING ? oldest : NULL;
}

static void order(struct mzg_piecework *w, const struct mzg_shelf_bundle *b, const struct mzg_member *m)
{
    struct entry *n = make_room(w);
    char *path = n ? strdup(m->path) : NULL;
    if (path && !w->running)
        w->running = pthread_create(&w->thread, NULL, run, w) == 0;
    if (!path || !w->running) {
        free(path);
        return;
    }
    clear_entry(n);
    n->state = WAITING;
    n->path = path;
    n->asked = w->count;
    memcpy(n->sha256, m->sha256, sizeof n->sha256);
    memcpy(n->bundle.name, b->manifest.name, strlen(b->manifest.name) + 1);
    memcpy(n->bundle.version, b->manifest.version, strlen(b->manifest.version) + 1);
    pthread_cond_signal(&w->wake);
}

enum mzg_piecework_state mzg_piecework_ask(struct mzg_piecework *w, const struct mzg_shelf_bundle *b,
                                           const struct mzg_member *m, struct mzg_pieces **p)
{
    enum mzg_piecework_state state = MZG_PIECEWORK_COMING;
    *p = NULL;
    pthread_mutex_lock(&w->lock);
    struct entry *n = find(w, m->sha256);
    w->count++;
    if (n && n->state == DAMAGED && mzg_clock_ms() - n->found >= LOOK_AGAIN_MS) {
        clear_entry(n);
        n = NULL;
    }
    if (!n) {
        order(w, b, m);
    } else if (n->state == DONE || n->state == DAMAGED) {
        state = n->state == DONE ? MZG_PIECEWORK_DONE : MZG_PIECEWORK_DAMAGED;
        *p = n->pieces ? mzg_pieces_hold(n->pieces) : NULL;
        n->asked = w->count;
    }
    pthread_mutex_unlock(&w->lock);
    return state;
}

/* ---- beginning and end ---- */

enum mzg_code mzg_piecework_new(struct mzg_piecework **out, const struct mzg_piecework_options *opt,
                                struct mzg_err *e)
{
    struct mzg_piecework *w = calloc(1, sizeof *w);
    *out = w;
    if (!w)
        return mzg_fail_memory(e, "pieces");
    w->opt = *opt;
    mzg_modest_init(&w->modest);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    return MZG_OK;
}

void mzg_piecework_free(struct mzg_piecework *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->ending = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    mzg_modest_end(&w->modest);
    if (w->running)
        pthread_join(w->thread, NULL);
    for (size_t i = 0; i < MZG_PIECEWORK_FILES; i++)
        clear_entry(&w->entries[i]);
    mzg_modest_clear(&w->modest);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w);
}
