/* TensorProto. What its raw_data holds, or a packed field of floats, are the tensor's bytes as they
 * are, and get an offset; other values are decoded when they are read (coded.h). Types that GGUF
 * lacks are listed with type MZG_TYPE_END, and so are texts, with no bytes. */
#include "coded.h"
#include "onnx.h"

#include <string.h>

enum {
    TENSOR_DIMS = 1, TENSOR_DATA_TYPE = 2, TENSOR_SEGMENT = 3, TENSOR_FLOAT = 4, TENSOR_INT32 = 5,
    TENSOR_STRING = 6, TENSOR_INT64 = 7, TENSOR_NAME = 8, TENSOR_RAW = 9, TENSOR_DOUBLE = 10,
    TENSOR_UINT64 = 11, TENSOR_EXTERNAL = 13, TENSOR_LOCATION = 14
};
enum { LOCATION_EXTERNAL = 1 };
enum { TYPE_BOOL = 9 };

/* By their numbers in TensorProto.DataType. */
static const struct onnx_type {
    const char *name;
    enum mzg_type type;
    unsigned bits;
    uint32_t field; /* that holds such values where raw_data does not */
    bool is_signed;
    bool steers;    /* shapes, indices and switches, when it is a node's value */
} types[] = {
    [1] = {"FLOAT", MZG_TYPE_F32, 32, TENSOR_FLOAT, false, false},
    [2] = {"UINT8", MZG_TYPE_END, 8, TENSOR_INT32, false, false},
    [3] = {"INT8", MZG_TYPE_I8, 8, TENSOR_INT32, true, false},
    [4] = {"UINT16", MZG_TYPE_END, 16, TENSOR_INT32, false, false},
    [5] = {"INT16", MZG_TYPE_I16, 16, TENSOR_INT32, true, false},
    [6] = {"INT32", MZG_TYPE_I32, 32, TENSOR_INT32, true, true},
    [7] = {"INT64", MZG_TYPE_I64, 64, TENSOR_INT64, true, true},
    [8] = {"STRING", MZG_TYPE_END, 0, TENSOR_STRING, false, true},
    [TYPE_BOOL] = {"BOOL", MZG_TYPE_END, 8, TENSOR_INT32, false, true},
    [10] = {"FLOAT16", MZG_TYPE_F16, 16, TENSOR_INT32, false, false},
    [11] = {"DOUBLE", MZG_TYPE_F64, 64, TENSOR_DOUBLE, false, false},
    [12] = {"UINT32", MZG_TYPE_END, 32, TENSOR_UINT64, false, true},
    [13] = {"UINT64", MZG_TYPE_END, 64, TENSOR_UINT64, false, true},
    [14] = {"COMPLEX64", MZG_TYPE_END, 64, TENSOR_FLOAT, false, false},
    [15] = {"COMPLEX128", MZG_TYPE_END, 128, TENSOR_DOUBLE, false, false},
    [16] = {"BFLOAT16", MZG_TYPE_BF16, 16, TENSOR_INT32, false, false},
    [17] = {"FLOAT8E4M3FN", MZG_TYPE_END, 8, TENSOR_INT32, false, false},
    [18] = {"FLOAT8E4M3FNUZ", MZG_TYPE_END, 8, TENSOR_INT32, false, false},
    [19] = {"FLOAT8E5M2", MZG_TYPE_END, 8, TENSOR_INT32, false, false},
    [20] = {"FLOAT8E5M2FNUZ", MZG_TYPE_END, 8, TENSOR_INT32, false, false},
    [21] = {"UINT4", MZG_TYPE_END, 4, TENSOR_INT32, false, false},
    [22] = {"INT4", MZG_TYPE_END, 4, TENSOR_INT32, false, false},
    [23] = {"FLOAT4E2M1", MZG_TYPE_END, 4, TENSOR_INT32, false, false},
    [24] = {"FLOAT8E8M0", MZG_TYPE_END, 8, TENSOR_INT32, false, false},
    [25] = {"UINT2", MZG_TYPE_END, 2, TENSOR_INT32, false, false},
    [26] = {"INT2", MZG_TYPE_END, 2, TENSOR_INT32, false, false},
};

