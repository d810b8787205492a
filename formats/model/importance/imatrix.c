#include "imatrix.h"

#include "../../base/reader.h"
#include "../../base/sha256.h"
#include "layouts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- opening ---- */

enum mzg_code mzg_imatrix_add(struct mzg_imatrix *m, const struct mzg_imatrix_entry *entry,
                              size_t name_len, struct mzg_err *e)
{
    if (m->n == MZG_IMATRIX_ENTRIES)
        return mzg_fail(e, MZG_LIMIT, entry->at, "more than %u entries", MZG_IMATRIX_ENTRIES);
    if (m->n == m->room) {
        size_t room = m->room ? 2 * m->room : 256;
        struct mzg_imatrix_entry *grown = realloc(m->entries, room * sizeof *grown);
        if (grown == NULL)
            return mzg_fail_memory(e, "importance entries");
        m->entries = grown;
        m->room = room;
    }
    m->entries[m->n] = *entry;
    m->entries[m->n].name = mzg_arena_text(&m->arena, entry->name, name_len);
    if (m->entries[m->n].name == NULL)
        return mzg_fail_memory(e, "names of importance entries");
    m->n++;
    return MZG_OK;
}

static enum mzg_code sort_names(struct mzg_imatrix *m, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    m->by_name = calloc(m->n + 1, sizeof *m->by_name);
    if (m->by_name == NULL)
        return mzg_fail_memory(e, "names of importance entries");
    for (size_t i = 0; i < m->n; i++)
        m->by_name[i] = (struct mzg_name){m->entries[i].name, i};
    mzg_names_sort(m->by_name, m->n);
    const struct mzg_name *twice = mzg_names_twice(m->by_name, m->n);
    if (twice == NULL)
        return MZG_OK;
    return mzg_fail(e, MZG_MALFORMED, m->entries[twice->index].at,
                    "entry '%s' is there twice", mzg_quote(q, twice->name));
}

/* Where a file cannot be read at all, the message has its path already. */
static enum mzg_code say_path(const struct mzg_imatrix *m, enum mzg_code code, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    return code == MZG_OK || code == MZG_IO ? code
                                            : mzg_prefix(e, "%s", mzg_quote(q, m->file.path));
}

/* The header is needed for as long as this takes; names are copied. */
static enum mzg_code read_gguf(struct mzg_imatrix *m, struct mzg_err *e)
{
    struct mzg_weights w;
    enum mzg_code code = mzg_weights_open(&w, m->file.path, e);

    if (code != MZG_OK)
        return code;
    if (w.n_files > 1) /* its digest is that of one file */
        code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "importance data in %zu parts", w.n_files);
    else
        code = mzg_imatrix_read_gguf(m, &w, e);
    code = say_path(m, code, e);
    mzg_weights_close(&w);
    return code;
}

static enum mzg_code read_layout(struct mzg_imatrix *m, struct mzg_err *e)
{
    char magic[4] = "";
    enum mzg_code code = MZG_OK;

    if (m->file.size >= sizeof magic)
        code = mzg_file_read(&m->file, 0, magic, sizeof magic, e);
    if (code != MZG_OK)
        return code;
    if (memcmp(magic, "GGUF", 4) == 0)
        code = read_gguf(m, e);
    else
        code = say_path(m, mzg_imatrix_read_dat(m, e), e);
    return code == MZG_OK ? say_path(m, sort_names(m, e), e) : code;
}

enum mzg_code mzg_imatrix_open(const char *path, struct mzg_imatrix **out, struct mzg_err *e)
{
    struct mzg_imatrix *m = calloc(1, sizeof *m);

    *out = NULL;
    if (m == NULL)
        return mzg_fail_memory(e, "importance matrix");
    mzg_arena_init(&m->arena, MZG_IMATRIX_BYTES);
    enum mzg_code code = mzg_file_open(&m->file, path, e);
    if (code == MZG_OK)
        code = read_layout(m, e);
    if (code != MZG_OK) {
        mzg_imatrix_close(m);
        return code;
    }
    *out = m;
    return MZG_OK;
}

void mzg_imatrix_close(struct mzg_imatrix *m)
{
    if (m == NULL)
        return;
    mzg_file_close(&m->file);
    free(m->by_name);
    free(m->entries);
    mzg_arena_clear(&m->arena);
    free(m);
}

/* ---- asking ---- */

size_t mzg_imatrix_count(const struct mzg_imatrix *m)
{
    return m->n;
}

const struct mzg_imatrix_entry *mzg_imatrix_entry(const struct mzg_imatrix *m, size_t i)
{
    return &m->entries[i];
}

