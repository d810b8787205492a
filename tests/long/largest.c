/* largest MODEL.gguf: prints name, type, offset in the file and bytes of its largest tensor, tabs between. */
#include "formats/model/containers/weights.h"

#include <inttypes.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    struct mzg_weights w;
    struct mzg_err e;
    if (argc != 2)
        return 2;
    if (mzg_weights_open(&w, argv[1], &e) != MZG_OK || w.n_tensors == 0) {
        fprintf(stderr, "largest: %s\n", e.msg);
        return 1;
    }
    const struct mzg_tensor *most = &w.tensors[0];
    for (size_t i = 1; i < w.n_tensors; i++)
        most = w.tensors[i].bytes > most->bytes ? &w.tensors[i] : most;
    printf("%s\t%s\t%" PRIu64 "\t%" PRIu64 "\n", most->name, most->type_name, most->offset,
           most->bytes);
    mzg_weights_close(&w);
    return 0;
}
