#include "parts.h"
#include "../../base/text.h"
#include "opening.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ULL(x) ((unsigned long long)(x))
#define END ".gguf"
#define RECORD "mzigo."

/* ---- names ---- */

/* Five digits at text as a number. */
static bool five_digits(const char *text, uint32_t *v)
{
    *v = 0;
    for (int i = 0; i < 5; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *v = *v * 10 + (uint32_t)(text[i] - '0');
    }
    return true;
}

size_t mzg_part_parse(const char *name, uint32_t *part, uint32_t *parts)
{
    static const char shape[] = "-00000-of-00000" END;
    size_t n = strlen(name), m = sizeof shape - 1;
    const char *end = n > m ? name + n - m : "";

    if (n <= m || end[0] != '-' || memcmp(end + 6, "-of-", 4) != 0 || strcmp(end + 15, END) != 0)
        return 0;
    if (!five_digits(end + 1, part) || !five_digits(end + 10, parts) || *part == 0 || *part > *parts)
        return 0;
    --*part;
    return n - m;
}

int mzg_part_format(char *out, size_t room, const char *prefix, size_t n, size_t part, size_t parts)
{
    return snprintf(out, room, "%.*s-%05zu-of-%05zu" END, (int)n, prefix, part + 1, parts);
}

size_t mzg_part_prefix(const char *path)
{
    return strlen(path) - (mzg_text_ends(path, END) ? strlen(END) : 0);
}

/* ---- metadata ---- */

static enum mzg_code get_number(const struct mzg_kvs *k, const char *key, uint64_t *v,
                                struct mzg_err *e)
{
    const struct mzg_kv *kv = mzg_kvs_find(k, key);

    if (mzg_kvs_get_u64(k, key, v))
        return MZG_OK;
    if (kv)
        return mzg_fail(e, MZG_MALFORMED, kv->offset, "metadata key '%s' is no count", key);
    return mzg_fail(e, MZG_MALFORMED, mzg_kvs_find(k, MZG_KEY_PART_COUNT)->offset,
                    "metadata key '" MZG_KEY_PART_COUNT "' is there, but no '%s'", key);
}

enum mzg_code mzg_part_keys(const struct mzg_kvs *k, struct mzg_part_keys *keys, struct mzg_err *e)
{
    const struct mzg_kv *kv = mzg_kvs_find(k, MZG_KEY_PART_COUNT);
    enum mzg_code code = MZG_OK;

    *keys = (struct mzg_part_keys){.count = 1};
    if (kv)
        code = get_number(k, MZG_KEY_PART_COUNT, &keys->count, e);
    if (keys->count <= 1)
        keys->count = 1;
    if (code != MZG_OK || keys->count == 1)
        return code;
    if (keys->count > MZG_PARTS_MAX)
        return mzg_fail(e, MZG_LIMIT, kv->offset, "metadata key '%s': a model in %llu parts, at most %d are "
                        "read", kv->key, ULL(keys->count), MZG_PARTS_MAX);
    code = get_number(k, MZG_KEY_PART_NUMBER, &keys->number, e);
    return code == MZG_OK ? get_number(k, MZG_KEY_PART_TENSORS, &keys->tensors, e) : code;
}

enum mzg_code mzg_part_record(const struct mzg_kvs *first, char hex[MZG_SHA256_HEX],
                              struct mzg_err *e)
{
    struct mzg_kvs record;
    struct mzg_buf text;
    uint8_t digest[MZG_SHA256_BYTES];

    mzg_kvs_init(&record);
    mzg_buf_init(&text, MZG_KVS_BYTES);
    for (size_t i = 0; i < first->count; i++) {
        if (strncmp(first->items[i].key, RECORD, strlen(RECORD)) == 0)
            mzg_kvs_refer(&record, &first->items[i]);
    }
    enum mzg_code code = mzg_kvs_ok(&record, e);
    if (code == MZG_OK) {
        mzg_kvs_encode(&record, &text);
        code = mzg_buf_ok(&text, "the record of a conversion", e);
    }
    if (code == MZG_OK) {
        mzg_sha256_of(text.data, text.len, digest);
        mzg_sha256_hex(digest, hex);
    }
    mzg_buf_clear(&text);
    mzg_kvs_clear(&record);
    return code;
}

