/* host.h: the name that a client called this server by. It is said back in addresses to copy, so it is looked
 * at first: the field Host is whatever somebody sent. */
#ifndef MZG_NET_SERVE_HOST_H
#define MZG_NET_SERVE_HOST_H

#include <stdbool.h>

#define MZG_HOST_MAX 255

/* "models.local", "10.0.0.5:8420", "[fd00::1]:8420": letters, digits, dots, hyphens, or an IPv6 address in
 * brackets, then perhaps a port; nothing else. */
bool mzg_host_valid(const char *host);

/* Whether it only means the machine that the browser runs on. */
bool mzg_host_is_local(const char *host);

#endif
