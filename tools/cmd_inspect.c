#include "bundles.h"
#include "command.h"
#include "kernels/kernels.h"
#include "report.h"
#include "term.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct mzg_operand operands[] = {
    {"PATH", 0, "A model (Hugging Face folder, .safetensors, PyTorch, GGUF or ONNX file), a repository "
                "folder or a .mzb file."},
    {0},
};

static const struct mzg_option options[] = {
    {"tensors", 0, NULL, 0, "Lists every tensor: type, shape, size."},
    MZG_OPTIONS_COMMON,
    {0},
};

/* ---- which of the two it is ---- */

static bool is_regular(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

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

/* Tensors, elements and bytes of one type, and of all. */
struct tally {
    const char *type;
    uint64_t tensors, elems, bytes;
};

#define MAX_TYPES 64

static size_t count_types(const struct mzg_view *v, struct tally all[MAX_TYPES + 1])
{
    size_t n = 0;
    memset(all, 0, sizeof *all * (MAX_TYPES + 1));
    for (size_t i = 0; i < mzg_view_tensors(v); i++) {
        struct mzg_view_tensor t;
        size_t k = 0;
        mzg_view_tensor(v, i, &t);
        while (k < n && strcmp(all[k].type, t.type) != 0)
            k++;
        if (k == n && n < MAX_TYPES)
            all[n++] = (struct tally){.type = t.type};
        for (size_t at = k;; at = MAX_TYPES) { /* the last entry is the sum */
            all[at].tensors++;
            all[at].elems += t.elems;
            all[at].bytes += t.bytes;
            if (at == MAX_TYPES)
                break;
        }
    }
    return n;
}

static void shape_text(char *out, size_t size, const struct mzg_view_tensor *t)
{
    size_t n = 0;
    snprintf(out, size, "scalar");
    for (unsigned d = 0; d < t->n_dims && n < size; d++)
        n += (size_t)snprintf(out + n, size - n, "%s%llu", d ? " x " : "",
                              (unsigned long long)t->ne[d]);
}

static enum mzg_code show_tensors(const struct mzg_view *v, struct mzg_err *e)
{
    struct mzg_table table;
    enum mzg_code code;
    mzg_table_init(&table, "lllr");
    for (size_t i = 0; i < mzg_view_tensors(v); i++) {
        struct mzg_view_tensor t;
        char q[MZG_QUOTE], shape[160], size[MZG_SIZE];
        mzg_view_tensor(v, i, &t);
        shape_text(shape, sizeof shape, &t);
        mzg_table_cell(&table, "%s", mzg_quote(q, t.name));
        mzg_table_cell(&table, "%s", t.type);
        mzg_table_cell(&table, "%s", shape);
        mzg_table_cell(&table, "%s", mzg_size_text(size, t.bytes));
    }
    puts("tensors (row width first)");
    code = mzg_table_print(&table, 2, e);
    mzg_table_clear(&table);
    return code;
}

static enum mzg_code show_metadata(struct mzg_view *v, struct mzg_err *e)
{
    struct mzg_table table;
    const char *key, *value;
    enum mzg_code code = MZG_OK;
    mzg_table_init(&table, "ll");
    for (size_t i = 0; mzg_view_metadata(v, i, &key, &value); i++) {
        mzg_table_cell(&table, "%s", key);
        mzg_table_cell(&table, "%s", value);
    }
    if (table.count) {
        puts("metadata");
        code = mzg_table_print(&table, 2, e);
    }
    mzg_table_clear(&table);
    return code;
}

static enum mzg_code show_types(const struct mzg_view *v, struct mzg_err *e)
{
    struct tally all[MAX_TYPES + 1];
    size_t n = count_types(v, all);
    char size[MZG_SIZE], count[MZG_COUNT];
    struct mzg_table table;
    enum mzg_code code;
    printf("%s: %s, %llu weights, %s\n", mzg_view_container(v),
           mzg_count_text(count, all[MAX_TYPES].tensors, "tensor"),
           (unsigned long long)all[MAX_TYPES].elems, mzg_size_text(size, all[MAX_TYPES].bytes));
    mzg_table_init(&table, "lrr");
    for (size_t i = 0; i < n; i++) {
        mzg_table_cell(&table, "%s", all[i].type);
        mzg_table_cell(&table, "%s", mzg_count_text(count, all[i].tensors, "tensor"));
        mzg_table_cell(&table, "%s", mzg_size_text(size, all[i].bytes));
    }
    code = mzg_table_print(&table, 2, e);
    mzg_table_clear(&table);
    return code;
}

#define SIZE_COLUMNS 4

static enum mzg_code show_sizes(const struct mzg_size_row *rows, size_t n,
                                const struct mzg_err *why, struct mzg_err *e)
{
    struct mzg_table table;
    enum mzg_code code;
    char size[MZG_SIZE];
    if (n == 0) {
        printf("cannot be converted: %s\n", why->msg);
        return MZG_OK;
    }
    puts("converted it would weigh");
    mzg_table_init(&table, "lrlrlrlr");
    /* Down, then across: about from the largest to the smallest. */
    size_t lines = (n + SIZE_COLUMNS - 1) / SIZE_COLUMNS;
    for (size_t i = 0; i < lines * SIZE_COLUMNS; i++) {
        size_t at = i % SIZE_COLUMNS * lines + i / SIZE_COLUMNS;
        mzg_table_cell(&table, "%s", at < n ? rows[at].to : "");
        mzg_table_cell(&table, "%s", at < n ? mzg_size_text(size, rows[at].bytes) : "");
    }
    code = mzg_table_print(&table, 2, e);
    mzg_table_clear(&table);
    return code;
}

static void report_tensors(json_t *list, const struct mzg_view *v)
{
    for (size_t i = 0; i < mzg_view_tensors(v); i++) {
        struct mzg_view_tensor t;
        json_t *o = mzg_report_row(list), *shape;
        mzg_view_tensor(v, i, &t);
        mzg_report_text(o, "name", t.name);
        mzg_report_text(o, "type", t.type);
        shape = mzg_report_list(o, "shape");
        for (unsigned d = 0; d < t.n_dims; d++)
            mzg_report_row_number(shape, t.ne[d]);
        mzg_report_number(o, "elements", t.elems);
        mzg_report_number(o, "bytes", t.bytes);
    }
}

static void report_types(json_t *o, const struct mzg_view *v)
{
    struct tally all[MAX_TYPES + 1];
    size_t n = count_types(v, all);
    json_t *types;
    mzg_report_text(o, "container", mzg_view_container(v));
    mzg_report_number(o, "tensor_count", all[MAX_TYPES].tensors);
    mzg_report_number(o, "elements", all[MAX_TYPES].elems);
    mzg_report_number(o, "bytes", all[MAX_TYPES].bytes);
    types = mzg_report_object(o, "types");
    for (size_t i = 0; i < n; i++) {
        json_t *type = mzg_report_object(types, all[i].type);
        mzg_report_number(type, "tensors", all[i].tensors);
        mzg_report_number(type, "bytes", all[i].bytes);
    }
}

static void report_model(json_t *o, struct mzg_view *v, bool tensors,
                         const struct mzg_size_row *rows, size_t n)
{
    const char *key, *value;
    json_t *sub;
    report_types(o, v);
    sub = mzg_report_object(o, "metadata");
    for (size_t i = 0; mzg_view_metadata(v, i, &key, &value); i++)
        mzg_report_text(sub, key, value);
    sub = mzg_report_object(o, "converted_bytes");
    for (size_t i = 0; i < n; i++)
        mzg_report_number(sub, rows[i].to, rows[i].bytes);
    if (tensors)
        report_tensors(mzg_report_list(o, "tensors"), v);
}

/* Weights alone, without what makes a model of them; there is no other way with ONNX yet. */
static bool is_bare(const char *path, const char *container)
{
    return strcmp(container, "ONNX") == 0 ||
           (strcmp(container, "safetensors") == 0 && is_regular(path));
}

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
    struct mzg_convert_options opt = {.to = "Q8_0"};
    struct mzg_size_row rows[MZG_SIZE_ROWS];
    struct mzg_view *v = NULL;
    struct mzg_err why;
    size_t n = 0;
    bool tensors = mzg_args_has(&c->args, "tensors");
    enum mzg_code code = mzg_view_open(&v, path, e);
    if (code)
        return code;
    /* A model that cannot be converted can still be looked at. */
    opt.raw = is_bare(path, mzg_view_container(v));
    if (mzg_convert_sizes(path, &opt, rows, &n, &why))
        n = 0;
    if (c->json) {
        report_model(c->result, v, tensors, rows, n);
    } else {
        code = show_types(v, e);
        if (!code)
            code = show_metadata(v, e);
        if (!code && tensors)
            code = show_tensors(v, e);
        if (!code && !is_quantized(v))
            code = show_sizes(rows, n, &why, e);
    }
    mzg_view_close(v);
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
        "Reads headers only and shows the tensors' types and sizes, the metadata, and what the model "
        "would weigh by each recipe that mzigo converts by. Of a bundle or repository it shows what "
        "the manifests say, with signatures unchecked: mzigo verify is for trusting them.",
    .examples = "mzigo inspect my-model\n"
                "mzigo inspect my-model.gguf --tensors\n"
                "mzigo inspect repo --json",
    .operands = operands,
    .options = options,
    .run = run,
};
