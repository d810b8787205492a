#include "resume.h"

#include "provenance.h"
#include <string.h>

/* A power cut may cost so much of the source's bytes, and what has been read since. */
#define SYNC_BYTES ((uint64_t)256 << 20)

/* ---- what a journal belongs to ---- */

static void feed_u64(struct mzg_sha256 *h, uint64_t v)
{
    uint8_t le[8];
    for (int i = 0; i < 8; i++)
        le[i] = (uint8_t)(v >> 8 * i);
    mzg_sha256_update(h, le, sizeof le);
}

static void feed_text(struct mzg_sha256 *h, const char *text)
{
    feed_u64(h, strlen(text));
    mzg_sha256_update(h, text, strlen(text));
}

/* One file's name and header. */
static enum mzg_code feed_file(struct mzg_sha256 *h, const struct mzg_sink *s, size_t part, struct mzg_err *e)
{
    struct mzg_buf header;
    enum mzg_code rc = mzg_plan_header(&s->plan, part, NULL, &header, e);
    feed_text(h, s->files[part].name);
    feed_u64(h, header.len);
    if (rc == MZG_OK)
        mzg_sha256_update(h, header.data, header.len);
    mzg_buf_clear(&header);
    return rc;
}

/* What a GGUF file's header records of options and revisions, for a file that has no place for it. */
static enum mzg_code feed_record(struct mzg_sha256 *h, const struct mzg_plan *p, struct mzg_err *e)
{
    struct mzg_kvs kvs;
    struct mzg_buf record;
    mzg_buf_init(&record, MZG_PLAN_HEADER);
    enum mzg_code rc = mzg_provenance_kvs(&kvs, p, NULL, e);
    if (rc == MZG_OK) {
        mzg_gguf_encode(&kvs, NULL, 0, 1, &record);
        rc = mzg_buf_ok(&record, "the output's record", e);
    }
    if (rc == MZG_OK)
        mzg_sha256_update(h, record.data, record.len);
    mzg_buf_clear(&record);
    mzg_kvs_clear(&kvs);
    return rc;
}

/* The headers, but for the digests that are not known yet, hold all that decides a byte: options, types,
 * quantizer revisions, digests of the small files and of importance data. */
static enum mzg_code bind(const struct mzg_resume *r, uint8_t binding[32], struct mzg_err *e)
{
    struct mzg_sha256 h;
    const struct mzg_weights *w = &r->model->weights;
    enum mzg_code rc = mzg_sha256_init(&h, e);
    if (rc != MZG_OK)
        return rc;
    feed_u64(&h, w->n_files);
    for (size_t i = 0; i < w->n_files; i++) {
        feed_text(&h, w->files[i].name);
        feed_u64(&h, w->files[i].file.size);
    }
    for (size_t i = 0; i < w->n_tensors; i++)
        feed_u64(&h, w->tensors[i].offset);
    for (size_t o = 0; o < r->n_sinks; o++)
        for (size_t k = 0; k < r->sinks[o].n_files && rc == MZG_OK; k++)
            rc = feed_file(&h, &r->sinks[o], k, e);
    for (size_t o = 0; o < r->n_sinks && r->model->form != NULL && rc == MZG_OK; o++)
        rc = feed_record(&h, &r->sinks[o].plan, e);
    mzg_sha256_final(&h, binding);
    mzg_sha256_clear(&h);
    return rc;
}

enum mzg_code mzg_resume_open(struct mzg_resume *r, const struct mzg_model *model,
                              struct mzg_sink *sinks, size_t n, const struct mzg_run *run,
                              struct mzg_err *e)
{
    uint8_t binding[32];
    *r = (struct mzg_resume){.journal.file.fd = -1, .model = model, .sinks = sinks, .n_sinks = n,
                             .run = run};
    enum mzg_code rc = mzg_sha256_init(&r->hash, e);
    for (size_t o = 0; o < n && rc == MZG_OK; o++)
        rc = mzg_sha256_init(&r->tensor[o], e);
    if (rc == MZG_OK)
        rc = bind(r, binding, e);
    return rc != MZG_OK ? rc : mzg_journal_open(&r->journal, sinks[0].files[0].path, binding, n, e);
}

void mzg_resume_finish(struct mzg_resume *r)
{
    mzg_journal_finish(&r->journal);
}

