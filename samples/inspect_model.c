/* inspect_model MODEL: what is in a model file or folder, by libmzigo.
 *
 *     cc inspect_model.c $(pkg-config --cflags --libs mzigo) -o inspect_model */
#include <mzigo.h>

#include <inttypes.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    struct mzg_view *view;
    struct mzg_err e;
    const char *key, *value;

    if (argc != 2) {
        fprintf(stderr, "usage: inspect_model MODEL\n");
        return MZG_USAGE;
    }
    if (mzg_view_open(&view, argv[1], &e) != MZG_OK) {
        fprintf(stderr, "inspect_model: %s\n", e.msg);
        return (int)e.code;
    }
    printf("%s, %zu tensors\n", mzg_view_container(view), mzg_view_tensors(view));
    for (size_t i = 0; mzg_view_metadata(view, i, &key, &value); i++)
        printf("  %s = %s\n", key, value);
    for (size_t i = 0; i < mzg_view_tensors(view); i++) {
        struct mzg_view_tensor t;
        mzg_view_tensor(view, i, &t);
        printf("  %-40s %-5s %" PRIu64, t.name, t.type, t.ne[0]);
        for (unsigned d = 1; d < t.n_dims; d++)
            printf(" x %" PRIu64, t.ne[d]);
        printf(", %" PRIu64 " bytes\n", t.bytes);
    }
    mzg_view_close(view);
    return 0;
}
