/* genai.h: ONNX models that onnxruntime-genai's builder made, as the family's own checkpoint would be.
 *
 * The builder keeps a decoder's weights whole, but names them by the nodes that use them, stores those of a matrix
 * product transposed or, with 4 and 8 bits, in blocks with their scales, and may put q, k and v into one. What
 * genai_config.json leaves out, the graph says: its norms' epsilon, its attention's window, and in the tables of
 * rotary angles the base that they were made with. Models by other exporters do not allow it: their weights
 * have names of nodes ("onnx::MatMul_1400"), and equal ones are there only once. */
#ifndef MZG_MODEL_GENAI_H
#define MZG_MODEL_GENAI_H

#include "../arch/config.h"
#include "../values/source.h"

#define MZG_GENAI_FILE "genai_config.json"

/* A MatMulNBits: rows of k whole numbers of `bits`, n of them, each block of which has a scale. */
struct mzg_genai_packed {
    const char *codes, *scales, *zeros; /* names of tensors; zeros NULL: half of the range is */
    uint64_t k, n, bits, block;
};

/* What the graph says. */
struct mzg_genai {
    struct mzg_arena arena;
    struct mzg_genai_packed *packed; /* n_packed, sorted by codes */
    size_t n_packed, room;
    double epsilon;       /* of all norms; 0: there is none */
    double scale;         /* of all attentions; 0: not said */
    uint64_t window;      /* the least of an attention; 0: none */
    uint64_t rotary_dim;  /* dimensions that are rotated; 0: all of a head */
    bool looks_up;        /* it takes tokens, and looks their vectors up */
};

/* Whether w is such a model. */
bool mzg_genai_is(const struct mzg_weights *w);
/* Whether the builder leaves the weights of this class what they are: it adds 1 to the norms of some, as their
 * runtimes would. */
bool mzg_genai_knows(const char *class);

/* Reads the graph of w, which is such a model. MZG_UNSUPPORTED: nodes that compute what no family here does;
 * MZG_MALFORMED: numbers that cannot be. g is to be cleared after an error, too. */
enum mzg_code mzg_genai_read(struct mzg_genai *g, const struct mzg_weights *w, struct mzg_err *e) MZG_MUST;
void mzg_genai_clear(struct mzg_genai *g);

/* From FOLDER/genai_config.json, the graph and the weights, what config.json would say. MZG_UNSUPPORTED: a type of
 * model that is not known, weights that are not such a model's, or what none of them says; MZG_MALFORMED: numbers
 * missing or out of range. */
enum mzg_code mzg_genai_load(struct mzg_config *c, const char *folder, const struct mzg_weights *w,
                             struct mzg_err *e) MZG_MUST;

/* The base of the rotary angles, from w's cos_cache and sin_cache: the number with the fewest digits that gives
 * them; and where low frequencies are divided as by Llama 3.1, by which factor (else 0), with the other numbers that
 * it has. MZG_UNSUPPORTED: there are none, or another way to stretch the context has others. */
#define MZG_GENAI_LOW 1.0
#define MZG_GENAI_HIGH 4.0
#define MZG_GENAI_ORIGINAL 8192
struct mzg_genai_rotation {
    double base, factor;
};
enum mzg_code mzg_genai_rotation(const struct mzg_weights *w, struct mzg_genai_rotation *r,
                                 struct mzg_err *e) MZG_MUST;

/* Gives s the family's names, and its tensors their rows. q, kv: rows of attention's weights. fused: the family has
 * q, k and v in one, and gate and up. MZG_MALFORMED where a tensor does not fit; what no name is known of stays. */
struct mzg_genai_shape {
    uint64_t q, kv;
    bool fused;
};
enum mzg_code mzg_genai_apply(struct mzg_source *s, const struct mzg_genai *g, const struct mzg_genai_shape *shape,
                              struct mzg_err *e) MZG_MUST;
/* Its last step, of such families: weights of q, k and v become those of qkv_proj, of gate and up gate_up_proj. */
enum mzg_code mzg_genai_join(struct mzg_source *s, struct mzg_err *e) MZG_MUST;

#endif
