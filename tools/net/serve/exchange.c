#include "exchange.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define BLOCK ((size_t)64 << 10)

/* ---- the request ---- */

struct lookup {
    const char *name;
    const char *value;
};

static enum MHD_Result look(void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct lookup *l = ctx;
    (void)kind;
    if (strcasecmp(key, l->name) == 0)
        l->value = l->value || !value ? "" : value;
    return MHD_YES;
}

const char *mzg_exchange_field(const struct mzg_exchange *x, const char *name)
{
    struct lookup l = {name, NULL};
    MHD_get_connection_values(x->connection, MHD_HEADER_KIND, look, &l);
    return l.value;
}

const struct mzg_shelf *mzg_exchange_shelf(struct mzg_exchange *x)
{
    if (!x->shelf)
        x->shelf = mzg_shelf_take(x->server->shelves);
    return x->shelf;
}

/* ---- answers ---- */

static bool add(struct MHD_Response *r, const char *name, const char *value)
{
    return !value || MHD_add_response_header(r, name, value) == MHD_YES;
}

static bool add_more(struct MHD_Response *r, const struct mzg_field *more)
{
    for (; more && more->name; more++) {
        if (!add(r, more->name, more->value))
            return false;
    }
    return true;
}

/* Takes r over; range: of a part, or of what there would be. */
static enum MHD_Result answer(struct mzg_exchange *x, const struct mzg_answer *a, const char *range,
                            struct MHD_Response *r)
{
    enum MHD_Result result = MHD_NO;
    bool last = a->last || atomic_load(&x->server->ending);
    if (!r)
        return MHD_NO;
    x->status = a->status;
    if (add(r, "Content-Type", a->type) && add(r, "Cache-Control", a->keep) &&
        add(r, "ETag", a->etag) && add(r, "Content-Range", range) &&
        add(r, "Accept-Ranges", a->parts ? "bytes" : NULL) && add_more(r, a->more) &&
        add(r, "Allow", a->status == 405 ? "GET, HEAD" : NULL) &&
        add(r, "X-Content-Type-Options", "nosniff") && add(r, "Connection", last ? "close" : NULL))
        result = MHD_queue_response(x->connection, a->status, r);
    MHD_destroy_response(r);
    return result;
}

static enum MHD_Result send_text(struct mzg_exchange *x, const struct mzg_answer *a,
                                 const char *range, char *text, enum MHD_ResponseMemoryMode mode)
{
    size_t n = strlen(text);
    x->bytes = x->head ? 0 : n;
    return answer(x, a, range, MHD_create_response_from_buffer(n, text, mode));
}

/* What the request is for, of something that has this ETag and so many bytes. */
static struct mzg_part decide(const struct mzg_exchange *x, const char *etag, uint64_t size, bool parts)
{
    struct mzg_part part;
    mzg_range_decide(&part,
                     &(struct mzg_asked){x->head, parts ? mzg_exchange_field(x, "Range") : NULL,
                                         mzg_exchange_field(x, "If-Range"),
                                         mzg_exchange_field(x, "If-Match"),
                                         mzg_exchange_field(x, "If-None-Match")},
                     etag, size);
    return part;
}

/* With 304 the library sends the fields and no body; with 412 there is none. */
static enum MHD_Result send_conditionally(struct mzg_exchange *x, const struct mzg_answer *a, char *text,
                                          enum MHD_ResponseMemoryMode mode)
{
    struct mzg_answer decided = *a;
    enum MHD_Result result;
    if (a->etag && a->status == 200)
        decided.status = decide(x, a->etag, strlen(text), false).status;
    if (decided.status == 200 || decided.status == a->status)
        return send_text(x, &decided, NULL, text, mode);
    result = decided.status == 304 ? send_text(x, &decided, NULL, text, mode)
                                   : mzg_answer_status(x, decided.status, false);
    if (decided.status == 304)
        x->bytes = 0;
    else if (mode == MHD_RESPMEM_MUST_FREE)
        free(text);
    return result;
}

