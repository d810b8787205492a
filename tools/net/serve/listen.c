#include "listen.h"
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- URLs ---- */

static void add_url(struct mzg_listen *l, const struct sockaddr *a)
{
    char host[NI_MAXHOST];
    bool six = a->sa_family == AF_INET6;
    socklen_t len = six ? (socklen_t)sizeof(struct sockaddr_in6)
                        : (socklen_t)sizeof(struct sockaddr_in);
    if (l->n_urls == MZG_LISTEN_MAX ||
        getnameinfo(a, len, host, sizeof host, NULL, 0, NI_NUMERICHOST) != 0 || strlen(host) > 48)
        return;
    snprintf(l->urls[l->n_urls++], MZG_LISTEN_URL, six ? "http://[%.48s]:%u/" : "http://%.48s:%u/",
             host, l->port);
}

/* An address that means one machine to everyone on the network: with the scope that a link-local one
 * needs, browsers can do nothing. */
static bool reaches(const struct ifaddrs *i, int family)
{
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)i->ifa_addr;
    return i->ifa_addr && i->ifa_addr->sa_family == family && (i->ifa_flags & IFF_UP) &&
           !(i->ifa_flags & IFF_LOOPBACK) &&
           (family != AF_INET6 || !IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr));
}

/* Of a socket that takes all addresses. */
static void add_all_urls(struct mzg_listen *l, bool six)
{
    struct ifaddrs *all = NULL;
    if (getifaddrs(&all) != 0)
        all = NULL;
    for (int family = AF_INET;; family = AF_INET6) {
        for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
            if (reaches(i, family))
                add_url(l, i->ifa_addr);
        }
        if (!six || family == AF_INET6)
            break;
    }
    freeifaddrs(all);
    if (l->n_urls == 0)
        snprintf(l->urls[l->n_urls++], MZG_LISTEN_URL, "http://localhost:%u/", l->port);
}

/* ---- sockets ---- */

static void set_port(struct sockaddr *a, unsigned port)
{
    if (a->sa_family == AF_INET6)
        ((struct sockaddr_in6 *)(void *)a)->sin6_port = htons((uint16_t)port);
    else
        ((struct sockaddr_in *)(void *)a)->sin_port = htons((uint16_t)port);
}

static unsigned port_of(int fd)
{
    struct sockaddr_storage a = {0};
    socklen_t len = sizeof a;
    if (getsockname(fd, (struct sockaddr *)&a, &len) != 0)
        return 0;
    return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port
                                         : ((struct sockaddr_in *)&a)->sin_port);
}

/* both: an IPv6 socket takes IPv4 too. False with errno. */
static bool listen_on(struct mzg_listen *l, const struct sockaddr *a, socklen_t len, bool both)
{
    int yes = 1, only = !both;
    int fd = socket(a->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int err;
    if (fd < 0)
        return false;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (a->sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
    if (bind(fd, a, len) == 0 && listen(fd, SOMAXCONN) == 0) {
        l->fds[l->n++] = fd;
        l->port = port_of(fd);
        return true;
    }
    err = errno;
    close(fd);
    errno = err;
    return false;
}

static enum mzg_code open_all(struct mzg_listen *l, struct mzg_err *e)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct sockaddr_in four = {.sin_family = AF_INET};
    bool both;
    set_port((struct sockaddr *)&six, l->port);
    set_port((struct sockaddr *)&four, l->port);
    both = listen_on(l, (struct sockaddr *)&six, sizeof six, true);
    /* A machine without IPv6 */
    if (!both && (errno == EADDRINUSE || errno == EACCES ||
                  !listen_on(l, (struct sockaddr *)&four, sizeof four, false))) {
        mzg_fail_errno(e, "cannot listen on port %u", l->port);
        return e->code = MZG_NETWORK;
    }
    add_all_urls(l, both);
    return MZG_OK;
}

static enum mzg_code open_one(struct mzg_listen *l, const char *address, struct mzg_err *e)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    enum mzg_code code = MZG_OK;
    char q[MZG_QUOTE];
    int err = getaddrinfo(address, NULL, &hints, &found);
    if (err)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "no address to listen on: '%s': %s",
                        mzg_quote(q, address), gai_strerror(err));
    for (const struct addrinfo *i = found; i && !code; i = i->ai_next) {
        if (l->n == MZG_LISTEN_MAX) {
            code = mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "more than %d addresses to listen on",
                            MZG_LISTEN_MAX);
            break;
        }
        set_port(i->ai_addr, l->port);
        if (listen_on(l, i->ai_addr, i->ai_addrlen, false)) {
            add_url(l, i->ai_addr);
        } else {
            mzg_fail_errno(e, "cannot listen on %s, port %u", mzg_quote(q, address), l->port);
            code = e->code = MZG_NETWORK;
        }
    }
    freeaddrinfo(found);
    return code;
}

enum mzg_code mzg_listen_open(struct mzg_listen *l, const char *const *addresses, size_t n,
                              unsigned port, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    *l = (struct mzg_listen){.port = port};
    if (n == 0)
        code = open_all(l, e);
    for (size_t i = 0; i < n && !code; i++)
        code = open_one(l, addresses[i], e);
    if (code)
        mzg_listen_close(l);
    return code;
}

void mzg_listen_close(struct mzg_listen *l)
{
    for (size_t i = 0; i < l->n; i++)
        close(l->fds[i]);
    l->n = 0;
}
