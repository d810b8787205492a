#include "writer.h"

#include <errno.h>

#define SYNC_AFTER ((uint64_t)16 << 20)

void mzg_part_writer_init(struct mzg_part_writer *w, const struct mzg_stick *s, uint64_t limit)
{
    *w = (struct mzg_part_writer){.stick = &s->dir, .limit = limit, .number = s->highest,
                                  .o = {.fd = -1, .dirfd = -1}};
}

void mzg_part_writer_close(struct mzg_part_writer *w)
{
    mzg_output_abandon(&w->o);
}

/* True, with *e spent, when there was no room. */
static bool no_room(enum mzg_code code, const struct mzg_err *e)
{
    return code == MZG_IO && e->sys_errno == ENOSPC;
}

static enum mzg_code open_part(struct mzg_part_writer *w, unsigned number, struct mzg_err *e)
{
    char path[MZG_PART_PATH];
    if (number > MZG_PART_NUMBERS)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "a stick holds at most %d parts: empty its folder "
                        MZG_CARRY_FOLDER, MZG_PART_NUMBERS);
    mzg_part_path(path, number, false);
    enum mzg_code code = mzg_output_open_kept_at(&w->o, w->stick, path, MZG_PART, 0666, e);
    if (!code)
        w->number = number;
    w->synced = 0;
    return code;
}

static enum mzg_code begin_part(struct mzg_part_writer *w, struct mzg_err *e)
{
    struct mzg_buf b;
    enum mzg_code code = open_part(w, w->number + 1, e);
    mzg_buf_init(&b, MZG_PART_BEGIN);
    mzg_ustar_comment(&b, MZG_PART_FORMAT);
    if (!code)
        code = mzg_buf_ok(&b, "part", e);
    if (!code)
        code = mzg_output_write(&w->o, b.data, b.len, e);
    mzg_buf_clear(&b);
    return code;
}

enum mzg_code mzg_part_writer_finish(struct mzg_part_writer *w, struct mzg_err *e)
{
    static const uint8_t zeros[MZG_PART_END];
    if (w->o.fd < 0)
        return MZG_OK;
    enum mzg_code code = mzg_output_write(&w->o, zeros, sizeof zeros, e);
    if (!code)
        return mzg_output_commit(&w->o, e);
    if (!no_room(code, e))
        return code;
    w->cut_short = true;
    code = mzg_output_sync(&w->o, e);
    mzg_part_writer_close(w);
    return code;
}

/* ---- what another run left ---- */

static bool finished_too(const struct mzg_stick *s, const struct mzg_stick_part *part)
{
    for (size_t i = 0; i < s->n_parts; i++) {
        if (s->parts[i].number == part->number && !s->parts[i].unfinished)
            return true;
    }
    return false;
}

enum mzg_code mzg_part_writer_resume(struct mzg_part_writer *w, struct mzg_stick *s, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    unsigned highest = w->number;
    for (size_t i = 0; i < s->n_parts && !code; i++) {
        struct mzg_stick_part *part = &s->parts[i];
        if (!part->unfinished || finished_too(s, part))
            continue;
        code = mzg_part_writer_finish(w, e);
        if (!code)
            code = open_part(w, part->number, e);
        if (!code && part->end == 0)
            mzg_output_discard(&w->o); /* not even its beginning was kept */
        else if (!code)
            code = mzg_output_cut(&w->o, part->end, e);
        w->o.length = w->synced = part->end;
    }
    if (!code && w->number != highest) /* only the newest may grow: numbers say what came when */
        code = mzg_part_writer_finish(w, e);
    w->number = highest;
    return code;
}

/* ---- adding ---- */

static enum mzg_code write_member(struct mzg_part_writer *w, const struct mzg_buf *head, const void *data,
                                  uint32_t size, struct mzg_err *e)
{
    static const uint8_t zeros[MZG_USTAR_BLOCK];
    enum mzg_code code = mzg_output_write(&w->o, head->data, head->len, e);
    if (!code)
        code = mzg_output_write(&w->o, data, size, e);
    if (!code)
        code = mzg_output_write(&w->o, zeros, (size_t)(mzg_ustar_padded(size) - size), e);
    if (!code && w->o.length - w->synced >= SYNC_AFTER) {
        code = mzg_output_sync(&w->o, e);
        w->synced = w->o.length;
    }
    return code;
}

static enum mzg_code make_place(struct mzg_part_writer *w, uint64_t need, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    bool begun = w->o.fd >= 0 && w->o.length > MZG_PART_BEGIN;
    if (begun && (need > w->limit || w->o.length > w->limit - need))
        code = mzg_part_writer_finish(w, e);
    if (!code && w->o.fd < 0 && !w->cut_short)
        code = begin_part(w, e);
    return code;
}

/* As if the member had never been begun; a part that holds nothing goes. */
static enum mzg_code take_back(struct mzg_part_writer *w, uint64_t before, struct mzg_err *e)
{
    if (w->o.fd < 0)
        return MZG_OK;
    if (before == 0) {
        mzg_output_discard(&w->o);
        return MZG_OK;
    }
    w->o.length = before;
    return mzg_output_cut(&w->o, before, e);
}

enum mzg_code mzg_part_writer_add(struct mzg_part_writer *w, const char *path, const void *data, uint32_t size,
                                  uint16_t *part, uint64_t *offset, bool *full, struct mzg_err *e)
{
    struct mzg_buf head;
    mzg_buf_init(&head, MZG_USTAR_HEAD);
    mzg_ustar_head(&head, path, size);
    enum mzg_code code = mzg_buf_ok(&head, "header", e);
    if (!code)
        code = make_place(w, head.len + mzg_ustar_padded(size) + MZG_PART_END, e);
    uint64_t before = w->o.length;
    if (!code && !w->cut_short)
        code = write_member(w, &head, data, size, e);
    *part = (uint16_t)w->number;
    *offset = before + head.len;
    *full = w->cut_short || no_room(code, e);
    mzg_buf_clear(&head);
    return *full ? take_back(w, before, e) : code;
}
