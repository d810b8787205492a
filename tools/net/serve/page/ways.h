/* ways.h: how long a download takes, and what to type into the programs that people have. */
#ifndef MZG_PAGE_WAYS_H
#define MZG_PAGE_WAYS_H

#include "card.h"

/* A table of speeds. */
void mzg_ways_write_times(struct mzg_page *p, const struct mzg_card *c);

/* Commands to copy. */
void mzg_ways_write(struct mzg_page *p, const struct mzg_card *c);

#endif
