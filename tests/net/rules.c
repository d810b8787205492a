/* rules.c: the rules as text, and whether one strikes; see faulty.h and, for the language, faulty.c. */
#include "faulty.h"
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
    const char *name, *arguments;
    enum mzg_kind kind;
    enum mzg_needs needs;
} actions[] = {
#define X(id, name, arguments, kind, needs) {name, arguments, MZG_KIND_##kind, MZG_NEEDS_##needs},
    MZG_ACTIONS(X)
#undef X
};

static bool is_number(const char *word, int64_t *value)
{
    char *end;
    if (!word || *word < '0' || *word > '9' || strlen(word) > 18)
        return false;
    *value = strtoll(word, &end, 10);
    return *end == '\0';
}

static char *next_word(char **rest)
{
    char *word;
    do
        word = strsep(rest, " \t\r\n");
    while (word && !*word);
    return word;
}

static bool action_of(struct mzg_rule *rule, const char *word)
{
    for (unsigned i = 0; word && i < MZG_ACTION_COUNT; i++) {
        if (strcmp(word, actions[i].name) == 0) {
            rule->action = (enum mzg_action)i;
            rule->kind = actions[i].kind;
            rule->needs = actions[i].needs;
            rule->name = actions[i].name;
            return true;
        }
    }
    return false;
}

static const char *arguments(struct mzg_rule *rule, char **rest)
{
    for (const char *a = actions[rule->action].arguments; *a; a++) {
        char *word = next_word(rest);
        int64_t *number = rule->number < 0 ? &rule->number : &rule->number2;
        if (!word && (*a == 'N' || *a == 'T'))
            return NULL;
        if (!word)
            return "wants another argument";
        if ((*a | 32) == 'n' && !is_number(word, number))
            return "wants a number";
        if ((*a | 32) == 't' && snprintf(rule->text, sizeof rule->text, "%s", word) >= 512)
            return "a text is too long";
    }
    if (rule->action == MZG_ACTION_wrong_range && *rule->text && strcmp(rule->text, "lie") != 0 &&
        strcmp(rule->text, "other") != 0)
        return "is followed by nothing, lie or other";
    return next_word(rest) ? "has too many arguments" : NULL;
}

/* [COUNT] [after N] [every N] GLOB ACTION ARGUMENT...; returns what is wrong with it. */
static const char *parse(struct mzg_rule *rule, char *first, char *rest)
{
    char *word = first;
    *rule = (struct mzg_rule){.count = -1, .number = -1, .number2 = -1};
    if (is_number(word, &rule->count))
        word = next_word(&rest);
    for (int i = 0; i < 2 && word; i++) {
        int64_t *into = strcmp(word, "after") == 0   ? &rule->after
                        : strcmp(word, "every") == 0 ? &rule->every
                                                     : NULL;
        if (into && !is_number(next_word(&rest), into))
            return "after and every want a number";
        if (into)
            word = next_word(&rest);
    }
    if (!word)
        return "no path";
    if (snprintf(rule->glob, sizeof rule->glob, "%s", word + (*word == '/')) >= 256)
        return "the path is too long";
    if (!action_of(rule, next_word(&rest)))
        return "no such action";
    return arguments(rule, &rest);
}

static void set(struct mzg_settings *s, const struct mzg_rule *rule)
{
    if (rule->action == MZG_ACTION_rate)
        s->rate = rule->number;
    if (rule->action == MZG_ACTION_latency)
        s->latency = rule->number;
    if (rule->action == MZG_ACTION_cut_every)
        s->cut_every = rule->number;
    if (rule->action == MZG_ACTION_cut_every_ms)
        s->cut_every_ms = rule->number;
}

static bool load(struct mzg_rules *rules, FILE *in)
{
    static struct mzg_rule fresh[MZG_RULES_MOST];
    char line[2048];
    unsigned at = 0;
    size_t n = 0;
    struct mzg_settings settings = rules->defaults;
    while (fgets(line, sizeof line, in)) {
        char *rest = line, *word = next_word(&rest);
        const char *wrong = n == MZG_RULES_MOST ? "too many rules" : NULL;
        at++;
        if (!word || *word == '#')
            continue;
        wrong = wrong ? wrong : parse(&fresh[n], word, rest);
        if (wrong) {
            fprintf(stderr, "faulty: %s:%u: %s\n", rules->file, at, wrong);
            return false;
        }
        if (fresh[n].kind == MZG_KIND_SETTING)
            set(&settings, &fresh[n]);
        n++;
    }
    memcpy(rules->rule, fresh, sizeof fresh);
    rules->n = n;
    rules->settings = settings;
    return true;
}

bool mzg_rules_refresh(struct mzg_rules *rules)
{
    struct stat st;
    if (!rules->file || stat(rules->file, &st) != 0)
        return !rules->file;
    if (st.st_mtim.tv_sec == rules->changed.tv_sec && st.st_mtim.tv_nsec == rules->changed.tv_nsec &&
        st.st_ino == rules->inode && st.st_size == rules->size)
        return true;
    rules->changed = st.st_mtim;
    rules->inode = st.st_ino;
    rules->size = st.st_size;
    FILE *in = fopen(rules->file, "re");
    bool good = in && load(rules, in);
    if (in)
        fclose(in);
    return good;
}

bool mzg_rule_strikes(struct mzg_rule *rule, const struct mzg_facts *f)
{
    if (rule->count == 0 || fnmatch(rule->glob, f->path, 0) != 0)
        return false;
    if (rule->needs != MZG_NEEDS_NOTHING && !f->body)
        return false;
    if (rule->needs == MZG_NEEDS_LONGER && f->length <= rule->number)
        return false;
    if (rule->needs == MZG_NEEDS_OFFSET &&
        (rule->number < f->from || rule->number - f->from >= f->length))
        return false;
    if (rule->needs == MZG_NEEDS_RANGE && !f->part)
        return false;
    int64_t turn = ++rule->seen - rule->after;
    if (turn <= 0 || (rule->every > 0 && turn % rule->every != 0))
        return false;
    if (rule->count > 0)
        rule->count--;
    return true;
}