void mzg_resume_clear(struct mzg_resume *r)
{
    mzg_journal_close(&r->journal);
    mzg_sha256_clear(&r->hash);
    for (size_t o = 0; o < MZG_OUTPUTS_MAX; o++)
        mzg_sha256_clear(&r->tensor[o]);
}

/* ---- going on ---- */

/* Digest of the blocks of a batch in one output; *there: whether they are there at all. */
static enum mzg_code digest_batch(struct mzg_resume *r, size_t o, size_t i, const struct mzg_batch *b,
                                  uint8_t digest[32], bool *there, struct mzg_err *e)
{
    uint8_t piece[MZG_PIECE * 4];
    const struct mzg_plan *p = &r->sinks[o].plan;
    uint64_t at = mzg_plan_place(p, i, b->first), end = mzg_plan_place(p, i, b->first + b->count);
    enum mzg_code rc = MZG_OK;
    *there = true;
    while (rc == MZG_OK && *there && at < end) {
        size_t n = end - at < sizeof piece ? (size_t)(end - at) : sizeof piece;
        rc = mzg_output_read(mzg_sink_file(&r->sinks[o], i), at, piece, n, there, e);
        if (rc == MZG_OK && *there)
            mzg_sha256_update(&r->hash, piece, n);
        at += n;
    }
    mzg_sha256_final(&r->hash, digest);
    return rc;
}

/* Whether tensor i is in every output as the line says. */
static enum mzg_code blocks_hold(struct mzg_resume *r, size_t i, const struct mzg_journal_line *line,
                                 bool *hold, struct mzg_err *e)
{
    const struct mzg_model_tensor *t = &r->model->tensors[i];
    uint64_t total = mzg_model_elems(t);
    enum mzg_code rc = MZG_OK;
    *hold = true;
    for (size_t o = 0; o < r->n_sinks && rc == MZG_OK && *hold; o++) {
        uint8_t digest[32];
        for (uint64_t first = 0; rc == MZG_OK && *hold && first < total; first += MZG_BATCH_ELEMS) {
            struct mzg_batch b;
            mzg_batch_set(&b, t, first);
            rc = digest_batch(r, o, i, &b, digest, hold, e);
            mzg_sha256_update(&r->tensor[o], digest, sizeof digest);
        }
        mzg_sha256_final(&r->tensor[o], digest);
        *hold = *hold && memcmp(digest, line->blocks[o], sizeof digest) == 0;
    }
    return rc;
}

/* Outputs that are longer than they may become were not left by this program. */
static enum mzg_code sizes_hold(const struct mzg_resume *r, bool *hold, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    *hold = true;
    for (size_t o = 0; o < r->n_sinks; o++) {
        const struct mzg_sink *s = &r->sinks[o];
        for (size_t k = 0; k < s->n_files && rc == MZG_OK; k++) {
            uint64_t size;
            rc = mzg_output_size(&s->files[k], &size, e);
            *hold = *hold && rc == MZG_OK && size <= mzg_plan_part_bytes(&s->plan, k);
        }
    }
    return rc;
}

/* Accepts the journal's lines as far as the outputs hold what they say; last: the last of them. */
static enum mzg_code verify_outputs(struct mzg_resume *r, struct mzg_journal_line *last,
                                    struct mzg_err *e)
{
    const struct mzg_plan *p = &r->sinks[0].plan;
    struct mzg_journal_line line;
    uint64_t next, total = mzg_plan_bytes(p);
    bool hold;
    enum mzg_code rc = sizes_hold(r, &hold, e);
    while (rc == MZG_OK && hold && r->journal.lines < r->model->n_tensors &&
           mzg_journal_next(&r->journal, &line, &next)) {
        size_t i = (size_t)r->journal.lines;
        rc = blocks_hold(r, i, &line, &hold, e);
        if (rc == MZG_OK && hold) {
            *last = line;
            mzg_journal_accept(&r->journal, next);
        }
        if (rc == MZG_OK)
            rc = mzg_progress_step(&r->run->progress, "verifying what is there",
                                   mzg_plan_reached(p, i), total, e);
    }
    if (rc == MZG_OK && (!hold || mzg_journal_goes_on(&r->journal)))
        mzg_notice(&r->run->notify, "what was kept is damaged: made again from tensor %llu on",
                   (unsigned long long)r->journal.lines + 1);
    return rc;
}

