/* peer_convert FOLDER IN.gguf OUT.gguf RECIPE THREADS: the real llama_model_quantize, for the benchmark. */
#include "formats/model/recipes/recipe.h"
#include "tests/interop/llama_quantize.h"
#include <stdlib.h>

static void only_errors(int level, const char *text, void *ctx)
{
    (void)ctx;
    if (level >= 4)
        fputs(text, stderr);
}

int main(int argc, char **argv)
{
    struct llama_peer peer;
    const struct mzg_recipe *recipe;
    struct mzg_err e;
    if (argc != 6) {
        fprintf(stderr, "usage: peer_convert FOLDER IN OUT RECIPE THREADS\n");
        return 2;
    }
    if (mzg_recipe_find(argv[4], &recipe, &e) != MZG_OK) {
        fprintf(stderr, "%s\n", e.msg);
        return 2;
    }
    if (!llama_peer_load(&peer, argv[1]))
        return 3;
    peer.log_set(only_errors, NULL);
    peer.init();
    struct peer_params p = peer.defaults();
    p.ftype = (int32_t)recipe->file_type;
    p.threads = (int32_t)strtol(argv[5], NULL, 10);
    return peer.quantize(argv[2], argv[3], &p) == 0 ? 0 : 1;
}
