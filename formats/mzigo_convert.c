/* The public calls about converting models: they open what formats/model needs and hand results over. */
#include "mzigo.h"

#include "base/utf8.h"
#include "mzigo_run.h"
#include "model/containers/parts.h"
#include "mzigo_view.h"
#include "model/convert.h"
#include "model/form.h"
#include "model/lora/adapter.h"
#include "model/meta/settings.h"
#include "model/provenance.h"
#include "model/recipes/subject.h"
#include <stdlib.h>
#include <string.h>

_Static_assert(MZG_CONVERT_OUTPUTS == MZG_OUTPUTS_MAX, "the face promises what the house can do");

#define WORDS_BYTES ((size_t)1 << 20)

/* What is open for the outputs of one call. */
struct request {
    struct mzg_model model;
    bool model_open;
    struct mzg_imatrix *imatrix;
    struct mzg_recipe *own; /* of the recipe file */
    struct mzg_arena arena; /* what words of the options stand for */
    struct mzg_convert_job job; /* of each output, but for its recipe */
};

static void request_clear(struct request *q)
{
    if (q->model_open)
        mzg_model_close(&q->model);
    mzg_imatrix_close(q->imatrix);
    mzg_recipe_free(q->own);
    mzg_arena_clear(&q->arena);
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static enum mzg_code find_type(const char *name, const char *what, const struct mzg_type_info **info,
                               struct mzg_err *e)
{
    char q[MZG_QUOTE];
    *info = name != NULL ? mzg_recipe_type(name) : NULL;
    if (name == NULL || *info != NULL)
        return MZG_OK;
    return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "%s: unknown type '%s'", what, mzg_quote(q, name));
}

/* They are recorded in the file, whose texts are UTF-8. */
static enum mzg_code check_tensor_types(const struct mzg_convert_options *opt, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    for (size_t i = 0; i < opt->n_tensor_types; i++)
        if (!mzg_utf8_valid(opt->tensor_types[i], strlen(opt->tensor_types[i])))
            return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "tensor type '%s' is not UTF-8",
                            mzg_quote(q, opt->tensor_types[i]));
    return MZG_OK;
}

/* What is said in the options alone: wrong words are found before any file is opened. */
static enum mzg_code read_words(struct request *q, const struct mzg_convert_options *opt,
                                struct mzg_err *e)
{
    struct mzg_recipe_options *choice = &q->job.choice;
    *choice = (struct mzg_recipe_options){.tensor_types = opt->tensor_types,
                                          .n_tensor_types = opt->n_tensor_types, .pure = opt->pure,
                                          .requantize = opt->requantize};
    q->job.effort = MZG_EFFORT_DEFAULT;
    q->job.pre = opt->pre;
    q->job.division = (struct mzg_division){opt->split_max_bytes, opt->split_max_tensors};
    q->job.set = opt->set;
    q->job.n_set = opt->n_set;
    if (opt->base != NULL && opt->raw)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "an adapter is made for its base, or weights are "
                        "taken raw: not both");
    enum mzg_code rc = find_type(opt->output_type, "output type", &choice->output_type, e);
    if (rc == MZG_OK)
        rc = find_type(opt->embedding_type, "embedding type", &choice->embedding_type, e);
    if (rc == MZG_OK)
        rc = check_tensor_types(opt, e);
    if (rc == MZG_OK && opt->effort != NULL)
        rc = mzg_effort_find(opt->effort, &q->job.effort, e);
    if (rc == MZG_OK)
        rc = mzg_settings_check(opt->set, opt->n_set, e);
    return rc;
}

static enum mzg_code request_open(struct request *q, const char *src,
                                  const struct mzg_convert_options *opt,
                                  const struct mzg_notify *notify, struct mzg_err *e)
{
    struct mzg_model_options mo = {.raw = opt->raw, .pre = opt->pre, .tokenizer = opt->tokenizer,
                                   .set = opt->set, .n_set = opt->n_set, .notify = notify};
    enum mzg_code rc = read_words(q, opt, e);
    mzg_arena_init(&q->arena, WORDS_BYTES);
    mo.n_adapters = opt->n_lora;
    mo.base = opt->base;
    if (rc == MZG_OK)
        rc = mzg_adapters_parse(&q->arena, opt->lora, opt->n_lora, &mo.adapters, e);
    if (rc == MZG_OK && opt->imatrix != NULL)
        rc = mzg_imatrix_open(opt->imatrix, &q->imatrix, e);
    if (rc == MZG_OK)
        rc = mzg_model_open(&q->model, src, &mo, e);
    q->model_open = rc == MZG_OK;
    q->job.model = &q->model;
    q->job.imatrix = q->imatrix;
    q->job.imatrix_name = opt->imatrix != NULL ? name_of(opt->imatrix) : NULL;
    return rc;
}

