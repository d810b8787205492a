#include "service.h"

#include "base/utf8.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* ---- names ---- */

bool mzg_lan_name_valid(const char *name)
{
    size_t len = strlen(name), step;
    for (size_t i = 0; i < len; i += step) {
        uint32_t cp = 0;
        step = mzg_utf8_next(name + i, len - i, &cp);
        if (step == 0 || cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
            return false;
    }
    return len > 0 && len < MZG_LAN_NAME;
}

void mzg_lan_name_default(char out[MZG_LAN_NAME])
{
    if (gethostname(out, MZG_LAN_NAME) != 0)
        out[0] = '\0';
    out[MZG_LAN_NAME - 1] = '\0';
    if (!mzg_lan_name_valid(out))
        snprintf(out, MZG_LAN_NAME, "mzigo");
}

/* ---- what it says of itself ---- */

/* Nothing that a URL, a shell or a server could take for more than a path. */
static bool path_good(const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-+/";
    return path[0] == '/' && path[strspn(path, plain)] == '\0' && !strstr(path, "/.") &&
           !strstr(path, "//");
}

void mzg_lan_txt_take(struct mzg_lan_txt *t, const void *item, size_t n)
{
    const char *text = item, *equals = memchr(item, '=', n);
    if (!equals)
        return;
    size_t key = (size_t)(equals - text), value = n - key - 1;
    if (key == 1 && strncasecmp(text, "v", 1) == 0 && !t->has_v) {
        t->has_v = true;
        t->bad |= value != 1 || equals[1] != '1';
    } else if (key == 4 && strncasecmp(text, "path", 4) == 0 && !t->has_path) {
        t->has_path = true;
        t->bad |= value >= sizeof t->path || memchr(equals + 1, '\0', value);
        if (!t->bad)
            memcpy(t->path, equals + 1, value);
    }
}

bool mzg_lan_txt_good(struct mzg_lan_txt *t)
{
    if (!t->has_path)
        t->path[0] = '/';
    return t->has_v && !t->bad && path_good(t->path);
}

/* ---- where it is ---- */

/* The bytes of an address; *n: how many. */
static const uint8_t *bytes_of(const struct sockaddr *a, size_t *n)
{
    *n = a->sa_family == AF_INET6 ? 16 : a->sa_family == AF_INET ? 4 : 0;
    if (a->sa_family == AF_INET6)
        return ((const struct sockaddr_in6 *)(const void *)a)->sin6_addr.s6_addr;
    return (const uint8_t *)&((const struct sockaddr_in *)(const void *)a)->sin_addr;
}

static bool is_one_machine(const struct sockaddr *a)
{
    size_t n;
    const uint8_t *b = bytes_of(a, &n);
    static const uint8_t none[16], all[4] = {255, 255, 255, 255};
    if (n == 0 || memcmp(b, none, n) == 0)
        return false;
    return n == 16 ? b[0] != 0xff : (b[0] & 0xf0) != 0xe0 && memcmp(b, all, 4) != 0;
}

/* Both in the network that the mask cuts out; one without a mask is the whole internet. */
static bool same_network(const struct sockaddr *a, const struct sockaddr *own, const struct sockaddr *mask)
{
    size_t n, own_n, mask_n;
    const uint8_t *x = bytes_of(a, &n), *y = bytes_of(own, &own_n), *m = bytes_of(mask, &mask_n);
    bool same = n == own_n && n == mask_n && n > 0 && m[0] == 0xff;
    for (size_t i = 0; i < n && same; i++)
        same = ((x[i] ^ y[i]) & m[i]) == 0;
    return same;
}

bool mzg_lan_is_near(const struct sockaddr *a, unsigned interface, const struct ifaddrs *all)
{
    if (!is_one_machine(a))
        return false;
    for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
        if (i->ifa_addr && i->ifa_netmask && (i->ifa_flags & IFF_UP) && !(i->ifa_flags & IFF_POINTOPOINT) &&
            if_nametoindex(i->ifa_name) == interface && same_network(a, i->ifa_addr, i->ifa_netmask))
            return true;
    }
    return false;
}

bool mzg_lan_is_own(const struct sockaddr *a, const struct ifaddrs *all)
{
    size_t n, own_n;
    const uint8_t *x = bytes_of(a, &n), *y;
    for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
        if (i->ifa_addr && (y = bytes_of(i->ifa_addr, &own_n), own_n == n) && n > 0 && memcmp(x, y, n) == 0)
            return true;
    }
    return false;
}

static bool is_link_local(const struct sockaddr *a)
{
    return a->sa_family == AF_INET6 &&
           IN6_IS_ADDR_LINKLOCAL(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

bool mzg_lan_url(char out[MZG_LAN_URL], const struct sockaddr *a, unsigned interface, uint16_t port,
                 const char *path)
{
    char host[INET6_ADDRSTRLEN], scope[24] = "";
    size_t n;
    const uint8_t *b = bytes_of(a, &n);
    if (n == 0 || port == 0 || !inet_ntop(a->sa_family, b, host, sizeof host))
        return false;
    if (is_link_local(a))
        snprintf(scope, sizeof scope, "%%25%u", interface);
    snprintf(out, MZG_LAN_URL, n == 16 ? "http://[%s%s]:%u%s" : "http://%s%s:%u%s", host, scope,
             (unsigned)port, path);
    return true;
}

int mzg_lan_rank(const struct sockaddr *a)
{
    return a->sa_family == AF_INET ? 3 : is_link_local(a) ? 1 : 2;
}
