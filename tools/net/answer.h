/* answer.h: the head of an HTTP answer, read and judged. */
#ifndef MZG_NET_ANSWER_H
#define MZG_NET_ANSWER_H

#include "http.h"

struct mzg_head {
    unsigned status;
    bool has_range, has_length;
    bool bad_range;              /* a Content-Range that cannot be read */
    uint64_t first, last, total; /* of Content-Range; total 0: '*' */
    uint64_t length;             /* of Content-Length */
    bool page;                   /* text/html */
    bool encoded;                /* by other than identity */
    unsigned retry_after;
};

/* A line of it, n bytes, not terminated. A status line begins the next head. */
void mzg_head_line(struct mzg_head *h, const char *line, size_t n);

/* MZG_HTTP_RUNNING: its body may be what was asked for. Anything else: what it is, and in words. */
enum mzg_http_end mzg_head_judge(const struct mzg_head *h, const struct mzg_http_get *get, char *why,
                                 size_t room);

#endif
