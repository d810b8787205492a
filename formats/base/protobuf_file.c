#include "protobuf_file.h"

#include <string.h>

void mzg_protobuf_file_init(struct mzg_protobuf_file *p, const struct mzg_file *file)
{
    p->file = file;
    p->at = 0;
    p->have = 0;
}

/* r: the next n bytes of the span, or as many as it has; n is no more than the window takes. */
static enum mzg_code look(struct mzg_protobuf_file *p, const struct mzg_protobuf_span *s, size_t n,
                          struct mzg_reader *r, struct mzg_err *e)
{
    n = s->end - s->pos < n ? (size_t)(s->end - s->pos) : n;

    if (s->pos < p->at || s->pos - p->at > p->have || n > p->have - (s->pos - p->at)) {
        uint64_t rest = p->file->size - s->pos; /* the span is inside the file */
        size_t have = rest < sizeof p->window ? (size_t)rest : sizeof p->window;
        p->have = 0;
        enum mzg_code code = mzg_file_read(p->file, s->pos, p->window, have, e);
        if (code != MZG_OK)
            return code;
        p->at = s->pos;
        p->have = have;
    }
    mzg_reader_init(r, p->window + (s->pos - p->at), n, s->pos);
    return MZG_OK;
}

enum mzg_code mzg_protobuf_file_next(struct mzg_protobuf_file *p, struct mzg_protobuf_span *m,
                                     struct mzg_protobuf_field *f, struct mzg_protobuf_span *body,
                                     bool *more, struct mzg_err *e)
{
    struct mzg_reader r;

    *more = m->pos < m->end;
    if (!*more)
        return MZG_OK;
    enum mzg_code code = look(p, m, MZG_PROTOBUF_HEAD, &r, e);
    if (code == MZG_OK)
        code = mzg_protobuf_head(&r, f, e);
    if (code != MZG_OK)
        return code;
    m->pos = mzg_reader_offset(&r);
    *body = (struct mzg_protobuf_span){m->pos, m->pos};
    if (f->wire != MZG_PROTOBUF_BYTES)
        return MZG_OK;
    if (f->value > m->end - m->pos)
        return mzg_protobuf_beyond(f, e);
    m->pos = body->end = m->pos + f->value;
    return MZG_OK;
}

enum mzg_code mzg_protobuf_file_value(struct mzg_protobuf_file *p, struct mzg_protobuf_span *body,
                                      enum mzg_protobuf_wire wire, uint64_t *value,
                                      struct mzg_err *e)
{
    struct mzg_reader r;

    enum mzg_code code = look(p, body, MZG_PROTOBUF_HEAD, &r, e);
    if (code != MZG_OK)
        return code;
    bool whole = wire == MZG_PROTOBUF_VARINT && mzg_protobuf_varint(&r, value);
    if (wire == MZG_PROTOBUF_FIXED32 || wire == MZG_PROTOBUF_FIXED64) {
        *value = wire == MZG_PROTOBUF_FIXED32 ? mzg_reader_u32(&r) : mzg_reader_u64(&r);
        whole = !r.bad;
    }
    if (!whole)
        return mzg_fail(e, MZG_MALFORMED, body->pos, "protobuf: a packed value is cut short");
    body->pos = mzg_reader_offset(&r);
    return MZG_OK;
}

enum mzg_code mzg_protobuf_file_text(struct mzg_protobuf_file *p,
                                     const struct mzg_protobuf_span *body, size_t max,
                                     const char *what, struct mzg_arena *a, const char **text,
                                     size_t *len, struct mzg_err *e)
{
    if (body->end - body->pos > max)
        return mzg_fail(e, MZG_LIMIT, body->pos, "%s: %llu bytes, at most %zu are read", what,
                        (unsigned long long)(body->end - body->pos), max);
    *len = (size_t)(body->end - body->pos);
    char *copy = mzg_arena_alloc(a, *len + 1, 1);
    *text = copy;
    if (!copy)
        return mzg_fail_memory(e, what);
    if (*len > sizeof p->window)
        return mzg_file_read(p->file, body->pos, copy, *len, e);
    struct mzg_reader r;
    enum mzg_code code = look(p, body, *len, &r, e);
    if (code == MZG_OK)
        memcpy(copy, r.data, *len);
    return code;
}

enum mzg_code mzg_protobuf_file_is(struct mzg_protobuf_file *p, const struct mzg_protobuf_span *body,
                                   const char *text, bool *yes, struct mzg_err *e)
{
    struct mzg_reader r;
    size_t n = strlen(text);

    *yes = false;
    if (body->end - body->pos != n)
        return MZG_OK;
    enum mzg_code code = look(p, body, n, &r, e);
    if (code != MZG_OK)
        return code;
    const uint8_t *bytes = mzg_reader_bytes(&r, n);
    *yes = bytes && memcmp(bytes, text, n) == 0;
    return MZG_OK;
}
