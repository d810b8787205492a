/* zip.c: see zip.h. Source: PKWARE's APPNOTE 6.3.10, sections 4.3 to 4.5. */
#include "zip.h"
#include "../../base/reader.h"
#include <stdlib.h>
#include <string.h>

#define END_BYTES 22     /* of the end record, without its comment */
#define COMMENT_MAX 65535
#define LOCATOR_BYTES 20 /* what leads from there to the end record of archives beyond 4 GiB */
#define END64_BYTES 56
#define CENTRAL_BYTES 46 /* of an entry of the directory, without its name */
#define LOCAL_BYTES 30   /* of a local header, without its name */
#define NAME_BYTES 1025  /* the most that mzg_path_confined takes, and the '/' of a folder */
#define IN_64 UINT32_MAX /* a field that is in the extra field instead */
#define ENCRYPTED 0x2041u /* flags: encrypted, strongly encrypted, masked */
#define PATCHED 0x20u
#define SIZES_BEHIND 8u  /* flag: the local header has no sizes */
#define ULL(x) ((unsigned long long)(x))

/* Where the central directory is. */
struct directory {
    uint64_t offset, size, entries;
    uint64_t end; /* of the directory, and of all entries: offset + size */
};

/* ---- the end of the file ---- */

/* Archives beyond 4 GiB or 65535 entries, and whatever is written by programs that always do so. */
static enum mzg_code read_end64(const struct mzg_file *f, uint64_t locator, struct directory *d,
                                struct mzg_err *e)
{
    uint8_t raw[END64_BYTES];
    struct mzg_reader r;
    enum mzg_code code = mzg_file_read(f, locator, raw, LOCATOR_BYTES, e);

    if (code != MZG_OK)
        return code;
    mzg_reader_init(&r, raw, LOCATOR_BYTES, locator);
    mzg_reader_bytes(&r, 8);
    uint64_t at = mzg_reader_u64(&r);
    if (at > locator || locator - at < END64_BYTES)
        return mzg_fail(e, MZG_MALFORMED, locator, "zip64: an end record at %llu, behind its locator",
                        ULL(at));
    code = mzg_file_read(f, at, raw, sizeof raw, e);
    if (code != MZG_OK)
        return code;
    mzg_reader_init(&r, raw, sizeof raw, at);
    if (memcmp(mzg_reader_bytes(&r, 4), "PK\6\6", 4) != 0 ||
        mzg_reader_u64(&r) != locator - at - 12)
        return mzg_fail(e, MZG_MALFORMED, at, "zip64: there is no end record where its locator says");
    mzg_reader_bytes(&r, 4);
    uint32_t disk = mzg_reader_u32(&r), first = mzg_reader_u32(&r);
    uint64_t here = mzg_reader_u64(&r);
    d->entries = mzg_reader_u64(&r);
    d->size = mzg_reader_u64(&r);
    d->offset = mzg_reader_u64(&r);
    d->end = at;
    if (disk != 0 || first != 0 || here != d->entries)
        return mzg_fail(e, MZG_UNSUPPORTED, at, "an archive of several disks");
    return MZG_OK;
}

/* at: of the end record in the file. */
static enum mzg_code read_end(const struct mzg_file *f, const uint8_t *record, uint64_t at,
                              struct directory *d, struct mzg_err *e)
{
    uint8_t sign[4] = {0};
    struct mzg_reader r;
    enum mzg_code code = MZG_OK;

