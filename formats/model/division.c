#include "division.h"

#include "containers/parts.h"
#include "form.h"
#include "provenance.h"
#include <stdlib.h>
#include <string.h>

uint32_t mzg_plan_alignment(const struct mzg_plan *p)
{
    uint64_t a;
    return mzg_kvs_get_u64(&p->job.model->kvs, "general.alignment", &a) ? (uint32_t)a : MZG_GGUF_ALIGNMENT;
}

static enum mzg_code add_part(struct mzg_plan *p, size_t first, struct mzg_err *e)
{
    if (p->n_parts == MZG_PARTS_MAX)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "there would be more than %d parts: let them be larger",
                        MZG_PARTS_MAX);
    struct mzg_plan_part *parts = realloc(p->parts, (p->n_parts + 1) * sizeof *parts);
    if (parts == NULL)
        return mzg_fail_memory(e, "parts");
    p->parts = parts;
    p->parts[p->n_parts++] = (struct mzg_plan_part){.first = first};
    return MZG_OK;
}

/* Bytes of a part's header without its tensors' infos, and without padding. */
static enum mzg_code measure(const struct mzg_plan *p, size_t part, uint64_t *bytes, struct mzg_err *e)
{
    struct mzg_kvs kvs;
    struct mzg_buf header;
    mzg_buf_init(&header, MZG_PLAN_HEADER);
    enum mzg_code rc = part == 0 ? mzg_provenance_kvs(&kvs, p, NULL, e)
                                 : mzg_provenance_part(&kvs, p, part, NULL, e);
    if (rc == MZG_OK) {
        mzg_gguf_encode(&kvs, NULL, 0, 1, &header);
        rc = mzg_buf_ok(&header, "the output's header", e);
    }
    *bytes = header.len;
    mzg_buf_clear(&header);
    mzg_kvs_clear(&kvs);
    return rc;
}

static uint64_t info_bytes(const struct mzg_gguf_tensor *t)
{
    return 8 + strlen(t->name) + 4 + 8 * (uint64_t)t->n_dims + 4 + 8;
}

/* A part that is being filled. */
struct filling {
    uint64_t bare[2]; /* headers of the first part and of the others, without infos */
    uint64_t infos, data;
};

/* Bytes of the part with tensor t in it, too. Sums of what is in memory and of what mzg_gguf_layout has
 * added up: they do not overflow. */
static uint64_t filled(const struct mzg_plan *p, const struct filling *f, const struct mzg_gguf_tensor *t)
{
    uint64_t header, data;
    uint32_t a = mzg_plan_alignment(p);
    if (!mzg_gguf_pad(f->bare[p->n_parts > 1] + f->infos + info_bytes(t), a, &header) ||
        !mzg_gguf_pad(t->bytes, a, &data))
        return UINT64_MAX;
    return header + f->data + data;
}

static enum mzg_code fail_large(const struct mzg_plan *p, const struct mzg_gguf_tensor *t, uint64_t bytes,
                                struct mzg_err *e)
{
    char q[MZG_QUOTE];
    return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET,
                    "tensor '%s' takes a part of %llu bytes, at most %llu are asked for: tensors are not cut",
                    mzg_quote(q, t->name), (unsigned long long)bytes,
                    (unsigned long long)p->job.division.bytes);
}

/* Puts tensor i into the last part, or into one that is begun for it. */
static enum mzg_code place(struct mzg_plan *p, struct filling *f, size_t i, struct mzg_err *e)
{
    const struct mzg_gguf_tensor *t = &p->table[i];
    const struct mzg_division *most = &p->job.division;
    struct mzg_plan_part *part = &p->parts[p->n_parts - 1];
    uint64_t bytes = filled(p, f, t);
    bool too_large = most->bytes > 0 && bytes > most->bytes;
    bool too_many = most->tensors > 0 && part->n == most->tensors;
    if (too_large && part->n == 0 && p->n_parts > 1)
        return fail_large(p, t, bytes, e);
    if (too_large || too_many) {
        enum mzg_code rc = add_part(p, i, e);
        f->infos = f->data = 0;
        return rc == MZG_OK ? place(p, f, i, e) : rc;
    }
    part->n++;
    f->infos += info_bytes(t);
    mzg_gguf_pad(t->bytes, mzg_plan_alignment(p), &bytes);
    f->data += bytes;
    return MZG_OK;
}

static enum mzg_code fill(struct mzg_plan *p, struct mzg_err *e)
{
    struct filling f = {.infos = 0};
    uint64_t most = p->job.division.bytes, bare;
    enum mzg_code rc = measure(p, 0, &f.bare[0], e);
    if (rc == MZG_OK)
        rc = measure(p, 1, &f.bare[1], e);
    if (rc == MZG_OK && most > 0 && (!mzg_gguf_pad(f.bare[0], mzg_plan_alignment(p), &bare) || bare > most))
        rc = mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET,
                      "the metadata alone take a part of %llu bytes, at most %llu are asked for",
                      (unsigned long long)f.bare[0], (unsigned long long)most);
    for (size_t i = 0; i < p->job.model->n_tensors && rc == MZG_OK; i++)
        rc = place(p, &f, i, e);
    return rc;
}

static enum mzg_code lay_out(const struct mzg_plan *p, struct mzg_gguf_tensor *table, size_t n, uint64_t *bytes,
                             struct mzg_err *e)
{
    const struct mzg_form *form = p->job.model->form;
    return form != NULL ? mzg_form_layout(form, table, n, bytes, e)
                        : mzg_gguf_layout(table, n, mzg_plan_alignment(p), bytes, e);
}

/* Places within each part, and its header's size, now that it is known what is in it. */
static enum mzg_code settle(struct mzg_plan *p, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    for (size_t k = 0; k < p->n_parts && rc == MZG_OK; k++) {
        struct mzg_plan_part *part = &p->parts[k];
        struct mzg_buf header;
        rc = lay_out(p, p->table + part->first, part->n, &part->data_bytes, e);
        if (rc != MZG_OK)
            break;
        rc = mzg_plan_header(p, k, NULL, &header, e);
        part->data_offset = header.len;
        mzg_buf_clear(&header);
    }
    return rc;
}

enum mzg_code mzg_plan_divide(struct mzg_plan *p, struct mzg_err *e)
{
    uint64_t all;
    size_t n = p->job.model->n_tensors;
    enum mzg_code rc = lay_out(p, p->table, n, &all, e);
    if (rc == MZG_OK)
        rc = add_part(p, 0, e);
    if (rc == MZG_OK && mzg_plan_divided(p))
        rc = fill(p, e);
    else if (rc == MZG_OK)
        p->parts[0].n = n;
    return rc == MZG_OK ? settle(p, e) : rc;
}
