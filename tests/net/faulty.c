/* faulty.c: an HTTP server for a folder that misbehaves on command and counts bytes on the wire.
 *
 *   faulty ROOT [OPTION]...
 *     --port-file FILE   gets the port's number, once it listens; --port N: this one, else a free one
 *     --log FILE         gets a line for each request when it ends (appended)
 *     --rules FILE       what to do wrong; read again whenever the file changes
 *     --rate N           bytes a second, of all connections together
 *     --latency MS       before each answer, and once more before a connection's first
 *     --cut-every N      all connections are reset after N body bytes in total, then after N more ...
 *     --cut-every-ms MS  ... or every so often
 *     --life S           ends by itself after so many seconds (600), or by SIGTERM
 *
 * A line of the log: METHOD TARGET RANGE STATUS HEAD_BYTES BODY_BYTES HOW REQUEST_BYTES CONNECTION RULES
 *   bytes sent are those that left this machine's side: what a socket still held when its connection
 *   ended is not among them. Chunks' frames count as body. STATUS 0: what was sent was no HTTP.
 *   HOW: whole, cut (reset), truncated (ended early), stalled (and then given up by the client), left
 *   (the client went away), refused, stopped (the server ended). RULES: those that struck, joined by
 *   '+'. "-": nothing to say.
 *
 * A rule is a line [COUNT] [after N] [every N] PATH ACTION [ARGUMENT]...; '#' begins a comment.
 *   PATH is a pattern, whose '*' matches '/' too, for the path without its first '/'.
 *   COUNT: strikes so many times; after N: passes over the first N; every N: strikes each Nth. What a
 *   rule could not touch (a body shorter than its number, say) is not counted. Reading the rules again
 *   begins to count anew. Of the rules that would strike an answer, the first one does:
 *     cut N            reset after N bytes of the body
 *     truncate N       the same, but ended in an orderly way
 *     stall N [MS]     after N bytes, nothing (for MS, then it goes on)
 *     corrupt OFFSET   the file's byte there is changed, if it is among those sent
 *     corrupt-always   the first byte sent is changed
 *     wrong-length N   says Content-Length: N
 *     wrong-range [lie | other]   sends the bytes beside those asked for (lie: the right ones under a
 *                      wrong Content-Range; other: wrong ones under their own)
 *     ignore-range     200 and the whole file
 *     status CODE [S]  (and Retry-After: S)
 *     redirect URL [CODE]   302, or CODE; {} in URL stands for the path
 *     portal           200 and a page of HTML
 *     empty            200 and no body
 *     hangup           ends the connection without an answer
 *     garbage          bytes that are no HTTP
 *     chunked          no Content-Length
 *     gzip             says Content-Encoding: gzip
 *     huge-header [N]  N (2^20) bytes of useless header lines
 *     endless          the file, then zeros without end
 *     missing          404
 *     other FILE       this file of ROOT under that one's name
 *   Those that need bytes of a file pass over an answer of several ranges (multipart/byteranges).
 *   Beside it each of these that would strike does:
 *     slow N           bytes a second, of this answer
 *     drip             a byte every 100 ms
 *     delay MS         before the answer
 *     header LINE      one more in the head, written without blanks: X-Cache:hit
 *   A new connection, whatever PATH is:
 *     refuse           closed at once
 *   Of the whole server, while they stand in the file, whatever PATH is: rate N, latency MS,
 *   cut-every N, cut-every-ms MS (0: none), as the options. */
#include "faulty.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t end;

static void on_signal(int sig)
{
    (void)sig;
    end = 1;
}

static bool fail(const char *what)
{
    fprintf(stderr, "faulty: %s: %s\n", what, strerror(errno));
    return false;
}

/* Segments as on Ethernet, and a small buffer: what is sent is then close to what can have been read. */
static bool listen_on(struct mzg_server *s, int *port)
{
    int one = 1, segment = 1448, buffer = 32768;
    struct sockaddr_in at = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons((uint16_t)*port),
    };
    socklen_t n = sizeof at;
    int fd = s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 1024) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &n) != 0)
        return fail("listen");
    *port = ntohs(at.sin_port);
    return true;
}

/* Under another name first: who finds the file finds the whole number in it. */
static bool tell_port(const char *file, int port)
{
    char temp[4200];
    snprintf(temp, sizeof temp, "%s.new", file);
    FILE *out = fopen(temp, "we");
    if (!out || fprintf(out, "%d\n", port) < 0 || fclose(out) != 0 || rename(temp, file) != 0)
        return fail(file);
    return true;
}

struct options {
    const char *port_file, *log;
    int64_t port, life;
};

static bool parse(int argc, char **argv, struct options *o, struct mzg_server *s)
{
    struct mzg_settings *set = &s->rules.defaults;
    const struct {
        const char *name;
        const char **text;
        int64_t *number;
    } known[] = {
        {"--port-file", &o->port_file, NULL}, {"--log", &o->log, NULL},
        {"--rules", &s->rules.file, NULL},    {"--port", NULL, &o->port},
        {"--life", NULL, &o->life},           {"--rate", NULL, &set->rate},
        {"--latency", NULL, &set->latency},   {"--cut-every", NULL, &set->cut_every},
        {"--cut-every-ms", NULL, &set->cut_every_ms},
    };
    if (argc < 2 || argc % 2 != 0)
        return false;
    s->root = argv[1];
    for (int i = 2; i < argc; i += 2) {
        char *rest = "";
        size_t k = 0;
        while (k < sizeof known / sizeof *known && strcmp(argv[i], known[k].name) != 0)
            k++;
        if (k == sizeof known / sizeof *known)
            return false;
        if (known[k].text)
            *known[k].text = argv[i + 1];
        else
            *known[k].number = strtoll(argv[i + 1], &rest, 10);
        if (*rest || (known[k].number && *known[k].number < 0))
            return false;
    }
    s->rules.settings = *set;
    return true;
}

int main(int argc, char **argv)
{
    static struct mzg_server s = {.log = -1};
    struct options o = {.life = 600};
    if (!parse(argc, argv, &o, &s)) {
        fprintf(stderr, "usage: faulty ROOT [--OPTION VALUE]...: see tests/net/faulty.c\n");
        return 2;
    }
    if (!mzg_rules_refresh(&s.rules))
        return 2;
    signal(SIGTERM, on_signal);
    signal(SIGALRM, on_signal);
    alarm((unsigned)o.life);
    int port = (int)o.port;
    if (o.log)
        s.log = open(o.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (o.log && s.log < 0)
        fail(o.log);
    else if (listen_on(&s, &port) && (!o.port_file || tell_port(o.port_file, port)))
        mzg_serve(&s, &end);
    if (s.listener > 0)
        close(s.listener);
    if (s.log >= 0)
        close(s.log);
    return end ? 0 : 1;
}
