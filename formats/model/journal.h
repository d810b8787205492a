/* journal.h: how far a conversion has come, beside what it has written, so that it can go on.
 *
 * A text file, a line a tensor, each written once all of that tensor's blocks are in the outputs. A line
 * holds digests: of all that was read of the source by then, and of the tensor's blocks in each output.
 * So nothing has to be believed: what a power cut or a hand has spoilt is found by reading it again
 * (resume.h). The first line binds the file to one conversion: source, options, outputs. */
#ifndef MZG_MODEL_JOURNAL_H
#define MZG_MODEL_JOURNAL_H

#include "../base/file.h"
#include "convert.h"

struct mzg_journal {
    struct mzg_output file;
    uint8_t binding[32];
    size_t n_outputs;
    char *text;      /* what was there */
    size_t len;
    uint64_t lines;  /* that hold: the next one is for the tensor with this number */
    uint64_t end;    /* behind them */
    bool other;      /* there was a journal, of another conversion or damaged in its first line */
};

struct mzg_journal_line {
    uint8_t source[32];                   /* mzg_stream_state when the tensor had been read */
    uint8_t blocks[MZG_OUTPUTS_MAX][32];  /* of each output */
};

/* Opens or makes the journal beside path, and reads it. A journal that is not of this binding counts as
 * empty. j is the caller's to close, also after an error. */
enum mzg_code mzg_journal_open(struct mzg_journal *j, const char *path, const uint8_t binding[32],
                               size_t n_outputs, struct mzg_err *e) MZG_MUST;
/* The text of a journal, n bytes, malloc'd and taken over: what open reads. */
void mzg_journal_take(struct mzg_journal *j, char *text, size_t n);
/* The line of the next tensor; false at the end, or at the first that is damaged. *next: what to pass to
 * mzg_journal_accept if it holds. */
bool mzg_journal_next(const struct mzg_journal *j, struct mzg_journal_line *line, uint64_t *next);
/* Whether there is a whole line behind those that hold. (Half a line is what a power cut leaves.) */
bool mzg_journal_goes_on(const struct mzg_journal *j);
void mzg_journal_accept(struct mzg_journal *j, uint64_t next);
/* No line holds. */
void mzg_journal_reject(struct mzg_journal *j);

/* Begins to write behind the lines that hold; the rest is cut off. */
enum mzg_code mzg_journal_begin(struct mzg_journal *j, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_journal_append(struct mzg_journal *j, const struct mzg_journal_line *line,
                                 struct mzg_err *e) MZG_MUST;

/* The conversion is complete: close removes the journal then. */
void mzg_journal_finish(struct mzg_journal *j);
void mzg_journal_close(struct mzg_journal *j); /* fine on a zeroed one whose file.fd is -1 */

#endif
