#include "tokenizer_config.h"

#include "../../base/buf.h"
#include "../../base/json.h"
#include "vocab_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SMALL_FILE ((size_t)16 << 20)
#define MAX_FILES 64

static enum mzg_code note_file(struct mzg_vocab *v, const char *name, struct mzg_err *e)
{
    if (!v->files) {
        v->files = mzg_arena_alloc(&v->arena, MAX_FILES, sizeof *v->files);
        if (!v->files)
            return mzg_fail_memory(e, "tokenizer files");
    }
    if (v->n_files == MAX_FILES)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "more than %d tokenizer files", MAX_FILES);
    v->files[v->n_files] = mzg_arena_text(&v->arena, name, strlen(name));
    if (!v->files[v->n_files])
        return mzg_fail_memory(e, "tokenizer files");
    v->n_files++;
    return MZG_OK;
}

enum mzg_code mzg_tokenizer_config_file(const struct mzg_dir *dir, const char *name, size_t max,
                                        struct mzg_vocab *v, char **data, size_t *len,
                                        struct mzg_err *e)
{
    struct mzg_buf path;
    enum mzg_code code = note_file(v, name, e);

    if (code != MZG_OK)
        return code;
    mzg_buf_init(&path, 8192);
    mzg_buf_printf(&path, "%s/%s", dir->path, name);
    mzg_buf_u8(&path, 0);
    code = mzg_buf_ok(&path, "path", e);
    if (code == MZG_OK)
        code = mzg_file_load((const char *)path.data, max, data, len, e);
    mzg_buf_clear(&path);
    return code;
}

enum mzg_code mzg_tokenizer_config_object(const struct mzg_dir *dir, const char *name,
                                          struct mzg_vocab *v, json_t **out, struct mzg_err *e)
{
    char *text = NULL;
    size_t len;
    enum mzg_code code;

    *out = NULL;
    if (!mzg_dir_has(dir, name))
        return MZG_OK;
    code = mzg_tokenizer_config_file(dir, name, SMALL_FILE, v, &text, &len, e);
    if (code != MZG_OK)
        return code;
    code = mzg_json_parse(text, len, 0, MZG_JSON_TREE, out, e);
    free(text);
    if (code == MZG_OK && !json_is_object(*out)) {
        json_decref(*out);
        *out = NULL;
        code = mzg_fail(e, MZG_MALFORMED, 0, "not a JSON object");
    }
    return code == MZG_OK ? code : mzg_prefix(e, "%s/%s", dir->path, name);
}

enum mzg_code mzg_tokenizer_config_open(struct mzg_tokenizer_config *tc, const struct mzg_dir *dir,
                                        struct mzg_vocab *v, const struct mzg_notify *notify,
                                        struct mzg_err *e)
{
    struct { const char *name; json_t **out; } files[] = {
        {"tokenizer_config.json", &tc->config},
        {"special_tokens_map.json", &tc->map},
        {"generation_config.json", &tc->generation},
        {"added_tokens.json", &tc->added},
    };

    memset(tc, 0, sizeof *tc);
    tc->dir = dir;
    tc->notify = notify;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        enum mzg_code code = mzg_tokenizer_config_object(dir, files[i].name, v, files[i].out, e);
        if (code != MZG_OK)
            return code;
    }
    return MZG_OK;
}

void mzg_tokenizer_config_close(struct mzg_tokenizer_config *tc)
{
    json_decref(tc->config);
    json_decref(tc->map);
    json_decref(tc->generation);
    json_decref(tc->added);
    memset(tc, 0, sizeof *tc);
}

/* ---- added tokens ---- */

/* Whether id fits the table; one beyond it is counted, as the makers' files often know more tokens
 * than the weights have rows. */
static bool within(const struct mzg_vocab *v, uint64_t id, unsigned *beyond)
{
    if (id < v->count)
        return true;
    ++*beyond;
    return false;
}

static enum mzg_code add_by_text(const json_t *added, struct mzg_vocab *v, unsigned *beyond,
                                 struct mzg_err *e)
{
    char quoted[MZG_QUOTE];
    const char *text;
    json_t *value;

    json_object_foreach((json_t *)added, text, value) {
        if (!json_is_integer(value) || json_integer_value(value) < 0)
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "added token '%s': its id is not a "
                            "whole number from 0 on", mzg_quote(quoted, text));
        uint64_t id = (uint64_t)json_integer_value(value);
        if (!within(v, id, beyond))
            continue;
        enum mzg_code code = mzg_vocab_table_set(v, (uint32_t)id, &(struct mzg_vocab_entry){
            text, strlen(text), MZG_TOKEN_USER_DEFINED, MZG_SCORE_ADDED, MZG_NO_OFFSET}, e);
        if (code != MZG_OK)
            return code;
    }
    return MZG_OK;
}

/* A key of added_tokens_decoder: decimal digits only. */
static bool parse_id(const char *key, uint64_t *id)
{
    size_t len = strlen(key);

    if (len == 0 || len > 10 || strspn(key, "0123456789") != len)
        return false;
    *id = strtoull(key, NULL, 10);
    return true;
}

static enum mzg_code add_by_id(const json_t *decoder, struct mzg_vocab *v, unsigned *beyond,
                               struct mzg_err *e)
{
    char quoted[MZG_QUOTE];
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)decoder, key, value) {
        const char *text = NULL;
        bool special = false;
        uint64_t id;
        if (!parse_id(key, &id))
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "added_tokens_decoder: '%s' is not an "
                            "id", mzg_quote(quoted, key));
        enum mzg_code code = mzg_json_text(value, "content", &text, e);
        if (code == MZG_OK)
            code = mzg_json_bool_opt(value, "special", &special, e);
        if (code == MZG_OK && within(v, id, beyond))
            code = mzg_vocab_table_add(v, (uint32_t)id, text, special, MZG_NO_OFFSET, e);
        if (code != MZG_OK)
            return mzg_prefix(e, "added_tokens_decoder: id %" PRIu64, id);
    }
    return MZG_OK;
}

enum mzg_code mzg_tokenizer_config_added(const struct mzg_tokenizer_config *tc, struct mzg_vocab *v,
                                         struct mzg_err *e)
{
    const json_t *decoder = json_object_get(tc->config, "added_tokens_decoder");
    unsigned beyond = 0;
    enum mzg_code code = MZG_OK;

    if (tc->added && (code = add_by_text(tc->added, v, &beyond, e)) != MZG_OK)
        return mzg_prefix(e, "%s/added_tokens.json", tc->dir->path);
    if (decoder && !json_is_null(decoder)) {
        code = json_is_object(decoder) ? add_by_id(decoder, v, &beyond, e)
               : mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "added_tokens_decoder is not an object");
        if (code != MZG_OK)
            return mzg_prefix(e, "%s/tokenizer_config.json", tc->dir->path);
    }
    if (beyond > 0)
        mzg_notice(tc->notify, "%u added tokens have ids beyond the model's %" PRIu32
                   " and are left out", beyond, v->count);
    return MZG_OK;
}