    mzg_reader_init(&r, record, END_BYTES, at);
    mzg_reader_bytes(&r, 4);
    uint16_t disk = mzg_reader_u16(&r), first = mzg_reader_u16(&r), here = mzg_reader_u16(&r);
    d->entries = mzg_reader_u16(&r);
    d->size = mzg_reader_u32(&r);
    d->offset = mzg_reader_u32(&r);
    d->end = at;
    if (disk != 0 || first != 0 || here != d->entries)
        return mzg_fail(e, MZG_UNSUPPORTED, at, "an archive of several disks");
    struct directory old = *d;
    if (at >= LOCATOR_BYTES)
        code = mzg_file_read(f, at - LOCATOR_BYTES, sign, sizeof sign, e);
    if (code == MZG_OK && memcmp(sign, "PK\6\7", 4) == 0)
        code = read_end64(f, at - LOCATOR_BYTES, d, e);
    if (code != MZG_OK)
        return code;
    if ((old.entries != UINT16_MAX && old.entries != d->entries) ||
        (old.size != IN_64 && old.size != d->size) || (old.offset != IN_64 && old.offset != d->offset))
        return mzg_fail(e, MZG_MALFORMED, at, "zip64: the two end records differ");
    if (d->offset > d->end || d->size != d->end - d->offset)
        return mzg_fail(e, MZG_MALFORMED, at, "the directory, %llu bytes at %llu, does not end where "
                        "its end record begins", ULL(d->size), ULL(d->offset));
    return MZG_OK;
}

/* The end record is the last thing in the file but for its comment, whose length it says. */
static enum mzg_code find_directory(const struct mzg_file *f, struct directory *d, struct mzg_err *e)
{
    size_t most = END_BYTES + COMMENT_MAX, n = f->size < most ? (size_t)f->size : most;
    uint8_t *tail = malloc(n + 1);
    enum mzg_code code = tail ? mzg_file_read(f, f->size - n, tail, n, e)
                              : mzg_fail_memory(e, "a zip archive's end");
    bool found = false;

    for (size_t i = n < END_BYTES ? 0 : n - END_BYTES + 1; code == MZG_OK && i-- > 0;) {
        size_t comment = tail[i + 20] | (size_t)tail[i + 21] << 8;
        if (memcmp(tail + i, "PK\5\6", 4) != 0 || comment != n - END_BYTES - i)
            continue;
        code = read_end(f, tail + i, f->size - n + i, d, e);
        found = true;
        break;
    }
    if (code == MZG_OK && !found)
        code = mzg_fail(e, MZG_MALFORMED, f->size, "a zip archive without its end");
    free(tail);
    return code;
}

/* ---- entries ---- */

/* What an entry's two headers say of it. */
struct header {
    uint16_t flags, method;
    uint64_t packed, size, at;
    const uint8_t *name;
    size_t name_len;
};

/* The fields that were too small for their numbers, in this order. */
static bool read_extra64(struct mzg_reader *extra, struct header *h)
{
    struct mzg_reader field;

    while (mzg_reader_left(extra) >= 4) {
        uint16_t id = mzg_reader_u16(extra);
        mzg_reader_sub(extra, mzg_reader_u16(extra), &field);
        if (id != 1)
            continue;
        if (h->size == IN_64)
            h->size = mzg_reader_u64(&field);
        if (h->packed == IN_64)
            h->packed = mzg_reader_u64(&field);
        if (h->at == IN_64)
            h->at = mzg_reader_u64(&field);
        return !field.bad;
    }
    return !extra->bad;
}

static enum mzg_code read_central(struct mzg_reader *r, struct header *h, struct mzg_err *e)
{
    struct mzg_reader extra;
    uint64_t at = mzg_reader_offset(r);
    const uint8_t *sign = mzg_reader_bytes(r, 4);

    if (!sign || memcmp(sign, "PK\1\2", 4) != 0)
        return mzg_fail(e, MZG_MALFORMED, at, "no entry where the directory should have one");
    mzg_reader_bytes(r, 4);
    h->flags = mzg_reader_u16(r);
    h->method = mzg_reader_u16(r);
    mzg_reader_bytes(r, 8);
    h->packed = mzg_reader_u32(r);
    h->size = mzg_reader_u32(r);
    h->name_len = mzg_reader_u16(r);
    uint16_t extra_len = mzg_reader_u16(r), comment = mzg_reader_u16(r), disk = mzg_reader_u16(r);
    mzg_reader_bytes(r, 6);
    h->at = mzg_reader_u32(r);
    h->name = mzg_reader_bytes(r, h->name_len);
    mzg_reader_sub(r, extra_len, &extra);
    mzg_reader_bytes(r, comment);
    if (r->bad || !read_extra64(&extra, h))
        return mzg_fail(e, MZG_MALFORMED, at, "an entry that goes beyond the directory");
    if (disk != 0)
        return mzg_fail(e, MZG_UNSUPPORTED, at, "an archive of several disks");
    return MZG_OK;
}

