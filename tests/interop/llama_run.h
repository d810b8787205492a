/* llama_run.h: the real llama.cpp as far as it takes to run a model, loaded at run time.
 *
 * Declared as its release 0.5.0 has it (node-llama-cpp 3.22.1 brings it, with its source). A library whose defaults are
 * not what they are there has another layout, and is refused. */
#ifndef MZG_TESTS_LLAMA_RUN_H
#define MZG_TESTS_LLAMA_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer_batch {
    int32_t n;
    int32_t *tokens;
    float *vectors;
    int32_t *positions; /* this and the next two: NULL for a single sequence from where it stands */
    int32_t *sequences_of;
    int32_t **sequences;
    int8_t *wanted; /* per token: its output is wanted */
};

struct peer_model_params {
    void *devices;
    const void *buffer_overrides;
    int32_t gpu_layers, split, load, lazy, main_gpu;
    const float *tensor_split;
    void *progress;
    void *progress_user;
    const void *overrides;
    bool vocabulary_only, check_tensors, extra_buffers, no_host, no_alloc, load_mtp;
};

struct peer_context_params {
    uint32_t context, batch, micro_batch, sequences, snapshots, outputs, outputs_of_sequence;
    int32_t threads, batch_threads;
    int32_t kind, rope_scaling, pooling, attention, flash;
    float freq_base, freq_scale, yarn_ext, yarn_attn, yarn_fast, yarn_slow;
    uint32_t yarn_context;
    float defrag;
    void *eval;
    void *eval_user;
    int32_t k_type, v_type; /* ggml's numbers */
    void *abort;
    void *abort_user;
    bool embeddings, offload_kqv, no_perf, offload_op, full_window, unified;
    void *samplers;
    size_t n_samplers;
    void *other;
};

enum { PEER_POOLING_NONE = 0, PEER_FLASH_OFF = 0, PEER_F32 = 0, PEER_F16 = 1, PEER_ERROR = 4, PEER_CONTINUED = 5 };

struct llama_runner {
    void (*log_set)(void (*log)(int level, const char *text, void *ctx), void *ctx);
    void (*init)(void);
    void (*load_backends)(const char *folder);
    struct peer_model_params (*model_defaults)(void);
    struct peer_context_params (*context_defaults)(void);
    void *(*model_load)(const char *path, struct peer_model_params p);
    void (*model_free)(void *model);
    const void *(*vocabulary)(const void *model);
    int32_t (*n_tokens)(const void *vocabulary);
    int32_t (*n_embd)(const void *model);
    uint32_t (*n_scores)(const void *model);
    bool (*has_encoder)(const void *model);
    bool (*has_decoder)(const void *model);
    void *(*context_new)(void *model, struct peer_context_params p);
    void (*context_free)(void *context);
    int32_t (*encode)(void *context, struct peer_batch b);
    int32_t (*decode)(void *context, struct peer_batch b);
    const float *(*logits)(void *context, int32_t token);
    const float *(*embeddings)(void *context, int32_t token);
    const float *(*pooled)(void *context, int32_t sequence);
    void *(*adapter_load)(void *model, const char *path); /* the model's, and freed with it */
    int32_t (*adapters_set)(void *context, void **adapters, size_t n, float *scales);
};

/* folder: where libllama and ggml's libraries lie, which stay open. False, with a message on stderr, when one cannot be
 * opened or has another layout than is known here. */
bool llama_runner_load(struct llama_runner *r, const char *folder);

#endif
