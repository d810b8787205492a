/* mdns.c: a machine on the local network that announces what it likes.
 *
 *   mdns ADDRESS <SERVICES     multicasts from the interface that has ADDRESS, all of them every 200 ms,
 *                              until it is killed
 *
 * A line of SERVICES: NAME, IPv4 address, port, then TXT items, apart by tabs. Any bytes but tab and newline
 * will do. A line "flood N ADDRESS PORT" stands for N services called "flood 0" and so on. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TYPE "\6_mzigo\4_tcp\5local"
#define HOST_TTL 120

struct packet {
    uint8_t data[1400];
    size_t n;
};

static void put(struct packet *p, const void *bytes, size_t n)
{
    if (n > sizeof p->data - p->n) {
        fprintf(stderr, "mdns: a service is too long\n");
        exit(2);
    }
    memcpy(p->data + p->n, bytes, n);
    p->n += n;
}

static void put16(struct packet *p, unsigned v)
{
    put(p, (uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
}

static void put_label(struct packet *p, const char *text, size_t n)
{
    put(p, (uint8_t[]){(uint8_t)n}, 1);
    put(p, text, n);
}

/* A record up to its data, whose length is filled in by end. flush: the only one of its name. */
static size_t begin(struct packet *p, const void *name, size_t name_len, unsigned type, int flush)
{
    put(p, name, name_len);
    put16(p, type);
    put16(p, flush ? 0x8001 : 1);
    put16(p, 0);
    put16(p, HOST_TTL);
    put16(p, 0);
    return p->n;
}

static void end(struct packet *p, size_t data)
{
    p->data[data - 2] = (uint8_t)((p->n - data) >> 8);
    p->data[data - 1] = (uint8_t)(p->n - data);
}

/* PTR, SRV, TXT and A of one service, each name written out. txt: items apart by tabs, or NULL. */
static void service(struct packet *p, const char *name, struct in_addr address, unsigned port, char *txt)
{
    static const uint8_t head[] = {0, 0, 0x84, 0, 0, 0, 0, 4, 0, 0, 0, 0};
    struct packet instance = {.n = 0}, host = {.n = 0};
    char label[32], *item;
    put_label(&instance, name, strlen(name));
    put(&instance, TYPE, sizeof TYPE);
    snprintf(label, sizeof label, "h%08x%04x", (unsigned)ntohl(address.s_addr), port);
    put_label(&host, label, strlen(label));
    put(&host, "\5local", 7);
    p->n = 0;
    put(p, head, sizeof head);
    size_t at = begin(p, TYPE, sizeof TYPE, 12, 0);
    put(p, instance.data, instance.n);
    end(p, at);
    at = begin(p, instance.data, instance.n, 33, 1);
    put16(p, 0);
    put16(p, 0);
    put16(p, port);
    put(p, host.data, host.n);
    end(p, at);
    at = begin(p, instance.data, instance.n, 16, 1);
    while (txt && (item = strsep(&txt, "\t")))
        put_label(p, item, strlen(item));
    end(p, at);
    at = begin(p, host.data, host.n, 1, 1);
    put(p, &address, 4);
    end(p, at);
}

static int open_socket(const char *own)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1, ttl = 255;
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons(5353)};
    struct in_addr by;
    if (fd < 0 || inet_pton(AF_INET, own, &by) != 1 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0 ||
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl) != 0 ||
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by) != 0 ||
        bind(fd, (struct sockaddr *)&from, sizeof from) != 0) {
        perror("mdns");
        exit(2);
    }
    return fd;
}

static void send_service(int fd, const char *name, const char *address, unsigned port, char *txt)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(5353)};
    struct packet p;
    struct in_addr a;
    if (inet_pton(AF_INET, address, &a) != 1 || strlen(name) > 63) {
        fprintf(stderr, "mdns: bad line: %s\n", name);
        exit(2);
    }
    inet_pton(AF_INET, "224.0.0.251", &to.sin_addr);
    service(&p, name, a, port, txt);
    (void)!sendto(fd, p.data, p.n, 0, (struct sockaddr *)&to, sizeof to);
    usleep(200); /* a receiver's queue is short */
}

static void send_line(int fd, char *line)
{
    unsigned n, port;
    char address[32], name[32], txt[8];
    if (sscanf(line, "flood %u %31s %u", &n, address, &port) == 3) {
        for (unsigned k = 0; k < n; k++) {
            snprintf(name, sizeof name, "flood %u", k);
            memcpy(txt, "v=1", 4);
            send_service(fd, name, address, port, txt);
        }
        return;
    }
    char *of = strsep(&line, "\t"), *at = strsep(&line, "\t"), *number = strsep(&line, "\t");
    if (number)
        send_service(fd, of, at, (unsigned)strtoul(number, NULL, 10), line);
}

int main(int argc, char **argv)
{
    static char services[65536], line[2048];
    int fd = open_socket(argc == 2 ? argv[1] : "");
    size_t n = fread(services, 1, sizeof services - 1, stdin);
    services[n] = '\0';
    for (;;) {
        for (const char *p = services; *p; p += strcspn(p, "\n"), p += *p == '\n') {
            snprintf(line, sizeof line, "%.*s", (int)strcspn(p, "\n"), p);
            send_line(fd, line);
        }
        usleep(200000);
    }
}
