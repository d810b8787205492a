/* arrival.c: opening and closing; what is there, what is missing. */
#include "inside.h"
#include "../opened.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- places ---- */

static int by_ordinal(const void *x, const void *y)
{
    const struct mzg_arrival_place *a = x, *b = y;
    if (a->ordinal != b->ordinal)
        return a->ordinal < b->ordinal ? -1 : 1;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

static enum mzg_code find_places(struct mzg_arrival *a, struct mzg_err *e)
{
    const struct mzg_manifest *m = a->m;
    size_t n = 0, objects = (size_t)m->n_objects;
    a->places = calloc((size_t)m->n_chunks + 1, sizeof *a->places);
    a->first = calloc(objects + 1, sizeof *a->first);
    a->entries = calloc(objects + 1, sizeof *a->entries);
    if (!a->places || !a->first || !a->entries)
        return mzg_fail_memory(e, "places of objects");
    for (size_t f = 0; f < m->n_files; f++) {
        uint64_t offset = 0;
        for (size_t k = 0; k < m->files[f].n_chunks; k++) {
            const struct mzg_chunk *c = &m->files[f].chunks[k];
            a->places[n++] = (struct mzg_arrival_place){c->ordinal, (uint32_t)f, offset, c};
            offset += c->length;
        }
    }
    qsort(a->places, n, sizeof *a->places, by_ordinal);
    for (size_t i = n; i-- > 0;)
        a->first[a->places[i].ordinal] = i;
    a->first[objects] = n;
    return MZG_OK;
}

/* ---- documents ---- */

#define MANIFEST MZG_ARRIVAL_FOLDER "/" MZG_REPO_MANIFEST
#define ENVELOPE MZG_ARRIVAL_FOLDER "/" MZG_REPO_ENVELOPE

enum mzg_code mzg_arrival_documents(const char *dir, struct mzg_documents *d, struct mzg_err *e)
{
    struct mzg_dir folder = {.fd = -1};
    struct stat st;
    memset(d, 0, sizeof *d);
    if (stat(dir, &st) != 0)
        return MZG_OK;
    enum mzg_code code = mzg_dir_open(&folder, dir, e);
    if (!code && mzg_dir_has(&folder, MANIFEST) && mzg_dir_has(&folder, ENVELOPE)) {
        code = mzg_file_load_at(&folder, MANIFEST, MZG_MANIFEST_MAX, &d->manifest, &d->manifest_len, e);
        if (!code)
            code = mzg_file_load_at(&folder, ENVELOPE, MZG_DSSE_MAX, &d->envelope, &d->envelope_len, e);
    }
    mzg_dir_close(&folder);
    if (code)
        mzg_documents_clear(d);
    return code;
}

/* The manifest last: both or nothing. */
static enum mzg_code keep_documents(struct mzg_arrival *a, const struct mzg_documents *d,
                                    struct mzg_err *e)
{
    enum mzg_code code = mzg_file_save_at(&a->dir, ENVELOPE, d->envelope, d->envelope_len, e);
    return code ? code : mzg_file_save_at(&a->dir, MANIFEST, d->manifest, d->manifest_len, e);
}

/* ---- files ---- */

static bool is_begun(const struct mzg_arrival *a, const char *path)
{
    char part[1025 + sizeof MZG_PART];
    snprintf(part, sizeof part, "%s" MZG_PART, path);
    return mzg_dir_has(&a->dir, part);
}

/* A file that is there with the right length may be this very one. */
static enum mzg_code is_whole(struct mzg_arrival *a, size_t i, bool *whole, struct mzg_err *e)
{
    struct mzg_file f = {.fd = -1};
    struct mzg_err ignored;
    const char *path = a->m->files[i].path;
    enum mzg_code code = MZG_OK;
    *whole = false;
    if (!is_begun(a, path) && mzg_dir_has(&a->dir, path) &&
        mzg_file_open_at(&f, &a->dir, path, &ignored) == MZG_OK && f.size == a->m->files[i].size)
        code = mzg_arrival_digest(a, i, &f, whole, e);
    mzg_file_close(&f);
    return code;
}

/* Those that are not wanted stay closed, like those that are whole: nothing is asked for on their account. */
static enum mzg_code open_files(struct mzg_arrival *a, struct mzg_err *e)
{
    size_t n = a->m->n_files;
    a->files = calloc(n + 1, sizeof *a->files);
    a->dirty = calloc(n + 1, sizeof *a->dirty);
    if (!a->files || !a->dirty)
        return mzg_fail_memory(e, "files");
    for (size_t i = 0; i < n; i++)
        a->files[i] = (struct mzg_output){.fd = -1, .dirfd = -1};
    enum mzg_code code = MZG_OK;
    for (size_t i = 0; i < n && !code; i++) {
        bool whole = a->wanted && !a->wanted[i];
        if (!whole)
            code = is_whole(a, i, &whole, e);
        if (!code && !whole)
            code = mzg_output_open_kept_at(&a->files[i], &a->dir, a->m->files[i].path, MZG_PART, 0666, e);
    }
    return code;
}

/* All of it is asked for before the first byte comes. */
static enum mzg_code reserve(struct mzg_arrival *a, struct mzg_err *e)
{
    uint64_t space = 0, needed = 0;
    char q[MZG_QUOTE];
    for (size_t i = 0; i < a->m->n_files; i++) {
        uint64_t size = a->m->files[i].size;
        uint64_t held = a->files[i].fd >= 0 ? mzg_output_held(&a->files[i]) : size; /* closed: needs nothing */
        needed += held < size ? size - held : 0;
    }
    enum mzg_code code = mzg_dir_space(&a->dir, &space, e);
    if (!code && space < needed) {
        mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: needs %llu bytes more, %llu are free",
                 mzg_quote(q, a->dir.path), (unsigned long long)needed, (unsigned long long)space);
        return e->code;
    }
    for (size_t i = 0; i < a->m->n_files && !code; i++) {
        if (a->files[i].fd >= 0)
            code = mzg_output_reserve(&a->files[i], a->m->files[i].size, e);
    }
    return code;
}

