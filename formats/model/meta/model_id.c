#include "model_id.h"

#include "../containers/names.h"
#include <string.h>

/* ---- forms of a part of a name; ASCII whatever the locale ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static const char *digits(const char *p)
{
    while (is_digit(*p))
        p++;
    return p;
}

/* Where text goes on behind word (in small letters), whatever its own letters; NULL: it begins otherwise. */
static const char *behind(const char *text, const char *word)
{
    for (; *word; word++, text++) {
        if (lower(*text) != *word)
            return NULL;
    }
    return text;
}

static bool is_one_of(const char *p, const char *const *words)
{
    for (; *words; words++) {
        const char *end = behind(p, *words);
        if (end && *end == '\0')
            return true;
    }
    return false;
}

/* 1, v2, v0.3, iter2 */
static bool is_version(const char *p)
{
    const char *end = behind(p, "iter");

    if (end)
        p = end;
    else if (lower(*p) == 'v')
        p++;
    end = digits(p);
    while (end != p && end[0] == '.' && is_digit(end[1]))
        end = digits(end + 1);
    return end != p && *end == '\0';
}

/* Q4_K_M, iq3_s, bf16, fp16, f32: a type of weights. */
static bool is_type(const char *p)
{
    static const char *const floats[] = {"f16", "f32", "fp16", "fp32", "bf16", "bf32", "bfp16",
                                         "bfp32", NULL};

    if (is_one_of(p, floats))
        return true;
    if (lower(*p) == 'i')
        p++;
    if (lower(p[0]) != 'q' || !is_digit(p[1]))
        return false;
    p += 2;
    while (p[0] == '_' && (is_letter(p[1]) || is_digit(p[1]) || p[1] == '_'))
        p += 2;
    return *p == '\0';
}

/* 7B, 0.5b, 1_5B, 8x7B, A3B, 7b1 (bloom's 7.1B) */
static bool is_size_number(const char *p)
{
    const char *end = digits(p);

    if (lower(*p) == 'a')
        p++;
    else if (end != p && lower(*end) == 'x')
        p = end + 1;
    end = digits(p);
    if (end == p)
        return false;
    if ((*end == '.' || *end == '_') && is_digit(end[1]))
        end = digits(end + 1);
    if (*end == '\0' || !strchr("kmbt", lower(*end)))
        return false;
    end += is_digit(end[1]) ? 2 : 1;
    return *end == '\0';
}

static bool is_size_word(const char *p)
{
    static const char *const words[] = {"small", "mini", "medium", "large", "xl", "xxl", NULL};

    return is_one_of(p, words);
}

static bool is_finetune(const char *p)
{
    static const char *const words[] = {"chat", "instruct", "vision", "lora", NULL};

    return is_one_of(p, words);
}

/* ---- sizes ---- */

/* "0_5b" -> "0.5B", "7b1" -> "7.1B", in its place; the last gets a byte longer. */
static void tidy_size(char *p)
{
    size_t n = strlen(p);

    for (char *c = p; *c; c++)
        *c = *c == '_' ? '.' : *c;
    if (is_digit(p[n - 1])) {
        char unit = p[n - 2], digit = p[n - 1];
        p[n - 2] = '.';
        p[n - 1] = digit;
        p[n++] = unit;
        p[n] = '\0';
    }
    p[n - 1] = upper(p[n - 1]);
}

/* "7.1B" -> 7.1e9; 0 for what is no plain number ("8x7B", "A3B"). */
static double size_value(const char *p)
{
    double value = 0, scale = 1;

    for (; is_digit(*p); p++)
        value = value * 10 + (*p - '0');
    if (*p == '.') {
        for (p++; is_digit(*p); p++) {
            value = value * 10 + (*p - '0');
            scale *= 10;
        }
    }
    const char *at = *p ? strchr("KMBT", *p) : NULL;
    if (!at || p[1] != '\0')
        return 0;
    for (const char *u = "KMBT"; u <= at; u++)
        value *= 1000;
    return value / scale;
}

/* Further from the weights there are than a size can be: a context length, say. */
static bool is_no_size(const char *p, uint64_t weights)
{
    double value = size_value(p), all = (double)weights;
    double off = value > all ? value - all : all - value;

    return weights != 0 && value > 0 && off > (double)(weights / 8 * 7 + weights % 8 * 7 / 8);
}

/* ---- the parts of a name ---- */

enum { BASENAME = 1, SIZE = 2, FINETUNE = 4, VERSION = 8, TYPE = 16 };

#define PARTS (MZG_MODEL_ID / 2)

struct parts {
    struct part {
        char text[MZG_MODEL_ID + 1]; /* tidy_size may add a byte */
        unsigned kinds;
    } all[PARTS];
    size_t n;
};

static void cut(struct parts *p, const char *name)
{
    p->n = 0;
    for (const char *at = name; *at;) {
        size_t len = strcspn(at, "-");
        if (len > 0) {
            struct part *part = &p->all[p->n++];
            memcpy(part->text, at, len);
            part->text[len] = '\0';
            part->kinds = 0;
        }
        at += len + (at[len] == '-');
    }
}

static void mark_size(struct part *part, uint64_t weights)
{
    if (is_size_number(part->text))
        tidy_size(part->text);
    part->kinds = SIZE;
    if (is_no_size(part->text, weights)) {
        size_t last = strlen(part->text) - 1;
        part->text[last] = lower(part->text[last]);
        part->kinds = FINETUNE;
    }
}

