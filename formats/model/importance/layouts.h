/* layouts.h: the two layouts of an importance matrix, each read by a file of its own. For imatrix.c
 * only. */
#ifndef MZG_MODEL_LAYOUTS_H
#define MZG_MODEL_LAYOUTS_H

#include "../containers/weights.h"
#include "imatrix.h"

#define MZG_IMATRIX_ENTRIES (1u << 18)
#define MZG_IMATRIX_BYTES ((size_t)64 << 20) /* for names and the table of entries */

struct mzg_imatrix {
    struct mzg_file file;
    struct mzg_arena arena;             /* names, texts */
    struct mzg_imatrix_entry *entries;  /* malloc'd, in the file's order */
    size_t n, room;
    struct mzg_name *by_name;           /* n, sorted; malloc'd */
    const char **datasets;
    size_t n_datasets;
    uint64_t chunks;
    bool has_chunks;
};

/* Each fills an opened, otherwise empty m: from m->file, or from the same file opened as w. What it
 * leaves on failure is m's to clear. */
enum mzg_code mzg_imatrix_read_dat(struct mzg_imatrix *m, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_imatrix_read_gguf(struct mzg_imatrix *m, const struct mzg_weights *w,
                                    struct mzg_err *e) MZG_MUST;

/* Appends an entry; its name is copied. MZG_LIMIT beyond MZG_IMATRIX_ENTRIES. */
enum mzg_code mzg_imatrix_add(struct mzg_imatrix *m, const struct mzg_imatrix_entry *entry,
                              size_t name_len, struct mzg_err *e) MZG_MUST;

#endif
