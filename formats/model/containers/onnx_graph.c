/* GraphProto, NodeProto and FunctionProto: the initializers of a graph, the values of its Constant nodes,
 * and the same in the graphs that nodes hold (the branches of an If) and in functions. A tensor is called
 * what its value is called in the graph, so a Constant's is its node's output. */
#include "onnx.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_INITIALIZER = 5, GRAPH_SPARSE = 15 };
enum { FUNCTION_NAME = 1, FUNCTION_NODE = 7 };
enum { NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OP = 4, NODE_ATTRIBUTE = 5 };
enum {
    ATTRIBUTE_NAME = 1, ATTRIBUTE_TENSOR = 5, ATTRIBUTE_GRAPH = 6, ATTRIBUTE_GRAPHS = 11,
    ATTRIBUTE_SPARSE = 22
};
enum { SPARSE_VALUES = 1 };

#define DEPTH_MAX 32 /* graphs in graphs; what is in use has 5 */

/* A graph, or a function. */
struct graph {
    const struct graph *outer; /* NULL: the model's own */
    unsigned depth;
    struct mzg_protobuf_span node, attribute; /* names of what it hangs on */
    uint64_t index;                           /* of that node, for one without a name */
    const char *place;                        /* made when it is wanted */
};

/* ---- names ---- */

/* "NODE.ATTRIBUTE", behind the same of the graphs around it. */
static enum mzg_code name_place(struct mzg_onnx *o, struct graph *g, struct mzg_err *e)
{
    const char *node = NULL, *attribute, *outer = g->outer->place;
    char number[32], *place;

    enum mzg_code code = mzg_onnx_name(o, g->attribute, &attribute, e);
    if (code == MZG_OK && g->node.pos < g->node.end)
        code = mzg_onnx_name(o, g->node, &node, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "a node");
    snprintf(number, sizeof number, "#%" PRIu64, g->index);
    node = node ? node : number;
    size_t n = (outer ? strlen(outer) + 1 : 0) + strlen(node) + strlen(attribute) + 2;
    g->place = place = mzg_arena_alloc(&o->w->arena, n, 1);
    if (!place)
        return mzg_fail_memory(e, "names of graphs");
    snprintf(place, n, "%s%s%s.%s", outer ? outer : "", outer ? "/" : "", node, attribute);
    return MZG_OK;
}

/* name NULL: the tensor's own. */
static enum mzg_code add_tensor(struct mzg_onnx *o, const struct graph *g,
                                struct mzg_protobuf_span message, const char *name, struct mzg_err *e)
{
    const struct mzg_weights *w = o->w;
    size_t before = w->n_tensors, i = before - o->first;
    enum mzg_code code = mzg_onnx_tensor(o, message, name, name != NULL, e);

    if (code != MZG_OK || w->n_tensors == before)
        return code;
    if (i == o->room) {
        size_t room = o->room ? 2 * o->room : 256;
        const char **places = realloc(o->places, room * sizeof *places);
        if (!places)
            return mzg_fail_memory(e, "tensor names");
        o->places = places;
        o->room = room;
    }
    o->places[i] = g->place;
    return MZG_OK;
}

enum mzg_code mzg_onnx_tell_apart(struct mzg_onnx *o, struct mzg_err *e)
{
    struct mzg_weights *w = o->w;
    size_t n = w->n_tensors - o->first;
    struct mzg_name *names = calloc(n + 1, sizeof *names);
    struct mzg_tensor *t = n > 0 ? w->tensors + o->first : NULL;

    if (!names)
        return mzg_fail_memory(e, "tensor names");
    for (size_t i = 0; i < n; i++)
        names[i] = (struct mzg_name){t[i].name, i};
    mzg_names_sort(names, n);
    bool full = false;
    for (size_t i = 0; i < n && !full; i++) {
        const char *name = names[i].name, *place = o->places[names[i].index];
        bool again = (i > 0 && strcmp(names[i - 1].name, name) == 0) ||
                     (i + 1 < n && strcmp(names[i + 1].name, name) == 0);
        if (!again || !place)
            continue;
        t[names[i].index].name = mzg_weights_path(&w->arena, place, name);
        full = !t[names[i].index].name;
    }
    free(names);
    return full ? mzg_fail_memory(e, "tensor names") : MZG_OK;
}

