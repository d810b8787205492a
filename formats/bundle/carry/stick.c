#include "stick.h"

#include "../objects.h"
#include <stdlib.h>
#include <string.h>

#define NAMES 65536 /* in the folder */

struct looking {
    struct mzg_stick *s;
    struct mzg_stick_part *part;
    char path[MZG_PART_PATH];
};

/* ---- what the scan tells ---- */

static enum mzg_code more(void **list, size_t n, size_t *room, size_t max, size_t size, const char *what,
                          struct mzg_err *e)
{
    size_t wanted = *room ? 2 * *room : 256;
    if (n < *room)
        return MZG_OK;
    if (n == max)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "more than %zu %s on one stick", max, what);
    if (wanted > max)
        wanted = max;
    void *larger = realloc(*list, wanted * size);
    if (!larger)
        return mzg_fail_memory(e, what);
    *list = larger;
    *room = wanted;
    return MZG_OK;
}

static enum mzg_code on_member(void *ctx, const struct mzg_part_member *m, struct mzg_err *e)
{
    struct looking *l = ctx;
    struct mzg_stick *s = l->s;
    void *items = s->items, *bundles = s->bundles;
    enum mzg_code code = more(&items, s->n_items, &s->room, MZG_STICK_ITEMS, sizeof *s->items, "members", e);
    s->items = items;
    if (!code && m->kind == MZG_PART_MANIFEST)
        code = more(&bundles, s->n_bundles, &s->bundle_room, MZG_STICK_BUNDLES, sizeof *s->bundles, "manifests",
                    e);
    s->bundles = bundles;
    if (code)
        return mzg_prefix(e, "%s", l->path);
    struct mzg_stick_item *item = &s->items[s->n_items++];
    *item = (struct mzg_stick_item){.offset = m->offset, .size = m->size,
                                    .part = (uint16_t)(l->part - s->parts)};
    memcpy(item->key, m->key, sizeof item->key);
    if (m->kind == MZG_PART_MANIFEST)
        s->bundles[s->n_bundles++] = m->bundle;
    return MZG_OK;
}

static void on_fault(void *ctx, const struct mzg_err *fault)
{
    struct looking *l = ctx;
    struct mzg_err told = *fault;
    (void)mzg_prefix(&told, "%s", l->path);
    mzg_faults_add(&l->s->faults, &told);
}

/* ---- looking through ---- */

static enum mzg_code look_into(struct looking *l, const struct mzg_progress *p, struct mzg_err *e)
{
    const struct mzg_part_visitor v = {on_member, on_fault, l};
    struct mzg_err fault;
    struct mzg_file f;
    enum mzg_code code = MZG_OK;
    mzg_part_path(l->path, l->part->number, l->part->unfinished);
    if (mzg_file_open_at(&f, &l->s->dir, l->path, &fault)) {
        on_fault(l, &fault);
        return MZG_OK;
    }
    l->part->size = f.size;
    code = mzg_part_scan(&f, l->part->unfinished, p, &v, &l->part->end, e);
    mzg_file_close(&f);
    return code;
}

static enum mzg_code list_parts(struct mzg_stick *s, struct mzg_err *e)
{
    char **names = NULL;
    size_t n = 0;
    unsigned number;
    bool unfinished;
    if (!mzg_dir_has(&s->dir, MZG_CARRY_FOLDER))
        return MZG_OK;
    enum mzg_code code = mzg_dir_list(&s->dir, MZG_CARRY_FOLDER, NAMES, &names, &n, e);
    if (!code && !(s->parts = calloc(n + 1, sizeof *s->parts)))
        code = mzg_fail_memory(e, "parts");
    for (size_t i = 0; i < n && !code; i++) {
        if (!mzg_part_parse_name(names[i], &number, &unfinished))
            continue;
        s->parts[s->n_parts++] = (struct mzg_stick_part){.number = number, .unfinished = unfinished};
        if (number > s->highest)
            s->highest = number;
    }
    free(names);
    return code;
}