/* By name; without one, the file that the options name; without that, NULL. */
static enum mzg_code find_recipe(struct request *q, const char *to,
                                 const struct mzg_convert_options *opt, const struct mzg_recipe **r,
                                 struct mzg_err *e)
{
    *r = NULL;
    if (to != NULL)
        return mzg_recipe_find(to, r, e);
    if (opt->recipe == NULL)
        return MZG_OK;
    enum mzg_code rc = q->own != NULL ? MZG_OK : mzg_recipe_load(opt->recipe, &q->own, e);
    *r = q->own;
    return rc;
}

/* Where nothing says what the model shall become: some are of one use only. */
static enum mzg_code usual_recipe(const struct request *q, const struct mzg_recipe **r, struct mzg_err *e)
{
    if (*r != NULL)
        return MZG_OK;
    return q->model.form != NULL ? mzg_recipe_find(q->model.form->usual, r, e)
                                 : mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --to TYPE is missing");
}

static struct mzg_convert_result result_of(const struct mzg_convert_totals *t, const struct mzg_recipe *r)
{
    return (struct mzg_convert_result){.to = r->rules == NULL ? r->name : NULL, .tensors = t->tensors, .elems = t->elems,
                                       .source_bytes = t->source_bytes,
                                       .output_bytes = t->output_bytes,
                                       .parts = t->parts, .largest_part = t->largest_part,
                                       .gguf = t->gguf};
}

enum mzg_code mzg_convert_several(const char *src, const struct mzg_convert_output *outputs, size_t n,
                                  const struct mzg_convert_options *opt, const struct mzg_run *run,
                                  struct mzg_convert_result *r, struct mzg_err *e)
{
    struct mzg_run how = mzg_run_with_threads(run);
    struct mzg_convert_target targets[MZG_CONVERT_OUTPUTS];
    struct mzg_convert_totals totals[MZG_CONVERT_OUTPUTS];
    const struct mzg_recipe *recipes[MZG_CONVERT_OUTPUTS];
    struct request q = {.model_open = false};
    enum mzg_code rc = MZG_OK;
    if (n == 0 || n > MZG_CONVERT_OUTPUTS)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "%zu outputs are asked for, 1 to %d are possible", n,
                        MZG_CONVERT_OUTPUTS);
    for (size_t i = 0; i < n && rc == MZG_OK; i++)
        rc = find_recipe(&q, outputs[i].to, opt, &recipes[i], e);
    if (rc == MZG_OK)
        rc = request_open(&q, src, opt, &how.notify, e);
    for (size_t i = 0; i < n && rc == MZG_OK; i++)
        rc = usual_recipe(&q, &recipes[i], e);
    for (size_t i = 0; i < n && rc == MZG_OK; i++) {
        targets[i] = (struct mzg_convert_target){.job = q.job, .path = outputs[i].path};
        targets[i].job.recipe = recipes[i];
    }
    if (rc == MZG_OK)
        rc = mzg_convert_run(targets, n, opt->resume, &how, totals, e);
    for (size_t i = 0; i < n && rc == MZG_OK && r != NULL; i++)
        r[i] = result_of(&totals[i], recipes[i]);
    request_clear(&q);
    return rc;
}

enum mzg_code mzg_convert(const char *src, const char *out, const struct mzg_convert_options *opt,
                          const struct mzg_run *run, struct mzg_convert_result *r,
                          struct mzg_err *e)
{
    struct mzg_convert_output output = {.to = opt->recipe != NULL ? NULL : opt->to, .path = out};
    return mzg_convert_several(src, &output, 1, opt, run, r, e);
}

int mzg_convert_part(char *path, size_t room, const char *out, uint64_t part, uint64_t parts)
{
    return mzg_part_format(path, room, out, mzg_part_prefix(out), (size_t)part, (size_t)parts);
}

