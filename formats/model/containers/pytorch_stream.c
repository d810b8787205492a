/* pytorch_stream.c: the form that torch.save wrote from 0.1.10 to 1.5, and writes still where it is asked to:
 * five pickles in a row (a magic number, the protocol, what machine wrote it, the checkpoint, the storages'
 * keys) and then each storage, in the order of the keys: its elements' number in eight bytes, its bytes. */
#include "pytorch.h"
#include <stdlib.h>
#include <string.h>

#define PROTOCOL 1001
#define ULL(x) ((unsigned long long)(x))

static const uint8_t magic[] = {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};

/* The storages that the checkpoint names: each is known by its key, but may be named many times. */
struct stored {
    const struct mzg_pickle_storage *as; /* one of those that name it */
    uint64_t at;                         /* of its bytes in the file; 0: not found yet */
};

struct stream {
    struct mzg_pytorch p;
    const struct mzg_file *f;
    struct mzg_reader r;
    struct mzg_name *by_key; /* n, sorted; index: into stored */
    struct stored *stored;
    size_t n;
};

/* ---- the five pickles ---- */

static enum mzg_code read_next(struct stream *s, const struct mzg_pickle_value **root, struct mzg_err *e)
{
    return mzg_pickle_read(&s->p.pickle, &s->r, root, e);
}

/* A pickle of something else is read as well, if only to say what is wrong with it. */
static enum mzg_code check_magic(struct stream *s, struct mzg_err *e)
{
    const struct mzg_pickle_value *v;
    enum mzg_code code = read_next(s, &v, e);

    if (code != MZG_OK)
        return code;
    if (v->kind != MZG_PICKLE_BIG || v->as.text.len != sizeof magic ||
        memcmp(v->as.text.data, magic, sizeof magic) != 0)
        return mzg_fail(e, MZG_UNSUPPORTED, v->at, "a Python pickle of plain values, but no checkpoint "
                        "of PyTorch");
    code = read_next(s, &v, e);
    if (code == MZG_OK && (v->kind != MZG_PICKLE_INT || v->as.number != PROTOCOL))
        code = mzg_fail(e, MZG_UNSUPPORTED, v->at, "a checkpoint of another protocol than %d", PROTOCOL);
    return code;
}

static enum mzg_code check_machine(struct stream *s, struct mzg_err *e)
{
    const struct mzg_pickle_value *v, *little;
    enum mzg_code code = read_next(s, &v, e);

    if (code != MZG_OK)
        return code;
    little = mzg_pickle_get(v, "little_endian");
    if (!little || little->kind != MZG_PICKLE_BOOL)
        return mzg_fail(e, MZG_MALFORMED, v->at, "it does not say which byte order it has");
    if (!little->as.number)
        return mzg_fail(e, MZG_UNSUPPORTED, little->at, "byte order 'big': only 'little' is read");
    return MZG_OK;
}

/* ---- the storages ---- */

/* Sorts what was named, and keeps one of each key; all that name it must say the same. */
static enum mzg_code list_storages(struct stream *s, struct mzg_err *e)
{
    const struct mzg_pickle_storage **named;
    size_t n = 0, i = 0;

    for (const struct mzg_pickle_storage *at = s->p.pickle.storages; at; at = at->next)
        n++;
    named = mzg_arena_alloc(&s->p.pickle.arena, n, sizeof *named);
    s->by_key = mzg_arena_alloc(&s->p.pickle.arena, n, sizeof *s->by_key);
    s->stored = mzg_arena_alloc(&s->p.pickle.arena, n, sizeof *s->stored);
    if (!named || !s->by_key || !s->stored)
        return mzg_fail_memory(e, "a checkpoint's storages");
    for (const struct mzg_pickle_storage *at = s->p.pickle.storages; at; at = at->next, i++) {
        named[i] = at;
        s->by_key[i] = (struct mzg_name){at->key, i};
    }
    mzg_names_sort(s->by_key, n);
    for (i = 0; i < n; i++) {
        const struct mzg_pickle_storage *at = named[s->by_key[i].index];
        if (i == 0 || strcmp(s->by_key[s->n - 1].name, at->key) != 0) {
            s->stored[s->n].as = at;
            s->by_key[s->n] = (struct mzg_name){at->key, s->n};
            s->n++;
        } else if (at->dtype != s->stored[s->n - 1].as->dtype ||
                   at->numel != s->stored[s->n - 1].as->numel) {
            char q[MZG_QUOTE];
            return mzg_fail(e, MZG_MALFORMED, at->at, "storage '%s' is of two types or sizes",
                            mzg_quote(q, at->key));
        }
    }
    return MZG_OK;
}

static struct stored *find(const struct stream *s, const char *key)
{
    const struct mzg_name *found = mzg_names_find(s->by_key, s->n, key);

    return found ? &s->stored[found->index] : NULL;
}

