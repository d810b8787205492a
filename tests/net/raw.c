/* raw: a client that does what no decent client does, by sockets of its own.
 *
 *   raw send PORT                 sends what stands on standard input as it is, prints what comes back
 *   raw hold PORT N SPREAD        opens N connections of SPREAD addresses, each with half a request; says
 *                                 "held"; at the end of standard input says how many are still open
 *   raw drip PORT                 a byte of a request's header every 100 ms; says how many were taken
 *   raw stall PORT PATH MS        asks for PATH, takes nothing for so long, then says how many bytes come
 *   raw abort PORT PATH N         asks for PATH N times, resets the connection after the first bytes
 *   raw race PORT PATH A B MS     A connections of 127.0.0.1 and B of 127.0.0.2 ask for PATH over and
 *                                 over; says how many bytes each address got
 *
 * Addresses: 127.0.0.1, or where they are spread 127.1.x.y. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static uint16_t port;

static void die(const char *what)
{
    perror(what);
    exit(125);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* from: this machine's address, as a number. */
static int dial(uint32_t from)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in me = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    me.sin_addr.s_addr = htonl(from);
    if (fd < 0 || bind(fd, (struct sockaddr *)&me, sizeof me) != 0)
        die("socket");
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        die("connect");
    return fd;
}

static int put(int fd, const char *text, size_t n)
{
    while (n > 0) {
        ssize_t did = send(fd, text, n, MSG_NOSIGNAL);
        if (did <= 0)
            return 0;
        text += did;
        n -= (size_t)did;
    }
    return 1;
}

static void ask(int fd, const char *path)
{
    char text[1024];
    int n = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: test\r\n\r\n", path);
    put(fd, text, (size_t)n);
}

/* Closed or reset by the server; what has come is thrown away. */
static int is_closed(int fd)
{
    char some[4096];
    for (;;) {
        ssize_t n = recv(fd, some, sizeof some, MSG_DONTWAIT);
        if (n == 0)
            return 1;
        if (n < 0)
            return errno != EAGAIN;
    }
}

/* ---- one connection ---- */

static int send_raw(void)
{
    static char text[1 << 20];
    size_t n = fread(text, 1, sizeof text, stdin);
    int fd = dial(INADDR_LOOPBACK);
    struct pollfd p = {fd, POLLIN, 0};
    ssize_t got;
    put(fd, text, n);
    while (poll(&p, 1, 3000) == 1 && (got = recv(fd, text, sizeof text, 0)) > 0)
        fwrite(text, 1, (size_t)got, stdout);
    close(fd);
    return 0;
}

static int drip(void)
{
    static const char head[] = "GET /index.json HTTP/1.1\r\nX-Slow: ";
    int fd = dial(INADDR_LOOPBACK), n = 0;
    put(fd, head, sizeof head - 1);
    for (; n < 200 && !is_closed(fd) && put(fd, "x", 1); n++)
        poll(NULL, 0, 100);
    printf("%d\n", n);
    close(fd);
    return 0;
}

static int stall(const char *path, int ms)
{
    static char some[1 << 16];
    int fd = dial(INADDR_LOOPBACK);
    struct pollfd p = {fd, POLLIN, 0};
    long long sum = 0;
    ssize_t n;
    ask(fd, path);
    poll(NULL, 0, ms);
    while (poll(&p, 1, 1000) == 1 && (n = recv(fd, some, sizeof some, 0)) > 0)
        sum += n;
    printf("%lld\n", sum);
    close(fd);
    return 0;
}

static int abort_often(const char *path, int times)
{
    const struct linger reset = {1, 0};
    char some[1024];
    for (int i = 0; i < times; i++) {
        int fd = dial(INADDR_LOOPBACK);
        ask(fd, path);
        if (i % 2 && recv(fd, some, sizeof some, 0) < 0)
            die("recv");
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(fd);
    }
    return 0;
}

/* ---- many ---- */

static int hold(int n, int spread)
{
    static const char half[] = "GET /index.json HTTP/1.1\r\nHost: te";
    int *fds = calloc((size_t)n, sizeof *fds), open_still = 0;
    struct rlimit most;
    if (getrlimit(RLIMIT_NOFILE, &most) == 0) {
        most.rlim_cur = most.rlim_max;
        setrlimit(RLIMIT_NOFILE, &most);
    }
    if (!fds)
        die("memory");
    for (int i = 0; i < n; i++) {
        fds[i] = dial(0x7f010001u + (uint32_t)(i % spread));
        put(fds[i], half, sizeof half - 1);
    }
    puts("held");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    for (int i = 0; i < n; i++)
        open_still += !is_closed(fds[i]);
    printf("%d\n", open_still);
    free(fds);
    return 0;
}

/* Four requests are sent ahead, and one more for each that some bytes have come of. */
static void race_on(struct pollfd *p, const char *path, long long *sum, long long *due)
{
    static char some[1 << 16];
    ssize_t n = recv(p->fd, some, sizeof some, MSG_DONTWAIT);
    if (n <= 0)
        return;
    *sum += n;
    *due += n;
    if (*due > 100000) {
        ask(p->fd, path);
        *due = 0;
    }
}

static int race(const char *path, int a, int b, int ms)
{
    struct pollfd all[64];
    long long sums[2] = {0, 0}, due[64] = {0};
    int64_t end = now_ms() + ms;
    if (a + b > 64)
        return 125;
    for (int i = 0; i < a + b; i++) {
        all[i] = (struct pollfd){dial(i < a ? 0x7f000001u : 0x7f000002u), POLLIN, 0};
        for (int n = 0; n < 4; n++)
            ask(all[i].fd, path);
    }
    while (now_ms() < end && poll(all, (nfds_t)(a + b), (int)(end - now_ms()) + 1) > 0) {
        for (int i = 0; i < a + b; i++) {
            if (all[i].revents)
                race_on(&all[i], path, &sums[i >= a], &due[i]);
        }
    }
    printf("%lld %lld\n", sums[0], sums[1]);
    return 0;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    alarm(60);
    if (argc < 3)
        return 125;
    port = (uint16_t)atoi(argv[2]);
    if (strcmp(argv[1], "send") == 0 && argc == 3)
        return send_raw();
    if (strcmp(argv[1], "drip") == 0 && argc == 3)
        return drip();
    if (strcmp(argv[1], "hold") == 0 && argc == 5)
        return hold(atoi(argv[3]), atoi(argv[4]));
    if (strcmp(argv[1], "stall") == 0 && argc == 5)
        return stall(argv[3], atoi(argv[4]));
    if (strcmp(argv[1], "abort") == 0 && argc == 5)
        return abort_often(argv[3], atoi(argv[4]));
    if (strcmp(argv[1], "race") == 0 && argc == 7)
        return race(argv[3], atoi(argv[4]), atoi(argv[5]), atoi(argv[6]));
    return 125;
}
