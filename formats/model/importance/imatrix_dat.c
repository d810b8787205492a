/* The legacy layout, little-endian: i32 entries; each i32 length, name, i32 calls, i32 values, the
 * values as floats. Newer files go on: i32 chunks, i32 length, name of the dataset. */
#include "layouts.h"

#include "../../base/reader.h"
#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 1024
#define DATASET_MAX_BYTES 65536
#define LEAST_ENTRY 17 /* a name of one byte, one value */

/* A cursor in the file; `where` is the item at hand, for messages. */
struct cursor {
    struct mzg_imatrix *m;
    uint64_t at;
    char where[MZG_QUOTE + 32];
};

static uint64_t left(const struct cursor *c)
{
    return c->m->file.size - c->at;
}

static enum mzg_code read_i32(struct cursor *c, const char *what, int64_t min, int64_t *v,
                              struct mzg_err *e)
{
    uint8_t bytes[4];
    struct mzg_reader r;
    if (left(c) < sizeof bytes)
        return mzg_fail(e, MZG_MALFORMED, c->at, "%s: the file ends before its %s", c->where, what);
    enum mzg_code code = mzg_file_read(&c->m->file, c->at, bytes, sizeof bytes, e);
    if (code != MZG_OK)
        return code;
    mzg_reader_init(&r, bytes, sizeof bytes, c->at);
    *v = (int32_t)mzg_reader_u32(&r);
    if (*v < min)
        return mzg_fail(e, MZG_MALFORMED, c->at, "%s: %s is %lld", c->where, what, (long long)*v);
    c->at += sizeof bytes;
    return MZG_OK;
}

/* A length and as many bytes; text has room for max. */
static enum mzg_code read_text(struct cursor *c, const char *what, int64_t min, size_t max,
                               char *text, size_t *len, struct mzg_err *e)
{
    int64_t n;
    uint64_t start = c->at;
    enum mzg_code code = read_i32(c, what, min, &n, e);
    if (code != MZG_OK)
        return code;
    if ((uint64_t)n > left(c))
        return mzg_fail(e, MZG_MALFORMED, start, "%s: %s is %lld, %llu bytes are left in the file",
                        c->where, what, (long long)n, (unsigned long long)left(c));
    if ((size_t)n > max)
        return mzg_fail(e, MZG_LIMIT, start, "%s: %s is %lld, at most %zu are read", c->where, what,
                        (long long)n, max);
    code = mzg_file_read(&c->m->file, c->at, text, (size_t)n, e);
    c->at += (uint64_t)n;
    *len = (size_t)n;
    return code;
}

static enum mzg_code read_entry(struct cursor *c, struct mzg_err *e)
{
    struct mzg_imatrix_entry entry = {.at = c->at};
    char name[NAME_MAX_BYTES], q[MZG_QUOTE];
    int64_t calls, n;
    size_t len;
    enum mzg_code code = read_text(c, "the length of its name", 1, sizeof name, name, &len, e);
    if (code != MZG_OK)
        return code;
    snprintf(c->where, sizeof c->where, "entry '%s'", mzg_quote_n(q, name, len));
    if (!mzg_item_name_valid(name, len))
        return mzg_fail(e, MZG_MALFORMED, entry.at + 4, "%s: the name is not a text", c->where);
    entry.counts_at = c->at;
    code = read_i32(c, "number of calls", 0, &calls, e);
    uint64_t at = c->at;
    if (code == MZG_OK)
        code = read_i32(c, "number of values", 1, &n, e);
    if (code != MZG_OK)
        return code;
    if ((uint64_t)n > left(c) / 4)
        return mzg_fail(e, MZG_MALFORMED, at, "%s: %lld values, %llu bytes are left in the file",
                        c->where, (long long)n, (unsigned long long)left(c));
    entry.n_values = (uint64_t)n;
    entry.values_at = c->at;
    entry.name = name;
    c->at += 4 * (uint64_t)n;
    return mzg_imatrix_add(c->m, &entry, len, e);
}

/* What newer files have behind the entries. */
static enum mzg_code read_end(struct cursor *c, struct mzg_err *e)
{
    struct mzg_imatrix *m = c->m;
    char name[DATASET_MAX_BYTES];
    size_t len;
    int64_t chunks;
    snprintf(c->where, sizeof c->where, "behind the entries");
    enum mzg_code code = read_i32(c, "number of chunks", 0, &chunks, e);
    if (code == MZG_OK)
        code = read_text(c, "the length of the dataset's name", 0, sizeof name, name, &len, e);
    if (code != MZG_OK)
        return code;
    if (left(c) != 0)
        return mzg_fail(e, MZG_MALFORMED, c->at, "%llu bytes follow the dataset's name",
                        (unsigned long long)left(c));
    m->chunks = (uint64_t)chunks;
    m->has_chunks = true;
    if (len == 0)
        return MZG_OK;
    m->datasets = mzg_arena_alloc(&m->arena, 1, sizeof *m->datasets);
    if (m->datasets == NULL || (m->datasets[0] = mzg_arena_text(&m->arena, name, len)) == NULL)
        return mzg_fail_memory(e, "the dataset's name");
    m->n_datasets = 1;
    return MZG_OK;
}

enum mzg_code mzg_imatrix_read_dat(struct mzg_imatrix *m, struct mzg_err *e)
{
    struct cursor c = {.m = m, .where = "the file"};
    int64_t n;
    enum mzg_code code = read_i32(&c, "number of entries", 1, &n, e);
    if (code != MZG_OK)
        return code;
    if ((uint64_t)n > left(&c) / LEAST_ENTRY)
        return mzg_fail(e, MZG_MALFORMED, 0, "neither GGUF nor a legacy importance matrix: %lld "
                        "entries do not fit in the file", (long long)n);
    for (int64_t i = 0; i < n && code == MZG_OK; i++) {
        snprintf(c.where, sizeof c.where, "entry %lld of %lld", (long long)i + 1, (long long)n);
        code = read_entry(&c, e);
    }
    return code == MZG_OK && left(&c) != 0 ? read_end(&c, e) : code;
}
