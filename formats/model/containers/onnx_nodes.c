#include "onnx_nodes.h"
#include "../../base/protobuf_file.h"
#include <string.h>

enum { MODEL_GRAPH = 7, GRAPH_NODE = 1 };
enum { NODE_INPUT = 1, NODE_OP = 4, NODE_ATTRIBUTE = 5 };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_FLOAT = 2, ATTRIBUTE_INT = 3 };

#define NODE_BYTES ((size_t)64 << 10) /* names of one node */
#define NAME_BYTES 1024

struct walk {
    struct mzg_protobuf_file in;
    struct mzg_arena arena; /* of the node that is being read */
};

static enum mzg_code read_name(struct walk *w, struct mzg_protobuf_span body, const char **name,
                               struct mzg_err *e)
{
    size_t len;

    return mzg_protobuf_file_text(&w->in, &body, NAME_BYTES, "a node's names", &w->arena, name, &len, e);
}

static enum mzg_code read_attribute(struct walk *w, struct mzg_protobuf_span m, struct mzg_onnx_node *node,
                                    struct mzg_err *e)
{
    struct mzg_onnx_attribute a = {.name = ""};
    struct mzg_protobuf_span body;
    struct mzg_protobuf_field f;
    bool more, number = false;
    enum mzg_code code;

    while ((code = mzg_protobuf_file_next(&w->in, &m, &f, &body, &more, e)) == MZG_OK && more) {
        if (f.number == ATTRIBUTE_NAME && f.wire == MZG_PROTOBUF_BYTES) {
            code = read_name(w, body, &a.name, e);
        } else if (f.number == ATTRIBUTE_FLOAT && f.wire == MZG_PROTOBUF_FIXED32) {
            uint32_t bits = (uint32_t)f.value;
            memcpy(&a.number, &bits, sizeof bits);
            a.real = number = true;
        } else if (f.number == ATTRIBUTE_INT && f.wire == MZG_PROTOBUF_VARINT) {
            a.whole = (int64_t)f.value;
            number = true;
        }
        if (code != MZG_OK)
            return code;
    }
    if (code == MZG_OK && number && node->n_attributes < MZG_ONNX_ATTRIBUTES)
        node->attributes[node->n_attributes++] = a;
    return code;
}

static enum mzg_code read_node(struct walk *w, struct mzg_protobuf_span m, struct mzg_onnx_node *node,
                               struct mzg_err *e)
{
    struct mzg_protobuf_span body;
    struct mzg_protobuf_field f;
    enum mzg_code code;
    bool more;

    *node = (struct mzg_onnx_node){.op = ""};
    while ((code = mzg_protobuf_file_next(&w->in, &m, &f, &body, &more, e)) == MZG_OK && more) {
        if (f.wire != MZG_PROTOBUF_BYTES)
            continue;
        if (f.number == NODE_OP)
            code = read_name(w, body, &node->op, e);
        else if (f.number == NODE_INPUT && node->n_inputs < MZG_ONNX_INPUTS)
            code = read_name(w, body, &node->inputs[node->n_inputs++], e);
        else if (f.number == NODE_ATTRIBUTE)
            code = read_attribute(w, body, node, e);
        if (code != MZG_OK)
            return code;
    }
    return code;
}

static enum mzg_code read_graph(struct walk *w, struct mzg_protobuf_span m, mzg_onnx_node_use *use, void *ctx,
                                struct mzg_err *e)
{
    struct mzg_protobuf_span body;
    struct mzg_protobuf_field f;
    enum mzg_code code;
    bool more;

    while ((code = mzg_protobuf_file_next(&w->in, &m, &f, &body, &more, e)) == MZG_OK && more) {
        struct mzg_onnx_node node;
        if (f.number != GRAPH_NODE || f.wire != MZG_PROTOBUF_BYTES)
            continue;
        mzg_arena_init(&w->arena, NODE_BYTES);
        code = read_node(w, body, &node, e);
        if (code == MZG_OK)
            code = use(ctx, &node, e);
        mzg_arena_clear(&w->arena);
        if (code != MZG_OK)
            return code;
    }
    return code;
}

enum mzg_code mzg_onnx_nodes(const struct mzg_file *model, mzg_onnx_node_use *use, void *ctx, struct mzg_err *e)
{
    struct mzg_protobuf_span m = {0, model->size}, body;
    struct mzg_protobuf_field f;
    struct walk w;
    enum mzg_code code;
    bool more;

    mzg_protobuf_file_init(&w.in, model);
    while ((code = mzg_protobuf_file_next(&w.in, &m, &f, &body, &more, e)) == MZG_OK && more) {
        if (f.number == MODEL_GRAPH && f.wire == MZG_PROTOBUF_BYTES)
            return read_graph(&w, body, use, ctx, e);
    }
    return code;
}

const struct mzg_onnx_attribute *mzg_onnx_attribute(const struct mzg_onnx_node *node, const char *name)
{
    for (size_t i = 0; i < node->n_attributes; i++) {
        if (strcmp(node->attributes[i].name, name) == 0)
            return &node->attributes[i];
    }
    return NULL;
}
