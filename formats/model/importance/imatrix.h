/* imatrix.h: llama.cpp's importance matrices: how much each column of a weight matrix matters.
 *
 * Two layouts are read, told apart by content (SPEC.md, "Importance"): the legacy .dat and GGUF with
 * general.type "imatrix". Opening reads names, widths, counts and offsets and checks them against
 * the file; values stay there and are read a matrix at a time, so that memory is bounded by the
 * names. Reading may be done by any number of threads at once. */
#ifndef MZG_MODEL_IMATRIX_H
#define MZG_MODEL_IMATRIX_H

#include "../../base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mzg_imatrix;

/* What the file says of one tensor: a value for each column of each of its matrices. */
struct mzg_imatrix_entry {
    const char *name;    /* the tensor's: "blk.0.attn_q.weight" */
    uint64_t n_values;   /* all matrices together */
    uint64_t n_mat;      /* matrices (experts); 0: the legacy layout, which does not say */
    uint64_t at;         /* offset of the entry in the file, for messages */
    uint64_t values_at;  /* offset in the file of the n_values sums of squares, floats */
    uint64_t counts_at;  /* offset of n_mat counts, floats; legacy: of its one number of calls */
};

/* MZG_MALFORMED names the file, the entry and the byte; MZG_UNSUPPORTED: a GGUF file that is no
 * importance matrix; MZG_LIMIT: more than 2^18 entries. */
enum mzg_code mzg_imatrix_open(const char *path, struct mzg_imatrix **m, struct mzg_err *e) MZG_MUST;
void mzg_imatrix_close(struct mzg_imatrix *m); /* NULL is fine */

/* Entries in the file's order; i < count. They live as long as m. */
size_t mzg_imatrix_count(const struct mzg_imatrix *m);
const struct mzg_imatrix_entry *mzg_imatrix_entry(const struct mzg_imatrix *m, size_t i);
const struct mzg_imatrix_entry *mzg_imatrix_find(const struct mzg_imatrix *m, const char *name);

/* True when the entry is for n_mat matrices of rows `width` wide. */
bool mzg_imatrix_fits(const struct mzg_imatrix_entry *entry, uint64_t width, uint64_t n_mat);

/* The importance of matrix `mat` of an entry that fits: width floats into w, each finite and none
 * negative. *empty (may be NULL): the file has nothing for this matrix (its count is 0, or every
 * value is); then all of w is 1. MZG_MALFORMED: a value or count that is NaN, infinite or negative. */
enum mzg_code mzg_imatrix_read(const struct mzg_imatrix *m, const struct mzg_imatrix_entry *entry,
                               uint64_t width, uint64_t mat, float *w, bool *empty,
                               struct mzg_err *e) MZG_MUST;

/* SHA-256 of the whole file, for the record of provenance. */
enum mzg_code mzg_imatrix_digest(const struct mzg_imatrix *m, uint8_t sha256[32],
                                 struct mzg_err *e) MZG_MUST;

/* What it was made from, where the file says it: text from outside, to be quoted. */
size_t mzg_imatrix_datasets(const struct mzg_imatrix *m);
const char *mzg_imatrix_dataset(const struct mzg_imatrix *m, size_t i);
/* Chunks of text that were read; false where the file does not say. */
bool mzg_imatrix_chunks(const struct mzg_imatrix *m, uint64_t *chunks);

#endif
