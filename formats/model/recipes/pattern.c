/* pattern.c: a regular expression becomes a program of a few instructions a character, and all its
 * threads walk through a name in step (Thompson's method): the time is bounded by program times name,
 * whatever the expression. Jumps are relative, so code can be moved to make room before it. */
#include "pattern.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CODE_MAX (4 * MZG_PATTERN_MAX + 8) /* no character costs more than three instructions */

enum op { OP_CHAR, OP_ANY, OP_SET, OP_START, OP_END, OP_JUMP, OP_SPLIT, OP_MATCH };

struct instruction {
    enum op op;
    int16_t to, other;   /* of a jump, relative to itself; a split goes both ways */
    uint8_t c;
    uint32_t set[8];     /* a bit a byte */
};

struct mzg_pattern {
    size_t n;
    struct instruction code[];
};

/* ---- compiling ---- */

struct parse {
    const char *text;
    size_t len, at, depth;
    struct instruction code[CODE_MAX];
    size_t n;
    struct mzg_err *e;
    enum mzg_code rc;    /* the first fault; nothing is parsed after it */
};

static void fault(struct parse *p, size_t at, const char *what)
{
    if (p->rc == MZG_OK)
        p->rc = mzg_fail(p->e, MZG_USAGE, at, "the regular expression has %s at character %zu", what,
                         at + 1);
}

static bool more(const struct parse *p)
{
    return p->rc == MZG_OK && p->at < p->len;
}

/* An instruction at place `at`; what stands there and behind moves up. */
static struct instruction *insert(struct parse *p, size_t at, enum op op, size_t to, size_t other)
{
    if (p->n == CODE_MAX) {
        fault(p, p->at, "too many parts");
        return &p->code[CODE_MAX - 1];
    }
    memmove(&p->code[at + 1], &p->code[at], (p->n - at) * sizeof p->code[0]);
    p->n++;
    p->code[at] = (struct instruction){.op = op, .to = (int16_t)(to - at),
                                       .other = (int16_t)(other - at)};
    return &p->code[at];
}

static struct instruction *append(struct parse *p, enum op op)
{
    return insert(p, p->n, op, p->n, p->n);
}

static void set_range(struct instruction *i, unsigned from, unsigned to)
{
    for (unsigned c = from; c <= to; c++)
        i->set[c / 32] |= 1u << c % 32;
}

/* "[:digit:]" at p->at. */
static void parse_class(struct parse *p, struct instruction *i)
{
    static const struct { const char *name; const char *ranges; } classes[] = {
        {"[:alnum:]", "09AZaz"}, {"[:alpha:]", "AZaz"},  {"[:blank:]", "  \t\t"},
        {"[:digit:]", "09"},     {"[:lower:]", "az"},    {"[:upper:]", "AZ"},
        {"[:punct:]", "!/:@[`{~"}, {"[:space:]", "  \t\r"}, {"[:xdigit:]", "09AFaf"},
        {"[:print:]", " ~"},     {"[:graph:]", "!~"},
    };
    for (size_t k = 0; k < sizeof classes / sizeof *classes; k++) {
        size_t n = strlen(classes[k].name);
        if (p->len - p->at < n || memcmp(p->text + p->at, classes[k].name, n) != 0)
            continue;
        for (const char *r = classes[k].ranges; *r != '\0'; r += 2)
            set_range(i, (unsigned char)r[0], (unsigned char)r[1]);
        p->at += n;
        return;
    }
    fault(p, p->at, "an unknown class");
}

/* One character, a range or a class of a bracket expression. */
static void parse_item(struct parse *p, struct instruction *i)
{
    const char *t = p->text + p->at;
    size_t left = p->len - p->at;
    if (left > 1 && t[0] == '[' && strchr(":.=", t[1]) != NULL) {
        parse_class(p, i);
        return;
    }
    unsigned from = (unsigned char)t[0], to = from;
    if (left > 2 && t[1] == '-' && t[2] != ']') {
        to = (unsigned char)t[2];
        p->at += 2;
    }
    if (to < from)
        fault(p, p->at, "a range that runs backwards");
    p->at++;
    set_range(i, from, to);
}

static void parse_set(struct parse *p)
{
    size_t start = p->at++;
    struct instruction *i = append(p, OP_SET);
    bool negated = more(p) && p->text[p->at] == '^';
    p->at += negated;
    for (bool first = true; more(p) && (first || p->text[p->at] != ']'); first = false)
        parse_item(p, i);
    if (!more(p))
        fault(p, start, "a bracket that is not closed");
    p->at++;
    for (size_t k = 0; negated && k < 8; k++)
        i->set[k] = ~i->set[k];
}

static void parse_choice(struct parse *p);

static void parse_group(struct parse *p)
{
    size_t start = p->at++;
    if (++p->depth > MZG_PATTERN_DEPTH)
        fault(p, start, "groups nested too deep");
    if (p->rc == MZG_OK)
        parse_choice(p);
    if (!more(p))
        fault(p, start, "a group that is not closed");
    p->at++;
    p->depth--;
}

static void parse_escape(struct parse *p)
{
    char c = p->at + 1 < p->len ? p->text[p->at + 1] : '\0';
    bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (word)
        fault(p, p->at, "an escaped letter or digit (write [0-9] for a digit)");
    if (c == '\0')
        fault(p, p->at, "nothing behind a backslash");
    append(p, OP_CHAR)->c = (uint8_t)c;
    p->at += 2;
}

