/* conn.c: one connection, from a request's first byte to the last of its answer; see faulty.h. */
#include "faulty.h"
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct mzg_conn *mzg_conn_new(int fd, unsigned number)
{
    struct mzg_conn *c = calloc(1, sizeof *c);
    if (c) {
        c->fd = fd;
        c->number = number;
        c->wake = MZG_NEVER;
        c->answer.fd = -1;
    }
    return c;
}

void mzg_conn_free(struct mzg_conn *c)
{
    mzg_answer_clear(&c->answer);
    if (c->fd >= 0)
        close(c->fd);
    free(c);
}

short mzg_conn_events(const struct mzg_conn *c)
{
    if (c->state == MZG_CONN_READING || c->state == MZG_CONN_LEAVING)
        return POLLIN;
    return c->state == MZG_CONN_SENDING && c->blocked ? POLLOUT | POLLRDHUP : POLLRDHUP;
}

/* ---- the log ---- */

void mzg_log_refused(const struct mzg_server *s, unsigned number)
{
    if (s->log >= 0)
        dprintf(s->log, "- - - 0 0 0 refused 0 %u refuse\n", number);
}

static const char *or_dash(const char *s)
{
    return *s ? s : "-";
}

static void log_line(const struct mzg_server *s, const struct mzg_conn *c, const char *how,
                     const char *rule)
{
    if (s->log < 0)
        return;
    const struct mzg_request *r = &c->request;
    bool both = *rule && strcmp(c->answer.rule, "-") != 0;
    dprintf(s->log, "%s %s %s %d %lld %lld %s %zu %u %s%s%s\n", or_dash(r->method), or_dash(r->target),
            or_dash(r->range), c->answer.status, (long long)c->head_sent, (long long)c->body_sent, how,
            r->bytes, c->number, both || !*rule ? or_dash(c->answer.rule) : "", both ? "+" : "", rule);
}

/* ---- ends ---- */

/* What the socket took and has not sent: when the connection ends now, nobody ever gets it. */
static int64_t unsent(const struct mzg_conn *c)
{
    int n = 0;
    return ioctl(c->fd, SIOCOUTQNSD, &n) == 0 ? n : 0;
}

/* By a reset: what is still to be sent is dropped, as on a line that breaks. */
static void reset(struct mzg_conn *c)
{
    const struct linger at_once = {.l_onoff = 1};
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(c->fd);
    c->fd = -1;
    c->state = MZG_CONN_OVER;
}

void mzg_conn_cut(struct mzg_server *s, struct mzg_conn *c, const char *how, const char *rule)
{
    bool busy = c->state != MZG_CONN_READING && c->state != MZG_CONN_LEAVING;
    if (c->state == MZG_CONN_READING && c->n_in > 0) {
        mzg_answer_clear(&c->answer);
        c->head_sent = c->body_sent = 0;
        busy = true;
    }
    if (busy) {
        int64_t lost = unsent(c);
        int64_t of_body = lost < c->body_sent ? lost : c->body_sent;
        c->body_sent -= of_body;
        c->head_sent -= lost - of_body < c->head_sent ? lost - of_body : c->head_sent;
        log_line(s, c, how, rule);
    }
    reset(c);
}

static void leave(struct mzg_conn *c, int64_t now)
{
    shutdown(c->fd, SHUT_WR);
    c->state = MZG_CONN_LEAVING;
    c->wake = now + 2000 * MZG_MS;
}

/* An answer has gone out as far as it should. */
static void finish(struct mzg_server *s, struct mzg_conn *c, const char *how, int64_t now)
{
    bool closing = c->answer.close;
    log_line(s, c, how, "");
    mzg_answer_clear(&c->answer);
    c->n_in -= c->request.bytes;
    memmove(c->in, c->in + c->request.bytes, c->n_in);
    c->state = MZG_CONN_READING;
    c->wake = c->n_in > 0 ? now : MZG_NEVER; /* the next request is there already */
    if (closing)
        leave(c, now);
}

/* ---- reading ---- */

static void answer(struct mzg_server *s, struct mzg_conn *c, enum mzg_parsed parsed, int64_t now)
{
    mzg_rules_refresh(&s->rules);
    if (parsed == MZG_PARSED_WHOLE)
        mzg_answer_init(&c->answer, &c->request, s->root, &s->rules);
    else
        mzg_answer_init_bad(&c->answer, parsed == MZG_PARSED_BAD ? 400 : 431);
    /* A connection's first answer comes a latency later: nothing here could delay the handshake. */
    int64_t ms = s->rules.settings.latency * (c->answered ? 1 : 2) + c->answer.delay_ms;
    c->answered = true;
    c->head_sent = c->body_sent = c->body_read = 0;
    c->n_out = c->out_at = 0;
    c->blocked = false;
    c->slow = (struct mzg_bucket){.rate = c->answer.slow, .free_at = now};
    c->state = MZG_CONN_WAITING;
    c->wake = now + ms * MZG_MS;
}

static void read_on(struct mzg_server *s, struct mzg_conn *c, short events, int64_t now)
{
    if (events) {
        ssize_t n = recv(c->fd, c->in + c->n_in, sizeof c->in - c->n_in, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            mzg_conn_cut(s, c, "left", "");
            return;
        }
        c->n_in += (size_t)n;
    }
    enum mzg_parsed parsed = mzg_request_parse(&c->request, c->in, c->n_in);
    c->wake = MZG_NEVER;
    if (parsed != MZG_PARSED_MORE || c->n_in == sizeof c->in)
        answer(s, c, parsed, now);
}

