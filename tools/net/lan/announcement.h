/* announcement.h: a server of this machine announced on the local network, for as long as it serves.
 *
 * In a thread of its own, which follows the daemon wherever that goes: no daemon, one that comes later or is
 * started anew, a name that another machine has already. None of it is an error; what there is to say is
 * kept until it is asked for. */
#ifndef MZG_NET_LAN_ANNOUNCEMENT_H
#define MZG_NET_LAN_ANNOUNCEMENT_H

#include "base/progress.h"
#include "engine.h"

#define MZG_LAN_PLACES 16

struct mzg_lan_announcement;

/* All of it is copied. name: one that is valid (service.h); NULL: the machine's own. */
enum mzg_code mzg_lan_announcement_new(struct mzg_lan_announcement **a, const char *name, uint16_t port,
                                       const struct mzg_lan_place *places, size_t n,
                                       struct mzg_err *e) MZG_MUST;

/* Tells what is new, once. Call it now and then from the thread that may speak. NULL is fine. */
void mzg_lan_announcement_tell(struct mzg_lan_announcement *a, const struct mzg_notify *notify);

/* Takes it off the network, for which it waits a second at most. NULL is fine. */
void mzg_lan_announcement_free(struct mzg_lan_announcement *a);

#endif