struct tensor {
    struct mzg_onnx *o;
    struct mzg_protobuf_span message;
    struct mzg_tensor t;
    const struct onnx_type *type;
    int64_t dims[MZG_SRC_DIMS];     /* the slowest first */
    uint32_t data;                  /* the field that holds data, 0: none */
    uint64_t pieces;                /* there are of it */
    bool packed;                    /* all of them */
    struct mzg_protobuf_span piece; /* the last */
    struct mzg_onnx_external external;
    uint64_t external_at;
    uint64_t location;
};

enum mzg_code mzg_onnx_name(struct mzg_onnx *o, struct mzg_protobuf_span text, const char **name,
                            struct mzg_err *e)
{
    size_t len;
    enum mzg_code code = mzg_protobuf_file_text(&o->in, &text, MZG_ONNX_NAME, "name", &o->w->arena,
                                                name, &len, e);

    if (code == MZG_OK && !mzg_item_name_valid(*name, len))
        code = mzg_fail(e, MZG_MALFORMED, text.pos, "the name is empty or holds control characters");
    return code;
}

/* A message's fields come in any order: the name is looked for first, so that messages can have it. */
static enum mzg_code find_name(struct tensor *x, struct mzg_err *e)
{
    struct mzg_protobuf_span m = x->message, body, name = {m.pos, m.pos};
    struct mzg_protobuf_field f;
    enum mzg_code code;
    bool more;

    while ((code = mzg_protobuf_file_next(&x->o->in, &m, &f, &body, &more, e)) == MZG_OK && more) {
        if (f.number != TENSOR_NAME)
            continue;
        code = mzg_protobuf_expect(&f, MZG_PROTOBUF_BYTES, "TensorProto.name", e);
        if (code != MZG_OK)
            return code;
        name = body;
    }
    return code == MZG_OK ? mzg_onnx_name(x->o, name, &x->t.name, e) : code;
}

/* ---- fields ---- */

static enum mzg_code add_dim(struct tensor *x, uint64_t dim, uint64_t at, struct mzg_err *e)
{
    if (x->t.n_dims == MZG_SRC_DIMS)
        return mzg_fail(e, MZG_UNSUPPORTED, at, "more than %d dimensions", MZG_SRC_DIMS);
    if (dim > INT64_MAX)
        return mzg_fail(e, MZG_MALFORMED, at, "a dimension of %lld", (long long)dim);
    x->dims[x->t.n_dims++] = (int64_t)dim;
    return MZG_OK;
}

static enum mzg_code take_dims(struct tensor *x, const struct mzg_protobuf_field *f,
                               struct mzg_protobuf_span body, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;

    if (f->wire == MZG_PROTOBUF_VARINT)
        return add_dim(x, f->value, f->offset, e);
    code = mzg_protobuf_expect(f, MZG_PROTOBUF_BYTES, "TensorProto.dims", e);
    while (code == MZG_OK && body.pos < body.end) {
        uint64_t dim, at = body.pos;
        code = mzg_protobuf_file_value(&x->o->in, &body, MZG_PROTOBUF_VARINT, &dim, e);
        if (code == MZG_OK)
            code = add_dim(x, dim, at, e);
    }
    return code;
}

static enum mzg_code take_type(struct tensor *x, const struct mzg_protobuf_field *f, struct mzg_err *e)
{
    enum mzg_code code = mzg_protobuf_expect(f, MZG_PROTOBUF_VARINT, "TensorProto.data_type", e);

    if (code != MZG_OK)
        return code;
    if (x->type)
        return mzg_fail(e, MZG_MALFORMED, f->offset, "two data types");
    if (f->value >= sizeof types / sizeof *types || !types[f->value].name)
        return mzg_fail(e, MZG_UNSUPPORTED, f->offset, "data type %llu is not known",
                        (unsigned long long)f->value);
    x->type = &types[f->value];
    x->t.type = x->type->type;
    x->t.type_name = x->type->name;
    return MZG_OK;
}

static enum mzg_code take_data(struct tensor *x, const struct mzg_protobuf_field *f,
                               struct mzg_protobuf_span body, struct mzg_err *e)
{
    bool bytes = f->number == TENSOR_RAW || f->number == TENSOR_STRING;
    enum mzg_code code =
        bytes ? mzg_protobuf_expect(f, MZG_PROTOBUF_BYTES, "TensorProto's data", e) : MZG_OK;