/* The local header: the same entry again, and behind it its bytes. */
static enum mzg_code read_local(const struct mzg_file *f, const struct header *h, uint64_t end,
                                struct mzg_zip_entry *entry, struct mzg_err *e)
{
    uint8_t raw[LOCAL_BYTES + NAME_BYTES];
    struct mzg_reader r;
    size_t n = LOCAL_BYTES + h->name_len;

    if (h->at > end || end - h->at < n)
        return mzg_fail(e, MZG_MALFORMED, h->at, "it begins behind the end of all entries (%llu)",
                        ULL(end));
    enum mzg_code code = mzg_file_read(f, h->at, raw, n, e);
    if (code != MZG_OK)
        return code;
    mzg_reader_init(&r, raw, n, h->at);
    const uint8_t *sign = mzg_reader_bytes(&r, 6);
    uint16_t flags = mzg_reader_u16(&r), method = mzg_reader_u16(&r);
    mzg_reader_bytes(&r, 8);
    uint32_t packed = mzg_reader_u32(&r);
    mzg_reader_bytes(&r, 4);
    uint16_t name_len = mzg_reader_u16(&r), extra_len = mzg_reader_u16(&r);
    if (memcmp(sign, "PK\3\4", 4) != 0 || name_len != h->name_len ||
        memcmp(mzg_reader_bytes(&r, name_len), h->name, name_len) != 0 || method != h->method ||
        (flags ^ h->flags) & (ENCRYPTED | PATCHED) ||
        (!(flags & SIZES_BEHIND) && packed != IN_64 && packed != h->packed))
        return mzg_fail(e, MZG_MALFORMED, h->at, "its local header is another than the directory's");
    entry->data = h->at + n + extra_len;
    if (entry->data > end || h->packed > end - entry->data)
        return mzg_fail(e, MZG_MALFORMED, h->at, "its %llu bytes end behind the end of all entries "
                        "(%llu)", ULL(h->packed), ULL(end));
    return MZG_OK;
}

static bool name_is_fit(const char *name, size_t len)
{
    char path[NAME_BYTES + 1];

    if (strlen(name) != len || len == 0 || len > NAME_BYTES)
        return false;
    memcpy(path, name, len + 1);
    if (path[len - 1] == '/')
        path[len - 1] = '\0'; /* a folder */
    return mzg_path_confined(path);
}

static enum mzg_code check_entry(const struct mzg_file *f, const struct header *h, uint64_t end,
                                 struct mzg_zip_entry *entry, struct mzg_err *e)
{
    if (!name_is_fit(entry->name, h->name_len))
        return mzg_fail(e, MZG_MALFORMED, h->at, "its name is no path that stays inside");
    if (h->flags & (ENCRYPTED | PATCHED))
        return mzg_fail(e, MZG_UNSUPPORTED, h->at, "it is %s",
                        h->flags & ENCRYPTED ? "encrypted" : "a patch");
    if (entry->stored && h->packed != h->size)
        return mzg_fail(e, MZG_MALFORMED, h->at, "%llu bytes are stored, it has %llu", ULL(h->packed),
                        ULL(h->size));
    return read_local(f, h, end, entry, e);
}

static enum mzg_code read_entries(struct mzg_zip *z, const struct mzg_file *f, struct mzg_reader *r,
                                  const struct directory *d, struct mzg_arena *a, struct mzg_err *e)
{
    for (; z->n < d->entries; z->n++) {
        struct mzg_zip_entry *entry = &z->entries[z->n];
        struct header h = {0};
        enum mzg_code code = read_central(r, &h, e);
        if (code != MZG_OK)
            return mzg_prefix(e, "entry %zu of %llu", z->n + 1, ULL(d->entries));
        *entry = (struct mzg_zip_entry){.header = h.at, .size = h.packed, .stored = h.method == 0};
        entry->name = mzg_arena_text(a, h.name, h.name_len);
        if (!entry->name)
            return mzg_fail_memory(e, "a zip archive's names");
        code = check_entry(f, &h, d->end - d->size, entry, e);
        if (code != MZG_OK) {
            char q[MZG_QUOTE];
            return mzg_prefix(e, "entry '%s'", mzg_quote_n(q, (const char *)h.name, h.name_len));
        }
    }
    if (mzg_reader_left(r) > 0)
        return mzg_fail(e, MZG_MALFORMED, mzg_reader_offset(r), "%zu bytes follow the last entry of the "
                        "directory", mzg_reader_left(r));
    return MZG_OK;
}

