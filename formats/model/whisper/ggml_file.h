/* ggml_file.h: the file that whisper.cpp reads: sizes, mel filters, the vocabulary's bytes, then the tensors.
 *
 * It has one type for all matrices and no place for metadata: nothing in it says where it came from (SPEC.md,
 * "Whisper"). Source: whisper.cpp's loader of 2026. */
#ifndef MZG_MODEL_GGML_FILE_H
#define MZG_MODEL_GGML_FILE_H

#include "../form.h"
#include "../vocab/vocab.h"

extern const struct mzg_form mzg_form_ggml;

/* What whisper.cpp wants to know, in the file's order; the last, its type, follows from the recipe. */
enum mzg_whisper_size {
    MZG_WHISPER_VOCAB, MZG_WHISPER_AUDIO_CTX, MZG_WHISPER_AUDIO_STATE, MZG_WHISPER_AUDIO_HEAD,
    MZG_WHISPER_AUDIO_LAYER, MZG_WHISPER_TEXT_CTX, MZG_WHISPER_TEXT_STATE, MZG_WHISPER_TEXT_HEAD,
    MZG_WHISPER_TEXT_LAYER, MZG_WHISPER_MELS, MZG_WHISPER_SIZES
};

/* Appends the preface with a type of 0. MZG_MALFORMED: a token that is no bytes. */
enum mzg_code mzg_whisper_preface(const uint32_t sizes[MZG_WHISPER_SIZES], const struct mzg_vocab *v,
                                  struct mzg_buf *out, struct mzg_err *e) MZG_MUST;

#endif
