#include "plan.h"

#include "containers/parts.h"
#include "division.h"
#include "form.h"
#include "provenance.h"
#include "stream.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool mzg_plan_copies(const struct mzg_plan *p, size_t i)
{
    const struct mzg_model_tensor *t = &p->job.model->tensors[i];
    return t->made == NULL && mzg_model_keeps(t, p->table[i].type);
}

bool mzg_plan_repacks(const struct mzg_plan *p, size_t i)
{
    const struct mzg_model_tensor *t = &p->job.model->tensors[i];
    return t->made != NULL && mzg_model_keeps(t, p->table[i].type);
}

bool mzg_plan_weighs(const struct mzg_plan *p, size_t i)
{
    return mzg_importance_has(&p->importance, i) &&
           mzg_kernel_best(p->table[i].type, MZG_OP_search, 0) != NULL;
}

/* What only GGUF has a place for. */
static enum mzg_code check_form(const struct mzg_plan *p, struct mzg_err *e)
{
    const struct mzg_form *form = p->job.model->form;
    if (p->job.model->adapter && mzg_plan_divided(p))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "an adapter is not cut into parts: llama.cpp reads it from "
                        "one file");
    if (form != NULL && mzg_plan_divided(p))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s is not cut into parts, which are for GGUF",
                        form->what);
    if (form != NULL && p->job.n_set > 0)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s has no metadata that could be set", form->what);
    return MZG_OK;
}

/* Types and places. */
static enum mzg_code lay_out(struct mzg_plan *p, const struct mzg_convert_job *job,
                             const struct mzg_notify *notify, struct mzg_err *e)
{
    *p = (struct mzg_plan){.job = *job};
    p->job.choice.have_imatrix = job->imatrix != NULL;
    enum mzg_code rc = check_form(p, e);
    if (rc == MZG_OK && job->subject != NULL)
        rc = mzg_recipe_apply_to(job->recipe, job->subject, &p->job.choice, notify, &p->table, &p->why, e);
    else if (rc == MZG_OK)
        rc = mzg_recipe_apply(job->recipe, job->model, &p->job.choice, notify, &p->table, &p->why, e);
    return rc == MZG_OK ? mzg_plan_divide(p, e) : rc;
}

enum mzg_code mzg_plan_make(struct mzg_plan *p, const struct mzg_convert_job *job,
                            const struct mzg_notify *notify, struct mzg_err *e)
{
    struct mzg_kernels any;
    enum mzg_code rc = lay_out(p, job, notify, e);
    mzg_kernels_init(&any, 0);
    if (rc == MZG_OK)
        rc = mzg_recipe_check_kernels(job->model, p->table, &any, e);
    if (rc == MZG_OK)
        rc = mzg_importance_match(&p->importance, job->imatrix, job->model, p->table, p->why, notify, e);
    if (rc == MZG_OK && job->imatrix != NULL)
        rc = mzg_imatrix_digest(job->imatrix, p->imatrix_sha256, e);
    const char *doubt = job->model->form != NULL ? job->model->form->doubt(job->recipe->base) : NULL;
    if (rc == MZG_OK && doubt != NULL)
        mzg_notice(notify, "%s", doubt);
    return rc;
}

enum mzg_code mzg_plan_size(const struct mzg_convert_job *job, uint64_t *bytes, struct mzg_err *e)
{
    struct mzg_plan p;
    enum mzg_code rc = lay_out(&p, job, NULL, e);
    *bytes = mzg_plan_bytes(&p);
    mzg_plan_clear(&p);
    return rc;
}

void mzg_plan_clear(struct mzg_plan *p)
{
    mzg_importance_clear(&p->importance);
    free(p->parts);
    free(p->table);
    free(p->why);
    *p = (struct mzg_plan){0};
}

