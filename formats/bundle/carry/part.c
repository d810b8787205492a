#include "part.h"

#include "../dsse.h"
#include "../manifest.h"
#include "../objects.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRETCH ((size_t)64 << 10) /* read at once where a header is looked for */

/* ---- names ---- */

void mzg_part_path(char path[MZG_PART_PATH], unsigned number, bool unfinished)
{
    snprintf(path, MZG_PART_PATH, MZG_CARRY_FOLDER "/part%04u.tar%s", number % (MZG_PART_NUMBERS + 1),
             unfinished ? MZG_PART : "");
}

bool mzg_part_parse_name(const char *name, unsigned *number, bool *unfinished)
{
    char due[MZG_PART_PATH];
    if (strncmp(name, "part", 4) != 0 || strspn(name + 4, "0123456789") != 4)
        return false;
    *number = 0;
    for (const char *p = name + 4; p < name + 8; p++)
        *number = *number * 10 + (unsigned)(*p - '0');
    for (int i = 0; i < 2; i++) {
        *unfinished = i;
        mzg_part_path(due, *number, *unfinished);
        if (strcmp(name, due + sizeof MZG_CARRY_FOLDER) == 0)
            return *number > 0;
    }
    return false;
}

void mzg_part_document_key(const char *path, uint8_t key[MZG_SHA256_BYTES])
{
    mzg_sha256_of(path, strlen(path), key);
}

static bool is_object(const char *path, uint8_t key[MZG_SHA256_BYTES])
{
    char due[MZG_OBJECT_PATH];
    if (strlen(path) != MZG_OBJECT_PATH - 1 || !mzg_sha256_parse(path + sizeof "objects/ab", key))
        return false;
    mzg_object_path(key, due);
    return strcmp(path, due) == 0;
}

bool mzg_part_classify(const char *path, struct mzg_part_member *m)
{
    char manifest[MZG_REPO_PATH];
    size_t n = strlen(path), tail = sizeof MZG_REPO_ENVELOPE - 1;
    m->kind = MZG_PART_OBJECT;
    if (is_object(path, m->key))
        return true;
    mzg_part_document_key(path, m->key);
    m->kind = MZG_PART_MANIFEST;
    if (mzg_repo_parse_path(path, m->bundle.name, m->bundle.version))
        return true;
    if (n <= tail || n >= sizeof manifest || strcmp(path + n - tail, MZG_REPO_ENVELOPE) != 0)
        return false;
    snprintf(manifest, sizeof manifest, "%.*s" MZG_REPO_MANIFEST, (int)(n - tail), path);
    m->kind = MZG_PART_ENVELOPE;
    return mzg_repo_parse_path(manifest, m->bundle.name, m->bundle.version);
}

static uint64_t most_bytes(enum mzg_part_kind kind)
{
    switch (kind) {
    case MZG_PART_MANIFEST:
        return MZG_MANIFEST_MAX;
    case MZG_PART_ENVELOPE:
        return MZG_DSSE_MAX;
    default:
        return MZG_CHUNK_MAX;
    }
}

/* ---- scanning ---- */

struct scan {
    const struct mzg_file *f;
    const struct mzg_progress *p;
    const struct mzg_part_visitor *v;
    uint8_t *stretch;
    bool unfinished;
    uint64_t pos;              /* of the next header */
    uint64_t end;              /* behind the last sound member */
    char path[MZG_REPO_PATH];  /* of the next member, from a header before it; "": none */
    bool ended, stop;
};

static void tell(const struct scan *s, uint64_t at, const char *fmt, ...) MZG_PRINTF(3, 4);
static void tell(const struct scan *s, uint64_t at, const char *fmt, ...)
{
    struct mzg_err fault;
    char why[MZG_ERR_TEXT];
    va_list ap;
    if (s->unfinished)
        return;
    va_start(ap, fmt);
    if (vsnprintf(why, sizeof why, fmt, ap) < 0)
        why[0] = '\0';
    va_end(ap);
    (void)mzg_fail(&fault, MZG_MALFORMED, at, "byte %" PRIu64 ": %s", at, why);
    s->v->fault(s->v->ctx, &fault);
}

/* False, and the end of the scan, when the stick does not give the bytes. */
static bool get(struct scan *s, uint64_t at, void *data, size_t n)
{
    struct mzg_err fault;
    if (mzg_file_read(s->f, at, data, n, &fault) == MZG_OK)
        return true;
    if (!s->unfinished)
        s->v->fault(s->v->ctx, &fault);
    s->stop = true;
    return false;
}

/* True for a block that one of our members begins with. */
static bool begins_member(const uint8_t *block)
{
    struct mzg_ustar u;
    struct mzg_part_member m;
    mzg_ustar_read(block, &u);
    return u.kind == MZG_USTAR_LONG || (u.kind == MZG_USTAR_FILE && mzg_part_classify(u.path, &m));
}

/* Behind damage: goes to the next header. */
static enum mzg_code look_further(struct scan *s, struct mzg_err *e)
{
    s->path[0] = '\0';
    if (s->unfinished) {
        s->stop = true;
        return MZG_OK;
    }
    for (s->pos += MZG_USTAR_BLOCK; s->pos < s->f->size;) {
        size_t n = s->f->size - s->pos < STRETCH ? (size_t)(s->f->size - s->pos) : STRETCH;
        if (!get(s, s->pos, s->stretch, n))
            return MZG_OK;
        for (size_t i = 0; n - i >= MZG_USTAR_BLOCK; i += MZG_USTAR_BLOCK) {
            if (begins_member(s->stretch + i)) {
                s->pos += i;
                return MZG_OK;
            }
        }
        s->pos += n;
        if (mzg_progress_step(s->p, "look through the stick", s->pos, s->f->size, e))
            return e->code;
    }
    s->stop = true;
    return MZG_OK;
}

