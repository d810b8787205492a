/* llama_vocab.h: the real llama.cpp's tokenizer, loaded at run time. */
#ifndef MZG_TESTS_LLAMA_VOCAB_H
#define MZG_TESTS_LLAMA_VOCAB_H

#include <dlfcn.h>
#include <glob.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* llama.h's of November 2026. The library's own defaults are checked before it is used. */
struct peer_model_params {
    void *devices;
    const void *buffer_types;
    int32_t gpu_layers;
    int32_t split_mode, load_mode, lazy_mode;
    int32_t main_gpu;
    const float *tensor_split;
    void *progress, *progress_ctx;
    const void *kv_overrides;
    bool vocab_only, check_tensors, extra_buffers, no_host, no_alloc, load_mtp;
    char behind[64]; /* members that a later library may have */
};

struct vocab_peer {
    struct peer_model_params (*defaults)(void);
    void *(*load)(const char *path, struct peer_model_params params);
    const void *(*vocab)(const void *model);
    int32_t (*tokenize)(const void *vocab, const char *text, int32_t len, int32_t *ids, int32_t room,
                        bool add_special, bool parse_special);
    void (*release)(void *model);
    void (*log_set)(void (*log)(int level, const char *text, void *ctx), void *ctx);
    void (*init)(void);
};

/* A library with another layout would show values that make no sense here. */
static inline bool vocab_peer_fits(const struct vocab_peer *peer)
{
    struct peer_model_params p = peer->defaults();
    bool good = !p.devices && !p.buffer_types && p.split_mode >= 0 && p.split_mode < 8 &&
                p.load_mode >= -1 && p.load_mode < 8 && p.lazy_mode >= -1 && p.lazy_mode < 8 &&
                p.main_gpu == 0 && !p.tensor_split && !p.progress && !p.progress_ctx &&
                !p.kv_overrides && !p.vocab_only && !p.check_tensors && p.extra_buffers &&
                !p.no_host && !p.no_alloc;
    if (!good)
        fprintf(stderr, "llama_model_params has another layout than is known here\n");
    return good;
}

/* folder: where libllama's shared object lies. Says what is wrong on stderr. */
static inline bool vocab_peer_load(struct vocab_peer *peer, const char *folder)
{
    char pattern[512];
    glob_t g;
    snprintf(pattern, sizeof pattern, "%s/libllama.*so*", folder);
    if (glob(pattern, 0, NULL, &g) != 0) {
        fprintf(stderr, "there is no %s\n", pattern);
        return false;
    }
    void *lib = dlopen(g.gl_pathv[0], RTLD_NOW | RTLD_GLOBAL);
    globfree(&g);
    if (!lib) {
        fprintf(stderr, "%s\n", dlerror());
        return false;
    }
    *(void **)&peer->defaults = dlsym(lib, "llama_model_default_params");
    *(void **)&peer->load = dlsym(lib, "llama_model_load_from_file");
    *(void **)&peer->vocab = dlsym(lib, "llama_model_get_vocab");
    *(void **)&peer->tokenize = dlsym(lib, "llama_tokenize");
    *(void **)&peer->release = dlsym(lib, "llama_model_free");
    *(void **)&peer->log_set = dlsym(lib, "llama_log_set");
    *(void **)&peer->init = dlsym(lib, "llama_backend_init");
    if (peer->defaults && peer->load && peer->vocab && peer->tokenize && peer->release &&
        peer->log_set && peer->init)
        return vocab_peer_fits(peer);
    fprintf(stderr, "the library lacks a function: %s\n", dlerror());
    return false;
}

#endif
