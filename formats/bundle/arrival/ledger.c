#include "ledger.h"

#include <stdlib.h>
#include <string.h>

#define NAME "pull"
#define MAGIC "mzigo.pull/1\n\0\0" /* 16 bytes with the NUL that C adds */
#define HEAD (16 + MZG_SHA256_BYTES)
#define RECORD 8
#define MARK UINT32_MAX

static void put32(uint8_t *at, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(v >> 8 * i);
}

static uint32_t get32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Zeros, which a file system leaves where it lost something, are not a record. */
static uint32_t check_of(const struct mzg_ledger *l, uint32_t ordinal)
{
    return ((ordinal + 1) * 0x9e3779b1u) ^ l->key ^ 0x6d7a6769u;
}

static void make_record(const struct mzg_ledger *l, uint32_t ordinal, uint8_t out[RECORD])
{
    put32(out, ordinal);
    put32(out + 4, check_of(l, ordinal));
}

/* Reads the records; returns how many bytes of them are right. */
static size_t read_records(const struct mzg_ledger *l, const uint8_t *data, size_t n,
                           enum mzg_entry *entries, size_t n_objects)
{
    size_t at = 0, since = 0; /* the record behind the last mark */
    for (; n - at >= RECORD; at += RECORD) {
        uint32_t ordinal = get32(data + at);
        if (get32(data + at + 4) != check_of(l, ordinal) || (ordinal >= n_objects && ordinal != MARK))
            break;
        if (ordinal != MARK && entries[ordinal] == MZG_ENTRY_NONE)
            entries[ordinal] = MZG_ENTRY_CLAIMED;
        for (; ordinal == MARK && since <= at; since += RECORD) {
            if (since < at)
                entries[get32(data + since)] = MZG_ENTRY_SETTLED;
        }
    }
    return at;
}

/* Zeros in the head's place: whoever finds it so begins anew, too. */
static enum mzg_code begin(struct mzg_ledger *l, struct mzg_err *e)
{
    l->file.length = HEAD;
    return mzg_output_cut(&l->file, 0, e);
}

enum mzg_code mzg_ledger_confirm(struct mzg_ledger *l, const uint8_t manifest[MZG_SHA256_BYTES],
                                 struct mzg_err *e)
{
    uint8_t head[HEAD] = MAGIC;
    memcpy(head + 16, manifest, MZG_SHA256_BYTES);
    return mzg_output_write_at(&l->file, 0, head, sizeof head, e);
}

static enum mzg_code recall(struct mzg_ledger *l, const uint8_t manifest[MZG_SHA256_BYTES],
                            enum mzg_entry *entries, size_t n_objects, struct mzg_err *e)
{
    uint64_t size = 0;
    uint8_t head[HEAD] = MAGIC, *data = NULL;
    bool there = false;
    memcpy(head + 16, manifest, MZG_SHA256_BYTES);
    enum mzg_code code = mzg_output_size(&l->file, &size, e);
    if (code)
        return code;
    /* A record for every object, a mark behind each, thrice over: more is not a ledger. */
    if (size >= HEAD && size <= HEAD + 6 * RECORD * ((uint64_t)n_objects + 1)) {
        data = malloc((size_t)size);
        code = data ? mzg_output_read(&l->file, 0, data, (size_t)size, &there, e)
                    : mzg_fail_memory(e, "ledger");
    }
    l->fresh = !there || memcmp(data, head, HEAD) != 0;
    if (!code && l->fresh) {
        code = begin(l, e);
    } else if (!code) {
        l->file.length = HEAD + read_records(l, data + HEAD, (size_t)size - HEAD, entries, n_objects);
        code = mzg_output_cut(&l->file, l->file.length, e);
    }
    free(data);
    return code;
}

enum mzg_code mzg_ledger_open(struct mzg_ledger *l, const struct mzg_dir *folder,
                              const uint8_t manifest[MZG_SHA256_BYTES], enum mzg_entry *entries,
                              size_t n_objects, struct mzg_err *e)
{
    *l = (struct mzg_ledger){.file = {.fd = -1, .dirfd = -1}, .key = get32(manifest)};
    for (size_t i = 0; i < n_objects; i++)
        entries[i] = MZG_ENTRY_NONE;
    enum mzg_code code = mzg_output_open_kept_at(&l->file, folder, NAME, MZG_JOURNAL, 0666, e);
    if (!code)
        code = recall(l, manifest, entries, n_objects, e);
    if (code)
        mzg_ledger_close(l, false);
    return code;
}

enum mzg_code mzg_ledger_add(struct mzg_ledger *l, uint32_t ordinal, struct mzg_err *e)
{
    uint8_t record[RECORD];
    make_record(l, ordinal, record);
    return mzg_output_write(&l->file, record, sizeof record, e);
}

enum mzg_code mzg_ledger_mark(struct mzg_ledger *l, struct mzg_err *e)
{
    enum mzg_code code = mzg_ledger_add(l, MARK, e);
    return code ? code : mzg_output_sync(&l->file, e);
}

enum mzg_code mzg_ledger_rewrite(struct mzg_ledger *l, const uint8_t manifest[MZG_SHA256_BYTES],
                                 const enum mzg_entry *entries, size_t n_objects, struct mzg_err *e)
{
    enum mzg_code code = begin(l, e);
    for (size_t i = 0; !code && i < n_objects; i++) {
        if (entries[i] != MZG_ENTRY_NONE)
            code = mzg_ledger_add(l, (uint32_t)i, e);
    }
    if (!code)
        code = mzg_ledger_confirm(l, manifest, e);
    return code ? code : mzg_ledger_mark(l, e);
}

void mzg_ledger_close(struct mzg_ledger *l, bool remove)
{
    if (remove)
        mzg_output_discard(&l->file);
    else
        mzg_output_abandon(&l->file);
}