enum mzg_code mzg_plan_header(const struct mzg_plan *p, size_t part, const uint8_t (*digests)[32],
                              struct mzg_buf *out, struct mzg_err *e)
{
    const struct mzg_plan_part *which = &p->parts[part];
    const struct mzg_model *m = p->job.model;
    struct mzg_kvs kvs;
    mzg_buf_init(out, MZG_PLAN_HEADER);
    if (m->form != NULL) {
        m->form->preface(m, p->job.recipe->base, out);
        if (m->n_tensors > 0)
            m->form->head(&p->table[0], out);
        return mzg_buf_ok(out, "the output's header", e);
    }
    enum mzg_code rc = part == 0 ? mzg_provenance_kvs(&kvs, p, digests, e)
                                 : mzg_provenance_part(&kvs, p, part, digests, e);
    if (rc == MZG_OK) {
        mzg_gguf_encode(&kvs, p->table + which->first, which->n, mzg_plan_alignment(p), out);
        rc = mzg_buf_ok(out, "the output's header", e);
    }
    mzg_kvs_clear(&kvs);
    return rc;
}

/* The last that begins with it or before: only the first part can be empty. */
size_t mzg_plan_part(const struct mzg_plan *p, size_t i)
{
    size_t low = 0, high = p->n_parts;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (p->parts[middle].first <= i)
            low = middle;
        else
            high = middle;
    }
    return low;
}

uint64_t mzg_plan_place(const struct mzg_plan *p, size_t i, uint64_t elem)
{
    const struct mzg_type_info *to = mzg_type_by_number(p->table[i].type);
    return p->parts[mzg_plan_part(p, i)].data_offset + p->table[i].offset + mzg_type_bytes(to, elem);
}

uint64_t mzg_plan_part_bytes(const struct mzg_plan *p, size_t part)
{
    return p->parts[part].data_offset + p->parts[part].data_bytes;
}

static uint64_t bytes_before(const struct mzg_plan *p, size_t part)
{
    uint64_t n = 0;
    for (size_t k = 0; k < part; k++)
        n += mzg_plan_part_bytes(p, k);
    return n;
}

uint64_t mzg_plan_bytes(const struct mzg_plan *p)
{
    return bytes_before(p, p->n_parts);
}

uint64_t mzg_plan_reached(const struct mzg_plan *p, size_t i)
{
    uint64_t elems = mzg_model_elems(&p->job.model->tensors[i]);
    return bytes_before(p, mzg_plan_part(p, i)) + mzg_plan_place(p, i, elems);
}

char *mzg_plan_path(const struct mzg_plan *p, const char *path, size_t part)
{
    size_t room = strlen(path) + MZG_PART_NAME;
    char *name = malloc(room);
    if (name != NULL && mzg_plan_divided(p))
        mzg_part_format(name, room, path, mzg_part_prefix(path), part, p->n_parts);
    else if (name != NULL)
        snprintf(name, room, "%s", path);
    return name;
}

uint64_t mzg_plan_padding(const struct mzg_plan *p, size_t i)
{
    const struct mzg_plan_part *part = &p->parts[mzg_plan_part(p, i)];
    uint64_t end = p->table[i].offset + p->table[i].bytes;
    return (i + 1 < part->first + part->n ? p->table[i + 1].offset : part->data_bytes) - end;
}

struct mzg_convert_totals mzg_plan_totals(const struct mzg_plan *p)
{
    const struct mzg_model *m = p->job.model;
    struct mzg_convert_totals t = {.tensors = m->n_tensors,
                                   .output_bytes = mzg_plan_bytes(p), .gguf = m->form == NULL};
    for (size_t k = 0; k < p->n_parts && mzg_plan_divided(p); k++) {
        uint64_t n = mzg_plan_part_bytes(p, k);
        t.parts++;
        t.largest_part = n > t.largest_part ? n : t.largest_part;
    }
    for (size_t i = 0; i < m->weights.n_files; i++)
        t.source_bytes += m->weights.files[i].file.size;
    for (size_t i = 0; i < m->n_tensors; i++)
        t.elems += m->tensors[i].src != NULL ? mzg_model_elems(&m->tensors[i]) : 0;
    return t;
}