enum MHD_Result mzg_answer_text(struct mzg_exchange *x, const struct mzg_answer *a, const char *text)
{
    return send_conditionally(x, a, (char *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result mzg_answer_given(struct mzg_exchange *x, const struct mzg_answer *a, char *text)
{
    return send_conditionally(x, a, text, MHD_RESPMEM_MUST_FREE);
}

enum MHD_Result mzg_answer_status(struct mzg_exchange *x, unsigned status, bool last)
{
    struct mzg_answer a = {.status = status, .type = "text/plain; charset=utf-8", .keep = MZG_KEEP_ASKING,
                           .last = last};
    char text[80];
    snprintf(text, sizeof text, "%u %s\n", status, MHD_get_reason_phrase_for(status));
    return send_text(x, &a, NULL, text, MHD_RESPMEM_MUST_COPY);
}

/* ---- transfers: of payloads that are made while they are sent, or held back to a rate ---- */

struct transfer {
    struct mzg_exchange *x;
    struct mzg_payload payload;
    struct mzg_nap nap;
    uint64_t from, length;
    size_t allowed; /* by the rate, and not given yet */
};

static ssize_t read_payload(const struct mzg_payload *b, uint64_t offset, char *out, size_t n)
{
    if (b->fd < 0)
        return b->give(b->ctx, offset, out, n);
    ssize_t got = pread(b->fd, out, n, (off_t)offset);
    return got > 0 ? got : -1; /* it has become shorter */
}

static void close_payload(const struct mzg_payload *b)
{
    if (b->fd >= 0)
        close(b->fd);
    else
        b->close(b->ctx);
}

/* How many of n bytes the rate allows; 0: the connection sleeps. */
static size_t ask(struct transfer *t, size_t n)
{
    struct mzg_pacer *pacer = t->x->server->pacer;
    if (!pacer)
        return n;
    if (!t->x->paced) {
        mzg_pacer_join(pacer, &t->x->client->pace);
        t->x->paced = true;
    }
    if (t->allowed == 0)
        t->allowed = mzg_pacer_ask(pacer, &t->x->client->pace, &t->nap, n);
    return n < t->allowed ? n : t->allowed;
}

static ssize_t give(void *ctx, uint64_t position, char *out, size_t max)
{
    struct transfer *t = ctx;
    uint64_t left = t->length - position;
    size_t n = left < max ? (size_t)left : max;
    ssize_t got;
    if (atomic_load(&t->x->server->cut))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    n = ask(t, n);
    if (n == 0)
        return 0;
    got = read_payload(&t->payload, t->from + position, out, n);
    if (got <= 0)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (t->allowed > 0)
        t->allowed -= (size_t)got;
    return got;
}

static void end_transfer(void *ctx)
{
    struct transfer *t = ctx;
    close_payload(&t->payload);
    free(t);
}

static struct MHD_Response *transfer_response(struct mzg_exchange *x, const struct mzg_payload *p,
                                              const struct mzg_part *part)
{
    struct transfer *t = malloc(sizeof *t);
    struct MHD_Response *r = NULL;
    if (t) {
        *t = (struct transfer){.x = x, .payload = *p, .nap = {.connection = x->connection},
                               .from = part->from, .length = part->length};
        r = MHD_create_response_from_callback(part->length, BLOCK, give, t, end_transfer);
    }
    if (!r) {
        free(t);
        close_payload(p);
    }
    return r;
}

/* ---- files, and other payloads ---- */

static struct MHD_Response *payload_response(struct mzg_exchange *x, const struct mzg_payload *p,
                                          const struct mzg_part *part)
{
    struct MHD_Response *r;
    bool sent = !x->head && part->status != 304;
    if (p->fd < 0 || (x->server->pacer && sent))
        return transfer_response(x, p, part);
    r = MHD_create_response_from_fd_at_offset64(part->length, p->fd, part->from);
    if (!r)
        close(p->fd);
    return r;
}

/* The Content-Range of a part, or of what there would be. */
static void describe(char *range, size_t room, const struct mzg_part *part, uint64_t size)
{
    if (part->status == 206)
        snprintf(range, room, "bytes %llu-%llu/%llu", (unsigned long long)part->from,
                 (unsigned long long)(part->from + part->length - 1), (unsigned long long)size);
    else
        snprintf(range, room, "bytes */%llu", (unsigned long long)size);
}

enum MHD_Result mzg_answer_payload(struct mzg_exchange *x, const struct mzg_answer *a,
                                   const struct mzg_payload *p)
{
    struct mzg_answer full = *a;
    struct mzg_part part = decide(x, a->etag, p->size, true);
    char range[80];
    full.parts = true;
    full.status = part.status;
    x->bytes = x->head ? 0 : part.length;
    describe(range, sizeof range, &part, p->size);
    if (part.status >= 300)
        full.type = NULL;
    if (part.status == 416)
        full.keep = MZG_KEEP_NEVER;
    /* The library sends no body with 304, and the length that there would be, as it should. */
    if (part.status == 304)
        part.length = p->size;
    if (part.length > 0)
        return answer(x, &full, part.status == 206 ? range : NULL, payload_response(x, p, &part));
    close_payload(p);
    return send_text(x, &full, part.status == 416 ? range : NULL, (char *)(uintptr_t)"",
                     MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result mzg_answer_file(struct mzg_exchange *x, const struct mzg_answer *a, struct mzg_file *f)
{
    struct mzg_payload payload = {.size = f->size, .fd = f->fd};
    f->fd = -1;
    mzg_file_close(f);
    return mzg_answer_payload(x, a, &payload);
}
