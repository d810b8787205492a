/* worker.h: the HTTP library's threads, each with connections of its own, and what they call here. */
#ifndef MZG_NET_SERVE_WORKER_H
#define MZG_NET_SERVE_WORKER_H

#include "server.h"

#define MZG_WORKERS_MAX 16

struct mzg_workers {
    struct MHD_Daemon *all[MZG_WORKERS_MAX];
    size_t n;
    size_t next; /* who gets the next connection */
};

/* How many there will be: more than CPUs on a small machine, for they wait for its disk. */
unsigned mzg_workers_count(void);

enum mzg_code mzg_workers_start(struct mzg_workers *w, struct mzg_server *s,
                                struct mzg_err *e) MZG_MUST;
/* Nobody may sleep (pace.h) any more. Breaks off what is still going on. */
void mzg_workers_stop(struct mzg_workers *w);

/* Hands a connection over; it is closed also when that fails. */
void mzg_workers_take(struct mzg_workers *w, struct mzg_server *s, int fd,
                      const struct sockaddr *from, socklen_t len);

#endif
