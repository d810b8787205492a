#include "pattern.h"

#include <ctype.h>
#include <locale.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

struct mzg_pattern {
    regex_t re;
};

/* Where a bracket expression that opens at text[i] ends: the index of its ']', or len. */
static size_t bracket_end(const char *text, size_t len, size_t i)
{
    size_t at = i + 1;
    if (at < len && text[at] == '^')
        at++;
    if (at < len && text[at] == ']')
        at++;
    while (at < len && text[at] != ']') {
        bool class = at + 1 < len && text[at] == '[' && strchr(":.=", text[at + 1]) != NULL;
        if (!class) {
            at++;
            continue;
        }
        char kind = text[at + 1];
        for (at += 2; at + 1 < len && !(text[at] == kind && text[at + 1] == ']'); at++)
            ;
        at += 2;
    }
    return at < len ? at : len;
}

static enum mzg_code fail_at(size_t at, const char *what, struct mzg_err *e)
{
    return mzg_fail(e, MZG_USAGE, at, "the regular expression has %s at character %zu", what, at + 1);
}

/* Refuses what is out of bounds; regcomp judges the rest. */
static enum mzg_code check(const char *text, size_t len, struct mzg_err *e)
{
    size_t depth = 0;
    if (len == 0 || len > MZG_PATTERN_MAX)
        return mzg_fail(e, MZG_USAGE, 0, "a regular expression of %zu characters, 1 to %d are taken",
                        len, MZG_PATTERN_MAX);
    for (size_t i = 0; i < len; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e)
            return fail_at(i, "a character that is not printable ASCII", e);
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\\' && i + 1 < len && isalnum((unsigned char)text[i + 1]))
            return fail_at(i, "an escaped letter or digit (write [0-9] for a digit)", e);
        if (text[i] == '{')
            return fail_at(i, "an interval (a brace)", e);
        if (text[i] == '(' && ++depth > MZG_PATTERN_DEPTH)
            return fail_at(i, "groups nested too deep", e);
        if (text[i] == ')' && depth > 0)
            depth--;
        if (text[i] == '\\')
            i++;
        else if (text[i] == '[')
            i = bracket_end(text, len, i);
    }
    return MZG_OK;
}

/* In the locale "C": elsewhere ranges and classes mean other things. */
static enum mzg_code compile(struct mzg_pattern *p, const char *text, struct mzg_err *e)
{
    char why[128];
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (c == (locale_t)0)
        return mzg_fail_memory(e, "regular expression");
    locale_t old = uselocale(c);
    int rc = regcomp(&p->re, text, REG_EXTENDED | REG_NOSUB);
    if (rc != 0)
        regerror(rc, &p->re, why, sizeof why);
    uselocale(old);
    freelocale(c);
    if (rc == REG_ESPACE)
        return mzg_fail_memory(e, "regular expression");
    return rc == 0 ? MZG_OK : mzg_fail(e, MZG_USAGE, 0, "not a regular expression: %s", why);
}

enum mzg_code mzg_pattern_new(const char *text, size_t len, struct mzg_pattern **p,
                              struct mzg_err *e)
{
    char copy[MZG_PATTERN_MAX + 1];
    *p = NULL;
    enum mzg_code code = check(text, len, e);
    if (code != MZG_OK)
        return code;
    memcpy(copy, text, len);
    copy[len] = '\0';
    struct mzg_pattern *made = calloc(1, sizeof *made);
    if (made == NULL)
        return mzg_fail_memory(e, "regular expression");
    code = compile(made, copy, e);
    if (code == MZG_OK)
        *p = made;
    else
        free(made);
    return code;
}

void mzg_pattern_free(struct mzg_pattern *p)
{
    if (p == NULL)
        return;
    regfree(&p->re);
    free(p);
}

bool mzg_pattern_matches(const struct mzg_pattern *p, const char *name)
{
    return regexec(&p->re, name, 0, NULL, 0) == 0;
}
