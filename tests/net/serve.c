/* serve.c: the loop over connections; see faulty.h. */
#include "faulty.h"
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNS_MOST 1024

static struct mzg_conn *conns[CONNS_MOST];
static struct pollfd polled[CONNS_MOST + 1];
static size_t n_conns;

static void accept_one(struct mzg_server *s)
{
    static const struct mzg_facts nothing = {.path = ""};
    int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    s->accepted++;
    mzg_rules_refresh(&s->rules);
    for (size_t i = 0; i < s->rules.n; i++) {
        struct mzg_rule *rule = &s->rules.rule[i];
        if (rule->kind == MZG_KIND_ACCEPT && mzg_rule_strikes(rule, &nothing)) {
            mzg_log_refused(s, s->accepted);
            close(fd);
            return;
        }
    }
    struct mzg_conn *c = mzg_conn_new(fd, s->accepted);
    if (c)
        conns[n_conns++] = c;
    else
        close(fd);
}

/* The line breaks: everybody's connection does. */
static void cut_all(struct mzg_server *s, const char *how, const char *rule)
{
    for (size_t i = 0; i < n_conns; i++) {
        mzg_conn_cut(s, conns[i], how, rule);
        mzg_conn_free(conns[i]);
    }
    n_conns = 0;
    s->body_sent = 0;
}

static void weather(struct mzg_server *s, int64_t now)
{
    const struct mzg_settings *set = &s->rules.settings;
    mzg_rules_refresh(&s->rules);
    s->line.rate = set->rate;
    if (set->cut_every != s->known.cut_every)
        s->body_sent = 0;
    if (set->cut_every_ms != s->known.cut_every_ms)
        s->next_cut = MZG_NEVER;
    s->known = *set;
    if (set->cut_every > 0 && s->body_sent >= set->cut_every)
        cut_all(s, "cut", "cut-every");
    if (set->cut_every_ms > 0 && s->next_cut == MZG_NEVER)
        s->next_cut = now + set->cut_every_ms * MZG_MS;
    if (now >= s->next_cut) {
        cut_all(s, "cut", "cut-every-ms");
        s->next_cut = now + set->cut_every_ms * MZG_MS;
    }
}

/* Until something is due; never long, since rules may change at any time. */
static void wait_for_work(const struct mzg_server *s, int64_t now)
{
    int64_t until = now + 20 * MZG_MS;
    until = s->next_cut < until ? s->next_cut : until;
    for (size_t i = 0; i < n_conns; i++) {
        until = conns[i]->wake < until ? conns[i]->wake : until;
        polled[i] = (struct pollfd){conns[i]->fd, mzg_conn_events(conns[i]), 0};
    }
    polled[n_conns] = (struct pollfd){n_conns < CONNS_MOST ? s->listener : -1, POLLIN, 0};
    int64_t left = until > now ? until - now : 0;
    struct timespec time = {.tv_nsec = left};
    if (ppoll(polled, n_conns + 1, &time, NULL) < 0)
        memset(polled, 0, sizeof polled);
}

void mzg_serve(struct mzg_server *s, const volatile int *end)
{
    size_t first = 0; /* whose turn it is to take from the line */
    s->next_cut = MZG_NEVER;
    while (!*end) {
        weather(s, mzg_now());
        wait_for_work(s, mzg_now());
        size_t n = n_conns;
        for (size_t i = 0; i < n; i++) {
            size_t at = (first + i) % n;
            mzg_conn_step(s, conns[at], polled[at].revents, mzg_now());
        }
        first++;
        if (polled[n].revents & POLLIN)
            accept_one(s);
        n = 0;
        for (size_t i = 0; i < n_conns; i++) {
            if (conns[i]->state == MZG_CONN_OVER)
                mzg_conn_free(conns[i]);
            else
                conns[n++] = conns[i];
        }
        n_conns = n;
    }
    cut_all(s, "stopped", "");
}
