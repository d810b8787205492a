/* plain.h: the room that serves the files themselves, /plain/NAME/VERSION/FILE, for browsers and other
 * programs (member.h says how), and the links to them (links/links.h). */
#ifndef MZG_NET_SERVE_PLAIN_H
#define MZG_NET_SERVE_PLAIN_H

#include "exchange.h"

/* 404 for what no manifest names and what is not trusted. */
enum MHD_Result mzg_plain_answer(struct mzg_exchange *x, const char *path);

#endif
