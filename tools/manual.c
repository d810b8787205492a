#include "manual.h"
#include <ctype.h>
#include <string.h>

#define WIDTH 80
#define INDENT 4
#define ITEM_INDENT 8
#define LIST_INDENT 16 /* of lists with short labels */

/* ---- plain text ---- */

/* Text broken into lines at spaces, each behind `indent` spaces; column: where the first line is. */
static void plain_wrap(FILE *out, const char *text, int indent, int column)
{
    while (*text) {
        int len = (int)strcspn(text, " \n");
        if (column > indent && column + 1 + len > WIDTH) {
            fputc('\n', out);
            column = 0;
        }
        if (column < indent)
            column += fprintf(out, "%*s", indent - column, "");
        else if (column > indent)
            column += fprintf(out, " ");
        column += fprintf(out, "%.*s", len, text);
        text += len;
        text += strspn(text, " \n");
    }
    fputc('\n', out);
}

static void plain_head(FILE *out, const char *title)
{
    fprintf(out, "%s\n", title);
}

static void plain_para(FILE *out, const char *text)
{
    plain_wrap(out, text, INDENT, 0);
}

static void plain_item(FILE *out, const char *label, const char *text, int indent)
{
    int column = fprintf(out, "%*s%s", INDENT, "", label);
    if (column + 2 > indent) {
        fputc('\n', out);
        column = 0;
    }
    plain_wrap(out, text, indent, column);
}

static void plain_line(FILE *out, const char *line, size_t len)
{
    fprintf(out, "%*s%.*s\n", INDENT, "", (int)len, line);
}

static void plain_gap(FILE *out)
{
    fputc('\n', out);
}

/* ---- roff ---- */

/* One word: options and program names bold, what a person fills in italic. */
static void roff_word(FILE *out, const char *word, size_t len, bool fonts)
{
    const char *font = "";
    bool option = word[0] == '-' || (word[0] == '[' && len > 1 && word[1] == '-');
    if (fonts && (option || islower((unsigned char)word[0])))
        font = "\\fB";
    else if (fonts && isalpha((unsigned char)word[word[0] == '[' && len > 1]))
        font = "\\fI";
    fputs(font, out);
    for (size_t i = 0; i < len; i++) {
        if (word[i] == '\\')
            fputs("\\e", out);
        else if (word[i] == '-' && option)
            fputs("\\-", out);
        else if (word[i] == '\'')
            fputs("\\(aq", out);
        else if (word[i] == '`')
            fputs("\\(ga", out);
        else
            fputc(word[i], out);
    }
    if (*font)
        fputs("\\fR", out);
}

static void roff_words(FILE *out, const char *text, size_t len, bool fonts)
{
    const char *end = text + len;
    fputs("\\&", out); /* so that no first word is taken for a request */
    while (text < end) {
        size_t n = strcspn(text, " \n");
        if (n > (size_t)(end - text))
            n = (size_t)(end - text);
        roff_word(out, text, n, fonts);
        text += n;
        if (text < end) {
            fputc(' ', out);
            text++;
        }
    }
    fputc('\n', out);
}

static void roff_head(FILE *out, const char *title)
{
    fprintf(out, ".SH %s\n", title);
}

static void roff_para(FILE *out, const char *text)
{
    fputs(".PP\n", out);
    roff_words(out, text, strlen(text), false);
}

static void roff_item(FILE *out, const char *label, const char *text, int indent)
{
    fprintf(out, ".TP %d\n", indent - INDENT);
    roff_words(out, label, strlen(label), true);
    roff_words(out, text, strlen(text), false);
}

static void roff_line(FILE *out, const char *line, size_t len)
{
    fputs(".nf\n", out);
    roff_words(out, line, len, false);
    fputs(".fi\n", out);
}

static void roff_gap(FILE *out)
{
    fputs(".PP\n", out);
}

/* ---- the walk ---- */

struct dress {
    void (*head)(FILE *out, const char *title);
    void (*para)(FILE *out, const char *text);
    void (*item)(FILE *out, const char *label, const char *text, int indent); /* of the text */
    void (*line)(FILE *out, const char *line, size_t len); /* shown as it stands */
    void (*gap)(FILE *out);                                /* between paragraphs */
};

static const struct dress dresses[] = {
    [MZG_PLAIN] = {plain_head, plain_para, plain_item, plain_line, plain_gap},
    [MZG_ROFF] = {roff_head, roff_para, roff_item, roff_line, roff_gap},
};

/* Paragraphs, and lines that begin with a space as they stand. */
static void write_text(FILE *out, const char *text, const struct dress *d)
{
    char para[2048];
    size_t used = 0;
    for (bool first = true; *text; first = false) {
        size_t len = strcspn(text, "\n");
        bool ends = len == 0 || *text == ' ';
        if (used && ends) {
            d->para(out, para);
            used = 0;
        }
        if (len == 0 && !first)
            d->gap(out);
        else if (*text == ' ')
            d->line(out, text + 1, len - 1);
        else if (len)
            used += (size_t)snprintf(para + used, sizeof para - used, "%.*s ", (int)len, text);
        text += len + (text[len] == '\n');
    }
    if (used)
        d->para(out, para);
}

static void write_lines(FILE *out, const char *text, const struct dress *d)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        d->line(out, text, len);
        text += len + (text[len] == '\n');
    }
}

