#include "command.h"
#include "mzigo.h"
#include "report.h"
#include "term.h"
#include <math.h>
#include <stdio.h>

static const struct mzg_operand operands[] = {
    {"OUT", 0, "The GGUF file to check; of a model in several parts, any of them. Or a file of whisper.cpp's."},
    {0},
};

static const struct mzg_option options[] = {
    {"against", 0, "SRC", MZG_REQUIRED, "What OUT was made from: as SRC of mzigo convert."},
    {"limits", 0, "FILE", 0, "A JSON file that overrides the limits per type (SPEC.md, "
                             "\"Accuracy\")."},
    {"imatrix", 0, "FILE", 0, "The importance data that OUT was made with: its quantization is then repeated "
                              "and compared, block by block."},
    {"lora", 0, "ADAPTER", MZG_MANY, "An adapter that OUT was made with; several in the order in which they were "
                                     "merged."},
    {"tokenizer", 0, "PATH", 0, "The tokens that OUT was made with, as for mzigo convert."},
    {"base", 0, "BASE", 0, "SRC is an adapter, OUT was made of it alone, and this is the BASE that it was made for."},
    {"failed", 0, NULL, 0, "Lists only the tensors that break a limit."},
    MZG_OPTION_THREADS,
    MZG_OPTION_CPU,
    MZG_OPTIONS_COMMON,
    {0},
};

static void report_row(json_t *o, const struct mzg_check_row *row)
{
    mzg_report_text(o, "name", row->name);
    mzg_report_text(o, "type", row->type);
    mzg_report_number(o, "elements", row->elems);
    mzg_report_real(o, "relative_rmse", row->rel_rmse);
    mzg_report_real(o, "snr_db", row->snr_db);
    mzg_report_real(o, "cosine", row->cosine);
    mzg_report_real(o, "max_error", row->max_error);
    mzg_report_number(o, "max_error_at", row->max_error_at);
    mzg_report_real(o, "block_error", row->block_error);
    mzg_report_number(o, "block_error_at", row->block_error_at);
    mzg_report_real(o, "dot_error", row->dot_error);
    mzg_report_real(o, "kernel_error", row->kernel_error);
    if (row->repeated >= 0)
        mzg_report_flag(o, "repeated", row->repeated);
    if (row->repeated == 0)
        mzg_report_number(o, "repeated_at", row->repeated_at);
    mzg_report_text(o, "fault", row->fault);
    if (row->fault && row->fault_at != MZG_NO_OFFSET)
        mzg_report_number(o, "fault_at", row->fault_at);
}

static void report(json_t *o, const struct mzg_check_report *r, bool failed_only)
{
    json_t *list;
    mzg_report_number(o, "checked", r->n_rows);
    mzg_report_number(o, "failed", r->n_failed);
    mzg_report_real(o, "relative_rmse", r->rel_rmse);
    list = mzg_report_list(o, "tensors");
    for (size_t i = 0; i < r->n_rows; i++) {
        if (r->rows[i].fault || !failed_only)
            report_row(mzg_report_row(list), &r->rows[i]);
    }
}

static void add_row(struct mzg_table *t, const struct mzg_check_row *row)
{
    char q[MZG_QUOTE];
    mzg_table_cell(t, "%s", mzg_quote(q, row->name));
    mzg_table_cell(t, "%s", row->type);
    mzg_table_cell(t, "%.3f%%", row->rel_rmse * 100);
    if (isfinite(row->snr_db))
        mzg_table_cell(t, "%.1f dB", row->snr_db);
    else
        mzg_table_cell(t, "exact");
    mzg_table_cell(t, "%.6f", row->cosine);
    mzg_table_cell(t, "%.3g", row->max_error);
    mzg_table_cell(t, "at %llu", (unsigned long long)row->max_error_at);
    mzg_table_cell(t, "%.3f%%", row->dot_error * 100);
    if (row->fault && row->fault_at != MZG_NO_OFFSET)
        mzg_table_cell(t, "%s at element %llu", row->fault, (unsigned long long)row->fault_at);
    else
        mzg_table_cell(t, "%s", row->fault ? row->fault : "");
}

static enum mzg_code show(const struct mzg_check_report *r, bool failed_only, struct mzg_err *e)
{
    static const char *const heads[] = {"tensor", "type",      "error", "signal/noise", "cosine",
                                        "worst",  "(element)", "dot",   ""};
    struct mzg_table t;
    char count[MZG_COUNT];
    enum mzg_code code = MZG_OK;
    mzg_table_init(&t, "llrrrrlrl");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        mzg_table_cell(&t, "%s", heads[i]);
    for (size_t i = 0; i < r->n_rows; i++) {
        if (r->rows[i].fault || !failed_only)
            add_row(&t, &r->rows[i]);
    }
    if (r->n_failed || !failed_only)
        code = mzg_table_print(&t, 0, e);
    mzg_table_clear(&t);
    printf("%s checked, %llu failed; relative error over all weights %.3f%%\n",
           mzg_count_text(count, r->n_rows, "tensor"), (unsigned long long)r->n_failed,
           r->rel_rmse * 100);
    return code;
}

static enum mzg_code run(struct mzg_context *c, struct mzg_err *e)
{
    struct mzg_check_report r = {0};
    struct mzg_err show_err;
    bool failed_only = mzg_args_has(&c->args, "failed");
    struct mzg_check_options opt = {.limits = mzg_args_text(&c->args, "limits"),
                                    .imatrix = mzg_args_text(&c->args, "imatrix"),
                                    .tokenizer = mzg_args_text(&c->args, "tokenizer"),
                                    .base = mzg_args_text(&c->args, "base")};
    opt.n_lora = mzg_args_list(&c->args, "lora", &opt.lora);
    enum mzg_code code = mzg_check(mzg_args_operand(&c->args, 0), mzg_args_text(&c->args, "against"), &opt,
                                   &c->run, &r, e);
    mzg_meter_wipe(c->meter);
    if ((code == MZG_OK || code == MZG_DIFFERS) && c->json) {
        report(c->result, &r, failed_only);
    } else if (code == MZG_OK || code == MZG_DIFFERS) {
        enum mzg_code show_code = show(&r, failed_only, &show_err);
        if (!code && show_code) {
            *e = show_err;
            code = show_code;
        }
    }
    mzg_check_clear(&r);
    return code;
}

const struct mzg_command mzg_cmd_check = {
    .name = "check",
    .brief = "measures what a conversion did to the weights, tensor by tensor",
    .about =
        "Compares every tensor of OUT with its source: relative error, signal to noise, cosine, the "
        "largest error and its element, and the error of the very dot product that inference uses. "
        "Limits per type hold for each tensor and for each block, so that one damaged scale in a "
        "large file is found. The exit status is 1 when a limit is broken.\n"
        "\n"
        "Where OUT says that mzigo quantized it, and how, that is done again and must give the very same "
        "blocks. A file made with importance data needs them for that (--imatrix); without, a note says "
        "that its blocks were measured only. A file of whisper.cpp's says nothing of how it was made: its blocks are "
        "measured, and all that is before its tensors must be what SRC gives.",
    .examples = "mzigo check my-model.gguf --against my-model\n"
                "mzigo check my-model.gguf --against my-model --json",
    .operands = operands,
    .options = options,
    .run = run,
};
