/* request.c: what was asked; see faulty.h. */
#include "faulty.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Copies n bytes of what a client sent as far as there is room, without blanks and control bytes. */
static void keep(char *to, size_t room, const char *from, size_t n)
{
    size_t put = 0;
    for (size_t i = 0; i < n && put + 1 < room; i++) {
        if (from[i] > ' ' && from[i] < 127)
            to[put++] = from[i];
    }
    to[put] = '\0';
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : isxdigit((unsigned char)c) ? (c | 32) - 'a' + 10 : -1;
}

/* The path in a target, which may be a whole URL. False when it leaves the folder or is no path. */
static bool decode(struct mzg_request *r)
{
    const char *t = r->target;
    size_t put = 0;
    if (strncasecmp(t, "http://", 7) == 0)
        t = strchr(t + 7, '/');
    if (!t || *t != '/')
        return false;
    while (*t == '/')
        t++;
    for (; *t && *t != '?' && *t != '#'; t++) {
        char c = *t;
        if (c == '%') {
            if (digit(t[1]) < 0 || digit(t[2]) < 0)
                return false;
            c = (char)(digit(t[1]) * 16 + digit(t[2]));
            t += 2;
        }
        if (c == '\0')
            return false;
        r->path[put++] = c; /* never longer than the target */
    }
    r->path[put] = '\0';
    char wrapped[sizeof r->path + 2];
    snprintf(wrapped, sizeof wrapped, "/%s/", r->path);
    return !strstr(wrapped, "/../");
}

static bool first_line(struct mzg_request *r, const char *line, size_t n)
{
    const char *end = line + n;
    const char *one = memchr(line, ' ', n);
    const char *two = one ? memchr(one + 1, ' ', (size_t)(end - one - 1)) : NULL;
    if (!two || (size_t)(one - line) >= sizeof r->method || (size_t)(two - one) > sizeof r->target)
        return false;
    keep(r->method, sizeof r->method, line, (size_t)(one - line));
    keep(r->target, sizeof r->target, one + 1, (size_t)(two - one - 1));
    size_t version = (size_t)(end - two - 1);
    if (version != 8 || memcmp(two + 1, "HTTP/1.", 7) != 0)
        return false;
    r->old = r->close = two[8] == '0';
    return decode(r);
}

static void header(struct mzg_request *r, const char *line, size_t n)
{
    static const char *const names[] = {"range:",      "if-range:",       "if-none-match:",
                                        "connection:", "content-length:", "transfer-encoding:"};
    char value[256];
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        size_t len = strlen(names[i]);
        if (n < len || strncasecmp(line, names[i], len) != 0)
            continue;
        keep(value, sizeof value, line + len, n - len);
        if (i == 0 && n - len < sizeof r->range)
            keep(r->range, sizeof r->range, line + len, n - len);
        else if (i == 1)
            snprintf(r->if_range, sizeof r->if_range, "%.*s", (int)sizeof r->if_range - 1, value);
        else if (i == 2)
            snprintf(r->if_none_match, sizeof r->if_none_match, "%s", value);
        else if (i == 3 && strcasestr(value, "close"))
            r->close = true;
        else if (i == 3 && strcasestr(value, "keep-alive"))
            r->close = false;
        else if (i > 3 && strcmp(value, "0") != 0)
            r->close = true; /* a body, which nobody here reads */
    }
}

enum mzg_parsed mzg_request_parse(struct mzg_request *r, const char *data, size_t n)
{
    const char *end = memmem(data, n, "\r\n\r\n", 4);
    *r = (struct mzg_request){.bytes = n};
    if (!end)
        return MZG_PARSED_MORE;
    r->bytes = (size_t)(end - data) + 4;
    bool first = true;
    while (data <= end) {
        const char *stop = memmem(data, (size_t)(end + 2 - data), "\r\n", 2);
        size_t length = (size_t)(stop - data);
        if (first && !first_line(r, data, length))
            return MZG_PARSED_BAD;
        if (!first)
            header(r, data, length);
        first = false;
        data = stop + 2;
    }
    return MZG_PARSED_WHOLE;
}

/* Digits up to *end; -1 where there are none or too many. */
static int64_t number(const char *s, const char **end)
{
    int64_t v = 0;
    const char *p = s;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (p - s == 18)
            return -1;
        v = v * 10 + (*p - '0');
    }
    *end = p;
    return p > s ? v : -1;
}

enum mzg_ranged mzg_range_parse(const char *range, int64_t size, int64_t *from, int64_t *length)
{
    const char *p = range + 6;
    if (strncasecmp(range, "bytes=", 6) != 0 || strchr(p, ','))
        return MZG_RANGE_NONE;
    if (*p == '-') {
        int64_t last = number(p + 1, &p);
        if (last < 0 || *p)
            return MZG_RANGE_NONE;
        *length = last < size ? last : size;
        *from = size - *length;
        return *length > 0 ? MZG_RANGE_PART : MZG_RANGE_BEYOND;
    }
    int64_t last = size - 1;
    *from = number(p, &p);
    if (*from < 0 || *p++ != '-')
        return MZG_RANGE_NONE;
    if (*p) {
        last = number(p, &p);
        if (last < *from || *p)
            return MZG_RANGE_NONE;
        last = last < size ? last : size - 1;
    }
    *length = last - *from + 1;
    return *from < size ? MZG_RANGE_PART : MZG_RANGE_BEYOND;
}
