#include "clients.h"
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum state { FREE, WAITING, SERVED, LEAVING };

/* A descriptor, by its number. */
struct place {
    enum state state;
    struct mzg_client *client;
    uint64_t since; /* when it began to wait */
};

struct mzg_clients {
    pthread_mutex_t lock;
    struct mzg_clients_limits limits;
    struct place *places;
    size_t n_places;          /* one more than the highest descriptor yet */
    struct mzg_client *all;
    size_t n_all;             /* as many as there can be connections */
    unsigned open, leaving;
    uint64_t refused;
};

enum mzg_code mzg_clients_new(struct mzg_clients **c, const struct mzg_clients_limits *limits,
                              struct mzg_err *e)
{
    *c = calloc(1, sizeof **c);
    if (!*c)
        return mzg_fail_memory(e, "connections");
    (*c)->limits = *limits;
    (*c)->n_all = limits->connections + (size_t)MZG_CLIENTS_LEAVING;
    (*c)->all = calloc((*c)->n_all, sizeof *(*c)->all);
    pthread_mutex_init(&(*c)->lock, NULL);
    if ((*c)->all)
        return MZG_OK;
    mzg_clients_free(*c);
    *c = NULL;
    return mzg_fail_memory(e, "connections");
}

void mzg_clients_free(struct mzg_clients *c)
{
    if (!c)
        return;
    pthread_mutex_destroy(&c->lock);
    free(c->places);
    free(c->all);
    free(c);
}

/* ---- addresses ---- */

static void read_address(uint8_t address[16], const struct sockaddr *from)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    struct sockaddr_in6 six;
    struct sockaddr_in four;
    memset(address, 0, 16);
    if (from->sa_family == AF_INET6) {
        memcpy(&six, from, sizeof six);
        memcpy(address, &six.sin6_addr, 16);
    } else if (from->sa_family == AF_INET) {
        memcpy(&four, from, sizeof four);
        memcpy(address, mapped, 12);
        memcpy(address + 12, &four.sin_addr, 4);
    }
}

/* Its record, or a free one: there is one for every connection there can be. */
static struct mzg_client *find_client(struct mzg_clients *c, const uint8_t address[16])
{
    struct mzg_client *unused = NULL;
    for (size_t i = 0; i < c->n_all; i++) {
        struct mzg_client *one = &c->all[i];
        if (one->connections > 0 && memcmp(one->address, address, 16) == 0)
            return one;
        if (one->connections == 0 && !unused)
            unused = one;
    }
    if (unused) {
        memset(unused, 0, sizeof *unused);
        memcpy(unused->address, address, 16);
    }
    return unused;
}

/* ---- places; all with the lock held ---- */

static struct place *place_of(struct mzg_clients *c, int fd)
{
    struct place *p = fd >= 0 && (size_t)fd < c->n_places ? &c->places[fd] : NULL;
    return p && p->state != FREE ? p : NULL;
}

static bool make_place(struct mzg_clients *c, int fd)
{
    size_t n = 2 * (size_t)fd + 64;
    struct place *more;
    if ((size_t)fd < c->n_places)
        return true;
    more = realloc(c->places, n * sizeof *more);
    if (!more)
        return false;
    memset(more + c->n_places, 0, (n - c->n_places) * sizeof *more);
    c->places = more;
    c->n_places = n;
    return true;
}

static void clear_place(struct mzg_clients *c, struct place *p)
{
    if (p->state == LEAVING)
        c->leaving--;
    c->open--;
    p->client->connections--;
    *p = (struct place){.state = FREE};
}

/* Each thread has read the clock itself: one may have come later than this one thinks it is. */
static uint64_t waited(const struct place *p, uint64_t now)
{
    return now > p->since ? now - p->since : 0;
}

static void end_place(struct mzg_clients *c, struct place *p)
{
    p->state = LEAVING;
    c->leaving++;
    shutdown((int)(p - c->places), SHUT_RDWR);
}

