/* genai_graph.c: what the nodes of a model by onnxruntime-genai's builder say of how it is run. */
#include "genai.h"
#include "../../base/text.h"
#include "../containers/onnx_nodes.h"
#include <stdlib.h>
#include <string.h>

#define NAMES_BYTES ((size_t)16 << 20)
#define PACKED_MAX (1u << 16)
#define SIZE_MAX_K ((int64_t)1 << 26) /* of a matrix */

static const char *const norms[] = {"SimplifiedLayerNormalization", "SkipSimplifiedLayerNormalization", NULL};
static const char *const attentions[] = {"GroupQueryAttention", "MultiHeadAttention", NULL};
/* What no family here has: activations but SiLU, norms with a mean, experts, convolutions. */
static const char *const others[] = {"Gelu", "FastGelu", "BiasGelu", "Relu", "Tanh", "Softplus", "LayerNormalization",
                                     "SkipLayerNormalization", "MoE", "QMoE", "Conv", "SparseAttention",
                                     "PagedAttention", "Attention", "CausalConvWithState", "LinearAttention", NULL};

static enum mzg_code fail_node(const struct mzg_onnx_node *n, const char *what, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "a node %s %s", mzg_quote(q, n->op), what);
}

static int64_t whole(const struct mzg_onnx_node *n, const char *name, int64_t without)
{
    const struct mzg_onnx_attribute *a = mzg_onnx_attribute(n, name);

    return a && !a->real ? a->whole : without;
}

static double real(const struct mzg_onnx_node *n, const char *name)
{
    const struct mzg_onnx_attribute *a = mzg_onnx_attribute(n, name);

    return a && a->real ? (double)a->number : 0;
}

/* One number for all nodes of a kind. */
static enum mzg_code same(double *all, double one, const struct mzg_onnx_node *n, const char *what,
                          struct mzg_err *e)
{
    if (*all != 0 && *all != one)
        return fail_node(n, what, e);
    *all = one;
    return MZG_OK;
}

static enum mzg_code take_attention(struct mzg_genai *g, const struct mzg_onnx_node *n, struct mzg_err *e)
{
    int64_t window = whole(n, "local_window_size", -1);

    if (real(n, "softcap") != 0)
        return fail_node(n, "has a softcap, which is not supported", e);
    if (whole(n, "rotary_interleaved", 0) != 0)
        return fail_node(n, "rotates neighbours, which is not supported", e);
    if (window > 0 && (g->window == 0 || (uint64_t)window < g->window))
        g->window = (uint64_t)window;
    return same(&g->scale, real(n, "scale"), n, "has another scale than one before it", e);
}

static enum mzg_code take_rotation(struct mzg_genai *g, const struct mzg_onnx_node *n, struct mzg_err *e)
{
    int64_t dim = whole(n, "rotary_embedding_dim", 0);

    if (whole(n, "interleaved", 0) != 0)
        return fail_node(n, "rotates neighbours, which is not supported", e);
    if (dim < 0 || dim > INT32_MAX || (g->rotary_dim != 0 && g->rotary_dim != (uint64_t)dim))
        return fail_node(n, "rotates other dimensions than one before it", e);
    g->rotary_dim = (uint64_t)dim;
    return MZG_OK;
}

static const char *input(struct mzg_genai *g, const struct mzg_onnx_node *n, size_t i)
{
    const char *name = i < n->n_inputs ? n->inputs[i] : "";

    return mzg_arena_text(&g->arena, name, strlen(name));
}

static enum mzg_code add_packed(struct mzg_genai *g, const struct mzg_genai_packed *p, struct mzg_err *e)
{
    if (g->n_packed == PACKED_MAX)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "more than %u nodes MatMulNBits", PACKED_MAX);
    if (g->n_packed == g->room) {
        size_t room = g->room ? 2 * g->room : 256;
        struct mzg_genai_packed *packed = realloc(g->packed, room * sizeof *packed);
        if (!packed)
            return mzg_fail_memory(e, "nodes");
        g->packed = packed;
        g->room = room;
    }
    g->packed[g->n_packed++] = *p;
    return MZG_OK;
}

