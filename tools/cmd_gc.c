#include "bundle/upkeep/gc.h"
#include "bundles.h"
#include "command.h"
#include "net/line_options.h"
#include "report.h"
#include "term.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

#define GRACE_SECONDS 86400

static const struct mzg_operand operands[] = {
    {"REPO", 0, "The repository's folder."},
    {0},
};

static const struct mzg_option options[] = {
    {"keep", 0, "N", 0, "Drops all but the newest N versions of each name; all stay when not given."},
    {"expired", 0, NULL, 0, "Drops the bundles that have expired."},
    {"grace", 0, "TIME", 0, "Objects of bundles that were dropped less than TIME ago stay, so that a "
                            "download in the middle goes on (12h, 2d; 0 for none); 1d when not given."},
    {"force", 0, NULL, 0, "Removes objects although a manifest cannot be read: what only that one names "
                          "is lost."},
    {"dry-run", 0, NULL, 0, "Only says what would go."},
    MZG_OPTIONS_COMMON,
    {0},
};

struct rules {
    uint64_t keep; /* 0: all */
    bool expired;
    char now[MZG_DATE];
};

static enum mzg_code choose(void *ctx, struct mzg_stock *s, struct mzg_err *e)
{
    const struct rules *r = ctx;
    (void)e;
    if (r->expired)
        mzg_retain_unexpired(s, r->now);
    if (r->keep)
        mzg_retain_newest(s, (unsigned)r->keep);
    return MZG_OK;
}

static size_t count_dropped(const struct mzg_stock *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += s->held[i].drop;
    return n;
}

static void report(struct mzg_context *c, const struct mzg_stock *s, const struct mzg_swept *r)
{
    json_t *list = mzg_report_list(c->result, "dropped");
    for (size_t i = 0; i < s->n; i++) {
        if (!s->held[i].drop)
            continue;
        json_t *row = mzg_report_row(list);
        mzg_report_text(row, "name", s->held[i].name);
        mzg_report_text(row, "version", s->held[i].version);
        mzg_report_number(row, "sequence", (uint64_t)s->held[i].sequence);
    }
    mzg_report_number(c->result, "bundles", s->n - count_dropped(s));
    mzg_report_number(c->result, "removed_objects", r->objects);
    mzg_report_number(c->result, "removed_bytes", r->bytes);
    mzg_report_number(c->result, "kept_bytes", r->kept_bytes);
    mzg_report_number(c->result, "leftovers", r->leftovers);
}

static void show(const struct mzg_stock *s, const struct mzg_swept *r, bool dry)
{
    char count[MZG_COUNT], size[MZG_SIZE], kept[MZG_SIZE];
    for (size_t i = 0; i < s->n; i++) {
        if (s->held[i].drop)
            printf("%s %s@%s\n", dry ? "would drop" : "dropped", s->held[i].name, s->held[i].version);
    }
    printf("%s %s (%s), %s stay\n", dry ? "would remove" : "removed",
           mzg_count_text(count, r->objects, "object"), mzg_size_text(size, r->bytes),
           mzg_size_text(kept, r->kept_bytes));
}

static enum mzg_code run(struct mzg_context *c, struct mzg_err *e)
{
    struct mzg_dir repo = {.fd = -1};
    struct mzg_stock stock = {.n = 0};
    struct mzg_swept swept = {0};
    struct rules rules = {.expired = mzg_args_has(&c->args, "expired")};
    uint64_t grace = GRACE_SECONDS;
    enum mzg_code code = mzg_args_number(&c->args, "keep", 1, 1000000, &rules.keep, e);
    if (!code)
        code = mzg_args_grace(&c->args, &grace, e);
    if (!code)
        code = mzg_date_now(rules.now, e);
    if (!code)
        code = mzg_dir_open(&repo, mzg_args_operand(&c->args, 0), e);
    struct mzg_sweep opt = {.now = (int64_t)time(NULL), .grace = (int64_t)grace,
                            .force = mzg_args_has(&c->args, "force"),
                            .dry_run = mzg_args_has(&c->args, "dry-run")};
    struct mzg_gc_choice choice = {choose, &rules};
    if (!code)
        code = mzg_gc(&repo, "gc", &opt, &choice, &c->run, &stock, &swept, e);
    mzg_meter_wipe(c->meter);
    if (!code && c->json)
        report(c, &stock, &swept);
    else if (!code)
        show(&stock, &swept, opt.dry_run);
    mzg_stock_clear(&stock);
    mzg_dir_close(&repo);
    return code;
}

const struct mzg_command mzg_cmd_gc = {
    .name = "gc",
    .brief = "drops old bundles of a repository, then what no bundle needs",
    .about =
        "Drops versions and expired bundles as the options say, then removes objects that no manifest "
        "names and what killed programs left behind, and writes the index anew. Without options only "
        "what nobody needs goes.\n\n"
        "A program that packs into the repository or mirrors it at the same time loses nothing: whoever "
        "comes second waits, and what a mirror has begun to fetch stays for 30 days. When a manifest "
        "cannot be read, nothing is removed, for it may name anything. Only files that a repository has "
        "by its layout are touched, and no link is followed.",
    .examples = "mzigo gc repo --dry-run\n"
                "mzigo gc repo --keep 2 --expired --grace 2d",
    .operands = operands,
    .options = options,
    .run = run,
};
