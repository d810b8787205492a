#include "plan.h"

#include "provenance.h"
#include "stream.h"
#include <stdlib.h>
#include <string.h>

#define HEADER_CAP ((size_t)128 << 20)

static uint32_t alignment_of(const struct mzg_model *m)
{
    uint64_t a;
    return mzg_kvs_get_u64(&m->kvs, "general.alignment", &a) ? (uint32_t)a : MZG_GGUF_ALIGNMENT;
}

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

/* Types, places and the header's size. */
static enum mzg_code lay_out(struct mzg_plan *p, const struct mzg_convert_job *job,
                             const struct mzg_notify *notify, struct mzg_err *e)
{
    const struct mzg_model *m = job->model;
    struct mzg_buf header;
    *p = (struct mzg_plan){.job = *job};
    p->job.choice.have_imatrix = job->imatrix != NULL;
    enum mzg_code rc =
        mzg_recipe_apply(job->recipe, m, &p->job.choice, notify, &p->table, &p->why, e);
    if (rc == MZG_OK)
        rc = mzg_gguf_layout(p->table, m->n_tensors, alignment_of(m), &p->data_bytes, e);
    if (rc != MZG_OK)
        return rc;
    rc = mzg_plan_header(p, NULL, &header, e);
    p->data_offset = header.len;
    mzg_buf_clear(&header);
    return rc;
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
    free(p->table);
    free(p->why);
    *p = (struct mzg_plan){0};
}

enum mzg_code mzg_plan_header(const struct mzg_plan *p, const uint8_t (*digests)[32],
                              struct mzg_buf *out, struct mzg_err *e)
{
    const struct mzg_model *m = p->job.model;
    struct mzg_kvs kvs;
    mzg_buf_init(out, HEADER_CAP);
    enum mzg_code rc = mzg_provenance_kvs(&kvs, p, digests, e);
    if (rc == MZG_OK) {
        mzg_gguf_encode(&kvs, p->table, m->n_tensors, alignment_of(m), out);
        rc = mzg_buf_ok(out, "the output's header", e);
    }
    mzg_kvs_clear(&kvs);
    return rc;
}

uint64_t mzg_plan_place(const struct mzg_plan *p, size_t i, uint64_t elem)
{
    const struct mzg_type_info *to = mzg_type_by_number(p->table[i].type);
    return p->data_offset + p->table[i].offset + mzg_type_bytes(to, elem);
}

uint64_t mzg_plan_bytes(const struct mzg_plan *p)
{
    return p->data_offset + p->data_bytes;
}

uint64_t mzg_plan_padding(const struct mzg_plan *p, size_t i)
{
    uint64_t end = p->table[i].offset + p->table[i].bytes;
    return (i + 1 < p->job.model->n_tensors ? p->table[i + 1].offset : p->data_bytes) - end;
}

struct mzg_convert_totals mzg_plan_totals(const struct mzg_plan *p)
{
    const struct mzg_model *m = p->job.model;
    struct mzg_convert_totals t = {.tensors = m->n_tensors,
                                   .output_bytes = mzg_plan_bytes(p)};
    for (size_t i = 0; i < m->weights.n_files; i++)
        t.source_bytes += m->weights.files[i].file.size;
    for (size_t i = 0; i < m->n_tensors; i++)
        t.elems += m->tensors[i].src != NULL ? mzg_model_elems(&m->tensors[i]) : 0;
    return t;
}
