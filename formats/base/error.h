/* error.h: what went wrong, where, and the program's exit status for it.
 *
 * Every function that can fail returns an mzg_code and fills the struct mzg_err it was given. The
 * callee describes the fault; callers on the way up add a prefix ("model.safetensors: tensor 'x'"),
 * so that a message names the file, the item and the byte. Nothing here allocates. Text that came
 * from outside is escaped by %s's stand-in mzg_quote before it enters a message. */
#ifndef MZG_BASE_ERROR_H
#define MZG_BASE_ERROR_H

#include <stddef.h>
#include <stdint.h>

/* X(NAME, exit status, meaning) */
#define MZG_CODES(X)                                                                               \
    X(OK, 0, "done")                                                                               \
    X(DIFFERS, 1, "the check failed")                                                              \
    X(USAGE, 2, "wrong usage")                                                                     \
    X(IO, 3, "input or output error")                                                              \
    X(MALFORMED, 4, "malformed input")                                                             \
    X(UNSUPPORTED, 5, "unsupported input")                                                         \
    X(REFUSED, 6, "verification refused")                                                          \
    X(LIMIT, 7, "limit reached")                                                                   \
    X(NETWORK, 8, "network error")                                                                 \
    X(STOPPED, 9, "stopped by request")

enum mzg_code {
#define X(name, status, text) MZG_##name = status,
    MZG_CODES(X)
#undef X
};

#define MZG_NO_OFFSET UINT64_MAX
#define MZG_ERR_TEXT 512

struct mzg_err {
    enum mzg_code code;
    int sys_errno;           /* of the failing system call, else 0 */
    uint64_t offset;         /* byte in the file the message names, else MZG_NO_OFFSET */
    char msg[MZG_ERR_TEXT];  /* one line, no newline, cut short if need be */
};

#if defined(__GNUC__)
#define MZG_MUST __attribute__((warn_unused_result))
#define MZG_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#else
#define MZG_MUST
#define MZG_PRINTF(fmt, first)
#endif

/* Meaning of a code in a few words: "malformed input". */
const char *mzg_code_text(enum mzg_code code);

/* Fills *e and returns code, so that a fault reads `return mzg_fail(e, MZG_MALFORMED, pos, ...)`.
 * offset: MZG_NO_OFFSET where no byte can be named. */
enum mzg_code mzg_fail(struct mzg_err *e, enum mzg_code code, uint64_t offset, const char *fmt, ...)
    MZG_PRINTF(4, 5);

/* The same for a failed system call: appends ": " and strerror(errno); code MZG_IO. */
enum mzg_code mzg_fail_errno(struct mzg_err *e, const char *fmt, ...) MZG_PRINTF(2, 3);

/* MZG_LIMIT "out of memory", or the arena's cap. what: "tensor table". */
enum mzg_code mzg_fail_memory(struct mzg_err *e, const char *what);

/* Puts "prefix: " before the message; returns e->code, so that it can end a function. */
enum mzg_code mzg_prefix(struct mzg_err *e, const char *fmt, ...) MZG_PRINTF(2, 3);

/* Escapes untrusted text for a message or a terminal: control bytes, quotes, backslashes and
 * invalid UTF-8 become \xNN; cut to fit with "...". Returns out. */
#define MZG_QUOTE 160
const char *mzg_quote_n(char out[MZG_QUOTE], const char *text, size_t len);
const char *mzg_quote(char out[MZG_QUOTE], const char *text);

#endif
