#include "route.h"
#include "files.h"
#include "hub/hub.h"
#include "page/page.h"
#include "plain.h"
#include "tools/net/clock.h"
#include "place.h"
#include "registry/registry.h"
#include <string.h>

static enum MHD_Result answer_health(struct mzg_exchange *x, const char *path)
{
    static const struct mzg_answer answer = {.status = 200, .type = "application/json",
                                             .keep = MZG_KEEP_NEVER};
    struct mzg_clients_count count = mzg_clients_count(x->server->clients);
    struct mzg_health_traffic traffic = {
        count.connections, count.clients, count.refused, atomic_load(&x->server->requests),
        (mzg_clock_ms() - x->server->started) / 1000};
    char *text = mzg_health_text(x->server->health, &traffic);
    (void)path;
    return text ? mzg_answer_given(x, &answer, text)
                : mzg_answer_status(x, MHD_HTTP_INTERNAL_SERVER_ERROR, false);
}

static const struct {
    const char *path;
    bool below; /* and whatever begins with it */
    enum MHD_Result (*answer)(struct mzg_exchange *x, const char *path);
} routes[] = {
    {"/healthz", false, answer_health},
    {"/", false, mzg_page_answer},
    {"/en", false, mzg_page_answer},
    {"/en/", true, mzg_page_answer},
    {"/sw", false, mzg_page_answer},
    {"/sw/", true, mzg_page_answer},
    {"/style.css", false, mzg_page_answer_style},
    {"/plain/", true, mzg_plain_answer},
    {"/v2/", true, mzg_registry_answer},
    {"/api/models", false, mzg_hub_answer_list},
    {"/api/models/", true, mzg_hub_answer},
    {"/mzigo/", true, mzg_hub_answer_file},
    {"/", true, mzg_files_answer},
};

/* Who takes a body: to all others none gets through. */
static bool (*const takers[])(const char *path) = {mzg_hub_takes_body};

bool mzg_route_takes_body(const char *path)
{
    for (size_t i = 0; i < sizeof takers / sizeof *takers; i++) {
        if (takers[i](path))
            return true;
    }
    return false;
}

enum MHD_Result mzg_route_answer(struct mzg_exchange *x)
{
    const char *path = mzg_place_origin(x->url);
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (routes[i].below ? strncmp(path, routes[i].path, strlen(routes[i].path)) == 0
                            : strcmp(path, routes[i].path) == 0)
            return routes[i].answer(x, path);
    }
    return mzg_answer_status(x, MHD_HTTP_NOT_FOUND, false);
}
