/* mzigo_ranges.h: what is known of the inside of a file that is packed: for a GGUF file, where its
 * metadata arrays and tensors lie (so that equal ones become equal chunks), what it records of its own
 * making, and what it says of its model (so that the manifest says it too). Of whisper.cpp's files the same, but for
 * a record, which they have not. Other files have none of it. */
#ifndef MZG_RANGES_H
#define MZG_RANGES_H

#include "base/arena.h"
#include "bundle/chunker.h"

struct mzg_ranges_note {
    const char *key;  /* "stories.gguf: mzigo.convert.to" */
    const char *text;
};

struct mzg_ranges {
    struct mzg_arena arena;
    struct mzg_range *ranges; /* they tile the file; n == 0: nothing is known */
    size_t n;
    struct mzg_ranges_note *notes;
    size_t n_notes;
    size_t n_records; /* the first of notes: of its making, which a manifest is never without */
    size_t parts;     /* that the model is in, of which the file is one; 0: it is no such part */
};

/* name: what the bundle calls the file. r is the caller's to clear, also after a failure. */
enum mzg_code mzg_ranges_find(struct mzg_ranges *r, const char *path, const char *name,
                              struct mzg_err *e) MZG_MUST;
void mzg_ranges_clear(struct mzg_ranges *r);

/* Where the file of which r was found is a part of a model: MZG_USAGE where another part of it is not among
 * the n files of these names, for it would be of no use. */
enum mzg_code mzg_ranges_check_parts(const struct mzg_ranges *r, const char *name,
                                     const char *const *names, size_t n, struct mzg_err *e) MZG_MUST;

#endif