static void read_off(struct mzg_conn *c, short events, int64_t now)
{
    ssize_t n = events ? recv(c->fd, c->in, sizeof c->in, MSG_DONTWAIT) : -1;
    if (n == 0 || now >= c->wake || (n < 0 && events && errno != EAGAIN))
        reset(c);
}

/* ---- sending ---- */

/* All of it is sent. */
static bool complete(const struct mzg_conn *c)
{
    const struct mzg_answer *a = &c->answer;
    if (c->head_sent < (int64_t)a->head_length || c->out_at < c->n_out)
        return false;
    return c->body_read < 0 || (c->body_read == a->length && !a->chunked);
}

/* The next piece of the body. False: the file has shrunk. */
static bool refill(struct mzg_conn *c)
{
    const struct mzg_answer *a = &c->answer;
    char *data = c->out;
    c->n_out = c->out_at = 0;
    if (a->chunked)
        data += 8; /* "4000\r\n" before it, "\r\n" behind it */
    size_t n = mzg_answer_read(a, c->body_read, data, MZG_PIECE);
    c->body_read += (int64_t)n;
    c->n_out = n;
    if (a->chunked) {
        char frame[9];
        snprintf(frame, sizeof frame, "%06zx\r\n", n);
        memcpy(c->out, frame, 8);
        memcpy(data + n, "\r\n", 2);
        c->n_out = n + 10;
        if (n == 0)
            c->body_read = -1; /* that was the last chunk, which is empty */
    }
    return c->n_out > 0;
}

/* How much the rules let go now. */
static int64_t allowed(const struct mzg_server *s, const struct mzg_conn *c, int64_t want, int64_t now)
{
    const struct mzg_settings *set = &s->rules.settings;
    const struct mzg_answer *a = &c->answer;
    if (c->head_sent == (int64_t)a->head_length) {
        if (a->strike != MZG_STRIKE_NONE && want > a->strike_at - c->body_sent)
            want = a->strike_at - c->body_sent;
        if (set->cut_every > 0 && want > set->cut_every - s->body_sent)
            want = set->cut_every - s->body_sent;
    }
    want = mzg_bucket_may(&s->line, now, want);
    return mzg_bucket_may(&c->slow, now, want);
}

/* True when the answer has come to where something happens to it. */
static bool struck(struct mzg_server *s, struct mzg_conn *c, int64_t now)
{
    struct mzg_answer *a = &c->answer;
    if (a->strike == MZG_STRIKE_NONE || c->head_sent < (int64_t)a->head_length ||
        c->body_sent < a->strike_at)
        return false;
    if (a->strike == MZG_STRIKE_CUT) {
        c->state = MZG_CONN_DRAINING;
        c->wake = now;
    } else if (a->strike == MZG_STRIKE_STALL) {
        c->state = MZG_CONN_STALLED;
        c->wake = a->stall_ms > 0 ? now + a->stall_ms * MZG_MS : MZG_NEVER;
    } else {
        finish(s, c, "truncated", now);
    }
    a->strike = MZG_STRIKE_NONE;
    return true;
}

static void count(struct mzg_server *s, struct mzg_conn *c, bool head, int64_t n, int64_t now)
{
    mzg_bucket_take(&s->line, now, n);
    mzg_bucket_take(&c->slow, now, n);
    if (head) {
        c->head_sent += n;
        return;
    }
    c->body_sent += n;
    s->body_sent += n;
    c->out_at += (size_t)n;
}

static void send_on(struct mzg_server *s, struct mzg_conn *c, int64_t now)
{
    struct mzg_answer *a = &c->answer;
    bool head = c->head_sent < (int64_t)a->head_length;
    if (struck(s, c, now))
        return;
    if (!head && c->out_at == c->n_out && !complete(c) && !refill(c)) {
        a->close = true;
        finish(s, c, "truncated", now);
        return;
    }
    const char *data = head ? a->head + c->head_sent : c->out + c->out_at;
    int64_t want = head ? (int64_t)a->head_length - c->head_sent : (int64_t)(c->n_out - c->out_at);
    int64_t n = allowed(s, c, want < MZG_PIECE ? want : MZG_PIECE, now);
    c->blocked = false;
    c->wake = now;
    if (n <= 0) {
        int64_t line = mzg_bucket_ready(&s->line), slow = mzg_bucket_ready(&c->slow);
        c->wake = line > slow ? line : slow;
        return;
    }
    ssize_t put = send(c->fd, data, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put > 0) {
        count(s, c, head, put, now);
        if (complete(c)) /* before the client, which may know it, closes */
            finish(s, c, "whole", now);
    } else if (put < 0 && errno == EAGAIN) {
        c->blocked = true;
        c->wake = MZG_NEVER;
    } else {
        mzg_conn_cut(s, c, "left", "");
    }
}

void mzg_conn_step(struct mzg_server *s, struct mzg_conn *c, short events, int64_t now)
{
    bool gone = events & (POLLERR | POLLHUP | POLLRDHUP | POLLNVAL);
    if (c->state == MZG_CONN_READING) {
        read_on(s, c, events, now);
    } else if (c->state == MZG_CONN_LEAVING) {
        read_off(c, events, now);
    } else if (gone) {
        mzg_conn_cut(s, c, c->state == MZG_CONN_STALLED ? "stalled" : "left", "");
    } else if (c->state == MZG_CONN_DRAINING) {
        c->wake = now + MZG_MS;
        if (unsent(c) == 0)
            mzg_conn_cut(s, c, "cut", "");
    } else if ((c->state == MZG_CONN_WAITING || c->state == MZG_CONN_STALLED) && now >= c->wake) {
        c->state = MZG_CONN_SENDING;
        send_on(s, c, now);
    } else if (c->state == MZG_CONN_SENDING && (now >= c->wake || events & POLLOUT)) {
        send_on(s, c, now);
    }
}
