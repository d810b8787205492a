/* text.h: questions about short texts. */
#ifndef MZG_BASE_TEXT_H
#define MZG_BASE_TEXT_H

#include <stdbool.h>

bool mzg_text_begins(const char *text, const char *start);
bool mzg_text_ends(const char *text, const char *end);
/* Whether the list has this text; NULL at its end, or for none. */
bool mzg_text_among(const char *const *list, const char *text);

#endif
