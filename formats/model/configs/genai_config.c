/* genai_config.c: genai_config.json, with what it leaves out from the graph and the weights, as config.json would
 * say it. */
#include "genai.h"
#include "../../base/text.h"
#include "keys.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Types of models that the builder makes without changing their weights, and their classes. */
static const struct { const char *type, *class; } types[] = {
    {"llama", "LlamaForCausalLM"}, {"mistral", "MistralForCausalLM"}, {"qwen2", "Qwen2ForCausalLM"},
    {"qwen3", "Qwen3ForCausalLM"}, {"phi3", "Phi3ForCausalLM"},
};

#define WIDTH (1 << 24)
#define DECODER(key) "model.decoder." key
static const struct mzg_key sizes[] = {
    {DECODER("hidden_size"), "hidden_size", 1, WIDTH, true, true},
    {DECODER("num_hidden_layers"), "num_hidden_layers", 1, 4096, true, true},
    {DECODER("num_attention_heads"), "num_attention_heads", 1, 65536, true, true},
    {DECODER("num_key_value_heads"), "num_key_value_heads", 1, 65536, true, true},
    {DECODER("head_size"), "head_dim", 2, WIDTH, true, true},
    {"model.vocab_size", "vocab_size", 1, 1 << 26, true, true},
    {"model.context_length", "max_position_embeddings", 1, INT32_MAX, true, true},
};

static const char *const ids[] = {"bos_token_id", "eos_token_id", "pad_token_id"};

bool mzg_genai_knows(const char *class)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].class, class) == 0)
            return true;
    }
    return false;
}

struct genai {
    const json_t *from;
    json_t *to;
    const struct mzg_weights *weights;
    const struct mzg_genai *graph;
};

static bool set(const struct genai *g, const char *name, json_t *value)
{
    return mzg_keys_set(g->to, name, value);
}

static enum mzg_code put_class(const struct genai *g, struct mzg_err *e)
{
    const json_t *type = mzg_config_find(g->from, "model.type");
    char q[MZG_QUOTE];

    if (!json_is_string(type))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "key 'model.type' is missing, or no text");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].type, json_string_value(type)) != 0)
            continue;
        return set(g, "architectures", json_pack("[s]", types[i].class)) &&
               set(g, "model_type", json_string(types[i].type)) ? MZG_OK : mzg_fail_memory(e, "config");
    }
    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "key 'model.type': models of type '%s' are not supported in "
                    "this form; start from the original's own files", mzg_quote(q, json_string_value(type)));
}

/* Texts of these tokens: the tokenizer's files go first. */
static enum mzg_code put_ids(const struct genai *g, struct mzg_err *e)
{
    char key[64];

    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        snprintf(key, sizeof key, "model.%s", ids[i]);
        const json_t *id = mzg_config_find(g->from, key);
        if (id && !set(g, ids[i], json_deep_copy(id)))
            return mzg_fail_memory(e, "config");
    }
    return MZG_OK;
}

/* The width of the feed-forward, which only the weights say: that of its way back. */
static enum mzg_code put_ff(const struct genai *g, struct mzg_err *e)
{
    static const char down[] = ".layers.0.mlp.down_proj.MatMul";
    uint64_t ff = 0;

    for (size_t i = 0; i < g->weights->n_tensors && ff == 0; i++) {
        const struct mzg_tensor *t = &g->weights->tensors[i];
        if (strstr(t->name, down) && mzg_text_ends(t->name, ".MatMul.weight") && t->n_dims == 2)
            ff = t->ne[1];
    }
    for (size_t i = 0; i < g->graph->n_packed && ff == 0; i++) {
        if (strstr(g->graph->packed[i].codes, down))
            ff = g->graph->packed[i].k;
    }
    if (ff == 0 || ff > WIDTH)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "no weights of the name model.layers.0.mlp.down_proj, which "
                        "would say how wide the feed-forward is (intermediate_size)");
    return set(g, "intermediate_size", json_integer((json_int_t)ff)) ? MZG_OK : mzg_fail_memory(e, "config");
}

