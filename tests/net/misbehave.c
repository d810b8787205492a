/* misbehave.c: what the rules make of a good answer; see faulty.h and, for what each does, faulty.c. */
#include "faulty.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct act {
    struct mzg_answer *a;
    const struct mzg_request *r;
    const struct mzg_rule *rule;
    const char *root;
};

static void strike(const struct act *x, enum mzg_strike what)
{
    x->a->strike = what;
    x->a->strike_at = x->rule->number;
    x->a->close = x->a->close || what == MZG_STRIKE_END;
}

static void act_cut(const struct act *x)
{
    strike(x, MZG_STRIKE_CUT);
}

static void act_truncate(const struct act *x)
{
    strike(x, MZG_STRIKE_END);
}

static void act_stall(const struct act *x)
{
    strike(x, MZG_STRIKE_STALL);
    x->a->stall_ms = x->rule->number2 > 0 ? x->rule->number2 : 0;
}

static void act_corrupt(const struct act *x)
{
    x->a->flip = x->rule->number - x->a->from;
}

static void act_corrupt_always(const struct act *x)
{
    x->a->flip = 0;
}

/* The connection's end says where the body really ends. */
static void act_wrong_length(const struct act *x)
{
    x->a->told_length = x->rule->number;
    x->a->close = true;
}

/* The bytes beside those asked for: under the Content-Range that was asked for; with "other", an honest
 * answer to another question. With "lie" the bytes are right and the Content-Range is not. */
static void act_wrong_range(const struct act *x)
{
    struct mzg_answer *a = x->a;
    if (strcmp(x->rule->text, "lie") == 0) {
        a->told_from += a->from > 0 ? -1 : 1;
        return;
    }
    if (a->from > 0)
        a->from--;
    else
        a->from++;
    if (a->from + a->length > a->size) /* all of it was asked for */
        a->length = a->told_length = a->size - a->from;
    if (strcmp(x->rule->text, "other") == 0)
        a->told_from = a->from;
}

static void act_ignore_range(const struct act *x)
{
    x->a->status = 200;
    x->a->from = 0;
    x->a->length = x->a->told_length = x->a->size;
}

static void act_status(const struct act *x)
{
    char text[64];
    int status = (int)x->rule->number;
    snprintf(text, sizeof text, "status %d, because a rule says so\n", status);
    mzg_answer_text(x->a, status, "text/plain", status == 204 || status == 304 ? "" : text);
    x->a->retry_after = x->rule->number2;
}

static void act_redirect(const struct act *x)
{
    int status = x->rule->number > 0 ? (int)x->rule->number : 302;
    const char *hole = strstr(x->rule->text, "{}");
    int before = hole ? (int)(hole - x->rule->text) : (int)strlen(x->rule->text);
    mzg_answer_text(x->a, status, "text/plain", "elsewhere\n");
    snprintf(x->a->location, sizeof x->a->location, "%.*s%s%s", before, x->rule->text,
             hole ? x->r->path : "", hole ? hole + 2 : "");
}

static void act_portal(const struct act *x)
{
    mzg_answer_text(x->a, 200, "text/html; charset=utf-8",
                    "<!DOCTYPE html><html><head><title>Welcome</title></head><body>"
                    "<h1>Free WiFi</h1><form>Your room number: <input name=room></form>"
                    "</body></html>\n");
}

static void act_empty(const struct act *x)
{
    mzg_answer_text(x->a, 200, "application/octet-stream", "");
}

static void no_http(const struct act *x, int64_t length)
{
    mzg_answer_text(x->a, 0, NULL, "");
    x->a->length = length;
    x->a->silent = false;
    x->a->close = true;
}

static void act_hangup(const struct act *x)
{
    no_http(x, 0);
    x->a->strike = MZG_STRIKE_END;
}

static void act_garbage(const struct act *x)
{
    enum { BYTES = 512 };
    uint32_t state = 1;
    no_http(x, BYTES);
    free(x->a->text);
    x->a->text = malloc(BYTES);
    x->a->text_length = x->a->text ? BYTES : 0;
    for (int i = 0; i < x->a->text_length; i++) {
        state = state * 1664525 + 1013904223;
        x->a->text[i] = (char)(state >> 24);
    }
}

static void act_chunked(const struct act *x)
{
    x->a->chunked = true;
}

static void act_gzip(const struct act *x)
{
    x->a->gzip = true;
}

static void act_huge_header(const struct act *x)
{
    x->a->filler = x->rule->number >= 0 ? x->rule->number : 1 << 20;
}

static void act_endless(const struct act *x)
{
    x->a->length = MZG_ENDLESS;
    x->a->told_length = -1;
    x->a->status = 200;
    x->a->from = 0;
}

static void act_missing(const struct act *x)
{
    mzg_answer_text(x->a, 404, "text/plain", "not found\n");
}

static void act_other(const struct act *x)
{
    mzg_answer_text(x->a, 200, NULL, ""); /* closes the right one */
    mzg_answer_file(x->a, x->r, x->root, x->rule->text);
}

static void act_slow(const struct act *x)
{
    x->a->slow = x->rule->number;
}

/* A byte each 100 ms. */
static void act_drip(const struct act *x)
{
    x->a->slow = 10;
}

static void act_delay(const struct act *x)
{
    x->a->delay_ms += x->rule->number;
}

static void act_header(const struct act *x)
{
    size_t n = strlen(x->a->more);
    snprintf(x->a->more + n, sizeof x->a->more - n, "%s\r\n", x->rule->text);
}

/* These do not reach an answer. */
#define act_refuse NULL
#define act_rate NULL
#define act_latency NULL
#define act_cut_every NULL
#define act_cut_every_ms NULL

static void (*const acts[])(const struct act *) = {
#define X(id, name, arguments, kind, needs) act_##id,
    MZG_ACTIONS(X)
#undef X
};

static void note(struct mzg_answer *a, const char *name)
{
    size_t n = strlen(a->rule);
    if (strcmp(a->rule, "-") == 0)
        snprintf(a->rule, sizeof a->rule, "%s", name);
    else
        snprintf(a->rule + n, sizeof a->rule - n, "+%s", name);
}

void mzg_misbehave(struct mzg_answer *a, const struct mzg_request *r, const char *root,
                   struct mzg_rules *rules)
{
    const struct mzg_facts facts = {
        .path = r->path,
        .body = a->fd >= 0 && !a->silent && a->length > 0,
        .part = a->status == 206,
        .from = a->from,
        .length = a->length,
    };
    bool struck = false;
    for (size_t i = 0; i < rules->n; i++) {
        struct mzg_rule *rule = &rules->rule[i];
        bool fault = rule->kind == MZG_KIND_FAULT;
        if (!(fault && !struck) && rule->kind != MZG_KIND_SHAPE)
            continue;
        if (!mzg_rule_strikes(rule, &facts))
            continue;
        struck = struck || fault;
        acts[rule->action](&(struct act){a, r, rule, root});
        note(a, rule->name);
    }
}
