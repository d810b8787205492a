/* parts.h: a model in several GGUF files, as llama.cpp's gguf-split cuts it.
 *
 * Part 2 of 3 is PREFIX-00002-of-00003.gguf, a GGUF file of its own. Its metadata say which part it is
 * (split.no, from 0), of how many (split.count), and how many tensors all of them hold
 * (split.tensors.count). The model's own metadata are in the first part, which may be without tensors. */
#ifndef MZG_MODEL_PARTS_H
#define MZG_MODEL_PARTS_H

#include "../../base/sha256.h"
#include "gguf.h"

#define MZG_PARTS_MAX MZG_SHARDS_MAX
#define MZG_PART_NAME 48 /* bytes that mzg_part_format may add, the NUL among them */

#define MZG_KEY_PART_NUMBER "split.no"
#define MZG_KEY_PART_COUNT "split.count"
#define MZG_KEY_PART_TENSORS "split.tensors.count"

/* In every part but the first that mzigo writes: SHA-256 of the first one's mzigo.* pairs as they are
 * encoded, in hex. So parts of two conversions are not taken for those of one. */
#define MZG_KEY_PART_RECORD "mzigo.record.sha256"
enum mzg_code mzg_part_record(const struct mzg_kvs *first, char hex[MZG_SHA256_HEX],
                              struct mzg_err *e) MZG_MUST;

/* "PREFIX-00002-of-00003.gguf": PREFIX's length, *part 1, *parts 3. 0 where the name is none such. */
size_t mzg_part_parse(const char *name, uint32_t *part, uint32_t *parts);

/* The name, or path, with PREFIX the first n bytes of prefix. As snprintf. */
int mzg_part_format(char *out, size_t room, const char *prefix, size_t n, size_t part, size_t parts);
/* Length of the PREFIX by which the output is divided that would be `path` in one piece. */
size_t mzg_part_prefix(const char *path);

/* What the metadata say. count is 1 for a whole model, whatever else is there. */
struct mzg_part_keys {
    uint64_t number, count, tensors;
};
enum mzg_code mzg_part_keys(const struct mzg_kvs *k, struct mzg_part_keys *keys,
                            struct mzg_err *e) MZG_MUST;

/* w: as a single GGUF file leaves it. Where that is one of several parts, all of them are opened, beside it
 * and by its name; they must agree. inside: as mzg_weights_open_file. */
enum mzg_code mzg_parts_join(struct mzg_weights *w, bool inside, struct mzg_err *e) MZG_MUST;

#endif
