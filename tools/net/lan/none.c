/* none.c: the engine of a build without one (make WITHOUT=avahi, or a machine that lacks it). */
#include "engine.h"

enum mzg_code mzg_engine_find(const struct mzg_engine_search *s, struct mzg_err *e)
{
    (void)s;
    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "this program was built without Avahi, which finds "
                    "servers on the local network");
}

void mzg_engine_announce(const struct mzg_engine_announcement *p)
{
    p->say(p->ctx, "not announced on the local network: this program was built without Avahi");
}
