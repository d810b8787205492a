#include "bundles.h"
#include "command.h"
#include "passphrase.h"
#include "report.h"
#include "term.h"
#include <stdio.h>
#include <string.h>

static const struct mzg_operand operands[] = {
    {"FILE", MZG_MANY, "The files to pack; GGUF files, and whisper.cpp's, are cut along their tensors."},
    {0},
};

static const struct mzg_option options[] = {
    {"out", 'o', "DEST", MZG_REQUIRED,
     "A repository folder, made when it is missing, or a file named *.mzb for the single-file form."},
    {"key", 0, "KEY", MZG_REQUIRED, "The secret key that signs (mzigo keygen)."},
    {"name", 0, "NAME", MZG_REQUIRED, "The bundle's name."},
    {"version", 0, "V", MZG_REQUIRED, "The bundle's version, which the repository must not have yet."},
    {"licence", 0, "TEXT", 0, "The model's licence, best as an SPDX expression (\"Apache-2.0\")."},
    {"expires", 0, "DATE", 0, "When the bundle shall no longer be accepted: 2027-06-30 or "
                              "2027-06-30T12:00:00Z, in UTC."},
    {"created", 0, "DATE", 0, "The date to record instead of now; SOURCE_DATE_EPOCH is heeded too."},
    {"passphrase-file", 0, "FILE", 0, "Takes the key's passphrase from the first line of FILE (- is "
                                      "standard input) instead of asking for it."},
    MZG_OPTION_THREADS,
    MZG_OPTIONS_COMMON,
    {0},
};

static enum mzg_code show(const struct mzg_context *c, const char *dest, const char *key,
                          const struct mzg_bundle_info *info, struct mzg_err *e)
{
    char word[MZG_WORD], pub[MZG_WORD];
    size_t stem = strlen(key);
    enum mzg_code code = mzg_bundle_show("packed", info, e);
    if (code || c->quiet)
        return code;
    if (stem > 4 && strcmp(key + stem - 4, ".key") == 0)
        stem -= 4;
    snprintf(pub, sizeof pub, "%.*s.pub", (int)stem, key);
    printf("next: mzigo verify %s --trust", mzg_shell_word(word, dest));
    printf(" %s\n", mzg_shell_word(word, pub));
    return MZG_OK;
}

static enum mzg_code run(struct mzg_context *c, struct mzg_err *e)
{
    const char *dest = mzg_args_text(&c->args, "out");
    char created[MZG_DATE], expires[MZG_DATE];
    struct mzg_passphrase pass = {.given = false};
    struct mzg_pack_options opt = {
        .key = mzg_args_text(&c->args, "key"),
        .name = mzg_args_text(&c->args, "name"),
        .version = mzg_args_text(&c->args, "version"),
        .licence = mzg_args_text(&c->args, "licence"),
        .expires = mzg_date_whole(expires, mzg_args_text(&c->args, "expires")),
        .created = mzg_date_whole(created, mzg_args_text(&c->args, "created")),
    };
    struct mzg_bundle_info info = {0};
    enum mzg_code code = MZG_OK;
    if (!opt.created) {
        code = mzg_date_of_build(created, e);
        opt.created = created;
    }
    if (!code)
        code = mzg_passphrase_for_key(&pass, opt.key, mzg_args_text(&c->args, "passphrase-file"), e);
    opt.passphrase = pass.given ? pass.text : NULL;
    if (!code)
        code = mzg_pack(c->args.operands, c->args.operand_count, dest, &opt, &c->run, &info, e);
    mzg_passphrase_clear(&pass);
    mzg_meter_wipe(c->meter);
    if (!code && c->json) {
        mzg_report_text(c->result, "out", dest);
        mzg_bundle_report(c->result, &info);
        mzg_report_number(c->result, "new_bytes", info.new_bytes);
    } else if (!code) {
        code = show(c, dest, opt.key, &info, e);
    }
    mzg_bundle_info_clear(&info);
    return code;
}

const struct mzg_command mzg_cmd_pack = {
    .name = "pack",
    .brief = "adds a signed, compressed bundle of files to a repository",
    .about =
        "Cuts the files into chunks, compresses and stores them under their digests, and signs a "
        "manifest that lists them. A repository is a plain folder that any web server, USB stick or "
        "rsync can hold; chunks that it has already are shared, so a new version costs what "
        "changed. A name that ends in .mzb gives the same bundle as a single file instead.\n"
        "\n"
        "What a GGUF file says of its own making (mzigo.* metadata) and of its model (name, languages, "
        "parameters and the like) is copied into the manifest; of whisper.cpp's files what they say of the model.",
    .examples =
        "mzigo pack my-model.gguf -o repo --key lab.key --name my-model --version 1.0.0\n"
        "mzigo pack my-model.gguf LICENSE -o my-model.mzb --key lab.key --name my-model --version 2",
    .operands = operands,
    .options = options,
    .run = run,
};