    if (code != MZG_OK)
        return code;
    /* A packed field without a value is as good as none; raw_data without a byte is, of no elements. */
    if (f->number != TENSOR_STRING && f->wire == MZG_PROTOBUF_BYTES && body.pos == body.end)
        return MZG_OK;
    if (x->data && (x->data != f->number || f->number == TENSOR_RAW))
        return mzg_fail(e, MZG_MALFORMED, f->offset, "its data is there twice");
    x->data = f->number;
    x->packed = f->wire == MZG_PROTOBUF_BYTES && (x->pieces == 0 || x->packed);
    x->pieces++;
    x->piece = body;
    x->t.offset = f->wire == MZG_PROTOBUF_BYTES && x->pieces == 1 ? body.pos : x->t.offset;
    return MZG_OK;
}

static enum mzg_code take_field(struct tensor *x, const struct mzg_protobuf_field *f,
                                struct mzg_protobuf_span body, struct mzg_err *e)
{
    enum mzg_code code;

    switch (f->number) {
    case TENSOR_DIMS:
        return take_dims(x, f, body, e);
    case TENSOR_DATA_TYPE:
        return take_type(x, f, e);
    case TENSOR_SEGMENT:
        return mzg_fail(e, MZG_UNSUPPORTED, f->offset, "a part of a tensor (TensorProto.segment)");
    case TENSOR_FLOAT:
    case TENSOR_INT32:
    case TENSOR_STRING:
    case TENSOR_INT64:
    case TENSOR_RAW:
    case TENSOR_DOUBLE:
    case TENSOR_UINT64:
        return take_data(x, f, body, e);
    case TENSOR_EXTERNAL:
        x->external_at = f->offset;
        code = mzg_protobuf_expect(f, MZG_PROTOBUF_BYTES, "TensorProto.external_data", e);
        return code == MZG_OK ? mzg_onnx_external_entry(x->o, &x->external, body, e) : code;
    case TENSOR_LOCATION:
        x->location = f->value;
        code = mzg_protobuf_expect(f, MZG_PROTOBUF_VARINT, "TensorProto.data_location", e);
        if (code == MZG_OK && f->value > LOCATION_EXTERNAL)
            code = mzg_fail(e, MZG_UNSUPPORTED, f->offset, "data_location %llu is not known",
                            (unsigned long long)f->value);
        return code;
    default:
        return MZG_OK;
    }
}

/* ---- shape ---- */

static enum mzg_code set_shape(struct tensor *x, struct mzg_err *e)
{
    struct mzg_tensor *t = &x->t;
    uint64_t at = x->message.pos, bits;

    if (!x->type)
        return mzg_fail(e, MZG_MALFORMED, at, "no data type");
    t->elems = 1;
    for (unsigned d = 0; d < MZG_SRC_DIMS; d++) {
        t->ne[d] = d < t->n_dims ? (uint64_t)x->dims[t->n_dims - 1 - d] : 1;
        if (__builtin_mul_overflow(t->elems, t->ne[d], &t->elems))
            return mzg_fail(e, MZG_MALFORMED, at, "dims give more elements than can be counted");
    }
    if (__builtin_mul_overflow(t->elems, x->type->bits, &bits) || bits > UINT64_MAX - 7)
        return mzg_fail(e, MZG_MALFORMED, at, "dims give more bytes than can be counted");
    t->bytes = (bits + 7) / 8; /* elements smaller than a byte are packed over all of the tensor */
    return MZG_OK;
}

/* ---- data ---- */

/* The data is in the values of a field, but not as they are. */
static enum mzg_code set_coded(struct tensor *x, struct mzg_err *e)
{
    unsigned bits = x->type->bits < 8 ? 8 : x->type->bits;
    bool four = x->data == TENSOR_FLOAT, eight = x->data == TENSOR_DOUBLE;
    struct mzg_arena *a = &x->o->w->arena;
    struct mzg_coded *c = mzg_arena_alloc(a, 1, sizeof *c);

