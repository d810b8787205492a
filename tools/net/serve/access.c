#include "access.h"
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum mzg_code mzg_access_open(struct mzg_access *a, const char *path, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    a->fd = -1;
    if (!path)
        return MZG_OK;
    a->fd = strcmp(path, "-") == 0 ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
                                   : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (a->fd < 0)
        return mzg_fail_errno(e, "cannot open the log '%s'", mzg_quote(q, path));
    return MZG_OK;
}

void mzg_access_close(struct mzg_access *a)
{
    if (a->fd >= 0)
        close(a->fd);
    a->fd = -1;
}

/* IPv4 that came in by an IPv6 socket as people write it. */
static void write_address(char out[NI_MAXHOST], const struct sockaddr *from)
{
    static const char mapped[] = "::ffff:";
    socklen_t len = from->sa_family == AF_INET6 ? (socklen_t)sizeof(struct sockaddr_in6)
                                                : (socklen_t)sizeof(struct sockaddr_in);
    if (getnameinfo(from, len, out, NI_MAXHOST, NULL, 0, NI_NUMERICHOST) != 0)
        snprintf(out, NI_MAXHOST, "-");
    if (strncmp(out, mapped, sizeof mapped - 1) == 0 && strchr(out, '.'))
        memmove(out, out + sizeof mapped - 1, strlen(out + sizeof mapped - 1) + 1);
}

void mzg_access_write(const struct mzg_access *a, const struct mzg_access_line *line)
{
    char host[NI_MAXHOST], date[40] = "-", size[24], text[NI_MAXHOST + 4 * MZG_QUOTE];
    char method[MZG_QUOTE], target[MZG_QUOTE], version[MZG_QUOTE];
    time_t now = time(NULL);
    struct tm tm;
    int n;
    if (a->fd < 0)
        return;
    write_address(host, line->from);
    if (gmtime_r(&now, &tm))
        strftime(date, sizeof date, "%d/%b/%Y:%H:%M:%S +0000", &tm);
    snprintf(size, sizeof size, "%llu", (unsigned long long)line->bytes);
    n = snprintf(text, sizeof text, "%s - - [%s] \"%s %s %s\" %u %s\n", host, date,
                 mzg_quote(method, line->method), mzg_quote(target, line->target),
                 mzg_quote(version, line->version), line->status, line->whole ? size : "-");
    if (n > 0 && (size_t)n < sizeof text && write(a->fd, text, (size_t)n) < 0)
        return; /* the disk is full, or the reader left: the next line may get through */
}
