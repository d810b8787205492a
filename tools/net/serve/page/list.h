/* list.h: the first page: every name with its newest version. */
#ifndef MZG_PAGE_LIST_H
#define MZG_PAGE_LIST_H

#include "page.h"

#define MZG_LIST_CARDS 300 /* more than that are only counted */

void mzg_list_write(struct mzg_page *p);

/* There is no such bundle. */
void mzg_list_write_missing(struct mzg_page *p);

#endif
