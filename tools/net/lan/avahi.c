/* avahi.c: the engine by Avahi: its daemon, asked over D-Bus. */
#include "engine.h"

#include "base/error.h"
#include "tools/net/line.h"
#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-client/publish.h>
#include <avahi-common/alternative.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <avahi-common/simple-watch.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TICK_MS 250        /* how often the wish to stop is looked at */
#define AGAIN_SECONDS 10.0 /* until a bus that is not there is looked for again */

/* ---- finding ---- */

struct search {
    const struct mzg_engine_search *s;
    AvahiSimplePoll *poll;
    AvahiClient *client;
    size_t asked, waiting; /* services that were looked into; of these, not yet answered */
    bool all;              /* nobody else seems to be there */
    bool any;              /* good */
    bool broken;
};

static void to_socket(struct sockaddr_storage *out, const AvahiAddress *a)
{
    memset(out, 0, sizeof *out);
    if (a->proto == AVAHI_PROTO_INET) {
        struct sockaddr_in *four = (struct sockaddr_in *)out;
        four->sin_family = AF_INET;
        memcpy(&four->sin_addr, &a->data.ipv4, 4);
        return;
    }
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
    six->sin6_family = AF_INET6;
    memcpy(&six->sin6_addr, &a->data.ipv6, 16);
}

static void resolved(AvahiServiceResolver *r, AvahiIfIndex interface, AvahiProtocol protocol,
                     AvahiResolverEvent event, const char *name, const char *type, const char *domain,
                     const char *host, const AvahiAddress *address, uint16_t port, AvahiStringList *txt,
                     AvahiLookupResultFlags flags, void *ctx)
{
    struct search *f = ctx;
    (void)protocol, (void)type, (void)domain, (void)host, (void)flags;
    if (event == AVAHI_RESOLVER_FOUND && address && name && interface > 0) {
        struct sockaddr_storage where;
        struct mzg_engine_heard heard = {.name = name, .interface = (unsigned)interface,
                                         .address = (struct sockaddr *)&where, .port = port};
        to_socket(&where, address);
        for (; txt; txt = avahi_string_list_get_next(txt))
            mzg_lan_txt_take(&heard.txt, avahi_string_list_get_text(txt), avahi_string_list_get_size(txt));
        f->any |= f->s->hear(f->s->ctx, &heard);
    }
    f->waiting--;
    avahi_service_resolver_free(r);
}

static void browsed(AvahiServiceBrowser *b, AvahiIfIndex interface, AvahiProtocol protocol,
                    AvahiBrowserEvent event, const char *name, const char *type, const char *domain,
                    AvahiLookupResultFlags flags, void *ctx)
{
    struct search *f = ctx;
    (void)b, (void)flags;
    f->all |= event == AVAHI_BROWSER_ALL_FOR_NOW;
    f->broken |= event == AVAHI_BROWSER_FAILURE;
    if (event != AVAHI_BROWSER_NEW || f->asked == MZG_ENGINE_MOST)
        return;
    f->asked++;
    /* Freed by its answer, or with the client. */
    if (avahi_service_resolver_new(f->client, interface, protocol, name, type, domain, protocol,
                                   AVAHI_LOOKUP_USE_MULTICAST, resolved, f))
        f->waiting++;
}

static void client_of_search(AvahiClient *client, AvahiClientState state, void *ctx)
{
    struct search *f = ctx;
    (void)client;
    f->broken |= state == AVAHI_CLIENT_FAILURE;
}

static bool is_through(const struct search *f)
{
    return f->broken || (f->all && f->waiting == 0 && (f->any || !f->s->patiently));
}

/* By multicast only: what a DNS server elsewhere lists is not near. */
static void search(struct search *f)
{
    if (!avahi_service_browser_new(f->client, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, MZG_LAN_TYPE, NULL,
                                   AVAHI_LOOKUP_USE_MULTICAST, browsed, f))
        return;
    for (double left; !is_through(f) && (left = f->s->until - mzg_line_now()) > 0;) {
        if (avahi_simple_poll_iterate(f->poll, left < 1 ? (int)(left * 1000) + 1 : 1000) != 0)
            return;
    }
}

enum mzg_code mzg_engine_find(const struct mzg_engine_search *s, struct mzg_err *e)
{
    struct search f = {.s = s, .poll = avahi_simple_poll_new()};
    int why = AVAHI_ERR_NO_MEMORY;
    if (f.poll)
        f.client = avahi_client_new(avahi_simple_poll_get(f.poll), 0, client_of_search, &f, &why);
    if (f.client) {
        search(&f);
        avahi_client_free(f.client);
    } else {
        mzg_fail(e, MZG_NETWORK, MZG_NO_OFFSET, "Avahi, which finds servers on the local network, does not "
                 "answer on this machine: %s", avahi_strerror(why));
    }
    if (f.poll)
        avahi_simple_poll_free(f.poll);
    return f.client ? MZG_OK : MZG_NETWORK;
}

/* ---- announcing ---- */

struct announcing {
    const struct mzg_engine_announcement *p;
    AvahiSimplePoll *poll;
    AvahiEntryGroup *group;
    char *name;  /* avahi_malloc's */
    bool anew;   /* the client is of no more use */
};