/* Reads the source as far as the accepted tensors go. */
static enum mzg_code read_source(struct mzg_resume *r, struct mzg_stream *s, uint8_t *buffer,
                                 struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    uint64_t done = 0, total = 0;
    for (uint64_t i = 0; i < r->journal.lines; i++)
        total += mzg_model_bytes(&r->model->tensors[i]);
    for (uint64_t i = 0; i < r->journal.lines && rc == MZG_OK; i++) {
        const struct mzg_model_tensor *t = &r->model->tensors[i];
        uint64_t all = mzg_model_elems(t);
        for (uint64_t first = 0; rc == MZG_OK && first < all; first += MZG_BATCH_ELEMS) {
            struct mzg_batch b;
            mzg_batch_set(&b, t, first);
            rc = mzg_stream_read(s, &b, buffer, e);
            done += b.src_bytes;
            if (rc == MZG_OK)
                rc = mzg_progress_step(&r->run->progress, "verifying the source", done, total, e);
        }
    }
    return rc;
}

/* Nothing of what was kept is of use. */
static enum mzg_code start_over(struct mzg_resume *r, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    mzg_journal_reject(&r->journal);
    for (size_t o = 0; o < r->n_sinks; o++)
        for (size_t k = 0; k < r->sinks[o].n_files && rc == MZG_OK; k++)
            rc = mzg_output_cut(&r->sinks[o].files[k], 0, e);
    return rc;
}

enum mzg_code mzg_resume_verify(struct mzg_resume *r, struct mzg_stream *s, uint8_t *buffer,
                                size_t *done, struct mzg_err *e)
{
    struct mzg_journal_line last;
    uint8_t state[32];
    if (r->journal.other)
        mzg_notice(&r->run->notify, "what was kept is of another source, or made with other options: the "
                   "work begins anew");
    enum mzg_code rc = verify_outputs(r, &last, e);
    if (rc == MZG_OK && r->journal.lines > 0)
        rc = read_source(r, s, buffer, e);
    if (rc != MZG_OK)
        return rc;
    mzg_stream_state(s, state);
    if (r->journal.lines > 0 && memcmp(state, last.source, sizeof state) != 0) {
        mzg_notice(&r->run->notify, "the source has changed since it was read: the work begins anew");
        mzg_journal_reject(&r->journal);
        rc = mzg_stream_restart(s, e);
    }
    if (rc == MZG_OK && r->journal.lines == 0)
        rc = start_over(r, e);
    *done = (size_t)r->journal.lines;
    if (*done > 0)
        mzg_notice(&r->run->notify, "going on: %zu of %zu tensors are done", *done, r->model->n_tensors);
    return rc != MZG_OK ? rc : mzg_journal_begin(&r->journal, e);
}

/* ---- writing the journal ---- */

/* Data before the lines that speak of them. What reached the disk in another order would be found too. */
static enum mzg_code sync_all(struct mzg_resume *r, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    for (size_t o = 0; o < r->n_sinks && rc == MZG_OK; o++)
        rc = mzg_sink_sync(&r->sinks[o], e);
    r->unsynced = 0;
    return rc != MZG_OK ? rc : mzg_output_sync(&r->journal.file, e);
}

enum mzg_code mzg_resume_collect(struct mzg_resume *r, const struct mzg_slot *slot, struct mzg_err *e)
{
    const struct mzg_batch *b = &slot->batch;
    struct mzg_journal_line line = {.source = {0}};
    for (size_t o = 0; o < r->n_sinks; o++)
        mzg_sha256_update(&r->tensor[o], slot->digests[o], 32);
    r->unsynced += b->src_bytes;
    if (b->first + b->count < mzg_model_elems(b->tensor))
        return MZG_OK;
    memcpy(line.source, slot->source, sizeof line.source);
    for (size_t o = 0; o < r->n_sinks; o++)
        mzg_sha256_final(&r->tensor[o], line.blocks[o]);
    enum mzg_code rc = mzg_journal_append(&r->journal, &line, e);
    if (rc == MZG_OK && r->unsynced >= SYNC_BYTES)
        rc = sync_all(r, e);
    r->broken = rc != MZG_OK;
    return rc;
}
