/* etag.h: the ETag of an answer that is made on the spot: its own digest, so whatever it says may change and
 * asking again costs nothing otherwise. */
#ifndef MZG_NET_SERVE_ETAG_H
#define MZG_NET_SERVE_ETAG_H

#include <stddef.h>

#define MZG_ETAG 35 /* 32 digits in quotes, and the NUL */

/* Returns etag. */
const char *mzg_etag_of(char etag[MZG_ETAG], const void *text, size_t len);

#endif
