#include "lan.h"

#include "find.h"
#include "tools/net/amounts.h"
#include <string.h>

#define LONGEST 3600u /* seconds; more is no search */

static enum mzg_code none_found(uint64_t seconds, struct mzg_err *e)
{
    return mzg_fail(e, MZG_NETWORK, MZG_NO_OFFSET, "no server on the local network: none announced itself as "
                    MZG_LAN_TYPE " within %llu s (a URL goes without: mzigo pull URL NAME)",
                    (unsigned long long)seconds);
}

enum mzg_code mzg_lan_add(struct mzg_line *l, const struct mzg_args *a, struct mzg_err *e)
{
    const char *text = mzg_args_text(a, "lan");
    struct mzg_lan_found found;
    struct mzg_err why;
    char q[MZG_QUOTE];
    bool needed = l->mirrors.n == 0;
    uint64_t seconds = needed ? 5 : 1;
    if (text && (!mzg_amount_seconds(text, &seconds) || seconds > LONGEST))
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --lan takes a time up to 1h (5s), not '%s'",
                        mzg_quote(q, text));
    if (mzg_args_has(a, "no-lan"))
        return needed ? mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "--no-lan needs a URL to fetch from") : MZG_OK;
    enum mzg_code code = mzg_lan_find(&found, (double)seconds, needed || text, &l->run->progress, &why);
    if (code == MZG_STOPPED || (code && needed))
        return (*e = why).code;
    if (code && text)
        mzg_notice(&l->run->notify, "%s", why.msg);
    if (code)
        return MZG_OK;
    if (needed && found.n == 0)
        return none_found(seconds, e);
    for (size_t i = 0; i < found.n; i++) {
        char name[MZG_QUOTE];
        code = mzg_mirrors_add_local(&l->mirrors, found.server[i].url, e);
        if (code)
            return code;
        mzg_notice(&l->run->notify, "on the local network: '%s' at %s", mzg_quote(name, found.server[i].name),
                   mzg_quote(q, found.server[i].url));
    }
    return MZG_OK;
}
