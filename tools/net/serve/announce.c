#include "announce.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static bool same_address(const struct sockaddr *a, const struct sockaddr *b)
{
    const struct sockaddr_in *a4 = (const void *)a, *b4 = (const void *)b;
    const struct sockaddr_in6 *a6 = (const void *)a, *b6 = (const void *)b;
    if (!b || a->sa_family != b->sa_family)
        return false;
    return a->sa_family == AF_INET ? a4->sin_addr.s_addr == b4->sin_addr.s_addr
                                   : memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof a6->sin6_addr) == 0;
}

/* The interface that has the address, when others can reach it by that. */
static unsigned interface_of(const struct sockaddr *a)
{
    struct ifaddrs *all = NULL;
    unsigned found = 0;
    if (getifaddrs(&all) != 0)
        return 0;
    for (const struct ifaddrs *i = all; i && !found; i = i->ifa_next) {
        if (!(i->ifa_flags & IFF_LOOPBACK) && same_address(a, i->ifa_addr))
            found = if_nametoindex(i->ifa_name);
    }
    freeifaddrs(all);
    return found;
}

/* False: this socket is for this machine only. */
static bool place_of(int fd, struct mzg_lan_place *place)
{
    struct sockaddr_storage a = {0};
    socklen_t len = sizeof a, only_len = sizeof(int);
    int only = 0;
    if (getsockname(fd, (struct sockaddr *)&a, &len) != 0)
        return false;
    *place = (struct mzg_lan_place){.family = a.ss_family};
    if (a.ss_family == AF_INET && ((struct sockaddr_in *)&a)->sin_addr.s_addr == htonl(INADDR_ANY))
        return true;
    if (a.ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&((struct sockaddr_in6 *)&a)->sin6_addr)) {
        if (getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &only_len) == 0 && !only)
            place->family = AF_UNSPEC;
        return true;
    }
    place->interface = interface_of((struct sockaddr *)&a);
    return place->interface != 0;
}

void mzg_announce_places(const struct mzg_listen *l, struct mzg_lan_place places[MZG_LAN_PLACES], size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < l->n && *n < MZG_LAN_PLACES; i++) {
        struct mzg_lan_place place;
        bool there = false;
        if (!place_of(l->fds[i], &place))
            continue;
        for (size_t k = 0; k < *n; k++)
            there |= places[k].interface == place.interface && places[k].family == place.family;
        if (!there)
            places[(*n)++] = place;
    }
}

enum mzg_code mzg_announce(struct mzg_lan_announcement **announced, const struct mzg_listen *l, const char *name,
                           struct mzg_err *e)
{
    struct mzg_lan_place places[MZG_LAN_PLACES];
    size_t n;
    *announced = NULL;
    mzg_announce_places(l, places, &n);
    return n ? mzg_lan_announcement_new(announced, name, (uint16_t)l->port, places, n, e) : MZG_OK;
}
