#include "offer.h"
#include "member.h"
#include "tools/bundles.h"
#include <string.h>

void mzg_offer_find(struct mzg_offer *o, struct mzg_health *health, const char *now,
                    const struct mzg_shelf_bundle *b)
{
    const struct mzg_manifest *m = &b->manifest;
    *o = (struct mzg_offer){.trusted = mzg_member_offered(b), .expired = m->expires && strcmp(now, m->expires) >= 0};
    o->damaged = o->trusted && mzg_health_damaged(health, m->name, m->version, o->why, sizeof o->why);
}

bool mzg_offer_good(const struct mzg_offer *o)
{
    return o->trusted && !o->expired && !o->damaged;
}

bool mzg_offer_is_good(struct mzg_health *health, const struct mzg_shelf_bundle *b)
{
    char now[MZG_DATE];
    struct mzg_offer o;
    struct mzg_err e;
    if (mzg_date_now(now, &e))
        return false;
    mzg_offer_find(&o, health, now, b);
    return mzg_offer_good(&o);
}

const struct mzg_shelf_bundle *mzg_offer_newest(struct mzg_health *health, const struct mzg_shelf *shelf,
                                                size_t first)
{
    size_t end = first + mzg_shelf_run(shelf, first);
    for (size_t i = first; i < end; i++) {
        if (mzg_offer_is_good(health, shelf->bundles[i]))
            return shelf->bundles[i];
    }
    return NULL;
}
