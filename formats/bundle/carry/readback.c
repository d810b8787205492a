#include "readback.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    const struct mzg_readback *b;
    struct mzg_cargo **items; /* in the stick's order */
    size_t n;
    uint8_t *data;            /* room for the largest */
    uint64_t bytes;           /* of all of them */
    struct mzg_file file;     /* the part in hand; fd -1: none */
    struct mzg_output out;    /* the same, being mended */
    unsigned number;          /* its number */
};

static void part_path(const struct reading *r, unsigned number, char path[MZG_PART_PATH])
{
    mzg_part_path(path, number, number == r->b->cut_short);
}

/* ---- reading ---- */

static enum mzg_code read_item(struct reading *r, const struct mzg_cargo *c, struct mzg_err *fault)
{
    char path[MZG_PART_PATH];
    enum mzg_code code = MZG_OK;
    if (r->file.fd < 0 || r->number != c->part) {
        mzg_file_close(&r->file);
        part_path(r, c->part, path);
        code = mzg_file_open_at(&r->file, r->b->stick, path, fault);
        r->number = c->part;
        if (!code)
            mzg_file_forget(&r->file);
    }
    return code ? code : mzg_file_read(&r->file, c->offset, r->data, c->size, fault);
}

/* Whether the stick has it; a device that gives an error instead of bytes has not. */
static bool is_right(struct reading *r, const struct mzg_cargo *c)
{
    struct mzg_err fault;
    uint8_t digest[MZG_SHA256_BYTES];
    if (read_item(r, c, &fault))
        return false;
    mzg_sha256_of(r->data, c->size, digest);
    return memcmp(digest, c->digest, sizeof digest) == 0;
}

/* Leaves in r->items those that are not right. */
static enum mzg_code keep_wrong(struct reading *r, struct mzg_err *e)
{
    uint64_t done = 0, total = r->bytes;
    size_t wrong = 0;
    enum mzg_code code = MZG_OK;
    r->bytes = 0;
    for (size_t i = 0; i < r->n && !code; i++) {
        struct mzg_cargo *c = r->items[i];
        done += c->size;
        if (!is_right(r, c)) {
            r->items[wrong++] = c;
            r->bytes += c->size;
        }
        code = mzg_progress_step(&r->b->run->progress, "read back", done, total, e);
    }
    mzg_file_close(&r->file);
    r->n = wrong;
    return code;
}

/* ---- mending ---- */

/* "mzigo-carry/part0001.tar: objects/ab/abcd...: WHY at byte N" */
static enum mzg_code describe(const struct reading *r, const struct mzg_cargo *c, enum mzg_code code,
                              const char *why, struct mzg_err *e)
{
    char path[MZG_PART_PATH], item[MZG_REPO_PATH];
    part_path(r, c->part, path);
    mzg_freight_path(r->b->freight, c, item);
    return mzg_fail(e, code, c->offset, "%s: %s: %s at byte %" PRIu64, path, item, why, c->offset);
}

static enum mzg_code write_item(struct reading *r, const struct mzg_cargo *c, struct mzg_err *e)
{
    char path[MZG_PART_PATH];
    enum mzg_code code = MZG_OK;
    if (r->out.fd < 0 || r->number != c->part) {
        if (r->out.fd >= 0)
            code = mzg_output_sync(&r->out, e);
        mzg_output_abandon(&r->out);
        part_path(r, c->part, path);
        if (!code)
            code = mzg_output_open_kept_at(&r->out, r->b->stick, path, "", 0666, e);
        r->number = c->part;
    }
    return code ? code : mzg_output_write_at(&r->out, c->offset, r->data, c->size, e);
}

/* Writes all of r->items in their places. One that the repository has no more is dropped from them. */
static enum mzg_code write_again(struct reading *r, bool first, struct mzg_err *e)
{
    struct mzg_err fault;
    size_t kept = 0;
    enum mzg_code code = MZG_OK;
    for (size_t i = 0; i < r->n && !code; i++) {
        struct mzg_cargo *c = r->items[i];
        if (mzg_freight_load(r->b->freight, c, r->data, &fault)) {
            c->state = MZG_CARGO_BAD;
            mzg_faults_add(r->b->faults, &fault);
            continue;
        }
        r->items[kept++] = c;
        (void)describe(r, c, MZG_IO, "was not kept by the stick, and is written again", &fault);
        mzg_notice(&r->b->run->notify, "%s", fault.msg);
        code = write_item(r, c, e);
        r->b->mended->objects += first && !code;
        r->b->mended->bytes += code ? 0 : c->size;
        if (!code)
            code = mzg_progress_step(&r->b->run->progress, "mend", i + 1, r->n, e);
    }
    r->n = kept;
    if (!code && r->out.fd >= 0)
        code = mzg_output_sync(&r->out, e);
    mzg_output_abandon(&r->out);
    return code;
}

/* ---- all ---- */

static int in_order(const void *a, const void *b)
{
    const struct mzg_cargo *x = *(struct mzg_cargo *const *)a, *y = *(struct mzg_cargo *const *)b;
    if (x->part != y->part)
        return x->part < y->part ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static enum mzg_code gather(struct reading *r, struct mzg_err *e)
{
    const struct mzg_freight *p = r->b->freight;
    uint32_t most = 1;
    r->items = calloc(p->n_items + 1, sizeof *r->items);
    if (!r->items)
        return mzg_fail_memory(e, "freight");
    for (size_t i = 0; i < p->n_items; i++) {
        struct mzg_cargo *c = &p->items[i];
        if (c->state != MZG_CARGO_PLACED && c->state != MZG_CARGO_FRESH)
            continue;
        r->items[r->n++] = c;
        r->bytes += c->size;
        if (c->size > most)
            most = c->size;
    }
    qsort(r->items, r->n, sizeof *r->items, in_order);
    r->data = malloc(most);
    return r->data ? MZG_OK : mzg_fail_memory(e, "object");
}

enum mzg_code mzg_readback(const struct mzg_readback *b, struct mzg_err *e)
{
    struct reading r = {.b = b, .file = {.fd = -1}, .out = {.fd = -1, .dirfd = -1}};
    enum mzg_code code = gather(&r, e);
    if (!code)
        code = keep_wrong(&r, e);
    for (int i = 0; i < MZG_READBACK_TRIES && r.n && !code; i++) {
        code = write_again(&r, i == 0, e);
        if (!code)
            code = keep_wrong(&r, e);
    }
    if (!code && r.n)
        code = describe(&r, r.items[0], MZG_IO, "the stick does not keep what is written", e);
    mzg_file_close(&r.file);
    mzg_output_abandon(&r.out);
    free(r.items);
    free(r.data);
    return code;
}
