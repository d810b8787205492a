/* onnx.h: what the rooms that read ONNX share while a model is being opened; nobody else's.
 *
 * A model is one protobuf message, ModelProto, which may be larger than memory: it is walked in its
 * file, and tensors' data is passed over. Sources: onnx.proto3 and the documents on external data and
 * versions of the ONNX project. onnx.c reads ModelProto, onnx_graph.c its graphs and
 * their nodes, onnx_tensor.c TensorProto; onnx_external.c finds what lies in other files. */
#ifndef MZG_MODEL_ONNX_H
#define MZG_MODEL_ONNX_H

#include "../../base/protobuf_file.h"
#include "opening.h"

#define MZG_ONNX_NAME 1024               /* bytes of a name */
#define MZG_ONNX_TENSOR_NAME 8           /* the field of TensorProto */
#define MZG_ONNX_TEXT ((size_t)1 << 20)  /* of any other text */

struct mzg_onnx {
    struct mzg_weights *w;
    uint32_t file;               /* the model itself, in w->files */
    struct mzg_file model;       /* the same, as w->files moves when others are added */
    struct mzg_protobuf_file in;
    uint32_t other;              /* the file of the last tensor that was elsewhere; 0: none yet */
    size_t first;                /* the first tensor of w that is this model's */
    const char **places;         /* of each from there, the graph it is in; NULL: the model's own */
    size_t room;
};

/* Where a tensor outside the model says that it lies. */
struct mzg_onnx_external {
    bool any;             /* there are entries */
    const char *location; /* NULL: none */
    uint64_t offset;
    uint64_t length;
    bool has_length;
};

/* A StringStringEntryProto. Texts are in the arena, without NULs in the key. */
enum mzg_code mzg_onnx_pair(struct mzg_onnx *o, struct mzg_protobuf_span entry, const char **key,
                            const char **value, size_t *len, struct mzg_err *e) MZG_MUST;

/* A name in the arena. MZG_MALFORMED when it is empty or holds control characters. */
enum mzg_code mzg_onnx_name(struct mzg_onnx *o, struct mzg_protobuf_span text, const char **name,
                            struct mzg_err *e) MZG_MUST;

/* A text as a fact; an empty one is none. */
enum mzg_code mzg_onnx_fact(struct mzg_onnx *o, const char *name, struct mzg_protobuf_span body,
                            struct mzg_err *e) MZG_MUST;

/* Appends the tensors of the model's own GraphProto, or of a FunctionProto. Errors as of
 * mzg_onnx_tensor; MZG_UNSUPPORTED for a sparse one; MZG_LIMIT for graphs nested too deep. */
enum mzg_code mzg_onnx_graph(struct mzg_onnx *o, struct mzg_protobuf_span m,
                             struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_onnx_function(struct mzg_onnx *o, struct mzg_protobuf_span m,
                                struct mzg_err *e) MZG_MUST;

/* Two branches may use the same name, each for its own: such tensors get their graph's before it, as
 * "NODE.ATTRIBUTE/NAME". What is twice in one graph stays so, and is refused with all names. */
enum mzg_code mzg_onnx_tell_apart(struct mzg_onnx *o, struct mzg_err *e) MZG_MUST;

/* Appends the tensor of a TensorProto to o->w. name: what it is called; NULL: by its own name.
 * constant: it is a node's value; then shapes, indices and single numbers are passed over. So is, once
 * checked, a tensor without elements: it stands for an input that a node is not given.
 * MZG_MALFORMED where type, dims and data disagree; MZG_UNSUPPORTED for unknown types, segments, more
 * than MZG_SRC_DIMS dimensions. The message names the tensor. */
enum mzg_code mzg_onnx_tensor(struct mzg_onnx *o, struct mzg_protobuf_span message,
                              const char *name, bool constant, struct mzg_err *e) MZG_MUST;

/* Takes one of TensorProto's external_data entries; those that are not known are left alone, and a
 * checksum is of the whole file, which is not read here. */
enum mzg_code mzg_onnx_external_entry(struct mzg_onnx *o, struct mzg_onnx_external *x,
                                      struct mzg_protobuf_span entry, struct mzg_err *e) MZG_MUST;

/* Finds the tensor's bytes: fills t->file and t->offset by x, and opens the file. MZG_MALFORMED: no
 * location, one outside the model's folder, or bytes that the file does not have; at: where the model
 * says so. */
enum mzg_code mzg_onnx_external_find(struct mzg_onnx *o, const struct mzg_onnx_external *x,
                                     uint64_t at, struct mzg_tensor *t, struct mzg_err *e) MZG_MUST;

#endif
