/* faulty.h: the pieces of faulty, an HTTP server that misbehaves on command and counts what it sends.
 *
 * faulty.c     options, start and end
 * serve.c      the loop over connections: accepting, waiting, cutting all of them
 * conn.c       one connection, from a request's first byte to the last of its answer
 * request.c    what was asked
 * answer.c     what a good server says to it
 * multipart.c  several parts of a file in one answer
 * misbehave.c  what the rules make of that
 * rules.c      the rules as text
 * shape.c      how fast bytes may go
 *
 * One thread, one poll loop. All times are nanoseconds of the monotonic clock, all lengths int64_t. */
#ifndef MZG_TESTS_NET_FAULTY_H
#define MZG_TESTS_NET_FAULTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define MZG_MS INT64_C(1000000) /* a millisecond */
#define MZG_NEVER INT64_MAX
#define MZG_ENDLESS INT64_MAX

int64_t mzg_now(void);

/* ---- shape.c ---- */

/* How much may go through a line of so many bytes a second. Zeroed: no limit. */
struct mzg_bucket {
    int64_t rate;
    int64_t free_at; /* when all that was taken has gone through */
};

/* How many of `want` bytes may go now. */
int64_t mzg_bucket_may(const struct mzg_bucket *b, int64_t now, int64_t want);
void mzg_bucket_take(struct mzg_bucket *b, int64_t now, int64_t bytes);
/* When it is worth asking again after it said 0. */
int64_t mzg_bucket_ready(const struct mzg_bucket *b);

/* ---- request.c ---- */

struct mzg_request {
    char method[16];
    char target[1024];       /* as asked, blanks and control bytes replaced: for the log */
    char path[1024];         /* decoded, without the leading '/' and the query */
    char range[8192];        /* the header's value without blanks; "": none, or too long to be kept */
    char if_range[80];       /* "": none */
    char if_none_match[256]; /* "": none */
    bool old;                /* HTTP/1.0 */
    bool close;              /* nothing follows on this connection */
    size_t bytes;            /* of the request, on the wire */
};

enum mzg_parsed { MZG_PARSED_MORE, MZG_PARSED_WHOLE, MZG_PARSED_BAD };

/* Reads the request that these n bytes begin with; MORE: its end is not among them. */
enum mzg_parsed mzg_request_parse(struct mzg_request *r, const char *data, size_t n);

enum mzg_ranged { MZG_RANGE_NONE, MZG_RANGE_PART, MZG_RANGE_BEYOND };

/* What a Range header asks of `size` bytes. NONE where a server is to pass over it: no such header, not
 * understood, several ranges. */
enum mzg_ranged mzg_range_parse(const char *range, int64_t size, int64_t *from, int64_t *length);

/* ---- rules.c ---- */

enum mzg_kind {
    MZG_KIND_FAULT,   /* what happens to an answer; one of them strikes */
    MZG_KIND_SHAPE,   /* how it is sent; adds to the others */
    MZG_KIND_ACCEPT,  /* strikes a connection before anything is asked */
    MZG_KIND_SETTING, /* of the whole server, while the rule is in the file */
};

/* Which answers a rule passes over, and does not count. */
enum mzg_needs {
    MZG_NEEDS_NOTHING,
    MZG_NEEDS_BODY,   /* a GET whose answer has bytes of a file */
    MZG_NEEDS_LONGER, /* ... more of them than the rule's number */
    MZG_NEEDS_OFFSET, /* ... among them the file's byte at the rule's number */
    MZG_NEEDS_RANGE,  /* a part is asked for and there */
};

