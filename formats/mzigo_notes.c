#include "mzigo_notes.h"

#include "base/reader.h"
#include "base/utf8.h"
#include "model/containers/gguf.h"
#include "model/recipes/recipe.h"
#include "model/whisper/ggml.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LANGUAGES 64 /* of a model, at most */

/* Text that can be shown: UTF-8 without control bytes, neither empty nor long. */
static bool is_showable(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    }
    return len > 0 && len < MZG_MODEL_NOTE_TEXT && mzg_utf8_valid(text, len);
}

static void add(struct mzg_model_notes *notes, const char *key, const char *text, size_t len)
{
    if (!is_showable(text, len))
        return;
    notes->all[notes->n].key = key;
    memcpy(notes->all[notes->n].text, text, len);
    notes->all[notes->n++].text[len] = '\0';
}

static void add_number(struct mzg_model_notes *notes, const char *key, uint64_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, n);
    if (n > 0)
        add(notes, key, text, strlen(text));
}

static void add_text_of(struct mzg_model_notes *notes, const char *key, const struct mzg_kvs *k, const char *from)
{
    const char *text;
    size_t len;
    if (mzg_kvs_get_text(k, from, &text, &len))
        add(notes, key, text, len);
}

/* ---- languages ---- */

static bool is_code(const char *text, size_t len)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\0' || !strchr(letters, text[i]))
            return false;
    }
    return len >= 2 && len <= 16;
}

/* An array of codes as a text with spaces between them, as many as fit. */
static void add_languages(struct mzg_model_notes *notes, const struct mzg_kvs *k)
{
    const struct mzg_kv *kv = mzg_kvs_find(k, "general.languages");
    struct mzg_reader v;
    char text[MZG_MODEL_NOTE_TEXT];
    size_t n = 0;
    if (!kv || kv->type != MZG_KV_ARRAY || kv->elem != MZG_KV_STRING)
        return;
    mzg_reader_init(&v, kv->value, kv->size, kv->offset);
    for (uint64_t i = 0; i < kv->count && i < LANGUAGES; i++) {
        uint64_t len = mzg_reader_u64(&v);
        const char *code = (const char *)mzg_reader_bytes(&v, len);
        if (!code || !is_code(code, len) || n + 1 + len >= sizeof text)
            continue;
        if (n > 0)
            text[n++] = ' ';
        memcpy(text + n, code, len);
        n += len;
    }
    add(notes, "model.languages", text, n);
}

/* ---- all of them ---- */

static void add_type(struct mzg_model_notes *notes, const struct mzg_kvs *k)
{
    uint64_t number;
    size_t n;
    const struct mzg_recipe *recipes = mzg_recipes(&n);
    if (!mzg_kvs_get_u64(k, "general.file_type", &number))
        return;
    for (size_t i = 0; i < n; i++) {
        if (recipes[i].file_type == number) {
            add(notes, "model.type", recipes[i].name, strlen(recipes[i].name));
            return;
        }
    }
}

static void add_context(struct mzg_model_notes *notes, const struct mzg_kvs *k)
{
    const char *architecture;
    size_t len;
    char key[128];
    uint64_t n;
    if (!mzg_kvs_get_text(k, "general.architecture", &architecture, &len) || len > 64)
        return;
    snprintf(key, sizeof key, "%.*s.context_length", (int)len, architecture);
    if (mzg_kvs_get_u64(k, key, &n))
        add_number(notes, "model.context_length", n);
}

/* Each holds bytes of the file, so the sum does not overflow. */
static uint64_t parameters_of(const struct mzg_weights *w)
{
    uint64_t n = 0;
    for (size_t i = 0; i < w->n_tensors; i++)
        n += w->tensors[i].elems;
    return n;
}

/* Its head names neither the model nor its languages. */
static void find_in_ggml(struct mzg_model_notes *notes, const struct mzg_weights *w)
{
    const char *type = mzg_type_by_number((uint32_t)w->ggml->base)->name;
    add(notes, "model.architecture", "whisper", strlen("whisper"));
    add(notes, "model.type", type, strlen(type));
    add_number(notes, "model.parameters", parameters_of(w));
}

void mzg_model_notes_find(struct mzg_model_notes *notes, const struct mzg_weights *w, bool whole)
{
    const struct mzg_kvs *k = w->gguf != NULL ? &w->gguf->kvs : NULL;
    const char *template;
    size_t len;
    notes->n = 0;
    if (k == NULL) {
        find_in_ggml(notes, w);
        return;
    }
    add_text_of(notes, "model.name", k, "general.name");
    add_text_of(notes, "model.architecture", k, "general.architecture");
    add_type(notes, k);
    if (whole)
        add_number(notes, "model.parameters", parameters_of(w));
    add_context(notes, k);
    add_languages(notes, k);
    add_text_of(notes, "model.licence", k, "general.license");
    if (mzg_kvs_get_text(k, "tokenizer.chat_template", &template, &len) && len > 0)
        add(notes, "model.chat_template", "yes", 3);
}
