#include "rules.h"

#include "recipe.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES ((size_t)4 << 20)
#define WORDS (MZG_CONDITIONS_MAX + 2)
#define LINE_MAX_BYTES 256
#define SECTION_MAX 64

void mzg_rules_init(struct mzg_rules *r)
{
    *r = (struct mzg_rules){0};
    mzg_arena_init(&r->arena, BYTES);
}

void mzg_rules_clear(struct mzg_rules *r)
{
    for (size_t i = 0; i < r->n; i++)
        mzg_pattern_free(r->rules[i].pattern);
    mzg_arena_clear(&r->arena);
    *r = (struct mzg_rules){0};
}

/* ---- words ---- */

size_t mzg_rule_words(char *line, char **words, size_t max)
{
    size_t n = 0;
    for (char *p = line; n < max;) {
        p += strspn(p, " \t\r");
        if (*p == '\0' || *p == '#')
            break;
        words[n++] = p;
        p += strcspn(p, " \t\r");
        if (*p != '\0')
            *p++ = '\0';
    }
    return n;
}

char *mzg_rule_line(const char *text, uint32_t line, char *out, size_t room)
{
    while (line-- > 1 && (text = strchr(text, '\n')) != NULL)
        text++;
    if (text == NULL)
        text = "";
    text += strspn(text, " \t");
    size_t n = strcspn(text, "\n\r");
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
        n--;
    snprintf(out, room, "%.*s", n < room ? (int)n : (int)room - 1, text);
    return out;
}

/* ---- parsing ---- */

static const struct {
    const char *word;
    bool numbered;
    uint64_t min;
} conditions[] = {
#define X(name, word, numbered, min) {word, numbered, min},
    MZG_CONDITIONS(X)
#undef X
};

static enum mzg_code parse_number(const char *text, uint64_t min, uint64_t *v, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    size_t n = strlen(text);
    if (n == 0 || n > 6 || strspn(text, "0123456789") != n)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'%s' is no number of 1 to 6 digits",
                        mzg_quote(q, text));
    *v = strtoull(text, NULL, 10);
    if (*v < min)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'%s' is less than %llu",
                        mzg_quote(q, text), (unsigned long long)min);
    return MZG_OK;
}

static enum mzg_code parse_condition(struct mzg_rules *r, const char *word, struct mzg_condition *c,
                                     struct mzg_err *e)
{
    char q[MZG_QUOTE];
    c->negated = word[0] == '!';
    if (c->negated)
        word++;
    for (size_t i = 0; i < MZG_CONDITIONS_END; i++) {
        size_t n = strlen(conditions[i].word);
        bool open = conditions[i].numbered || i == MZG_CONDITION_ARCH;
        if (strncmp(word, conditions[i].word, n) != 0 || (!open && word[n] != '\0'))
            continue;
        c->kind = (enum mzg_condition_kind)i;
        if (conditions[i].numbered)
            return parse_number(word + n, conditions[i].min, &c->number, e);
        c->text = mzg_arena_text(&r->arena, word + n, strlen(word + n));
        return c->text ? MZG_OK : mzg_fail_memory(e, "recipe");
    }
    return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'%s' is no condition", mzg_quote(q, word));
}

/* "values", "k,q", "any", "/regex/". */
static enum mzg_code parse_who(const char *word, struct mzg_rule *rule, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    size_t len = strlen(word);
    if (word[0] == '/') {
        if (len < 2 || word[len - 1] != '/')
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                            "'%s' does not end with the '/' that it begins with", mzg_quote(q, word));
        enum mzg_code code = mzg_pattern_new(word + 1, len - 2, &rule->pattern, e);
        if (code == MZG_USAGE) /* here it came in a file */
            code = e->code = MZG_MALFORMED;
        return code;
    }
    for (const char *p = word;; p++) {
        size_t n = strcspn(p, ",");
        uint32_t bits = mzg_role_bits(p, n);
        if (bits == 0)
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'%s' is no role",
                            mzg_quote_n(q, p, n));
        rule->roles |= bits;
        p += n;
        if (*p == '\0')
            return MZG_OK;
    }
}

static enum mzg_code parse_rule(struct mzg_rules *r, char *const *words, size_t n,
                                struct mzg_rule *rule, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    if (n < 2)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'%s' is followed by no type",
                        mzg_quote(q, words[0]));
    if (n > WORDS)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "more than %d conditions",
                        MZG_CONDITIONS_MAX);
    const struct mzg_type_info *type = mzg_recipe_type(words[n - 1]);
    rule->type = MZG_TYPE_END;
    if (type != NULL)
        rule->type = type->type;
    else if (strcmp(words[n - 1], "base") != 0)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'%s' is no type of weights",
                        mzg_quote(q, words[n - 1]));
    for (size_t i = 1; i + 1 < n; i++) {
        enum mzg_code code =
            parse_condition(r, words[i], &rule->conditions[rule->n_conditions++], e);
        if (code != MZG_OK)
            return code;
    }
    return parse_who(words[0], rule, e);
}

