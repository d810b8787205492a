/* layout.h: a bundle's files in the folders of other programs, for where no network is.
 *
 *   oci      an OCI image layout that skopeo and oras copy into any registry: each file a layer, described as
 *            the ModelPack specification has it, with the signed documents beside them
 *   hub      a cache of the Hugging Face hub (HF_HUB_CACHE), which llama.cpp reads too
 *   ollama   Ollama's models (OLLAMA_MODELS): each GGUF file a model of its own
 *
 * What is complete becomes visible last, so a program that looks on, or a run that was stopped, never
 * finds half of it. Sources: OCI image layout and manifest 1.1; ModelPack model-spec. */
#ifndef MZG_TOOLS_LAYOUT_LAYOUT_H
#define MZG_TOOLS_LAYOUT_LAYOUT_H

#include "bundle/bundle.h"

/* Adds the bundle to the layout in dir, made when missing, under its version as the tag (a '+', which tags
 * cannot have, becomes '_'). MZG_REFUSED: dir holds something else, or another bundle's versions. */
enum mzg_code mzg_layout_oci(struct mzg_verified *v, const struct mzg_documents *d, const char *dir,
                             const struct mzg_run *run, struct mzg_err *e) MZG_MUST;

/* Adds the bundle to the cache in dir as mzigo/NAME, its newest commit. */
enum mzg_code mzg_layout_hub(struct mzg_verified *v, const struct mzg_documents *d, const char *dir,
                             const struct mzg_run *run, struct mzg_err *e) MZG_MUST;

/* Adds the bundle's models to those in dir, as localhost/mzigo/NAME: tag VERSION and latest for the one that
 * mzg_model_choose takes, VERSION-GRADE for each where there are several. A model that is there already is kept
 * when its bytes are right. MZG_UNSUPPORTED: there is no model in it, or Ollama cannot have such a name. */
enum mzg_code mzg_layout_ollama(struct mzg_verified *v, const struct mzg_documents *d, const char *dir,
                                const struct mzg_run *run, struct mzg_err *e) MZG_MUST;

#endif
