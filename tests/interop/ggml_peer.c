#include "ggml_peer.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

/* dlsym gives an object pointer; the bytes of a function pointer are the same here (POSIX). */
static bool symbol(void *lib, const char *name, void *fn)
{
    void *s = dlsym(lib, name);
    memcpy(fn, &s, sizeof s);
    return s != NULL;
}

/* "dequantize_row_q4_K": lower case, but for the K. */
static void decoder_name(char name[64], const struct mzg_type_info *t)
{
    if (t->type == MZG_TYPE_F16) {
        strcpy(name, "ggml_fp16_to_fp32_row");
        return;
    }
    if (t->type == MZG_TYPE_BF16) {
        strcpy(name, "ggml_bf16_to_fp32_row");
        return;
    }
    size_t at = (size_t)snprintf(name, 64, "dequantize_row_");
    for (const char *c = t->name; *c; c++)
        name[at++] = (char)(*c >= 'A' && *c <= 'Z' && *c != 'K' ? *c - 'A' + 'a' : *c);
    name[at] = 0;
}

/* What ggml_get_type_traits_cpu gives: the second member is the dot product. */
struct traits {
    void (*from_float)(const float *, void *, int64_t);
    mzg_ggml_dot *dot;
    int dot_type;
    int64_t rows;
};

/* The library that ggml would choose for a CPU like this one. */
static const char *cpu_name(void)
{
    uint32_t cpu = mzg_cpu_features();
    if (cpu & MZG_CPU_VNNI)
        return "zen4";
    if (cpu & MZG_CPU_AVX512)
        return "skylakex";
    return cpu & MZG_CPU_AVX2 ? "haswell" : "x64";
}

static void open_dots(struct mzg_ggml *g, const char *base)
{
    char path[4096];
    const char *slash = strrchr(base, '/');
    int folder = slash ? (int)(slash - base) + 1 : 0;
    const struct traits *(*traits_of)(int) = NULL;
    void (*init)(void) = NULL;
    snprintf(g->cpu_library, sizeof g->cpu_library, "libggml-cpu-%s.so", cpu_name());
    snprintf(path, sizeof path, "%.*s%s", folder, base, g->cpu_library);
    void *lib = dlopen(path, RTLD_NOW);
    if (!lib || !symbol(lib, "ggml_get_type_traits_cpu", &traits_of)) {
        fprintf(stderr, "no dot products to compare with: %s\n", lib ? path : dlerror());
        g->cpu_library[0] = 0;
        return;
    }
    if (symbol(lib, "ggml_cpu_init", &init)) /* fills its table of halves */
        init();
    for (uint32_t t = 0; t < MZG_TYPE_END; t++) {
        const struct mzg_type_info *info = mzg_type_by_number(t);
        const struct traits *traits = info ? traits_of((int)t) : NULL;
        /* F32, F16 and BF16 are multiplied with their own kind there: nothing to compare. */
        if (!traits || !traits->dot || info->block_elems == 1)
            continue;
        g->dot[t] = traits->dot;
        g->activation[t] = traits_of(traits->dot_type)->from_float;
    }
}

bool mzg_ggml_open(struct mzg_ggml *g, const char *base)
{
    *g = (struct mzg_ggml){0};
    void *lib = dlopen(base, RTLD_NOW | RTLD_GLOBAL);
    if (!lib || !symbol(lib, "ggml_quantize_chunk", &g->quantize) ||
        !symbol(lib, "ggml_quantize_requires_imatrix", &g->requires_importance)) {
        fprintf(stderr, "%s\n", dlerror());
        return false;
    }
    for (uint32_t t = 0; t < MZG_TYPE_END; t++) {
        const struct mzg_type_info *info = mzg_type_by_number(t);
        char name[64];
        if (!info)
            continue;
        decoder_name(name, info);
        symbol(lib, name, &g->dequantize[t]);
    }
    open_dots(g, base);
    return true;
}
