#include "line_options.h"

#include "amounts.h"
#include <string.h>
#include <time.h>

enum mzg_code mzg_args_seconds(const struct mzg_args *a, const char *name, uint64_t *seconds,
                               struct mzg_err *e)
{
    const char *text = mzg_args_text(a, name);
    char q[MZG_QUOTE];
    if (!text || mzg_amount_seconds(text, seconds))
        return MZG_OK;
    return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --%s takes a time (90s, 30m, 2h), not '%s'", name,
                    mzg_quote(q, text));
}

enum mzg_code mzg_args_grace(const struct mzg_args *a, uint64_t *seconds, struct mzg_err *e)
{
    const char *text = mzg_args_text(a, "grace");
    if (text && strcmp(text, "0") == 0) {
        *seconds = 0;
        return MZG_OK;
    }
    return mzg_args_seconds(a, "grace", seconds, e);
}

enum mzg_code mzg_line_open(struct mzg_line *l, const struct mzg_context *c, const char *url,
                            struct mzg_err *e)
{
    const char *const *mirrors;
    uint64_t timeout = 30, give_up = 3600, connections = 2;
    size_t n = mzg_args_list(&c->args, "mirror", &mirrors);
    *l = (struct mzg_line){.run = &c->run};
    enum mzg_code code = url ? mzg_mirrors_add(&l->mirrors, url, e) : MZG_OK;
    for (size_t i = 0; i < n && !code; i++)
        code = mzg_mirrors_add(&l->mirrors, mirrors[i], e);
    if (!code)
        code = mzg_args_number(&c->args, "connections", 1, 4, &connections, e);
    if (!code)
        code = mzg_args_seconds(&c->args, "timeout", &timeout, e);
    if (!code)
        code = mzg_args_seconds(&c->args, "give-up", &give_up, e);
    if (!code)
        code = mzg_budget_init(&l->budget, &c->args, mzg_line_now(), e);
    if (!code)
        code = mzg_http_new(&l->http, (unsigned)(timeout < 86400 ? timeout : 86400), e);
    l->connections = (unsigned)connections;
    l->give_up = (double)give_up;
    l->mirrors.seed = (uint64_t)time(NULL);
    return code;
}

void mzg_line_close(struct mzg_line *l)
{
    mzg_http_free(l->http);
    mzg_mirrors_clear(&l->mirrors);
    mzg_budget_clear(&l->budget);
}
