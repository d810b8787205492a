/* A checkpoint of PyTorch in either form, as a reader of weights meets it.
 * Covers: formats/model/containers/pytorch.c formats/model/containers/pytorch_tensor.c
 * Covers: formats/model/containers/pytorch_zip.c formats/model/containers/pytorch_stream.c */
#include "weights_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return weights_input(data, size);
}