enum mzg_code mzg_rules_add(struct mzg_rules *r, char *const *words, size_t n, uint32_t line,
                            bool built_in, struct mzg_err *e)
{
    struct mzg_rule rule = {.line = line, .built_in = built_in};
    if (r->rules == NULL)
        r->rules = mzg_arena_alloc(&r->arena, MZG_RULES_MAX, sizeof *r->rules);
    if (r->rules == NULL)
        return mzg_fail_memory(e, "recipe");
    if (r->n == MZG_RULES_MAX)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "more than %d rules", MZG_RULES_MAX);
    enum mzg_code code = parse_rule(r, words, n, &rule, e);
    if (code == MZG_OK)
        r->rules[r->n++] = rule;
    else
        mzg_pattern_free(rule.pattern);
    return code;
}

/* ---- the built-in text ---- */

/* "[Q4_K_M Q5_K_M]" or "[all]": is the recipe meant? line: changed. */
static bool section_names(char *line, const char *recipe)
{
    char *words[SECTION_MAX];
    line[0] = ' ';
    line[strcspn(line, "]")] = '\0';
    size_t n = mzg_rule_words(line, words, SECTION_MAX);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i], "all") == 0 || strcmp(words[i], recipe) == 0)
            return true;
    }
    return false;
}

enum mzg_code mzg_rules_add_built_in(struct mzg_rules *r, const char *recipe, struct mzg_err *e)
{
    char line[LINE_MAX_BYTES], *words[WORDS + 1];
    bool meant = false;
    uint32_t number = 1;
    enum mzg_code code = MZG_OK;
    for (const char *p = mzg_recipe_table; *p != '\0' && code == MZG_OK; number++) {
        size_t n = strcspn(p, "\n");
        snprintf(line, sizeof line, "%.*s", (int)n, p);
        p += n + (p[n] == '\n');
        if (line[0] == '[') {
            meant = section_names(line, recipe);
            continue;
        }
        n = mzg_rule_words(line, words, WORDS + 1);
        if (meant && n > 0)
            code = mzg_rules_add(r, words, n, number, true, e);
    }
    return code;
}

/* ---- matching ---- */

static bool in_first(uint64_t i, uint64_t n, uint64_t parts)
{
    return i < n / parts;
}

/* llama.cpp's "use more bits": where errors hurt most. */
static bool more(uint64_t i, uint64_t n)
{
    return i < n / 8 || i >= 7 * n / 8 || (i - n / 8) % 3 == 2;
}

static bool holds(const struct mzg_condition *c, const struct mzg_rule_case *k)
{
    const struct mzg_traits *t = k->traits;
    switch (c->kind) {
    case MZG_CONDITION_IMATRIX:
        return k->imatrix;
    case MZG_CONDITION_STACKED:
        return k->ne[2] > 1;
    case MZG_CONDITION_ODD:
        return k->ne[0] % mzg_type_by_number(k->base)->block_elems != 0;
    case MZG_CONDITION_BIG:
        return t->big;
    case MZG_CONDITION_GQA:
        return t->gqa >= c->number;
    case MZG_CONDITION_EXPERTS_IS:
        return t->experts == c->number;
    case MZG_CONDITION_EXPERTS:
        return t->experts >= c->number;
    case MZG_CONDITION_INDEX:
        return k->index < c->number;
    case MZG_CONDITION_COUNT:
        return in_first(k->index, k->n, c->number);
    case MZG_CONDITION_FIRST:
        return k->has_layer && in_first(k->layer, k->n, c->number);
    case MZG_CONDITION_MIDDLE:
        return k->has_layer && !in_first(k->layer, k->n, c->number) &&
               k->layer < (c->number - 1) * k->n / c->number;
    case MZG_CONDITION_MORE:
        return k->has_layer && more(k->layer, k->n);
    case MZG_CONDITION_ARCH:
        return strcmp(t->arch, c->text) == 0;
    case MZG_CONDITIONS_END:
        break;
    }
    return false;
}

static bool fits(const struct mzg_rule *rule, const struct mzg_rule_case *k)
{
    bool who = rule->pattern != NULL ? mzg_pattern_matches(rule->pattern, k->name)
                                     : (rule->roles & MZG_ROLE_BIT(k->role)) != 0;
    for (size_t i = 0; i < rule->n_conditions && who; i++)
        who = holds(&rule->conditions[i], k) != rule->conditions[i].negated;
    return who;
}

const struct mzg_rule *mzg_rules_find(const struct mzg_rules *r, const struct mzg_rule_case *c)
{
    for (size_t i = 0; i < r->n; i++) {
        if (fits(&r->rules[i], c))
            return &r->rules[i];
    }
    return NULL;
}
