/* figures.h: sizes, times and dates as people read them. Sizes are in powers of 1000, as data is sold. */
#ifndef MZG_PAGE_FIGURES_H
#define MZG_PAGE_FIGURES_H

#include "words.h"
#include <stdint.h>

#define MZG_FIGURE 96 /* bytes of text */

/* "1.2 GB", "640 MB", "17 bytes" */
const char *mzg_figure_size(char out[MZG_FIGURE], enum mzg_tongue t, uint64_t bytes);

/* How long bytes take at so many bits a second, never told shorter than it is: "12 min", "3 h 20 min",
 * "2 days 5 h"; seconds from 60 on count as whole minutes, minutes from two days on as whole hours. */
const char *mzg_figure_time(char out[MZG_FIGURE], enum mzg_tongue t, uint64_t bytes, uint64_t bits_per_second);

/* "27 November 2026" of "2026-11-27T08:00:00Z", which is valid (bundle/name.h). */
const char *mzg_figure_date(char out[MZG_FIGURE], enum mzg_tongue t, const char *date);

/* "1.1 billion", "260 million", "260,000" */
const char *mzg_figure_count(char out[MZG_FIGURE], enum mzg_tongue t, uint64_t n);

/* A whole number with its unit in the key's end as manifests have it ("rmse_ppm"): the value readable
 * ("0.673 %"), and *stem the bytes of the key before the unit; a unit that is not known stays in the key. */
const char *mzg_figure_measure(char out[MZG_FIGURE], const char *key, int64_t number, size_t *stem);

#endif
