/* The journal of a conversion that was stopped.
 * Covers: formats/model/journal.c */
#include "model/journal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte chooses how many outputs there are; the binding is all zeros. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mzg_journal j = {.file.fd = -1};
    struct mzg_journal_line line;
    uint64_t next;
    char *text;

    if (size == 0 || (text = malloc(size)) == NULL)
        return 0;
    j.n_outputs = 1 + data[0] % MZG_OUTPUTS_MAX;
    memcpy(text, data + 1, size - 1);
    mzg_journal_take(&j, text, size - 1);
    while (mzg_journal_next(&j, &line, &next)) {
        if (next <= j.end || next > size - 1 || text[next - 1] != '\n')
            abort();
        mzg_journal_accept(&j, next);
    }
    if (j.end > 0 && j.other)
        abort();
    (void)mzg_journal_goes_on(&j);
    mzg_journal_close(&j);
    return 0;
}