const struct mzg_imatrix_entry *mzg_imatrix_find(const struct mzg_imatrix *m, const char *name)
{
    const struct mzg_name *found = mzg_names_find(m->by_name, m->n, name);

    return found ? &m->entries[found->index] : NULL;
}

bool mzg_imatrix_fits(const struct mzg_imatrix_entry *entry, uint64_t width, uint64_t n_mat)
{
    uint64_t all;

    return !__builtin_mul_overflow(width, n_mat, &all) && entry->n_values == all &&
           (entry->n_mat == 0 || entry->n_mat == n_mat);
}

size_t mzg_imatrix_datasets(const struct mzg_imatrix *m)
{
    return m->n_datasets;
}

const char *mzg_imatrix_dataset(const struct mzg_imatrix *m, size_t i)
{
    return m->datasets[i];
}

bool mzg_imatrix_chunks(const struct mzg_imatrix *m, uint64_t *chunks)
{
    if (m->has_chunks)
        *chunks = m->chunks;
    return m->has_chunks;
}

/* ---- values ---- */

static enum mzg_code fail_value(const struct mzg_imatrix *m, const struct mzg_imatrix_entry *entry,
                                const char *what, uint64_t at, float x, struct mzg_err *e)
{
    char f[MZG_QUOTE], q[MZG_QUOTE];

    mzg_quote(f, m->file.path);
    mzg_quote(q, entry->name);
    if (isnan(x)) /* printed as it is, its sign would show */
        return mzg_fail(e, MZG_MALFORMED, at, "%s: entry '%s': %s is NaN", f, q, what);
    return mzg_fail(e, MZG_MALFORMED, at, "%s: entry '%s': %s is %g", f, q, what, (double)x);
}

/* How often matrix mat was seen: a float in GGUF, a whole number for all in the legacy layout. */
static enum mzg_code read_count(const struct mzg_imatrix *m, const struct mzg_imatrix_entry *entry,
                                uint64_t mat, float *count, struct mzg_err *e)
{
    uint64_t at = entry->counts_at + (entry->n_mat ? 4 * mat : 0);
    uint8_t bytes[4];
    struct mzg_reader r;
    enum mzg_code code = mzg_file_read(&m->file, at, bytes, sizeof bytes, e);

    if (code != MZG_OK)
        return code;
    mzg_reader_init(&r, bytes, sizeof bytes, at);
    *count = entry->n_mat ? mzg_reader_f32(&r) : (float)(int32_t)mzg_reader_u32(&r);
    if (!isfinite(*count) || *count < 0)
        return fail_value(m, entry, "a count", at, *count, e);
    return MZG_OK;
}

/* w: sums on entry, mean squares on return. */
static enum mzg_code divide(const struct mzg_imatrix *m, const struct mzg_imatrix_entry *entry,
                            uint64_t at, uint64_t width, float count, float *w, bool *empty,
                            struct mzg_err *e)
{
    bool some = false;

    for (uint64_t i = 0; i < width; i++) {
        float x = w[i];
        if (!isfinite(x) || x < 0)
            return fail_value(m, entry, "a value", at + 4 * i, x, e);
        x = count > 0 ? x / count : 0;
        if (!isfinite(x))
            return fail_value(m, entry, "a value divided by its count", at + 4 * i, x, e);
        some = some || x > 0;
        w[i] = x + 0.0f; /* -0 becomes 0 */
    }
    for (uint64_t i = 0; i < width && !some; i++)
        w[i] = 1;
    if (empty != NULL)
        *empty = !some;
    return MZG_OK;
}

enum mzg_code mzg_imatrix_read(const struct mzg_imatrix *m, const struct mzg_imatrix_entry *entry,
                               uint64_t width, uint64_t mat, float *w, bool *empty,
                               struct mzg_err *e)
{
    char q[MZG_QUOTE];
    float count;

    if (width == 0 || width > entry->n_values || mat >= entry->n_values / width)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "entry '%s': a read beyond its end",
                        mzg_quote(q, entry->name));
    uint64_t at = entry->values_at + 4 * mat * width;
    enum mzg_code code = read_count(m, entry, mat, &count, e);
    if (code == MZG_OK)
        code = mzg_file_read(&m->file, at, w, 4 * (size_t)width, e);
    return code == MZG_OK ? divide(m, entry, at, width, count, w, empty, e) : code;
}

enum mzg_code mzg_imatrix_digest(const struct mzg_imatrix *m, uint8_t sha256[32], struct mzg_err *e)
{
    return mzg_sha256_file(&m->file, NULL, "", sha256, e);
}
