#include "budget.h"

#include "amounts.h"
#include "base/file.h"
#include "base/json.h"
#include "tools/term.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAX 4096

/* ---- the day's file ---- */

static void today(char out[16])
{
    time_t t = time(NULL);
    struct tm tm = {0};
    localtime_r(&t, &tm);
    snprintf(out, 16, "%04d-%02d-%02d", (tm.tm_year + 1900) % 10000, tm.tm_mon % 12 + 1, tm.tm_mday % 32);
}

/* $XDG_STATE_HOME/mzigo/budget.json, or ~/.local/state/... */
static enum mzg_code find_path(char **path, struct mzg_err *e)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    struct mzg_dir dir = {.fd = -1};
    char *folder = NULL;
    if (state && *state == '/')
        folder = strdup(state);
    else if (asprintf(&folder, "%s/.local/state", home && *home == '/' ? home : "/var/tmp") < 0)
        folder = NULL;
    *path = NULL;
    if (!folder || asprintf(path, "%s/mzigo/budget.json", folder) < 0) {
        free(folder);
        return mzg_fail_memory(e, "path");
    }
    free(folder);
    char *slash = strrchr(*path, '/');
    *slash = '\0';
    enum mzg_code code = mzg_dir_create(&dir, *path, e);
    *slash = '/';
    mzg_dir_close(&dir);
    return code ? mzg_prefix(e, "the day's budget is kept there") : MZG_OK;
}

/* {"day": "2026-11-27", "bytes": 1234}; anything else counts as nothing spent. */
static uint64_t parse_day(const char *text, size_t len, const char *day)
{
    struct mzg_err ignored;
    json_t *root = NULL;
    const char *then = NULL;
    int64_t bytes = 0;
    if (mzg_json_parse(text, len, 0, MZG_JSON_TREE, &root, &ignored) != MZG_OK)
        return 0;
    if (mzg_json_text(root, "day", &then, &ignored) || strcmp(then, day) < 0 ||
        mzg_json_int(root, "bytes", 0, INT64_MAX, &bytes, &ignored))
        bytes = 0;
    json_decref(root);
    return (uint64_t)bytes;
}

/* Under a lock that all pulls of this user take: the file as it is, plus what this one has spent. */
static enum mzg_code add_to_file(struct mzg_budget *b, int fd, struct mzg_err *e)
{
    char day[16], text[FILE_MAX], q[MZG_QUOTE];
    today(day);
    ssize_t n = pread(fd, text, sizeof text, 0);
    uint64_t before = n > 0 ? parse_day(text, (size_t)n, day) : 0;
    b->spent = before + b->unsaved;
    int len = snprintf(text, sizeof text, "{\"day\": \"%s\", \"bytes\": %llu}\n", day,
                       (unsigned long long)b->spent);
    /* Padded, so that no crash in between leaves a shorter text with an older one's end. */
    while (len < 64)
        text[len++] = '\n';
    if (pwrite(fd, text, (size_t)len, 0) != len || ftruncate(fd, len) != 0)
        return mzg_fail_errno(e, "cannot write '%s'", mzg_quote(q, b->path));
    b->unsaved = 0;
    return MZG_OK;
}

enum mzg_code mzg_budget_save(struct mzg_budget *b, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    if (!b->path)
        return MZG_OK;
    int fd = open(b->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return mzg_fail_errno(e, "cannot open '%s'", mzg_quote(q, b->path));
    while (flock(fd, LOCK_EX) != 0 && errno == EINTR)
        continue;
    enum mzg_code code = add_to_file(b, fd, e);
    close(fd);
    return code;
}

/* ---- options ---- */

static enum mzg_code bad(const char *option, const char *form, const char *text, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --%s takes %s, not '%s'", option, form,
                    mzg_quote(q, text));
}

static enum mzg_code read_options(struct mzg_budget *b, const struct mzg_args *a, struct mzg_err *e)
{
    const char *rate = mzg_args_text(a, "limit-rate"), *size = mzg_args_text(a, "budget");
    const char *hours = mzg_args_text(a, "window"), *stop = mzg_args_text(a, "stop-after");
    b->no_wait = mzg_args_has(a, "no-wait");
    if (rate && !mzg_amount_bytes(rate, strlen(rate), &b->rate))
        return bad("limit-rate", "bytes a second (64k, 1.5M)", rate, e);
    if (size) {
        size_t n = strcspn(size, "/");
        b->daily = strcmp(size + n, "/day") == 0;
        if (!mzg_amount_bytes(size, n, &b->size) || (size[n] && !b->daily))
            return bad("budget", "bytes, or bytes a day (50M/day)", size, e);
    }
    b->hours = hours != NULL;
    if (hours && !mzg_amount_hours(hours, &b->from, &b->to))
        return bad("window", "hours of the day (22:00-05:00)", hours, e);
    if (stop && !mzg_amount_seconds(stop, &b->stop_after))
        return bad("stop-after", "a time (90s, 30m, 2h)", stop, e);
    return MZG_OK;
}

enum mzg_code mzg_budget_init(struct mzg_budget *b, const struct mzg_args *a, double now, struct mzg_err *e)
{
    *b = (struct mzg_budget){.start = now};
    enum mzg_code code = read_options(b, a, e);
    if (!code && b->daily)
        code = find_path(&b->path, e);
    return code ? code : mzg_budget_save(b, e);
}

void mzg_budget_clear(struct mzg_budget *b)
{
    free(b->path);
    *b = (struct mzg_budget){0};
}

/* ---- spending ---- */

void mzg_budget_spend(struct mzg_budget *b, uint64_t bytes)
{
    b->spent += bytes;
    b->unsaved += bytes;
}

uint64_t mzg_budget_left(const struct mzg_budget *b)
{
    if (!b->size)
        return UINT64_MAX;
    return b->spent < b->size ? b->size - b->spent : 0;
}

enum mzg_budget_state mzg_budget_ask(const struct mzg_budget *b, bool at_no_cost, double now,
                                      char *why, size_t room)
{
    char text[MZG_SIZE];
    unsigned wait = 0;
    time_t t = time(NULL);
    struct tm tm = {0};
    localtime_r(&t, &tm);
    if (b->stop_after && now - b->start >= (double)b->stop_after) {
        snprintf(why, room, "stopped after %s as asked", mzg_time_text(text, (double)b->stop_after));
        return MZG_BUDGET_END;
    }
    if (at_no_cost)
        return MZG_BUDGET_GO;
    if (mzg_budget_left(b) == 0) {
        snprintf(why, room, "the %sbudget of %s is used up", b->daily ? "day's " : "",
                 mzg_size_text(text, b->size));
        return b->daily && !b->no_wait ? MZG_BUDGET_WAIT : MZG_BUDGET_END;
    }
    if (b->hours && !mzg_hours_open(b->from, b->to, (unsigned)(tm.tm_hour * 60 + tm.tm_min), &wait)) {
        snprintf(why, room, "the hours for it begin in %u:%02u", wait / 60, wait % 60);
        return b->no_wait ? MZG_BUDGET_END : MZG_BUDGET_WAIT;
    }
    return MZG_BUDGET_GO;
}