/* ---- all of them ---- */

static int by_place(const void *a, const void *b)
{
    const struct mzg_zip_entry *x = a, *y = b;

    return x->header < y->header ? -1 : x->header > y->header;
}

static enum mzg_code check_places(struct mzg_zip *z, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    qsort(z->entries, z->n, sizeof *z->entries, by_place);
    for (size_t i = 1; i < z->n; i++) {
        const struct mzg_zip_entry *before = &z->entries[i - 1];
        if (z->entries[i].header < before->data + before->size)
            return mzg_fail(e, MZG_MALFORMED, z->entries[i].header, "entry '%s' lies in the one before "
                            "it", mzg_quote(q, z->entries[i].name));
    }
    for (size_t i = 0; i < z->n; i++)
        z->by_name[i] = (struct mzg_name){z->entries[i].name, i};
    mzg_names_sort(z->by_name, z->n);
    const struct mzg_name *twice = mzg_names_twice(z->by_name, z->n);
    if (!twice)
        return MZG_OK;
    return mzg_fail(e, MZG_MALFORMED, z->entries[twice->index].header, "entry '%s' is there twice",
                    mzg_quote(q, twice->name));
}

static enum mzg_code read_directory(struct mzg_zip *z, const struct mzg_file *f,
                                    const struct directory *d, struct mzg_arena *a, struct mzg_err *e)
{
    uint8_t *raw = malloc((size_t)d->size + 1);
    struct mzg_reader r;

    z->entries = mzg_arena_alloc(a, (size_t)d->entries, sizeof *z->entries);
    z->by_name = mzg_arena_alloc(a, (size_t)d->entries, sizeof *z->by_name);
    enum mzg_code code = raw && z->entries && z->by_name
                             ? mzg_file_read(f, d->offset, raw, (size_t)d->size, e)
                             : mzg_fail_memory(e, "a zip archive's directory");
    mzg_reader_init(&r, raw, (size_t)d->size, d->offset);
    if (code == MZG_OK)
        code = read_entries(z, f, &r, d, a, e);
    if (code == MZG_OK)
        code = check_places(z, e);
    free(raw);
    return code;
}

enum mzg_code mzg_zip_open(struct mzg_zip *z, const struct mzg_file *f, struct mzg_arena *a,
                           struct mzg_err *e)
{
    struct directory d = {0};
    enum mzg_code code = find_directory(f, &d, e);

    *z = (struct mzg_zip){0};
    if (code != MZG_OK)
        return code;
    if (d.size > MZG_ZIP_DIRECTORY || d.entries > MZG_ZIP_ENTRIES_MAX)
        return mzg_fail(e, MZG_LIMIT, d.end, "a directory of %llu entries and %llu bytes, at most %llu "
                        "and %zu are read", ULL(d.entries), ULL(d.size), ULL(MZG_ZIP_ENTRIES_MAX),
                        MZG_ZIP_DIRECTORY);
    if (d.entries > d.size / CENTRAL_BYTES)
        return mzg_fail(e, MZG_MALFORMED, d.end, "a directory of %llu entries in %llu bytes",
                        ULL(d.entries), ULL(d.size));
    return read_directory(z, f, &d, a, e);
}

const struct mzg_zip_entry *mzg_zip_find(const struct mzg_zip *z, const char *name)
{
    const struct mzg_name *found = mzg_names_find(z->by_name, z->n, name);

    return found ? &z->entries[found->index] : NULL;
}
