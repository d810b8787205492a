#include "chat_template.h"

#include "../../base/json.h"
#include "vocab_table.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TEMPLATES 32
#define MAX_NAME 64
#define MAX_TEXT ((size_t)4 << 20)
#define JINJA ".jinja"
#define MORE_FOLDER "additional_chat_templates"

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static enum mzg_code add_template(struct mzg_vocab *v, const char *name, size_t name_len,
                                  const char *text, size_t len, struct mzg_err *e)
{
    struct mzg_vocab_template *t;
    char quoted[MZG_QUOTE];
    char *copy;

    if (!v->templates)
        v->templates = mzg_arena_alloc(&v->arena, MAX_TEMPLATES, sizeof *v->templates);
    copy = mzg_arena_text(&v->arena, name, name_len);
    if (!v->templates || !copy)
        return mzg_fail_memory(e, "chat templates");
    if (v->n_templates == MAX_TEMPLATES || name_len == 0 || name_len > MAX_NAME)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "chat template '%s': at most %d templates, "
                        "names of 1 to %d bytes", mzg_quote_n(quoted, name, name_len),
                        MAX_TEMPLATES, MAX_NAME);
    if (!mzg_vocab_text_clean(text, len))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "chat template '%s' is not UTF-8 text",
                        mzg_quote_n(quoted, name, name_len));
    for (char *c = copy; *c; c++)
        if (!is_name_char(*c))
            *c = '_';
    for (size_t i = 0; i < v->n_templates; i++)
        if (strcmp(v->templates[i].name, copy) == 0)
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "two chat templates named '%s'", copy);
    t = &v->templates[v->n_templates];
    t->name = copy;
    t->text = mzg_arena_text(&v->arena, text, len);
    if (!t->text)
        return mzg_fail_memory(e, "chat templates");
    v->n_templates++;
    return MZG_OK;
}

static enum mzg_code add_default(struct mzg_vocab *v, const char *text, size_t len,
                                 struct mzg_err *e)
{
    return add_template(v, "default", strlen("default"), text, len, e);
}

/* value: what a JSON file has under chat_template. */
static enum mzg_code from_json(struct mzg_vocab *v, const json_t *value, struct mzg_err *e)
{
    const json_t *item;
    size_t i;

    if (!value || json_is_null(value))
        return MZG_OK;
    if (json_is_string(value))
        return add_default(v, json_string_value(value), json_string_length(value), e);
    if (!json_is_array(value))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "chat_template is neither a string nor a "
                        "list");
    json_array_foreach(value, i, item) {
        const char *name = NULL, *text = NULL;
        enum mzg_code code = mzg_json_text(item, "name", &name, e);
        if (code == MZG_OK)
            code = mzg_json_text(item, "template", &text, e);
        if (code == MZG_OK)
            code = add_template(v, name, strlen(name), text, strlen(text), e);
        if (code != MZG_OK)
            return mzg_prefix(e, "chat_template[%zu]", i);
    }
    return MZG_OK;
}

static enum mzg_code from_file(struct mzg_vocab *v, const struct mzg_dir *dir, const char *rel,
                               const char *name, size_t name_len, struct mzg_err *e)
{
    char *text = NULL;
    size_t len;
    enum mzg_code code = mzg_tokenizer_config_file(dir, rel, MAX_TEXT, v, &text, &len, e);

    if (code != MZG_OK)
        return code;
    code = add_template(v, name, name_len, text, len, e);
    free(text);
    return code == MZG_OK ? code : mzg_prefix(e, "%s/%s", dir->path, rel);
}

static enum mzg_code from_folder(struct mzg_vocab *v, const struct mzg_dir *dir, struct mzg_err *e)
{
    char **names = NULL;
    size_t count = 0;
    enum mzg_code code;

    if (!mzg_dir_has(dir, MORE_FOLDER))
        return MZG_OK;
    code = mzg_dir_list(dir, MORE_FOLDER, 4 * MAX_TEMPLATES, &names, &count, e);
    for (size_t i = 0; i < count && code == MZG_OK; i++) {
        struct mzg_buf rel;
        size_t len = strlen(names[i]), tail = strlen(JINJA);
        if (len <= tail || strcmp(names[i] + len - tail, JINJA) != 0)
            continue;
        mzg_buf_init(&rel, 1024);
        mzg_buf_printf(&rel, MORE_FOLDER "/%s", names[i]);
        mzg_buf_u8(&rel, 0);
        code = mzg_buf_ok(&rel, MORE_FOLDER, e);
        if (code == MZG_OK)
            code = from_file(v, dir, (const char *)rel.data, names[i], len - tail, e);
        mzg_buf_clear(&rel);
    }
    free(names);
    return code;
}

static enum mzg_code from_template_json(struct mzg_vocab *v, const struct mzg_dir *dir,
                                        struct mzg_err *e)
{
    json_t *object;
    enum mzg_code code = mzg_tokenizer_config_object(dir, "chat_template.json", v, &object, e);

    if (code != MZG_OK || !object)
        return code;
    code = from_json(v, json_object_get(object, "chat_template"), e);
    json_decref(object);
    return code == MZG_OK ? code : mzg_prefix(e, "%s/chat_template.json", dir->path);
}

enum mzg_code mzg_chat_template_find(struct mzg_vocab *v, const struct mzg_tokenizer_config *tc,
                                     struct mzg_err *e)
{
    static const char jinja[] = "chat_template" JINJA;
    enum mzg_code code = from_json(v, json_object_get(tc->config, "chat_template"), e);

    if (code != MZG_OK)
        return mzg_prefix(e, "%s/tokenizer_config.json", tc->dir->path);
    if (v->n_templates > 0)
        return MZG_OK;
    if (mzg_dir_has(tc->dir, jinja)) {
        code = from_file(v, tc->dir, jinja, "default", strlen("default"), e);
        return code == MZG_OK ? from_folder(v, tc->dir, e) : code;
    }
    return from_template_json(v, tc->dir, e);
}
