/* mutation.h: a good text with one place changed, and what its parser says of it. */
#ifndef MZG_TESTS_MUTATION_H
#define MZG_TESTS_MUTATION_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include "base/error.h"
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mutation {
    const char *from; /* its first place in the good text ... */
    const char *to;   /* ... becomes this */
    enum mzg_code code;
    const char *item; /* what the message names */
    const char *at;   /* the error names the byte where this begins in the new text; NULL: none */
};

/* parse gets the new text without a NUL behind it, so that a sanitizer sees an over-read; it clears what it
 * may have read. */
static inline void assert_mutation(const char *good, const struct mutation *m,
                                   enum mzg_code (*parse)(const char *text, size_t len, struct mzg_err *e))
{
    char text[8192];
    struct mzg_err e;
    const char *at = strstr(good, m->from);
    assert_non_null(at);
    int len = snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, m->to, at + strlen(m->from));
    assert_in_range(len, 1, sizeof text - 1);
    char *exact = malloc((size_t)len);
    assert_non_null(exact);
    memcpy(exact, text, (size_t)len);
    enum mzg_code code = parse(exact, (size_t)len, &e);
    free(exact);
    if (code != m->code || e.code != code || !strstr(e.msg, m->item))
        fail_msg("'%s' -> '%s': expected %d '%s', got %d '%s'", m->from, m->to, m->code, m->item, code,
                 code ? e.msg : "");
    const char *byte = m->at ? strstr(text, m->at) : NULL;
    assert_true(!m->at || byte);
    if (m->at && e.offset != (uint64_t)(byte - text))
        fail_msg("'%s': byte %lld, not %lld", e.msg, (long long)e.offset, (long long)(byte - text));
}

#endif
