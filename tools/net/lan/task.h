/* task.h: work in a thread of its own that may be left behind.
 *
 * What talks to another program of the system, a daemon, can be made to wait by it for as long as it likes.
 * Whoever started such work waits for as long as it can afford and then leaves it alone: what it has in hand
 * is its own, and is cleared by whoever lets go of it last. */
#ifndef MZG_NET_LAN_TASK_H
#define MZG_NET_LAN_TASK_H

#include "base/error.h"
#include <stdbool.h>

struct mzg_task;

/* Starts work(ctx) in a thread that signals leave alone. Whatever comes of it, also where it could not be
 * started, clear(ctx) is called once, by this thread or the other. */
enum mzg_code mzg_task_start(struct mzg_task **t, void (*work)(void *ctx), void (*clear)(void *ctx),
                             void *ctx, struct mzg_err *e) MZG_MUST;

/* Waits for at most so many milliseconds. True: the work has ended, and what it left in ctx can be read. */
bool mzg_task_wait(struct mzg_task *t, unsigned ms);

/* Ends one's part in it: ctx is not ours any more. NULL is fine. */
void mzg_task_leave(struct mzg_task *t);

#endif