/* The next storage in the file, which begins at *at; moves that behind it. */
static enum mzg_code find_bytes(const struct stream *s, struct stored *stored, uint64_t *at,
                                struct mzg_err *e)
{
    uint8_t raw[8];
    struct mzg_reader r;
    uint64_t bytes;
    enum mzg_code code = mzg_pytorch_bytes(stored->as, &bytes, e);

    if (code == MZG_OK)
        code = mzg_file_read(s->f, *at, raw, sizeof raw, e);
    if (code != MZG_OK)
        return code;
    mzg_reader_init(&r, raw, sizeof raw, *at);
    uint64_t numel = mzg_reader_u64(&r);
    if (numel != stored->as->numel)
        return mzg_fail(e, MZG_MALFORMED, *at, "it has %llu elements, and should have %llu", ULL(numel),
                        ULL(stored->as->numel));
    *at += sizeof raw;
    if (bytes > s->f->size - *at)
        return mzg_fail(e, MZG_MALFORMED, *at, "it has %llu bytes, %llu are in the file", ULL(bytes),
                        ULL(s->f->size - *at));
    stored->at = *at;
    *at += bytes;
    return MZG_OK;
}

static enum mzg_code find_key(struct stream *s, const struct mzg_pickle_value *key, uint64_t *at,
                              struct mzg_err *e)
{
    char text[256] = {0}, q[MZG_QUOTE];
    struct stored *stored = NULL;

    if (key->kind == MZG_PICKLE_TEXT && key->as.text.len < sizeof text) {
        memcpy(text, key->as.text.data, key->as.text.len);
        stored = find(s, text);
    }
    if (!stored)
        return mzg_fail(e, MZG_MALFORMED, key->at, "storage '%s' is in the file, but no tensor's",
                        mzg_quote(q, text));
    if (stored->at)
        return mzg_fail(e, MZG_MALFORMED, key->at, "storage '%s' is there twice", mzg_quote(q, text));
    enum mzg_code code = find_bytes(s, stored, at, e);
    return code == MZG_OK ? code : mzg_prefix(e, "storage '%s'", mzg_quote(q, text));
}

static enum mzg_code find_storages(struct stream *s, struct mzg_err *e)
{
    const struct mzg_pickle_value *keys;
    enum mzg_code code = list_storages(s, e);

    if (code == MZG_OK)
        code = read_next(s, &keys, e);
    if (code != MZG_OK)
        return code;
    if (keys->kind != MZG_PICKLE_LIST)
        return mzg_fail(e, MZG_MALFORMED, keys->at, "there is no list of storages");
    uint64_t at = mzg_reader_offset(&s->r);
    for (size_t i = 0; i < keys->as.items.n && code == MZG_OK; i++)
        code = find_key(s, keys->as.items.item[i], &at, e);
    if (code == MZG_OK && at != s->f->size)
        code = mzg_fail(e, MZG_MALFORMED, at, "%llu bytes follow the last storage",
                        ULL(s->f->size - at));
    return code;
}

static enum mzg_code place(void *ctx, const struct mzg_pickle_storage *named, uint64_t *at,
                           struct mzg_err *e)
{
    const struct stored *stored = find(ctx, named->key);
    char q[MZG_QUOTE];

    if (!stored->at)
        return mzg_fail(e, MZG_MALFORMED, named->at, "its storage '%s' is not in the file",
                        mzg_quote(q, named->key));
    *at = stored->at;
    return MZG_OK;
}

/* ---- the whole ---- */

static enum mzg_code read_all(struct stream *s, uint8_t *data, size_t n, struct mzg_err *e)
{
    enum mzg_code code = mzg_file_read(s->f, 0, data, n, e);

    if (code != MZG_OK)
        return code;
    mzg_reader_init(&s->r, data, n, 0);
    code = check_magic(s, e);
    if (code == MZG_OK)
        code = check_machine(s, e);
    if (code == MZG_OK)
        code = read_next(s, &s->p.root, e);
    if (code == MZG_OK)
        code = find_storages(s, e);
    return code == MZG_OK ? mzg_pytorch_take(&s->p, e) : code;
}

enum mzg_code mzg_pytorch_read_stream(struct mzg_weights *w, uint32_t file, struct mzg_err *e)
{
    struct stream s = {.p = {.w = w, .file = file, .place = place}, .f = &w->files[file].file};
    size_t n = s.f->size < MZG_PYTORCH_PICKLE ? (size_t)s.f->size : MZG_PYTORCH_PICKLE;
    uint8_t *data = malloc(n + 1);

    s.p.ctx = &s;
    mzg_pickle_init(&s.p.pickle);
    s.p.pickle.cut = n < s.f->size;
    enum mzg_code code = data ? read_all(&s, data, n, e) : mzg_fail_memory(e, "a checkpoint's pickles");
    mzg_pickle_clear(&s.p.pickle);
    free(data);
    return code;
}