/* ---- nodes ---- */

struct node {
    bool constant;
    struct mzg_protobuf_span name, output; /* the first */
    uint64_t index;
};

static enum mzg_code read_fields(struct mzg_onnx *o, const struct graph *g, struct mzg_protobuf_span m,
                                 bool function, struct mzg_err *e);

static enum mzg_code fail_sparse(struct mzg_onnx *o, const char *name, struct mzg_protobuf_span m,
                                 struct mzg_err *e)
{
    struct mzg_protobuf_span sparse = m, values, body;
    struct mzg_protobuf_field f;
    char q[MZG_QUOTE];
    bool more;

    /* The name is that of the tensor of its values. */
    while (!name && mzg_protobuf_file_next(&o->in, &sparse, &f, &values, &more, e) == MZG_OK && more) {
        if (f.number != SPARSE_VALUES)
            continue;
        while (!name && mzg_protobuf_file_next(&o->in, &values, &f, &body, &more, e) == MZG_OK && more) {
            if (f.number == MZG_ONNX_TENSOR_NAME && mzg_onnx_name(o, body, &name, e) != MZG_OK)
                name = NULL;
        }
    }
    return mzg_fail(e, MZG_UNSUPPORTED, m.pos, "tensor '%s' is sparse", mzg_quote(q, name ? name : ""));
}

/* The graphs an attribute holds. */
static enum mzg_code read_subgraphs(struct mzg_onnx *o, const struct graph *outer,
                                    const struct node *node, struct mzg_protobuf_span attribute,
                                    struct mzg_protobuf_span name, struct mzg_err *e)
{
    struct mzg_protobuf_span body;
    struct mzg_protobuf_field f;
    enum mzg_code code;
    bool more;

    while ((code = mzg_protobuf_file_next(&o->in, &attribute, &f, &body, &more, e)) == MZG_OK && more) {
        struct graph g = {.outer = outer, .depth = outer->depth + 1, .node = node->name,
                          .attribute = name, .index = node->index};
        if (f.number != ATTRIBUTE_GRAPH && f.number != ATTRIBUTE_GRAPHS)
            continue;
        code = mzg_protobuf_expect(&f, MZG_PROTOBUF_BYTES, "AttributeProto.g", e);
        if (code == MZG_OK && g.depth > DEPTH_MAX)
            code = mzg_fail(e, MZG_LIMIT, f.offset, "more than %d graphs in one another", DEPTH_MAX);
        if (code == MZG_OK)
            code = name_place(o, &g, e);
        if (code == MZG_OK)
            code = read_fields(o, &g, body, false, e);
        if (code != MZG_OK)
            return code;
    }
    return code;
}

static enum mzg_code read_constant(struct mzg_onnx *o, const struct graph *g, const struct node *node,
                                   struct mzg_protobuf_span value, bool sparse, struct mzg_err *e)
{
    const char *name;
    enum mzg_code code = mzg_onnx_name(o, node->output, &name, e);

    if (code != MZG_OK)
        return mzg_prefix(e, "a Constant's output");
    return sparse ? fail_sparse(o, name, value, e) : add_tensor(o, g, value, name, e);
}

static enum mzg_code read_attribute(struct mzg_onnx *o, const struct graph *g, const struct node *node,
                                    struct mzg_protobuf_span attribute, struct mzg_err *e)
{
    struct mzg_protobuf_span m = attribute, body, name = {m.pos, m.pos}, value = name;
    struct mzg_protobuf_field f;
    bool more, is_value = false, sparse = false, graphs = false;
    enum mzg_code code;

    while ((code = mzg_protobuf_file_next(&o->in, &m, &f, &body, &more, e)) == MZG_OK && more) {
        graphs |= f.number == ATTRIBUTE_GRAPH || f.number == ATTRIBUTE_GRAPHS;
        if (f.number == ATTRIBUTE_NAME)
            name = body;
        if (f.number == ATTRIBUTE_TENSOR || f.number == ATTRIBUTE_SPARSE) {
            value = body;
            sparse = f.number == ATTRIBUTE_SPARSE;
        }
    }
    if (code == MZG_OK && node->constant)
        code = mzg_protobuf_file_is(&o->in, &name, sparse ? "sparse_value" : "value", &is_value, e);
    if (code == MZG_OK && is_value && value.pos > attribute.pos)
        code = read_constant(o, g, node, value, sparse, e);
    return code == MZG_OK && graphs ? read_subgraphs(o, g, node, attribute, name, e) : code;
}

