/* pickle.h: Python's pickles, as far as checkpoints of weights need them.
 *
 * A pickle is a program for a stack machine, and in Python that machine imports what it is told to and
 * calls it: who opens a pickle runs its author's code. This machine calls nothing. It knows a fixed table
 * of names (globals.c); REDUCE, which calls in Python, is a switch over that table, and whatever is not in
 * it is refused by name. What comes out is a tree of plain values and of tensors described (value.h).
 *
 * Bounds: the bytes that it is given (every opcode is one at least), MZG_PICKLE_MEMORY for all values of
 * one mzg_pickle, MZG_PICKLE_STACK values and MZG_PICKLE_MARKS marks on the stack, MZG_PICKLE_TEXT_BYTES in
 * a text, memo entries below MZG_PICKLE_MEMO. No opcode does more work than the values that it takes from
 * the stack, or the memory that it fills. */
#ifndef MZG_MODEL_PICKLE_PICKLE_H
#define MZG_MODEL_PICKLE_PICKLE_H

#include "../../base/arena.h"
#include "../../base/error.h"
#include "../../base/reader.h"
#include "value.h"

#define MZG_PICKLE_MEMORY ((size_t)96 << 20)
#define MZG_PICKLE_STACK ((size_t)1 << 20)
#define MZG_PICKLE_MARKS 10000
#define MZG_PICKLE_MEMO ((size_t)1 << 22)
#define MZG_PICKLE_TEXT_BYTES ((size_t)1 << 20)
#define MZG_PICKLE_DIMS 64 /* of a tensor */

struct mzg_pickle {
    struct mzg_arena arena;
    bool script; /* classes of TorchScript (__torch__...) are known: their objects are attributes only */
    bool cut;    /* what is read is the beginning of more: its end is a limit, not a fault */
    struct mzg_pickle_storage *storages; /* all that were named, the newest first */
};

void mzg_pickle_init(struct mzg_pickle *p);
void mzg_pickle_clear(struct mzg_pickle *p);

/* Reads one pickle, and leaves r behind its STOP. *root lives in p; several may be read into one.
 * MZG_UNSUPPORTED: a name or an opcode that is not known, with the byte; MZG_MALFORMED: whatever else no
 * pickler writes; MZG_LIMIT: more of it than the bounds above. */
enum mzg_code mzg_pickle_read(struct mzg_pickle *p, struct mzg_reader *r,
                              const struct mzg_pickle_value **root, struct mzg_err *e) MZG_MUST;

/* The text is this one. */
bool mzg_pickle_is(const struct mzg_pickle_value *v, const char *text);
/* The value of a DICT for this key, the last one that was put in; NULL: none, or no DICT. */
const struct mzg_pickle_value *mzg_pickle_get(const struct mzg_pickle_value *dict, const char *key);

#endif
