#include "inspect.h"
#include "tools/term.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- the first lines: what it is ---- */

/* One line, whatever stands in the text; nothing where k has no such text. */
static void add_text(struct mzg_table *table, const char *name, const struct mzg_kvs *k, const char *key)
{
    char q[MZG_QUOTE];
    const char *text;
    size_t len;
    if (!mzg_kvs_get_text(k, key, &text, &len) || len == 0)
        return;
    mzg_table_cell(table, "%s", name);
    mzg_table_cell(table, "%s", mzg_quote_n(q, text, len));
}

/* "lora, alpha 16": of what lies over a model. */
static void add_adapter(struct mzg_table *table, const struct mzg_kvs *k)
{
    const struct mzg_kv *alpha = mzg_kvs_find(k, "adapter.lora.alpha");
    char q[MZG_QUOTE];
    const char *text;
    size_t len;
    if (!mzg_kvs_get_text(k, "adapter.type", &text, &len))
        return;
    mzg_table_cell(table, "adapter");
    if (alpha && alpha->type == MZG_KV_F32) {
        struct mzg_reader r;
        mzg_reader_init(&r, alpha->value, alpha->size, alpha->offset);
        mzg_table_cell(table, "%s, alpha %g", mzg_quote_n(q, text, len), (double)mzg_reader_f32(&r));
    } else {
        mzg_table_cell(table, "%s", mzg_quote_n(q, text, len));
    }
}

static void add_languages(struct mzg_table *table, const struct mzg_kvs *k)
{
    const struct mzg_kv *kv = mzg_kvs_find(k, "general.languages");
    struct mzg_reader r;
    char all[MZG_QUOTE] = "", q[MZG_QUOTE];
    size_t n = 0;
    if (!kv || kv->type != MZG_KV_ARRAY || kv->elem != MZG_KV_STRING || kv->count == 0)
        return;
    mzg_reader_init(&r, kv->value, kv->size, 0);
    for (uint64_t i = 0; i < kv->count; i++) {
        uint64_t len = mzg_reader_u64(&r);
        const char *text = (const char *)mzg_reader_bytes(&r, len);
        const char *word = text && len < 24 ? mzg_quote_n(q, text, (size_t)len) : "...";
        if (strlen(word) + 8 > sizeof all - n) {
            n += (size_t)snprintf(all + n, sizeof all - n, " ...");
            break;
        }
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i ? ", " : "", word);
    }
    mzg_table_cell(table, "languages");
    mzg_table_cell(table, "%s", all);
}

/* "gpt2 (qwen2), 151936 tokens"; below it the special ones. */
static void add_tokenizer(struct mzg_table *table, const struct mzg_kvs *k)
{
    const struct mzg_kv *tokens = mzg_kvs_find(k, "tokenizer.ggml.tokens");
    const char *model, *pre;
    size_t len, pre_len;
    char q[MZG_QUOTE], p[MZG_QUOTE], count[MZG_COUNT], ids[240];
    uint64_t id;
    size_t n = 0;
    if (!mzg_kvs_get_text(k, "tokenizer.ggml.model", &model, &len))
        return;
    bool has_pre = mzg_kvs_get_text(k, "tokenizer.ggml.pre", &pre, &pre_len);
    mzg_table_cell(table, "tokenizer");
    mzg_table_cell(table, "%s%s%s%s, %s", mzg_quote_n(q, model, len), has_pre ? " (" : "",
                   has_pre ? mzg_quote_n(p, pre, pre_len) : "", has_pre ? ")" : "",
                   mzg_count_text(count, tokens ? tokens->count : 0, "token"));
    for (const struct mzg_inspect_special *s = mzg_inspect_specials; s->name; s++) {
        if (mzg_kvs_get_u64(k, s->key, &id) && n < sizeof ids - 40)
            n += (size_t)snprintf(ids + n, sizeof ids - n, "%s%s %llu", n ? ", " : "", s->name,
                                  (unsigned long long)id);
    }
    mzg_table_cell(table, "special tokens");
    mzg_table_cell(table, "%s", n ? ids : "none");
    mzg_table_cell(table, "chat template");
    mzg_table_cell(table, mzg_kvs_find(k, "tokenizer.chat_template") ? "yes" : "no");
}