/* ---- whether parts belong together ---- */

/* What is the same in all parts, and the first's place in them. */
struct join {
    struct mzg_weights *w;
    struct mzg_part_keys keys; /* of the first */
    char record[MZG_SHA256_HEX];
    char *folder;              /* of the parts, up to the slash */
    char *name;                /* of one of them, and ... */
    size_t stem;               /* ... how much of it is theirs in common */
    bool inside;               /* the first is not what was asked for: messages name it */
};

static enum mzg_code check_number(const struct mzg_kvs *k, const char *key, uint64_t due,
                                  struct mzg_err *e)
{
    uint64_t v = 0;
    enum mzg_code code = get_number(k, key, &v, e);

    if (code != MZG_OK || v == due)
        return code;
    return mzg_fail(e, MZG_MALFORMED, mzg_kvs_find(k, key)->offset,
                    "metadata key '%s' is %llu, where %llu is due", key, ULL(v), ULL(due));
}

/* A text that a part need not have, but if it does must be this one. */
static enum mzg_code check_text(const struct mzg_kvs *k, const char *key, const char *due, size_t n,
                                const char *fault, struct mzg_err *e)
{
    const struct mzg_kv *kv = mzg_kvs_find(k, key);
    const char *text;
    size_t len;

    if (!kv || (mzg_kvs_get_text(k, key, &text, &len) && len == n && memcmp(text, due, n) == 0))
        return MZG_OK;
    return mzg_fail(e, MZG_MALFORMED, kv->offset, "metadata key '%s': %s", key, fault);
}

static enum mzg_code check_part(const struct join *j, const struct mzg_kvs *k, size_t part,
                                struct mzg_err *e)
{
    const char *arch = "";
    size_t len = 0;

    if (!mzg_kvs_find(k, MZG_KEY_PART_COUNT))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "metadata key '" MZG_KEY_PART_COUNT
                        "' is missing: by its name it is part %zu of %llu", part + 1, ULL(j->keys.count));
    enum mzg_code code = check_number(k, MZG_KEY_PART_NUMBER, part, e);
    if (code == MZG_OK)
        code = check_number(k, MZG_KEY_PART_COUNT, j->keys.count, e);
    if (code == MZG_OK)
        code = check_number(k, MZG_KEY_PART_TENSORS, j->keys.tensors, e);
    if (code == MZG_OK && mzg_kvs_get_text(&j->w->gguf->kvs, "general.architecture", &arch, &len))
        code = check_text(k, "general.architecture", arch, len, "the first part has another", e);
    if (code == MZG_OK && part > 0)
        code = check_text(k, MZG_KEY_PART_RECORD, j->record, strlen(j->record),
                          "the first part was made by another conversion, or from something else", e);
    return code;
}

/* ---- opening ---- */

static enum mzg_code part_path(const struct join *j, size_t part, char **path, struct mzg_err *e)
{
    size_t n = strlen(j->folder), room = n + strlen(j->name) + MZG_PART_NAME;

    *path = malloc(room);
    if (!*path)
        return mzg_fail_memory(e, "paths");
    memcpy(*path, j->folder, n);
    mzg_part_format(*path + n, room - n, j->name, j->stem, part, (size_t)j->keys.count);
    return MZG_OK;
}

/* The opened file's name says where its neighbours are; it must say the same as its metadata. */
static enum mzg_code read_name(struct join *j, struct mzg_err *e)
{
    const struct mzg_weights_file *f = &j->w->files[0];
    const struct mzg_kv *kv = mzg_kvs_find(&j->w->gguf->kvs, MZG_KEY_PART_COUNT);
    const char *path = f->file.path, *slash = strrchr(path, '/');
    uint32_t part, parts;

    j->stem = mzg_part_parse(f->name, &part, &parts);
    if (j->stem == 0 || parts != j->keys.count || part != j->keys.number)
        return mzg_fail(e, MZG_UNSUPPORTED, kv->offset, "metadata key '%s': part %llu of %llu of a model; its "
                        "name should end in -%05llu-of-%05llu" END ", as the others' are found by that",
                        kv->key, ULL(j->keys.number + 1), ULL(j->keys.count), ULL(j->keys.number + 1),
                        ULL(j->keys.count));
    j->name = strdup(f->name);
    j->folder = strndup(path, slash ? (size_t)(slash + 1 - path) : 0);
    return j->name && j->folder ? MZG_OK : mzg_fail_memory(e, "paths");
}

