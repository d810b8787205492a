/* term.h: what a person reads: sizes, tables, and how far the work is.
 *
 * Progress and notes go to standard error: one line that is redrawn on a terminal, a plain line now
 * and then elsewhere. */
#ifndef MZG_TOOLS_TERM_H
#define MZG_TOOLS_TERM_H

#include "base/progress.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define MZG_SIZE 24

/* "1.19 GiB", "258 KiB", "17 bytes" */
const char *mzg_size_text(char out[MZG_SIZE], uint64_t bytes);

/* "1 file", "2 files": the number and the word, with an s where it needs one. */
#define MZG_COUNT 48
const char *mzg_count_text(char out[MZG_COUNT], uint64_t n, const char *word);

/* "0:07", "1:02:45" */
const char *mzg_time_text(char out[MZG_SIZE], double seconds);

/* A path as a shell takes it: in quotes where it needs them. For the lines that say what to type
 * next; control bytes are escaped, so such a line is always safe to show. */
#define MZG_WORD 1024
const char *mzg_shell_word(char out[MZG_WORD], const char *text);

/* ---- tables ---- */

/* Rows of cells, aligned when they are printed. Memory that runs out shows as `bad`. */
struct mzg_table {
    const char *columns; /* a letter per column: 'l' left, 'r' right */
    char **cells;
    size_t count, room;
    bool bad;
};

void mzg_table_init(struct mzg_table *t, const char *columns);
void mzg_table_clear(struct mzg_table *t);
/* The next cell, row by row. */
void mzg_table_cell(struct mzg_table *t, const char *fmt, ...) MZG_PRINTF(2, 3);
/* On standard output, each line behind `indent` spaces. */
enum mzg_code mzg_table_print(const struct mzg_table *t, int indent, struct mzg_err *e) MZG_MUST;

/* ---- progress ---- */

struct mzg_meter {
    bool terminal;      /* redraw one line */
    bool quiet;
    bool drawn;         /* a line stands there that has to be wiped */
    char what[64];      /* the stage, as the caller names it */
    double start, last; /* seconds: of the stage, of the last line */
    uint64_t first;     /* bytes done when the stage was first heard of */
    uint64_t shown;     /* bytes at the last line */
    json_t *notes;      /* where notes are kept too, or NULL */
};

/* fd 2 decides how to draw. */
void mzg_meter_init(struct mzg_meter *m, bool quiet, json_t *notes);
/* Wipes the line: before anything else is printed, and at the end. */
void mzg_meter_wipe(struct mzg_meter *m);

/* For mzg_progress and mzg_notify; ctx is the meter. False when a signal asked to stop. */
bool mzg_meter_step(void *ctx, const char *what, uint64_t done, uint64_t total);
void mzg_meter_note(void *ctx, const char *text);

/* The line for a stage that has gone from `first` to `done` bytes in so many seconds. */
#define MZG_LINE 200
const char *mzg_meter_line(char out[MZG_LINE], const char *what, uint64_t first, uint64_t done,
                           uint64_t total, double seconds);

#endif
