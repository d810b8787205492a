/* error.c: see error.h. */
#include "error.h"
#include "utf8.h"
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const char *mzg_code_text(enum mzg_code code)
{
    switch (code) {
#define X(name, status, text)                                                                      \
    case MZG_##name:                                                                               \
        return text;
        MZG_CODES(X)
#undef X
    }
    return "unknown error";
}

/* Puts text at *len in out, as much as fits, never half a character. */
static void append(char out[MZG_ERR_TEXT], size_t *len, const char *text)
{
    size_t n = mzg_utf8_cut(text, strlen(text), MZG_ERR_TEXT - 1 - *len);

    memcpy(out + *len, text, n);
    *len += n;
    out[*len] = '\0';
}

/* Formats into a buffer that has room for one character more than a message, so that append sees
 * where to cut. The arguments may point into the message that is about to be replaced. */
#define FORMAT_ROOM (MZG_ERR_TEXT + 4)
MZG_PRINTF(2, 0)
static void format(char out[FORMAT_ROOM], const char *fmt, va_list ap)
{
    if (vsnprintf(out, FORMAT_ROOM, fmt, ap) < 0)
        out[0] = '\0';
}

enum mzg_code mzg_fail(struct mzg_err *e, enum mzg_code code, uint64_t offset, const char *fmt, ...)
{
    char text[FORMAT_ROOM];
    size_t len = 0;
    va_list ap;

    va_start(ap, fmt);
    format(text, fmt, ap);
    va_end(ap);
    e->code = code;
    e->sys_errno = 0;
    e->offset = offset;
    append(e->msg, &len, text);
    return code;
}

enum mzg_code mzg_fail_errno(struct mzg_err *e, const char *fmt, ...)
{
    int err = errno;
    char text[FORMAT_ROOM], reason[128];
    size_t len = 0;
    va_list ap;

    va_start(ap, fmt);
    format(text, fmt, ap);
    va_end(ap);
    e->code = MZG_IO;
    e->sys_errno = err;
    e->offset = MZG_NO_OFFSET;
    append(e->msg, &len, text);
    append(e->msg, &len, ": ");
    append(e->msg, &len, strerror_r(err, reason, sizeof reason));
    return MZG_IO;
}

enum mzg_code mzg_fail_memory(struct mzg_err *e, const char *what)
{
    return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "%s: out of memory, or past the limit set for it",
                    what);
}

enum mzg_code mzg_prefix(struct mzg_err *e, const char *fmt, ...)
{
    char text[FORMAT_ROOM], old[MZG_ERR_TEXT];
    size_t len = 0;
    va_list ap;

    va_start(ap, fmt);
    format(text, fmt, ap);
    va_end(ap);
    memcpy(old, e->msg, sizeof old);
    append(e->msg, &len, text);
    append(e->msg, &len, ": ");
    append(e->msg, &len, old);
    return e->code;
}

/* Code points that a terminal obeys or that make a line read as something else: controls, marks
 * that turn the direction of text, line separators, and characters of no width. */
static bool deceives(uint32_t cp)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},   {0x200b, 0x200f},
        {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
    };

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (cp >= ranges[i].first && cp <= ranges[i].last)
            return true;
    return false;
}

/* Room for one character, escaped: four bytes of \xNN, and the NUL. */
#define PIECE 17

/* The character at text as it may be shown; returns how many bytes of text it stands for. */
static size_t escape(char piece[PIECE], const char *text, size_t len)
{
    uint32_t cp = 0;
    size_t n = mzg_utf8_next(text, len, &cp);

    if (n > 0 && cp != '"' && cp != '\'' && cp != '\\' && !deceives(cp)) {
        memcpy(piece, text, n);
        piece[n] = '\0';
        return n;
    }
    if (n == 0)
        n = 1;
    for (size_t i = 0; i < n; i++)
        snprintf(piece + 4 * i, PIECE - 4 * i, "\\x%02x", (uint8_t)text[i]);
    return n;
}

const char *mzg_quote_n(char out[MZG_QUOTE], const char *text, size_t len)
{
    char piece[PIECE];
    size_t n = 0;    /* bytes in out */
    size_t safe = 0; /* of these, what leaves room for "..." */

    for (size_t pos = 0; pos < len;) {
        pos += escape(piece, text + pos, len - pos);
        size_t add = strlen(piece);
        if (add > MZG_QUOTE - 1 - n) {
            memcpy(out + safe, "...", 4);
            return out;
        }
        memcpy(out + n, piece, add);
        n += add;
        if (n <= MZG_QUOTE - 4)
            safe = n;
    }
    out[n] = '\0';
    return out;
}

const char *mzg_quote(char out[MZG_QUOTE], const char *text)
{
    return mzg_quote_n(out, text, strlen(text));
}