static void add_size(struct mzg_table *table, const struct mzg_inspect *m)
{
    struct mzg_type_count all[MZG_INSPECT_TYPES + 1];
    const struct mzg_weights *w = mzg_view_weights(m->view);
    char size[MZG_SIZE], count[MZG_COUNT], files[MZG_COUNT], label[MZG_SIZE];
    const char *text;
    size_t len;
    bool has_label = mzg_kvs_get_text(mzg_view_kvs(m->view), "general.size_label", &text, &len) &&
                     len > 0 && len < sizeof label / 4;
    mzg_inspect_types(m->view, all);
    mzg_table_cell(table, "size");
    mzg_table_cell(table, "%s in %s, %s", mzg_size_text(size, all[MZG_INSPECT_TYPES].bytes),
                   mzg_count_text(count, all[MZG_INSPECT_TYPES].tensors, "tensor"),
                   mzg_count_text(files, w->n_files, "file"));
    mzg_table_cell(table, "parameters");
    if (has_label) {
        char q[MZG_QUOTE];
        mzg_table_cell(table, "%llu (%s)", (unsigned long long)all[MZG_INSPECT_TYPES].elems,
                       mzg_quote_n(q, text, len));
    } else {
        mzg_table_cell(table, "%llu", (unsigned long long)all[MZG_INSPECT_TYPES].elems);
    }
}

static enum mzg_code show_head(const struct mzg_inspect *m, struct mzg_err *e)
{
    const struct mzg_kvs *k = mzg_view_kvs(m->view);
    struct mzg_table table;
    uint64_t context;
    mzg_table_init(&table, "ll");
    mzg_table_cell(&table, "container");
    mzg_table_cell(&table, "%s", mzg_view_container(m->view));
    add_text(&table, "architecture", k, "general.architecture");
    add_adapter(&table, k);
    add_text(&table, "name", k, "general.name");
    add_text(&table, "organization", k, "general.organization");
    add_text(&table, "made from", k, "general.base_model.0.name");
    add_text(&table, "licence", k, "general.license");
    add_languages(&table, k);
    add_size(&table, m);
    if (mzg_inspect_context(k, &context)) {
        mzg_table_cell(&table, "context length");
        mzg_table_cell(&table, "%llu tokens", (unsigned long long)context);
    }
    add_tokenizer(&table, k);
    enum mzg_code code = mzg_table_print(&table, 0, e);
    mzg_table_clear(&table);
    return code;
}

static enum mzg_code show_types(const struct mzg_inspect *m, struct mzg_err *e)
{
    struct mzg_type_count all[MZG_INSPECT_TYPES + 1];
    size_t n = mzg_inspect_types(m->view, all);
    char size[MZG_SIZE], count[MZG_COUNT];
    struct mzg_table table;
    puts("types");
    mzg_table_init(&table, "lrr");
    for (size_t i = 0; i < n; i++) {
        mzg_table_cell(&table, "%s", all[i].type);
        mzg_table_cell(&table, "%s", mzg_count_text(count, all[i].tensors, "tensor"));
        mzg_table_cell(&table, "%s", mzg_size_text(size, all[i].bytes));
    }
    enum mzg_code code = mzg_table_print(&table, 2, e);
    mzg_table_clear(&table);
    return code;
}

/* ---- all keys ---- */