static enum mzg_code take_packed(struct mzg_genai *g, const struct mzg_onnx_node *n, struct mzg_err *e)
{
    int64_t k = whole(n, "K", 0), rows = whole(n, "N", 0), bits = whole(n, "bits", 4),
            block = whole(n, "block_size", 0);
    struct mzg_genai_packed p = {.codes = input(g, n, 1), .scales = input(g, n, 2), .zeros = input(g, n, 3)};

    if (!p.codes || !p.scales || !p.zeros)
        return mzg_fail_memory(e, "names of nodes");
    if (k < 1 || k > SIZE_MAX_K || rows < 1 || rows > SIZE_MAX_K || block < 1 || k % block != 0)
        return fail_node(n, "has rows (K, N) that are none, or do not divide into its blocks", e);
    if ((bits != 2 && bits != 4 && bits != 8) || whole(n, "weight_prepacked", 0) != 0)
        return fail_node(n, "has not 2, 4 or 8 bits, or them in an order for one kind of hardware", e);
    for (size_t i = 4; i < n->n_inputs; i++) {
        if (n->inputs[i][0])
            return fail_node(n, "has a g_idx or a bias, which are not supported", e);
    }
    p.zeros = p.zeros[0] ? p.zeros : NULL;
    p.k = (uint64_t)k;
    p.n = (uint64_t)rows;
    p.bits = (uint64_t)bits;
    p.block = (uint64_t)block;
    return add_packed(g, &p, e);
}

static void take_lookup(struct mzg_genai *g, const struct mzg_onnx_node *n)
{
    for (size_t i = 0; i < n->n_inputs; i++)
        g->looks_up = g->looks_up || strcmp(n->inputs[i], "input_ids") == 0;
}

static enum mzg_code take_node(void *ctx, const struct mzg_onnx_node *n, struct mzg_err *e)
{
    struct mzg_genai *g = ctx;

    if (strcmp(n->op, "Gather") == 0 || strcmp(n->op, "GatherBlockQuantized") == 0)
        take_lookup(g, n);
    if (mzg_text_among(others, n->op))
        return fail_node(n, "computes what no family does that is known in this form", e);
    if (mzg_text_among(norms, n->op))
        return same(&g->epsilon, real(n, "epsilon"), n, "has another epsilon than one before it", e);
    if (mzg_text_among(attentions, n->op))
        return take_attention(g, n, e);
    if (strcmp(n->op, "RotaryEmbedding") == 0)
        return take_rotation(g, n, e);
    return strcmp(n->op, "MatMulNBits") == 0 ? take_packed(g, n, e) : MZG_OK;
}

static int by_codes(const void *a, const void *b)
{
    return strcmp(((const struct mzg_genai_packed *)a)->codes, ((const struct mzg_genai_packed *)b)->codes);
}

enum mzg_code mzg_genai_read(struct mzg_genai *g, const struct mzg_weights *w, struct mzg_err *e)
{
    *g = (struct mzg_genai){.packed = NULL};
    mzg_arena_init(&g->arena, NAMES_BYTES);
    enum mzg_code code = mzg_onnx_nodes(&w->files[0].file, take_node, g, e);
    if (g->n_packed > 0)
        qsort(g->packed, g->n_packed, sizeof *g->packed, by_codes);
    return code == MZG_OK ? code : mzg_prefix(e, "%s", w->files[0].name);
}

void mzg_genai_clear(struct mzg_genai *g)
{
    free(g->packed);
    mzg_arena_clear(&g->arena);
    *g = (struct mzg_genai){.packed = NULL};
}

bool mzg_genai_is(const struct mzg_weights *w)
{
    bool is = false;

    for (size_t i = 0; i < w->n_facts && !is && strcmp(w->container, "ONNX") == 0; i++)
        is = strcmp(w->facts[i].name, "producer_name") == 0 && strcmp(w->facts[i].value, "onnxruntime-genai") == 0;
    return is;
}
