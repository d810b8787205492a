/* An adapter's config: what is accepted gives every module a rank and a scale.
 * Covers: formats/model/lora/adapter_config.c */
#include "model/lora/adapter_config.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(enum mzg_code code, const struct mzg_err *e)
{
    if ((code != MZG_MALFORMED && code != MZG_UNSUPPORTED && code != MZG_LIMIT) || e->code != code ||
        strncmp(e->msg, "adapter_config.json: ", 21) != 0)
        abort();
}

static void check_module(const struct mzg_adapter_config *c, const char *module)
{
    struct mzg_err e = {0};
    uint64_t rank;
    double scale;

    enum mzg_code code = mzg_adapter_config_module(c, module, &rank, &scale, &e);
    if (code != MZG_OK)
        check_error(code, &e);
    else if (rank < 1 || rank > MZG_RANK_MAX || !isfinite(scale))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mzg_adapter_config c;
    struct mzg_err e = {0};
    char *text = malloc(size ? size : 1); /* of just its size */

    if (!text)
        abort();
    if (size > 0)
        memcpy(text, data, size);
    enum mzg_code code = mzg_adapter_config_parse(&c, text, size, &e);
    free(text);
    if (code != MZG_OK) {
        check_error(code, &e);
        return 0;
    }
    if (c.rank < 1 || c.rank > MZG_RANK_MAX || !isfinite(c.alpha) || !c.base)
        abort();
    check_module(&c, "model.layers.0.self_attn.q_proj");
    check_module(&c, "");
    check_module(&c, "transformer.h.11.attn.c_attn");
    mzg_adapter_config_clear(&c);
    return 0;
}
