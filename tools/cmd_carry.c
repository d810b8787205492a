#include "bundle/carry/carry.h"
#include "bundles.h"
#include "command.h"
#include "mzigo_trust.h"
#include "net/amounts.h"
#include "report.h"
#include "term.h"
#include <stdio.h>
#include <string.h>

static const char *const forms[] = {
    "out REPO STICK [NAME[@VERSION]...] [OPTION...]",
    "in STICK REPO --trust KEY.pub [OPTION...]",
    "want REPO -o LIST [NAME[@VERSION]...] [OPTION...]",
    NULL,
};

static const struct mzg_operand operands[] = {
    {"out|in|want", 0, "Fills a stick; empties one into a repository; writes a receiver's list."},
    {"FROM", 0, "out, want: a repository folder. in: the stick, by the folder where it is mounted."},
    {"TO", MZG_OPTIONAL, "out: the stick. in: a repository folder, made when it is missing."},
    {"NAME[@VERSION]", MZG_OPTIONAL | MZG_MANY,
     "out: bundles to carry; when left out, those that the receiver's list asks for, or all. want: bundles "
     "to ask for; when left out, whatever there is."},
    {0},
};

static const struct mzg_option options[] = {
    {"trust", 0, "KEY.pub", MZG_MANY,
     "A trusted public key; in takes only what it signed, and needs one. With out, only that is carried. May "
     "be given several times."},
    {"at", 0, "DATE", 0, "Judges by DATE (2026-11-23) instead of this machine's clock whether a bundle has "
                         "expired."},
    {"want", 0, "LIST", 0, "out: carries what the receiver's LIST asks for, without what it has. Without this "
                           "and --missing-from, a list that lies on the stick is used."},
    {"missing-from", 0, "LIST", 0, "out: leaves out what the receiver's LIST has, whatever it asks for."},
    {"next", 0, "LIST", 0, "out: writes what the receiver will have once this stick is there, to be given as "
                           "--want for another stick."},
    {"part-size", 0, "SIZE", 0, "out: largest file on the stick, at least 64Ki; just below 4Gi when not given, "
                                "which FAT32 takes."},
    {"out", 'o', "LIST", 0, "want: the list's file. in: writes what is still missing there, besides to the "
                            "stick."},
    {"deep", 0, NULL, 0, "want: also reads every object, and asks again for those that are damaged."},
    {"dry-run", 0, NULL, 0, "out, in: only says what would be carried."},
    MZG_OPTIONS_COMMON,
    {0},
};

/* ---- what was done ---- */

struct telling {
    struct mzg_context *c;
    json_t *bundles; /* with --json */
    const char *left; /* "left for another stick" */
};

static void on_bundle(void *ctx, const struct mzg_carry_bundle *b)
{
    struct telling *t = ctx;
    char size[MZG_SIZE], count[MZG_COUNT];
    if (t->c->json) {
        json_t *row = mzg_report_row(t->bundles);
        mzg_report_text(row, "name", b->name);
        mzg_report_text(row, "version", b->version);
        mzg_report_number(row, "objects", b->all.objects);
        mzg_report_number(row, "stored_bytes", b->all.bytes);
        mzg_report_number(row, "left_objects", b->left.objects);
        mzg_report_number(row, "left_bytes", b->left.bytes);
        return;
    }
    mzg_meter_wipe(t->c->meter);
    printf("%s %s: %s in %s", b->name, b->version, mzg_size_text(size, b->all.bytes),
           mzg_count_text(count, b->all.objects, "object"));
    if (b->left.objects)
        printf(", %s in %s %s\n", mzg_size_text(size, b->left.bytes),
               mzg_count_text(count, b->left.objects, "object"), t->left);
    else
        puts(", whole");
}

static void report_sum(json_t *o, const char *objects, const char *bytes, const struct mzg_carry_sum *sum)
{
    mzg_report_number(o, objects, sum->objects);
    mzg_report_number(o, bytes, sum->bytes);
}

