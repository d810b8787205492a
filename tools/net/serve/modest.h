/* modest.h: a thread that works in the background and leaves the machine to the transfers: it has the lowest
 * priorities, and rests three times as long as it worked, so that on a slow card whoever downloads has
 * most of it. */
#ifndef MZG_NET_SERVE_MODEST_H
#define MZG_NET_SERVE_MODEST_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct mzg_modest {
    uint64_t awake; /* nanoseconds: since when the thread has not paused */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool ending;
};

void mzg_modest_init(struct mzg_modest *m);
void mzg_modest_clear(struct mzg_modest *m); /* the thread has ended */

/* ---- the thread itself ---- */

void mzg_modest_begin(struct mzg_modest *m);
/* Called every MiB or so, rests when it is due; false at the end. */
bool mzg_modest_pause(struct mzg_modest *m);
/* Sleeps; false at the end. */
bool mzg_modest_rest(struct mzg_modest *m, uint64_t ms);

/* ---- any other ---- */

/* The thread hears at once that it is to end. */
void mzg_modest_end(struct mzg_modest *m);

#endif
