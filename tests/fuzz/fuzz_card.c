/* A model card: whatever is kept of it is metadata that GGUF can hold.
 * Covers: formats/model/meta/card.c formats/model/meta/relatives.c formats/model/meta/model_id.c */
#include "base/utf8.h"
#include "model/meta/card.h"
#include "model/meta/model_id.h"
#include "model/meta/relatives.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_id(const char *text)
{
    struct mzg_model_id id;
    char title[MZG_MODEL_ID];

    if (mzg_model_id_split(&id, text, strlen(text) % 2 ? 0 : 7000000000)) {
        mzg_model_id_title(id.name, title);
        if (id.name[0] == '\0' || strlen(title) > strlen(id.name) || !mzg_utf8_valid(title, strlen(title)))
            abort();
    }
}

/* Every text, also where nothing asks for it. */
static void walk(const json_t *value, unsigned depth)
{
    const char *key;
    const json_t *member;
    size_t i;

    if (depth > 32)
        abort();
    if (json_is_string(value)) {
        if (strlen(json_string_value(value)) != json_string_length(value))
            abort();
        check_id(json_string_value(value));
    }
    json_array_foreach(value, i, member)
        walk(member, depth + 1);
    json_object_foreach((json_t *)value, key, member)
        walk(member, depth + 1);
}

static void check_pairs(const struct mzg_kvs *k)
{
    struct mzg_err e;

    if (mzg_kvs_ok(k, &e) != MZG_OK)
        abort();
    for (size_t i = 0; i < k->count; i++) {
        const struct mzg_kv *kv = &k->items[i];
        if (kv->type == MZG_KV_STRING && !mzg_utf8_valid((const char *)kv->value + 8, kv->size - 8))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size ? size : 1); /* of just its size */
    struct mzg_kvs k;

    if (!text)
        abort();
    if (size > 0)
        memcpy(text, data, size);
    json_t *card = mzg_card_read(text, size, NULL);
    free(text);
    walk(card, 0);
    mzg_kvs_init(&k);
    mzg_relatives_put(&k, "base_model", card);
    mzg_relatives_put(&k, "dataset", card);
    check_pairs(&k);
    mzg_kvs_clear(&k);
    json_decref(card);
    return 0;
}
