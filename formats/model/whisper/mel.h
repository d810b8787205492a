/* mel.h: the filters by which Whisper weighs the frequencies of a window: Slaney's mel scale, triangles of equal
 * area, as librosa's filters.mel gives them for 16000 samples a second and windows of 400. The same bits on
 * every machine (SPEC.md, "Whisper"). */
#ifndef MZG_MODEL_MEL_H
#define MZG_MODEL_MEL_H

#define MZG_MEL_BINS 201
#define MZG_MEL_MAX 256 /* filters, at most */

/* n (1 to MZG_MEL_MAX) times MZG_MEL_BINS weights into out, a filter's behind one another. */
void mzg_mel_filters(unsigned n, float *out);

#endif
