/* html.h: HTML, written. What is put into it comes from manifests that anybody may have written, so there
 * is no way to put a value in but escaped, for text and for attributes in double quotes alike. */
#ifndef MZG_PAGE_HTML_H
#define MZG_PAGE_HTML_H

#include "base/buf.h"

/* Appends fmt, which is HTML of this program's and knows %s (escaped) and %% only. */
void mzg_html(struct mzg_buf *out, const char *fmt, ...) MZG_PRINTF(2, 3);

/* Appends text, escaped. What could change how the text around it reads (control characters, marks and
 * overrides of direction, what has no width, what is no UTF-8) is shown as U+FFFD; a tab or a new line is
 * a space. */
void mzg_html_text(struct mzg_buf *out, const char *text);

/* text as a part of a URL's path, percent-encoded but for its slashes. Returns out; "" where it has no room. */
#define MZG_HTML_PATH (3 * 1024 + 1)
const char *mzg_html_path(char *out, size_t room, const char *text);

#endif
