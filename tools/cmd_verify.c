#include "bundles.h"
#include "command.h"
#include "report.h"
#include "term.h"
#include <stdio.h>
#include <string.h>

static const struct mzg_operand operands[] = {
    {"LOCATION", 0, "A repository folder or a .mzb file."},
    {"NAME[@VERSION]", MZG_OPTIONAL, "The bundle; all of them when left out."},
    {0},
};

static const struct mzg_option options[] = {
    MZG_OPTIONS_TRUST,
    {"deep", 0, NULL, 0, "Also decodes every object and checks the decoded bytes."},
    MZG_OPTION_THREADS,
    MZG_OPTIONS_COMMON,
    {0},
};

/* What the library tells while it goes through the bundles. */
struct findings {
    struct mzg_context *c;
    json_t *bundles; /* with --json */
    json_t *faults;
    char held[MZG_ERR_TEXT]; /* the newest fault: the last one may be the error that main prints */
    enum mzg_code code;      /* of printing */
    struct mzg_err err;
};

static void on_bundle(void *ctx, const struct mzg_bundle_info *info)
{
    struct findings *f = ctx;
    if (f->c->json) {
        mzg_bundle_report(mzg_report_row(f->bundles), info);
        return;
    }
    mzg_meter_wipe(f->c->meter);
    if (!f->code)
        f->code = mzg_bundle_show("verified", info, &f->err);
}

/* A bad object is what was asked for, not a note: it is shown with --quiet too. */
static void on_fault(void *ctx, const char *text)
{
    struct findings *f = ctx;
    if (f->c->json) {
        mzg_report_row_text(f->faults, text);
        return;
    }
    mzg_meter_wipe(f->c->meter);
    if (*f->held)
        printf("bad: %s\n", f->held);
    snprintf(f->held, sizeof f->held, "%s", text);
}

static enum mzg_code run(struct mzg_context *c, struct mzg_err *e)
{
    struct findings f = {.c = c};
    struct mzg_run how = c->run;
    struct mzg_trust trust;
    char now[MZG_DATE];
    enum mzg_code code;
    code = mzg_trust_read(&trust, &c->args, now, e);
    if (code)
        return code;
    if (c->json) {
        f.bundles = mzg_report_list(c->result, "bundles");
        f.faults = mzg_report_list(c->result, "bad");
    }
    how.notify = (struct mzg_notify){on_fault, &f};
    code = mzg_verify(mzg_args_operand(&c->args, 0), mzg_args_operand(&c->args, 1), &trust,
                      mzg_args_has(&c->args, "deep"), &how, on_bundle, &f, e);
    mzg_meter_wipe(c->meter);
    if (*f.held && !(code && strstr(f.held, e->msg)))
        printf("bad: %s\n", f.held);
    if (!code && f.code) {
        *e = f.err;
        code = f.code;
    }
    return code;
}

const struct mzg_command mzg_cmd_verify = {
    .name = "verify",
    .brief = "checks signatures and every stored byte of a bundle",
    .about = "Checks that a trusted key signed the bundle and that every stored byte is what was "
             "signed, and names each object that is missing or bad. It works offline. The exit "
             "status is 6 when anything is wrong.",
    .examples = "mzigo verify repo --trust lab.pub\n"
                "mzigo verify my-model.mzb --trust lab.pub --deep",
    .operands = operands,
    .options = options,
    .run = run,
};
