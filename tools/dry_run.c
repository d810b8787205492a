#include "dry_run.h"
#include "report.h"
#include "term.h"
#include <stdio.h>

/* Where rows go: a table for people or a list for machines. */
struct sheet {
    struct mzg_table table;
    json_t *list; /* NULL: the table */
};

static void shape_text(char *out, size_t size, const struct mzg_plan_row *r)
{
    size_t n = 0;
    for (unsigned d = 0; d < r->n_dims && n < size; d++)
        n += (size_t)snprintf(out + n, size - n, "%s%llu", d ? " x " : "",
                              (unsigned long long)r->ne[d]);
}

static void add_to_list(json_t *list, const struct mzg_plan_row *r)
{
    json_t *o = mzg_report_row(list), *shape;
    mzg_report_text(o, "name", r->name);
    shape = mzg_report_list(o, "shape");
    for (unsigned d = 0; d < r->n_dims; d++)
        mzg_report_row_number(shape, r->ne[d]);
    mzg_report_text(o, "source_type", r->source_type);
    mzg_report_text(o, "type", r->type);
    mzg_report_number(o, "bytes", r->bytes);
    mzg_report_flag(o, "importance", r->weighted);
    mzg_report_text(o, "why", r->why);
}

static void add_row(void *ctx, const struct mzg_plan_row *r)
{
    struct sheet *s = ctx;
    char q[MZG_QUOTE], shape[160], size[MZG_SIZE];
    if (s->list) {
        add_to_list(s->list, r);
        return;
    }
    shape_text(shape, sizeof shape, r);
    mzg_table_cell(&s->table, "%s", mzg_quote(q, r->name));
    mzg_table_cell(&s->table, "%s", shape);
    mzg_table_cell(&s->table, "%s", r->source_type);
    mzg_table_cell(&s->table, "%s", r->type);
    mzg_table_cell(&s->table, "%s", mzg_size_text(size, r->bytes));
    mzg_table_cell(&s->table, "%s%s", mzg_quote(q, r->why), r->weighted ? ", with importance" : "");
}

static void add_heads(struct mzg_table *t)
{
    static const char *const heads[] = {"tensor", "shape", "from", "to", "size", "why"};
    mzg_table_init(t, "llllrl");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        mzg_table_cell(t, "%s", heads[i]);
}

static enum mzg_code show(const struct mzg_table *t, const char *name, const struct mzg_convert_result *r,
                          struct mzg_err *e)
{
    char word[MZG_WORD], size[MZG_SIZE], count[MZG_COUNT];
    double bits = r->elems ? (double)r->output_bytes * 8 / (double)r->elems : 0;
    enum mzg_code code = mzg_table_print(t, 0, e);
    printf("%s would have %s, %llu bytes (%s), %.2f bits per weight\n", mzg_shell_word(word, name),
           mzg_count_text(count, r->tensors, "tensor"), (unsigned long long)r->output_bytes,
           mzg_size_text(size, r->output_bytes), bits);
    if (r->parts > 0)
        printf("in %s, the largest of %llu bytes (%s)\n", mzg_count_text(count, r->parts, "part"),
               (unsigned long long)r->largest_part, mzg_size_text(size, r->largest_part));
    return code;
}

static enum mzg_code plan_one(struct mzg_context *c, const char *src, const struct mzg_convert_options *opt,
                              const struct mzg_convert_output *out, json_t *list, struct mzg_err *e)
{
    struct mzg_convert_options one = *opt;
    struct mzg_convert_result r;
    struct sheet s = {.list = NULL};
    json_t *o = list ? mzg_report_row(list) : NULL;
    bool named = mzg_args_has(&c->args, "out");
    one.to = out->to;
    add_heads(&s.table);
    if (o) {
        mzg_report_text(o, "out", named ? out->path : NULL);
        s.list = mzg_report_list(o, "tensors");
    }
    enum mzg_code code = mzg_convert_plan(src, &one, &c->run, add_row, &s, &r, e);
    mzg_meter_wipe(c->meter);
    if (o)
        mzg_report_text(o, "to", out->to || code ? out->to : r.to);
    if (!code && o && r.parts > 0) {
        mzg_report_number(o, "parts", r.parts);
        mzg_report_number(o, "largest_part_bytes", r.largest_part);
    }
    if (!code && o)
        mzg_report_number(o, "output_bytes", r.output_bytes);
    else if (!code)
        code = show(&s.table, out->to || named ? out->path : r.to ? r.to : "the output", &r, e);
    mzg_table_clear(&s.table);
    return code;
}

enum mzg_code mzg_dry_run(struct mzg_context *c, const char *src, const struct mzg_convert_options *opt,
                          const struct mzg_outputs *outs, struct mzg_err *e)
{
    json_t *list = c->json ? mzg_report_list(c->result, "outputs") : NULL;
    enum mzg_code code = MZG_OK;
    for (size_t i = 0; i < outs->n && !code; i++)
        code = plan_one(c, src, opt, &outs->list[i], list, e);
    return code;
}
