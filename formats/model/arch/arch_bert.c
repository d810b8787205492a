/* BERT and RoBERTa: MiniLM, bge, e5, gte, XLM-R (bge-m3, multilingual e5), CamemBERT; as embedders, and as
 * rankers and classifiers (bge-reranker, the cross encoders of ms-marco).
 *
 * RoBERTa counts positions from behind the padding's id on: the rows before are never looked at, and its
 * runtime has none. A ranker's head is a matrix, tanh, a matrix, which BERT calls its pooler and classifier.
 * Sources: llama.cpp's converter and loader of 2026. */
#include "encoder.h"
#include <string.h>

#define LAYER "encoder.layer.#."
#define POSITIONS MZG_DIM_X0
#define SEGMENTS MZG_DIM_X1
#define LABELS MZG_DIM_X2
enum { POSITIONS_AT, SEGMENTS_AT, LABELS_AT, UNUSED_AT }; /* in hparams.own; the last: rows before position 0 */

/* Without the rows before position 0. */
static const struct mzg_values *positions(const struct mzg_making *m)
{
    uint64_t unused = m->h->own[UNUSED_AT], rows = m->values->ne[1];
    const struct mzg_row_map map = {1, {m->ne[1]}, {1}, unused};

    if (unused == 0)
        return m->values;
    return m->values->n_dims != 2 || rows != m->ne[1] + unused ? NULL
               : mzg_values_rows(m->arena, m->values, &map, 2, m->ne);
}

#define TEXT_ROWS                                                                                  \
    MZG_TENSOR("embeddings.word_embeddings.weight", "token_embd.weight", MZG_DIM_VOCAB,            \
               MZG_DIM_EMBD, 0, NULL),                                                             \
    MZG_TENSOR("embeddings.position_embeddings.weight", "position_embd.weight", POSITIONS,         \
               MZG_DIM_EMBD, 0, positions),                                                        \
    MZG_TENSOR("embeddings.token_type_embeddings.weight", "token_types.weight", SEGMENTS,          \
               MZG_DIM_EMBD, 0, NULL),                                                             \
    MZG_BIASED_NORM("embeddings.LayerNorm", "token_embd_norm"),                                    \
    MZG_BIASED(LAYER "attention.self.query", "blk.#.attn_q", MZG_DIM_Q, MZG_DIM_EMBD, NULL),       \
    MZG_BIASED(LAYER "attention.self.key", "blk.#.attn_k", MZG_DIM_Q, MZG_DIM_EMBD, NULL),         \
    MZG_BIASED(LAYER "attention.self.value", "blk.#.attn_v", MZG_DIM_Q, MZG_DIM_EMBD, NULL),       \
    MZG_BIASED(LAYER "attention.output.dense", "blk.#.attn_output", MZG_DIM_EMBD, MZG_DIM_Q,       \
               NULL),                                                                              \
    MZG_BIASED_NORM(LAYER "attention.output.LayerNorm", "blk.#.attn_output_norm"),                 \
    MZG_BIASED(LAYER "intermediate.dense", "blk.#.ffn_up", MZG_DIM_FF, MZG_DIM_EMBD, NULL),        \
    MZG_BIASED(LAYER "output.dense", "blk.#.ffn_down", MZG_DIM_EMBD, MZG_DIM_FF, NULL),            \
    MZG_BIASED_NORM(LAYER "output.LayerNorm", "blk.#.layer_output_norm")

static const struct mzg_arch_tensor embedder[] = {TEXT_ROWS};
static const struct mzg_arch_tensor bert_ranker[] = {
    TEXT_ROWS,
    MZG_BIASED("pooler.dense", "cls", MZG_DIM_EMBD, MZG_DIM_EMBD, NULL),
    MZG_BIASED("classifier", "cls.output", LABELS, MZG_DIM_EMBD, NULL),
};
static const struct mzg_arch_tensor roberta_ranker[] = {
    TEXT_ROWS,
    MZG_BIASED("classifier.dense", "cls", MZG_DIM_EMBD, MZG_DIM_EMBD, NULL),
    MZG_BIASED("classifier.out_proj", "cls.output", LABELS, MZG_DIM_EMBD, NULL),
};

static const char *const prefixes[] = {"bert.", "roberta.", NULL};
/* As the first checkpoints, made with other software, called them. */
static const char *const renames[][2] = {{".gamma", ".weight"}, {".beta", ".bias"}, {NULL, NULL}};
#define BUFFERS "*position_ids", "*embeddings.token_type_ids"
static const char *const heads[] = {BUFFERS, "pooler.", "cls.", "lm_head.", NULL};
static const char *const buffers[] = {BUFFERS, NULL};
static const char *const no_pooler[] = {BUFFERS, "pooler.", NULL};

