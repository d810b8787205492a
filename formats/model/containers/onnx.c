/* ModelProto: what a model says of itself, its graph and its functions; and how a file is known for one.
 * What comes about in training only (training_info) is left alone. */
#include "onnx.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MODEL_IR_VERSION = 1, MODEL_PRODUCER = 2, MODEL_PRODUCER_VERSION = 3, MODEL_DOMAIN = 4,
    MODEL_VERSION = 5, MODEL_DOC = 6, MODEL_GRAPH = 7, MODEL_OPSET = 8, MODEL_METADATA = 14,
    MODEL_TRAINING = 20, MODEL_FUNCTIONS = 25, MODEL_CONFIGURATION = 26
};
enum { OPSET_DOMAIN = 1, OPSET_VERSION = 2 };

enum mzg_code mzg_onnx_fact(struct mzg_onnx *o, const char *name, struct mzg_protobuf_span body,
                            struct mzg_err *e)
{
    const char *text;
    size_t len;
    enum mzg_code code = mzg_protobuf_file_text(&o->in, &body, MZG_ONNX_TEXT, name,
                                                &o->w->arena, &text, &len, e);

    return code != MZG_OK || len == 0 ? code : mzg_weights_fact(o->w, name, text, len, e);
}

static enum mzg_code add_number(struct mzg_onnx *o, const char *name, const struct mzg_protobuf_field *f,
                                struct mzg_err *e)
{
    char text[32];
    enum mzg_code code = mzg_protobuf_expect(f, MZG_PROTOBUF_VARINT, name, e);

    int len = snprintf(text, sizeof text, "%" PRId64, (int64_t)f->value);
    return code == MZG_OK ? mzg_weights_fact(o->w, name, text, (size_t)len, e) : code;
}

/* "opset ai.onnx": the operators' version, by the domain they are of. */
static enum mzg_code add_opset(struct mzg_onnx *o, struct mzg_protobuf_span m, struct mzg_err *e)
{
    struct mzg_protobuf_field f, version = {.wire = MZG_PROTOBUF_VARINT};
    struct mzg_protobuf_span body;
    const char *domain = "ai.onnx";
    char name[MZG_ONNX_NAME + 8];
    enum mzg_code code;
    bool more;

    while ((code = mzg_protobuf_file_next(&o->in, &m, &f, &body, &more, e)) == MZG_OK && more) {
        if (f.number == OPSET_VERSION)
            version = f;
        else if (f.number == OPSET_DOMAIN && body.pos < body.end)
            code = mzg_onnx_name(o, body, &domain, e);
        if (code != MZG_OK)
            return mzg_prefix(e, "OperatorSetIdProto.domain");
    }
    snprintf(name, sizeof name, "opset %s", domain);
    return code == MZG_OK ? add_number(o, name, &version, e) : code;
}

static enum mzg_code add_property(struct mzg_onnx *o, struct mzg_protobuf_span entry, struct mzg_err *e)
{
    const char *key, *value;
    char name[MZG_ONNX_NAME + 16];
    size_t len;
    enum mzg_code code = mzg_onnx_pair(o, entry, &key, &value, &len, e);

    if (code != MZG_OK)
        return mzg_prefix(e, "metadata_props");
    snprintf(name, sizeof name, "metadata.%s", key);
    return mzg_weights_fact(o->w, name, value, len, e);
}

static const struct model_field {
    uint32_t number;
    enum mzg_protobuf_wire wire;
    const char *fact; /* that it is, or NULL */
} model_fields[] = {
    {MODEL_IR_VERSION, MZG_PROTOBUF_VARINT, "ir_version"},
    {MODEL_PRODUCER, MZG_PROTOBUF_BYTES, "producer_name"},
    {MODEL_PRODUCER_VERSION, MZG_PROTOBUF_BYTES, "producer_version"},
    {MODEL_DOMAIN, MZG_PROTOBUF_BYTES, "domain"},
    {MODEL_VERSION, MZG_PROTOBUF_VARINT, "model_version"},
    {MODEL_DOC, MZG_PROTOBUF_BYTES, "doc_string"},
    {MODEL_GRAPH, MZG_PROTOBUF_BYTES, NULL},
    {MODEL_OPSET, MZG_PROTOBUF_BYTES, NULL},
    {MODEL_METADATA, MZG_PROTOBUF_BYTES, NULL},
    {MODEL_TRAINING, MZG_PROTOBUF_BYTES, NULL},
    {MODEL_FUNCTIONS, MZG_PROTOBUF_BYTES, NULL},
    {MODEL_CONFIGURATION, MZG_PROTOBUF_BYTES, NULL},
};

static const struct model_field *find_field(uint32_t number)
{
    for (size_t i = 0; i < sizeof model_fields / sizeof *model_fields; i++) {
        if (model_fields[i].number == number)
            return &model_fields[i];
    }
    return NULL;
}

static enum mzg_code take_field(struct mzg_onnx *o, bool *graph,
                                const struct mzg_protobuf_field *f, struct mzg_protobuf_span body,
                                struct mzg_err *e)
{
    const struct model_field *known = find_field(f->number);
    enum mzg_code code = known ? mzg_protobuf_expect(f, known->wire, "ModelProto", e) : MZG_OK;

