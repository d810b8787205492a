/* recipe_file.c: a recipe from a text file (SPEC.md, "Recipes"). */
#include "recipe.h"

#include "../../base/file.h"
#include "../../base/sha256.h"
#include "rules.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FILE_MAX ((size_t)256 << 10)
#define LINE_MAX_BYTES 1024
#define WORDS (MZG_CONDITIONS_MAX + 3) /* one more than a rule may have, so that it is noticed */
#define NAME_MAX_BYTES 64

struct parse {
    struct mzg_recipe *r;
    const struct mzg_recipe *from; /* NULL: nothing */
    bool has_name, has_base, has_file_type;
};

static enum mzg_code fail_twice(const char *word, struct mzg_err *e)
{
    return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'%s' is there twice", word);
}

static enum mzg_code parse_name(struct parse *p, const char *word, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    size_t n = strlen(word);
    if (p->has_name)
        return fail_twice("name", e);
    for (size_t i = 0; i < n; i++) {
        if (word[i] <= 0x20 || word[i] > 0x7e)
            n = 0;
    }
    if (n == 0 || n > NAME_MAX_BYTES)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                        "name '%s' is not 1 to %d printable ASCII characters", mzg_quote(q, word),
                        NAME_MAX_BYTES);
    p->r->name = mzg_arena_text(&p->r->rules->arena, word, n);
    p->has_name = true;
    return p->r->name ? MZG_OK : mzg_fail_memory(e, "recipe");
}

static enum mzg_code parse_base(struct parse *p, const char *word, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    const struct mzg_type_info *type = mzg_recipe_type(word);
    if (p->has_base)
        return fail_twice("base", e);
    if (type == NULL)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'%s' is no type of weights", mzg_quote(q, word));
    p->r->base = type->type;
    p->has_base = true;
    return MZG_OK;
}

static enum mzg_code parse_from(struct parse *p, const char *word, struct mzg_err *e)
{
    if (p->from != NULL)
        return fail_twice("from", e);
    enum mzg_code code = mzg_recipe_find(word, &p->from, e);
    return code == MZG_USAGE ? e->code = MZG_MALFORMED : code;
}

static enum mzg_code parse_file_type(struct parse *p, const char *word, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    size_t n = strlen(word);
    if (p->has_file_type)
        return fail_twice("file_type", e);
    if (n > 4 || strspn(word, "0123456789") != n)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'%s' is no number of 1 to 4 digits",
                        mzg_quote(q, word));
    p->r->file_type = (uint32_t)strtoul(word, NULL, 10);
    p->has_file_type = true;
    return MZG_OK;
}

static enum mzg_code parse_line(struct parse *p, char **words, size_t n, uint32_t line,
                                struct mzg_err *e)
{
    static const struct {
        const char *word;
        enum mzg_code (*parse)(struct parse *p, const char *word, struct mzg_err *e);
    } settings[] = {
        {"name", parse_name}, {"from", parse_from}, {"base", parse_base},
        {"file_type", parse_file_type},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        if (strcmp(words[0], settings[i].word) != 0)
            continue;
        if (n != 2)
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'%s' is followed by %zu words, not one",
                            words[0], n - 1);
        return settings[i].parse(p, words[1], e);
    }
    return mzg_rules_add(p->r->rules, words, n, line, false, e);
}

static enum mzg_code parse_text(struct parse *p, const char *text, size_t len, struct mzg_err *e)
{
    uint32_t number = 1;
    for (size_t at = 0; at < len; number++) {
        char line[LINE_MAX_BYTES], *words[WORDS];
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - text) - at : len - at;
        enum mzg_code code = MZG_OK;
        if (n >= sizeof line || memchr(text + at, '\0', n) != NULL)
            code = mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, n >= sizeof line ? "a line of %zu bytes"
                            : "a NUL in a line of %zu bytes", n);
        if (code == MZG_OK) {
            memcpy(line, text + at, n);
            line[n] = '\0';
            size_t count = mzg_rule_words(line, words, WORDS);
            code = count > 0 ? parse_line(p, words, count, number, e) : MZG_OK;
        }
        if (code != MZG_OK) {
            e->offset = at;
            return mzg_prefix(e, "line %u", number);
        }
        at += n + 1;
    }
    return MZG_OK;
}

/* What a file leaves out it has from the recipe it builds on. */
static enum mzg_code settle(struct parse *p, struct mzg_err *e)
{
    struct mzg_recipe *r = p->r;
    if (!p->has_base && p->from == NULL)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "neither 'base TYPE' nor 'from RECIPE'");
    if (!p->has_base)
        r->base = p->from->base;
    if (!p->has_name)
        r->name = "custom";
    if (p->from != NULL) {
        r->base_needs = p->from->base_needs && r->base == p->from->base;
        if (!p->has_file_type)
            r->file_type = p->from->file_type;
        bool rules = mzg_type_by_number(p->from->base)->block_elems > 1; /* F32, F16, BF16: none */
        return rules ? mzg_rules_add_built_in(r->rules, p->from->name, e) : MZG_OK;
    }
    size_t n;
    const struct mzg_recipe *all = mzg_recipes(&n);
    for (size_t i = 0; i < n && !p->has_file_type; i++) {
        p->has_file_type = all[i].base == r->base;
        r->file_type = all[i].file_type;
    }
    if (p->has_file_type)
        return MZG_OK;
    return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                    "no built-in recipe has base type %s: give 'file_type NUMBER'",
                    mzg_type_by_number(r->base)->name);
}

static enum mzg_code make(const char *text, size_t len, struct mzg_recipe *r, struct mzg_err *e)
{
    struct parse p = {.r = r};
    r->rules->text = mzg_arena_text(&r->rules->arena, text, len);
    if (r->rules->text == NULL)
        return mzg_fail_memory(e, "recipe");
    mzg_sha256_of(text, len, r->sha256);
    enum mzg_code code = parse_text(&p, text, len, e);
    return code == MZG_OK ? settle(&p, e) : code;
}

enum mzg_code mzg_recipe_load(const char *path, struct mzg_recipe **out, struct mzg_err *e)
{
    char q[MZG_QUOTE], *text = NULL;
    size_t len = 0;
    *out = NULL;
    struct mzg_recipe *r = calloc(1, sizeof *r);
    struct mzg_rules *rules = malloc(sizeof *rules);
    if (r == NULL || rules == NULL) {
        free(r);
        free(rules);
        return mzg_fail_memory(e, "recipe");
    }
    mzg_rules_init(rules);
    r->rules = rules;
    enum mzg_code code = mzg_file_load(path, FILE_MAX, &text, &len, e);
    if (code == MZG_OK) {
        code = make(text, len, r, e);
        if (code != MZG_OK)
            mzg_prefix(e, "%s", mzg_quote(q, path));
    }
    free(text);
    if (code != MZG_OK)
        mzg_recipe_free(r);
    else
        *out = r;
    return code;
}

void mzg_recipe_free(struct mzg_recipe *r)
{
    if (r == NULL)
        return;
    mzg_rules_clear(r->rules);
    free(r->rules);
    free(r);
}
