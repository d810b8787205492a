/* find.h: the servers of repositories on the local network, as they announce themselves (SPEC.md, "On the
 * local network"). */
#ifndef MZG_NET_LAN_FIND_H
#define MZG_NET_LAN_FIND_H

#include "base/progress.h"
#include "service.h"

#define MZG_LAN_SERVERS 16

struct mzg_lan_found {
    struct {
        char name[MZG_LAN_NAME];
        char url[MZG_LAN_URL];
        int rank; /* of the address in it */
    } server[MZG_LAN_SERVERS]; /* in the order in which they answered */
    size_t n;
};

/* Looks for so many seconds; patiently: ends as soon as some have answered and no more seem to come. None is
 * MZG_OK too. MZG_UNSUPPORTED: this build cannot look, MZG_NETWORK: no daemon does it on this machine (both
 * at once, without waiting), MZG_STOPPED. */
enum mzg_code mzg_lan_find(struct mzg_lan_found *found, double seconds, bool patiently,
                           const struct mzg_progress *progress, struct mzg_err *e) MZG_MUST;

/* The server s says that it is this one: takes it into *found unless it is not to be used. One that is there
 * already stays one, by the better of its addresses. */
struct mzg_engine_heard;
bool mzg_lan_hear(struct mzg_lan_found *found, const struct mzg_engine_heard *s, const struct ifaddrs *here);

#endif
