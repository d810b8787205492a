/* The header of a safetensors file, as a reader of weights meets it.
 * Covers: formats/model/containers/safetensors.c */
#include "weights_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return weights_input(data, size);
}
