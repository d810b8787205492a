#include "lan.h"

#include "find.h"
#include "tools/net/line_options.h"

#define LONGEST 3600u /* seconds; more is no search */

static enum mzg_code read_wish(struct mzg_lan_wish *w, const struct mzg_args *a, bool needed,
                               struct mzg_err *e)
{
    uint64_t seconds = needed ? 5 : 1;
    enum mzg_code code = mzg_args_seconds(a, "lan", &seconds, e);
    bool asked = mzg_args_has(a, "lan"), unwanted = mzg_args_has(a, "no-lan");
    if (!code && seconds > LONGEST)
        code = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --lan takes a time of at most 1h");
    if (!code && asked && unwanted)
        code = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "--lan and --no-lan exclude each other");
    if (!code && needed && unwanted)
        code = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "--no-lan needs a URL to fetch from");
    w->seconds = unwanted ? 0 : (double)seconds;
    w->patiently = needed || asked;
    return code;
}

static enum mzg_code add_found(struct mzg_line *l, const struct mzg_lan_found *found, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    for (size_t i = 0; i < found->n && !code; i++) {
        char name[MZG_QUOTE], url[MZG_QUOTE];
        code = mzg_mirrors_add_local(&l->mirrors, found->server[i].url, e);
        if (!code)
            mzg_notice(&l->run->notify, "on the local network: '%s' at %s",
                       mzg_quote(name, found->server[i].name), mzg_quote(url, found->server[i].url));
    }
    return code;
}

enum mzg_code mzg_lan_add(struct mzg_line *l, const struct mzg_args *a, bool elsewhere, struct mzg_err *e)
{
    struct mzg_lan_wish wish = {.elsewhere = elsewhere};
    struct mzg_lan_found found;
    struct mzg_err why;
    bool needed = l->mirrors.n == 0;
    enum mzg_code code = read_wish(&wish, a, needed, e);
    if (code || wish.seconds <= 0)
        return code;
    code = mzg_lan_find(&found, &wish, &l->run->progress, &why);
    if (code == MZG_STOPPED || (code && needed))
        return (*e = why).code;
    if (code && mzg_args_has(a, "lan"))
        mzg_notice(&l->run->notify, "%s", why.msg);
    if (code)
        return MZG_OK;
    if (needed && found.n == 0)
        return mzg_fail(e, MZG_NETWORK, MZG_NO_OFFSET, "no server on the local network: none announced itself "
                        "as " MZG_LAN_TYPE " within %.0f s (a URL to fetch from goes without)", wish.seconds);
    return add_found(l, &found, e);
}
