#include "find.h"

#include "engine.h"
#include "task.h"
#include "tools/net/line.h"
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRACE 0.25 /* seconds more for a daemon that is late with its answers */

struct finding {
    struct mzg_engine_search search;
    struct mzg_lan_found found;
    struct ifaddrs *here;
    bool elsewhere;
    enum mzg_code code;
    struct mzg_err e;
};

bool mzg_lan_hear(struct mzg_lan_found *found, const struct mzg_engine_heard *s, const struct ifaddrs *here,
                  bool elsewhere)
{
    struct mzg_lan_txt txt = s->txt;
    char url[MZG_LAN_URL];
    int rank = mzg_lan_rank(s->address);
    size_t k = 0;
    if (!mzg_lan_name_valid(s->name) || !mzg_lan_txt_good(&txt) ||
        !mzg_lan_is_near(s->address, s->interface, here) || (elsewhere && mzg_lan_is_own(s->address, here)) ||
        !mzg_lan_url(url, s->address, s->interface, s->port, txt.path))
        return false;
    while (k < found->n && strcmp(found->server[k].name, s->name) != 0)
        k++;
    if (k == MZG_LAN_SERVERS)
        return false;
    if (k == found->n) {
        found->n++;
        snprintf(found->server[k].name, MZG_LAN_NAME, "%s", s->name);
        found->server[k].rank = 0;
    }
    if (rank > found->server[k].rank) {
        found->server[k].rank = rank;
        memcpy(found->server[k].url, url, sizeof url);
    }
    return true;
}

static bool hear(void *ctx, const struct mzg_engine_heard *s)
{
    struct finding *f = ctx;
    return mzg_lan_hear(&f->found, s, f->here, f->elsewhere);
}

static void work(void *ctx)
{
    struct finding *f = ctx;
    if (getifaddrs(&f->here) != 0)
        f->here = NULL;
    f->code = mzg_engine_find(&f->search, &f->e);
}

static void clear(void *ctx)
{
    struct finding *f = ctx;
    if (f->here)
        freeifaddrs(f->here);
    free(f);
}

enum mzg_code mzg_lan_find(struct mzg_lan_found *found, const struct mzg_lan_wish *wish,
                           const struct mzg_progress *progress, struct mzg_err *e)
{
    struct finding *f = calloc(1, sizeof *f);
    struct mzg_task *task = NULL;
    double until = mzg_line_now() + wish->seconds;
    bool over = false;
    found->n = 0;
    if (!f)
        return mzg_fail_memory(e, "search");
    f->elsewhere = wish->elsewhere;
    f->search = (struct mzg_engine_search){.until = until, .patiently = wish->patiently, .hear = hear, .ctx = f};
    enum mzg_code code = mzg_task_start(&task, work, clear, f, e);
    while (!code && !(over = mzg_task_wait(task, 50)) && mzg_line_now() < until + GRACE)
        code = mzg_progress_step(progress, "servers on the local network", 0, 0, e);
    if (!code && over) {
        code = f->code;
        *e = f->e;
        *found = f->found;
    } else if (!code) {
        code = mzg_fail(e, MZG_NETWORK, MZG_NO_OFFSET, "Avahi, which finds servers on the local network, does "
                        "not answer on this machine");
    }
    mzg_task_leave(task);
    return code;
}
