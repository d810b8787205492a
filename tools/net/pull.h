/* pull.h: objects over the line, into whoever receives them.
 *
 * A few large requests at a time; what breaks off goes on where it broke, from the same mirror or another.
 * Every object is checked before it counts, and a mirror whose bytes were wrong is known by name. */
#ifndef MZG_NET_PULL_H
#define MZG_NET_PULL_H

#include "bundle/receiver.h"
#include "line.h"

struct mzg_pull_result {
    uint64_t wire;      /* bytes that came and went, documents included, as far as curl counts them */
    uint64_t requests;
    uint64_t damaged;   /* chunks that the disk did not keep */
    uint64_t wrong;     /* objects that came with other bytes */
};

/* Until nothing is missing and all is where it belongs. MZG_LIMIT at the end of a budget, MZG_NETWORK
 * when no byte comes any more, MZG_REFUSED when nobody sends the bytes that were signed, MZG_STOPPED: what
 * came is kept in all of these. r is filled also then. */
enum mzg_code mzg_pull(struct mzg_receiver *to, struct mzg_line *l, struct mzg_pull_result *r,
                       struct mzg_err *e) MZG_MUST;

#endif
