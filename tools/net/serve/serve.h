/* serve.h: the face of the HTTP server: a repository folder for everyone nearby.
 *
 *   listen     sockets on the addresses asked for
 *   announce   the local network is told of them
 *   clients    who is connected; limits, and whose turn it is to go
 *   worker     the HTTP library's threads, and what they call here
 *   route      which room answers a URL:   files   objects, manifests, metadata (place, range)
 *                                          health  what is damaged or stale (checkup)
 *                                          page/   what a browser shows to people
 *                                          hub/    the API of the Hugging Face hub
 *                                          plain   the files themselves
 *                                          links/  metalinks and torrents of them
 *                                          registry/   for ollama, oras, skopeo
 *   shelf      the bundles' manifests, read and kept, for rooms that speak of them; offer: which are held
 *              out; member: a file of one, sent as it lies there or decoded (decoded: in bounded memory,
 *              shared)
 *   host       the name that a client called this server by
 *   modest     threads that work in the background
 *   exchange   a request and its answer; body: what came with it; pace, rate: answers held back to a rate
 *   access     a line per request
 *
 * The contents are signed and checked by whoever receives them, so nothing here has to be trusted. What
 * is guarded is the service and the machine: only paths that the repository's grammar knows are
 * looked for, no link is followed, and memory, descriptors and time that a client can take are
 * bounded. */
#ifndef MZG_NET_SERVE_SERVE_H
#define MZG_NET_SERVE_SERVE_H

#include "base/error.h"
#include "base/progress.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MZG_SERVE_PORT 8420
#define MZG_SERVE_CONNECTIONS 512
#define MZG_SERVE_PER_CLIENT 16
#define MZG_SERVE_TIMEOUT 30
#define MZG_SERVE_CHECK_EVERY 24

struct mzg_serve_options {
    const char *repo;
    const char *const *bind; /* addresses; none: all of this machine's */
    size_t n_bind;
    unsigned port;           /* 0: any that is free */
    bool announce;           /* on the local network */
    const char *name;        /* under which; NULL: the machine's */
    unsigned connections;    /* at most, in all */
    unsigned per_client;     /* at most, of one address */
    unsigned timeout;        /* seconds to send a request in; that a transfer may stand still */
    uint64_t rate;           /* bytes a second of all transfers; 0: as fast as it goes */
    unsigned check_every;    /* hours between two readings of every stored byte; 0: none */
    const char *const *trust; /* files of public keys: the check looks at signatures too */
    size_t n_trust;
    const char *log;         /* file for a line per request, "-" for standard output, or NULL */
    const struct mzg_notify *notify;
    void (*listening)(void *ctx, char *const *urls, size_t n); /* called once it is */
    bool (*stop)(void);      /* asked a few times a second, and after each signal */
    void *ctx;
};

/* What came of it. */
struct mzg_served {
    uint64_t requests;
    uint64_t refused; /* connections, for the limits' sake */
};

/* Serves until stop says so; then transfers get a few seconds to end. MZG_NETWORK: an address cannot be
 * listened on; MZG_USAGE: there is no such address or name; MZG_IO: the folder, a key or the log cannot be
 * opened. */
enum mzg_code mzg_serve(const struct mzg_serve_options *opt, struct mzg_served *served,
                        struct mzg_err *e) MZG_MUST;

#endif
