#include "decoded.h"
#include "bundle/content.h"
#include "bundle/objects.h"
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOTS 512 /* of small files' chunks there may be many */

enum state { EMPTY, LOADING, READY };

struct slot {
    enum state state;
    /* All that decoding depends on: manifests need not agree on it, and what one says is nothing to go by for
     * another. */
    uint8_t sha256[MZG_SHA256_BYTES];
    uint8_t object[MZG_SHA256_BYTES];
    uint32_t length, stored;
    enum mzg_codec codec;
    uint8_t *content;
    uint64_t used; /* when it was last read, on a clock that ticks with every reading */
};

struct mzg_decoded {
    const struct mzg_dir *repo;
    size_t most;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t loaded;
    struct slot slots[SLOTS];
    struct mzg_decoded_count count;
    uint64_t uses;
};

size_t mzg_decoded_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    uint64_t part = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page / 8 : 0;
    if (part < MZG_DECODED_LEAST)
        return MZG_DECODED_LEAST;
    return part > MZG_DECODED_MOST ? MZG_DECODED_MOST : (size_t)part;
}

enum mzg_code mzg_decoded_new(struct mzg_decoded **out, const struct mzg_dir *repo, size_t memory,
                              struct mzg_err *e)
{
    struct mzg_decoded *d = calloc(1, sizeof *d);
    *out = d;
    if (!d)
        return mzg_fail_memory(e, "decoded chunks");
    /* Chunks come and go on all threads: taken from the threads' arenas they leave holes of twice their memory. */
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    d->repo = repo;
    d->most = memory;
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->loaded, NULL);
    return MZG_OK;
}

void mzg_decoded_free(struct mzg_decoded *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < SLOTS; i++)
        free(d->slots[i].content);
    pthread_cond_destroy(&d->loaded);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

/* ---- places; all with the lock held ---- */

static struct slot *find(struct mzg_decoded *d, const struct mzg_chunk *c)
{
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *s = &d->slots[i];
        if (s->state != EMPTY && s->length == c->length && s->stored == c->stored && s->codec == c->codec &&
            memcmp(s->sha256, c->sha256, sizeof s->sha256) == 0 &&
            memcmp(s->object, c->object, sizeof s->object) == 0)
            return s;
    }
    return NULL;
}

static void clear(struct mzg_decoded *d, struct slot *s)
{
    d->count.memory -= s->length;
    free(s->content);
    *s = (struct slot){.state = EMPTY};
}

/* The one that has been out of use longest. NULL: none is filled. */
static struct slot *find_oldest(struct mzg_decoded *d)
{
    struct slot *best = NULL;
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *s = &d->slots[i];
        if (s->state == READY && (!best || s->used < best->used))
            best = s;
    }
    return best;
}

/* NULL: all are being filled. */
static struct slot *find_place(struct mzg_decoded *d)
{
    struct slot *oldest;
    for (size_t i = 0; i < SLOTS; i++) {
        if (d->slots[i].state == EMPTY)
            return &d->slots[i];
    }
    oldest = find_oldest(d);
    if (oldest)
        clear(d, oldest);
    return oldest;
}

static void make_room(struct mzg_decoded *d, size_t length)
{
    struct slot *s;
    while (d->count.memory + length > d->most && (s = find_oldest(d)) != NULL)
        clear(d, s);
}

/* ---- decoding ---- */

/* Without the lock. *content is malloc'd. */
static enum mzg_code decode(const struct mzg_dir *repo, const struct mzg_chunk *c, uint8_t **content,
                            struct mzg_err *e)
{
    struct mzg_folder_objects objects;
    struct mzg_coder *decoder = NULL;
    uint8_t *stored = malloc(c->stored);
    enum mzg_code code;
    *content = malloc(c->length);
    mzg_folder_objects_init(&objects, repo);
    code = stored && *content ? objects.base.get(&objects.base, c, stored, e)
                              : mzg_fail_memory(e, "decoded chunk");
    if (!code)
        code = mzg_content_check_stored(c, stored, e);
    if (!code)
        code = mzg_coder_new_decoder(&decoder, e);
    if (!code)
        code = mzg_content_decode(c, decoder, stored, *content, e);
    mzg_coder_free(decoder);
    free(stored);
    if (code)
        free(*content);
    return code;
}

/* With the lock held, which it lets go of meanwhile; s is c's from here on, or empty. */
static enum mzg_code load(struct mzg_decoded *d, struct slot *s, const struct mzg_chunk *c, struct mzg_err *e)
{
    uint8_t *content;
    enum mzg_code code;
    *s = (struct slot){.state = LOADING, .length = c->length, .stored = c->stored, .codec = c->codec};
    memcpy(s->sha256, c->sha256, sizeof s->sha256);
    memcpy(s->object, c->object, sizeof s->object);
    pthread_mutex_unlock(&d->lock);
    code = decode(d->repo, c, &content, e);
    pthread_mutex_lock(&d->lock);
    if (code) {
        s->state = EMPTY;
    } else {
        make_room(d, c->length);
        s->state = READY;
        s->content = content;
        d->count.memory += c->length;
        d->count.decoded++;
    }
    pthread_cond_broadcast(&d->loaded);
    return code;
}

/* With the lock held: c's place, filled. A chunk that another thread could not decode is tried again by who waited
 * for it, and gets its own fault. */
static enum mzg_code fetch(struct mzg_decoded *d, const struct mzg_chunk *c, struct slot **s, struct mzg_err *e)
{
    for (;;) {
        *s = find(d, c);
        if (*s && (*s)->state == READY)
            return MZG_OK;
        if (!*s && (*s = find_place(d)) != NULL)
            return load(d, *s, c, e);
        pthread_cond_wait(&d->loaded, &d->lock);
    }
}

enum mzg_code mzg_decoded_copy(struct mzg_decoded *d, const struct mzg_chunk *c, size_t at, void *out, size_t n,
                               struct mzg_err *e)
{
    struct slot *s;
    pthread_mutex_lock(&d->lock);
    enum mzg_code code = fetch(d, c, &s, e);
    if (!code) {
        s->used = ++d->uses;
        memcpy(out, s->content + at, n); /* some 10 us for 64 KiB: less than letting go and taking hold again costs */
    }
    pthread_mutex_unlock(&d->lock);
    return code;
}

struct mzg_decoded_count mzg_decoded_count(struct mzg_decoded *d)
{
    pthread_mutex_lock(&d->lock);
    struct mzg_decoded_count count = d->count;
    pthread_mutex_unlock(&d->lock);
    return count;
}
