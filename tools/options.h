/* options.h: a command line, read against the table that its help and manual page are made from.
 *
 * Accepted: --name VALUE, --name=VALUE, -n VALUE, -nVALUE, options before, between and after the
 * operands, "--" (what follows is operands). Not accepted: shortened names, an option given twice
 * unless the table says so, anything the table does not list. Every fault is MZG_USAGE with one line
 * that names it. */
#ifndef MZG_TOOLS_OPTIONS_H
#define MZG_TOOLS_OPTIONS_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MZG_REQUIRED 1u /* an option that must be given */
#define MZG_MANY 2u     /* may be given several times; for an operand: one or more of it */
#define MZG_OPTIONAL 4u /* an operand that may be left out */

/* A table of these ends with {0}. */
struct mzg_option {
    const char *name; /* "out", typed --out */
    char letter;      /* 'o', typed -o; 0: none */
    const char *arg;  /* what its value stands for ("FILE"); NULL: a switch without a value */
    unsigned flags;
    const char *help; /* whole sentences */
};

/* The same; only the last one may be MZG_MANY. Which one an operand is, where one before it may be left out,
 * is for the command to tell. */
struct mzg_operand {
    const char *name; /* "SRC" */
    unsigned flags;
    const char *help;
};

/* What was given. Values point into argv. */
struct mzg_args {
    const struct mzg_option *options;
    const struct mzg_option **given; /* in the table's order, then in the order typed */
    const char **values;             /* beside given; "" for a switch */
    size_t count;
    const char **operands;
    size_t operand_count;
};

/* Reads argv[0..argc), which starts behind the command's name. With --help (where the table has it)
 * what is missing is not asked for. a is cleared by the caller, also after an error. */
enum mzg_code mzg_args_parse(struct mzg_args *a, const struct mzg_option *options,
                             const struct mzg_operand *operands, int argc, char **argv,
                             struct mzg_err *e) MZG_MUST;
void mzg_args_clear(struct mzg_args *a); /* fine on a zeroed one */

/* A name below must be in the table (an assertion, for it is the programmer's slip). */
bool mzg_args_has(const struct mzg_args *a, const char *name);
/* Its value, or NULL when it was not given. */
const char *mzg_args_text(const struct mzg_args *a, const char *name);
/* All values of a MZG_MANY option: returns how many, *values lives as long as a. */
size_t mzg_args_list(const struct mzg_args *a, const char *name, const char *const **values);
/* The operand with this number, or NULL. */
const char *mzg_args_operand(const struct mzg_args *a, size_t i);
/* A whole number in [min, max], decimal digits only; leaves *out alone when it was not given. */
enum mzg_code mzg_args_number(const struct mzg_args *a, const char *name, uint64_t min,
                              uint64_t max, uint64_t *out, struct mzg_err *e) MZG_MUST;

/* True when the table lists it. */
bool mzg_options_have(const struct mzg_option *options, const char *name);

#endif
