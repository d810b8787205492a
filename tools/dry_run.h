/* dry_run.h: mzigo convert --dry-run: what would be written, tensor by tensor. */
#ifndef MZG_TOOLS_DRY_RUN_H
#define MZG_TOOLS_DRY_RUN_H

#include "command.h"
#include "outputs.h"

/* Prints, or with --json reports, each output's tensors and its exact size. Writes nothing. */
enum mzg_code mzg_dry_run(struct mzg_context *c, const char *src, const struct mzg_convert_options *opt,
                          const struct mzg_outputs *outs, struct mzg_err *e) MZG_MUST;

#endif
