/* What stands for config.json: params.json (after a byte 'p') or genai_config.json ('g'), beside weights that are good. What
 * is taken goes the whole way to keys and tensors.
 * Covers: formats/model/configs/params.c formats/model/configs/keys.c formats/model/configs/genai_config.c formats/model/arch/config_load.c */
#include "../unit/genai_by_hand.h"
#include "folder_input.h"
#include <sys/stat.h>
#include "model/arch/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"params.json", "consolidated.safetensors", "genai_config.json", "model.onnx",
                                    "tokenizer.model", NULL};

/* Of the tiny llama, a norm and an embedding: enough to be looked up. */
static const char header[] = "{\"norm.weight\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},"
                             "\"tok_embeddings.weight\":{\"dtype\":\"F32\",\"shape\":[5,4],\"data_offsets\":[16,96]}}";

static void put_weights(bool params)
{
    uint8_t file[8 + sizeof header - 1 + 96] = {sizeof header - 1};
    struct message *m = calloc(1, sizeof *m);

    if (!m)
        abort();
    memcpy(file + 8, header, sizeof header - 1);
    put_genai_model(m, GENAI_GOOD);
    if (params)
        folder_put("consolidated.safetensors", file, sizeof file);
    else
        folder_put("model.onnx", m->data, m->n);
    free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct mzg_model_options opt;
    static int last = -1;
    struct mzg_model m;
    struct mzg_err e = {0};

    if (size < 1 || (data[0] != 'p' && data[0] != 'g'))
        return 0;
    if (last < 0)
        folder_make(names);
    if (last != data[0]) {
        if (last >= 0)
            folder_remove();
        if (last >= 0 && mkdir(folder_input, 0777) != 0)
            abort();
        last = data[0];
        put_weights(last == 'p');
    }
    folder_put(last == 'p' ? "params.json" : "genai_config.json", data + 1, size - 1);
    if (mzg_model_open(&m, folder_input, &opt, &e) == MZG_OK)
        mzg_model_close(&m);
    else if (e.code == MZG_OK || e.msg[0] == '\0')
        abort();
    return 0;
}