static void option_label(char *label, size_t size, const struct mzg_option *o)
{
    char letter[8] = "";
    if (o->letter)
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    snprintf(label, size, "%s--%s%s%s", letter, o->name, o->arg ? " " : "", o->arg ? o->arg : "");
}

/* "mzigo pack FILE... -o DEST --key KEY [OPTION...]" */
static void synopsis(char *text, size_t size, const struct mzg_command *c)
{
    size_t n = (size_t)snprintf(text, size, "mzigo %s", c->name);
    for (const struct mzg_operand *p = c->operands; p && p->name && n < size; p++) {
        bool opt = p->flags & MZG_OPTIONAL;
        n += (size_t)snprintf(text + n, size - n, " %s%s%s%s", opt ? "[" : "", p->name,
                              p->flags & MZG_MANY ? "..." : "", opt ? "]" : "");
    }
    for (const struct mzg_option *o = c->options; o->name && n < size; o++) {
        if (!(o->flags & MZG_REQUIRED))
            continue;
        if (o->letter)
            n += (size_t)snprintf(text + n, size - n, " -%c %s", o->letter, o->arg);
        else
            n += (size_t)snprintf(text + n, size - n, " --%s %s", o->name, o->arg);
    }
    if (n < size)
        snprintf(text + n, size - n, " [OPTION...]");
}

static void write_forms(FILE *out, const struct mzg_command *c, const struct dress *d)
{
    char text[512];
    for (const char *const *form = c->forms; form && *form; form++) {
        snprintf(text, sizeof text, "mzigo %s %s", c->name, *form);
        d->para(out, text);
    }
    if (c->forms)
        return;
    synopsis(text, sizeof text, c);
    d->para(out, text);
}

static void section(FILE *out, const struct dress *d, const char *title)
{
    d->gap(out);
    d->head(out, title);
}

static void write_statuses(FILE *out, const struct dress *d)
{
    section(out, d, "EXIT STATUS");
#define X(name, status, text)                                                                      \
    if (status != MZG_STOPPED)                                                                     \
        d->item(out, #status, text, ITEM_INDENT);
    MZG_CODES(X)
#undef X
    d->para(out, "Stopped by a signal, the program ends by that signal; what it had not finished is removed, or kept "
                 "for the next time where that is said above.");
}

static void write_name(FILE *out, const char *name, const char *brief, enum mzg_dress dress)
{
    char text[256];
    if (dress == MZG_ROFF)
        fprintf(out, ".TH %s 1 \"\" \"mzigo %s\" \"mzigo\"\n.nh\n.ad l\n", name, MZG_VERSION);
    dresses[dress].head(out, "NAME");
    snprintf(text, sizeof text, "%s - %s", name, brief);
    dresses[dress].para(out, text);
}

void mzg_manual_command(FILE *out, const struct mzg_command *c, enum mzg_dress dress)
{
    const struct dress *d = &dresses[dress];
    char text[512], title[64];
    snprintf(title, sizeof title, "mzigo-%s", c->name);
    write_name(out, title, c->brief, dress);
    section(out, d, "SYNOPSIS");
    write_forms(out, c, d);
    section(out, d, "DESCRIPTION");
    write_text(out, c->about, d);
    if (c->operands && c->operands->name)
        section(out, d, "OPERANDS");
    for (const struct mzg_operand *p = c->operands; p && p->name; p++)
        d->item(out, p->name, p->help, ITEM_INDENT);
    section(out, d, "OPTIONS");
    for (const struct mzg_option *o = c->options; o->name; o++) {
        option_label(text, sizeof text, o);
        d->item(out, text, o->help, ITEM_INDENT);
    }
    section(out, d, "EXAMPLES");
    write_lines(out, c->examples, d);
    write_statuses(out, d);
}

void mzg_manual_program(FILE *out, const struct mzg_command *const *commands, size_t n,
                        enum mzg_dress dress)
{
    const struct dress *d = &dresses[dress];
    write_name(out, "mzigo", "open-weight AI models, converted, checked, signed and packed", dress);
    section(out, d, "SYNOPSIS");
    d->para(out, "mzigo COMMAND [ARGUMENT...]");
    section(out, d, "DESCRIPTION");
    write_text(out,
               "Takes a model from a Hugging Face folder to a signed bundle that survives slow and "
               "broken links: converts and quantizes the weights to GGUF, proves what that did to "
               "them, packs the result, and verifies and unpacks it where it arrives.\n"
               "\n"
               "`mzigo COMMAND --help` tells all about one command.",
               d);
    section(out, d, "COMMANDS");
    for (size_t i = 0; i < n; i++)
        d->item(out, commands[i]->name, commands[i]->brief, LIST_INDENT);
    section(out, d, "OPTIONS");
    d->item(out, "-h, --help", "Prints this.", LIST_INDENT);
    d->item(out, "--version", "Prints the program's version.", LIST_INDENT);
    section(out, d, "EXAMPLES");
    write_lines(out,
                "mzigo convert my-model -o my-model.gguf --to Q8_0\n"
                "mzigo check my-model.gguf --against my-model\n"
                "mzigo keygen -o lab\n"
                "mzigo pack my-model.gguf -o repo --key lab.key --name my-model --version 1.0.0\n"
                "mzigo verify repo --trust lab.pub\n"
                "mzigo unpack repo -o out --trust lab.pub",
                d);
    write_statuses(out, d);
}
