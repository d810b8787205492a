/* listen.h: the sockets that clients come in by. */
#ifndef MZG_NET_SERVE_LISTEN_H
#define MZG_NET_SERVE_LISTEN_H

#include "base/error.h"
#include <stddef.h>

#define MZG_LISTEN_MAX 16
#define MZG_LISTEN_URL 80

struct mzg_listen {
    int fds[MZG_LISTEN_MAX];
    size_t n;
    unsigned port;
    char urls[MZG_LISTEN_MAX][MZG_LISTEN_URL]; /* that reach it from elsewhere: "http://10.0.0.2:8420/" */
    size_t n_urls;
};

/* addresses: names or numbers, IPv4 or IPv6; n 0: all of this machine's, in both families where it has
 * both. port 0: any that is free, the same for all. */
enum mzg_code mzg_listen_open(struct mzg_listen *l, const char *const *addresses, size_t n,
                              unsigned port, struct mzg_err *e) MZG_MUST;
void mzg_listen_close(struct mzg_listen *l);

#endif
