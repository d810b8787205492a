/* coded.h: values that a protobuf message holds one by one: varints, or each under a tag of its own.
 *
 * ONNX keeps small tensors so, and half-precision ones that some tools made. The bytes of such a tensor are
 * in no place of the file; they are decoded from the nearest of the marks that were set when all
 * values were counted and checked, so that any part of any tensor is read in bounded memory. */
#ifndef MZG_MODEL_CODED_H
#define MZG_MODEL_CODED_H

#include "../../base/protobuf_file.h"

#define MZG_CODED_STEP 16384 /* values from mark to mark */

struct mzg_coded_mark {
    uint64_t pos; /* of a value; of a field when end is 0 */
    uint64_t end; /* of the packed field that pos is in */
};

struct mzg_coded {
    struct mzg_protobuf_span message;
    uint32_t field;              /* number of the field that holds them */
    enum mzg_protobuf_wire wire; /* of a value: varint, or fixed of 4 or 8 bytes */
    unsigned width;              /* bytes of a value, little-endian, when it is read: 1, 2, 4 or 8 */
    int64_t low;                 /* what a varint of less than 8 bytes may be */
    int64_t high;
    struct mzg_coded_mark *marks; /* before every MZG_CODED_STEP values; in the arena */
};

/* Checks that there are count values, each in its range, and sets the marks; all else in c is the
 * caller's, and stays as it is. MZG_MALFORMED with the byte. */
enum mzg_code mzg_coded_scan(struct mzg_coded *c, struct mzg_protobuf_file *p, uint64_t count,
                             struct mzg_arena *a, struct mzg_err *e) MZG_MUST;

/* Bytes [offset, offset + n) of the values, which are there. file: that of the scan. Any thread. */
enum mzg_code mzg_coded_read(const struct mzg_coded *c, const struct mzg_file *file, uint64_t offset,
                             void *data, size_t n, struct mzg_err *e) MZG_MUST;

#endif
