/* offer.h: whether a bundle is held out to people, and to clients that ask for the newest: nobody should find out
 * after an hour that it is not to be had. A client that names a version gets it all the same, as long as it is
 * trusted (member.h). */
#ifndef MZG_NET_SERVE_OFFER_H
#define MZG_NET_SERVE_OFFER_H

#include "health.h"
#include "shelf.h"

/* How a bundle stands. */
struct mzg_offer {
    bool trusted; /* or nobody was asked */
    bool expired;
    bool damaged; /* and trusted: the other has been said better */
    char why[512]; /* it is damaged */
};

/* now: a date. */
void mzg_offer_find(struct mzg_offer *o, struct mzg_health *health, const char *now,
                    const struct mzg_shelf_bundle *b);
bool mzg_offer_good(const struct mzg_offer *o);

/* The newest that is good of those that have the first-th bundle's name, the first of them. NULL: none is. */
const struct mzg_shelf_bundle *mzg_offer_newest(struct mzg_health *health, const struct mzg_shelf *shelf,
                                                size_t first);
/* Whether this one is good now. */
bool mzg_offer_is_good(struct mzg_health *health, const struct mzg_shelf_bundle *b);

#endif
