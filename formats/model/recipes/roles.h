/* roles.h: what a tensor does in a model, told by its name alone, and which may be quantized at all
 * (source: llama.cpp's src/llama-quant.cpp of 2026; `make interop` compares). */
#ifndef MZG_MODEL_ROLES_H
#define MZG_MODEL_ROLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(NAME, the word for it in a recipe) */
#define MZG_ROLES(X)                                                                               \
    X(OUTPUT, "output")                                                                            \
    X(EMBEDDING, "embedding")                                                                      \
    X(QKV, "qkv")                                                                                  \
    X(KVB, "kvb")                                                                                  \
    X(V, "v")                                                                                      \
    X(K, "k")                                                                                      \
    X(Q, "q")                                                                                      \
    X(O, "o")                                                                                      \
    X(UP, "up")                                                                                    \
    X(GATE, "gate")                                                                                \
    X(DOWN, "down")                                                                                \
    X(OTHER, "other")

enum mzg_role {
#define X(name, word) MZG_ROLE_##name,
    MZG_ROLES(X)
#undef X
    MZG_ROLES_END
};

enum mzg_role mzg_role_of(const char *name);

/* As bits, 1 << role: a role's word, "values" (v, qkv and kvb) or "any"; 0 for other words. */
uint32_t mzg_role_bits(const char *word, size_t len);
#define MZG_ROLE_BIT(role) (1u << (role))
#define MZG_ROLES_VALUES                                                                           \
    (MZG_ROLE_BIT(MZG_ROLE_V) | MZG_ROLE_BIT(MZG_ROLE_QKV) | MZG_ROLE_BIT(MZG_ROLE_KVB))

/* May a tensor of this name and shape be quantized? A dimension of 1 at the end does not count. */
bool mzg_tensor_eligible(const char *name, const uint64_t *ne, unsigned n_dims);

/* N of a name "blk.N.", or -1. */
long mzg_tensor_layer(const char *name);

#endif
