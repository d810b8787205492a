/* model_id.h: what a model's id says: "Qwen/Qwen2.5-0.5B-Instruct" is basename Qwen2.5, size label
 * 0.5B, finetune Instruct, made by Qwen.
 *
 * The rules are those of llama.cpp's converter (gguf-py's metadata.py of 2026), so that a file says the
 * same whoever made it: SPEC.md, "Names", has them. */
#ifndef MZG_MODEL_MODEL_ID_H
#define MZG_MODEL_MODEL_ID_H

#include <stdbool.h>
#include <stdint.h>

#define MZG_MODEL_ID 256 /* an id with its NUL */

/* Texts are empty where the id says nothing. */
struct mzg_model_id {
    char name[MZG_MODEL_ID];         /* "Qwen2.5-0.5B-Instruct" */
    char organization[MZG_MODEL_ID]; /* "Qwen" */
    char basename[MZG_MODEL_ID];
    char size_label[MZG_MODEL_ID];
    char finetune[MZG_MODEL_ID];
    char version[MZG_MODEL_ID];
};

/* weights: how many the model has, which tells a size from a context length ("-128K"); 0: not known.
 * False, with *id all empty, where text is no id of a model: empty, longer than MZG_MODEL_ID, not fit to
 * print, or a path ("../x", "/home/x", "a/b/c"). A text with spaces is a name and nothing else. */
bool mzg_model_id_split(struct mzg_model_id *id, const char *text, uint64_t weights);

/* "llama-2-7b-chat" -> "Llama 2 7b Chat": words in small letters get a large one. */
void mzg_model_id_title(const char *text, char out[MZG_MODEL_ID]);

#endif