/* Sends one away that is not being served, for the sake of a client with `own` connections: only one
 * of an address that has more. */
static bool make_room(struct mzg_clients *c, unsigned own, uint64_t now)
{
    struct place *best = NULL;
    for (size_t i = 0; i < c->n_places; i++) {
        struct place *p = &c->places[i];
        if (p->state != WAITING || waited(p, now) < MZG_CLIENTS_GRACE ||
            p->client->connections <= own)
            continue;
        if (!best || p->client->connections > best->client->connections ||
            (p->client->connections == best->client->connections && p->since < best->since))
            best = p;
    }
    if (best)
        end_place(c, best);
    return best != NULL;
}

static bool admit(struct mzg_clients *c, int fd, const uint8_t address[16], uint64_t now)
{
    struct mzg_client *client;
    struct place *stale = place_of(c, fd);
    if (stale)
        clear_place(c, stale); /* closed without our being told, for want of memory */
    client = find_client(c, address);
    if (!client || client->connections >= c->limits.per_client || !make_place(c, fd) ||
        c->open >= c->limits.connections + MZG_CLIENTS_LEAVING)
        return false;
    if (c->open - c->leaving >= c->limits.connections && !make_room(c, client->connections, now))
        return false;
    client->connections++;
    c->open++;
    c->places[fd] = (struct place){WAITING, client, now};
    return true;
}

/* ---- the face ---- */

bool mzg_clients_admit(struct mzg_clients *c, int fd, const struct sockaddr *from, uint64_t now)
{
    uint8_t address[16];
    bool admitted;
    read_address(address, from);
    pthread_mutex_lock(&c->lock);
    admitted = admit(c, fd, address, now);
    c->refused += !admitted;
    pthread_mutex_unlock(&c->lock);
    return admitted;
}

struct mzg_client *mzg_clients_begin(struct mzg_clients *c, int fd)
{
    struct place *p;
    struct mzg_client *client = NULL;
    pthread_mutex_lock(&c->lock);
    p = place_of(c, fd);
    if (p) {
        client = p->client;
        if (p->state == WAITING)
            p->state = SERVED;
    }
    pthread_mutex_unlock(&c->lock);
    return client;
}

void mzg_clients_end(struct mzg_clients *c, int fd, uint64_t now)
{
    struct place *p;
    pthread_mutex_lock(&c->lock);
    p = place_of(c, fd);
    if (p && p->state == SERVED) {
        p->state = WAITING;
        p->since = now;
    }
    pthread_mutex_unlock(&c->lock);
}

void mzg_clients_gone(struct mzg_clients *c, int fd)
{
    struct place *p;
    pthread_mutex_lock(&c->lock);
    p = place_of(c, fd);
    if (p)
        clear_place(c, p);
    pthread_mutex_unlock(&c->lock);
}

void mzg_clients_sweep(struct mzg_clients *c, uint64_t now)
{
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < c->n_places; i++) {
        struct place *p = &c->places[i];
        if (p->state == WAITING && waited(p, now) >= c->limits.timeout)
            end_place(c, p);
    }
    pthread_mutex_unlock(&c->lock);
}

size_t mzg_clients_dismiss(struct mzg_clients *c)
{
    size_t served = 0;
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < c->n_places; i++) {
        if (c->places[i].state == WAITING)
            end_place(c, &c->places[i]);
        served += c->places[i].state == SERVED;
    }
    pthread_mutex_unlock(&c->lock);
    return served;
}

struct mzg_clients_count mzg_clients_count(struct mzg_clients *c)
{
    struct mzg_clients_count n;
    pthread_mutex_lock(&c->lock);
    n = (struct mzg_clients_count){.connections = c->open, .refused = c->refused};
    for (size_t i = 0; i < c->n_all; i++)
        n.clients += c->all[i].connections > 0;
    pthread_mutex_unlock(&c->lock);
    return n;
}
