/* onnx_names.h: the tensors of an ONNX model that onnxruntime-genai's builder made, as Hugging Face has them.
 *
 * The builder keeps a decoder's weights whole, but names them by the nodes that use them, stores those of a
 * matrix product transposed, and may put q, k and v into one. A table of endings undoes that, and views
 * (mzg_tensor.strides) undo the layout, so that no byte is touched. Models by other exporters do not allow
 * it: their weights have names of nodes ("onnx::MatMul_1400"), and equal ones are there only once. */
#ifndef MZG_MODEL_ONNX_NAMES_H
#define MZG_MODEL_ONNX_NAMES_H

#include "weights.h"

/* Rows of attention's weights: heads times head_size, of genai_config.json. */
struct mzg_onnx_rows {
    uint64_t q;
    uint64_t kv; /* of k, and of v */
};

/* Whether w is such a model. */
bool mzg_onnx_is_genai(const struct mzg_weights *w);

/* Renames the tensors of such a model and turns them about. Tables of rotary angles, which follow from
 * the config, are left out; what no ending is known of (packed weights) stays as it is.
 * MZG_MALFORMED: a tensor of two dimensions has others, q, k and v in one are not of these rows, or two
 * tensors would get one name. */
enum mzg_code mzg_onnx_names(struct mzg_weights *w, const struct mzg_onnx_rows *rows,
                             struct mzg_err *e) MZG_MUST;

#endif
