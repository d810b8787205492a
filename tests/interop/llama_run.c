#include "llama_run.h"

#include <dlfcn.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

static void *open_one(const char *folder, const char *name)
{
    char pattern[4096];
    glob_t g;
    snprintf(pattern, sizeof pattern, "%s/%s", folder, name);
    if (glob(pattern, 0, NULL, &g) != 0) {
        fprintf(stderr, "there is no %s\n", pattern);
        return NULL;
    }
    void *lib = dlopen(g.gl_pathv[0], RTLD_NOW | RTLD_GLOBAL);
    if (!lib)
        fprintf(stderr, "%s\n", dlerror());
    globfree(&g);
    return lib;
}

/* dlsym gives an object pointer; the bytes of a function pointer are the same here (POSIX). */
static bool symbol(void *lib, const char *name, void *fn)
{
    void *s = dlsym(lib, name);
    memcpy(fn, &s, sizeof s);
    if (!s)
        fprintf(stderr, "the library has no %s\n", name);
    return s != NULL;
}

static bool functions(struct llama_runner *r, void *llama, void *ggml)
{
    const struct {
        const char *name;
        void *at;
    } wanted[] = {
        {"llama_log_set", &r->log_set},
        {"llama_backend_init", &r->init},
        {"llama_model_default_params", &r->model_defaults},
        {"llama_context_default_params", &r->context_defaults},
        {"llama_model_load_from_file", &r->model_load},
        {"llama_model_free", &r->model_free},
        {"llama_model_get_vocab", &r->vocabulary},
        {"llama_vocab_n_tokens", &r->n_tokens},
        {"llama_model_n_embd_out", &r->n_embd},
        {"llama_model_n_cls_out", &r->n_scores},
        {"llama_model_has_encoder", &r->has_encoder},
        {"llama_model_has_decoder", &r->has_decoder},
        {"llama_init_from_model", &r->context_new},
        {"llama_free", &r->context_free},
        {"llama_encode", &r->encode},
        {"llama_decode", &r->decode},
        {"llama_get_logits_ith", &r->logits},
        {"llama_get_embeddings_ith", &r->embeddings},
        {"llama_get_embeddings_seq", &r->pooled},
        {"llama_adapter_lora_init", &r->adapter_load},
        {"llama_set_adapters_lora", &r->adapters_set},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!symbol(llama, wanted[i].name, wanted[i].at))
            return false;
    return symbol(ggml, "ggml_backend_load_all_from_path", &r->load_backends);
}

static bool models_fit(struct peer_model_params p)
{
    return !p.devices && !p.buffer_overrides && p.gpu_layers == -1 && p.split == 1 && p.load == -1 && p.main_gpu == 0 &&
           !p.tensor_split && !p.progress && !p.progress_user && !p.overrides && !p.vocabulary_only && !p.check_tensors &&
           p.extra_buffers && !p.no_host && !p.no_alloc && !p.load_mtp;
}

static bool contexts_fit(struct peer_context_params p)
{
    bool numbers = p.context == 512 && p.batch == 2048 && p.micro_batch == 512 && p.sequences == 1 && p.snapshots == 0 &&
                   p.outputs == 0 && p.outputs_of_sequence == 1 && p.threads > 0 && p.threads == p.batch_threads;
    bool kinds = p.kind == 0 && p.rope_scaling == -1 && p.pooling == -1 && p.attention == -1 && p.flash == -1;
    bool rope = p.freq_base == 0 && p.freq_scale == 0 && p.yarn_ext < 0 && p.yarn_attn < 0 && p.yarn_fast < 0 &&
                p.yarn_slow < 0 && p.yarn_context == 0 && p.defrag < 0;
    bool rest = !p.eval && !p.eval_user && p.k_type == PEER_F16 && p.v_type == PEER_F16 && !p.abort && !p.abort_user &&
                !p.embeddings && p.offload_kqv && p.no_perf && p.offload_op && p.full_window && !p.unified &&
                !p.samplers && p.n_samplers == 0 && !p.other;
    return numbers && kinds && rope && rest;
}

bool llama_runner_load(struct llama_runner *r, const char *folder)
{
    void *ggml = open_one(folder, "libggml.*so*");
    void *llama = ggml ? open_one(folder, "libllama.*so*") : NULL;
    if (!llama || !functions(r, llama, ggml))
        return false;
    if (models_fit(r->model_defaults()) && contexts_fit(r->context_defaults()))
        return true;
    fprintf(stderr, "llama_model_params or llama_context_params has another layout than is known here\n");
    return false;
}