static int compare_items(const void *a, const void *b)
{
    const struct mzg_stick_item *x = a, *y = b;
    int by_key = memcmp(x->key, y->key, sizeof x->key);
    if (by_key)
        return by_key;
    if (x->part != y->part)
        return x->part < y->part ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int compare_bundles(const void *a, const void *b)
{
    const struct mzg_select *x = a, *y = b;
    int by_name = strcmp(x->name, y->name);
    return by_name ? by_name : strcmp(x->version, y->version);
}

static void put_in_order(struct mzg_stick *s)
{
    size_t n = 0;
    if (s->n_items)
        qsort(s->items, s->n_items, sizeof *s->items, compare_items);
    if (s->n_bundles)
        qsort(s->bundles, s->n_bundles, sizeof *s->bundles, compare_bundles);
    for (size_t i = 0; i < s->n_bundles; i++) {
        if (n == 0 || compare_bundles(&s->bundles[n - 1], &s->bundles[i]) != 0)
            s->bundles[n++] = s->bundles[i];
    }
    s->n_bundles = n;
}

enum mzg_code mzg_stick_open(struct mzg_stick *s, const char *path, const struct mzg_run *run,
                             struct mzg_err *e)
{
    *s = (struct mzg_stick){.dir.fd = -1, .file.fd = -1, .faults.notify = &run->notify};
    enum mzg_code code = mzg_dir_open(&s->dir, path, e);
    if (!code)
        code = list_parts(s, e);
    for (size_t i = 0; i < s->n_parts && !code; i++) {
        struct looking l = {.s = s, .part = &s->parts[i]};
        code = look_into(&l, &run->progress, e);
    }
    put_in_order(s);
    return code;
}

void mzg_stick_close(struct mzg_stick *s)
{
    mzg_file_close(&s->file);
    mzg_dir_close(&s->dir);
    free(s->parts);
    free(s->items);
    free(s->bundles);
    *s = (struct mzg_stick){.dir.fd = -1, .file.fd = -1};
}

/* ---- members ---- */

const struct mzg_stick_item *mzg_stick_find(const struct mzg_stick *s, const uint8_t key[MZG_SHA256_BYTES],
                                            size_t *n)
{
    size_t low = 0, high = s->n_items;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (memcmp(s->items[mid].key, key, MZG_SHA256_BYTES) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (*n = 0; *n < MZG_STICK_COPIES && low + *n < s->n_items; ++*n) {
        if (memcmp(s->items[low + *n].key, key, MZG_SHA256_BYTES) != 0)
            break;
    }
    return *n ? &s->items[low] : NULL;
}

enum mzg_code mzg_stick_read(struct mzg_stick *s, const struct mzg_stick_item *item, void *data,
                             struct mzg_err *e)
{
    const struct mzg_stick_part *part = &s->parts[item->part];
    char path[MZG_PART_PATH];
    enum mzg_code code = MZG_OK;
    if (s->file.fd < 0 || s->at != item->part) {
        mzg_file_close(&s->file);
        mzg_part_path(path, part->number, part->unfinished);
        code = mzg_file_open_at(&s->file, &s->dir, path, e);
        s->at = item->part;
    }
    return code ? code : mzg_file_read(&s->file, item->offset, data, item->size, e);
}

bool mzg_stick_brings(const struct mzg_stick *s, const struct mzg_select *is)
{
    return s->n_bundles &&
           bsearch(is, s->bundles, s->n_bundles, sizeof *s->bundles, compare_bundles) != NULL;
}

enum mzg_code mzg_stick_fault(const struct mzg_stick *s, const struct mzg_stick_item *item, enum mzg_code code,
                              const char *why, struct mzg_err *e)
{
    const struct mzg_stick_part *part = &s->parts[item->part];
    char path[MZG_PART_PATH], object[MZG_OBJECT_PATH];
    mzg_part_path(path, part->number, part->unfinished);
    mzg_object_path(item->key, object);
    return mzg_fail(e, code, item->offset, "%s: %s: %s at byte %llu", path, object, why,
                    (unsigned long long)item->offset);
}

enum mzg_code mzg_stick_object(struct mzg_stick *s, const struct mzg_stick_item *item, void *data,
                               struct mzg_err *e)
{
    uint8_t digest[MZG_SHA256_BYTES];
    struct mzg_err why;
    if (mzg_stick_read(s, item, data, &why))
        return mzg_stick_fault(s, item, why.code, why.msg, e);
    mzg_sha256_of(data, item->size, digest);
    if (memcmp(digest, item->key, sizeof digest) == 0)
        return MZG_OK;
    return mzg_stick_fault(s, item, MZG_REFUSED, "is damaged", e);
}
