/* outputs.h: `--to Q4_K_M,Q8_0 -o model-{}.gguf`: which files of which types that asks for. */
#ifndef MZG_TOOLS_OUTPUTS_H
#define MZG_TOOLS_OUTPUTS_H

#include "mzigo.h"

struct mzg_outputs {
    struct mzg_convert_output list[MZG_CONVERT_OUTPUTS];
    size_t n;
    char *types; /* what the texts point into */
    char *paths;
};

/* to: names apart by commas, or NULL where a recipe file says it (one output then). out: the file; "{}" in
 * it stands for the type, and must be there when there are several. MZG_USAGE. o is the caller's to clear,
 * also after an error. */
enum mzg_code mzg_outputs_parse(struct mzg_outputs *o, const char *to, const char *out,
                                struct mzg_err *e) MZG_MUST;
void mzg_outputs_clear(struct mzg_outputs *o); /* fine on a zeroed one */

#endif
