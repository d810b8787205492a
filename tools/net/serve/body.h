/* body.h: what a request brings along. Nothing, but with POST where the route says that it takes a body
 * (route.h): then a small one whose length is told beforehand. Everything else is refused on the header. */
#ifndef MZG_NET_SERVE_BODY_H
#define MZG_NET_SERVE_BODY_H

#include "exchange.h"

#define MZG_BODY_MAX 65536 /* bytes */

/* Looks at the request's header: 0 when the request may go on (x->posted: with a body), else the status that
 * refuses it: 405 this method is nothing here, 411 its length is not told, 413 it is too large or has no place. */
unsigned mzg_body_refused(struct mzg_exchange *x);

/* Keeps a piece of a body that was not refused. False: memory is out, or there is more than was told. */
bool mzg_body_take(struct mzg_exchange *x, const char *data, size_t n);

#endif