static void show_sum(const char *what, const struct mzg_carry_sum *sum)
{
    char size[MZG_SIZE], count[MZG_COUNT];
    if (sum->objects)
        printf("  %-16s %s in %s\n", what, mzg_size_text(size, sum->bytes),
               mzg_count_text(count, sum->objects, "object"));
}

static void tell(const struct telling *t, const char *moved, const struct mzg_carry_result *r)
{
    json_t *o = t->c->result;
    if (t->c->json) {
        mzg_report_number(o, "whole_bundles", r->whole);
        report_sum(o, "moved_objects", "moved_bytes", &r->moved);
        report_sum(o, "there_objects", "there_bytes", &r->there);
        report_sum(o, "mended_objects", "mended_bytes", &r->mended);
        report_sum(o, "left_objects", "left_bytes", &r->left);
        mzg_report_number(o, "faults", r->faults);
        return;
    }
    mzg_meter_wipe(t->c->meter);
    show_sum(moved, &r->moved);
    show_sum("there before", &r->there);
    show_sum("mended", &r->mended);
    show_sum(t->left, &r->left);
}

static struct telling begin(struct mzg_context *c, const char *left)
{
    return (struct telling){.c = c, .bundles = c->json ? mzg_report_list(c->result, "bundles") : NULL,
                            .left = left};
}

/* ---- out ---- */

static enum mzg_code read_part_size(const struct mzg_args *a, uint64_t *size, struct mzg_err *e)
{
    const char *text = mzg_args_text(a, "part-size");
    char q[MZG_QUOTE];
    *size = MZG_CARRY_PART_SIZE;
    if (!text || (mzg_amount_bytes(text, strlen(text), size) && *size >= MZG_CARRY_PART_LEAST))
        return MZG_OK;
    return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --part-size takes a size (64Ki, 2G), not '%s'",
                    mzg_quote(q, text));
}

static enum mzg_code carry_out(struct mzg_context *c, const struct mzg_policy *policy, struct mzg_err *e)
{
    const struct mzg_args *a = &c->args;
    struct telling t = begin(c, "left");
    struct mzg_carry_result r = {0};
    struct mzg_carry_out opt = {
        .names = a->operands + 3, .n_names = a->operand_count > 3 ? a->operand_count - 3 : 0,
        .want = mzg_args_text(a, "want"), .missing_from = mzg_args_text(a, "missing-from"),
        .next = mzg_args_text(a, "next"), .policy = policy, .dry_run = mzg_args_has(a, "dry-run"),
        .each = {on_bundle, &t},
    };
    enum mzg_code code = read_part_size(a, &opt.part_size, e);
    if (!code && opt.want && opt.missing_from)
        code = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "--want and --missing-from: give one of them");
    if (code)
        return code;
    code = mzg_carry_out(a->operands[1], a->operands[2], &opt, &c->run, &r, e);
    tell(&t, opt.dry_run ? "to be written" : "written", &r);
    if (!code && !r.bundles && !c->json)
        puts("there is nothing to carry: the receiver has it all, or the repository is empty");
    return code;
}

/* ---- in ---- */

static enum mzg_code carry_in(struct mzg_context *c, const struct mzg_policy *policy, struct mzg_err *e)
{
    const struct mzg_args *a = &c->args;
    struct telling t = begin(c, "still missing");
    struct mzg_carry_result r = {0};
    struct mzg_carry_in opt = {.policy = policy, .list = mzg_args_text(a, "out"),
                               .dry_run = mzg_args_has(a, "dry-run"), .each = {on_bundle, &t}};
    if (!policy)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --trust KEY.pub is missing");
    enum mzg_code code = mzg_carry_in(a->operands[1], a->operands[2], &opt, &c->run, &r, e);
    tell(&t, opt.dry_run ? "to be taken" : "taken", &r);
    if (!code && !r.bundles && !c->json)
        puts("no bundle has come: the stick holds no manifest");
    return code;
}

/* ---- want ---- */

