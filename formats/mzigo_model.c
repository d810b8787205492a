/* The public calls about checking models; those about converting are in mzigo_convert.c. */
#include "mzigo.h"

#include "base/pool.h"
#include "kernels/kernels.h"
#include "model/check.h"
#include "model/lora/adapter.h"
#include "model/recall.h"
#include "model/whisper/ggml_file.h"
#include "mzigo_run.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *mzg_version(void)
{
    return MZG_VERSION;
}

void mzg_run_init(struct mzg_run *run)
{
    memset(run, 0, sizeof *run);
    run->cpu = mzg_cpu_features();
}

/* Work asks for a number of threads, never for "all". */
struct mzg_run mzg_run_with_threads(const struct mzg_run *run)
{
    struct mzg_run r;
    if (run != NULL)
        r = *run;
    else
        mzg_run_init(&r);
    r.threads = mzg_run_threads(&r);
    return r;
}

/* ---- check ---- */

#define RECORD_BYTES ((size_t)8 << 20) /* of texts that options once were */

/* All that a report points into. */
struct check_memory {
    struct mzg_weights out;
    struct mzg_model source;
    struct mzg_imatrix *imatrix;
    struct mzg_check check;
    struct mzg_check_row *rows;
    struct mzg_arena arena; /* what out's record says of the source */
    bool source_open;
};

static void check_memory_free(struct check_memory *m)
{
    if (m == NULL)
        return;
    mzg_check_report_clear(&m->check);
    if (m->source_open)
        mzg_model_close(&m->source);
    mzg_imatrix_close(m->imatrix);
    mzg_weights_close(&m->out);
    free(m->rows);
    mzg_arena_clear(&m->arena);
    free(m);
}

/* What a GGUF file says of how it was made; of a file of whisper.cpp's only the options say it. */
static enum mzg_code recall_options(struct check_memory *m, const struct mzg_check_options *opt,
                                    struct mzg_model_options *mo, struct mzg_err *e)
{
    *mo = (struct mzg_model_options){.n_adapters = opt->n_lora};
    if (m->out.ggml != NULL)
        return mzg_adapters_parse(&m->arena, opt->lora, opt->n_lora, &mo->adapters, e);
    enum mzg_code rc = mzg_recall_source(&m->out.gguf->kvs, &m->arena, mo, e);
    return rc == MZG_OK ? mzg_recall_adapters(&m->out.gguf->kvs, &m->arena, opt->lora, opt->n_lora, mo, e) : rc;
}

/* Opens the source the way the checked file says it was made. */
static enum mzg_code open_source(struct check_memory *m, const char *src, const char *out,
                                 const struct mzg_check_options *opt, struct mzg_err *e)
{
    struct mzg_model_options mo;
    char q[MZG_QUOTE], r[MZG_QUOTE];
    if (m->out.gguf == NULL && m->out.ggml == NULL)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: not a GGUF file, nor one of whisper.cpp's",
                        mzg_quote(q, out));
    enum mzg_code rc = recall_options(m, opt, &mo, e);
    if (rc != MZG_OK)
        return mzg_prefix(e, "%s", mzg_quote(q, out));
    mo.tokenizer = opt->tokenizer;
    mo.base = opt->base;
    rc = mzg_model_open(&m->source, src, &mo, e);
    m->source_open = rc == MZG_OK;
    if (rc == MZG_OK && (m->source.form != NULL) != (m->out.ggml != NULL))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: not what %s becomes, which is %s",
                        mzg_quote(q, out), mzg_quote(r, src), m->source.form ? m->source.form->what : "a GGUF file");
    if (rc == MZG_OK)
        return m->out.gguf ? mzg_recall_same_adapters(&m->out.gguf->kvs, &m->arena, &m->source, e) : MZG_OK;
    if (rc != MZG_USAGE || m->out.gguf == NULL)
        return rc;
    e->code = MZG_MALFORMED; /* nobody used an option: the file's record has words that no option takes */
    return mzg_prefix(e, "%s: its record of options", mzg_quote(q, out));
}

static enum mzg_code run_check(struct check_memory *m, const char *out, const struct mzg_limits *limits,
                               const struct mzg_run *run, struct mzg_err *e)
{
    struct mzg_check_job job = {.out = &m->out, .source = &m->source, .limits = limits, .imatrix = m->imatrix};
    char q[MZG_QUOTE];
    enum mzg_code rc = mzg_check_run(&m->check, &job, run, e);
    if (rc != MZG_OK || m->out.ggml == NULL)
        return rc;
    rc = mzg_ggml_compare(m->out.ggml, &m->source, e);
    return rc == MZG_OK ? rc : mzg_prefix(e, "%s", mzg_quote(q, out));
}

static struct mzg_check_row public_row(const struct mzg_check_tensor *t)
{
    return (struct mzg_check_row){
        .name = t->name, .type = t->type, .elems = t->elems, .rel_rmse = t->rel_rmse,
        .snr_db = t->snr_db, .cosine = t->cosine, .max_error = t->loss.max_error,
        .max_error_at = t->loss.max_error_at, .block_error = t->loss.block_error,
        .block_error_at = t->loss.block_error_at, .dot_error = t->loss.dot_error,
        .kernel_error = t->loss.kernel_error, .repeated = t->repeated,
        .repeated_at = t->loss.differs_at, .fault = t->fault, .fault_at = t->fault_at};
}

static enum mzg_code fill_report(struct mzg_check_report *report, struct check_memory *m,
                                 struct mzg_err *e)
{
    m->rows = calloc(m->check.n_rows ? m->check.n_rows : 1, sizeof *m->rows);
    if (m->rows == NULL)
        return mzg_fail_memory(e, "check report");
    for (size_t i = 0; i < m->check.n_rows; i++)
        m->rows[i] = public_row(&m->check.rows[i]);
    *report = (struct mzg_check_report){.rows = m->rows, .n_rows = m->check.n_rows,
                                        .n_failed = m->check.n_failed,
                                        .rel_rmse = m->check.rel_rmse, .memory = m};
    return MZG_OK;
}

enum mzg_code mzg_check(const char *out, const char *src, const struct mzg_check_options *opt,
                        const struct mzg_run *run, struct mzg_check_report *report,
                        struct mzg_err *e)
{
    static const struct mzg_check_options usual;
    struct mzg_run how = mzg_run_with_threads(run);
    struct mzg_limits l;
    memset(report, 0, sizeof *report);
    mzg_limits_init(&l);
    struct check_memory *m = calloc(1, sizeof *m);
    if (m == NULL)
        return mzg_fail_memory(e, "check");
    mzg_arena_init(&m->arena, RECORD_BYTES);
    if (opt == NULL)
        opt = &usual;
    enum mzg_code rc = opt->limits != NULL ? mzg_limits_load(&l, opt->limits, e) : MZG_OK;
    if (rc == MZG_OK && opt->imatrix != NULL)
        rc = mzg_imatrix_open(opt->imatrix, &m->imatrix, e);
    if (rc == MZG_OK)
        rc = mzg_weights_open(&m->out, out, e);
    if (rc == MZG_OK)
        rc = open_source(m, src, out, opt, e);
    if (rc == MZG_OK)
        rc = run_check(m, out, &l, &how, e);
    if (rc == MZG_OK || rc == MZG_DIFFERS) {
        enum mzg_code filled = fill_report(report, m, e);
        if (filled == MZG_OK)
            return rc;
        rc = filled;
    }
    check_memory_free(m);
    return rc;
}

void mzg_check_clear(struct mzg_check_report *report)
{
    check_memory_free(report->memory);
    memset(report, 0, sizeof *report);
}
