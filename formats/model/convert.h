/* convert.h: a model to GGUF, streaming.
 *
 * First pass: headers, types and sizes, so that the output's header and every offset in it are
 * known. Second pass: tensors in the order in which they lie in the source, read once, digested on
 * the way, quantized by workers and written at their offsets. The source's digests are filled in
 * last, before the rename. Memory is bounded by the batches in flight. */
#ifndef MZG_MODEL_CONVERT_H
#define MZG_MODEL_CONVERT_H

#include "recipes/recipe.h"

struct mzg_convert_job {
    const struct mzg_model *model;
    const struct mzg_recipe *recipe;
    const char *pre; /* as it was overridden, for the record; else NULL */
};

struct mzg_convert_totals {
    uint64_t tensors, elems, source_bytes, output_bytes;
};

/* Writes out. totals may be NULL. MZG_MALFORMED names the tensor and element of the first weight
 * that is NaN, infinite or beyond what the type can hold. */
enum mzg_code mzg_convert_run(const struct mzg_convert_job *job, const char *out,
                              const struct mzg_run *run, struct mzg_convert_totals *totals,
                              struct mzg_err *e) MZG_MUST;

/* Bytes of the file that would be written. */
enum mzg_code mzg_convert_size(const struct mzg_convert_job *job, uint64_t *bytes,
                               struct mzg_err *e) MZG_MUST;

/* The metadata keys under which a file says what it was made from (SPEC.md, "Conversion"). */
#define MZG_KEY_SPEC "mzigo.spec"
#define MZG_KEY_TO "mzigo.convert.to"
#define MZG_KEY_RAW "mzigo.convert.raw"
#define MZG_KEY_PRE "mzigo.convert.pre"
#define MZG_KEY_QUANTIZER "mzigo.quantizer." /* and a type's name */
#define MZG_KEY_SOURCE_NAMES "mzigo.source.files"
#define MZG_KEY_SOURCE_DIGESTS "mzigo.source.sha256"

#endif
