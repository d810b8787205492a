/* unpack_bundle BUNDLE PUBLISHER.pub FOLDER: what an app on a device does with a bundle that came in,
 * by libmzigo: checks its signature and every byte, then writes its files. Nothing is written that
 * the publisher did not sign.
 *
 *     cc unpack_bundle.c $(pkg-config --cflags --libs mzigo) -o unpack_bundle */
#include <mzigo.h>

#include <inttypes.h>
#include <stdio.h>

static bool show_progress(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    (void)ctx;
    fprintf(stderr, "\r%s: %3.0f%%", what, total ? 100.0 * (double)done / (double)total : 100.0);
    return true; /* false would stop the work and leave nothing behind */
}

int main(int argc, char **argv)
{
    struct mzg_run run;
    struct mzg_bundle_info info;
    struct mzg_err e;

    if (argc != 4) {
        fprintf(stderr, "usage: unpack_bundle BUNDLE PUBLISHER.pub FOLDER\n");
        return MZG_USAGE;
    }
    const char *keys[] = {argv[2]};
    struct mzg_trust trust = {.keys = keys, .n_keys = 1};
    mzg_run_init(&run);
    run.progress.fn = show_progress;
    if (mzg_unpack(argv[1], NULL, &trust, argv[3], &run, &info, &e) != MZG_OK) {
        fprintf(stderr, "\nunpack_bundle: %s\n", e.msg);
        return (int)e.code;
    }
    printf("\n%s %s: %" PRIu64 " files, %" PRIu64 " bytes, signed by %.16s\n", info.name,
           info.version, info.files, info.content_bytes, info.key_id);
    mzg_bundle_info_clear(&info);
    return 0;
}
