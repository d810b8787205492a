/* ggml_file.h: the file that whisper.cpp reads: sizes, mel filters, the vocabulary's bytes, then the tensors.
 *
 * It has one type for all matrices and no place for metadata: nothing in it says where it came from (SPEC.md,
 * "Whisper"). Source: whisper.cpp's loader of 2026. */
#ifndef MZG_MODEL_GGML_FILE_H
#define MZG_MODEL_GGML_FILE_H

#include "../form.h"
#include "../vocab/vocab.h"
#include "ggml.h"

extern const struct mzg_form mzg_form_ggml;

/* Appends the preface with a type of 0. MZG_MALFORMED: a token that is no bytes. */
enum mzg_code mzg_whisper_preface(const uint32_t sizes[MZG_WHISPER_SIZES], const struct mzg_vocab *v,
                                  struct mzg_buf *out, struct mzg_err *e) MZG_MUST;

/* Whether all that is before the tensors of a file that was read is what this model's would have there (but for the
 * type). MZG_DIFFERS names the first that is not. */
enum mzg_code mzg_ggml_compare(const struct mzg_ggml *g, const struct mzg_model *m, struct mzg_err *e) MZG_MUST;

#endif