static void parse_atom(struct parse *p)
{
    char c = p->text[p->at];
    switch (c) {
    case '(':
        parse_group(p);
        return;
    case '[':
        parse_set(p);
        return;
    case '\\':
        parse_escape(p);
        return;
    case '{':
        fault(p, p->at, "an interval (a brace)");
        return;
    case '*':
    case '+':
    case '?':
        fault(p, p->at, "nothing to repeat");
        return;
    default:
        append(p, c == '.' ? OP_ANY : c == '^' ? OP_START : c == '$' ? OP_END : OP_CHAR)->c = (uint8_t)c;
        p->at++;
    }
}

static void parse_repeated(struct parse *p)
{
    size_t start = p->n;
    parse_atom(p);
    for (; more(p) && strchr("*+?", p->text[p->at]) != NULL; p->at++) {
        if (p->text[p->at] == '+') {
            insert(p, p->n, OP_SPLIT, start, p->n + 1);
            continue;
        }
        bool star = p->text[p->at] == '*';
        insert(p, start, OP_SPLIT, start + 1, p->n + 1 + star);
        if (star)
            insert(p, p->n, OP_JUMP, start, start);
    }
}

static void parse_sequence(struct parse *p)
{
    while (more(p) && p->text[p->at] != '|' && p->text[p->at] != ')')
        parse_repeated(p);
}

static void parse_choice(struct parse *p)
{
    size_t start = p->n;
    parse_sequence(p);
    while (more(p) && p->text[p->at] == '|') {
        p->at++;
        insert(p, start, OP_SPLIT, start + 1, p->n + 2);
        size_t jump = p->n;
        append(p, OP_JUMP);
        parse_sequence(p);
        p->code[jump].to = (int16_t)(p->n - jump);
    }
}

static void check_characters(struct parse *p)
{
    if (p->len == 0 || p->len > MZG_PATTERN_MAX) {
        p->rc = mzg_fail(p->e, MZG_USAGE, 0, "a regular expression of %zu characters, 1 to %d are taken",
                         p->len, MZG_PATTERN_MAX);
        return;
    }
    for (size_t i = 0; i < p->len; i++) {
        if (p->text[i] < 0x20 || p->text[i] > 0x7e)
            fault(p, i, "a character that is not printable ASCII");
    }
}

enum mzg_code mzg_pattern_new(const char *text, size_t len, struct mzg_pattern **out,
                              struct mzg_err *e)
{
    struct parse p = {.text = text, .len = len, .e = e};
    *out = NULL;
    check_characters(&p);
    if (p.rc == MZG_OK)
        parse_choice(&p);
    if (more(&p))
        fault(&p, p.at, "no group to close");
    append(&p, OP_MATCH);
    if (p.rc != MZG_OK)
        return p.rc;
    struct mzg_pattern *made = malloc(sizeof *made + p.n * sizeof p.code[0]);
    if (made == NULL)
        return mzg_fail_memory(e, "regular expression");
    made->n = p.n;
    memcpy(made->code, p.code, p.n * sizeof p.code[0]);
    *out = made;
    return MZG_OK;
}

void mzg_pattern_free(struct mzg_pattern *p)
{
    free(p);
}

/* ---- matching ---- */

/* Where threads stand between two characters: each place once. */
struct threads {
    uint16_t at[CODE_MAX];
    size_t n;
    bool here[CODE_MAX];
    bool matched;
};

/* A thread at pc, and wherever it can go without a character. */
static void add(struct threads *t, const struct mzg_pattern *p, size_t pc, bool start, bool end)
{
    uint16_t stack[2 * CODE_MAX];
    size_t n = 0;
    stack[n++] = (uint16_t)pc;
    while (n > 0) {
        pc = stack[--n];
        const struct instruction *i = &p->code[pc];
        if (t->here[pc])
            continue;
        t->here[pc] = true;
        if (i->op == OP_MATCH)
            t->matched = true;
        else if (i->op == OP_JUMP || i->op == OP_SPLIT)
            stack[n++] = (uint16_t)((int)pc + i->to);
        else if ((i->op == OP_START && start) || (i->op == OP_END && end))
            stack[n++] = (uint16_t)(pc + 1);
        else if (i->op != OP_START && i->op != OP_END)
            t->at[t->n++] = (uint16_t)pc;
        if (i->op == OP_SPLIT)
            stack[n++] = (uint16_t)((int)pc + i->other);
    }
}

static bool takes(const struct instruction *i, uint8_t c)
{
    return i->op == OP_ANY || (i->op == OP_CHAR && i->c == c) ||
           (i->op == OP_SET && (i->set[c / 32] >> c % 32 & 1) != 0);
}

bool mzg_pattern_matches(const struct mzg_pattern *p, const char *name)
{
    struct threads two[2], *now = &two[0], *next = &two[1], *swap;
    memset(two, 0, sizeof two);
    add(now, p, 0, true, name[0] == '\0');
    for (size_t i = 0; name[i] != '\0' && !now->matched; i++) {
        next->n = 0;
        next->matched = false;
        memset(next->here, 0, p->n * sizeof next->here[0]);
        for (size_t k = 0; k < now->n; k++) {
            if (takes(&p->code[now->at[k]], (uint8_t)name[i]))
                add(next, p, now->at[k] + 1u, false, name[i + 1] == '\0');
        }
        add(next, p, 0, false, name[i + 1] == '\0'); /* a match may begin anywhere */
        swap = now;
        now = next;
        next = swap;
    }
    return now->matched;
}
