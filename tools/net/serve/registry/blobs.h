/* blobs.h: what images name by digest: files of bundles, their signed documents, and the texts made for images. */
#ifndef MZG_REGISTRY_BLOBS_H
#define MZG_REGISTRY_BLOBS_H

#include "reference.h"
#include "versions.h"

/* Answers with the blob that r means, where one of v's bundles has it; also with parts of it. */
enum MHD_Result mzg_blobs_answer(struct mzg_exchange *x, const struct mzg_versions *v,
                                 const struct mzg_reference *r);

#endif