/* Columns of the terminal; 0 where there is none, and lines may be of any length. */
static size_t terminal_width(void)
{
    struct winsize size = {0};
    if (!isatty(STDOUT_FILENO))
        return 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

static size_t widest_key(const struct mzg_kvs *k)
{
    size_t widest = 0;
    for (size_t i = 0; i < k->count; i++)
        widest = strlen(k->items[i].key) > widest ? strlen(k->items[i].key) : widest;
    return widest;
}

/* Where the value of `room` columns ends, by characters. */
static size_t fits(const char *value, size_t room)
{
    size_t n = 0;
    const char *p = value;
    for (; *p; p++) {
        if (((unsigned char)*p & 0xc0) != 0x80 && n++ == room)
            break;
    }
    return (size_t)(p - value);
}

static enum mzg_code show_metadata(const struct mzg_inspect *m, struct mzg_err *e)
{
    const struct mzg_kvs *k = mzg_view_kvs(m->view);
    size_t width = terminal_width(), taken = widest_key(k) + 4;
    size_t room = width == 0 ? SIZE_MAX : width > taken + 16 ? width - taken : 16;
    struct mzg_table table;
    const char *key, *value;
    puts(k->count || mzg_view_weights(m->view)->n_facts ? "metadata" : "no metadata");
    mzg_table_init(&table, "ll");
    for (size_t i = 0; mzg_view_metadata(m->view, i, &key, &value); i++) {
        bool whole = value[fits(value, room)] == '\0';
        size_t n = whole ? strlen(value) : fits(value, room - 3);
        mzg_table_cell(&table, "%s", key);
        mzg_table_cell(&table, "%.*s%s", (int)n, value, whole ? "" : "...");
    }
    enum mzg_code code = mzg_table_print(&table, 2, e);
    mzg_table_clear(&table);
    return code;
}

/* ---- all tensors ---- */

static void shape_text(char *out, size_t size, const struct mzg_view_tensor *t)
{
    size_t n = 0;
    snprintf(out, size, "scalar");
    for (unsigned d = 0; d < t->n_dims && n < size; d++)
        n += (size_t)snprintf(out + n, size - n, "%s%llu", d ? " x " : "",
                              (unsigned long long)t->ne[d]);
}

/* Files are told by number where there are several: their names are long, and nearly the same. */
static void show_files(const struct mzg_weights *w)
{
    char q[MZG_QUOTE];
    puts("files");
    for (size_t i = 0; i < w->n_files; i++)
        printf("  %zu  %s\n", i + 1, mzg_quote(q, w->files[i].name));
}

/* Names come last: they are of any length, and all before them fits on half a line. */
static enum mzg_code show_tensors(const struct mzg_inspect *m, struct mzg_err *e)
{
    const struct mzg_weights *w = mzg_view_weights(m->view);
    bool several = w->n_files > 1;
    struct mzg_table table;
    if (several)
        show_files(w);
    puts("tensors (row width first)");
    mzg_table_init(&table, several ? "llrrl" : "llrl");
    for (size_t i = 0; i < w->n_tensors; i++) {
        struct mzg_view_tensor t;
        char q[MZG_QUOTE], shape[160], size[MZG_SIZE];
        mzg_view_tensor(m->view, i, &t);
        shape_text(shape, sizeof shape, &t);
        mzg_table_cell(&table, "%s", t.type);
        mzg_table_cell(&table, "%s", shape);
        mzg_table_cell(&table, "%s", mzg_size_text(size, t.bytes));
        if (several)
            mzg_table_cell(&table, "%u", (unsigned)w->tensors[i].file + 1);
        mzg_table_cell(&table, "%s", mzg_quote(q, t.name));
    }
    enum mzg_code code = mzg_table_print(&table, 2, e);
    mzg_table_clear(&table);
    return code;
}

/* ---- what it would weigh ---- */

#define SIZE_COLUMNS 4

static enum mzg_code show_sizes(const struct mzg_inspect *m, struct mzg_err *e)
{
    size_t n = m->n_rows, lines = (n + SIZE_COLUMNS - 1) / SIZE_COLUMNS;
    struct mzg_table table;
    char size[MZG_SIZE];
    puts("converted it would weigh");
    mzg_table_init(&table, "lrlrlrlr");
    /* Down, then across: about from the largest to the smallest. */
    for (size_t i = 0; i < lines * SIZE_COLUMNS; i++) {
        size_t at = i % SIZE_COLUMNS * lines + i / SIZE_COLUMNS;
        mzg_table_cell(&table, "%s", at < n ? m->rows[at].to : "");
        mzg_table_cell(&table, "%s", at < n ? mzg_size_text(size, m->rows[at].bytes) : "");
    }
    enum mzg_code code = mzg_table_print(&table, 2, e);
    mzg_table_clear(&table);
    return code;
}

#define NAMES 24

/* What a family would have to be made for. */
static enum mzg_code show_why_not(const struct mzg_inspect *m, struct mzg_err *e)
{
    struct mzg_name_count patterns[NAMES + 1];
    size_t n = mzg_inspect_names(m->view, patterns, NAMES + 1);
    struct mzg_table table;
    char q[MZG_QUOTE];
    printf("cannot be converted: %s\n", m->why_not);
    puts("its tensors are called (# is a number)");
    mzg_table_init(&table, "rl");
    for (size_t i = 0; i < n && i < NAMES; i++) {
        mzg_table_cell(&table, "%llu", (unsigned long long)patterns[i].n);
        mzg_table_cell(&table, "%s", mzg_quote(q, patterns[i].name));
    }
    enum mzg_code code = mzg_table_print(&table, 2, e);
    if (n > NAMES)
        puts("  and others (--tensors lists all)");
    mzg_table_clear(&table);
    return code;
}

enum mzg_code mzg_inspect_show(const struct mzg_inspect *m, struct mzg_err *e)
{
    enum mzg_code code = show_head(m, e);
    bool empty = mzg_view_tensors(m->view) == 0; /* a bare vocabulary */
    if (!code && !empty)
        code = show_types(m, e);
    if (!code && (m->metadata || mzg_view_weights(m->view)->n_facts > 0))
        code = show_metadata(m, e);
    if (!code && m->tensors && !empty)
        code = show_tensors(m, e);
    if (!code && m->n_rows > 0 && !empty)
        code = show_sizes(m, e);
    if (!code && m->why_not)
        code = show_why_not(m, e);
    return code;
}
