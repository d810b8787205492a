#include "answer.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- reading ---- */

struct text {
    const char *p, *end;
};

static void skip_blanks(struct text *t)
{
    while (t->p < t->end && (*t->p == ' ' || *t->p == '\t'))
        t->p++;
}

/* Digits; false when there are none, or too many. */
static bool take_number(struct text *t, uint64_t *out)
{
    const char *start = t->p;
    *out = 0;
    for (; t->p < t->end && *t->p >= '0' && *t->p <= '9'; t->p++) {
        if (*out > (UINT64_MAX - 9) / 10)
            return false;
        *out = *out * 10 + (uint64_t)(*t->p - '0');
    }
    return t->p > start;
}

static bool take_word(struct text *t, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(t->end - t->p) < n || strncasecmp(t->p, word, n) != 0)
        return false;
    t->p += n;
    return true;
}

/* "bytes 0-99/1000" */
static bool take_range(struct text *t, struct mzg_head *h)
{
    if (!take_word(t, "bytes"))
        return false;
    skip_blanks(t);
    if (!take_number(t, &h->first) || !take_word(t, "-") || !take_number(t, &h->last) || !take_word(t, "/"))
        return false;
    h->total = 0;
    return (take_word(t, "*") || take_number(t, &h->total)) && h->first <= h->last;
}

static void take_field(struct mzg_head *h, struct text *t)
{
    uint64_t n;
    if (take_word(t, "Content-Length:")) {
        skip_blanks(t);
        h->has_length = take_number(t, &h->length);
    } else if (take_word(t, "Content-Range:")) {
        skip_blanks(t);
        h->has_range = true;
        h->bad_range = !take_range(t, h);
    } else if (take_word(t, "Content-Type:")) {
        skip_blanks(t);
        h->page = take_word(t, "text/html") || take_word(t, "application/xhtml");
    } else if (take_word(t, "Content-Encoding:")) {
        skip_blanks(t);
        h->encoded = !take_word(t, "identity");
    } else if (take_word(t, "Retry-After:")) {
        skip_blanks(t);
        h->retry_after = take_number(t, &n) && n < 86400 ? (unsigned)n : 0;
    }
}

void mzg_head_line(struct mzg_head *h, const char *line, size_t n)
{
    struct text t = {line, line + n};
    uint64_t status = 0;
    if (!take_word(&t, "HTTP/")) {
        take_field(h, &t);
        return;
    }
    *h = (struct mzg_head){0};
    while (t.p < t.end && *t.p != ' ')
        t.p++;
    skip_blanks(&t);
    h->status = take_number(&t, &status) && status < 1000 ? (unsigned)status : 0;
}

/* ---- judging ---- */

static enum mzg_http_end judge_status(const struct mzg_head *h, char *why, size_t room)
{
    snprintf(why, room, "answers with status %u", h->status);
    if (h->status == 404 || h->status == 410)
        return MZG_HTTP_ABSENT;
    if (h->status == 408 || h->status == 425 || h->status == 429 || h->status >= 500)
        return MZG_HTTP_BUSY;
    return MZG_HTTP_WRONG;
}

static enum mzg_http_end judge_part(const struct mzg_head *h, const struct mzg_http_get *get, char *why,
                                    size_t room)
{
    if (!h->has_range || h->bad_range || h->first != get->from)
        return snprintf(why, room, "answers with another range than was asked for"), MZG_HTTP_WRONG;
    if (get->size && ((h->total && h->total != get->size) || h->last + 1 != get->size))
        return snprintf(why, room, "has %llu bytes of it, not %llu",
                        (unsigned long long)(h->total ? h->total : h->last + 1),
                        (unsigned long long)get->size), MZG_HTTP_WRONG;
    return MZG_HTTP_RUNNING;
}

static enum mzg_http_end judge_whole(const struct mzg_head *h, const struct mzg_http_get *get, char *why,
                                     size_t room)
{
    if (h->has_length && ((get->size && h->length != get->size) || (!get->size && h->length > get->most)))
        return snprintf(why, room, "has %llu bytes of it, not %s%llu", (unsigned long long)h->length,
                        get->size ? "" : "at most ",
                        (unsigned long long)(get->size ? get->size : get->most)), MZG_HTTP_WRONG;
    if (get->from)
        return snprintf(why, room, "sends all of it where a part was asked for"), MZG_HTTP_WHOLE;
    return MZG_HTTP_RUNNING;
}

enum mzg_http_end mzg_head_judge(const struct mzg_head *h, const struct mzg_http_get *get, char *why,
                                 size_t room)
{
    if (h->status != 200 && h->status != 206)
        return judge_status(h, why, room);
    if (h->page)
        return snprintf(why, room, "answers with a web page (a portal that wants a login?)"), MZG_HTTP_WRONG;
    if (h->encoded)
        return snprintf(why, room, "answers in an encoding that was not asked for"), MZG_HTTP_WRONG;
    return h->status == 206 ? judge_part(h, get, why, room) : judge_whole(h, get, why, room);
}
