/* provenance.h: the record, in the output's own metadata, of what it was made from and how. */
#ifndef MZG_MODEL_PROVENANCE_H
#define MZG_MODEL_PROVENANCE_H

#include "convert.h"

/* The output's metadata: the model's, then general.file_type, general.quantization_version and the
 * mzigo.* record. digests: one per weights file, or NULL for a placeholder of the same size.
 * k is initialised here; the caller clears it. */
enum mzg_code mzg_provenance_kvs(struct mzg_kvs *k, const struct mzg_convert_job *job,
                                 const struct mzg_gguf_tensor *table,
                                 const uint8_t (*digests)[32], struct mzg_err *e) MZG_MUST;

/* The quantizer revision that the metadata k records for a type; 0: none. */
uint32_t mzg_provenance_revision(const struct mzg_kvs *k, enum mzg_type type);

#endif