    if (!c)
        return mzg_fail_memory(e, "tensor data");
    *c = (struct mzg_coded){
        .message = x->message, .field = x->data, .width = four ? 4 : eight ? 8 : bits / 8,
        .wire = four ? MZG_PROTOBUF_FIXED32 : eight ? MZG_PROTOBUF_FIXED64 : MZG_PROTOBUF_VARINT,
        .low = x->type->is_signed && bits < 64 ? -((int64_t)1 << (bits - 1)) : 0,
        .high = x->type == &types[TYPE_BOOL] ? 1
                : bits < 64                  ? ((int64_t)1 << (bits - x->type->is_signed)) - 1
                                             : INT64_MAX};
    x->t.coded = c;
    return mzg_coded_scan(c, &x->o->in, x->t.bytes / c->width, a, e);
}

static enum mzg_code check_texts(const struct tensor *x, struct mzg_err *e)
{
    if (x->pieces == x->t.elems)
        return MZG_OK;
    return mzg_fail(e, MZG_MALFORMED, x->t.offset, "dims give %llu texts, it holds %llu",
                    (unsigned long long)x->t.elems, (unsigned long long)x->pieces);
}

static enum mzg_code set_inline(struct tensor *x, struct mzg_err *e)
{
    uint64_t n = x->piece.end - x->piece.pos, at = x->t.offset;

    if (x->data == 0 && x->t.elems > 0)
        return mzg_fail(e, MZG_MALFORMED, at, "it has no data");
    if (x->data == 0)
        return MZG_OK;
    if (x->data != x->type->field && (x->data != TENSOR_RAW || x->type->bits == 0))
        return mzg_fail(e, MZG_MALFORMED, at, "its data is in field %u, where no %s is kept", x->data,
                        x->type->name);
    if (x->data == TENSOR_STRING)
        return check_texts(x, e);
    bool as_is = x->data == TENSOR_RAW || x->data == TENSOR_FLOAT || x->data == TENSOR_DOUBLE;
    if (!as_is || !x->packed || x->pieces > 1)
        return set_coded(x, e);
    if (n != x->t.bytes)
        return mzg_fail(e, MZG_MALFORMED, at, "type and dims give %llu bytes, it holds %llu",
                        (unsigned long long)x->t.bytes, (unsigned long long)n);
    return MZG_OK;
}

static enum mzg_code set_place(struct tensor *x, struct mzg_err *e)
{
    if (x->location != LOCATION_EXTERNAL && x->external.any)
        return mzg_fail(e, MZG_MALFORMED, x->external_at,
                        "external data, of a tensor that is not said to have any");
    if (x->location != LOCATION_EXTERNAL)
        return set_inline(x, e);
    if (x->data || x->type->bits == 0)
        return mzg_fail(e, MZG_MALFORMED, x->message.pos, "external data, and %s",
                        x->data ? "data of its own" : "texts, which have none");
    return mzg_onnx_external_find(x->o, &x->external, x->external_at, &x->t, e);
}

/* *wanted: false for what is no weight, which is then not looked at further. */
static enum mzg_code read_tensor(struct tensor *x, bool constant, bool *wanted, struct mzg_err *e)
{
    struct mzg_protobuf_span m = x->message, body;
    struct mzg_protobuf_field f;
    enum mzg_code code;
    bool more;

    while ((code = mzg_protobuf_file_next(&x->o->in, &m, &f, &body, &more, e)) == MZG_OK && more) {
        code = take_field(x, &f, body, e);
        if (code != MZG_OK)
            return code;
    }
    if (code == MZG_OK)
        code = set_shape(x, e);
    *wanted = code == MZG_OK && !(constant && (x->type->steers || x->t.n_dims == 0));
    return *wanted ? set_place(x, e) : code;
}

enum mzg_code mzg_onnx_tensor(struct mzg_onnx *o, struct mzg_protobuf_span message,
                              const char *name, bool constant, struct mzg_err *e)
{
    struct tensor x = {.o = o, .message = message, .external_at = message.pos};
    enum mzg_code code = MZG_OK;
    char q[MZG_QUOTE];
    bool wanted = false;

    x.t = (struct mzg_tensor){.name = name, .file = o->file, .offset = message.pos};
    if (!name)
        code = find_name(&x, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "a tensor");
    code = read_tensor(&x, constant, &wanted, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "tensor '%s'", mzg_quote(q, x.t.name));
    return wanted && x.t.elems > 0 ? mzg_weights_add(o->w, &x.t, e) : MZG_OK;
}
