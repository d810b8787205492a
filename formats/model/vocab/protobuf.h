/* protobuf.h: Protocol Buffers' wire format, a field at a time and in place.
 *
 * What SentencePiece's tokenizer.model is written in. A message is a reader; a field that holds a
 * message gives a reader of its own, so that no length can reach outside its parent and depth is
 * the caller's. Nothing is allocated. Fields a caller does not know, it skips. */
#ifndef MZG_MODEL_PROTOBUF_H
#define MZG_MODEL_PROTOBUF_H

#include "../../base/error.h"
#include "../../base/reader.h"

enum mzg_protobuf_wire {
    MZG_PROTOBUF_VARINT = 0,
    MZG_PROTOBUF_FIXED64 = 1,
    MZG_PROTOBUF_BYTES = 2,
    MZG_PROTOBUF_FIXED32 = 5
};

struct mzg_protobuf_field {
    uint32_t number;
    enum mzg_protobuf_wire wire;
    uint64_t value;         /* of a varint or a fixed field */
    struct mzg_reader body; /* of MZG_PROTOBUF_BYTES: text, or a message */
    uint64_t offset;        /* of the field's tag, in the file */
};

/* The next field of the message under r; *more is false at its end, and f then says nothing.
 * MZG_MALFORMED with the tag's offset for a field cut short, a varint over 64 bits, field number 0,
 * and wire types other than the four (groups among them). */
enum mzg_code mzg_protobuf_next(struct mzg_reader *r, struct mzg_protobuf_field *f, bool *more,
                                struct mzg_err *e) MZG_MUST;

/* MZG_MALFORMED when f is not encoded as wire. what names the field: "SentencePiece.score". */
enum mzg_code mzg_protobuf_expect(const struct mzg_protobuf_field *f, enum mzg_protobuf_wire wire,
                                  const char *what, struct mzg_err *e) MZG_MUST;

/* The value of a fixed32 field as the float it encodes. */
float mzg_protobuf_float(const struct mzg_protobuf_field *f);

#endif