/* ---- before the work ---- */

static void tell(const struct mzg_plan *p, void (*row)(void *ctx, const struct mzg_plan_row *row),
                 void *ctx)
{
    char why[MZG_WHY_TEXT];
    for (size_t i = 0; i < p->job.model->n_tensors; i++) {
        const struct mzg_gguf_tensor *t = &p->table[i];
        const struct mzg_tensor *src = p->job.model->tensors[i].src;
        struct mzg_plan_row r = {
            .name = t->name, .type = mzg_type_by_number(t->type)->name,
            .source_type = src != NULL ? src->type_name : "F32", .n_dims = t->n_dims, .ne = t->ne,
            .bytes = t->bytes, .weighted = mzg_plan_weighs(p, i),
            .why = mzg_recipe_why_text(p->job.recipe, &p->job.choice, &p->why[i], why)};
        row(ctx, &r);
    }
}

enum mzg_code mzg_convert_plan(const char *src, const struct mzg_convert_options *opt,
                               const struct mzg_run *run,
                               void (*row)(void *ctx, const struct mzg_plan_row *row), void *ctx,
                               struct mzg_convert_result *r, struct mzg_err *e)
{
    struct mzg_run how = mzg_run_with_threads(run);
    struct request q = {.model_open = false};
    struct mzg_plan plan = {.table = NULL};
    enum mzg_code rc = find_recipe(&q, opt->recipe != NULL ? NULL : opt->to, opt, &q.job.recipe, e);
    if (rc == MZG_OK)
        rc = request_open(&q, src, opt, &how.notify, e);
    if (rc == MZG_OK)
        rc = usual_recipe(&q, &q.job.recipe, e);
    if (rc == MZG_OK)
        rc = mzg_plan_make(&plan, &q.job, &how.notify, e);
    if (rc == MZG_OK) {
        struct mzg_convert_totals totals = mzg_plan_totals(&plan);
        tell(&plan, row, ctx);
        *r = result_of(&totals, plan.job.recipe);
    }
    mzg_plan_clear(&plan);
    request_clear(&q);
    return rc;
}

static enum mzg_code fill_sizes(struct mzg_convert_job job, struct mzg_size_row rows[MZG_SIZE_ROWS], size_t *n,
                                struct mzg_err *e)
{
    size_t count;
    const struct mzg_recipe *recipes = mzg_recipes(&count);
    for (size_t i = 0; i < count && i < MZG_SIZE_ROWS; i++) {
        job.recipe = &recipes[i];
        rows[*n].to = recipes[i].name;
        enum mzg_code rc = mzg_plan_size(&job, &rows[*n].bytes, e);
        if (rc == MZG_UNSUPPORTED && (job.model->form != NULL || job.model->adapter))
            continue; /* it has not all types */
        if (rc != MZG_OK)
            return rc;
        ++*n;
    }
    return MZG_OK;
}

/* Of the job's model, whatever its recipe. */
static enum mzg_code sizes_of(struct mzg_convert_job job, struct mzg_size_row rows[MZG_SIZE_ROWS], size_t *n,
                              struct mzg_err *e)
{
    struct mzg_subject subject;
    enum mzg_code rc = mzg_subject_init(&subject, job.model, e);
    *n = 0;
    job.subject = &subject;
    if (rc == MZG_OK)
        rc = fill_sizes(job, rows, n, e);
    mzg_subject_clear(&subject);
    return rc;
}

enum mzg_code mzg_model_sizes(const struct mzg_model *m, struct mzg_size_row rows[MZG_SIZE_ROWS], size_t *n,
                              struct mzg_err *e)
{
    struct mzg_convert_job job = {.model = m, .effort = MZG_EFFORT_DEFAULT};
    return sizes_of(job, rows, n, e);
}

enum mzg_code mzg_convert_sizes(const char *src, const struct mzg_convert_options *opt,
                                struct mzg_size_row rows[MZG_SIZE_ROWS], size_t *n,
                                struct mzg_err *e)
{
    struct request q = {.model_open = false};
    enum mzg_code rc = request_open(&q, src, opt, NULL, e);
    *n = 0;
    if (rc == MZG_OK)
        rc = sizes_of(q.job, rows, n, e);
    request_clear(&q);
    return rc;
}
