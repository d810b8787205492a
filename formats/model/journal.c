#include "journal.h"

#include "../base/sha256.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST ((size_t)64 << 20) /* read at most: the largest source's lines take a quarter */
#define HEAD "mzigo-journal 1 "
#define HEAD_LEN (sizeof HEAD - 1 + MZG_SHA256_HEX) /* with its newline */
#define CHECK 16                                    /* hex digits of a line's own digest */
#define LINE_MOST (24 + (MZG_OUTPUTS_MAX + 1) * MZG_SHA256_HEX + CHECK + 2)

static void make_head(const struct mzg_journal *j, char head[HEAD_LEN + 1])
{
    char hex[MZG_SHA256_HEX];
    mzg_sha256_hex(j->binding, hex);
    snprintf(head, HEAD_LEN + 1, HEAD "%s\n", hex);
}

/* "NUMBER SOURCE BLOCKS... CHECK\n"; the check covers what is before it, and the binding. */
static size_t make_line(const struct mzg_journal *j, uint64_t number, const struct mzg_journal_line *line,
                        char text[LINE_MOST])
{
    char hex[MZG_SHA256_HEX];
    uint8_t all[32 + LINE_MOST], digest[32];
    mzg_sha256_hex(line->source, hex);
    size_t n = (size_t)snprintf(text, LINE_MOST, "%" PRIu64 " %s ", number, hex);
    for (size_t o = 0; o < j->n_outputs; o++) {
        mzg_sha256_hex(line->blocks[o], hex);
        n += (size_t)snprintf(text + n, LINE_MOST - n, "%s ", hex);
    }
    memcpy(all, j->binding, 32);
    memcpy(all + 32, text, n);
    mzg_sha256_of(all, 32 + n, digest);
    mzg_sha256_hex(digest, hex);
    return n + (size_t)snprintf(text + n, LINE_MOST - n, "%.*s\n", CHECK, hex);
}

void mzg_journal_take(struct mzg_journal *j, char *text, size_t n)
{
    char head[HEAD_LEN + 1];
    j->text = text;
    j->len = n;
    make_head(j, head);
    if (n >= HEAD_LEN && memcmp(text, head, HEAD_LEN) == 0)
        j->end = HEAD_LEN;
    j->other = n > 0 && j->end == 0;
}

static enum mzg_code read_text(struct mzg_journal *j, struct mzg_err *e)
{
    uint64_t size;
    bool there;
    enum mzg_code rc = mzg_output_size(&j->file, &size, e);
    if (rc != MZG_OK || size == 0)
        return rc;
    j->other = size > MOST;
    if (j->other)
        return MZG_OK;
    char *text = malloc((size_t)size);
    if (text == NULL)
        return mzg_fail_memory(e, "journal");
    rc = mzg_output_read(&j->file, 0, text, (size_t)size, &there, e);
    mzg_journal_take(j, text, rc == MZG_OK && there ? (size_t)size : 0);
    return rc;
}

enum mzg_code mzg_journal_open(struct mzg_journal *j, const char *path, const uint8_t binding[32],
                               size_t n_outputs, struct mzg_err *e)
{
    *j = (struct mzg_journal){.file.fd = -1, .n_outputs = n_outputs};
    memcpy(j->binding, binding, 32);
    enum mzg_code rc = mzg_output_open_kept(&j->file, path, MZG_JOURNAL, 0666, e);
    return rc != MZG_OK ? rc : read_text(j, e);
}

/* The digest at *p, which a space follows; moves behind that. */
static bool take_digest(const char **p, const char *end, uint8_t digest[32])
{
    char hex[MZG_SHA256_HEX];
    if (end - *p < MZG_SHA256_HEX || (*p)[MZG_SHA256_HEX - 1] != ' ')
        return false;
    memcpy(hex, *p, sizeof hex - 1);
    hex[sizeof hex - 1] = '\0';
    *p += MZG_SHA256_HEX;
    return mzg_sha256_parse(hex, digest);
}

bool mzg_journal_next(const struct mzg_journal *j, struct mzg_journal_line *line, uint64_t *next)
{
    char number[24], whole[LINE_MOST];
    if (j->end < HEAD_LEN || j->end >= j->len)
        return false;
    const char *start = j->text + j->end, *end = j->text + j->len, *p = start;
    size_t digits = (size_t)snprintf(number, sizeof number, "%" PRIu64 " ", j->lines);
    if ((size_t)(end - p) < digits || memcmp(p, number, digits) != 0)
        return false;
    p += digits;
    if (!take_digest(&p, end, line->source))
        return false;
    for (size_t o = 0; o < j->n_outputs; o++)
        if (!take_digest(&p, end, line->blocks[o]))
            return false;
    /* Written anew from what was read, it must be the same to the last byte. */
    size_t n = make_line(j, j->lines, line, whole);
    if ((size_t)(end - start) < n || memcmp(start, whole, n) != 0)
        return false;
    *next = j->end + n;
    return true;
}

bool mzg_journal_goes_on(const struct mzg_journal *j)
{
    return j->end > 0 && j->end < j->len &&
           memchr(j->text + j->end, '\n', j->len - (size_t)j->end) != NULL;
}

void mzg_journal_accept(struct mzg_journal *j, uint64_t next)
{
    j->end = next;
    j->lines++;
}

void mzg_journal_reject(struct mzg_journal *j)
{
    j->end = 0;
    j->lines = 0;
}

enum mzg_code mzg_journal_begin(struct mzg_journal *j, struct mzg_err *e)
{
    char head[HEAD_LEN + 1];
    free(j->text);
    j->text = NULL;
    j->len = 0;
    enum mzg_code rc = mzg_output_cut(&j->file, j->end, e);
    if (rc != MZG_OK || j->end > 0)
        return rc;
    make_head(j, head);
    j->end = HEAD_LEN;
    return mzg_output_write_at(&j->file, 0, head, HEAD_LEN, e);
}

enum mzg_code mzg_journal_append(struct mzg_journal *j, const struct mzg_journal_line *line,
                                 struct mzg_err *e)
{
    char text[LINE_MOST];
    size_t n = make_line(j, j->lines, line, text);
    enum mzg_code rc = mzg_output_write_at(&j->file, j->end, text, n, e);
    if (rc == MZG_OK)
        mzg_journal_accept(j, j->end + n);
    return rc;
}

void mzg_journal_finish(struct mzg_journal *j)
{
    j->file.kept = false;
}

void mzg_journal_close(struct mzg_journal *j)
{
    free(j->text);
    j->text = NULL;
    mzg_output_abandon(&j->file);
}
