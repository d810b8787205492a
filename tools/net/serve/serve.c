#include "serve.h"
#include "tools/net/clock.h"
#include "announce.h"
#include "listen.h"
#include "registry/texts.h"
#include "server.h"
#include "worker.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define GLANCE_MS 250     /* how often the clock and the wish to stop are looked at */
#define FAREWELL_MS 3000  /* for transfers to end in */
#define FILES_BESIDES 64u /* standard files, log, folders, the check; each worker needs two more */

/* ---- descriptors ---- */

/* Asks the system for two a connection, its socket and its file, and makes do with what it gives. */
static enum mzg_code fit_limits(struct mzg_clients_limits *limits,
                                const struct mzg_serve_options *opt, struct mzg_err *e)
{
    rlim_t besides = FILES_BESIDES + MZG_CLIENTS_LEAVING * 2 + 2 * (rlim_t)mzg_workers_count();
    rlim_t need = besides + 2 * (rlim_t)opt->connections;
    struct rlimit have;
    *limits = (struct mzg_clients_limits){opt->connections, opt->per_client,
                                          opt->timeout * UINT64_C(1000)};
    if (getrlimit(RLIMIT_NOFILE, &have) != 0 || have.rlim_cur == RLIM_INFINITY)
        return MZG_OK;
    if (have.rlim_cur < need) {
        have.rlim_cur = have.rlim_max == RLIM_INFINITY || have.rlim_max > need ? need
                                                                               : have.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &have) != 0)
            getrlimit(RLIMIT_NOFILE, &have);
    }
    if (have.rlim_cur >= need)
        return MZG_OK;
    if (have.rlim_cur < besides + 2)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET,
                        "only %llu files may be open at once (ulimit -n), too few to serve",
                        (unsigned long long)have.rlim_cur);
    limits->connections = (unsigned)((have.rlim_cur - besides) / 2);
    mzg_notice(opt->notify, "only %llu files may be open at once (ulimit -n), so %u connections",
               (unsigned long long)have.rlim_cur, limits->connections);
    return MZG_OK;
}

/* ---- coming in ---- */

