/* pytorch_zip.c: the form that torch.save has written since 1.6: a zip archive of one folder with data.pkl,
 * a file data/KEY for each storage, and a few that say how it was written. Programs of TorchScript are
 * the same with their code beside it, which is not read. */
#include "pytorch.h"
#include "../../base/text.h"
#include "zip.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARCHIVE_BYTES ((size_t)48 << 20) /* for the table of entries */
#define PICKLE "data.pkl"
#define NAME_BYTES 1400 /* of an entry: a folder (1024), "/data/", a key (255) */

struct archive {
    struct mzg_arena arena;
    struct mzg_zip zip;
    char folder[NAME_BYTES]; /* what all names begin with: "model/", or nothing */
};

static const struct mzg_zip_entry *find(const struct archive *a, const char *kind, const char *name)
{
    char path[2 * NAME_BYTES];

    snprintf(path, sizeof path, "%s%s%s", a->folder, kind, name);
    return mzg_zip_find(&a->zip, path);
}

/* The folder is where data.pkl is. */
static enum mzg_code find_folder(struct archive *a, struct mzg_err *e)
{
    const struct mzg_zip_entry *found = NULL;

    for (size_t i = 0; i < a->zip.n; i++) {
        const struct mzg_zip_entry *entry = &a->zip.entries[i];
        if (strcmp(entry->name, PICKLE) != 0 && !mzg_text_ends(entry->name, "/" PICKLE))
            continue;
        if (found) {
            char q[MZG_QUOTE], r[MZG_QUOTE];
            return mzg_fail(e, MZG_UNSUPPORTED, entry->header, "two checkpoints in one archive: '%s' "
                            "and '%s'", mzg_quote(q, found->name), mzg_quote(r, entry->name));
        }
        found = entry;
    }
    if (!found)
        return mzg_fail(e, MZG_UNSUPPORTED, 0, "a zip archive, but no checkpoint of PyTorch: there is no "
                        PICKLE " in it");
    snprintf(a->folder, sizeof a->folder, "%.*s", (int)(strlen(found->name) - strlen(PICKLE)),
             found->name);
    return MZG_OK;
}

static enum mzg_code fail_compressed(const struct mzg_zip_entry *entry, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    return mzg_fail(e, MZG_UNSUPPORTED, entry->header, "entry '%s' is compressed, which PyTorch never "
                    "does", mzg_quote(q, entry->name));
}

/* "little" or, from a big-endian machine, "big"; old versions do not say. */
static enum mzg_code check_byteorder(const struct archive *a, const struct mzg_file *f,
                                     struct mzg_err *e)
{
    const struct mzg_zip_entry *entry = find(a, "byteorder", "");
    char text[8] = {0}, q[MZG_QUOTE];
    enum mzg_code code = MZG_OK;

    if (!entry)
        return MZG_OK;
    if (!entry->stored)
        return fail_compressed(entry, e);
    if (entry->size < sizeof text)
        code = mzg_file_read(f, entry->data, text, (size_t)entry->size, e);
    if (code == MZG_OK && strcmp(text, "little") != 0)
        code = mzg_fail(e, MZG_UNSUPPORTED, entry->data, "byte order '%s': only 'little' is read",
                        mzg_quote(q, text));
    return code;
}

static enum mzg_code place(void *ctx, const struct mzg_pickle_storage *s, uint64_t *at,
                           struct mzg_err *e)
{
    const struct mzg_zip_entry *entry = find(ctx, "data/", s->key);
    char q[MZG_QUOTE];
    uint64_t bytes;
    enum mzg_code code = mzg_pytorch_bytes(s, &bytes, e);

    if (code != MZG_OK)
        return code;
    if (!entry)
        return mzg_fail(e, MZG_MALFORMED, s->at, "its storage '%s' is not in the archive",
                        mzg_quote(q, s->key));
    if (!entry->stored)
        return fail_compressed(entry, e);
    if (entry->size != bytes)
        return mzg_fail(e, MZG_MALFORMED, s->at, "its storage '%s' should have %llu bytes, it has %llu",
                        mzg_quote(q, s->key), (unsigned long long)bytes,
                        (unsigned long long)entry->size);
    *at = entry->data;
    return MZG_OK;
}

static enum mzg_code read_pickle(struct mzg_pytorch *p, const struct mzg_zip_entry *entry,
                                 uint8_t *data, struct mzg_err *e)
{
    struct mzg_reader r;
    enum mzg_code code =
        mzg_file_read(&p->w->files[p->file].file, entry->data, data, (size_t)entry->size, e);

    if (code != MZG_OK)
        return code;
    mzg_reader_init(&r, data, (size_t)entry->size, entry->data);
    code = mzg_pickle_read(&p->pickle, &r, &p->root, e);
    if (code == MZG_OK && mzg_reader_left(&r) > 0)
        code = mzg_fail(e, MZG_MALFORMED, mzg_reader_offset(&r), "%zu bytes follow the pickle's end",
                        mzg_reader_left(&r));
    return code;
}

static enum mzg_code read_archive(struct mzg_pytorch *p, const struct archive *a, struct mzg_err *e)
{
    const struct mzg_zip_entry *entry = find(a, PICKLE, "");
    uint8_t *data = NULL;

    if (!entry->stored)
        return fail_compressed(entry, e);
    if (entry->size > MZG_PYTORCH_PICKLE)
        return mzg_fail(e, MZG_LIMIT, entry->header, PICKLE " has %llu bytes, at most %zu are read",
                        (unsigned long long)entry->size, MZG_PYTORCH_PICKLE);
    data = malloc((size_t)entry->size + 1);
    enum mzg_code code = data ? read_pickle(p, entry, data, e) : mzg_fail_memory(e, PICKLE);
    if (code == MZG_OK)
        code = mzg_pytorch_take(p, e);
    free(data);
    return code == MZG_OK ? code : mzg_prefix(e, PICKLE);
}

enum mzg_code mzg_pytorch_read_zip(struct mzg_weights *w, uint32_t file, struct mzg_err *e)
{
    struct archive a;
    struct mzg_pytorch p = {.w = w, .file = file, .place = place, .ctx = &a};

    mzg_arena_init(&a.arena, ARCHIVE_BYTES);
    mzg_pickle_init(&p.pickle);
    enum mzg_code code = mzg_zip_open(&a.zip, &w->files[file].file, &a.arena, e);
    if (code == MZG_OK)
        code = find_folder(&a, e);
    if (code == MZG_OK)
        code = check_byteorder(&a, &w->files[file].file, e);
    if (code == MZG_OK) {
        p.pickle.script = find(&a, "constants.pkl", "") != NULL;
        code = read_archive(&p, &a, e);
    }
    mzg_pickle_clear(&p.pickle);
    mzg_arena_clear(&a.arena);
    return code;
}