/* What a node is comes anywhere among its fields, so its attributes are read in a second pass. */
static enum mzg_code read_node(struct mzg_onnx *o, const struct graph *g, struct mzg_protobuf_span m,
                               uint64_t index, struct mzg_err *e)
{
    struct node node = {.name = {m.pos, m.pos}, .output = {m.pos, m.pos}, .index = index};
    struct mzg_protobuf_span first = m, body;
    struct mzg_protobuf_field f;
    enum mzg_code code;
    bool more;

    while ((code = mzg_protobuf_file_next(&o->in, &first, &f, &body, &more, e)) == MZG_OK && more) {
        if (f.number == NODE_OP)
            code = mzg_protobuf_file_is(&o->in, &body, "Constant", &node.constant, e);
        else if (f.number == NODE_NAME)
            node.name = body;
        else if (f.number == NODE_OUTPUT && node.output.pos == node.output.end)
            node.output = body;
        if (code != MZG_OK)
            return code;
    }
    while (code == MZG_OK &&
           (code = mzg_protobuf_file_next(&o->in, &m, &f, &body, &more, e)) == MZG_OK && more) {
        if (f.number == NODE_ATTRIBUTE)
            code = mzg_protobuf_expect(&f, MZG_PROTOBUF_BYTES, "NodeProto.attribute", e);
        if (f.number == NODE_ATTRIBUTE && code == MZG_OK)
            code = read_attribute(o, g, &node, body, e);
    }
    return code;
}

/* ---- graphs ---- */

/* As a GraphProto, or with function as a FunctionProto: its nodes, and its initializers. */
static enum mzg_code read_fields(struct mzg_onnx *o, const struct graph *g, struct mzg_protobuf_span m,
                                 bool function, struct mzg_err *e)
{
    struct mzg_protobuf_span body;
    struct mzg_protobuf_field f;
    uint64_t nodes = 0;
    enum mzg_code code;
    bool more;

    while ((code = mzg_protobuf_file_next(&o->in, &m, &f, &body, &more, e)) == MZG_OK && more) {
        bool node = f.number == (function ? FUNCTION_NODE : GRAPH_NODE);
        bool initializer = !function && f.number == GRAPH_INITIALIZER;
        bool sparse = !function && f.number == GRAPH_SPARSE;
        bool name = !function && f.number == GRAPH_NAME && !g->outer;
        if (node || initializer || sparse || name)
            code = mzg_protobuf_expect(&f, MZG_PROTOBUF_BYTES, "GraphProto", e);
        if (code == MZG_OK && node)
            code = read_node(o, g, body, nodes++, e);
        else if (code == MZG_OK && initializer)
            code = add_tensor(o, g, body, NULL, e);
        else if (code == MZG_OK && sparse)
            code = fail_sparse(o, NULL, body, e);
        else if (code == MZG_OK && name)
            code = mzg_onnx_fact(o, "graph", body, e);
        if (code != MZG_OK)
            return code;
    }
    return code;
}

enum mzg_code mzg_onnx_graph(struct mzg_onnx *o, struct mzg_protobuf_span m, struct mzg_err *e)
{
    const struct graph model = {0};

    return read_fields(o, &model, m, false, e);
}

enum mzg_code mzg_onnx_function(struct mzg_onnx *o, struct mzg_protobuf_span m, struct mzg_err *e)
{
    const struct graph model = {0};
    struct graph g = {.outer = &model, .depth = 1};
    struct mzg_protobuf_span first = m, body;
    struct mzg_protobuf_field f;
    const char *name = "";
    enum mzg_code code;
    bool more;

    while ((code = mzg_protobuf_file_next(&o->in, &first, &f, &body, &more, e)) == MZG_OK && more) {
        if (f.number == FUNCTION_NAME)
            code = mzg_onnx_name(o, body, &name, e);
        if (code != MZG_OK)
            return mzg_prefix(e, "a function");
    }
    g.place = name;
    return code == MZG_OK ? read_fields(o, &g, m, true, e) : code;
}
