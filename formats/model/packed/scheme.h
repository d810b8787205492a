/* scheme.h: what the packed schemes share: finding the tensors that belong together, and putting what they
 * stand for in their place. Nobody else's. */
#ifndef MZG_MODEL_SCHEME_H
#define MZG_MODEL_SCHEME_H

#include "codes.h"
#include "packed.h"
#include "scaled.h"

struct mzg_unpack {
    struct mzg_source *source;
    const json_t *config;     /* the scheme's own object */
    struct mzg_name *names;   /* of source's items, sorted */
    bool *gone;               /* per item: taken into another */
};

/* The item called base + end; NULL where there is none, or it is gone. */
struct mzg_source_tensor *mzg_unpack_find(const struct mzg_unpack *u, const char *base, const char *end);
/* The same, which is then gone. */
struct mzg_source_tensor *mzg_unpack_take(struct mzg_unpack *u, const char *base, const char *end);
/* name without this end, in the source's arena; NULL where it ends otherwise (or without memory). */
const char *mzg_unpack_base(const struct mzg_unpack *u, const char *name, const char *end);
/* In place of item: base + end, with these values; they may be NULL where shapes did not fit, which is what
 * the error then says. */
enum mzg_code mzg_unpack_put(struct mzg_unpack *u, struct mzg_source_tensor *item, const char *base,
                             const char *end, const struct mzg_values *v, struct mzg_err *e) MZG_MUST;
/* All items with one of these ends go, as they say nothing of weights. NULL at the end. */
void mzg_unpack_drop(struct mzg_unpack *u, const char *const *ends);
/* The number that is all of t, or its first n. */
enum mzg_code mzg_unpack_numbers(const struct mzg_source_tensor *t, float *x, size_t n,
                                 struct mzg_err *e) MZG_MUST;

/* Codes of 4 bits with a scale of 8 bits to each 32: MX's FP4, whose blocks go into GGUF as they are.
 * codes: bytes, two to each, the first in the low half; scale: exponents. ne: the result's, ne[0] a multiple
 * of 32. NULL where they do not fit. */
const struct mzg_values *mzg_values_mxfp4(struct mzg_arena *a, const struct mzg_weights *w,
                                          const struct mzg_tensor *codes, const struct mzg_tensor *scale,
                                          unsigned n_dims, const uint64_t ne[MZG_VALUE_DIMS]);

/* The schemes. */
enum mzg_code mzg_unpack_scaled(struct mzg_unpack *u, struct mzg_err *e) MZG_MUST;  /* fp8, modelopt */
enum mzg_code mzg_unpack_compressed(struct mzg_unpack *u, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_unpack_gptq(struct mzg_unpack *u, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_unpack_awq(struct mzg_unpack *u, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_unpack_bitsandbytes(struct mzg_unpack *u, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_unpack_mxfp4(struct mzg_unpack *u, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_unpack_mlx(struct mzg_unpack *u, struct mzg_err *e) MZG_MUST;

#endif
