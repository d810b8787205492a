/* llama_quantize.h: the real llama_model_quantize, loaded at run time. */
#ifndef MZG_TESTS_LLAMA_QUANTIZE_H
#define MZG_TESTS_LLAMA_QUANTIZE_H

#include <dlfcn.h>
#include <glob.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* llama.h's of August 2026: 56 bytes. The library's own defaults are checked before it is used. */
struct peer_override { const char *pattern; int type; };
struct peer_importance { const char *name; const float *data; size_t size; };
struct peer_params {
    int32_t threads;
    int32_t ftype;
    int32_t output_type;
    int32_t embedding_type;
    bool allow_requantize, quantize_output, only_copy, pure, keep_split, dry_run;
    const struct peer_importance *importance;
    const void *kv_overrides;
    const struct peer_override *overrides;
    const int32_t *prune_layers;
};

struct llama_peer {
    struct peer_params (*defaults)(void);
    uint32_t (*quantize)(const char *in, const char *out, const struct peer_params *params);
    void (*log_set)(void (*log)(int level, const char *text, void *ctx), void *ctx);
    void (*init)(void);
};

/* A library with another layout would show values that make no sense here. */
static inline bool llama_peer_fits(const struct llama_peer *peer)
{
    struct peer_params p = peer->defaults();
    bool good = p.threads == 0 && p.ftype >= 0 && p.ftype < 64 && p.output_type > 30 &&
                p.output_type == p.embedding_type && !p.allow_requantize && p.quantize_output &&
                !p.only_copy && !p.pure && !p.keep_split && !p.dry_run && !p.importance &&
                !p.kv_overrides && !p.overrides && !p.prune_layers;
    if (!good)
        fprintf(stderr, "llama_model_quantize_params has another layout than is known here\n");
    return good;
}

/* folder: where libllama's shared object lies. Says what is wrong on stderr. */
static inline bool llama_peer_load(struct llama_peer *peer, const char *folder)
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
    *(void **)&peer->defaults = dlsym(lib, "llama_model_quantize_default_params");
    *(void **)&peer->quantize = dlsym(lib, "llama_model_quantize");
    *(void **)&peer->log_set = dlsym(lib, "llama_log_set");
    *(void **)&peer->init = dlsym(lib, "llama_backend_init");
    if (peer->defaults && peer->quantize && peer->log_set && peer->init)
        return llama_peer_fits(peer);
    fprintf(stderr, "the library lacks a function: %s\n", dlerror());
    return false;
}

#endif
