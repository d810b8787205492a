#include "command.h"
#include "mzigo.h"
#include "passphrase.h"
#include "report.h"
#include "term.h"
#include <stdio.h>
#include <string.h>

static const struct mzg_option options[] = {
    {"out", 'o', "NAME", MZG_REQUIRED,
     "Writes NAME.key, the secret key (for your eyes only, mode 0600), and NAME.pub, the public key "
     "to hand out. Existing files are never overwritten."},
    {"type", 0, "TYPE", 0, "p256 (ECDSA P-256, the default: what TUF, OpenSSF Model Signing and "
                           "hardware tokens take too) or ed25519."},
    {"passphrase", 0, NULL, 0, "Asks on the terminal for a passphrase that encrypts the secret key."},
    {"passphrase-file", 0, "FILE", 0, "Takes the passphrase from the first line of FILE; - is "
                                      "standard input."},
    MZG_OPTIONS_COMMON,
    {0},
};

static enum mzg_code key_kind(const char *type, enum mzg_key_kind *kind, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    *kind = type && strcmp(type, "ed25519") == 0 ? MZG_KEY_ED25519 : MZG_KEY_P256;
    if (type && *kind == MZG_KEY_P256 && strcmp(type, "p256") != 0)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --type takes p256 or ed25519, not '%s'",
                        mzg_quote(q, type));
    return MZG_OK;
}

static enum mzg_code run(struct mzg_context *c, struct mzg_err *e)
{
    const char *name = mzg_args_text(&c->args, "out");
    const char *file = mzg_args_text(&c->args, "passphrase-file");
    struct mzg_passphrase pass = {.given = false};
    enum mzg_key_kind kind;
    char word[MZG_WORD];
    enum mzg_code code = key_kind(mzg_args_text(&c->args, "type"), &kind, e);
    if (!code && file)
        code = mzg_passphrase_load(&pass, file, e);
    else if (!code && mzg_args_has(&c->args, "passphrase"))
        code = mzg_passphrase_ask(&pass, "new passphrase", true, e);
    if (!code)
        code = mzg_keygen(name, kind, pass.given ? pass.text : NULL, e);
    mzg_passphrase_clear(&pass);
    if (code)
        return code;
    snprintf(word, sizeof word, "%s.key", name);
    mzg_report_text(c->result, "secret_key", word);
    snprintf(word, sizeof word, "%s.pub", name);
    mzg_report_text(c->result, "public_key", word);
    if (!c->json) {
        mzg_shell_word(word, name);
        printf("%s.key  secret: signs your bundles; keep it and a copy where nobody else reads\n"
               "%s.pub  public: give it to those who shall trust your bundles\n",
               word, word);
    }
    return MZG_OK;
}

const struct mzg_command mzg_cmd_keygen = {
    .name = "keygen",
    .brief = "makes a publisher's key pair",
    .about = "Makes the pair of keys by which a publisher's bundles are known: the secret one signs "
             "(mzigo pack --key), the public one is what receivers name as trusted (--trust). Both "
             "are PEM files as OpenSSL reads and writes them.",
    .examples = "mzigo keygen -o lab\n"
                "mzigo keygen -o lab --type ed25519 --passphrase",
    .options = options,
    .run = run,
};
