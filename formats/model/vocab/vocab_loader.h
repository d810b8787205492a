/* vocab_loader.h: what the loaders of vocab.c share: a folder of tokenizer files while it is read. */
#ifndef MZG_MODEL_VOCAB_LOADER_H
#define MZG_MODEL_VOCAB_LOADER_H

#include "tokenizer_config.h"
#include "tokenizer_json.h"

#define MZG_VOCAB_FILE ((size_t)64 << 20) /* the largest of them that is read */

struct mzg_vocab_loader {
    struct mzg_vocab *v;
    const struct mzg_vocab_options *opt;
    struct mzg_dir dir;
    struct mzg_tokenizer_config tc;
    uint64_t vocab_size; /* options.rows, or config.json's; 0: not said */
    const char *family;  /* config.json's model_type, or NULL */
    char *text;          /* tokenizer.json's bytes, or NULL */
    struct mzg_tokenizer_json json;
};

/* XLM-R's and its kin's name for theirs, the ids of whose pieces are not the file's own. */
#define MZG_VOCAB_FAIRSEQ "sentencepiece.bpe.model"

/* The name of the SentencePiece file that the folder has, or NULL. */
const char *mzg_vocab_spm_name(const struct mzg_vocab_loader *l);

/* Each fills l->v, special tokens too, from its files: a SentencePiece file; vocab.json with merges.txt;
 * vocab.txt; tekken.json. Messages name the file. */
enum mzg_code mzg_vocab_from_spm(struct mzg_vocab_loader *l, const char *name,
                                 struct mzg_err *e) MZG_MUST;
#define MZG_VOCAB_MAP "vocab.json"
#define MZG_VOCAB_MERGES "merges.txt"
#define MZG_VOCAB_LINES "vocab.txt"
enum mzg_code mzg_vocab_from_map(struct mzg_vocab_loader *l, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_vocab_from_lines(struct mzg_vocab_loader *l, struct mzg_err *e) MZG_MUST;
#define MZG_VOCAB_TEKKEN "tekken.json"
enum mzg_code mzg_vocab_from_tekken(struct mzg_vocab_loader *l, struct mzg_err *e) MZG_MUST;

#endif
