/* The head of an HTTP answer, line by line as curl gives them.
 * Covers: tools/net/answer.c */
#include "tools/net/answer.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each line in an allocation of just its size. */
static void take_line(struct mzg_head *h, const uint8_t *line, size_t n)
{
    char *copy = malloc(n ? n : 1);
    if (!copy)
        abort();
    memcpy(copy, line, n);
    mzg_head_line(h, copy, n);
    free(copy);
}

/* An answer that passes is one that the request may believe. */
static void judge(const struct mzg_head *h, const struct mzg_http_get *get)
{
    char why[64] = "";
    enum mzg_http_end end = mzg_head_judge(h, get, why, sizeof why);
    if (end == MZG_HTTP_DONE || (end != MZG_HTTP_RUNNING) != (why[0] != '\0'))
        abort();
    if (end != MZG_HTTP_RUNNING)
        return;
    if ((h->status != 200 && h->status != 206) || h->page || h->encoded)
        abort();
    if (h->status == 206 && (h->bad_range || h->first != get->from || (get->size && h->last != get->size - 1)))
        abort();
    if (h->status == 200 && (get->from || (get->size && h->has_length && h->length != get->size)))
        abort();
}

/* The first byte chooses what was asked for. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mzg_head h = {0};
    if (size == 0)
        return 0;
    for (size_t at = 1; at < size;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t n = end ? (size_t)(end - data) + 1 - at : size - at;
        take_line(&h, data + at, n);
        at += n;
    }
    judge(&h, &(struct mzg_http_get){.from = data[0] & 3, .size = data[0] & 4 ? 100 : 0, .most = 500});
    return 0;
}