/* Where a file cannot be read at all. */
static enum mzg_code say_which(const struct join *j, enum mzg_code code, size_t part, struct mzg_err *e)
{
    return code == MZG_IO ? mzg_prefix(e, "part %zu of %llu", part + 1, ULL(j->keys.count)) : code;
}

/* A part behind the first: its header is checked and goes again, its tensors stay. */
static enum mzg_code add_part(struct join *j, size_t part, struct mzg_err *e)
{
    struct mzg_weights *w = j->w;
    struct mzg_gguf *first = w->gguf;
    char *path, q[MZG_QUOTE];
    uint32_t i = 0;

    enum mzg_code code = part_path(j, part, &path, e);
    if (code != MZG_OK)
        return code;
    code = mzg_weights_add_file(w, path + strlen(j->folder), &i, e);
    w->gguf = NULL;
    if (code == MZG_OK)
        code = say_which(j, mzg_weights_open_file(w, i, path, true, false, e), part, e);
    struct mzg_gguf *own = w->gguf;
    w->gguf = first;
    if (code == MZG_OK) {
        code = own ? check_part(j, &own->kvs, part, e)
                   : mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "no GGUF file");
        if (code != MZG_OK)
            code = mzg_prefix(e, "%s", mzg_quote(q, w->files[i].name));
    }
    if (own)
        mzg_gguf_clear(own);
    free(path);
    return code;
}

/* Names the first part in a message about it. */
static enum mzg_code name_first(const struct join *j, enum mzg_code code, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    return j->inside ? mzg_prefix(e, "%s", mzg_quote(q, j->w->files[0].name)) : code;
}

/* Another part was named: begins again with the first. */
static enum mzg_code begin_again(struct join *j, struct mzg_err *e)
{
    struct mzg_part_keys keys;
    char *path;

    enum mzg_code code = part_path(j, 0, &path, e);
    if (code != MZG_OK)
        return code;
    mzg_weights_close(j->w);
    mzg_weights_start(j->w);
    j->inside = true;
    code = say_which(j, mzg_weights_open_single(j->w, path, true, e), 0, e);
    free(path);
    if (code != MZG_OK)
        return code;
    if (!j->w->gguf)
        code = mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "no GGUF file");
    else
        code = check_part(j, &j->w->gguf->kvs, 0, e);
    if (code == MZG_OK)
        code = mzg_part_keys(&j->w->gguf->kvs, &keys, e);
    return code == MZG_OK ? code : name_first(j, code, e);
}

static enum mzg_code join(struct join *j, struct mzg_err *e)
{
    enum mzg_code code = j->keys.number > 0 ? begin_again(j, e) : MZG_OK;

    if (code == MZG_OK)
        code = mzg_part_record(&j->w->gguf->kvs, j->record, e);
    for (size_t i = 1; i < j->keys.count && code == MZG_OK; i++)
        code = add_part(j, i, e);
    if (code != MZG_OK || j->w->n_tensors == j->keys.tensors)
        return code;
    code = mzg_fail(e, MZG_MALFORMED, mzg_kvs_find(&j->w->gguf->kvs, MZG_KEY_PART_TENSORS)->offset,
                    "metadata key '" MZG_KEY_PART_TENSORS "' is %llu, the %llu parts hold %zu",
                    ULL(j->keys.tensors), ULL(j->keys.count), j->w->n_tensors);
    return name_first(j, code, e);
}

enum mzg_code mzg_parts_join(struct mzg_weights *w, bool inside, struct mzg_err *e)
{
    struct join j = {.w = w, .inside = inside};

    enum mzg_code code = mzg_part_keys(&w->gguf->kvs, &j.keys, e);
    if (code == MZG_OK && j.keys.count > 1)
        code = read_name(&j, e);
    if (code != MZG_OK)
        code = name_first(&j, code, e);
    else if (j.keys.count > 1)
        code = join(&j, e);
    free(j.folder);
    free(j.name);
    return code;
}
