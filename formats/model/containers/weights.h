/* weights.h: tensors as they lie in the files they came in.
 *
 * Opening reads headers only; data is read at offsets by whoever streams it. Everything a header
 * says (counts, shapes, offsets, lengths) has been checked against the files when open returns, so
 * that a tensor's bytes are known to be there; but in PyTorch's containers, where tensors share
 * storage, they overlap no other's. Only mzg_weights_read gives the values of a tensor that is coded.
 *
 * Links are followed, in the path and in the folder: the folders that download tools keep consist
 * of links. What an index names is a single component, never a path. */
#ifndef MZG_MODEL_WEIGHTS_H
#define MZG_MODEL_WEIGHTS_H

#include "../../base/arena.h"
#include "../../base/file.h"
#include "kernels/kernels.h"
#include "names.h"

#define MZG_SRC_DIMS 8           /* what a source may have; GGUF takes MZG_DIMS */
#define MZG_TENSORS_MAX (1u << 18)
#define MZG_SHARDS_MAX 512

struct mzg_tensor {
    const char *name;          /* NUL-terminated UTF-8, no control bytes */
    const char *type_name;     /* as the format spells it: "BF16", "F8_E4M3", "Q4_0" */
    enum mzg_type type;        /* MZG_TYPE_END: can be listed, not read */
    unsigned n_dims;           /* 0: a scalar */
    uint64_t ne[MZG_SRC_DIMS]; /* ggml's order: ne[0] is a row's width; 1 beyond n_dims */
    uint64_t elems;            /* their product; 0 when a dimension is 0 (not in GGUF) */
    uint64_t bytes;            /* of its elems elements */
    uint64_t offset;           /* of the first element, in its file */
    const uint64_t *strides;   /* NULL: the bytes lie together. Else (PyTorch, views of ONNX) the distance, in
                                * elements, between neighbours along each of ne's dimensions, in
                                * ne's order; 0 where ne is 1, or where all are one element */
    const struct mzg_coded *coded; /* NULL: the bytes are in the file. Else (ONNX only) the values are
                                * there one by one, and offset is where they begin (coded.h) */
    uint32_t file;             /* index into weights.files */
};

/* What a container says of itself in words: a producer, a version, metadata. */
struct mzg_fact {
    const char *name;  /* as mzg_item_name_valid has it */
    const char *value; /* len bytes from outside, a NUL behind them: escape before printing */
    size_t len;
};
#define MZG_FACTS_MAX 1024

struct mzg_weights_file {
    struct mzg_file file;
    const char *name; /* as the source names it, without its folder: for digests and messages */
};

struct mzg_gguf;
struct mzg_ggml;

/* A whole number that a checkpoint of PyTorch, or a file of whisper.cpp's, has beside its tensors. */
struct mzg_number {
    const char *name; /* its key; in a dictionary, that one's key and a dot before it: "dims.n_mels" */
    int64_t value;
};

struct mzg_weights {
    struct mzg_arena arena;          /* names, and what else hangs here */
    struct mzg_weights_file *files;  /* sorted by name, but those that another names behind it */
    size_t n_files, files_room;
    struct mzg_tensor *tensors;      /* by file, then by offset: as one reading meets them */
    size_t n_tensors, room;
    struct mzg_name *by_name;        /* n_tensors, sorted */
    struct mzg_fact *facts;          /* in the file's order; none of GGUF, whose metadata is typed */
    size_t n_facts;
    struct mzg_gguf *gguf;           /* the header (of the first part), in GGUF, else NULL */
    struct mzg_ggml *ggml;           /* the head (whisper/ggml.h), in whisper.cpp's, else NULL */
    struct mzg_number *numbers;      /* n_numbers, 1024 at most, in the file's order; those at the top */
    size_t n_numbers;                /* of a PyTorch checkpoint in one file, and one level below */
    const char *container;           /* "safetensors", "PyTorch", "GGUF", "ONNX", "whisper.cpp" */
    const char *index;               /* the name of the index it came through, or NULL */
};

/* path: a file in safetensors, GGUF, PyTorch's, ONNX's or whisper.cpp's format (told by content, not name; ONNX that begins
 * unusually by its name), or a folder. There safetensors come before pickles, and the first of these is
 * taken: NAME.safetensors, or NAME.safetensors.index.json and exactly the tensors it lists in the shards it
 * lists them in (extra or missing names are MZG_MALFORMED), or all of NAME-00001-of-0000N.safetensors; NAME is
 * "model", then "consolidated". The same with pytorch_model and .bin; consolidated.00.pth; the only .pt or
 * .pth file; the only model in GGUF; the ONNX model that genai_config.json names, or the only one, there or in the folder onnx.
 * MZG_UNSUPPORTED where two would do. A file without a single tensor is MZG_MALFORMED, but for a GGUF one (a
 * bare vocabulary) or an ONNX one.
 *
 * Of a GGUF model in parts (parts.h) any part may be named: all are opened, from beside it. One that is
 * not there is MZG_IO; what does not belong to the others, or not under its name, MZG_MALFORMED. */
enum mzg_code mzg_weights_open(struct mzg_weights *w, const char *path, struct mzg_err *e) MZG_MUST;
/* A file by itself, though it be one part of several. */
enum mzg_code mzg_weights_open_alone(struct mzg_weights *w, const char *path, struct mzg_err *e) MZG_MUST;
void mzg_weights_close(struct mzg_weights *w);

/* Whether opening this folder would open GGUF files; weights in the form of their makers (consolidated). */
bool mzg_weights_in_gguf(const char *folder);
bool mzg_weights_consolidated(const char *folder);

/* The tensor of this name, or NULL. */
const struct mzg_tensor *mzg_weights_find(const struct mzg_weights *w, const char *name);

/* *value: the number of this name; false: there is none. */
bool mzg_weights_number(const struct mzg_weights *w, const char *name, int64_t *value);

/* Bytes [offset, offset + n) of the data of a tensor whose bytes lie together. Any thread. */
enum mzg_code mzg_weights_read(const struct mzg_weights *w, const struct mzg_tensor *t,
                               uint64_t offset, void *data, size_t n, struct mzg_err *e) MZG_MUST;

#endif
