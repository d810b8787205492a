/* words.h: what the page says, in each of its languages (words_list.h). */
#ifndef MZG_PAGE_WORDS_H
#define MZG_PAGE_WORDS_H

#include "tongue.h"
#include "words_list.h"
#include <stddef.h>

#define MZG_WORD_ID(id, english, swahili) MZG_SAY_##id,
enum mzg_word { MZG_WORDS_LIST(MZG_WORD_ID) MZG_WORDS };
#undef MZG_WORD_ID

const char *mzg_word(enum mzg_tongue t, enum mzg_word w);

/* The same with {0} and {1} replaced; a and b are NULL where it has none. Returns out; what does not fit is cut
 * off, never in the middle of a character. */
#define MZG_SENTENCE 512
const char *mzg_word_fill(char *out, size_t room, enum mzg_tongue t, enum mzg_word w, const char *a,
                          const char *b);

#endif
