/* protobuf_file.h: a protobuf message that stays in its file, walked a field at a time.
 *
 * For ONNX, whose one message holds all weights: bodies are skipped, not read, and of the rest no more
 * than a window is in memory. A message is a span of the file; the body of a field is a span of its
 * own inside it. */
#ifndef MZG_BASE_PROTOBUF_FILE_H
#define MZG_BASE_PROTOBUF_FILE_H

#include "arena.h"
#include "file.h"
#include "protobuf.h"

#define MZG_PROTOBUF_WINDOW 8192

/* Not for several threads; each may have its own on the same file. */
struct mzg_protobuf_file {
    const struct mzg_file *file;
    uint64_t at; /* of the window's first byte, in the file */
    size_t have; /* bytes in the window */
    uint8_t window[MZG_PROTOBUF_WINDOW];
};

struct mzg_protobuf_span {
    uint64_t pos, end; /* what is left of a message, or a body, in the file; pos <= end */
};

/* file: stays open meanwhile, the caller's. */
void mzg_protobuf_file_init(struct mzg_protobuf_file *p, const struct mzg_file *file);

/* The next field of m, as mzg_protobuf_next gives it; m moves behind it. body: of MZG_PROTOBUF_BYTES.
 * MZG_MALFORMED as there; MZG_IO. */
enum mzg_code mzg_protobuf_file_next(struct mzg_protobuf_file *p, struct mzg_protobuf_span *m,
                                     struct mzg_protobuf_field *f, struct mzg_protobuf_span *body,
                                     bool *more, struct mzg_err *e) MZG_MUST;

/* The next value of a packed field's body: a varint, or a fixed one of 4 or 8 bytes.
 * MZG_MALFORMED at its byte when it is cut short. */
enum mzg_code mzg_protobuf_file_value(struct mzg_protobuf_file *p, struct mzg_protobuf_span *body,
                                      enum mzg_protobuf_wire wire, uint64_t *value,
                                      struct mzg_err *e) MZG_MUST;

/* A body as text in the arena, a NUL behind it, *len bytes (NULs among them are the caller's worry).
 * MZG_LIMIT beyond max bytes; what names it. */
enum mzg_code mzg_protobuf_file_text(struct mzg_protobuf_file *p,
                                     const struct mzg_protobuf_span *body, size_t max,
                                     const char *what, struct mzg_arena *a, const char **text,
                                     size_t *len, struct mzg_err *e) MZG_MUST;

/* Whether a body is exactly this short text. */
enum mzg_code mzg_protobuf_file_is(struct mzg_protobuf_file *p, const struct mzg_protobuf_span *body,
                                   const char *text, bool *yes, struct mzg_err *e) MZG_MUST;

#endif
