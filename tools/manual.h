/* manual.h: a command's help and its manual page, both written from its table.
 *
 * One walk over the table gives the text, in two dresses (plain for a terminal, roff for man), so
 * that the two cannot say different things. */
#ifndef MZG_TOOLS_MANUAL_H
#define MZG_TOOLS_MANUAL_H

#include "command.h"
#include <stdio.h>

enum mzg_dress { MZG_PLAIN, MZG_ROFF };

void mzg_manual_command(FILE *out, const struct mzg_command *c, enum mzg_dress dress);

/* The program's own page: what it is for, and its commands (n of them). */
void mzg_manual_program(FILE *out, const struct mzg_command *const *commands, size_t n,
                        enum mzg_dress dress);

#endif
