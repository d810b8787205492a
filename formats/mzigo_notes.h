/* mzigo_notes.h: what a GGUF file, or one of whisper.cpp's, says of the model in it that people want to know before
 * they fetch it: a bundle's manifest repeats it, so that nobody has to open the file. */
#ifndef MZG_NOTES_H
#define MZG_NOTES_H

#include "model/containers/weights.h"

#define MZG_MODEL_NOTES 8
#define MZG_MODEL_NOTE_TEXT 256

struct mzg_model_notes {
    struct {
        const char *key; /* "model.languages": SPEC.md, "Manifest", lists them */
        char text[MZG_MODEL_NOTE_TEXT];
    } all[MZG_MODEL_NOTES];
    size_t n;
};

/* w: of such a file; whole: with all tensors of its model. What it does not say, or says in a way that is not fit to be
 * shown (control bytes, no UTF-8, too long), is left out: a file whose metadata is odd can be packed all the same. */
void mzg_model_notes_find(struct mzg_model_notes *notes, const struct mzg_weights *w, bool whole);

#endif
