/* opening.h: what the readers of the containers, and what finds the files of a model, share while a
 * source is being opened; nobody else's. */
#ifndef MZG_MODEL_OPENING_H
#define MZG_MODEL_OPENING_H

#include "weights.h"

#define MZG_CONTAINER_START 512 /* bytes of a file that tell what it is; zeros behind a short one */

/* A kind of file that holds tensors. To add one: write its reader, and list it in weights.c. */
struct mzg_container {
    const char *name;        /* "safetensors", as weights.container says it */
    const char *const *ends; /* names of such files: for those whose content says nothing */
    bool shards;             /* an index may name several */
    /* By its first n bytes, at most MZG_CONTAINER_START. */
    bool (*is)(const uint8_t *start, size_t n);
    /* Reads the header of w->files[file] and appends its tensors to w. It may open further files
     * (mzg_weights_open_file), so it keeps no pointer into w->files over that. */
    enum mzg_code (*read)(struct mzg_weights *w, uint32_t file, struct mzg_err *e);
};

extern const struct mzg_container mzg_container_gguf, mzg_container_onnx, mzg_container_safetensors,
    mzg_container_pytorch, mzg_container_ggml;

/* A source of which nothing is open yet. */
void mzg_weights_start(struct mzg_weights *w);

/* Appends a tensor. MZG_LIMIT beyond MZG_TENSORS_MAX. */
enum mzg_code mzg_weights_add(struct mzg_weights *w, const struct mzg_tensor *t,
                              struct mzg_err *e) MZG_MUST;

/* Appends a fact; name and value are copied. MZG_LIMIT beyond MZG_FACTS_MAX. */
enum mzg_code mzg_weights_fact(struct mzg_weights *w, const char *name, const char *value, size_t len,
                               struct mzg_err *e) MZG_MUST;

/* "FOLDER/NAME" in the arena; NULL when that is full. */
char *mzg_weights_path(struct mzg_arena *a, const char *folder, const char *name);

/* Appends a file that is not open yet, *i; name is copied. */
enum mzg_code mzg_weights_add_file(struct mzg_weights *w, const char *name, uint32_t *i,
                                   struct mzg_err *e) MZG_MUST;
/* Opens file i and reads its header by its container. inside: a file of the folder that was asked for,
 * which messages name. shard: an index names it. */
enum mzg_code mzg_weights_open_file(struct mzg_weights *w, uint32_t i, const char *path, bool inside,
                                    bool shard, struct mzg_err *e) MZG_MUST;
/* The one file of a source. */
enum mzg_code mzg_weights_open_single(struct mzg_weights *w, const char *path, bool inside,
                                      struct mzg_err *e) MZG_MUST;
/* The files of a folder, as mzg_weights_open describes it. */
enum mzg_code mzg_weights_open_folder(struct mzg_weights *w, const char *path,
                                      struct mzg_err *e) MZG_MUST;
/* The ONNX model of a folder, a path in the arena; *model is NULL when there is none. MZG_UNSUPPORTED:
 * there are several. */
enum mzg_code mzg_onnx_find(struct mzg_weights *w, const char *folder, char **model,
                            struct mzg_err *e) MZG_MUST;
/* Fills w->by_name; no two tensors may share a name. */
enum mzg_code mzg_weights_sort_names(struct mzg_weights *w, struct mzg_err *e) MZG_MUST;

#endif
