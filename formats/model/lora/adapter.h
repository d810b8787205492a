/* adapter.h: a LoRA adapter as PEFT publishes it: adapter_config.json, and adapter_model.safetensors or .bin
 * beside it. Each of its tensors is one of a pair that changes a matrix of the base, W + scale * B A, or was
 * trained whole and takes the place of one (modules_to_save, biases). All must be one or the other. */
#ifndef MZG_MODEL_ADAPTER_H
#define MZG_MODEL_ADAPTER_H

#include "../containers/kvs.h"
#include "../values/source.h"
#include "adapter_config.h"

#define MZG_ADAPTERS_MAX 16
#define MZG_ADAPTER_CONFIG "adapter_config.json"

/* Whether path is an adapter's folder and not a model's. */
bool mzg_adapter_is(const char *path);
/* The folder of an adapter that is named by this, or by the file of its weights; a's, NULL without memory. */
const char *mzg_adapter_folder(struct mzg_arena *a, const char *path);

/* What is asked for. */
struct mzg_adapter_wanted {
    const char *path;
    double scale;    /* over its own */
    bool has_scale;  /* was said: else it is 1 */
};

/* texts: n of "ADAPTER" or "ADAPTER=SCALE", the '=' being the last one behind the last '/'. *wanted and its
 * paths are a's. MZG_USAGE where SCALE is no finite number, or there are too many. */
enum mzg_code mzg_adapters_parse(struct mzg_arena *a, const char *const *texts, size_t n,
                                 const struct mzg_adapter_wanted **wanted, struct mzg_err *e) MZG_MUST;

/* What an adapter changes. */
struct mzg_adapter_part {
    const char *target;             /* "model.layers.0.self_attn.q_proj.weight" */
    const struct mzg_tensor *whole; /* takes its place; or NULL, and then */
    const struct mzg_tensor *a, *b; /* [rank, in], [out, rank]; of an embedding [rank, tokens], [width, rank] */
    bool embedding;
    double scale;                   /* as its config gives it: alpha / rank */
};

struct mzg_adapter {
    struct mzg_adapter_config config;
    struct mzg_weights weights;
    struct mzg_adapter_part *parts; /* n_parts; those that are whole first */
    size_t n_parts;
    double scale;                   /* what was asked for */
    const char *path;               /* as it was asked for */
    uint8_t config_sha256[32], weights_sha256[32]; /* once mzg_adapter_digest has read them */
};

/* w->path: the folder, or the file of weights in it; it must live as long as ad. MZG_MALFORMED names
 * a tensor without its other half, or whose shape does not fit it and its config; MZG_UNSUPPORTED one that is
 * of another kind. ad is the caller's to close, also after an error. */
enum mzg_code mzg_adapter_open(struct mzg_adapter *ad, const struct mzg_adapter_wanted *w,
                               struct mzg_err *e) MZG_MUST;
/* The digests of both its files, which are read whole: for the record of what was merged. */
enum mzg_code mzg_adapter_digest(struct mzg_adapter *ad, struct mzg_err *e) MZG_MUST;
void mzg_adapter_close(struct mzg_adapter *ad); /* fine on a zeroed one */

/* Its tensors alone, for who only lists them. */
enum mzg_code mzg_adapter_weights_open(struct mzg_weights *w, const char *path, struct mzg_err *e) MZG_MUST;
/* The keys by which GGUF says that a file is such an adapter's; alpha: over each pair's rank, its scale. */
void mzg_adapter_put(struct mzg_kvs *k, float alpha);

/* ---- merging ---- */

/* Changes s's items by the adapter, which must live as long as they. prefixes: of names, which either side may lack
 * (arch.h), or NULL. tied: rows of an embedding that is the output matrix too, so that no change is one of it alone;
 * 0: none is. MZG_MALFORMED where s has no such tensor, or one of another shape. */
enum mzg_code mzg_adapter_merge(struct mzg_source *s, const struct mzg_adapter *ad,
                                const char *const *prefixes, uint64_t tied, struct mzg_err *e) MZG_MUST;

/* base + scale * sum over k, in its order, of b[row][k] * a[k][column], or turned of a[k][row] * b[column][k]: all in F32,
 * each step rounded. a: [rank, in], b: [out, rank], base [out, in] or turned [in, out]. NULL where they do not fit, or
 * without memory. */
const struct mzg_values *mzg_values_merged(struct mzg_arena *arena, const struct mzg_values *base,
                                           const struct mzg_values *a, const struct mzg_values *b, bool turned,
                                           float scale);
/* v's values, at base's place in the source. */
const struct mzg_values *mzg_values_instead(struct mzg_arena *a, const struct mzg_values *base,
                                            const struct mzg_values *v);

#endif