/* Norms, rotation, windows. */
static enum mzg_code put_graph(const struct genai *g, struct mzg_err *e)
{
    const struct mzg_genai *graph = g->graph;
    double head = json_number_value(json_object_get(g->to, "head_dim"));
    struct mzg_genai_rotation r;

    if (!(graph->epsilon >= 1e-30 && graph->epsilon <= 1))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "no norm of the graph says its epsilon (rms_norm_eps)");
    if (graph->scale != 0 && !(fabs(graph->scale * sqrt(head) - 1) < 1e-5))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "the graph scales its attention by %g, not by the root of "
                        "head_size", graph->scale);
    if ((double)graph->rotary_dim > head)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "the graph rotates %llu dimensions of a head of %g",
                        (unsigned long long)graph->rotary_dim, head);
    enum mzg_code code = mzg_genai_rotation(g->weights, &r, e);
    if (code != MZG_OK)
        return code;
    bool ok = set(g, "rms_norm_eps", json_real(graph->epsilon)) && set(g, "rope_theta", json_real(r.base));
    if (ok && r.factor > 0)
        ok = set(g, "rope_scaling", json_pack("{s:s, s:f, s:f, s:f, s:i}", "rope_type", "llama3", "factor", r.factor,
                                              "low_freq_factor", MZG_GENAI_LOW, "high_freq_factor", MZG_GENAI_HIGH,
                                              "original_max_position_embeddings", MZG_GENAI_ORIGINAL));
    if (ok && graph->rotary_dim > 0)
        ok = set(g, "partial_rotary_factor", json_real((double)graph->rotary_dim / head));
    if (ok && graph->window > 0 && graph->window <= INT32_MAX)
        ok = set(g, "sliding_window", json_integer((json_int_t)graph->window));
    return ok ? MZG_OK : mzg_fail_memory(e, "config");
}

/* One matrix serves both ends where there is none for the first. */
static enum mzg_code put_tied(const struct genai *g, struct mzg_err *e)
{
    bool tied = !mzg_weights_find(g->weights, "model.embed_tokens.weight");

    if (tied && !g->graph->looks_up)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "the graph takes vectors in place of tokens: their matrix is in "
                        "another file, which is not read");
    return set(g, "tie_word_embeddings", json_boolean(tied)) ? MZG_OK : mzg_fail_memory(e, "config");
}

static enum mzg_code translate(const struct genai *g, struct mzg_err *e)
{
    enum mzg_code code = mzg_keys_copy(g->from, g->to, sizes, sizeof sizes / sizeof *sizes, e);

    if (code == MZG_OK)
        code = put_ids(g, e);
    if (code == MZG_OK)
        code = put_ff(g, e);
    if (code == MZG_OK)
        code = put_graph(g, e);
    return code == MZG_OK ? put_tied(g, e) : code;
}

/* The type goes first: of those that are not known, nothing else can be said. */
static enum mzg_code load(struct genai *g, struct mzg_genai *graph, struct mzg_err *e)
{
    g->to = json_object();
    enum mzg_code code = g->to ? put_class(g, e) : mzg_fail_memory(e, "config");

    if (code == MZG_OK && !mzg_genai_is(g->weights))
        code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s is not by onnxruntime-genai's builder: which weights are "
                        "which is not known", g->weights->files[0].name);
    if (code == MZG_OK)
        code = mzg_genai_read(graph, g->weights, e);
    return code == MZG_OK ? translate(g, e) : code;
}

enum mzg_code mzg_genai_load(struct mzg_config *c, const char *folder, const struct mzg_weights *w, struct mzg_err *e)
{
    json_t *from = NULL;
    struct mzg_genai graph = {.packed = NULL};
    struct genai g = {.weights = w, .graph = &graph};

    *c = (struct mzg_config){.class = "", .model_type = "", .file = MZG_GENAI_FILE};
    enum mzg_code code = mzg_config_read(folder, MZG_GENAI_FILE, &from, e);
    if (code != MZG_OK)
        return code;
    g.from = from;
    code = load(&g, &graph, e);
    mzg_genai_clear(&graph);
    json_decref(from);
    if (code == MZG_OK)
        return mzg_config_take(c, g.to, MZG_GENAI_FILE, e);
    json_decref(g.to);
    return mzg_prefix(e, MZG_GENAI_FILE);
}