static void say_not(struct announcing *p, int why)
{
    char text[256];
    snprintf(text, sizeof text, "not announced on the local network: %s", avahi_strerror(why));
    p->p->say(p->p->ctx, text);
}

static void take_other_name(struct announcing *p)
{
    char *other = avahi_alternative_service_name(p->name);
    if (!other)
        return;
    avahi_free(p->name);
    p->name = other;
}

static int add_places(struct announcing *p)
{
    int why = 0;
    for (size_t i = 0; i < p->p->n && why >= 0; i++) {
        const struct mzg_lan_place *at = &p->p->places[i];
        why = avahi_entry_group_add_service(
            p->group, at->interface ? (AvahiIfIndex)at->interface : AVAHI_IF_UNSPEC,
            at->family == AF_INET    ? AVAHI_PROTO_INET
            : at->family == AF_INET6 ? AVAHI_PROTO_INET6
                                     : AVAHI_PROTO_UNSPEC,
            0, p->name, MZG_LAN_TYPE, NULL, NULL, p->p->port, "v=1", "path=/", (const char *)NULL);
    }
    return why;
}

static void group_changed(AvahiEntryGroup *group, AvahiEntryGroupState state, void *ctx);

/* Puts it up, under another name when this machine has the first one. */
static void publish(struct announcing *p, AvahiClient *client)
{
    int why = AVAHI_ERR_COLLISION;
    if (!p->group)
        p->group = avahi_entry_group_new(client, group_changed, p);
    for (int tries = 0; p->group && why == AVAHI_ERR_COLLISION && tries < 100; tries++) {
        if (tries)
            take_other_name(p);
        avahi_entry_group_reset(p->group);
        why = add_places(p);
    }
    if (p->group && why >= 0)
        why = avahi_entry_group_commit(p->group);
    if (!p->group || why < 0)
        say_not(p, p->group ? why : avahi_client_errno(client));
}

static void group_changed(AvahiEntryGroup *group, AvahiEntryGroupState state, void *ctx)
{
    struct announcing *p = ctx;
    char text[128 + MZG_QUOTE], q[MZG_QUOTE];
    p->group = group; /* the first call comes before its maker returns */
    if (state == AVAHI_ENTRY_GROUP_ESTABLISHED) {
        snprintf(text, sizeof text, "announced on the local network as '%s'", mzg_quote(q, p->name));
        p->p->say(p->p->ctx, text);
    } else if (state == AVAHI_ENTRY_GROUP_COLLISION) { /* another machine has the name */
        take_other_name(p);
        publish(p, avahi_entry_group_get_client(group));
    } else if (state == AVAHI_ENTRY_GROUP_FAILURE) {
        say_not(p, avahi_client_errno(avahi_entry_group_get_client(group)));
    }
}

static void client_of_announcement(AvahiClient *client, AvahiClientState state, void *ctx)
{
    struct announcing *p = ctx;
    switch (state) {
    case AVAHI_CLIENT_S_RUNNING:
        publish(p, client);
        return;
    case AVAHI_CLIENT_S_COLLISION: /* the host's own name is being settled */
    case AVAHI_CLIENT_S_REGISTERING:
        if (p->group)
            avahi_entry_group_reset(p->group);
        return;
    case AVAHI_CLIENT_CONNECTING:
        say_not(p, AVAHI_ERR_NO_DAEMON);
        return;
    case AVAHI_CLIENT_FAILURE:
        p->anew = true;
        say_not(p, avahi_client_errno(client));
        return;
    }
}

static void nap(const struct mzg_engine_announcement *p, double seconds)
{
    double until = mzg_line_now() + seconds;
    while (!p->stop(p->ctx) && mzg_line_now() < until)
        nanosleep(&(struct timespec){0, TICK_MS * 1000000L}, NULL);
}

/* With one client, as long as that is good. False: there is no bus to reach a daemon by. */
static bool announce(struct announcing *p)
{
    int why = AVAHI_ERR_NO_MEMORY;
    p->anew = false;
    p->group = NULL;
    AvahiClient *client = avahi_client_new(avahi_simple_poll_get(p->poll), AVAHI_CLIENT_NO_FAIL,
                                           client_of_announcement, p, &why);
    if (!client) {
        say_not(p, why);
        return false;
    }
    while (!p->anew && !p->p->stop(p->p->ctx)) {
        if (avahi_simple_poll_iterate(p->poll, TICK_MS) != 0)
            break;
    }
    avahi_client_free(client); /* and the group with it, which takes the service off the network */
    return true;
}

void mzg_engine_announce(const struct mzg_engine_announcement *a)
{
    struct announcing p = {.p = a, .name = avahi_strdup(a->name)};
    while (p.name && !a->stop(a->ctx)) {
        /* Of a client that failed the loop may hold a bad descriptor: each has its own. */
        p.poll = avahi_simple_poll_new();
        bool reached = p.poll && announce(&p);
        if (p.poll)
            avahi_simple_poll_free(p.poll);
        nap(a, reached ? 1 : AGAIN_SECONDS);
    }
    avahi_free(p.name);
}
