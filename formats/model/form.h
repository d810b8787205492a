/* form.h: how an output file is laid out where it is no GGUF: a preface, then each tensor behind a head of its
 * own. What a model is written as is its family's to say (struct mzg_arch); NULL there and in a model: GGUF. */
#ifndef MZG_MODEL_FORM_H
#define MZG_MODEL_FORM_H

#include "../base/buf.h"
#include "arch/model.h"

struct mzg_form {
    const char *what;  /* in messages: "whisper.cpp's ggml file" */
    const char *usual; /* the type that is taken where none is asked for: "F16" */
    /* Why a file whose matrices are of this type may be of no use; NULL: it is of use. */
    const char *(*doubt)(enum mzg_type base);
    /* The type that a tensor gets where matrices get `base`. MZG_UNSUPPORTED: the file cannot have it. */
    enum mzg_code (*type)(const struct mzg_model_tensor *t, enum mzg_type base, enum mzg_type *type,
                          struct mzg_err *e);
    /* All that is before the first tensor's head. */
    void (*preface)(const struct mzg_model *m, enum mzg_type base, struct mzg_buf *out);
    void (*head)(const struct mzg_gguf_tensor *t, struct mzg_buf *out);
};

#define MZG_FORM_HEAD 256 /* bytes of a head, at most */

/* The head of one tensor, and its length. */
enum mzg_code mzg_form_head(const struct mzg_form *form, const struct mzg_gguf_tensor *t,
                            uint8_t head[MZG_FORM_HEAD], size_t *n, struct mzg_err *e) MZG_MUST;

/* As mzg_gguf_layout: without gaps but for the heads. The first one's is the header's end, before offset 0. */
enum mzg_code mzg_form_layout(const struct mzg_form *form, struct mzg_gguf_tensor *table, size_t n,
                              uint64_t *data_bytes, struct mzg_err *e) MZG_MUST;

#endif
