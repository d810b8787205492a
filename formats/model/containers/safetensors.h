/* safetensors.h: headers of safetensors files (source: the format's own description, and what its
 * reference reader of 2026 enforces). */
#ifndef MZG_MODEL_SAFETENSORS_H
#define MZG_MODEL_SAFETENSORS_H

#include "weights.h"

#define MZG_SAFETENSORS_HEADER 100000000u /* the format's own limit, in bytes */

/* Reads the header of w->files[file] and appends its tensors to w, by offset.
 *
 * The data must be covered exactly: no overlap, no hole, nothing behind the last tensor. Tensors
 * with a dimension of 0 are listed, with elems and bytes 0. Types that GGUF lacks (BOOL, U8, the F8
 * kinds ...) are listed with type MZG_TYPE_END; those whose elements are smaller than a byte, or
 * that are not known, are MZG_UNSUPPORTED. */
enum mzg_code mzg_safetensors_read(struct mzg_weights *w, uint32_t file,
                                   struct mzg_err *e) MZG_MUST;

#endif
