/* An importance matrix in either layout: whatever opens is read whole, a matrix at a time, and what
 * is given out is finite and not negative.
 * Covers: formats/model/importance/imatrix.c formats/model/importance/imatrix_dat.c
 *   formats/model/importance/imatrix_gguf.c */
#include "model/importance/imatrix.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_entry(const struct mzg_imatrix *m, const struct mzg_imatrix_entry *entry)
{
    uint64_t n_mat = entry->n_mat ? entry->n_mat : 1, width = entry->n_values / n_mat;
    float *w = malloc((size_t)width * sizeof *w); /* the file holds as many */
    struct mzg_err e;
    if (w == NULL || mzg_imatrix_find(m, entry->name) != entry ||
        !mzg_imatrix_fits(entry, width, n_mat))
        abort();
    for (uint64_t mat = 0; mat < n_mat; mat++) {
        enum mzg_code code = mzg_imatrix_read(m, entry, width, mat, w, NULL, &e);
        if (code != MZG_OK && code != MZG_MALFORMED)
            abort();
        for (uint64_t i = 0; i < width && code == MZG_OK; i++) {
            if (!isfinite(w[i]) || w[i] < 0)
                abort();
        }
    }
    free(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("imatrix", MFD_CLOEXEC);
    struct mzg_imatrix *m;
    struct mzg_err e;
    char path[64];
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (mzg_imatrix_open(path, &m, &e) == MZG_OK) {
        for (size_t i = 0; i < mzg_imatrix_count(m); i++)
            read_entry(m, mzg_imatrix_entry(m, i));
        for (size_t i = 0; i < mzg_imatrix_datasets(m); i++) {
            if (strlen(mzg_imatrix_dataset(m, i)) > size)
                abort();
        }
        mzg_imatrix_close(m);
    } else if (e.code == MZG_OK || e.msg[0] == '\0') {
        abort();
    }
    close(fd);
    return 0;
}
