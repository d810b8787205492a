/* machine.h: the inside of the pickle machine, for its own files. */
#ifndef MZG_MODEL_PICKLE_MACHINE_H
#define MZG_MODEL_PICKLE_MACHINE_H

#include "globals.h"
#include "pickle.h"

struct mzg_pickle_machine {
    struct mzg_pickle *p;
    struct mzg_reader *r;
    struct mzg_pickle_value **stack;
    size_t depth, stack_room;
    size_t *marks; /* how deep the stack was at each */
    size_t n_marks, marks_room;
    struct mzg_pickle_value **memo; /* NULL where nothing was put */
    size_t memo_room, memoized;
    bool done;
    /* The opcode that runs: its byte in the file, its name, and what followed it. */
    uint64_t at;
    const char *op;
    uint64_t number;
    struct mzg_pickle_text text, text2;
};

/* What follows an opcode. */
enum mzg_pickle_operand {
    MZG_PICKLE_NOTHING,
    MZG_PICKLE_BYTES_1, MZG_PICKLE_BYTES_2, MZG_PICKLE_BYTES_4, MZG_PICKLE_BYTES_8, /* a number */
    MZG_PICKLE_COUNTED_1, MZG_PICKLE_COUNTED_4, MZG_PICKLE_COUNTED_8, /* behind such a number, so many */
    MZG_PICKLE_TWO_LINES,
};

struct mzg_pickle_opcode {
    const char *name;
    enum mzg_code (*run)(struct mzg_pickle_machine *m, struct mzg_err *e); /* NULL: not known */
    enum mzg_pickle_operand operand;
};
extern const struct mzg_pickle_opcode mzg_pickle_opcodes[256];

/* At the opcode that runs. */
enum mzg_code mzg_pickle_fail(const struct mzg_pickle_machine *m, enum mzg_code code,
                              struct mzg_err *e, const char *fmt, ...) MZG_PRINTF(4, 5);

/* NULL: no memory is left for it, *e is filled. */
struct mzg_pickle_value *mzg_pickle_new(struct mzg_pickle_machine *m, enum mzg_pickle_kind kind,
                                        struct mzg_err *e);
enum mzg_code mzg_pickle_push(struct mzg_pickle_machine *m, struct mzg_pickle_value *v,
                              struct mzg_err *e) MZG_MUST;
/* Not below the last mark. */
enum mzg_code mzg_pickle_pop(struct mzg_pickle_machine *m, struct mzg_pickle_value **v,
                             struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_pickle_mark(struct mzg_pickle_machine *m, struct mzg_err *e) MZG_MUST;
/* What was pushed since the last mark, which goes with it: n values at *items, valid until the next push. */
enum mzg_code mzg_pickle_pop_mark(struct mzg_pickle_machine *m, struct mzg_pickle_value ***items,
                                  size_t *n, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_pickle_remember(struct mzg_pickle_machine *m, uint64_t index,
                                  struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_pickle_recall(struct mzg_pickle_machine *m, uint64_t index,
                                struct mzg_err *e) MZG_MUST;
/* Puts n values behind those of a TUPLE, LIST or DICT. */
enum mzg_code mzg_pickle_append(struct mzg_pickle_machine *m, struct mzg_pickle_value *to,
                                struct mzg_pickle_value *const *items, size_t n,
                                struct mzg_err *e) MZG_MUST;

/* make.c: what takes the place of a call. Each takes its operands from the stack. */
enum mzg_code mzg_pickle_op_global(struct mzg_pickle_machine *m, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_pickle_op_stack_global(struct mzg_pickle_machine *m, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_pickle_op_inst(struct mzg_pickle_machine *m, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_pickle_op_reduce(struct mzg_pickle_machine *m, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_pickle_op_newobj(struct mzg_pickle_machine *m, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_pickle_op_build(struct mzg_pickle_machine *m, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_pickle_op_persid(struct mzg_pickle_machine *m, struct mzg_err *e) MZG_MUST;

#endif
