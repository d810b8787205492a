/* answer.c: what a good server says, and the head of what is said in the end; see faulty.h. */
#include "faulty.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void date(char *to, size_t room, time_t t)
{
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(to, room, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

static const char *reason(int status)
{
    static const struct {
        int status;
        const char *words;
    } known[] = {
        {200, "OK"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {416, "Range Not Satisfiable"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].status == status)
            return known[i].words;
    }
    return "Something";
}

static const char *type_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    if (dot && strcmp(dot, ".json") == 0)
        return "application/json";
    return dot && strcmp(dot, ".html") == 0 ? "text/html; charset=utf-8" : "application/octet-stream";
}

void mzg_answer_text(struct mzg_answer *a, int status, const char *type, const char *text)
{
    if (a->fd >= 0)
        close(a->fd);
    free(a->text);
    a->fd = -1;
    a->text = strdup(text);
    a->text_length = a->length = a->told_length = (int64_t)strlen(text);
    a->status = status;
    a->type = type;
    a->from = 0;
}

/* ---- the good answer ---- */

static bool open_file(struct mzg_answer *a, const char *root, const char *path)
{
    char name[4200];
    struct stat st;
    if (snprintf(name, sizeof name, "%s/%s", root, path) >= (int)sizeof name)
        return false;
    a->fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (a->fd >= 0 && fstat(a->fd, &st) == 0 && S_ISREG(st.st_mode)) {
        a->size = st.st_size;
        snprintf(a->etag, sizeof a->etag, "\"%llx-%llx%08lx\"", (unsigned long long)st.st_size,
                 (unsigned long long)st.st_mtim.tv_sec, (unsigned long)st.st_mtim.tv_nsec);
        date(a->modified, sizeof a->modified, st.st_mtim.tv_sec);
        return true;
    }
    if (a->fd >= 0)
        close(a->fd);
    a->fd = -1;
    return false;
}

/* Whether If-None-Match names this file: "*", or a list of tags, which may be weak. */
static bool known_to(const struct mzg_request *r, const struct mzg_answer *a)
{
    return strcmp(r->if_none_match, "*") == 0 || strstr(r->if_none_match, a->etag) != NULL;
}

/* A range is of use only of the file that the client knows. */
static bool same_file(const struct mzg_request *r, const struct mzg_answer *a)
{
    char plain[sizeof a->modified]; /* as request.c keeps values: without blanks */
    size_t put = 0;
    for (const char *p = a->modified; *p; p++) {
        if (*p != ' ')
            plain[put++] = *p;
    }
    plain[put] = '\0';
    return !*r->if_range || strcmp(r->if_range, a->etag) == 0 || strcmp(r->if_range, plain) == 0;
}

void mzg_answer_file(struct mzg_answer *a, const struct mzg_request *r, const char *root,
                     const char *path)
{
    enum mzg_ranged ranged = MZG_RANGE_NONE;
    if (!open_file(a, root, path)) {
        mzg_answer_text(a, 404, "text/plain", "not found\n");
        return;
    }
    if (known_to(r, a)) {
        mzg_answer_text(a, 304, NULL, "");
        return;
    }
    a->type = type_of(path);
    /* A HEAD's range means nothing (RFC 9110, 14.2). */
    bool parts = !a->silent && same_file(r, a);
    if (parts && mzg_answer_parts(a, r))
        return;
    if (parts)
        ranged = mzg_range_parse(r->range, a->size, &a->from, &a->length);
    if (ranged == MZG_RANGE_BEYOND) {
        mzg_answer_text(a, 416, "text/plain", "no such bytes\n");
        return;
    }
    if (ranged == MZG_RANGE_NONE) {
        a->from = 0;
        a->length = a->size;
    }
    a->status = ranged == MZG_RANGE_PART ? 206 : 200;
    a->told_from = a->from;
    a->told_length = a->length;
}

/* ---- the head ---- */

static void write_fields(const struct mzg_answer *a, FILE *out)
{
    bool file = a->fd >= 0 || a->status == 304;
    if (file)
        fprintf(out, "ETag: %s\r\nLast-Modified: %s\r\nAccept-Ranges: bytes\r\n", a->etag, a->modified);
    if (a->type)
        fprintf(out, "Content-Type: %s\r\n", a->type);
    if (a->status == 206 && file)
        fprintf(out, "Content-Range: bytes %lld-%lld/%lld\r\n", (long long)a->told_from,
                (long long)(a->told_from + a->length - 1), (long long)a->size);
    if (a->status == 416)
        fprintf(out, "Content-Range: bytes */%lld\r\n", (long long)a->size);
    if (a->status == 405)
        fprintf(out, "Allow: GET, HEAD\r\n");
    if (a->chunked)
        fprintf(out, "Transfer-Encoding: chunked\r\n");
    else if (a->told_length >= 0 && a->status != 304)
        fprintf(out, "Content-Length: %lld\r\n", (long long)a->told_length);
    if (a->gzip)
        fprintf(out, "Content-Encoding: gzip\r\n");
    if (a->retry_after >= 0)
        fprintf(out, "Retry-After: %lld\r\n", (long long)a->retry_after);
    fputs(a->more, out);
    if (*a->location)
        fprintf(out, "Location: %s\r\n", a->location);
    for (int64_t left = a->filler, i = 0; left > 0; left -= 1024, i++)
        fprintf(out, "X-Filler-%lld: %0*d\r\n", (long long)i, 1000, 0);
}

static void write_head(struct mzg_answer *a)
{
    char now[40];
    FILE *out = open_memstream(&a->head, &a->head_length);
    if (!out)
        return;
    date(now, sizeof now, time(NULL));
    fprintf(out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", a->status, reason(a->status), now);
    write_fields(a, out);
    fprintf(out, "Connection: %s\r\n\r\n", a->close ? "close" : "keep-alive");
    fclose(out);
}

static void init(struct mzg_answer *a)
{
    *a = (struct mzg_answer){.fd = -1, .retry_after = -1, .flip = -1, .rule = "-"};
}

void mzg_answer_init(struct mzg_answer *a, const struct mzg_request *r, const char *root,
                     struct mzg_rules *rules)
{
    init(a);
    a->close = r->close;
    a->silent = strcmp(r->method, "HEAD") == 0;
    if (!a->silent && strcmp(r->method, "GET") != 0)
        mzg_answer_text(a, 405, "text/plain", "GET and HEAD only\n");
    else
        mzg_answer_file(a, r, root, r->path);
    mzg_misbehave(a, r, root, rules);
    if (r->old && a->chunked) { /* which HTTP/1.0 does not have */
        a->chunked = false;
        a->told_length = -1;
    }
    if (!a->chunked && a->told_length < 0)
        a->close = true;
    if (a->status != 0)
        write_head(a);
    if (a->silent)
        a->length = 0;
}

void mzg_answer_init_bad(struct mzg_answer *a, int status)
{
    init(a);
    a->close = true;
    mzg_answer_text(a, status, "text/plain", "what?\n");
    write_head(a);
}

void mzg_answer_clear(struct mzg_answer *a)
{
    if (a->fd >= 0)
        close(a->fd);
    free(a->text);
    free(a->head);
    init(a);
}

/* ---- the body ---- */

size_t mzg_answer_read(const struct mzg_answer *a, int64_t at, char *buffer, size_t n)
{
    size_t got = 0;
    if ((int64_t)n > a->length - at)
        n = (size_t)(a->length - at);
    if (a->fd >= 0) {
        ssize_t k = pread(a->fd, buffer, n, a->from + at);
        got = k > 0 ? (size_t)k : 0;
    } else if (at < a->text_length) {
        got = (size_t)(a->text_length - at) < n ? (size_t)(a->text_length - at) : n;
        memcpy(buffer, a->text + at, got);
    }
    if (got < n && (a->length == MZG_ENDLESS || a->fd < 0)) {
        memset(buffer + got, 0, n - got);
        got = n;
    }
    if (a->flip >= at && a->flip - at < (int64_t)got)
        buffer[a->flip - at] ^= (char)0xff;
    return got;
}
