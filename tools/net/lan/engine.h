/* engine.h: the local network's own directory (mDNS and DNS-SD, RFC 6762 and 6763), by whatever this build
 * has for it: avahi.c, the only file that knows Avahi, or none.c. Both calls talk to a daemon and may block
 * for as long as that likes: they are for a thread that can be left behind (task.h). */
#ifndef MZG_NET_LAN_ENGINE_H
#define MZG_NET_LAN_ENGINE_H

#include "base/error.h"
#include "service.h"
#include <stdint.h>

#define MZG_ENGINE_MOST 64 /* services that one search looks into; a network that has more is lying */

/* A service as it was heard; texts live for the call. */
struct mzg_engine_heard {
    const char *name;
    unsigned interface; /* by which it was heard */
    const struct sockaddr *address;
    uint16_t port;
    struct mzg_lan_txt txt;
};

struct mzg_engine_search {
    double until;    /* seconds of mzg_line_now: not longer than so */
    bool patiently;  /* as long as nothing good has been heard, also when nobody seems to be there */
    /* True: this one was good. */
    bool (*hear)(void *ctx, const struct mzg_engine_heard *s);
    void *ctx;
};

/* MZG_UNSUPPORTED: this build cannot; MZG_NETWORK: no daemon. */
enum mzg_code mzg_engine_find(const struct mzg_engine_search *s, struct mzg_err *e) MZG_MUST;

/* Where a service listens; interface 0: on all; family AF_UNSPEC: in both. */
struct mzg_lan_place {
    unsigned interface;
    int family;
};

struct mzg_engine_announcement {
    const char *name;   /* another is taken where a different machine has this one */
    const struct mzg_lan_place *places;
    size_t n;
    uint16_t port;
    bool (*stop)(void *ctx);                 /* asked a few times a second */
    void (*say)(void *ctx, const char *text); /* what people should know, when it changes */
    void *ctx;
};

/* Until stop says so, or for ever, whenever the daemon comes and goes. */
void mzg_engine_announce(const struct mzg_engine_announcement *p);

#endif
