#include "worker.h"
#include "body.h"
#include "tools/net/clock.h"
#include "exchange.h"
#include "route.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A request's line and fields have to fit in here, a quarter of it taken by the answer's. */
#define MEMORY ((size_t)16 << 10)

static int socket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *i =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return i ? i->connect_fd : -1;
}

/* ---- what the library calls ---- */

static struct mzg_exchange *begin(struct mzg_server *s, struct MHD_Connection *connection,
                                  const char *url, const char *method, const char *version)
{
    struct mzg_exchange *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    *x = (struct mzg_exchange){.server = s, .connection = connection, .method = method,
                               .version = version, .url = url, .fd = socket_of(connection),
                               .head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0};
    atomic_fetch_add(&s->requests, 1);
    x->client = mzg_clients_begin(s->clients, x->fd);
    return x;
}

/* While its body is on its way, the connection is one that waits: for so long as a request may take, and it may
 * have to go for another. */
static enum MHD_Result await_body(struct mzg_exchange *x)
{
    mzg_clients_end(x->server->clients, x->fd, mzg_clock_ms());
    return MHD_YES;
}

static enum MHD_Result answer_at_last(struct mzg_exchange *x)
{
    if (x->posted)
        mzg_clients_begin(x->server->clients, x->fd);
    return mzg_route_answer(x);
}

/* Called at least twice for each request: on its header, where a refusal stands before any body is read; with
 * each piece of its body, where it may have one; and on its end. */
static enum MHD_Result serve(void *ctx, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *body,
                             size_t *body_length, void **con_cls)
{
    struct mzg_exchange *x = *con_cls;
    if (x && *body_length > 0) {
        bool taken = mzg_body_take(x, body, *body_length);
        *body_length = 0;
        return taken ? MHD_YES : MHD_NO;
    }
    if (x)
        return answer_at_last(x);
    x = begin(ctx, connection, url, method, version);
    *con_cls = x;
    if (!x || !x->client)
        return MHD_NO;
    unsigned refused = mzg_body_refused(x);
    if (refused)
        return mzg_answer_status(x, refused, true);
    return x->posted ? await_body(x) : MHD_YES;
}

static void end(void *ctx, struct MHD_Connection *connection, void **con_cls,
                enum MHD_RequestTerminationCode how)
{
    struct mzg_exchange *x = *con_cls;
    struct mzg_server *s = ctx;
    const union MHD_ConnectionInfo *from;
    if (!x)
        return;
    from = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (x->status && from)
        mzg_access_write(&s->access, &(struct mzg_access_line){
                                         from->client_addr, x->method, x->url, x->version,
                                         x->status, x->bytes,
                                         how == MHD_REQUEST_TERMINATED_COMPLETED_OK});
    if (x->paced)
        mzg_pacer_leave(s->pacer, &x->client->pace);
    mzg_clients_end(s->clients, x->fd, mzg_clock_ms());
    mzg_shelf_give_back(x->shelf);
    mzg_buf_clear(&x->body);
    free(x);
    *con_cls = NULL;
}

static void notice(void *ctx, struct MHD_Connection *connection, void **socket_context,
                   enum MHD_ConnectionNotificationCode code)
{
    struct mzg_server *s = ctx;
    (void)socket_context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED)
        mzg_clients_gone(s->clients, socket_of(connection));
}

/* Paths are decoded where their grammar is known (place.h), not before. */
static size_t leave_alone(void *ctx, struct MHD_Connection *connection, char *text)
{
    (void)ctx;
    (void)connection;
    return strlen(text);
}

/* ---- the threads ---- */

unsigned mzg_workers_count(void)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    return cpus < 4 ? 4 : cpus > MZG_WORKERS_MAX ? MZG_WORKERS_MAX : (unsigned)cpus;
}

static struct MHD_Daemon *start(struct mzg_server *s)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC;
    if (s->pacer)
        flags |= MHD_ALLOW_SUSPEND_RESUME;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, serve, s,
        MHD_OPTION_CONNECTION_LIMIT, s->opt->connections + MZG_CLIENTS_LEAVING,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, s->opt->timeout,
        MHD_OPTION_NOTIFY_COMPLETED, end, s, MHD_OPTION_NOTIFY_CONNECTION, notice, s,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_alone, NULL, MHD_OPTION_END);
}

enum mzg_code mzg_workers_start(struct mzg_workers *w, struct mzg_server *s, struct mzg_err *e)
{
    unsigned n = mzg_workers_count();
    *w = (struct mzg_workers){.n = 0};
    while (w->n < n) {
        w->all[w->n] = start(s);
        if (!w->all[w->n]) {
            mzg_fail_errno(e, "cannot start the HTTP server");
            mzg_workers_stop(w);
            return e->code;
        }
        w->n++;
    }
    return MZG_OK;
}

void mzg_workers_stop(struct mzg_workers *w)
{
    for (size_t i = 0; i < w->n; i++)
        MHD_stop_daemon(w->all[i]);
    w->n = 0;
}

void mzg_workers_take(struct mzg_workers *w, struct mzg_server *s, int fd,
                      const struct sockaddr *from, socklen_t len)
{
    struct MHD_Daemon *d = w->all[w->next++ % w->n];
    if (MHD_add_connection(d, fd, from, len) != MHD_YES)
        mzg_clients_gone(s->clients, fd); /* the library has closed it */
}
