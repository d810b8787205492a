#include "bundles.h"
#include "command.h"
#include "net/amounts.h"
#include "net/lan/lan.h"
#include "net/line_options.h"
#include "net/mirroring.h"
#include "report.h"
#include "term.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GRACE_SECONDS 86400

static const struct mzg_operand operands[] = {
    {"URL", MZG_OPTIONAL, "A repository's address: http://HOST/PATH or https://HOST/PATH. Without it all "
                          "comes from servers on the local network."},
    {"REPO", 0, "The folder of the copy, made when it is missing. Without a URL it may not have :// in it."},
    {"NAME[@VERSION]", MZG_OPTIONAL | MZG_MANY, "The bundles to keep, without VERSION the newest; of all "
                                                "names when none is given."},
    {0},
};

static const struct mzg_option options[] = {
    MZG_OPTIONS_TRUST,
    MZG_OPTIONS_LAN,
    {"keep", 0, "N", 0, "Keeps the newest N versions of each name, and drops older ones. When not given, "
                        "the newest is fetched and none is dropped."},
    {"quota", 0, "SIZE", 0, "REPO may have so many bytes when all is done (20G, 500M). Without --keep, older "
                            "versions are dropped for it, never the newest of a name; what does not fit is "
                            "told before anything is fetched."},
    {"grace", 0, "TIME", 0, "Objects of bundles that were dropped less than TIME ago stay, so that a "
                            "download in the middle goes on (12h, 2d; 0 for none); 1d when not given, 0 "
                            "with --quota."},
    {"files", 0, "GLOB", MZG_MANY, "Of each bundle only the files whose paths are like GLOB ('*Q4_K_M*', "
                                   "LICENSE), and what the copy has of it already; may be given several times. "
                                   "Such a copy says that it is partial; without --files it is made whole."},
    {"plain", 0, NULL, 0, "Makes the files themselves too, as REPO/plain/NAME/VERSION/FILE."},
    {"check", 0, NULL, 0, "Reads every object that is here, and fetches anew what is damaged."},
    MZG_OPTIONS_LINE,
    {"dry-run", 0, NULL, 0, "Only says what it would cost. The documents that it has read stay, so that they "
                            "need not be fetched again."},
    MZG_OPTIONS_COMMON,
    {0},
};

/* The operand that is the URL, or NULL: the first one is REPO. */
static const char *url_of(const struct mzg_args *a)
{
    const char *first = mzg_args_operand(a, 0);
    return strstr(first, "://") ? first : NULL;
}

static const char *repo_of(const struct mzg_args *a)
{
    return mzg_args_operand(a, url_of(a) ? 1 : 0);
}

static enum mzg_code read_wish(struct mzg_mirror_wish *w, const struct mzg_args *a, struct mzg_err *e)
{
    const char *quota = mzg_args_text(a, "quota");
    uint64_t keep = 0, grace = quota ? 0 : GRACE_SECONDS;
    char q[MZG_QUOTE];
    enum mzg_code code = mzg_args_number(a, "keep", 1, 1000000, &keep, e);
    if (!code)
        code = mzg_args_grace(a, &grace, e);
    if (!code && quota && !mzg_amount_bytes(quota, strlen(quota), &w->quota))
        code = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --quota takes a size (20G, 500M), not '%s'",
                        mzg_quote(q, quota));
    w->keep = (unsigned)keep;
    w->grace = (int64_t)grace;
    w->n_files = mzg_args_list(a, "files", &w->files);
    w->plain = mzg_args_has(a, "plain");
    w->dry_run = mzg_args_has(a, "dry-run");
    w->check = mzg_args_has(a, "check");
    w->now = (int64_t)time(NULL);
    return code;
}

static enum mzg_code read_selects(struct mzg_mirror_wish *w, const struct mzg_args *a,
                                  struct mzg_select **selects, struct mzg_err *e)
{
    size_t first = url_of(a) ? 2 : 1, n = a->operand_count - first;
    enum mzg_code code = MZG_OK;
    if (!repo_of(a))
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "REPO is missing (see mzigo mirror --help)");
    *selects = calloc(n + 1, sizeof **selects);
    if (!*selects)
        return mzg_fail_memory(e, "bundles");
    for (size_t i = 0; i < n && !code; i++)
        code = mzg_select_parse(&(*selects)[i], mzg_args_operand(a, i + first), e);
    w->selects = *selects;
    w->n_selects = n;
    return code;
}

static size_t count(const struct mzg_mirroring *m, enum mzg_mirrored state)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        n += m->items[i].state == state;
    return n;
}

