/* frame.h: what every page begins and ends with. */
#ifndef MZG_PAGE_FRAME_H
#define MZG_PAGE_FRAME_H

#include "page.h"
#include "words.h"

/* title: of the window; path: what stands behind the language in this page's URL, already encoded; NULL: it has
 * none in the other language. The caller's part follows, beginning with an h1. */
void mzg_frame_begin(struct mzg_page *p, const char *title, const char *path);
void mzg_frame_end(struct mzg_page *p);

/* A picture of the address of this page, and the address; path as above. Nothing where a phone could not use it
 * or no picture can be drawn. */
void mzg_frame_qr(struct mzg_page *p, const char *path);

/* What the page says for w. */
const char *mzg_say(const struct mzg_page *p, enum mzg_word w);

#endif