static const struct mzg_common common = {MZG_EPSILON, mzg_common_gelu, MZG_COMMON_WHOLE};

static bool is_roberta(const struct mzg_config *c)
{
    static const char *const starts[] = {"Roberta", "XLMRoberta", "Camembert"};
    static const char *const types[] = {"roberta", "xlm-roberta", "camembert"};

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (strncmp(c->class, starts[i], strlen(starts[i])) == 0 || strcmp(c->model_type, types[i]) == 0)
            return true;
    }
    return false;
}

/* Of the padding's token, behind which RoBERTa counts positions. */
static enum mzg_code first_position(const struct mzg_config *c, uint64_t *n, struct mzg_err *e)
{
    int64_t id = 1;

    *n = 0;
    if (!is_roberta(c))
        return MZG_OK;
    if (mzg_json_int_opt(c->root, "pad_token_id", 0, INT32_MAX, &id, e) != MZG_OK)
        return mzg_prefix(e, "config.json");
    *n = (uint64_t)id + 1;
    return MZG_OK;
}

static enum mzg_code settle(struct mzg_config *c, struct mzg_err *e)
{
    const char *key = "max_position_embeddings";
    int64_t positions = 0;
    uint64_t unused;

    enum mzg_code code = first_position(c, &unused, e);
    if (code == MZG_OK)
        code = mzg_encoder_default(c, "type_vocab_size", json_integer(2), e);
    if (code == MZG_OK && mzg_json_int_opt(c->root, key, 1, INT32_MAX, &positions, e) != MZG_OK)
        code = mzg_prefix(e, "config.json");
    if (code != MZG_OK || positions == 0 || unused == 0)
        return code;
    if ((uint64_t)positions <= unused)
        return mzg_arch_fail_key(MZG_MALFORMED, key, "leaves no positions behind pad_token_id", e);
    return json_object_set_new(c->root, key, json_integer(positions - (int64_t)unused)) == 0
               ? MZG_OK : mzg_fail_memory(e, "config.json");
}

static enum mzg_code measure(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    int64_t positions = 0, segments = 0;

    enum mzg_code code = mzg_json_int_opt(c->root, "max_position_embeddings", 1, INT32_MAX, &positions, e);
    if (code == MZG_OK)
        code = mzg_json_int_opt(c->root, "type_vocab_size", 1, INT32_MAX, &segments, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "config.json");
    h->own[POSITIONS_AT] = (uint64_t)positions;
    h->own[SEGMENTS_AT] = (uint64_t)segments;
    return first_position(c, &h->own[UNUSED_AT], e);
}

static enum mzg_code measure_ranker(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    enum mzg_code code = measure(c, h, e);

    return code == MZG_OK ? mzg_encoder_labels(c, &h->own[LABELS_AT], e) : code;
}

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    return mzg_encoder_put(work, &common, k, e);
}

static enum mzg_code put_ranker(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    return mzg_encoder_put_ranker(work, &common, work->hparams->own[LABELS_AT], k, e);
}

const struct mzg_arch mzg_arch_bert = {
    .name = "bert",
    .classes = (const char *const[]){"BertModel", "BertForMaskedLM", "BertForPreTraining", "RobertaModel",
                                     "RobertaForMaskedLM", "XLMRobertaModel", "XLMRobertaForMaskedLM",
                                     "CamembertModel", "CamembertForMaskedLM", NULL},
    .model_types = (const char *const[]){"bert", "roberta", "xlm-roberta", "camembert", NULL},
    .tensors = embedder,
    .n_tensors = sizeof embedder / sizeof *embedder,
    .prefixes = prefixes,
    .renames = renames,
    .drops = heads,
    .settle = settle,
    .measure = measure,
    .put = put,
};

const struct mzg_arch mzg_arch_bert_ranker = {
    .name = "bert",
    .classes = (const char *const[]){"BertForSequenceClassification", NULL},
    .tensors = bert_ranker,
    .n_tensors = sizeof bert_ranker / sizeof *bert_ranker,
    .prefixes = prefixes,
    .renames = renames,
    .drops = buffers,
    .settle = settle,
    .measure = measure_ranker,
    .put = put_ranker,
};

const struct mzg_arch mzg_arch_roberta_ranker = {
    .name = "bert",
    .classes = (const char *const[]){"RobertaForSequenceClassification",
                                     "XLMRobertaForSequenceClassification", NULL},
    .tensors = roberta_ranker,
    .n_tensors = sizeof roberta_ranker / sizeof *roberta_ranker,
    .prefixes = prefixes,
    .drops = no_pooler,
    .settle = settle,
    .measure = measure_ranker,
    .put = put_ranker,
};
