/* exchange.h: a request and its answer.
 *
 * A room that answers (route.h) looks at the exchange's URL and calls one of the mzg_answer functions,
 * once. All answers say how long they may be kept and that their type is not to be guessed. */
#ifndef MZG_NET_SERVE_EXCHANGE_H
#define MZG_NET_SERVE_EXCHANGE_H

#include "base/buf.h"
#include "range.h"
#include "server.h"
#include <microhttpd.h>

#define MZG_KEEP_FOREVER "public, max-age=31536000, immutable" /* never another under this name */
#define MZG_KEEP_ASKING "no-cache" /* may be kept, but is asked about before it is used again */
#define MZG_KEEP_NEVER "no-store"

struct mzg_exchange {
    struct mzg_server *server;
    struct MHD_Connection *connection;
    int fd;             /* of the connection */
    struct mzg_client *client;
    bool head;
    bool paced;         /* its transfer takes part in the rate */
    const char *method, *version, *url; /* as sent; live as long as the request */
    unsigned status;    /* of the answer; 0: none yet */
    uint64_t bytes;     /* of its body */
    const struct mzg_shelf *shelf; /* mzg_exchange_shelf */
    bool posted;         /* with a body: only where the route takes one (body.h) */
    struct mzg_buf body; /* all of it, once the route is asked */
};

/* A field of the request: NULL when it is not there, "" when it is there twice. */
const char *mzg_exchange_field(const struct mzg_exchange *x, const char *name);

/* The bundles there are, the same for as long as the exchange lasts; NULL when memory is out. */
const struct mzg_shelf *mzg_exchange_shelf(struct mzg_exchange *x);

/* A field that only some answers have. */
struct mzg_field {
    const char *name, *value;
};

/* The fields of the answer; NULL: left out. */
struct mzg_answer {
    unsigned status;
    const char *type;
    const char *keep;  /* MZG_KEEP_... */
    const char *etag;
    bool last;         /* the connection ends with it */
    bool parts;        /* parts of it may be asked for; mzg_answer_payload sets it */
    const struct mzg_field *more; /* ends with one without a name */
};

/* A text of this program's, or one that is freed with free() when it has been sent. Where it has an ETag, a
 * client that has it already gets 304 (or 412) instead; a part of it is not sent. */
enum MHD_Result mzg_answer_text(struct mzg_exchange *x, const struct mzg_answer *a,
                                const char *text);
enum MHD_Result mzg_answer_given(struct mzg_exchange *x, const struct mzg_answer *a, char *text);
/* A status and its meaning. */
enum MHD_Result mzg_answer_status(struct mzg_exchange *x, unsigned status, bool last);

/* Bytes to be sent: a file's, or such as are made while they are sent. */
struct mzg_payload {
    uint64_t size;
    int fd;    /* of the file; -1: they are made */
    void *ctx; /* for these, only then: */
    /* Up to max (1 or more) bytes from offset on, which lies before the end -> out: how many, 1 or more. -1: the
     * transfer breaks off. */
    ssize_t (*give)(void *ctx, uint64_t offset, char *out, size_t max);
    void (*close)(void *ctx);
};

/* The payload, or what the request asks of it: 200, 206, 304, 412 or 416. a has everything but the status, an
 * etag among it. Takes the payload over. */
enum MHD_Result mzg_answer_payload(struct mzg_exchange *x, const struct mzg_answer *a,
                                   const struct mzg_payload *p);
/* The same for a file; closes f. */
enum MHD_Result mzg_answer_file(struct mzg_exchange *x, const struct mzg_answer *a,
                                struct mzg_file *f);

#endif
