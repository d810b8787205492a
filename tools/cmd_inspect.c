#include "bundles.h"
#include "command.h"
#include "inspect/inspect.h"
#include "kernels/kernels.h"
#include "report.h"
#include "term.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct mzg_operand operands[] = {
    {"PATH", 0, "A model (its folder as it is published, .safetensors, PyTorch, GGUF or ONNX file, one of whisper.cpp's; of "
                "a GGUF model in parts, any of them or their folder), an adapter's folder, a repository folder or a .mzb "
                "file."},
    {0},
};

static const struct mzg_option options[] = {
    {"tensors", 0, NULL, 0, "Lists every tensor: type, shape, size, where it lies."},
    {"metadata", 0, NULL, 0, "Lists every key of the metadata, long lists and texts shortened; with --json they "
                             "are whole."},
    {"all", 0, NULL, 0, "Both of these."},
    MZG_OPTIONS_COMMON,
    {0},
};

/* ---- which of the two it is ---- */

/* A repository has bundles/; the single-file form is a tar archive, which says so at byte 257. */
static bool holds_bundles(const char *path)
{
    char magic[5];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool yes;
    if (fd < 0)
        return false;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        yes = fstatat(fd, "bundles", &st, 0) == 0 && S_ISDIR(st.st_mode);
    else
        yes = pread(fd, magic, sizeof magic, 257) == sizeof magic && memcmp(magic, "ustar", 5) == 0;
    close(fd);
    return yes;
}

/* ---- bundles ---- */

struct listing {
    struct mzg_context *c;
    json_t *bundles;
    size_t count;
    enum mzg_code code; /* of printing */
    struct mzg_err err;
};

static void on_bundle(void *ctx, const struct mzg_bundle_info *info)
{
    struct listing *l = ctx;
    l->count++;
    if (l->c->json)
        mzg_bundle_report(mzg_report_row(l->bundles), info);
    else if (!l->code)
        l->code = mzg_bundle_show("bundle, not verified", info, &l->err);
}

static enum mzg_code inspect_bundles(struct mzg_context *c, const char *path, struct mzg_err *e)
{
    struct listing l = {.c = c};
    char word[MZG_WORD];
    enum mzg_code code;
    if (c->json)
        l.bundles = mzg_report_list(c->result, "bundles");
    code = mzg_list(path, on_bundle, &l, e);
    if (!code && l.code) {
        *e = l.err;
        code = l.code;
    }
    mzg_shell_word(word, path);
    if (!code && !c->json && l.count == 0)
        printf("%s: a repository without a bundle\n", word);
    else if (!code && !c->json && !c->quiet)
        printf("next: mzigo verify %s --trust KEY.pub\n", word);
    return code;
}

/* ---- models ---- */

/* Quantized weights are not quantized again: there is no other weight to tell of. */
static bool is_quantized(const struct mzg_view *v)
{
    for (size_t i = 0; i < mzg_view_tensors(v); i++) {
        struct mzg_view_tensor t;
        const struct mzg_type_info *info;
        mzg_view_tensor(v, i, &t);
        info = mzg_type_by_name(t.type);
        if (info && info->block_elems > 1)
            return true;
    }
    return false;
}

static enum mzg_code inspect_model(struct mzg_context *c, const char *path, struct mzg_err *e)
{
    struct mzg_size_row rows[MZG_SIZE_ROWS];
    bool all = mzg_args_has(&c->args, "all");
    struct mzg_inspect m = {.tensors = all || mzg_args_has(&c->args, "tensors"),
                            .metadata = all || mzg_args_has(&c->args, "metadata"), .rows = rows};
    struct mzg_err why;
    enum mzg_code code = mzg_view_open_telling(&m.view, path, &c->run.notify, e);
    if (code)
        return code;
    /* A model that cannot be converted can still be looked at. */
    if (!is_quantized(m.view) && mzg_view_sizes(m.view, rows, &m.n_rows, &why)) {
        m.n_rows = 0;
        m.why_not = why.msg;
    }
    if (c->json)
        mzg_inspect_report(&m, c->result);
    else
        code = mzg_inspect_show(&m, e);
    mzg_view_close(m.view);
    return code;
}

static enum mzg_code run(struct mzg_context *c, struct mzg_err *e)
{
    const char *path = mzg_args_operand(&c->args, 0);
    return holds_bundles(path) ? inspect_bundles(c, path, e) : inspect_model(c, path, e);
}

const struct mzg_command mzg_cmd_inspect = {
    .name = "inspect",
    .brief = "shows what a model, bundle or repository holds",
    .about =
        "Reads headers only and shows what a model is called, under which licence it comes, its size, context "
        "and tokenizer, the types of its tensors, and what it would weigh by each recipe that mzigo converts by. "
        "The metadata of a folder is what convert would write of it: from config.json, the tokenizer, the model "
        "card (README.md). A model of a family that is not known is shown as far as it goes, with the "
        "reason and the names of its tensors. Of a bundle or repository it shows what the manifests say, with "
        "signatures unchecked: mzigo verify is for trusting them.",
    .examples = "mzigo inspect my-model\n"
                "mzigo inspect my-model.gguf --tensors\n"
                "mzigo inspect my-model --all --json\n"
                "mzigo inspect repo --json",
    .operands = operands,
    .options = options,
    .run = run,
};
