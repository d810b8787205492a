#include "command.h"
#include "kernels_report.h"
#include "report.h"
#include "term.h"
#include <stdio.h>

static const struct mzg_option options[] = {
    {"bench", 0, NULL, 0, "Times each kernel too, on one thread, from the cache: medians."},
    MZG_OPTION_CPU,
    MZG_OPTIONS_COMMON,
    {0},
};

static void report(json_t *o, const struct mzg_kernels_report *r, uint32_t cpu)
{
    json_t *features = mzg_report_list(o, "cpu"), *list = mzg_report_list(o, "kernels");
    mzg_report_number(o, "checked", r->n_checked);
    mzg_report_number(o, "failed", r->n_failed);
    for (unsigned i = 0; i < 32; i++) {
        if (cpu >> i & 1)
            mzg_report_row_text(features, mzg_cpu_name(1u << i));
    }
    for (size_t i = 0; i < r->n_rows; i++) {
        const struct mzg_kernel_row *row = &r->rows[i];
        json_t *k = mzg_report_row(list);
        mzg_report_text(k, "name", row->kernel->name);
        mzg_report_text(k, "type", mzg_type_by_number((uint32_t)row->kernel->type)->name);
        mzg_report_text(k, "operation", mzg_op_name(row->kernel->op));
        mzg_report_text(k, "variant", row->kernel->isa);
        mzg_report_flag(k, "runs", row->runs);
        mzg_report_flag(k, "selected", row->selected);
        if (row->runs)
            mzg_report_flag(k, "same", row->same);
        if (row->elems_s > 0) {
            mzg_report_real(k, "elements_per_second", row->elems_s);
            mzg_report_real(k, "bytes_per_second", row->bytes_s);
            mzg_report_real(k, "times_reference", row->times_ref);
        }
    }
}

static void add_row(struct mzg_table *t, const struct mzg_kernel_row *row, bool bench)
{
    mzg_table_cell(t, "%s", mzg_type_by_number((uint32_t)row->kernel->type)->name);
    mzg_table_cell(t, "%s", mzg_op_name(row->kernel->op));
    mzg_table_cell(t, "%s", row->kernel->isa);
    mzg_table_cell(t, "%s", row->selected ? "used" : "");
    if (!row->runs)
        mzg_table_cell(t, "not run");
    else if (row->kernel->needs == 0)
        mzg_table_cell(t, "the reference");
    else
        mzg_table_cell(t, "%s", row->same ? "same bits" : "DIFFERS");
    if (!bench)
        return;
    if (row->elems_s > 0) {
        mzg_table_cell(t, "%.0f", row->elems_s * 1e-6);
        mzg_table_cell(t, "%.2f", row->bytes_s * 1e-9);
        mzg_table_cell(t, "%.1f", row->times_ref);
        return;
    }
    for (int i = 0; i < 3; i++)
        mzg_table_cell(t, "%s", "");
}

static enum mzg_code show(const struct mzg_kernels_report *r, bool bench, struct mzg_err *e)
{
    static const char *const heads[] = {"type",    "operation", "variant", "",
                                        "check",   "Melem/s",   "GB/s",    "x ref"};
    struct mzg_table t;
    char count[MZG_COUNT];
    enum mzg_code code;
    mzg_table_init(&t, bench ? "lllllrrr" : "lllll");
    for (size_t i = 0; i < (bench ? 8 : 5); i++)
        mzg_table_cell(&t, "%s", heads[i]);
    for (size_t i = 0; i < r->n_rows; i++)
        add_row(&t, &r->rows[i], bench);
    code = mzg_table_print(&t, 0, e);
    mzg_table_clear(&t);
    printf("%s checked, %llu failed\n", mzg_count_text(count, r->n_checked, "kernel"),
           (unsigned long long)r->n_failed);
    return code;
}

static enum mzg_code run(struct mzg_context *c, struct mzg_err *e)
{
    struct mzg_kernels_report r = {0};
    struct mzg_err show_err;
    bool bench = mzg_args_has(&c->args, "bench");
    enum mzg_code code = mzg_kernels_check(&r, c->run.cpu, bench, e);
    if ((code == MZG_OK || code == MZG_DIFFERS) && c->json) {
        report(c->result, &r, c->run.cpu);
    } else if (code == MZG_OK || code == MZG_DIFFERS) {
        enum mzg_code show_code = show(&r, bench, &show_err);
        if (!code && show_code) {
            *e = show_err;
            code = show_code;
        }
    }
    mzg_kernels_report_clear(&r);
    return code;
}

const struct mzg_command mzg_cmd_kernels = {
    .name = "kernels",
    .brief = "checks the arithmetic on this very CPU, and times it",
    .about =
        "Every kernel that turns weights into blocks, back, or multiplies them has a plain C "
        "reference and variants for the instruction sets of CPUs. All give the same bits, so a "
        "model is the same wherever it was made. This runs each variant that this CPU can run "
        "beside the reference on inputs of every kind, and says which one is used. The exit status "
        "is 1 when one differs: then do not trust what this machine computes.",
    .examples = "mzigo kernels\n"
                "mzigo kernels --bench\n"
                "mzigo kernels --cpu avx2 --json",
    .options = options,
    .run = run,
};
