#include "bundles.h"
#include "command.h"
#include "report.h"
#include "term.h"
#include <stdio.h>

static const struct mzg_operand operands[] = {
    {"LOCATION", 0, "A repository folder or a .mzb file."},
    {"NAME[@VERSION]", MZG_OPTIONAL, "The bundle; may be left out when there is only one. Without "
                                     "VERSION the newest."},
    {0},
};

static const struct mzg_option options[] = {
    {"out", 'o', "DIR", MZG_REQUIRED, "The folder for the files, made when it is missing."},
    MZG_OPTIONS_TRUST,
    MZG_OPTION_THREADS,
    MZG_OPTIONS_COMMON,
    {0},
};

static enum mzg_code run(struct mzg_context *c, struct mzg_err *e)
{
    const char *dir = mzg_args_text(&c->args, "out");
    struct mzg_bundle_info info = {0};
    struct mzg_trust trust;
    char now[MZG_DATE], word[MZG_WORD];
    enum mzg_code code;
    code = mzg_trust_read(&trust, &c->args, now, e);
    if (code)
        return code;
    code = mzg_unpack(mzg_args_operand(&c->args, 0), mzg_args_operand(&c->args, 1), &trust, dir,
                      &c->run, &info, e);
    mzg_meter_wipe(c->meter);
    if (!code && c->json) {
        mzg_report_text(c->result, "out", dir);
        mzg_bundle_report(c->result, &info);
    } else if (!code) {
        code = mzg_bundle_show("verified and unpacked", &info, e);
        printf("the files are in %s\n", mzg_shell_word(word, dir));
    }
    mzg_bundle_info_clear(&info);
    return code;
}

const struct mzg_command mzg_cmd_unpack = {
    .name = "unpack",
    .brief = "verifies a bundle and writes its files",
    .about = "Writes a bundle's files into DIR, byte for byte as they were packed. Nothing is written "
             "unless a trusted key signed the bundle; each file appears whole or not at all, and the "
             "space it takes is asked for before the first byte.",
    .examples = "mzigo unpack repo -o out --trust lab.pub\n"
                "mzigo unpack repo my-model@1.0.0 -o out --trust lab.pub",
    .operands = operands,
    .options = options,
    .run = run,
};
