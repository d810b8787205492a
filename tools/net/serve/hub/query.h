/* query.h: what stands behind the '?' of a URL. */
#ifndef MZG_NET_SERVE_HUB_QUERY_H
#define MZG_NET_SERVE_HUB_QUERY_H

#include "tools/net/serve/exchange.h"

/* The n-th value (from 0) of this name, decoded; false, and out is left alone: there is none, or it is too long or no
 * such encoding. */
#define MZG_HUB_VALUE 160
bool mzg_hub_query(const struct mzg_exchange *x, const char *name, size_t n, char out[MZG_HUB_VALUE]);

/* Whether it says yes (form.h). */
bool mzg_hub_query_yes(const struct mzg_exchange *x, const char *name);

#endif
