/* The public calls about models: they open what formats/model needs and hand results over. */
#include "mzigo.h"

#include "base/pool.h"
#include "kernels/kernels.h"
#include "model/check.h"
#include "model/convert.h"
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
static struct mzg_run with_threads(const struct mzg_run *run)
{
    struct mzg_run r;
    if (run != NULL)
        r = *run;
    else
        mzg_run_init(&r);
    r.threads = mzg_run_threads(&r);
    return r;
}

static enum mzg_code open_model(struct mzg_model *m, const char *src,
                                const struct mzg_convert_options *opt,
                                const struct mzg_notify *notify, struct mzg_err *e)
{
    struct mzg_model_options mo = {.raw = opt->raw, .pre = opt->pre, .notify = notify};
    return mzg_model_open(m, src, &mo, e);
}

enum mzg_code mzg_convert(const char *src, const char *out, const struct mzg_convert_options *opt,
                          const struct mzg_run *run, struct mzg_convert_result *r,
                          struct mzg_err *e)
{
    struct mzg_run how = with_threads(run);
    struct mzg_convert_totals totals;
    struct mzg_model model;
    const struct mzg_recipe *recipe;
    enum mzg_code rc = mzg_recipe_find(opt->to, &recipe, e);
    if (rc != MZG_OK)
        return rc;
    rc = open_model(&model, src, opt, &how.notify, e);
    if (rc != MZG_OK)
        return rc;
    struct mzg_convert_job job = {.model = &model, .recipe = recipe, .pre = opt->pre};
    rc = mzg_convert_run(&job, out, &how, &totals, e);
    mzg_model_close(&model);
    if (rc == MZG_OK && r != NULL)
        *r = (struct mzg_convert_result){.tensors = totals.tensors, .elems = totals.elems,
                                         .source_bytes = totals.source_bytes,
                                         .output_bytes = totals.output_bytes};
    return rc;
}

enum mzg_code mzg_convert_sizes(const char *src, const struct mzg_convert_options *opt,
                                struct mzg_size_row rows[MZG_SIZE_ROWS], size_t *n,
                                struct mzg_err *e)
{
    struct mzg_model model;
    size_t count;
    const struct mzg_recipe *recipes = mzg_recipes(&count);
    enum mzg_code rc = open_model(&model, src, opt, NULL, e);
    if (rc != MZG_OK)
        return rc;
    *n = 0;
    for (size_t i = 0; i < count && i < MZG_SIZE_ROWS && rc == MZG_OK; i++) {
        struct mzg_convert_job job = {.model = &model, .recipe = &recipes[i]};
        rows[i].to = recipes[i].name;
        rc = mzg_convert_size(&job, &rows[i].bytes, e);
        if (rc == MZG_OK)
            *n = i + 1;
    }
    mzg_model_close(&model);
    return rc;
}

/* ---- check ---- */

/* All that a report points into. */
struct check_memory {
    struct mzg_weights out;
    struct mzg_model source;
    struct mzg_check check;
    struct mzg_check_row *rows;
    char *pre;
    bool source_open;
};

static void check_memory_free(struct check_memory *m)
{
    if (m == NULL)
        return;
    mzg_check_report_clear(&m->check);
    if (m->source_open)
        mzg_model_close(&m->source);
    mzg_weights_close(&m->out);
    free(m->rows);
    free(m->pre);
    free(m);
}

/* Opens the source the way the checked file says it was made. */
static enum mzg_code open_source(struct check_memory *m, const char *src, const char *out,
                                 struct mzg_err *e)
{
    char q[MZG_QUOTE];
    const char *pre, *arch;
    size_t len;
    if (m->out.gguf == NULL)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: not a GGUF file",
                        mzg_quote(q, out));
    const struct mzg_kvs *k = &m->out.gguf->kvs;
    struct mzg_model_options mo = {.raw = mzg_kvs_find(k, MZG_KEY_RAW) != NULL};
    if (mzg_kvs_get_text(k, "general.architecture", &arch, &len) && len == 3 &&
        memcmp(arch, "raw", 3) == 0)
        mo.raw = true;
    if (mzg_kvs_get_text(k, MZG_KEY_PRE, &pre, &len)) {
        m->pre = strndup(pre, len);
        if (m->pre == NULL)
            return mzg_fail_memory(e, "opening the source");
        mo.pre = m->pre;
    }
    enum mzg_code rc = mzg_model_open(&m->source, src, &mo, e);
    m->source_open = rc == MZG_OK;
    return rc;
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

enum mzg_code mzg_check(const char *out, const char *src, const char *limits,
                        const struct mzg_run *run, struct mzg_check_report *report,
                        struct mzg_err *e)
{
    struct mzg_run how = with_threads(run);
    struct mzg_limits l;
    memset(report, 0, sizeof *report);
    mzg_limits_init(&l);
    struct check_memory *m = calloc(1, sizeof *m);
    if (m == NULL)
        return mzg_fail_memory(e, "check");
    enum mzg_code rc = limits != NULL ? mzg_limits_load(&l, limits, e) : MZG_OK;
    if (rc == MZG_OK)
        rc = mzg_weights_open(&m->out, out, e);
    if (rc == MZG_OK)
        rc = open_source(m, src, out, e);
    if (rc == MZG_OK)
        rc = mzg_check_run(&m->check, &m->out, &m->source, &l, &how, e);
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
