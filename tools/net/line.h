/* line.h: the line to the mirrors, as one pull uses it: who is asked, what it may cost, when to give up. */
#ifndef MZG_NET_LINE_H
#define MZG_NET_LINE_H

#include "base/progress.h"
#include "budget.h"
#include "http.h"
#include "mirrors.h"

struct mzg_line {
    struct mzg_http *http;
    struct mzg_mirrors mirrors;
    size_t first;       /* of them to ask for documents; where none was named the only one */
    unsigned connections; /* requests at a time to one mirror, at most */
    struct mzg_budget budget;
    const struct mzg_run *run;
    double give_up;     /* seconds without a byte after which there is no point in going on */
    double last_byte;   /* when one came; seconds of mzg_line_now */
    uint64_t requests;  /* made so far */
    double paced_from;  /* for the rate: so many bytes were taken since then */
    uint64_t paced;
    uint64_t wire;      /* bytes that came and went, as far as curl counts them */
    uint64_t local;     /* of these, on the local network */
    char why[256];      /* what the last failure was, and whose */
    char waiting[256];  /* what is being waited for, as people were told */
};

/* Seconds of a clock that does not jump. */
double mzg_line_now(void);

/* Bytes of a body arrive from m: fewer than n when the budget has no room for more. Returns when the rate
 * allows, or a signal asks for attention. What comes from the local network is free. */
size_t mzg_line_arrive(struct mzg_line *l, const struct mzg_mirror *m, size_t n);

/* A request for object i (SIZE_MAX: something else) of m has ended: the budget, the mirror and whoever
 * reads learn of it. */
void mzg_line_ended(struct mzg_line *l, struct mzg_mirror *m, size_t i, const struct mzg_http_answer *answer);
/* What m sent as `what` is not that. */
void mzg_line_lied(struct mzg_line *l, struct mzg_mirror *m, const char *what);

/* What several sent as `what` is not that. */
void mzg_line_mixed(struct mzg_line *l, const char *what);

/* Whether to fetch now. *go false: not now, and a little time has passed. MZG_LIMIT at the end of a budget,
 * MZG_NETWORK when there is no point in going on, MZG_STOPPED. */
enum mzg_code mzg_line_ask(struct mzg_line *l, bool *go, struct mzg_err *e) MZG_MUST;

/* Lets at most a fifth of a second pass, or until the next mirror may be asked. */
void mzg_line_pause(const struct mzg_line *l);

/* ", 12 minutes at 57 KiB/s, 3 days of 50 MB": what it will take to fetch so many bytes, as far as is known. */
void mzg_line_cost(const struct mzg_line *l, uint64_t bytes, char *text, size_t room);

/* "365 KiB over the network in 26 requests, 361 KiB of it local": what it has taken so far. */
void mzg_line_traffic(const struct mzg_line *l, char *text, size_t room);

/* A small file of the repository, from whichever of the sources (mirrors.h) has it; where none was named from
 * the first one, which is given up after a few failures when there are others. size: its bytes, or 0 when
 * only most is known. have: bytes that are here; take gets those that follow. Tries until it is there:
 * *absent: all of them say that there is no such file (and the result is MZG_OK). */
struct mzg_line_want {
    const char *path; /* "index.json" */
    uint64_t size, most;
    uint64_t (*have)(void *ctx);
    bool (*take)(void *ctx, const void *data, size_t n);
    bool (*restart)(void *ctx); /* forget what came; false: cannot */
    bool (*right)(void *ctx);   /* all is here: is it right? NULL: it is */
    void *ctx;
};
enum mzg_code mzg_line_fetch(struct mzg_line *l, const struct mzg_line_want *want, bool *absent,
                             struct mzg_err *e) MZG_MUST;

#endif
