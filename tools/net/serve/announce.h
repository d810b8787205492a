/* announce.h: the sockets of the server as the local network is told of them. */
#ifndef MZG_NET_SERVE_ANNOUNCE_H
#define MZG_NET_SERVE_ANNOUNCE_H

#include "listen.h"
#include "tools/net/lan/announcement.h"

/* Where others can reach l: on all networks, or on those that have an address it listens on. *n 0: from this
 * machine only. */
void mzg_announce_places(const struct mzg_listen *l, struct mzg_lan_place places[MZG_LAN_PLACES], size_t *n);

/* Announces l under that name (NULL: the machine's); *announced is NULL when nobody else can reach it. */
enum mzg_code mzg_announce(struct mzg_lan_announcement **announced, const struct mzg_listen *l, const char *name,
                           struct mzg_err *e) MZG_MUST;

#endif
