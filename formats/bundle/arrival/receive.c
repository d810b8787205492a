/* receive.c: an arrival, asked as any receiver is. */
#include "inside.h"

static struct mzg_arrival *of(struct mzg_receiver *r)
{
    return (struct mzg_arrival *)r;
}

static const struct mzg_arrival *of_const(const struct mzg_receiver *r)
{
    return (const struct mzg_arrival *)r;
}

static size_t count(const struct mzg_receiver *r)
{
    return mzg_arrival_objects(of_const(r));
}

static const struct mzg_chunk *object(const struct mzg_receiver *r, size_t i)
{
    return mzg_arrival_object(of_const(r), i);
}

static bool missing(const struct mzg_receiver *r, size_t i)
{
    return mzg_arrival_missing(of_const(r), i);
}

static uint64_t left(const struct mzg_receiver *r)
{
    return mzg_arrival_left(of_const(r));
}

static enum mzg_code begin(struct mzg_receiver *r, size_t i, uint32_t *have, struct mzg_err *e)
{
    return mzg_arrival_begin(of(r), i, have, e);
}

static enum mzg_code take(struct mzg_receiver *r, size_t i, const void *data, size_t n, struct mzg_err *e)
{
    return mzg_arrival_take(of(r), i, data, n, e);
}

static enum mzg_code settle(struct mzg_receiver *r, size_t i, bool *sound, struct mzg_err *e)
{
    return mzg_arrival_settle(of(r), i, sound, e);
}

static enum mzg_code forget(struct mzg_receiver *r, size_t i, struct mzg_err *e)
{
    return mzg_arrival_forget(of(r), i, e);
}

static void park(struct mzg_receiver *r, size_t i)
{
    mzg_arrival_park(of(r), i);
}

static enum mzg_code sync_all(struct mzg_receiver *r, struct mzg_err *e)
{
    return mzg_arrival_sync(of(r), e);
}

static enum mzg_code finish(struct mzg_receiver *r, size_t *damaged, struct mzg_err *e)
{
    return mzg_arrival_finish(of(r), damaged, e);
}

const struct mzg_receiver mzg_arrival_functions = {
    .count = count, .object = object, .missing = missing, .left = left, .begin = begin, .take = take,
    .settle = settle, .forget = forget, .park = park, .sync = sync_all, .finish = finish,
};

struct mzg_receiver *mzg_arrival_receiver(struct mzg_arrival *a)
{
    return &a->base;
}
