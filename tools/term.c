#include "term.h"
#include "report.h"
#include "stop.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

const char *mzg_size_text(char out[MZG_SIZE], uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double v = (double)bytes / 1024;
    size_t u = 0;
    if (bytes < 1024) {
        snprintf(out, MZG_SIZE, "%u byte%s", (unsigned)bytes, bytes == 1 ? "" : "s");
        return out;
    }
    while (v >= 1023.5 && u + 1 < sizeof units / sizeof *units) {
        v /= 1024;
        u++;
    }
    snprintf(out, MZG_SIZE, "%.*f %s", v < 9.995 ? 2 : v < 99.95 ? 1 : 0, v, units[u]);
    return out;
}

const char *mzg_count_text(char out[MZG_COUNT], uint64_t n, const char *word)
{
    snprintf(out, MZG_COUNT, "%llu %s%s", (unsigned long long)n, word, n == 1 ? "" : "s");
    return out;
}

const char *mzg_time_text(char out[MZG_SIZE], double seconds)
{
    unsigned long s = seconds < 1e6 ? (unsigned long)seconds : 1000000;
    if (s >= 3600)
        snprintf(out, MZG_SIZE, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, MZG_SIZE, "%lu:%02lu", s / 60, s % 60);
    return out;
}

const char *mzg_shell_word(char out[MZG_WORD], const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./@%+=:,-";
    size_t n = 0;
    char q[MZG_QUOTE];
    bool shown = true;
    for (const char *p = text; *p && shown; p++)
        shown = (unsigned char)*p >= 0x20 && *p != 0x7f;
    if (!shown || strlen(text) > MZG_WORD / 4 - 3)
        text = mzg_quote(q, text);
    if (*text && strspn(text, plain) == strlen(text)) {
        snprintf(out, MZG_WORD, "%s", text);
        return out;
    }
    out[n++] = '\'';
    for (; *text; text++) {
        if (*text == '\'')
            n += (size_t)snprintf(out + n, MZG_WORD - n, "'\\''");
        else
            out[n++] = *text;
    }
    out[n++] = '\'';
    out[n] = '\0';
    return out;
}

/* ---- tables ---- */

void mzg_table_init(struct mzg_table *t, const char *columns)
{
    memset(t, 0, sizeof *t);
    t->columns = columns;
}

void mzg_table_clear(struct mzg_table *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->cells[i]);
    free(t->cells);
    memset(t, 0, sizeof *t);
}

void mzg_table_cell(struct mzg_table *t, const char *fmt, ...)
{
    va_list args;
    int n;
    if (t->count == t->room) {
        size_t room = t->room ? t->room * 2 : 64;
        char **cells = realloc(t->cells, room * sizeof *cells);
        if (!cells) {
            t->bad = true;
            return;
        }
        t->cells = cells;
        t->room = room;
    }
    va_start(args, fmt);
    n = vasprintf(&t->cells[t->count], fmt, args);
    va_end(args);
    if (n < 0)
        t->bad = true;
    else
        t->count++;
}

/* Characters, not bytes: names may be in any language. */
static size_t width_of(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

enum mzg_code mzg_table_print(const struct mzg_table *t, int indent, struct mzg_err *e)
{
    size_t columns = strlen(t->columns), widths[16] = {0};
    if (t->bad || columns > sizeof widths / sizeof *widths)
        return mzg_fail_memory(e, "table");
    for (size_t i = 0; i < t->count; i++) {
        size_t w = width_of(t->cells[i]);
        if (w > widths[i % columns])
            widths[i % columns] = w;
    }
    for (size_t i = 0; i < t->count; i++) {
        size_t column = i % columns;
        int pad = (int)(widths[column] - width_of(t->cells[i]));
        bool right = t->columns[column] == 'r', last = column + 1 == columns;
        if (*t->cells[i] || !last) /* no spaces at a line's end */
            printf("%*s%*s%s", column ? 2 : indent, "", right ? pad : 0, "", t->cells[i]);
        printf("%*s%s", right || last ? 0 : pad, "", last ? "\n" : "");
    }
    return MZG_OK;
}

/* ---- progress ---- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void mzg_meter_init(struct mzg_meter *m, bool quiet, json_t *notes)
{
    memset(m, 0, sizeof *m);
    m->terminal = isatty(STDERR_FILENO);
    m->quiet = quiet;
    m->notes = notes;
}

void mzg_meter_wipe(struct mzg_meter *m)
{
    if (m->drawn)
        fputs("\r\033[K", stderr);
    m->drawn = false;
}

const char *mzg_meter_line(char out[MZG_LINE], const char *what, uint64_t first, uint64_t done,
                           uint64_t total, double seconds)
{
    char a[MZG_SIZE], b[MZG_SIZE], c[MZG_SIZE];
    double rate = seconds > 0 && done > first ? (double)(done - first) / seconds : 0;
    int n;
    if (total == 0 && done == 0)
        n = snprintf(out, MZG_LINE, "%s", what); /* waiting */
    else if (total == 0 || done > total)
        n = snprintf(out, MZG_LINE, "%s  %s", what, mzg_size_text(a, done));
    else
        n = snprintf(out, MZG_LINE, "%s  %3u%%  %s of %s", what,
                     (unsigned)((double)done / (double)total * 100), mzg_size_text(a, done),
                     mzg_size_text(b, total));
    if (rate >= 1 && n > 0 && n < MZG_LINE) {
        size_t used = (size_t)n;
        n = snprintf(out + used, MZG_LINE - used, "  %s/s", mzg_size_text(c, (uint64_t)rate));
        used += n > 0 ? (size_t)n : 0;
        if (total > done && used < MZG_LINE)
            snprintf(out + used, MZG_LINE - used, "  %s left",
                     mzg_time_text(c, (double)(total - done) / rate));
    }
    return out;
}

static void redraw(struct mzg_meter *m, char *line)
{
    struct winsize size = {0};
    size_t width = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col
                                                                                   : 80;
    if (width < MZG_LINE)
        line[width - 1] = '\0'; /* a line that wraps could not be wiped */
    fprintf(stderr, "\r%s\033[K", line);
    fflush(stderr);
    m->drawn = true;
}

/* Redrawn ten times a second; elsewhere a line per tenth of the work, at least two seconds apart, or
 * every fifteen seconds. What is done in no time says nothing. */
static bool is_due(const struct mzg_meter *m, double t, uint64_t done, uint64_t total)
{
    if (m->terminal)
        return t - m->last >= 0.1;
    return t - m->last >= 15 || (t - m->last >= 2 && done - m->shown >= total / 10);
}

bool mzg_meter_step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct mzg_meter *m = ctx;
    char line[MZG_LINE];
    double t;
    if (mzg_stop_asked())
        return false;
    if (m->quiet)
        return true;
    t = now();
    if (strncmp(m->what, what, sizeof m->what - 1) != 0 || m->start <= 0 || done < m->shown) {
        snprintf(m->what, sizeof m->what, "%s", what);
        m->start = m->last = t;
        m->first = m->shown = done;
    }
    if (!is_due(m, t, done, total))
        return true;
    mzg_meter_line(line, what, m->first, done, total, t - m->start);
    if (m->terminal)
        redraw(m, line);
    else
        fprintf(stderr, "%s\n", line);
    m->last = t;
    m->shown = done;
    return true;
}

void mzg_meter_note(void *ctx, const char *text)
{
    struct mzg_meter *m = ctx;
    if (m->notes)
        mzg_report_row_text(m->notes, text);
    if (m->quiet)
        return;
    mzg_meter_wipe(m);
    fprintf(stderr, "mzigo: note: %s\n", text);
}
