#include "coded.h"

struct cursor {
    const struct mzg_coded *coded;
    struct mzg_protobuf_file *file;
    struct mzg_protobuf_span message; /* behind the packed field */
    struct mzg_protobuf_span packed;  /* what is left of it */
};

static void move_to(struct cursor *c, const struct mzg_coded_mark *mark)
{
    c->message.pos = mark->end ? mark->end : mark->pos;
    c->packed = (struct mzg_protobuf_span){mark->pos, mark->end ? mark->end : mark->pos};
}

/* Where the next value is; *more is false when there is none. */
static enum mzg_code find_next(struct cursor *c, struct mzg_coded_mark *mark, bool *more,
                               struct mzg_err *e)
{
    struct mzg_protobuf_field f;
    enum mzg_code code = MZG_OK;

    *more = true;
    while (code == MZG_OK && *more && c->packed.pos == c->packed.end) {
        uint64_t pos = c->message.pos;
        code = mzg_protobuf_file_next(c->file, &c->message, &f, &c->packed, more, e);
        if (code != MZG_OK || !*more)
            return code;
        if (f.number != c->coded->field) {
            c->packed.pos = c->packed.end;
        } else if (f.wire == c->coded->wire) {
            *mark = (struct mzg_coded_mark){.pos = pos};
            return MZG_OK;
        } else {
            code = mzg_protobuf_expect(&f, MZG_PROTOBUF_BYTES, "TensorProto's data", e);
        }
    }
    *mark = (struct mzg_coded_mark){c->packed.pos, c->packed.end};
    return code;
}

/* The value at a mark that find_next gave, or that move_to went to. */
static enum mzg_code take(struct cursor *c, const struct mzg_coded_mark *mark, uint64_t *value,
                          struct mzg_err *e)
{
    struct mzg_protobuf_span one = {mark->pos, c->message.end}, none;
    struct mzg_protobuf_field f;
    bool more;

    if (mark->end)
        return mzg_protobuf_file_value(c->file, &c->packed, c->coded->wire, value, e);
    enum mzg_code code = mzg_protobuf_file_next(c->file, &one, &f, &none, &more, e);
    *value = code == MZG_OK ? f.value : 0;
    return code;
}

static enum mzg_code check_range(const struct mzg_coded *c, uint64_t value, uint64_t at,
                                 struct mzg_err *e)
{
    int64_t x = (int64_t)value;

    if (c->wire != MZG_PROTOBUF_VARINT || c->width == 8 || (x >= c->low && x <= c->high))
        return MZG_OK;
    return mzg_fail(e, MZG_MALFORMED, at, "a value of %lld, which its type cannot hold",
                    (long long)x);
}

enum mzg_code mzg_coded_scan(struct mzg_coded *c, struct mzg_protobuf_file *p, uint64_t count,
                             struct mzg_arena *a, struct mzg_err *e)
{
    struct cursor at = {.coded = c, .file = p, .message = c->message};
    uint64_t room = c->message.end - c->message.pos, n = 0, value;
    struct mzg_coded_mark mark;
    bool more = true;
    enum mzg_code code = MZG_OK;

    /* A value takes a byte at least, so that a count is not believed before there are as many. */
    c->marks = mzg_arena_alloc(a, (count < room ? count : room) / MZG_CODED_STEP + 1, sizeof mark);
    if (!c->marks)
        return mzg_fail_memory(e, "tensor data");
    for (;; n++) {
        code = find_next(&at, &mark, &more, e);
        if (code != MZG_OK || !more || n == count)
            break;
        if (n % MZG_CODED_STEP == 0)
            c->marks[n / MZG_CODED_STEP] = mark;
        code = take(&at, &mark, &value, e);
        if (code == MZG_OK)
            code = check_range(c, value, mark.pos, e);
        if (code != MZG_OK)
            break;
    }
    if (code == MZG_OK && (more || n != count))
        code = mzg_fail(e, MZG_MALFORMED, c->message.pos, "type and dims give %llu values, it holds "
                        "%s%llu", (unsigned long long)count, more ? "more than " : "",
                        (unsigned long long)n);
    return code;
}

enum mzg_code mzg_coded_read(const struct mzg_coded *c, const struct mzg_file *file, uint64_t offset,
                             void *data, size_t n, struct mzg_err *e)
{
    struct mzg_protobuf_file p;
    struct cursor at = {.coded = c, .file = &p, .message = c->message};
    uint64_t i = offset / c->width / MZG_CODED_STEP * MZG_CODED_STEP, value;
    struct mzg_coded_mark mark;
    uint8_t *out = data;
    bool more;

    if (n == 0)
        return MZG_OK;
    mzg_protobuf_file_init(&p, file);
    move_to(&at, &c->marks[i / MZG_CODED_STEP]);
    for (; i * c->width < offset + n; i++) {
        enum mzg_code code = find_next(&at, &mark, &more, e);
        if (code == MZG_OK && !more) /* the file has changed meanwhile */
            code = mzg_fail(e, MZG_MALFORMED, c->message.pos, "values are missing");
        if (code == MZG_OK)
            code = take(&at, &mark, &value, e);
        if (code != MZG_OK)
            return code;
        for (unsigned k = 0; k < c->width; k++) {
            uint64_t byte = i * c->width + k;
            if (byte >= offset && byte < offset + n)
                out[byte - offset] = (uint8_t)(value >> 8 * k);
        }
    }
    return MZG_OK;
}
