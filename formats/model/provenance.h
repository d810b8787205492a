/* provenance.h: the record, in the output's own metadata, of what it was made from and how. */
#ifndef MZG_MODEL_PROVENANCE_H
#define MZG_MODEL_PROVENANCE_H

#include "plan.h"

/* The metadata keys under which a file says what it was made from (SPEC.md, "Determinism"). */
#define MZG_KEY_SPEC "mzigo.spec"
#define MZG_KEY_TO "mzigo.convert.to"
#define MZG_KEY_RECIPE "mzigo.convert.recipe.sha256"
#define MZG_KEY_TENSOR_TYPES "mzigo.convert.tensor_types"
#define MZG_KEY_OUTPUT_TYPE "mzigo.convert.output_type"
#define MZG_KEY_EMBEDDING_TYPE "mzigo.convert.embedding_type"
#define MZG_KEY_PURE "mzigo.convert.pure"
#define MZG_KEY_REQUANTIZE "mzigo.convert.requantize"
#define MZG_KEY_EFFORT "mzigo.convert.effort"
#define MZG_KEY_RAW "mzigo.convert.raw"
#define MZG_KEY_PRE "mzigo.convert.pre"
#define MZG_KEY_PART_BYTES "mzigo.convert.split_max_size"
#define MZG_KEY_PART_MOST "mzigo.convert.split_max_tensors"
#define MZG_KEY_SOURCE_NAME "mzigo.convert.source_name"
#define MZG_KEY_SET "mzigo.convert.set"
#define MZG_KEY_LORA "mzigo.convert.lora"
#define MZG_KEY_IMATRIX "mzigo.imatrix.sha256"
#define MZG_KEY_QUANTIZER "mzigo.quantizer." /* and a type's name */
#define MZG_KEY_SOURCE_NAMES "mzigo.source.files"
#define MZG_KEY_SOURCE_DIGESTS "mzigo.source.sha256"

/* The output's metadata: the model's, then general.file_type, general.quantization_version, what llama.cpp
 * notes of an importance matrix, and the mzigo.* record. digests: one per weights file, or NULL for
 * placeholders of the same size. k is initialised here; the caller clears it. */
enum mzg_code mzg_provenance_kvs(struct mzg_kvs *k, const struct mzg_plan *p,
                                 const uint8_t (*digests)[32], struct mzg_err *e) MZG_MUST;

/* The metadata of a part behind the first: which it is, and the digest of the first one's record. */
enum mzg_code mzg_provenance_part(struct mzg_kvs *k, const struct mzg_plan *p, size_t part,
                                  const uint8_t (*digests)[32], struct mzg_err *e) MZG_MUST;

/* How an adapter that was merged is recorded: "SCALE SHA256 SHA256", of its config and of its weights. */
#define MZG_ADAPTER_RECORD 192
void mzg_provenance_adapter(const struct mzg_adapter *ad, char text[MZG_ADAPTER_RECORD]);

/* ---- reading the record of a file ---- */

/* The quantizer revision that the metadata k records for a type; 0: none. */
uint32_t mzg_provenance_revision(const struct mzg_kvs *k, enum mzg_type type);
/* The effort that k records; false where it records one that is not known. */
bool mzg_provenance_effort(const struct mzg_kvs *k, enum mzg_effort *effort);
/* The digest of the importance matrix; false where k records none. MZG_MALFORMED where it is no digest. */
enum mzg_code mzg_provenance_imatrix(const struct mzg_kvs *k, bool *made_with, uint8_t sha256[32],
                                     struct mzg_err *e) MZG_MUST;

/* "fast", "default", "best" */
const char *mzg_effort_name(enum mzg_effort effort);
/* By name; MZG_USAGE with the names there are. */
enum mzg_code mzg_effort_find(const char *name, enum mzg_effort *effort, struct mzg_err *e) MZG_MUST;

#endif
