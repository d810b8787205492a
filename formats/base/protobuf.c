#include "protobuf.h"

#include <inttypes.h>
#include <string.h>

/* At most ten bytes; the tenth may only carry the 64th bit. */
bool mzg_protobuf_varint(struct mzg_reader *r, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = mzg_reader_u8(r);
        if (r->bad || (shift == 63 && byte > 1))
            return false;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static bool read_value(struct mzg_reader *r, struct mzg_protobuf_field *f)
{
    switch (f->wire) {
    case MZG_PROTOBUF_VARINT:
    case MZG_PROTOBUF_BYTES:
        return mzg_protobuf_varint(r, &f->value);
    case MZG_PROTOBUF_FIXED64:
        f->value = mzg_reader_u64(r);
        return !r->bad;
    case MZG_PROTOBUF_FIXED32:
        f->value = mzg_reader_u32(r);
        return !r->bad;
    }
    return false;
}

enum mzg_code mzg_protobuf_beyond(const struct mzg_protobuf_field *f, struct mzg_err *e)
{
    return mzg_fail(e, MZG_MALFORMED, f->offset, "protobuf: field %" PRIu32 " at byte %" PRIu64
                    " goes beyond its message", f->number, f->offset);
}

enum mzg_code mzg_protobuf_head(struct mzg_reader *r, struct mzg_protobuf_field *f,
                                struct mzg_err *e)
{
    uint64_t tag;

    memset(f, 0, sizeof *f);
    f->offset = mzg_reader_offset(r);
    if (!mzg_protobuf_varint(r, &tag))
        return mzg_fail(e, MZG_MALFORMED, f->offset, "protobuf: a field's tag is cut short at byte "
                        "%" PRIu64, f->offset);
    if (tag >> 3 == 0 || tag >> 3 > (1u << 29) - 1)
        return mzg_fail(e, MZG_MALFORMED, f->offset, "protobuf: field number %" PRIu64
                        " at byte %" PRIu64, tag >> 3, f->offset);
    f->number = (uint32_t)(tag >> 3);
    f->wire = (enum mzg_protobuf_wire)(tag & 7);
    switch (f->wire) {
    case MZG_PROTOBUF_VARINT:
    case MZG_PROTOBUF_FIXED64:
    case MZG_PROTOBUF_BYTES:
    case MZG_PROTOBUF_FIXED32:
        break;
    default:
        return mzg_fail(e, MZG_MALFORMED, f->offset, "protobuf: field %" PRIu32 " at byte %" PRIu64
                        " has wire type %u", f->number, f->offset, (unsigned)(tag & 7));
    }
    return read_value(r, f) ? MZG_OK : mzg_protobuf_beyond(f, e);
}

enum mzg_code mzg_protobuf_next(struct mzg_reader *r, struct mzg_protobuf_field *f, bool *more,
                                struct mzg_err *e)
{
    *more = mzg_reader_left(r) > 0;
    if (!*more)
        return MZG_OK;
    enum mzg_code code = mzg_protobuf_head(r, f, e);
    if (code != MZG_OK || f->wire != MZG_PROTOBUF_BYTES)
        return code;
    if (f->value > mzg_reader_left(r))
        return mzg_protobuf_beyond(f, e);
    mzg_reader_sub(r, f->value, &f->body);
    return MZG_OK;
}

enum mzg_code mzg_protobuf_expect(const struct mzg_protobuf_field *f, enum mzg_protobuf_wire wire,
                                  const char *what, struct mzg_err *e)
{
    if (f->wire == wire)
        return MZG_OK;
    return mzg_fail(e, MZG_MALFORMED, f->offset, "%s at byte %" PRIu64 " has wire type %u, not %u",
                    what, f->offset, (unsigned)f->wire, (unsigned)wire);
}

float mzg_protobuf_float(const struct mzg_protobuf_field *f)
{
    uint32_t bits = (uint32_t)f->value;
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}
