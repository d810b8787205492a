#include "options.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct mzg_option *find_name(const struct mzg_option *o, const char *name, size_t len)
{
    for (; o->name; o++) {
        if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
            return o;
    }
    return NULL;
}

static const struct mzg_option *find_letter(const struct mzg_option *o, char letter)
{
    for (; o->name; o++) {
        if (o->letter == letter)
            return o;
    }
    return NULL;
}

bool mzg_options_have(const struct mzg_option *options, const char *name)
{
    return find_name(options, name, strlen(name)) != NULL;
}

/* ---- reading ---- */

/* Keeps values of one option together, so that a list of them can be handed out as it lies. */
static enum mzg_code add(struct mzg_args *a, const struct mzg_option *o, const char *value,
                         struct mzg_err *e)
{
    size_t at = a->count;
    while (at > 0 && a->given[at - 1] > o)
        at--;
    if (at > 0 && a->given[at - 1] == o && !(o->flags & MZG_MANY))
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --%s is given twice", o->name);
    memmove(a->given + at + 1, a->given + at, (a->count - at) * sizeof *a->given);
    memmove(a->values + at + 1, a->values + at, (a->count - at) * sizeof *a->values);
    a->given[at] = o;
    a->values[at] = value;
    a->count++;
    return MZG_OK;
}

static enum mzg_code lacks_value(const struct mzg_option *o, struct mzg_err *e)
{
    return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --%s needs a value: --%s %s", o->name,
                    o->name, o->arg);
}

/* --name, --name=VALUE, --name VALUE; *i moves past what was used. */
static enum mzg_code take_long(struct mzg_args *a, int argc, char **argv, int *i, struct mzg_err *e)
{
    const char *text = argv[*i] + 2;
    size_t len = strcspn(text, "=");
    const char *value = text[len] ? text + len + 1 : NULL;
    const struct mzg_option *o = find_name(a->options, text, len);
    char q[MZG_QUOTE];
    if (!o)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "unknown option --%s",
                        mzg_quote_n(q, text, len));
    if (!o->arg) {
        if (value)
            return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --%s takes no value", o->name);
        return add(a, o, "", e);
    }
    if (!value && *i + 1 < argc)
        value = argv[++*i];
    return value ? add(a, o, value, e) : lacks_value(o, e);
}

/* -n, -nVALUE, -n VALUE; switches may share a dash. */
static enum mzg_code take_short(struct mzg_args *a, int argc, char **argv, int *i,
                                struct mzg_err *e)
{
    for (const char *p = argv[*i] + 1; *p; p++) {
        const struct mzg_option *o = find_letter(a->options, *p);
        char q[MZG_QUOTE];
        enum mzg_code code;
        if (!o)
            return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "unknown option -%s",
                            mzg_quote_n(q, p, 1));
        if (o->arg) {
            if (p[1])
                return add(a, o, p + 1, e);
            return *i + 1 < argc ? add(a, o, argv[++*i], e) : lacks_value(o, e);
        }
        code = add(a, o, "", e);
        if (code)
            return code;
    }
    return MZG_OK;
}

static enum mzg_code check_options(const struct mzg_args *a, struct mzg_err *e)
{
    for (const struct mzg_option *o = a->options; o->name; o++) {
        if ((o->flags & MZG_REQUIRED) && !mzg_args_has(a, o->name))
            return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --%s %s is missing", o->name,
                            o->arg);
    }
    return MZG_OK;
}

static enum mzg_code check_operands(const struct mzg_args *a, const struct mzg_operand *operands,
                                    struct mzg_err *e)
{
    size_t n = 0, required = 0;
    bool many = false;
    char q[MZG_QUOTE];
    for (; operands && operands[n].name; n++) {
        required += !(operands[n].flags & MZG_OPTIONAL);
        if (required > a->operand_count && !(operands[n].flags & MZG_OPTIONAL))
            return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "%s is missing", operands[n].name);
        many = operands[n].flags & MZG_MANY;
    }
    if (a->operand_count > n && !many)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "unexpected argument '%s'",
                        mzg_quote(q, a->operands[n]));
    return MZG_OK;
}

enum mzg_code mzg_args_parse(struct mzg_args *a, const struct mzg_option *options,
                             const struct mzg_operand *operands, int argc, char **argv,
                             struct mzg_err *e)
{
    size_t room = (size_t)argc + 1; /* and more below: one argument may hold many switches */
    enum mzg_code code = MZG_OK;
    bool only_operands = false;
    for (int i = 0; i < argc; i++)
        room += strlen(argv[i]);
    memset(a, 0, sizeof *a);
    a->options = options;
    a->given = calloc(room, sizeof *a->given);
    a->values = calloc(room, sizeof *a->values);
    a->operands = calloc(room, sizeof *a->operands);
    if (!a->given || !a->values || !a->operands)
        return mzg_fail_memory(e, "command line");
    for (int i = 0; i < argc && !code; i++) {
        if (only_operands || argv[i][0] != '-' || !argv[i][1])
            a->operands[a->operand_count++] = argv[i];
        else if (strcmp(argv[i], "--") == 0)
            only_operands = true;
        else if (argv[i][1] == '-')
            code = take_long(a, argc, argv, &i, e);
        else
            code = take_short(a, argc, argv, &i, e);
    }
    if (!code && mzg_options_have(options, "help") && mzg_args_has(a, "help"))
        return MZG_OK;
    if (!code)
        code = check_operands(a, operands, e);
    return code ? code : check_options(a, e);
}

void mzg_args_clear(struct mzg_args *a)
{
    free(a->given);
    free(a->values);
    free(a->operands);
    memset(a, 0, sizeof *a);
}

/* ---- asking ---- */

size_t mzg_args_list(const struct mzg_args *a, const char *name, const char *const **values)
{
    const struct mzg_option *o = find_name(a->options, name, strlen(name));
    size_t first = 0, n = 0;
    assert(o);
    while (first < a->count && a->given[first] != o)
        first++;
    while (first + n < a->count && a->given[first + n] == o)
        n++;
    *values = a->values + first;
    return n;
}

bool mzg_args_has(const struct mzg_args *a, const char *name)
{
    const char *const *values;
    return mzg_args_list(a, name, &values) > 0;
}

const char *mzg_args_text(const struct mzg_args *a, const char *name)
{
    const char *const *values;
    return mzg_args_list(a, name, &values) > 0 ? values[0] : NULL;
}

const char *mzg_args_operand(const struct mzg_args *a, size_t i)
{
    return i < a->operand_count ? a->operands[i] : NULL;
}

enum mzg_code mzg_args_number(const struct mzg_args *a, const char *name, uint64_t min,
                              uint64_t max, uint64_t *out, struct mzg_err *e)
{
    const char *text = mzg_args_text(a, name);
    uint64_t v = 0;
    bool fits = text && *text;
    char q[MZG_QUOTE];
    if (!text)
        return MZG_OK;
    for (const char *p = text; *p && fits; p++) {
        fits = *p >= '0' && *p <= '9' && !__builtin_mul_overflow(v, 10, &v) &&
               !__builtin_add_overflow(v, (uint64_t)(*p - '0'), &v);
    }
    if (!fits || v < min || v > max)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET,
                        "option --%s takes a whole number from %llu to %llu, not '%s'", name,
                        (unsigned long long)min, (unsigned long long)max, mzg_quote(q, text));
    *out = v;
    return MZG_OK;
}
