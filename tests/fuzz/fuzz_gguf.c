/* The header of a GGUF file, as a reader of weights meets it; what is accepted is written again.
 * Covers: formats/model/containers/gguf.c */
#include "weights_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return weights_input(data, size);
}