static void mark(struct part *part, bool first, uint64_t weights)
{
    char *p = part->text;

    if (is_version(p)) {
        part->kinds = VERSION;
    } else if (is_type(p)) {
        part->kinds = TYPE;
        for (; *p; p++)
            *p = upper(*p);
    } else if (!first && (is_size_number(p) || is_size_word(p))) {
        mark_size(part, weights);
    } else if (!first && is_finetune(p)) {
        part->kinds = FINETUNE;
    }
}

/* Beside a number, words say nothing about the size. */
static void drop_words(struct parts *p)
{
    bool number = false;

    for (size_t i = 0; i < p->n; i++)
        number |= p->all[i].kinds == SIZE && !is_size_word(p->all[i].text);
    for (size_t i = 0; number && i < p->n; i++) {
        if (p->all[i].kinds == SIZE && is_size_word(p->all[i].text))
            p->all[i].kinds = 0;
    }
}

/* Beyond ASCII, what is fit to print is taken for a letter. */
static bool begins_with_letter(const char *p)
{
    return is_letter(*p) || (*p & 0x80);
}

/* The basename is what stands before all else; a version at the end of the name is none of it. */
static void find_basename(struct parts *p)
{
    bool start = true;

    for (size_t i = 0; i < p->n; i++) {
        struct part *part = &p->all[i];
        if (start && ((part->kinds == 0 && begins_with_letter(part->text)) || part->kinds == VERSION)) {
            part->kinds |= BASENAME;
        } else {
            start = false;
            part->kinds = part->kinds ? part->kinds : FINETUNE;
        }
    }
    for (size_t i = p->n; i-- > 0 && p->all[i].kinds == (BASENAME | VERSION);)
        p->all[i].kinds = VERSION;
}

/* All parts of the kind and not of the other, with '-' between; a size once only. */
static void join(const struct parts *p, unsigned kind, unsigned not, char out[MZG_MODEL_ID])
{
    size_t len = 0;

    for (size_t i = 0; i < p->n; i++) {
        const char *text = p->all[i].text;
        bool twice = false;
        for (size_t j = 0; kind == SIZE && j < i; j++)
            twice |= (p->all[j].kinds & SIZE) && strcmp(p->all[j].text, text) == 0;
        if (!(p->all[i].kinds & kind) || (p->all[i].kinds & not) || twice ||
            strlen(text) + 2 > MZG_MODEL_ID - len)
            continue;
        if (len > 0)
            out[len++] = '-';
        memcpy(out + len, text, strlen(text) + 1);
        len += strlen(text);
    }
}

static void split_name(struct mzg_model_id *id, uint64_t weights)
{
    struct parts p;

    cut(&p, id->name);
    for (size_t i = 0; i < p.n; i++)
        mark(&p.all[i], i == 0, weights);
    drop_words(&p);
    find_basename(&p);
    join(&p, SIZE, 0, id->size_label);
    join(&p, FINETUNE, 0, id->finetune);
    join(&p, VERSION, BASENAME, id->version);
    if (id->size_label[0] || id->finetune[0] || id->version[0]) /* else it is too little to tell by */
        join(&p, BASENAME, 0, id->basename);
}

bool mzg_model_id_split(struct mzg_model_id *id, const char *text, uint64_t weights)
{
    const char *slash = strchr(text, '/');
    size_t len = strlen(text);

    *id = (struct mzg_model_id){.name = ""};
    if (len >= MZG_MODEL_ID || !mzg_item_name_valid(text, len) || text[0] == '.' || text[0] == '/' ||
        text[0] == '~' || strchr(text, '\\') ||
        (slash && (slash[1] == '\0' || slash[1] == '.' || strchr(slash + 1, '/'))))
        return false;
    const char *name = slash ? slash + 1 : text;
    memcpy(id->name, name, strlen(name) + 1);
    if (strchr(text, ' ')) {
        memcpy(id->name, text, len + 1);
        return true;
    }
    if (slash)
        memcpy(id->organization, text, (size_t)(slash - text));
    split_name(id, weights);
    return true;
}

/* ---- titles ---- */

/* Without a large letter, with a small one, and neither a version nor begun by a digit. */
static bool wants_capitals(const char *word, size_t len)
{
    char text[MZG_MODEL_ID];
    bool small = false;

    for (size_t i = 0; i < len; i++) {
        small |= word[i] >= 'a' && word[i] <= 'z';
        if ((word[i] >= 'A' && word[i] <= 'Z') || (word[i] & 0x80))
            return false;
    }
    memcpy(text, word, len);
    text[len] = '\0';
    return small && !is_digit(word[0]) && !(word[0] == 'v' && is_version(text));
}

void mzg_model_id_title(const char *text, char out[MZG_MODEL_ID])
{
    size_t n = 0;

    while (*text) {
        size_t len = strcspn(text, "- "), room = MZG_MODEL_ID - 2 - n;
        bool capitals = len < MZG_MODEL_ID && wants_capitals(text, len);
        if (len > 0 && len <= room) {
            if (n > 0)
                out[n++] = ' ';
            for (size_t i = 0; i < len; i++) /* a large letter wherever letters begin */
                out[n++] = capitals && (i == 0 || !is_letter(text[i - 1])) ? upper(text[i]) : text[i];
        }
        text += len + (text[len] != '\0');
    }
    out[n] = '\0';
}