static enum mzg_code carry_want(struct mzg_context *c, struct mzg_err *e)
{
    const struct mzg_args *a = &c->args;
    struct mzg_carry_result r = {0};
    char count[MZG_COUNT], word[MZG_WORD];
    struct mzg_carry_want opt = {.names = a->operands + 2, .n_names = a->operand_count - 2,
                                 .out = mzg_args_text(a, "out"), .deep = mzg_args_has(a, "deep")};
    if (!opt.out)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --out LIST is missing");
    enum mzg_code code = mzg_carry_want(a->operands[1], &opt, &c->run, &r, e);
    mzg_meter_wipe(c->meter);
    if (code)
        return code;
    if (c->json) {
        mzg_report_text(c->result, "out", opt.out);
        mzg_report_number(c->result, "bundles", r.bundles);
        mzg_report_number(c->result, "objects", r.there.objects);
        report_sum(c->result, "lacking_objects", "lacking_bytes", &r.left);
        return MZG_OK;
    }
    printf("%s: %s here", mzg_shell_word(word, opt.out), mzg_count_text(count, r.there.objects, "object"));
    if (r.left.objects)
        printf(", %s lacking", mzg_count_text(count, r.left.objects, "object"));
    puts("\nnext: mzigo carry out REPO STICK --want LIST, where the bundles come from");
    return MZG_OK;
}

/* ---- all ---- */

static enum mzg_code check_operands(const struct mzg_args *a, struct mzg_err *e)
{
    const char *what = mzg_args_operand(a, 0);
    char q[MZG_QUOTE];
    bool out = strcmp(what, "out") == 0, in = strcmp(what, "in") == 0;
    if (!out && !in && strcmp(what, "want") != 0)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "carry takes out, in or want, not '%s'", mzg_quote(q, what));
    if ((out || in) && a->operand_count < 3)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "%s is missing", out ? "STICK" : "REPO");
    if (in && a->operand_count > 3)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "unexpected argument '%s'", mzg_quote(q, a->operands[3]));
    return MZG_OK;
}

static enum mzg_code run(struct mzg_context *c, struct mzg_err *e)
{
    struct mzg_trusted trusted = {.n = 0};
    struct mzg_trust trust;
    char now[MZG_DATE];
    enum mzg_code code = check_operands(&c->args, e);
    if (!code)
        code = mzg_trust_read(&trust, &c->args, now, e);
    if (!code && trust.n_keys)
        code = mzg_trusted_load(&trusted, &trust, e);
    if (code)
        return code;
    const struct mzg_policy *policy = trusted.n ? &trusted.policy : NULL;
    const char *what = mzg_args_operand(&c->args, 0);
    if (strcmp(what, "out") == 0)
        code = carry_out(c, policy, e);
    else if (strcmp(what, "in") == 0)
        code = carry_in(c, policy, e);
    else
        code = carry_want(c, e);
    mzg_trusted_clear(&trusted);
    return code;
}

const struct mzg_command mzg_cmd_carry = {
    .name = "carry",
    .brief = "to and from USB sticks and SD cards",
    .about =
        "Carries bundles between repositories that never meet on a network, on any stick or card: as files "
        "below 4 GiB that plain tar can read, in a folder mzigo-carry; what else lies there is not touched.\n\n"
        "out writes what the receiver lacks and reads it back from the stick; what the stick did not keep is "
        "written again. When it is full, what is left goes on another one (--next): whole bundles come first. "
        "The exit status is 7 then.\n\n"
        "in takes what REPO lacks. Nothing gets a name there unless a trusted key signed it and all of it has "
        "come; parts of it wait for the next stick, in any order. Damage is named, the rest is used, and a list "
        "of what is missing is left on the stick: carried back, out mends just that.\n\n"
        "want writes such a list at any time: what REPO has and what it asks for. Pulled out, killed or without "
        "power, the same command goes on where it was.",
    .examples = "mzigo carry out repo /media/stick\n"
                "mzigo carry in /media/stick repo --trust lab.pub\n"
                "mzigo carry want repo -o list.json my-model\n"
                "mzigo carry out repo /media/stick --want list.json --next left.json",
    .forms = forms,
    .operands = operands,
    .options = options,
    .run = run,
};