static void report(struct mzg_context *c, const struct mzg_mirroring *m)
{
    static const char *const states[] = {"left out", "there", "missing", "new"};
    json_t *list = mzg_report_list(c->result, "bundles"), *gone = mzg_report_list(c->result, "dropped");
    for (size_t i = 0; i < m->n; i++) {
        json_t *row = mzg_report_row(list);
        mzg_report_text(row, "name", m->items[i].is.name);
        mzg_report_text(row, "version", m->items[i].is.version);
        mzg_report_text(row, "state", states[m->items[i].state]);
    }
    for (size_t i = 0; i < m->after.n; i++) {
        if (!m->after.held[i].drop)
            continue;
        json_t *row = mzg_report_row(gone);
        mzg_report_text(row, "name", m->after.held[i].name);
        mzg_report_text(row, "version", m->after.held[i].version);
    }
    mzg_report_number(c->result, "missing_bytes", m->missing);
    mzg_report_number(c->result, "wire_bytes", m->line->wire);
    mzg_report_number(c->result, "local_bytes", m->line->local);
    mzg_report_number(c->result, "requests", m->line->requests);
    mzg_report_number(c->result, "wrong_objects", m->got.wrong);
    mzg_report_number(c->result, "replaced_objects", m->replaced);
    mzg_report_number(c->result, "removed_bytes", m->swept.bytes);
}

static void show(const struct mzg_mirroring *m)
{
    char all[MZG_COUNT], traffic[128], word[MZG_WORD];
    size_t fresh = count(m, MZG_MIRRORED_NEW), there = count(m, MZG_MIRRORED_THERE);
    for (size_t i = 0; i < m->after.n; i++) {
        if (m->after.held[i].drop)
            printf("dropped %s@%s\n", m->after.held[i].name, m->after.held[i].version);
    }
    printf("verified and mirrored: %s, %zu new, in %s\n", mzg_count_text(all, fresh + there, "bundle"), fresh,
           mzg_shell_word(word, m->repo.path));
    mzg_line_traffic(m->line, traffic, sizeof traffic);
    puts(traffic);
}

static enum mzg_code mirror(struct mzg_context *c, struct mzg_mirroring *m, struct mzg_err *e)
{
    char cost[256];
    bool dry = m->wish->dry_run;
    enum mzg_code code = mzg_mirroring_learn(m, e);
    if (!code)
        code = mzg_mirroring_fit(m, e);
    if (!code) {
        mzg_mirroring_cost(m, cost, sizeof cost);
        if (dry && !c->json)
            puts(cost);
        else if (!dry)
            mzg_notice(&c->run.notify, "%s", cost);
    }
    if (!code && !dry)
        code = mzg_mirroring_fetch(m, e);
    if (!code && !dry)
        code = mzg_mirroring_clear_up(m, e);
    mzg_meter_wipe(c->meter);
    if (!code && m->first.code)
        code = (*e = m->first).code;
    if (c->json)
        report(c, m);
    else if (!code && !dry)
        show(m);
    return code;
}

static enum mzg_code run(struct mzg_context *c, struct mzg_err *e)
{
    struct mzg_trusted trusted = {.n = 0};
    struct mzg_trust trust;
    struct mzg_mirror_wish wish = {.n_selects = 0};
    struct mzg_select *selects = NULL;
    struct mzg_line line = {.http = NULL};
    struct mzg_mirroring m = {.repo = {.fd = -1}, .lock = {.fd = -1}};
    char now[MZG_DATE];
    enum mzg_code code = mzg_trust_read(&trust, &c->args, now, e);
    if (!code)
        code = mzg_trusted_load(&trusted, &trust, e);
    if (!code)
        code = read_wish(&wish, &c->args, e);
    if (!code)
        code = read_selects(&wish, &c->args, &selects, e);
    if (!code)
        code = mzg_line_open(&line, c, url_of(&c->args), e);
    if (!code)
        code = mzg_lan_add(&line, &c->args, true, e); /* a server of this machine has nothing that is not here */
    if (!code)
        code = mzg_mirroring_open(&m, &line, repo_of(&c->args), &trusted, &wish, e);
    if (!code)
        code = mirror(c, &m, e);
    mzg_mirroring_close(&m);
    mzg_line_close(&line);
    mzg_trusted_clear(&trusted);
    free(selects);
    return code;
}

const struct mzg_command mzg_cmd_mirror = {
    .name = "mirror",
    .brief = "keeps a local copy of a repository over a network, however bad",
    .about =
        "Makes a folder a copy of a repository on the network, or of a part of it, and brings it up to date "
        "each time it is run: from cron, say. Only objects that are not there are fetched, and what came and "
        "was right is never fetched again, whatever stops it. Nothing is kept that no trusted key signed.\n\n"
        "The copy can be served at any time, also while it is brought up to date: a bundle appears when it "
        "is whole. Names that it was not asked for are left alone. With --keep or --quota old versions go "
        "after their successor has come, and then what no bundle needs (mzigo gc).\n\n"
        MZG_ABOUT_LAN " Without one, the source is the first of them that has all that was asked for. Servers of "
        "this machine are passed over: they have what is here." MZG_ABOUT_LINE,
    .examples = "mzigo mirror https://models.example.org/repo /srv/mzigo/repo --trust lab.pub\n"
                "mzigo mirror https://models.example.org/repo repo my-model --trust lab.pub --keep 2 "
                "--budget 50M/day --window 22:00-05:00\n"
                "mzigo mirror https://models.example.org/repo repo --trust lab.pub --quota 20G --plain\n"
                "mzigo mirror repo my-model --trust lab.pub",
    .operands = operands,
    .options = options,
    .run = run,
};
