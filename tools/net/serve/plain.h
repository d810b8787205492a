/* plain.h: the room that serves the files themselves, /plain/NAME/VERSION/FILE, for browsers and other
 * programs, where `mzigo mirror --plain` has made them.
 *
 * Whoever gets them so cannot check who signed them, so with trusted keys a bundle that none of them signed
 * is not served in this way. */
#ifndef MZG_NET_SERVE_PLAIN_H
#define MZG_NET_SERVE_PLAIN_H

#include "exchange.h"

/* 404 for what no manifest names, what is not there with the right length, and what is not trusted. */
enum MHD_Result mzg_plain_answer(struct mzg_exchange *x, const char *path);

#endif
