/* pace.h: transfers held back to a rate (rate.h): a connection whose client has had its part sleeps in
 * the HTTP library, and a thread wakes it when there is more. Any thread. */
#ifndef MZG_NET_SERVE_PACE_H
#define MZG_NET_SERVE_PACE_H

#include "base/error.h"
#include "rate.h"
#include <stdbool.h>

struct MHD_Connection;
struct mzg_pacer;

/* A connection that sleeps; memory of the transfer's. */
struct mzg_nap {
    struct MHD_Connection *connection;
    struct mzg_nap *next;
};

/* A client's part; zeroed to begin with. */
struct mzg_pace {
    struct mzg_share share;
    struct mzg_nap *first, *last; /* who sleeps, in the order in which they will be woken */
};

enum mzg_code mzg_pacer_new(struct mzg_pacer **p, uint64_t per_second, struct mzg_err *e) MZG_MUST;
void mzg_pacer_free(struct mzg_pacer *p); /* NULL is fine; nobody sleeps any more */

/* A transfer of this client's begins, ends. */
void mzg_pacer_join(struct mzg_pacer *p, struct mzg_pace *pace);
void mzg_pacer_leave(struct mzg_pacer *p, struct mzg_pace *pace);

/* From the callback that gives the connection its bytes: how many of `want` it may give. 0: the
 * connection now sleeps, and the callback returns 0. */
size_t mzg_pacer_ask(struct mzg_pacer *p, struct mzg_pace *pace, struct mzg_nap *nap, size_t want);

/* Wakes all, and lets none sleep from now on: before the end. */
void mzg_pacer_release(struct mzg_pacer *p);

#endif