/* Name in C, name in rules; arguments: n a number, t a text, in capitals where it may be left out. */
#define MZG_ACTIONS(X)                                                                             \
    X(cut, "cut", "n", FAULT, LONGER)                                                              \
    X(truncate, "truncate", "n", FAULT, LONGER)                                                    \
    X(stall, "stall", "nN", FAULT, LONGER)                                                         \
    X(corrupt, "corrupt", "n", FAULT, OFFSET)                                                      \
    X(corrupt_always, "corrupt-always", "", FAULT, BODY)                                           \
    X(wrong_length, "wrong-length", "n", FAULT, BODY)                                              \
    X(wrong_range, "wrong-range", "T", FAULT, RANGE)                                               \
    X(ignore_range, "ignore-range", "", FAULT, RANGE)                                              \
    X(status, "status", "nN", FAULT, NOTHING)                                                      \
    X(redirect, "redirect", "tN", FAULT, NOTHING)                                                  \
    X(portal, "portal", "", FAULT, NOTHING)                                                        \
    X(empty, "empty", "", FAULT, NOTHING)                                                          \
    X(hangup, "hangup", "", FAULT, NOTHING)                                                        \
    X(garbage, "garbage", "", FAULT, NOTHING)                                                      \
    X(chunked, "chunked", "", FAULT, BODY)                                                         \
    X(gzip, "gzip", "", FAULT, BODY)                                                               \
    X(huge_header, "huge-header", "N", FAULT, NOTHING)                                             \
    X(endless, "endless", "", FAULT, BODY)                                                         \
    X(missing, "missing", "", FAULT, NOTHING)                                                      \
    X(other, "other", "t", FAULT, NOTHING)                                                         \
    X(slow, "slow", "n", SHAPE, NOTHING)                                                           \
    X(drip, "drip", "", SHAPE, NOTHING)                                                            \
    X(delay, "delay", "n", SHAPE, NOTHING)                                                         \
    X(header, "header", "t", SHAPE, NOTHING)                                                       \
    X(refuse, "refuse", "", ACCEPT, NOTHING)                                                       \
    X(rate, "rate", "n", SETTING, NOTHING)                                                         \
    X(latency, "latency", "n", SETTING, NOTHING)                                                   \
    X(cut_every, "cut-every", "n", SETTING, NOTHING)                                               \
    X(cut_every_ms, "cut-every-ms", "n", SETTING, NOTHING)

enum mzg_action {
#define X(id, name, arguments, kind, needs) MZG_ACTION_##id,
    MZG_ACTIONS(X)
#undef X
        MZG_ACTION_COUNT
};

struct mzg_rule {
    enum mzg_action action;
    enum mzg_kind kind;
    enum mzg_needs needs;
    const char *name;
    int64_t count; /* how many times it may still strike; -1: always */
    int64_t after; /* so many answers get by first */
    int64_t every; /* then it strikes each such one; 0: each */
    int64_t seen;
    char glob[256];
    int64_t number;  /* the first number, -1: none */
    int64_t number2; /* the second */
    char text[512];
};

struct mzg_settings {
    int64_t rate;         /* bytes a second of all connections together, 0: no limit */
    int64_t latency;      /* ms before each answer */
    int64_t cut_every;    /* body bytes, 0: never */
    int64_t cut_every_ms; /* 0: never */
};

#define MZG_RULES_MOST 128

struct mzg_rules {
    const char *file;             /* NULL: none */
    struct mzg_settings defaults; /* those of the command line */
    struct mzg_settings settings; /* with what the rules say */
    struct mzg_rule rule[MZG_RULES_MOST];
    size_t n;
    struct timespec changed; /* which version of the file was read */
    uint64_t inode;
    int64_t size;
};

/* Reads the file again when it is another one than last time. A file with a mistake is reported on
 * stderr, leaves the rules as they were, and gives false. */
bool mzg_rules_refresh(struct mzg_rules *rules);

/* What a rule may ask about an answer. */
struct mzg_facts {
    const char *path;
    bool body;            /* it is a GET and bytes of a file are sent */
    bool part;            /* because a part was asked for */
    int64_t from, length; /* of these bytes in the file */
};

/* Whether it strikes this answer, which counts. */
bool mzg_rule_strikes(struct mzg_rule *rule, const struct mzg_facts *facts);

/* ---- answer.c ---- */

enum mzg_strike { MZG_STRIKE_NONE, MZG_STRIKE_CUT, MZG_STRIKE_END, MZG_STRIKE_STALL };

struct mzg_answer {
    int status; /* 0: what is sent is no HTTP */
    int fd;     /* what the body is read from; -1: text, and zeros behind it */
    char *text; /* malloc'd */
    int64_t text_length;
    int64_t size;   /* of the file */
    int64_t from;   /* where in it the body begins */
    int64_t length; /* of the body, as it is sent; may be MZG_ENDLESS */
    bool silent;    /* HEAD: the body is told of and not sent */
    bool close;
    /* What the head says. */
    char etag[40], modified[40];
    const char *type;
    int64_t told_from;   /* in Content-Range */
    int64_t told_length; /* Content-Length; -1: none */
    bool chunked, gzip;
    int64_t filler;      /* bytes of useless header lines */
    int64_t retry_after; /* -1: none */
    char more[1024];     /* header lines that rules add */
    char location[1600];
    char *head; /* malloc'd */
    size_t head_length;
    /* How it is sent. */
    int64_t flip; /* the byte of the body that is changed; -1: none */
    enum mzg_strike strike;
    int64_t strike_at; /* after so many bytes of the body */
    int64_t stall_ms;  /* 0: for ever */
    int64_t delay_ms;
    int64_t slow;  /* bytes a second, 0: no limit */
    char rule[80]; /* names of the rules that struck, joined by '+'; "-": none */
};

