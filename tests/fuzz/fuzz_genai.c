/* An ONNX model as onnxruntime-genai's builder would write it: its graph, its tables of angles, and every tensor that comes
 * of it.
 * Covers: formats/model/configs/genai_graph.c formats/model/configs/genai_rope.c formats/model/configs/genai_tensors.c formats/model/configs/genai_join.c formats/model/containers/onnx_nodes.c */
#include "model/configs/genai.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RUN 256

/* The first and the last of each tensor's values can be had. */
static void read_all(const struct mzg_source *s)
{
    struct mzg_kernels kernels;
    struct mzg_scratch scratch = {.kernels = &kernels};
    float x[RUN];
    struct mzg_err e;

    mzg_kernels_init(&kernels, 0);
    for (size_t i = 0; i < s->n; i++) {
        const struct mzg_values *v = s->items[i].values;
        uint64_t all = v ? mzg_values_elems(v) : 0, n = all < RUN ? all : RUN;
        if (!s->items[i].name)
            abort();
        if (n > 0 && (mzg_values_get(v, &scratch, 0, (size_t)n, x, &e) != MZG_OK ||
                      mzg_values_get(v, &scratch, all - n, (size_t)n, x, &e) != MZG_OK) && e.code != MZG_LIMIT)
            abort();
    }
    mzg_scratch_clear(&scratch);
}

static void use(const struct mzg_weights *w, bool fused)
{
    const struct mzg_genai_shape shape = {4, 4, fused};
    struct mzg_source s;
    struct mzg_genai g;
    struct mzg_arena arena;
    struct mzg_err e;
    struct mzg_genai_rotation r;

    mzg_arena_init(&arena, (size_t)32 << 20);
    if (mzg_genai_rotation(w, &r, &e) == MZG_OK && !(r.base >= 1 && r.base <= 1.1e30 && r.factor >= 0))
        abort();
    enum mzg_code code = mzg_genai_read(&g, w, &e);
    if (code == MZG_OK)
        code = mzg_source_init(&s, w, &arena, &e);
    if (code == MZG_OK)
        code = mzg_genai_apply(&s, &g, &shape, &e);
    if (code == MZG_OK)
        read_all(&s);
    mzg_genai_clear(&g);
    mzg_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("weights", MFD_CLOEXEC);
    struct mzg_weights w;
    struct mzg_err e;
    char path[64];

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (mzg_weights_open(&w, path, &e) == MZG_OK) {
        if (mzg_genai_is(&w)) {
            use(&w, false);
            use(&w, true);
        }
        mzg_weights_close(&w);
    }
    close(fd);
    return 0;
}
