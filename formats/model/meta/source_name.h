/* source_name.h: what the folder that a model lies in is called, where that is the model's own name. */
#ifndef MZG_MODEL_SOURCE_NAME_H
#define MZG_MODEL_SOURCE_NAME_H

#include "model_id.h"

/* An id for mzg_model_id_split: "ORG/NAME" for a snapshot in a cache of the Hugging Face hub
 * (models--ORG--NAME/snapshots/COMMIT), else the folder's own name, links and dots resolved; empty where
 * it has none that fits. */
void mzg_source_name(const char *folder, char out[MZG_MODEL_ID]);

/* Whether an id is a model's name beyond doubt: it has an organization, or a basename and a size in
 * numbers ("Qwen2.5-0.5B-Instruct"). Folders are called anything. */
bool mzg_source_name_certain(const struct mzg_model_id *id);

#endif
