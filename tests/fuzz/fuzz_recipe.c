/* A recipe file: whatever is accepted chooses a type for every tensor of a small model, and says why.
 * Covers: formats/model/recipes/recipe_file.c formats/model/recipes/rules.c
 *   formats/model/recipes/pattern.c formats/model/recipes/apply.c */
#include "model/recipes/recipe.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LAYERS = 9, EACH = 8, TENSORS = LAYERS * EACH + 2 };

static struct mzg_tensor src[TENSORS];
static struct mzg_model_tensor tensors[TENSORS];
static struct mzg_model model = {.arch = "llama", .tensors = tensors, .n_tensors = TENSORS};

static void name_tensor(size_t i, const char *name, uint64_t width)
{
    snprintf(tensors[i].name, sizeof tensors[i].name, "%s", name);
    src[i] = (struct mzg_tensor){.name = tensors[i].name, .type = MZG_TYPE_F32, .type_name = "F32"};
    tensors[i].src = &src[i];
    tensors[i].n_dims = 2;
    tensors[i].ne[0] = width;
    tensors[i].ne[1] = 8;
    tensors[i].ne[2] = tensors[i].ne[3] = 1;
}

static void make_model(void)
{
    static const char *const each[EACH] = {"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate",
                                           "ffn_up", "ffn_down", "attn_norm"};
    char name[64];
    for (size_t i = 0; i < LAYERS * EACH; i++) {
        snprintf(name, sizeof name, "blk.%zu.%s.weight", i / EACH, each[i % EACH]);
        name_tensor(i, name, i % 3 ? 256 : 96);
    }
    name_tensor(TENSORS - 2, "token_embd.weight", 256);
    name_tensor(TENSORS - 1, "output.weight", 100);
}

static void choose(const struct mzg_recipe *r)
{
    struct mzg_gguf_tensor *table;
    struct mzg_recipe_why *why;
    struct mzg_err e;
    char text[MZG_WHY_TEXT];
    if (mzg_recipe_apply(r, &model, NULL, NULL, &table, &why, &e) != MZG_OK)
        abort();
    for (size_t i = 0; i < TENSORS; i++) {
        const struct mzg_type_info *info = mzg_type_by_number(table[i].type);
        if (info == NULL || tensors[i].ne[0] % info->block_elems != 0 ||
            mzg_recipe_why_text(r, NULL, &why[i], text)[0] == '\0')
            abort();
    }
    free(table);
    free(why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("recipe", MFD_CLOEXEC);
    struct mzg_recipe *r;
    struct mzg_err e;
    char path[64];
    if (tensors[0].src == NULL)
        make_model();
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (mzg_recipe_load(path, &r, &e) == MZG_OK) {
        choose(r);
        mzg_recipe_free(r);
    } else if (e.code == MZG_OK || e.msg[0] == '\0') {
        abort();
    }
    close(fd);
    return 0;
}