    if (!known || code != MZG_OK)
        return code;
    if (known->fact)
        return known->wire == MZG_PROTOBUF_VARINT ? add_number(o, known->fact, f, e)
                                                  : mzg_onnx_fact(o, known->fact, body, e);
    switch (f->number) {
    case MODEL_GRAPH:
        if (*graph)
            return mzg_fail(e, MZG_MALFORMED, f->offset, "two graphs");
        *graph = true;
        return mzg_onnx_graph(o, body, e);
    case MODEL_OPSET:
        return add_opset(o, body, e);
    case MODEL_METADATA:
        return add_property(o, body, e);
    case MODEL_FUNCTIONS:
        return mzg_onnx_function(o, body, e);
    default:
        return MZG_OK;
    }
}

static int by_place(const void *a, const void *b)
{
    const struct mzg_tensor *x = a, *y = b;

    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Inside the model's own file tensors cannot overlap: each is a field of its own. */
static enum mzg_code check_overlap(const struct mzg_onnx *o, struct mzg_err *e)
{
    const struct mzg_weights *w = o->w;
    char q[MZG_QUOTE], p[MZG_QUOTE];

    for (size_t i = o->first + 1; i < w->n_tensors; i++) {
        const struct mzg_tensor *t = &w->tensors[i], *before = t - 1;
        if (t->file != o->file && t->file == before->file && t->offset - before->offset < before->bytes)
            return mzg_fail(e, MZG_MALFORMED, t->offset, "%s: tensor '%s': its data overlaps that of '%s'",
                            w->files[t->file].name, mzg_quote(q, t->name), mzg_quote(p, before->name));
    }
    return MZG_OK;
}

static enum mzg_code read_model(struct mzg_onnx *o, struct mzg_err *e)
{
    struct mzg_protobuf_span m = {0, o->model.size}, body;
    struct mzg_protobuf_field f;
    bool more, graph = false;
    enum mzg_code code;

    while ((code = mzg_protobuf_file_next(&o->in, &m, &f, &body, &more, e)) == MZG_OK && more) {
        code = take_field(o, &graph, &f, body, e);
        if (code != MZG_OK)
            return code;
    }
    if (code == MZG_OK && !graph)
        code = mzg_fail(e, MZG_MALFORMED, 0, "it holds no graph");
    if (code == MZG_OK)
        code = mzg_onnx_tell_apart(o, e);
    if (code != MZG_OK)
        return code;
    size_t n = o->w->n_tensors - o->first;
    if (n > 0)
        qsort(o->w->tensors + o->first, n, sizeof *o->w->tensors, by_place);
    return check_overlap(o, e);
}

static enum mzg_code read_onnx(struct mzg_weights *w, uint32_t file, struct mzg_err *e)
{
    struct mzg_onnx o = {.w = w, .file = file, .model = w->files[file].file, .first = w->n_tensors};

    mzg_protobuf_file_init(&o.in, &o.model);
    enum mzg_code code = read_model(&o, e);
    free(o.places);
    return code;
}

/* ---- telling it ---- */

/* A text, or a message that begins as one does, as far as it is in the bytes that are at hand. */
static bool looks_right(const struct model_field *known, const uint8_t *body, size_t n)
{
    static const uint8_t wires = 1u << MZG_PROTOBUF_VARINT | 1u << MZG_PROTOBUF_FIXED64 |
                                 1u << MZG_PROTOBUF_BYTES | 1u << MZG_PROTOBUF_FIXED32;

    if (n > 0 && !known->fact)
        return body[0] >> 3 != 0 && (wires >> (body[0] & 7) & 1);
    for (size_t i = 0; i < n; i++) {
        if (body[i] < 0x20 && (known->number != MODEL_DOC || !strchr("\t\n\r", body[i]) || !body[i]))
            return false;
    }
    return true;
}

/* There is no magic number. Writers begin with the version of the format, and go on in the order of
 * the fields; of those that the start holds, each must be one of ModelProto's, encoded as its kind. A
 * graph or two more fields, and it is one. */
static bool is_onnx(const uint8_t *start, size_t n)
{
    struct mzg_reader r;
    struct mzg_protobuf_field f;
    struct mzg_err e;
    unsigned fields = 0;

    if (n < 2 || start[0] != (MODEL_IR_VERSION << 3 | MZG_PROTOBUF_VARINT) || start[1] == 0 ||
        start[1] > 0x7f)
        return false;
    mzg_reader_init(&r, start, n, 0);
    while (mzg_reader_left(&r) > 0) {
        if (n == MZG_CONTAINER_START && mzg_reader_left(&r) < MZG_PROTOBUF_HEAD)
            break;
        if (mzg_protobuf_head(&r, &f, &e) != MZG_OK)
            return false;
        const struct model_field *known = find_field(f.number);
        if (!known || f.wire != known->wire)
            return false;
        fields += f.number == MODEL_GRAPH ? 2 : 1;
        if (f.wire != MZG_PROTOBUF_BYTES)
            continue;
        size_t left = mzg_reader_left(&r);
        size_t here = f.value < left ? (size_t)f.value : left;
        if (!looks_right(known, start + (n - left), here))
            return false;
        mzg_reader_bytes(&r, here);
    }
    return fields >= 3;
}

const struct mzg_container mzg_container_onnx = {
    .name = "ONNX",
    .ends = (const char *const[]){".onnx", NULL},
    .is = is_onnx,
    .read = read_onnx,
};