/* ---- what is there ---- */

static bool in_open_file(const struct mzg_arrival *a, size_t i)
{
    for (size_t k = a->first[i]; k < a->first[i + 1]; k++) {
        if (a->files[a->places[k].file].fd >= 0)
            return true;
    }
    return false;
}

/* What the ledger claims and the files do not hold is taken out of it: the next mark would settle it. */
static enum mzg_code disclaim(struct mzg_arrival *a, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    for (size_t f = 0; f < a->m->n_files && !code; f++) {
        if (a->dirty[f])
            code = mzg_output_sync(&a->files[f], e);
    }
    return code ? code : mzg_ledger_rewrite(&a->ledger, a->manifest, a->entries, (size_t)a->m->n_objects, e);
}

static void set_dirty(struct mzg_arrival *a, size_t i)
{
    for (size_t k = a->first[i]; k < a->first[i + 1]; k++) {
        size_t f = a->places[k].file;
        a->dirty[f] |= a->files[f].fd >= 0;
    }
}

/* Objects of files that are whole need nothing; claimed ones are looked at; and all, when files were
 * begun but their ledger is gone. */
static enum mzg_code look(struct mzg_arrival *a, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    bool lost = false;
    for (size_t i = 0; i < a->m->n_objects && !code; i++) {
        bool sound = false;
        if (!in_open_file(a, i))
            a->entries[i] = MZG_ENTRY_SETTLED;
        if (a->entries[i] == MZG_ENTRY_SETTLED ||
            (a->entries[i] == MZG_ENTRY_NONE && !a->ledger.fresh))
            continue;
        code = mzg_arrival_holds(a, i, &sound, e);
        if (!code && sound && a->entries[i] == MZG_ENTRY_NONE)
            code = mzg_ledger_add(&a->ledger, (uint32_t)i, e);
        lost |= !sound && a->entries[i] == MZG_ENTRY_CLAIMED;
        a->entries[i] = sound ? MZG_ENTRY_CLAIMED : MZG_ENTRY_NONE;
        if (sound)
            set_dirty(a, i);
    }
    if (!code && lost)
        code = disclaim(a, e);
    else if (!code && a->ledger.fresh)
        code = mzg_ledger_confirm(&a->ledger, a->manifest, e);
    a->looked = !code;
    return code;
}

static void count_left(struct mzg_arrival *a)
{
    a->left = 0;
    for (size_t i = 0; i < a->m->n_objects; i++) {
        const struct mzg_chunk *c = mzg_arrival_object(a, i);
        if (mzg_arrival_missing(a, i))
            a->left += c->stored - mzg_partial_there(&a->folder, c->object, c->stored);
    }
}

/* ---- opening and closing ---- */

static enum mzg_code open_folder(struct mzg_arrival *a, struct mzg_err *e)
{
    char *path = NULL;
    if (asprintf(&path, "%s/" MZG_ARRIVAL_FOLDER, a->dir.path) < 0)
        return mzg_fail_memory(e, "path");
    enum mzg_code code = mzg_dir_create(&a->folder, path, e);
    free(path);
    return code;
}

