/* route.h: which room answers a URL.
 *
 * To add a page or an interface that existing clients speak: a room with a function like those in
 * files.h and health.h, and a line in the table of route.c. The first line that fits is taken. */
#ifndef MZG_NET_SERVE_ROUTE_H
#define MZG_NET_SERVE_ROUTE_H

#include "exchange.h"

/* Answers the request of x, which is a GET or HEAD without a body, or a POST with one that its route takes. */
enum MHD_Result mzg_route_answer(struct mzg_exchange *x);

/* Whether this path is for POST and nothing else; path: as mzg_place_origin gives it. */
bool mzg_route_takes_body(const char *path);

#endif
