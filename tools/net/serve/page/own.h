/* own.h: a bundle's own page: all that is known of it, its files, and every way to get them. */
#ifndef MZG_PAGE_OWN_H
#define MZG_PAGE_OWN_H

#include "page.h"

void mzg_own_write(struct mzg_page *p, const struct mzg_shelf_bundle *b);

#endif