/* What is said to r: by a good server, then by the rules. To be cleared. */
void mzg_answer_init(struct mzg_answer *a, const struct mzg_request *r, const char *root,
                     struct mzg_rules *rules);
/* For what is no request. */
void mzg_answer_init_bad(struct mzg_answer *a, int status);
void mzg_answer_clear(struct mzg_answer *a);

/* Pieces of these, for misbehave.c. */
void mzg_answer_file(struct mzg_answer *a, const struct mzg_request *r, const char *root,
                     const char *path);
void mzg_answer_text(struct mzg_answer *a, int status, const char *type, const char *text);

/* Of a file that is open: the several ranges that r asks for, as multipart/byteranges, when it does and they
 * are all there and not more than the file; else false, and nothing has changed. */
bool mzg_answer_parts(struct mzg_answer *a, const struct mzg_request *r);

/* Up to n bytes of the body, from its byte `at` on, into buffer; 0: only the file could say why. */
size_t mzg_answer_read(const struct mzg_answer *a, int64_t at, char *buffer, size_t n);

/* ---- misbehave.c ---- */

void mzg_misbehave(struct mzg_answer *a, const struct mzg_request *r, const char *root,
                   struct mzg_rules *rules);

/* ---- conn.c ---- */

#define MZG_REQUEST_MOST 16384 /* bytes */
#define MZG_PIECE 16384        /* of a body, between two looks at the other connections */

enum mzg_state {
    MZG_CONN_READING,  /* for the rest of a request, or for its first byte */
    MZG_CONN_WAITING,  /* for the time to answer */
    MZG_CONN_SENDING,
    MZG_CONN_STALLED,
    MZG_CONN_DRAINING, /* until the last byte before a cut is out */
    MZG_CONN_LEAVING,  /* our side is closed; so that what was sent arrives, we read on */
    MZG_CONN_OVER,
};

struct mzg_conn {
    int fd;
    unsigned number;
    enum mzg_state state;
    int64_t wake;  /* when it has something to do without being asked */
    bool blocked;  /* the socket takes no more for now */
    bool answered; /* it has had an answer */
    struct mzg_request request;
    struct mzg_answer answer;
    struct mzg_bucket slow;
    int64_t head_sent, body_sent; /* bytes, on the wire */
    int64_t body_read;            /* bytes of the body that have been put into out */
    char in[MZG_REQUEST_MOST];
    size_t n_in;
    char out[MZG_PIECE + 32]; /* a piece of the body, and its frame where it is chunked */
    size_t n_out, out_at;
};

struct mzg_server {
    const char *root;
    int listener;
    int log; /* -1: none */
    struct mzg_rules rules;
    struct mzg_bucket line;
    struct mzg_settings known; /* as they were when it last looked */
    int64_t body_sent;         /* of all connections, since the last cut of all */
    int64_t next_cut;          /* when all are cut; MZG_NEVER */
    unsigned accepted;
};

struct mzg_conn *mzg_conn_new(int fd, unsigned number);
void mzg_conn_free(struct mzg_conn *c);
/* What poll should look for. */
short mzg_conn_events(const struct mzg_conn *c);
/* Does what there is to do; its state is OVER at its end. */
void mzg_conn_step(struct mzg_server *s, struct mzg_conn *c, short events, int64_t now);
/* Ends it at once: by a reset, with a line in the log when it was at something. */
void mzg_conn_cut(struct mzg_server *s, struct mzg_conn *c, const char *how, const char *rule);
/* The line of a connection that was closed without a word. */
void mzg_log_refused(const struct mzg_server *s, unsigned number);

/* ---- serve.c ---- */

/* Serves until *end. */
void mzg_serve(struct mzg_server *s, const volatile int *end);

#endif