static void refuse(int fd)
{
    static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n"
                                 "Content-Length: 0\r\nConnection: close\r\n\r\n";
    /* A courtesy to clients that wait and come back; who cannot take it at once goes without. */
    (void)!send(fd, answer, sizeof answer - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    close(fd);
}

/* False when nobody is waiting there any more. */
static bool accept_one(struct mzg_server *s, struct mzg_workers *w, int door)
{
    struct sockaddr_storage from = {0};
    socklen_t len = sizeof from;
    int fd = accept4(door, (struct sockaddr *)&from, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            poll(NULL, 0, 20); /* it stays in the queue: no reason to turn in circles */
        return errno == ECONNABORTED || errno == EINTR;
    }
    if (mzg_clients_admit(s->clients, fd, (struct sockaddr *)&from, mzg_clock_ms()))
        mzg_workers_take(w, s, fd, (struct sockaddr *)&from, len);
    else
        refuse(fd);
    return true;
}

static void serve_until_asked(struct mzg_server *s, struct mzg_workers *w,
                              const struct mzg_listen *l, struct mzg_lan_announcement *announced)
{
    struct pollfd doors[MZG_LISTEN_MAX];
    uint64_t swept = mzg_clock_ms();
    for (size_t i = 0; i < l->n; i++)
        doors[i] = (struct pollfd){.fd = l->fds[i], .events = POLLIN};
    while (!s->opt->stop()) {
        int ready = poll(doors, (nfds_t)l->n, GLANCE_MS);
        uint64_t now = mzg_clock_ms();
        for (size_t i = 0; i < l->n && ready > 0; i++) {
            for (int n = 0; n < 64 && (doors[i].revents & POLLIN); n++) {
                if (!accept_one(s, w, l->fds[i]))
                    break;
            }
        }
        if (now - swept >= GLANCE_MS) {
            mzg_clients_sweep(s->clients, now);
            mzg_lan_announcement_tell(announced, s->opt->notify);
            swept = now;
        }
    }
}

/* ---- the end ---- */

/* Nobody comes in any more; who is being served gets a little time, who is not has none. */
static void say_goodbye(struct mzg_server *s)
{
    uint64_t until = mzg_clock_ms() + FAREWELL_MS;
    atomic_store(&s->ending, true);
    while (mzg_clients_dismiss(s->clients) > 0 && mzg_clock_ms() < until)
        poll(NULL, 0, 50);
    atomic_store(&s->cut, true);
    if (s->pacer)
        mzg_pacer_release(s->pacer);
}

/* ---- all of it ---- */

/* Signals are for the thread that looks whether there was one: the others begin with them blocked. */
static enum mzg_code start(struct mzg_server *s, struct mzg_workers *w, struct mzg_err *e)
{
    struct mzg_health_options health = {s->opt->repo, &s->repo, s->opt->check_every,
                                        s->trusted.policy.trusted};
    sigset_t all, before;
    enum mzg_code code = MZG_OK;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    if (s->opt->rate > 0)
        code = mzg_pacer_new(&s->pacer, s->opt->rate, e);
    if (!code)
        code = mzg_shelves_new(&s->shelves, &s->repo, &s->trusted.policy.trusted, e);
    if (!code)
        code = mzg_decoded_new(&s->decoded, &s->repo, mzg_decoded_memory(), e);
    if (!code)
        code = mzg_texts_new(&s->texts, &s->repo, e);
    if (!code)
        code = mzg_health_new(&s->health, &health, e);
    if (!code)
        code = mzg_piecework_new(&s->piecework, &(struct mzg_piecework_options){&s->repo, s->shelves, s->health}, e);
    if (!code)
        code = mzg_workers_start(w, s, e);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

static enum mzg_code serve_on(struct mzg_server *s, const struct mzg_listen *l, struct mzg_err *e)
{
    struct mzg_clients_limits limits;
    struct mzg_workers w = {.n = 0};
    struct mzg_lan_announcement *announced = NULL;
    struct mzg_err why;
    char *urls[MZG_LISTEN_MAX];
    enum mzg_code code = fit_limits(&limits, s->opt, e);
    if (!code)
        code = mzg_clients_new(&s->clients, &limits, e);
    if (!code)
        code = start(s, &w, e);
    if (code)
        return code;
    for (size_t i = 0; i < l->n_urls; i++)
        urls[i] = (char *)(uintptr_t)l->urls[i];
    s->opt->listening(s->opt->ctx, urls, l->n_urls);
    if (s->opt->announce && mzg_announce(&announced, l, s->opt->name, &why))
        mzg_notice(s->opt->notify, "%s", why.msg); /* addresses can still be typed */
    serve_until_asked(s, &w, l, announced);
    mzg_lan_announcement_free(announced);
    say_goodbye(s);
    mzg_workers_stop(&w);
    return MZG_OK;
}

static enum mzg_code load_keys(struct mzg_server *s, struct mzg_err *e)
{
    struct mzg_trust trust = {.keys = s->opt->trust, .n_keys = s->opt->n_trust};
    return s->opt->n_trust ? mzg_trusted_load(&s->trusted, &trust, e) : MZG_OK;
}

enum mzg_code mzg_serve(const struct mzg_serve_options *opt, struct mzg_served *served,
                        struct mzg_err *e)
{
    struct mzg_server s = {.opt = opt, .access = {.fd = -1}, .started = mzg_clock_ms()};
    struct mzg_listen l = {.n = 0};
    enum mzg_code code = mzg_dir_open(&s.repo, opt->repo, e);
    if (!code)
        code = load_keys(&s, e);
    if (!code)
        code = mzg_access_open(&s.access, opt->log, e);
    if (!code)
        code = mzg_listen_open(&l, opt->bind, opt->n_bind, opt->port, e);
    if (!code)
        code = serve_on(&s, &l, e);
    served->requests = atomic_load(&s.requests);
    served->refused = s.clients ? mzg_clients_count(s.clients).refused : 0;
    mzg_listen_close(&l);
    mzg_piecework_free(s.piecework);
    mzg_health_free(s.health);
    mzg_decoded_free(s.decoded);
    mzg_texts_free(s.texts);
    mzg_shelves_free(s.shelves);
    mzg_pacer_free(s.pacer);
    mzg_clients_free(s.clients);
    mzg_access_close(&s.access);
    mzg_trusted_clear(&s.trusted);
    mzg_dir_close(&s.repo);
    return code;
}
