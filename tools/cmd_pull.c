#include "bundles.h"
#include "command.h"
#include "net/incoming.h"
#include "net/line_options.h"
#include "net/lan/lan.h"
#include "net/pull.h"
#include "report.h"
#include "term.h"
#include <stdio.h>
#include <string.h>

static const struct mzg_operand operands[] = {
    {"URL", MZG_OPTIONAL, "A repository's address: http://HOST/PATH or https://HOST/PATH. Without it all "
                          "comes from servers on the local network, and NAME is needed."},
    {"NAME[@VERSION]", MZG_OPTIONAL, "The bundle; may be left out when the repository has only one. Without "
                                     "VERSION the newest."},
    {0},
};

static const struct mzg_option options[] = {
    {"out", 'o', "DIR", MZG_REQUIRED, "The folder for the files, made when it is missing. What is not "
                                      "finished is kept there for the next time."},
    MZG_OPTION_FILES,
    MZG_OPTIONS_TRUST,
    MZG_OPTIONS_LAN,
    {"reuse", 0, "PATH", MZG_MANY, "A repository folder, or another version of the model, that may have "
                                   "parts of it. The files in DIR that are to be replaced are looked at "
                                   "anyway. May be given several times."},
    MZG_OPTIONS_LINE,
    {"dry-run", 0, NULL, 0, "Only says what it would cost."},
    MZG_OPTIONS_COMMON,
    {0},
};

/* The operand that is the URL, or NULL: the only one may be a NAME. */
static const char *url_of(const struct mzg_args *a)
{
    const char *first = mzg_args_operand(a, 0);
    return first && (mzg_args_operand(a, 1) || strstr(first, "://")) ? first : NULL;
}

static enum mzg_code read_select(struct mzg_select *s, const struct mzg_args *a, struct mzg_err *e)
{
    const char *url = url_of(a), *name = mzg_args_operand(a, url ? 1 : 0);
    if (!url && !name)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "URL or NAME is missing (see mzigo pull --help)");
    return mzg_select_parse(s, name, e);
}

static enum mzg_code reuse(struct mzg_incoming *in, const struct mzg_context *c, struct mzg_err *e)
{
    const char *const *paths;
    size_t n = mzg_args_list(&c->args, "reuse", &paths);
    enum mzg_code code = mzg_incoming_reuse_old(in, mzg_args_text(&c->args, "out"), e);
    for (size_t i = 0; i < n && !code; i++)
        code = mzg_incoming_reuse(in, paths[i], e);
    return code;
}

static void report(struct mzg_context *c, const struct mzg_incoming *in, const struct mzg_pull_result *r,
                   uint64_t left)
{
    struct mzg_bundle_info info;
    mzg_verified_info(in->verified, &info);
    mzg_report_text(c->result, "out", mzg_args_text(&c->args, "out"));
    mzg_bundle_report(c->result, &info);
    mzg_report_number(c->result, "reused_bytes", in->reused);
    mzg_report_number(c->result, "missing_bytes", left);
    mzg_report_number(c->result, "wire_bytes", r->wire);
    mzg_report_number(c->result, "local_bytes", in->line->local);
    mzg_report_number(c->result, "requests", r->requests);
    mzg_report_number(c->result, "wrong_objects", r->wrong);
    mzg_report_number(c->result, "damaged_chunks", r->damaged);
}

static enum mzg_code show(const struct mzg_context *c, const struct mzg_incoming *in, struct mzg_err *e)
{
    struct mzg_bundle_info info;
    char word[MZG_WORD], traffic[128];
    mzg_verified_info(in->verified, &info);
    enum mzg_code code = mzg_bundle_show("verified and pulled", &info, e);
    mzg_line_traffic(in->line, traffic, sizeof traffic);
    printf("%s; the files are in %s\n", traffic, mzg_shell_word(word, mzg_args_text(&c->args, "out")));
    return code;
}

static enum mzg_code pull(struct mzg_context *c, struct mzg_line *l, struct mzg_incoming *in,
                          struct mzg_err *e)
{
    struct mzg_pull_result r = {.requests = 0};
    char cost[256];
    bool dry = mzg_args_has(&c->args, "dry-run");
    enum mzg_code code = reuse(in, c, e);
    if (code)
        return code;
    code = mzg_incoming_cost(in, cost, sizeof cost, e);
    if (code)
        return code;
    uint64_t left = mzg_arrival_left(in->arrival);
    if (dry) {
        r = (struct mzg_pull_result){.wire = l->wire, .requests = l->requests};
        if (!c->json)
            puts(cost);
    } else {
        mzg_notice(&c->run.notify, "%s", cost);
        code = mzg_pull(mzg_arrival_receiver(in->arrival), l, &r, e);
        left = mzg_arrival_left(in->arrival);
    }
    mzg_meter_wipe(c->meter);
    if (c->json)
        report(c, in, &r, left);
    else if (!code && !dry)
        code = show(c, in, e);
    return code;
}

static enum mzg_code run(struct mzg_context *c, struct mzg_err *e)
{
    struct mzg_trusted trusted = {.n = 0};
    struct mzg_trust trust;
    struct mzg_select select;
    struct mzg_line line = {.http = NULL};
    struct mzg_incoming in = {.line = NULL};
    struct mzg_incoming_wish wish = {&select, &trusted, NULL, 0};
    char now[MZG_DATE];
    wish.n_files = mzg_args_list(&c->args, "files", &wish.files);
    enum mzg_code code = mzg_trust_read(&trust, &c->args, now, e);
    if (!code)
        code = mzg_trusted_load(&trusted, &trust, e);
    if (!code)
        code = read_select(&select, &c->args, e);
    if (!code)
        code = mzg_line_open(&line, c, url_of(&c->args), e);
    if (!code)
        code = mzg_lan_add(&line, &c->args, false, e);
    if (!code)
        code = mzg_incoming_open(&in, &line, &wish, mzg_args_text(&c->args, "out"), e);
    if (!code)
        code = pull(c, &line, &in, e);
    mzg_incoming_close(&in);
    mzg_line_close(&line);
    mzg_trusted_clear(&trusted);
    return code;
}

const struct mzg_command mzg_cmd_pull = {
    .name = "pull",
    .brief = "fetches a bundle's files over a network, however bad",
    .about = "Fetches the files of a bundle from a repository on the network into DIR, decoding them "
             "straight into place. Nothing is written unless a trusted key signed the bundle, and every "
             "part is checked before it counts; each file appears whole or not at all.\n\n"
             "Whatever stops it (a broken line, a signal, a loss of power), the same command goes on where "
             "it was: what came and was right is never fetched again. Only what is missing is fetched: "
             "older versions and local repositories are looked through first.\n\n"
             MZG_ABOUT_LAN " Without one, the newest is pulled that any of them has." MZG_ABOUT_LINE,
    .examples = "mzigo pull https://models.example.org/repo my-model -o models --trust lab.pub\n"
                "mzigo pull my-model -o models --trust lab.pub\n"
                "mzigo pull http://192.168.1.10:8420 -o models --trust lab.pub "
                "--mirror https://models.example.org/repo\n"
                "mzigo pull https://models.example.org/repo my-model -o models --trust lab.pub "
                "--budget 50M/day --window 22:00-05:00\n"
                "mzigo pull https://models.example.org/repo my-model -o models --trust lab.pub "
                "--files '*q4_k_m*'",
    .operands = operands,
    .options = options,
    .run = run,
};
