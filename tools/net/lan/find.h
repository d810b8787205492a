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

struct mzg_lan_wish {
    double seconds;  /* to look for, at most */
    bool patiently;  /* until one has answered, also where nobody seems to be there */
    bool elsewhere;  /* none of this machine's own */
};

/* Ends before its time when nobody else seems to be there. None is MZG_OK too. MZG_UNSUPPORTED: this build
 * cannot look; MZG_NETWORK: no daemon does it on this machine (both at once, without waiting); MZG_STOPPED. */
enum mzg_code mzg_lan_find(struct mzg_lan_found *found, const struct mzg_lan_wish *wish,
                           const struct mzg_progress *progress, struct mzg_err *e) MZG_MUST;

/* Takes the server that was heard of into *found; false: it is none for us. One that is there already stays
 * one, by the better of its addresses. here: this machine's addresses. */
struct mzg_engine_heard;
bool mzg_lan_hear(struct mzg_lan_found *found, const struct mzg_engine_heard *s, const struct ifaddrs *here,
                  bool elsewhere);

#endif
