/* image_ollama.c: application/vnd.ollama.image.*; see image.h.
 *
 * The template for conversations is not here: Ollama takes the one in the GGUF file since it runs models by
 * llama.cpp's server. Older versions want theirs in a language of their own, which nothing here can translate to. */
#include "image.h"
#include "tools/net/serve/page/facts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 32

/* How many parameters, as Ollama shows it: "1.2B", "134.52M", "7B". */
static const char *count_text(char out[COUNT], uint64_t n)
{
    static const struct {
        uint64_t unit;
        unsigned digits; /* behind the point */
        char letter;
    } sizes[] = {{1000000000, 1, 'B'}, {1000000, 2, 'M'}, {1000, 0, 'K'}};
    snprintf(out, COUNT, "%llu", (unsigned long long)n);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (n < sizes[i].unit)
            continue;
        unsigned digits = n % sizes[i].unit == 0 ? 0 : sizes[i].digits;
        uint64_t parts = digits == 0 ? 1 : digits == 1 ? 10 : 100, step = sizes[i].unit / parts;
        n = n / step + (n % step >= step - step / 2);
        if (digits == 0)
            snprintf(out, COUNT, "%llu%c", (unsigned long long)n, sizes[i].letter);
        else
            snprintf(out, COUNT, "%llu.%0*llu%c", (unsigned long long)(n / parts), (int)digits,
                     (unsigned long long)(n % parts), sizes[i].letter);
        break;
    }
    return out;
}

/* What the bundle says of the file. architecture and os are the machine's in images of programs, and have to be
 * there. */
static json_t *make_config(const struct mzg_manifest *m, const struct mzg_member *model)
{
    struct mzg_facts f;
    char count[COUNT] = "";
    mzg_facts_of(&f, m, model);
    if (f.parameters)
        count_text(count, f.parameters);
    json_t *families = f.kind ? json_pack("[s]", f.kind) : json_array();
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:s}", "model_format", "gguf", "model_family",
                     f.kind ? f.kind : "", "model_families", families, "model_type", count, "file_type",
                     f.type ? f.type : "", "architecture", "amd64", "os", "linux");
}

static json_t *make_layers(const struct mzg_image *image, const struct mzg_member *model)
{
    struct mzg_image_blob is = {.size = model->size};
    memcpy(is.sha256, model->sha256, sizeof is.sha256);
    json_t *layers = json_pack("[o]", mzg_image_describe("application/vnd.ollama.image.model", &is));
    if (layers && image->licence.text &&
        json_array_append_new(layers, mzg_image_describe("application/vnd.ollama.image.license",
                                                         &image->licence.is)) != 0) {
        json_decref(layers);
        return NULL;
    }
    return layers;
}

enum mzg_code mzg_image_ollama(struct mzg_image *image, const struct mzg_manifest *m,
                               const struct mzg_member *model, struct mzg_err *e)
{
    *image = (struct mzg_image){.type = MZG_IMAGE_DOCKER};
    enum mzg_code code = mzg_image_write(&image->config, make_config(m, model), e);
    if (!code && m->licence)
        code = mzg_image_take(&image->licence, strdup(m->licence), e);
    if (!code)
        code = mzg_image_write(
            &image->manifest,
            json_pack("{s:i, s:s, s:o, s:o}", "schemaVersion", 2, "mediaType", MZG_IMAGE_DOCKER, "config",
                      mzg_image_describe("application/vnd.docker.container.image.v1+json", &image->config.is),
                      "layers", make_layers(image, model)),
            e);
    if (code)
        mzg_image_clear(image);
    return code;
}
