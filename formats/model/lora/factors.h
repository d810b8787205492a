/* factors.h: what llama.cpp adds to a tensor of its own: NAME.lora_a and NAME.lora_b, of which it makes
 * alpha / rank times B A while it runs, beside weights that stay as they are.
 *
 * An adapter speaks of the matrices that its makers trained; what a GGUF file has instead (rows of heads in another
 * order, transposes, halves, experts in one) is made by the family's table. So the table is asked with stand-ins: each
 * matrix that the adapter changes, of its shape and without values. Where an element of a result would come from says
 * which row goes where, and B's rows go there; its columns are A's; and where a matrix lies across, the two are
 * exchanged. What mixes them, or computes, has no such factors and is refused.
 *
 * Each pair has one alpha, the file's, over its own rank. A module whose scale is another (rsLoRA, alpha_pattern) has
 * the quotient multiplied into B, in F32 and rounded once; where there is none B's values are the adapter's own. */
#ifndef MZG_MODEL_FACTORS_H
#define MZG_MODEL_FACTORS_H

#include "../arch/model.h"
#include "adapter.h"

struct mzg_factors {
    struct mzg_arena *arena;           /* all of this */
    const struct mzg_adapter *ad;
    const struct mzg_weights *weights; /* where its tensors are */
    struct mzg_tensor *stands;         /* one for each of ad's parts, in their order */
    bool turned;                       /* the base's matrices have their input first (Conv1D) */
    bool *used;                        /* by part */
    float alpha;                       /* the file's; never 0, which llama.cpp takes for no scale at all */
};

/* MZG_UNSUPPORTED names what was trained whole, for which there is no place. Says which copies of the base are left out. */
enum mzg_code mzg_factors_init(struct mzg_factors *f, struct mzg_arena *a, const struct mzg_adapter *ad,
                               const struct mzg_weights *weights, const struct mzg_notify *notify,
                               struct mzg_err *e) MZG_MUST;

/* The stand-ins, for the family's table; with turned or without. */
enum mzg_code mzg_factors_source(struct mzg_factors *f, bool turned, struct mzg_source *s, struct mzg_err *e) MZG_MUST;

/* t: what the table made of them -> its two tensors. tied: rows of an embedding that is the output matrix too, or 0: a
 * change of that is MZG_UNSUPPORTED, as are what mixes rows and columns or computes, experts of unlike ranks, and
 * tensors to which llama.cpp adds nothing. */
enum mzg_code mzg_factors_make(struct mzg_factors *f, const struct mzg_model_tensor *t, uint64_t tied,
                               struct mzg_model_tensor out[2], struct mzg_err *e) MZG_MUST;

#endif
