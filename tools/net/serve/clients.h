/* clients.h: who is connected, by address, and which of them may be.
 *
 * Every connection is known by its descriptor from the moment it is accepted until it is closed: whose it
 * is, and whether it is being served or what it is waiting for. That is what the limits are kept
 * with: so many in all, so many of one address, and a time within which a request has to be sent
 * (counted from the connection's beginning or its last answer, so that a byte now and then does not
 * prolong it). When all places are taken, a new client gets that of a connection which is not being
 * served: of the address that holds the most, the one that has waited longest.
 *
 * A connection is ended from here by shutting its socket down, which the HTTP library sees as the
 * client's leaving; the descriptor stays the library's to close. Any thread; times are
 * milliseconds of any clock that never goes backwards. */
#ifndef MZG_NET_SERVE_CLIENTS_H
#define MZG_NET_SERVE_CLIENTS_H

#include "pace.h"
#include <sys/socket.h>

#define MZG_CLIENTS_LEAVING 64 /* connections that may be on their way out beyond those in all */
#define MZG_CLIENTS_GRACE 1000 /* milliseconds for which a new connection is not sent away for another */

struct mzg_client {
    uint8_t address[16];  /* IPv6, or IPv4 as ::ffff:a.b.c.d */
    unsigned connections; /* 0: the record is free */
    struct mzg_pace pace; /* its part of the rate */
};

struct mzg_clients;

struct mzg_clients_limits {
    unsigned connections; /* in all */
    unsigned per_client;
    uint64_t timeout;     /* milliseconds for a request */
};

enum mzg_code mzg_clients_new(struct mzg_clients **c, const struct mzg_clients_limits *limits,
                              struct mzg_err *e) MZG_MUST;
void mzg_clients_free(struct mzg_clients *c); /* NULL is fine */

/* A new connection: false when it has to be refused. */
bool mzg_clients_admit(struct mzg_clients *c, int fd, const struct sockaddr *from, uint64_t now);
/* A request has been read; it has been answered, or given up. The client lives as long as the
 * connection. NULL for a descriptor that nobody admitted. */
struct mzg_client *mzg_clients_begin(struct mzg_clients *c, int fd);
void mzg_clients_end(struct mzg_clients *c, int fd, uint64_t now);
/* The connection is about to be closed. */
void mzg_clients_gone(struct mzg_clients *c, int fd);

/* Ends the connections that have been waiting too long. */
void mzg_clients_sweep(struct mzg_clients *c, uint64_t now);
/* Ends all that are not being served; returns how many are. */
size_t mzg_clients_dismiss(struct mzg_clients *c);

struct mzg_clients_count {
    unsigned connections;
    unsigned clients;
    uint64_t refused; /* since the start */
};
struct mzg_clients_count mzg_clients_count(struct mzg_clients *c);

#endif
