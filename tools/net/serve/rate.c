#include "rate.h"

#define SECOND UINT64_C(1000000000)

void mzg_rate_init(struct mzg_rate *r, uint64_t per_second, uint64_t now)
{
    /* Room for an eighth of a second, so that one client alone reaches the rate though it is served
     * now and then only; at low rates for what is taken at once. */
    *r = (struct mzg_rate){.per_second = per_second, .then = now,
                           .most = per_second / 8 + 4 * MZG_RATE_LEAST};
}

void mzg_rate_join(struct mzg_rate *r, struct mzg_share *s)
{
    if (s->transfers++ > 0)
        return;
    s->bytes = 0;
    s->previous = NULL;
    s->next = r->active;
    if (r->active)
        r->active->previous = s;
    r->active = s;
    r->n_active++;
}

void mzg_rate_leave(struct mzg_rate *r, struct mzg_share *s)
{
    if (--s->transfers > 0)
        return;
    if (s->previous)
        s->previous->next = s->next;
    else
        r->active = s->next;
    if (s->next)
        s->next->previous = s->previous;
    r->n_active--;
}

static uint64_t accrued(struct mzg_rate *r, uint64_t now)
{
    uint64_t past = now - r->then, sum;
    if (past > SECOND)
        past = SECOND; /* more would not fit into any bucket; keeps the product in 64 bits */
    r->then = now;
    sum = past * r->per_second + r->odd;
    r->odd = sum % SECOND;
    return sum / SECOND;
}

void mzg_rate_deal(struct mzg_rate *r, uint64_t now)
{
    uint64_t bytes = accrued(r, now) + r->left;
    size_t hungry = r->n_active;
    r->left = 0;
    /* Each round either deals all out or fills at least one bucket for good. */
    while (hungry > 0 && bytes >= hungry) {
        uint64_t part = bytes / hungry;
        size_t still = 0;
        for (struct mzg_share *s = r->active; s; s = s->next) {
            uint64_t room = r->most - s->bytes, n = part < room ? part : room;
            s->bytes += n;
            bytes -= n;
            still += s->bytes < r->most;
        }
        if (still == hungry)
            break;
        hungry = still;
    }
    if (hungry > 0)
        r->left = bytes;
}

size_t mzg_rate_take(struct mzg_share *s, size_t want)
{
    uint64_t n = want < s->bytes ? want : s->bytes;
    if (n < want && n < MZG_RATE_LEAST)
        return 0;
    s->bytes -= n;
    return (size_t)n;
}
