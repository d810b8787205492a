/* An ONNX model, beside a file that its tensors may lie in.
 * Covers: formats/model/containers/onnx.c formats/model/containers/onnx_graph.c formats/model/containers/onnx_tensor.c formats/model/containers/onnx_external.c formats/model/containers/coded.c formats/base/protobuf_file.c */
#include "weights_input.h"

static char folder[] = "/tmp/mzigo-fuzz-XXXXXX";
static char model[64], other[64];

static void remove_folder(void)
{
    unlink(model);
    unlink(other);
    rmdir(folder);
}

static void make_folder(void)
{
    uint8_t bytes[64] = {0};

    if (!mkdtemp(folder))
        abort();
    snprintf(model, sizeof model, "%s/m.onnx", folder);
    snprintf(other, sizeof other, "%s/d", folder);
    FILE *f = fopen(other, "wb");
    if (!f || fwrite(bytes, 1, sizeof bytes, f) != sizeof bytes || fclose(f) != 0)
        abort();
    atexit(remove_folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!model[0])
        make_folder();
    FILE *f = fopen(model, "wb");
    if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0)
        abort();
    weights_open_input(model);
    return 0;
}
