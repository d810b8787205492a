/* protobuf.h: Protocol Buffers' wire format, a field at a time and in place.
 *
 * What SentencePiece's tokenizer.model is written in, and ONNX (which may be larger than memory:
 * protobuf_file.h). A message is a reader; a field that holds a message gives a reader of its own, so
 * that no length can reach outside its parent and depth is the caller's. Nothing is allocated. Fields
 * a caller does not know, it skips. */
#ifndef MZG_BASE_PROTOBUF_H
#define MZG_BASE_PROTOBUF_H

#include "error.h"
#include "reader.h"

#define MZG_PROTOBUF_HEAD 20 /* most bytes of a field before its body: a tag and a length */

enum mzg_protobuf_wire {
    MZG_PROTOBUF_VARINT = 0,
    MZG_PROTOBUF_FIXED64 = 1,
    MZG_PROTOBUF_BYTES = 2,
    MZG_PROTOBUF_FIXED32 = 5
};

struct mzg_protobuf_field {
    uint32_t number;
    enum mzg_protobuf_wire wire;
    uint64_t value;         /* of a varint or a fixed field; else the body's length */
    struct mzg_reader body; /* of MZG_PROTOBUF_BYTES: text, or a message */
    uint64_t offset;        /* of the field's tag, in the file */
};

/* The next field of the message under r; *more is false at its end, and f then says nothing.
 * MZG_MALFORMED with the tag's offset for a field cut short, a varint over 64 bits, field number 0,
 * and wire types other than the four (groups among them). */
enum mzg_code mzg_protobuf_next(struct mzg_reader *r, struct mzg_protobuf_field *f, bool *more,
                                struct mzg_err *e) MZG_MUST;

/* The same without the body, which r need not hold: it begins where r then stands, f->value long. */
enum mzg_code mzg_protobuf_head(struct mzg_reader *r, struct mzg_protobuf_field *f,
                                struct mzg_err *e) MZG_MUST;

/* A bare varint, as packed fields hold them. False when it is cut short or wider than 64 bits. */
bool mzg_protobuf_varint(struct mzg_reader *r, uint64_t *value);

/* MZG_MALFORMED for the field at f->offset, as mzg_protobuf_next has it when its body is too long. */
enum mzg_code mzg_protobuf_beyond(const struct mzg_protobuf_field *f, struct mzg_err *e);

/* MZG_MALFORMED when f is not encoded as wire. what names the field: "SentencePiece.score". */
enum mzg_code mzg_protobuf_expect(const struct mzg_protobuf_field *f, enum mzg_protobuf_wire wire,
                                  const char *what, struct mzg_err *e) MZG_MUST;

/* The value of a fixed32 field as the float it encodes. */
float mzg_protobuf_float(const struct mzg_protobuf_field *f);

#endif