/* A ledger of other wanted files says nothing of these: what is settled in it may be in none of them. */
static void identify(struct mzg_arrival *a, const struct mzg_documents *d)
{
    uint8_t both[MZG_SHA256_BYTES + MZG_MANIFEST_FILES];
    size_t n = a->wanted ? a->m->n_files : 0;
    mzg_sha256_of(d->manifest, d->manifest_len, a->manifest);
    if (n == 0)
        return;
    memcpy(both, a->manifest, MZG_SHA256_BYTES);
    for (size_t i = 0; i < n; i++)
        both[MZG_SHA256_BYTES + i] = a->wanted[i];
    mzg_sha256_of(both, MZG_SHA256_BYTES + n, a->manifest);
}

static enum mzg_code open_all(struct mzg_arrival *a, const struct mzg_verified *v, const char *dir,
                              struct mzg_err *e)
{
    const struct mzg_documents *d = &v->bundle->documents;
    identify(a, d);
    a->content = malloc(a->m->most_length + (size_t)1);
    enum mzg_code code = a->content ? find_places(a, e) : mzg_fail_memory(e, "chunk");
    if (!code)
        code = mzg_coder_new_decoder(&a->decoder, e);
    if (!code)
        code = mzg_dir_create(&a->dir, dir, e);
    if (!code)
        code = open_folder(a, e);
    if (!code)
        code = mzg_ledger_open(&a->ledger, &a->folder, a->manifest, a->entries, (size_t)a->m->n_objects, e);
    if (!code)
        code = open_files(a, e);
    if (!code)
        code = reserve(a, e);
    if (!code)
        code = keep_documents(a, d, e);
    if (!code)
        code = look(a, e);
    if (!code)
        count_left(a);
    return code;
}

enum mzg_code mzg_arrival_open(struct mzg_arrival **a, const struct mzg_verified *v, const char *dir,
                               const struct mzg_run *run, struct mzg_err *e)
{
    *a = calloc(1, sizeof **a);
    if (!*a)
        return mzg_fail_memory(e, "arrival");
    (*a)->base = mzg_arrival_functions;
    (*a)->m = &v->manifest;
    (*a)->wanted = v->wanted;
    (*a)->run = run;
    (*a)->dir.fd = (*a)->folder.fd = -1;
    (*a)->ledger.file = (struct mzg_output){.fd = -1, .dirfd = -1};
    for (size_t i = 0; i < MZG_ARRIVAL_FLIGHT; i++) {
        (*a)->flight[i].object = SIZE_MAX;
        (*a)->flight[i].partial.file = (struct mzg_output){.fd = -1, .dirfd = -1};
    }
    if (open_all(*a, v, dir, e) == MZG_OK)
        return MZG_OK;
    mzg_arrival_close(*a);
    *a = NULL;
    return e->code;
}

/* Nothing but what opening made. What was not looked at may be of worth. */
static bool is_empty(const struct mzg_arrival *a)
{
    struct mzg_err ignored;
    uint64_t size = 0;
    for (size_t f = 0; !a->looked && a->files && f < a->m->n_files; f++) {
        if (a->files[f].fd >= 0 && (mzg_output_size(&a->files[f], &size, &ignored) || size > 0))
            return false;
    }
    for (size_t i = 0; a->entries && a->first && i < a->m->n_objects; i++) {
        const struct mzg_chunk *c = mzg_arrival_object(a, i);
        bool begun = a->entries[i] != MZG_ENTRY_NONE && in_open_file(a, i); /* else looking entered it */
        if (begun || mzg_partial_there(&a->folder, c->object, c->stored) > 0)
            return false;
    }
    return true;
}

void mzg_arrival_close(struct mzg_arrival *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < MZG_ARRIVAL_FLIGHT; i++)
        mzg_partial_close(&a->flight[i].partial, false);
    bool held = a->ledger.file.fd >= 0; /* else they are another run's, or were finished */
    bool empty = held && a->folder.fd >= 0 && is_empty(a);
    for (size_t i = 0; a->files && i < a->m->n_files; i++)
        empty ? mzg_output_discard(&a->files[i]) : mzg_output_abandon(&a->files[i]);
    if (empty)
        mzg_arrival_remove_folder(a);
    mzg_ledger_close(&a->ledger, false);
    mzg_dir_close(&a->folder);
    mzg_dir_close(&a->dir);
    mzg_coder_free(a->decoder);
    free(a->files);
    free(a->dirty);
    free(a->places);
    free(a->first);
    free(a->entries);
    free(a->content);
    free(a);
}

/* ---- what is missing ---- */

size_t mzg_arrival_objects(const struct mzg_arrival *a)
{
    return (size_t)a->m->n_objects;
}

const struct mzg_chunk *mzg_arrival_object(const struct mzg_arrival *a, size_t i)
{
    return a->places[a->first[i]].chunk;
}

bool mzg_arrival_missing(const struct mzg_arrival *a, size_t i)
{
    return a->entries[i] == MZG_ENTRY_NONE;
}

uint64_t mzg_arrival_left(const struct mzg_arrival *a)
{
    return a->left;
}
