/* service.h: a server on the local network, as the network tells of it, and what of that is believed: nothing
 * but a shape. Whoever is near can say anything, so each part is held against a narrow grammar, and where a
 * server wants to be asked has to lie in the very network that it was heard on. */
#ifndef MZG_NET_LAN_SERVICE_H
#define MZG_NET_LAN_SERVICE_H

#include <ifaddrs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define MZG_LAN_TYPE "_mzigo._tcp"
#define MZG_LAN_NAME 64  /* a DNS label is at most 63 bytes */
#define MZG_LAN_PATH 129
#define MZG_LAN_URL 256

/* A service's name: 1 to 63 bytes of UTF-8 without control characters. */
bool mzg_lan_name_valid(const char *name);
/* The machine's name as one, "mzigo" where that is none. */
void mzg_lan_name_default(char out[MZG_LAN_NAME]);

/* The TXT record: items "KEY=VALUE", the first of a key counts, keys in any case, unknown ones are skipped.
 *   v     1; a record without it, or with another, is not for us
 *   path  of the repository on the server: "/" when it is left out */
struct mzg_lan_txt {
    bool has_v, has_path;
    bool bad; /* not to be used, whatever else it says */
    char path[MZG_LAN_PATH];
};

/* Takes the next item into *t, which begins zeroed. */
void mzg_lan_txt_take(struct mzg_lan_txt *t, const void *item, size_t n);
/* After the last one: whether it is one of ours, and then t->path is good. */
bool mzg_lan_txt_good(struct mzg_lan_txt *t);

/* True when `a` is a machine in a network that interface number `interface` of this one is in, of those in
 * `all`: what comes from there crosses no router, and nobody can send us to a service of our own by
 * loopback's address. */
bool mzg_lan_is_near(const struct sockaddr *a, unsigned interface, const struct ifaddrs *all);

/* True when `a` is an address of this machine's. */
bool mzg_lan_is_own(const struct sockaddr *a, const struct ifaddrs *all);

/* "http://10.0.0.5:8420/path"; link-local IPv6 gets its scope. False when it cannot be one. */
bool mzg_lan_url(char out[MZG_LAN_URL], const struct sockaddr *a, unsigned interface, uint16_t port,
                 const char *path);

/* Which of the addresses of one server to ask: the higher number. IPv4 first, link-local IPv6 last. */
int mzg_lan_rank(const struct sockaddr *a);

#endif