static enum mzg_code take_end(struct scan *s, struct mzg_err *e)
{
    uint64_t at = s->pos;
    s->ended = true;
    if (s->unfinished || s->f->size - at <= MZG_PART_END) {
        s->stop = true;
        return MZG_OK;
    }
    enum mzg_code code = look_further(s, e);
    if (!code && !s->stop) {
        s->ended = false;
        tell(s, at, "zeros, where a member is due");
    }
    return code;
}

/* The block behind a pax header; false, and the end of the scan, when it is not there. */
static bool get_record(struct scan *s, uint8_t block[MZG_USTAR_BLOCK])
{
    if (s->f->size - s->pos >= 2 * MZG_USTAR_BLOCK)
        return get(s, s->pos + MZG_USTAR_BLOCK, block, MZG_USTAR_BLOCK);
    tell(s, s->pos, "an extended header that is cut");
    s->stop = true;
    return false;
}

/* The comment at the beginning says whether this program knows the format. */
static enum mzg_code take_comment(struct scan *s, uint64_t size, struct mzg_err *e)
{
    uint8_t block[MZG_USTAR_BLOCK];
    char text[64], q[MZG_QUOTE];
    if (!get_record(s, block))
        return MZG_OK;
    bool known = mzg_ustar_record(block, size, "comment", text, sizeof text);
    if (known && strncmp(text, "mzigo.carry/", 12) == 0 && strcmp(text, MZG_PART_FORMAT) != 0) {
        tell(s, s->pos, "'%s' is a format that this program does not know", mzg_quote(q, text));
        s->stop = true;
        return MZG_OK;
    }
    if (s->pos || !known || strcmp(text, MZG_PART_FORMAT) != 0) {
        tell(s, s->pos, "a comment that does not belong there");
        return look_further(s, e);
    }
    s->end = s->pos = MZG_PART_BEGIN;
    return MZG_OK;
}

static enum mzg_code take_long(struct scan *s, uint64_t size, struct mzg_err *e)
{
    uint8_t block[MZG_USTAR_BLOCK];
    if (!get_record(s, block))
        return MZG_OK;
    if (!mzg_ustar_record(block, size, "path", s->path, sizeof s->path)) {
        tell(s, s->pos, "an extended header with anything but a path");
        return look_further(s, e);
    }
    s->pos += 2 * MZG_USTAR_BLOCK;
    return MZG_OK;
}

static enum mzg_code take_member(struct scan *s, const struct mzg_ustar *u, struct mzg_err *e)
{
    struct mzg_part_member m = {.offset = s->pos + MZG_USTAR_BLOCK};
    const char *path = *s->path ? s->path : u->path;
    uint64_t left = s->f->size - m.offset;
    char q[MZG_QUOTE];
    if (!mzg_part_classify(path, &m)) {
        tell(s, s->pos, "'%s' is no document and no object of a bundle", mzg_quote(q, path));
        return look_further(s, e);
    }
    if (u->size == 0 || u->size > most_bytes(m.kind)) {
        tell(s, s->pos, "%s: %" PRIu64 " bytes, 1 to %" PRIu64 " are possible", path, u->size,
             most_bytes(m.kind));
        return look_further(s, e);
    }
    if (u->size > left) {
        tell(s, s->pos, "%s: is cut, %" PRIu64 " of its %" PRIu64 " bytes are there", path, left, u->size);
        s->ended = true; /* it is told */
        s->stop = true;
        return MZG_OK;
    }
    m.size = (uint32_t)u->size;
    s->pos = m.offset + mzg_ustar_padded(u->size);
    s->end = s->pos;
    s->path[0] = '\0';
    return s->v->member(s->v->ctx, &m, e);
}

static enum mzg_code step(struct scan *s, struct mzg_err *e)
{
    uint8_t block[MZG_USTAR_BLOCK];
    struct mzg_ustar u;
    if (!get(s, s->pos, block, sizeof block))
        return MZG_OK;
    mzg_ustar_read(block, &u);
    if (s->unfinished && s->pos == 0 && u.kind != MZG_USTAR_GLOBAL)
        s->stop = true;
    else if (u.kind == MZG_USTAR_END)
        return take_end(s, e);
    else if (u.kind == MZG_USTAR_GLOBAL)
        return take_comment(s, u.size, e);
    else if (u.kind == MZG_USTAR_LONG)
        return take_long(s, u.size, e);
    else if (u.kind == MZG_USTAR_FILE)
        return take_member(s, &u, e);
    else {
        tell(s, s->pos, u.kind == MZG_USTAR_NONE ? "no member's header" : "a member that is not a plain file");
        return look_further(s, e);
    }
    return MZG_OK;
}

enum mzg_code mzg_part_scan(const struct mzg_file *f, bool unfinished, const struct mzg_progress *p,
                            const struct mzg_part_visitor *v, uint64_t *end, struct mzg_err *e)
{
    struct scan s = {.f = f, .p = p, .v = v, .unfinished = unfinished, .stretch = malloc(STRETCH)};
    enum mzg_code code = s.stretch ? MZG_OK : mzg_fail_memory(e, "part");
    while (!code && !s.stop && s.pos <= f->size && f->size - s.pos >= MZG_USTAR_BLOCK) {
        code = step(&s, e);
        if (!code)
            code = mzg_progress_step(p, "look through the stick", s.pos, f->size, e);
    }
    if (!code && !s.ended && !s.stop)
        tell(&s, f->size, "the part ends before its end");
    free(s.stretch);
    *end = s.end;
    return code;
}
