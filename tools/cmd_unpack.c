#include "bundle/choose.h"
#include "bundles.h"
#include "command.h"
#include "layout/layout.h"
#include "mzigo_trust.h"
#include "report.h"
#include "term.h"
#include <stdio.h>
#include <string.h>

static const struct mzg_operand operands[] = {
    {"LOCATION", 0, "A repository folder or a .mzb file."},
    {"NAME[@VERSION]", MZG_OPTIONAL, "The bundle; may be left out when there is only one. Without "
                                     "VERSION the newest."},
    {0},
};

static const struct mzg_option options[] = {
    {"out", 'o', "DIR", MZG_REQUIRED, "The folder for the files, made when it is missing."},
    {"layout", 0, "LAYOUT", 0, "How the files lie in DIR: files (as they were packed, when not given), oci "
                               "(an OCI image layout, for skopeo and registries), hub (a cache of the "
                               "Hugging Face hub, HF_HUB_CACHE) or ollama (Ollama's models, "
                               "OLLAMA_MODELS)."},
    MZG_OPTION_FILES,
    MZG_OPTIONS_TRUST,
    MZG_OPTION_THREADS,
    MZG_OPTIONS_COMMON,
    {0},
};

static enum mzg_code write_files(struct mzg_verified *v, const struct mzg_documents *d, const char *dir,
                                 const struct mzg_run *run, struct mzg_err *e)
{
    (void)d;
    return mzg_verified_unpack(v, dir, run, e);
}

typedef enum mzg_code write_fn(struct mzg_verified *v, const struct mzg_documents *d, const char *dir,
                               const struct mzg_run *run, struct mzg_err *e);

static enum mzg_code read_layout(write_fn **write, const struct mzg_args *a, struct mzg_err *e)
{
    static const struct {
        const char *name;
        write_fn *write;
    } layouts[] = {{"files", write_files}, {"oci", mzg_layout_oci}, {"hub", mzg_layout_hub},
                 {"ollama", mzg_layout_ollama}};
    const char *name = mzg_args_text(a, "layout");
    char q[MZG_QUOTE];
    *write = write_files;
    for (size_t i = 0; name && i < sizeof layouts / sizeof *layouts; i++) {
        *write = layouts[i].write;
        if (strcmp(name, layouts[i].name) == 0)
            return MZG_OK;
    }
    if (!name)
        return MZG_OK;
    return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --layout takes files, oci, hub or ollama, not '%s'",
                    mzg_quote(q, name));
}

static enum mzg_code report(struct mzg_context *c, const char *dir, const struct mzg_verified *v,
                            struct mzg_err *e)
{
    struct mzg_bundle_info info;
    char word[MZG_WORD];
    mzg_verified_info(v, &info);
    mzg_meter_wipe(c->meter);
    if (c->json) {
        mzg_report_text(c->result, "out", dir);
        mzg_bundle_report(c->result, &info);
        return MZG_OK;
    }
    enum mzg_code code = mzg_bundle_show("verified and unpacked", &info, e);
    printf("the files are in %s\n", mzg_shell_word(word, dir));
    return code;
}

static enum mzg_code run(struct mzg_context *c, struct mzg_err *e)
{
    const char *dir = mzg_args_text(&c->args, "out");
    struct mzg_trusted trusted = {.n = 0};
    struct mzg_trust trust;
    struct mzg_select select;
    struct mzg_bundle *b = NULL;
    struct mzg_verified *v = NULL;
    write_fn *write;
    char now[MZG_DATE];
    const char *const *files;
    size_t n_files = mzg_args_list(&c->args, "files", &files);
    enum mzg_code code = read_layout(&write, &c->args, e);
    if (!code && n_files && write != write_files)
        code = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --files goes with the layout files only");
    if (!code)
        code = mzg_trust_read(&trust, &c->args, now, e);
    if (!code)
        code = mzg_select_parse(&select, mzg_args_operand(&c->args, 1), e);
    if (!code)
        code = mzg_trusted_load(&trusted, &trust, e);
    if (!code)
        code = mzg_bundle_open(&b, mzg_args_operand(&c->args, 0), &select, e);
    if (!code)
        code = mzg_bundle_verify(b, &trusted.policy, &v, e);
    if (!code)
        code = mzg_verified_choose(v, files, n_files, e);
    if (!code)
        code = write(v, mzg_bundle_documents(b), dir, &c->run, e);
    if (!code)
        code = report(c, dir, v, e);
    mzg_verified_free(v);
    mzg_bundle_close(b);
    mzg_trusted_clear(&trusted);
    return code;
}

const struct mzg_command mzg_cmd_unpack = {
    .name = "unpack",
    .brief = "verifies a bundle and writes its files",
    .about = "Writes a bundle's files into DIR, byte for byte as they were packed. Nothing is written "
             "unless a trusted key signed the bundle; each file appears whole or not at all, and the "
             "space it takes is asked for before the first byte.\n\n"
             "An OCI image layout can be copied into any registry:\n\n"
             "  skopeo copy oci:my-model.oci:1.0.0 docker://HOST/my-model:1.0.0\n\n"
             "A cache of the hub is what HF_HUB_CACHE names; programs that are told to stay offline find "
             "mzigo/NAME in it.\n\n"
             "Ollama's models are in the folder that OLLAMA_MODELS names, ~/.ollama/models when it is not set. "
             "Each GGUF file that is whole becomes one; Ollama sees them at once and needs no network:\n\n"
             "  ollama run localhost/mzigo/my-model\n\n"
             "The host's name says that nothing is to be fetched. The files belong to whoever runs mzigo, and "
             "Ollama has to be able to read them.",
    .examples = "mzigo unpack repo -o out --trust lab.pub\n"
                "mzigo unpack repo my-model@1.0.0 -o out --trust lab.pub\n"
                "mzigo unpack repo my-model -o my-model.oci --layout oci --trust lab.pub\n"
                "mzigo unpack repo my-model -o ~/.ollama/models --layout ollama --trust lab.pub",
    .operands = operands,
    .options = options,
    .run = run,
};
