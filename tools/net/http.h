/* http.h: GET over HTTP, many at a time, by libcurl; and what an answer is worth before it is believed.
 *
 * Whether bytes are the right ones is decided by their digests, elsewhere. Here an answer is refused as soon
 * as it cannot be what was asked for: another range or length, a web page where none was asked for (a
 * portal that wants a login), an encoding nobody asked for, a body that does not end. So a wrong answer
 * costs its head and not its body. Redirects are followed, a few, to http and https only. Proxies, name
 * servers and certificates are curl's usual. One thread. */
#ifndef MZG_NET_HTTP_H
#define MZG_NET_HTTP_H

#include "base/error.h"
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

enum mzg_http_end {
    MZG_HTTP_RUNNING,
    MZG_HTTP_DONE,        /* all bytes came */
    MZG_HTTP_CUT,         /* the link broke, stalled, or the body ended early */
    MZG_HTTP_UNREACHABLE, /* no connection came about */
    MZG_HTTP_ABSENT,      /* 404, 410 */
    MZG_HTTP_BUSY,        /* 429, 5xx */
    MZG_HTTP_WHOLE,       /* a range was asked for, and all from the beginning is on its way */
    MZG_HTTP_WRONG,       /* the answer cannot be what was asked for */
    MZG_HTTP_STOPPED,     /* the receiver did not want more */
};

/* A request. */
struct mzg_http_get {
    const char *url;
    uint64_t from;  /* first byte that is wanted */
    uint64_t size;  /* of the whole; 0: not known */
    uint64_t most;  /* with size 0: more is refused */
    uint64_t rate;  /* bytes a second that the receiver will take at most, by not returning; 0: any */
    uint64_t least; /* slower than so many for as long as patience lasts counts as broken; 0: 1 */
    bool local;     /* of the local network: without proxy and redirects, connected at once or not at all */
    /* The next bytes of the body. False stops. */
    bool (*take)(void *ctx, const void *data, size_t n);
    void *ctx;
};

struct mzg_http;

/* An answer. */
struct mzg_http_answer {
    enum mzg_http_end end;
    bool stalled;        /* MZG_HTTP_CUT for want of patience */
    uint64_t body;       /* bytes of body that came */
    uint64_t wire;       /* bytes in all: heads, bodies, as far as curl counts them */
    double seconds;      /* from the first byte of the body to the last */
    unsigned retry_after; /* seconds that the server asks for; 0: none */
    char why[256];       /* in words, for anything but MZG_HTTP_DONE */
};

/* patience: seconds without a byte after which a connection counts as broken. */
enum mzg_code mzg_http_new(struct mzg_http **h, unsigned patience, struct mzg_err *e) MZG_MUST;
void mzg_http_free(struct mzg_http *h); /* ends what is under way; NULL is fine */

struct mzg_transfer;

/* Starts it; get->url is copied, ctx has to live. */
enum mzg_code mzg_http_start(struct mzg_http *h, const struct mzg_http_get *get, struct mzg_transfer **t,
                             struct mzg_err *e) MZG_MUST;

/* Moves all that is under way, waiting at most so many milliseconds. */
enum mzg_code mzg_http_move(struct mzg_http *h, int wait_ms, struct mzg_err *e) MZG_MUST;

/* NULL while it is under way. */
const struct mzg_http_answer *mzg_transfer_answer(struct mzg_transfer *t);
/* Ends it wherever it is. NULL is fine. */
void mzg_transfer_free(struct mzg_transfer *t);

#endif
