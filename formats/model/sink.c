#include "sink.h"

#include "form.h"
#include "stream.h"
#include <stdlib.h>

static enum mzg_code open_file(struct mzg_sink *s, const char *path, size_t part, bool kept,
                               struct mzg_err *e)
{
    struct mzg_output *o = &s->files[part];
    char *name = mzg_plan_path(&s->plan, path, part);
    if (name == NULL)
        return mzg_fail_memory(e, "paths");
    o->fd = -1;
    s->n_files = part + 1;
    enum mzg_code rc = kept ? mzg_output_open_kept(o, name, MZG_PART, 0666, e)
                            : mzg_output_open(o, name, 0666, e);
    free(name);
    return rc != MZG_OK ? rc : mzg_output_reserve(o, mzg_plan_part_bytes(&s->plan, part), e);
}

enum mzg_code mzg_sink_open(struct mzg_sink *s, const char *path, bool kept, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    s->files = calloc(s->plan.n_parts, sizeof *s->files);
    if (s->files == NULL)
        return mzg_fail_memory(e, "outputs");
    for (size_t k = 0; k < s->plan.n_parts && rc == MZG_OK; k++)
        rc = open_file(s, path, k, kept, e);
    return rc;
}

void mzg_sink_clear(struct mzg_sink *s)
{
    for (size_t k = 0; k < s->n_files; k++)
        mzg_output_abandon(&s->files[k]);
    free(s->files);
    mzg_plan_clear(&s->plan);
    s->files = NULL;
    s->n_files = 0;
}

bool mzg_sink_same(const struct mzg_sink *a, const struct mzg_sink *b)
{
    return mzg_output_same(&a->files[0], &b->files[0]);
}

static enum mzg_code put_head(const struct mzg_sink *s, size_t i, uint64_t at, struct mzg_err *e)
{
    const struct mzg_plan *p = &s->plan;
    uint8_t head[MZG_FORM_HEAD];
    size_t n;
    enum mzg_code rc = mzg_form_head(p->job.model->form, &p->table[i], head, &n, e);
    return rc == MZG_OK ? mzg_output_write_at(mzg_sink_file(s, i), at, head, n, e) : rc;
}

enum mzg_code mzg_sink_pad(const struct mzg_sink *s, size_t i, struct mzg_err *e)
{
    static const uint8_t zeros[MZG_PIECE];
    const struct mzg_plan *p = &s->plan;
    enum mzg_code rc = MZG_OK;
    uint64_t at = mzg_plan_place(p, i, mzg_model_elems(&p->job.model->tensors[i]));
    if (p->job.model->form != NULL)
        return i + 1 < p->job.model->n_tensors ? put_head(s, i + 1, at, e) : MZG_OK;
    for (uint64_t left = mzg_plan_padding(p, i); left > 0 && rc == MZG_OK;) {
        size_t n = left < sizeof zeros ? (size_t)left : sizeof zeros;
        rc = mzg_output_write_at(mzg_sink_file(s, i), at, zeros, n, e);
        at += n;
        left -= n;
    }
    return rc;
}

enum mzg_code mzg_sink_headers(const struct mzg_sink *s, const uint8_t (*digests)[32], struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    for (size_t k = 0; k < s->n_files && rc == MZG_OK; k++) {
        struct mzg_buf header;
        rc = mzg_plan_header(&s->plan, k, digests, &header, e);
        if (rc == MZG_OK)
            rc = mzg_output_write_at(&s->files[k], 0, header.data, header.len, e);
        mzg_buf_clear(&header);
    }
    return rc;
}

enum mzg_code mzg_sink_sync(const struct mzg_sink *s, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    for (size_t k = 0; k < s->n_files && rc == MZG_OK; k++)
        rc = mzg_output_sync(&s->files[k], e);
    return rc;
}

enum mzg_code mzg_sinks_commit(struct mzg_sink *sinks, size_t n, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    bool alone = n == 1 && sinks[0].n_files == 1; /* committing it waits for the disk, too */
    for (size_t o = 0; o < n && rc == MZG_OK && !alone; o++)
        rc = mzg_sink_sync(&sinks[o], e);
    for (size_t o = 0; o < n && rc == MZG_OK; o++)
        for (size_t k = sinks[o].n_files; k-- > 0 && rc == MZG_OK;)
            rc = mzg_output_commit(&sinks[o].files[k], e);
    return rc;
}
