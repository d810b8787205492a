/* onnx_nodes.h: what the nodes of an ONNX model's own graph compute: their operators, the tensors they take, and
 * the numbers they are given. Where no config says how a model is run, the graph does. */
#ifndef MZG_MODEL_ONNX_NODES_H
#define MZG_MODEL_ONNX_NODES_H

#include "../../base/arena.h"
#include "../../base/file.h"
#include <stdbool.h>

#define MZG_ONNX_INPUTS 16
#define MZG_ONNX_ATTRIBUTES 32

struct mzg_onnx_attribute {
    const char *name;
    bool real;      /* number is a float, as it is stored; else whole is one */
    int64_t whole;
    float number;
};

struct mzg_onnx_node {
    const char *op;                          /* "" where there is none */
    const char *inputs[MZG_ONNX_INPUTS];     /* n_inputs, the first; "" for one that is not given */
    size_t n_inputs;
    struct mzg_onnx_attribute attributes[MZG_ONNX_ATTRIBUTES]; /* n_attributes, the first that are numbers */
    size_t n_attributes;
};

/* Called for each node in turn; all of it is gone afterwards. */
typedef enum mzg_code mzg_onnx_node_use(void *ctx, const struct mzg_onnx_node *node, struct mzg_err *e);

/* model: an open ONNX file that mzg_weights_open has read. Errors: use's own; MZG_MALFORMED where a node is none;
 * MZG_LIMIT where names need more memory than is given to one. Nodes in graphs of nodes are passed over. */
enum mzg_code mzg_onnx_nodes(const struct mzg_file *model, mzg_onnx_node_use *use, void *ctx,
                             struct mzg_err *e) MZG_MUST;

/* The attribute of this name; NULL where there is none that is a number. */
const struct mzg_onnx_attribute *mzg_onnx_attribute(const struct mzg_onnx_node *node, const char *name);

#endif
