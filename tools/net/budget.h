/* budget.h: what a pull may cost: how fast, how much a day, at which hours, how long.
 *
 * What a day has cost is kept in a file of the user's, shared by all pulls and added to as they go, so that
 * a budget holds whatever is stopped and started. Days and hours are those of the machine's clock; a clock
 * that is set back does not give the day's budget a second time. */
#ifndef MZG_NET_BUDGET_H
#define MZG_NET_BUDGET_H

#include "base/error.h"
#include "tools/options.h"
#include <stdbool.h>
#include <stdint.h>

/* For the option tables of commands that fetch. */
#define MZG_OPTIONS_BUDGET                                                                           \
    {"limit-rate", 0, "RATE", 0, "Fetches at most so many bytes a second (64k, 1.5M)."},             \
    {"budget", 0, "SIZE[/day]", 0, "Fetches at most so many bytes: in this run, or with /day in a "  \
     "day by this user in all runs together, going on the next day."},                               \
    {"window", 0, "HH:MM-HH:MM", 0, "Fetches only at these hours (22:00-05:00), waiting for them."}, \
    {"stop-after", 0, "TIME", 0, "Stops after so long (90s, 30m, 2h), keeping what came."},          \
    {"no-wait", 0, NULL, 0, "Ends with status 7 where it would wait for the next day or hour."}

struct mzg_budget {
    uint64_t rate;        /* bytes a second; 0: any */
    uint64_t size;        /* bytes; 0: any */
    bool daily;
    bool hours;
    unsigned from, to;    /* minutes of the day */
    uint64_t stop_after;  /* seconds; 0: never */
    bool no_wait;
    char *path;           /* of the file that knows the day; NULL: not daily */
    uint64_t spent;       /* of size: today, or in this run */
    uint64_t unsaved;     /* of that, not yet in the file */
    double start;         /* of the run; seconds of a clock that does not jump */
};

/* Reads the options, and the file. */
enum mzg_code mzg_budget_init(struct mzg_budget *b, const struct mzg_args *a, double now,
                              struct mzg_err *e) MZG_MUST;
void mzg_budget_clear(struct mzg_budget *b);

void mzg_budget_spend(struct mzg_budget *b, uint64_t bytes);
/* Bytes that may still be fetched now; UINT64_MAX: any. */
uint64_t mzg_budget_left(const struct mzg_budget *b);
/* Adds what was spent to the file, and learns of others', and of a new day. Call every few seconds. */
enum mzg_code mzg_budget_save(struct mzg_budget *b, struct mzg_err *e) MZG_MUST;

enum mzg_budget_state { MZG_BUDGET_GO, MZG_BUDGET_WAIT, MZG_BUDGET_END };
/* Whether to fetch now. at_no_cost: no byte would cost anything, so only stop_after counts. why: in words, for
 * the other two ("the day's 50 MB are used up"). */
enum mzg_budget_state mzg_budget_ask(const struct mzg_budget *b, bool at_no_cost, double now,
                                      char *why, size_t room);

#endif
