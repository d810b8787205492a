/* origin.h: what the publisher recorded of a bundle: how accurate it is, and what it was made from. */
#ifndef MZG_PAGE_ORIGIN_H
#define MZG_PAGE_ORIGIN_H

#include "page.h"

/* Figures with their units. */
void mzg_origin_write_accuracy(struct mzg_page *p, const struct mzg_manifest *m);

/* The program, dates, and the first notes of provenance; a link to the whole manifest. */
void mzg_origin_write(struct mzg_page *p, const struct mzg_manifest *m);

#endif
