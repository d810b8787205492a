/* images.h: manifests of images, each in the form that the client asks for. */
#ifndef MZG_REGISTRY_IMAGES_H
#define MZG_REGISTRY_IMAGES_H

#include "reference.h"
#include "versions.h"

/* Answers with the image that r, a manifest, means among v: by digest just that; by tag Ollama's to a client that
 * accepts Docker's manifest and not OCI's, the ModelPack image to all others. llama.cpp, which until 2025 asked
 * here which file a tag means, gets the file's name. */
enum MHD_Result mzg_images_answer(struct mzg_exchange *x, const struct mzg_versions *v,
                                  const struct mzg_reference *r);

#endif
