/* progress.c: see progress.h. */
#include "progress.h"
#include <stdarg.h>
#include <stdio.h>

enum mzg_code mzg_progress_step(const struct mzg_progress *p, const char *what, uint64_t done,
                                uint64_t total, struct mzg_err *e)
{
    if (p == NULL || p->fn == NULL || p->fn(p->ctx, what, done, total))
        return MZG_OK;
    return mzg_fail(e, MZG_STOPPED, MZG_NO_OFFSET, "%s: stopped by request", what);
}

void mzg_notice(const struct mzg_notify *n, const char *fmt, ...)
{
    char text[2 * MZG_ERR_TEXT];
    va_list ap;

    if (n == NULL || n->fn == NULL)
        return;
    va_start(ap, fmt);
    int len = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (len >= 0)
        n->fn(n->ctx, text);
}
