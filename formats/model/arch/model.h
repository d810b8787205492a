/* model.h: what a GGUF made from a source would hold: its metadata, and where each of its tensors
 * comes from. Types are chosen and data is streamed later (convert.h, check.h); opening reads
 * headers, config.json and the tokenizer only. */
#ifndef MZG_MODEL_MODEL_H
#define MZG_MODEL_MODEL_H

#include "../../base/progress.h"
#include "../containers/gguf.h"
#include "../values/source.h"

struct mzg_model_tensor {
    char name[MZG_GGUF_NAME];      /* GGUF's: "blk.0.attn_q.weight" */
    const struct mzg_tensor *src;  /* the stored tensor it is, or the last of those it is made from; NULL:
                                    * computed, see values */
    const float *values;           /* ne[0] * ... floats when computed (rope_freqs.weight), F32 */
    const struct mzg_values *made; /* not NULL: its values come from here, src only says where */
    unsigned n_dims;
    uint64_t ne[MZG_DIMS];
};

#define MZG_TYPE_ADAPTER "adapter" /* general.type of what lies over a model; else it is "model" */

struct mzg_form;
struct mzg_adapter;
struct mzg_adapter_wanted;

struct mzg_model {
    struct mzg_weights weights;
    struct mzg_adapter *adapters;      /* n_adapters, merged into the weights in this order (lora/adapter.h) */
    size_t n_adapters;
    struct mzg_kvs kvs;                /* metadata in final order, without general.file_type,
                                        * general.quantization_version and mzigo.* */
    struct mzg_model_tensor *tensors;  /* in output order: computed ones, then as weights.tensors */
    size_t n_tensors;
    const char *arch;                  /* general.architecture */
    const struct mzg_form *form;       /* how it is written (form.h); NULL: GGUF */
    uint8_t *preface;                  /* for the form's preface */
    size_t preface_len;
    bool raw;
    bool apart;                        /* its tokens lay apart from it (vocab/vocab_apart.h) */
    bool adapter;                      /* it is what lies over a model (MZG_TYPE_ADAPTER): its tensors are
                                        * F32, F16 or BF16, in one file */
    /* The small files the metadata was made from (config.json, tokenizer.model ...), by name:
     * their digests go into the output beside those of the weights. */
    struct mzg_model_text { const char *name; uint64_t size; uint8_t sha256[32]; } *texts;
    size_t n_texts;
    bool has_card;                     /* README.md is one of them */
    const char *source_name;           /* what general.* took from the folder's name; NULL: nothing */
    struct mzg_arena arena;
};

/* Sets src, made and ne. stored: not NULL where v is just that tensor. */
void mzg_model_from(struct mzg_model_tensor *t, const struct mzg_values *v,
                    const struct mzg_tensor *stored);
/* The type that holds its values as they come: F32 for what is computed, or unpacked from a type that GGUF
 * lacks. */
enum mzg_type mzg_model_type(const struct mzg_model_tensor *t);
/* Whole numbers: never quantized, and no type of another kind holds them. */
bool mzg_model_whole(const struct mzg_model_tensor *t);
/* Whether in this type it is the source's own blocks, whatever their order: nothing is quantized. */
bool mzg_model_keeps(const struct mzg_model_tensor *t, enum mzg_type type);
/* Bytes of the source that it is made from. */
uint64_t mzg_model_bytes(const struct mzg_model_tensor *t);

struct mzg_model_options {
    bool raw;         /* names and shapes as they are, architecture "raw" */
    const char *pre;  /* pre-tokenizer's name; NULL: by structure */
    const char *tokenizer;   /* where a checkpoint's tokens are that lie apart from it (vocab_apart.h); NULL: beside it */
    const char *source_name; /* in place of the folder's name (meta/general.h); NULL: as it is; "": none */
    const char *const *set;  /* n_set of "KEY=VALUE" over all else (meta/settings.h) */
    size_t n_set;
    const struct mzg_adapter_wanted *adapters; /* n_adapters to merge */
    size_t n_adapters;
    const char *base; /* path is an adapter, this its base's folder, of which config.json is read; NULL: it is a model */
    const struct mzg_notify *notify;
};

/* path: a model folder, GGUF, OpenAI's checkpoint of a Whisper, whisper.cpp's file; with opt->base, an adapter as PEFT
 * publishes it; with opt->raw, anything mzg_weights_open takes. A GGUF source keeps its own metadata, names and order.
 * MZG_UNSUPPORTED for an architecture that is not known, with what was found, or tokens that are nowhere; MZG_MALFORMED
 * for tensors missing, left over, or of a shape the config does not give. */
enum mzg_code mzg_model_open(struct mzg_model *m, const char *path,
                             const struct mzg_model_options *opt, struct mzg_err *e) MZG_MUST;
void mzg_model_close(struct mzg_model *m);

#endif
