/* The hub's API: what a URL or a body asks for.
 * Covers: tools/net/serve/hub/address.c tools/net/serve/hub/form.c tools/net/serve/place.c */
#include "tools/net/serve/hub/address.h"
#include "tools/net/serve/hub/form.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is understood is nothing that no bundle could have. */
static void judge_address(const struct mzg_hub_address *a, bool is_file)
{
    if (!mzg_bundle_name_valid(a->name) || !mzg_bundle_name_valid(a->revision) ||
        (a->path[0] && !mzg_member_path_valid(a->path)) || (is_file && !a->path[0]))
        abort();
}

static void judge_question(const char *type, char *text)
{
    struct mzg_hub_question *q = malloc(sizeof *q);
    size_t n = strlen(text), sum = 0;
    if (!q)
        abort();
    if (mzg_hub_question_read(q, type, text) == 0) {
        for (size_t i = 0; i < q->n; i++)
            sum += strlen(q->paths[i]);
        if (q->n > MZG_HUB_ASKED || sum > n)
            abort();
    }
    mzg_hub_question_clear(q);
    free(q);
}

/* The first byte chooses what it is; the text is in an allocation of just its size. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mzg_hub_address a;
    char *text = malloc(size + 1);
    if (!text)
        abort();
    if (size > 0)
        memcpy(text, data + 1, size - 1);
    text[size > 0 ? size - 1 : 0] = '\0';
    switch (size > 0 ? data[0] % 4 : 0) {
    case 0:
        if (mzg_hub_address_api(&a, text))
            judge_address(&a, false);
        break;
    case 1:
        if (mzg_hub_address_file(&a, text))
            judge_address(&a, true);
        break;
    case 2:
        judge_question("application/json", text);
        break;
    default:
        judge_question("application/x-www-form-urlencoded", text);
    }
    free(text);
    return 0;
}
