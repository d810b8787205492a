/* sink.h: the files of one output of a conversion, one for each of its plan's parts, while they are written. */
#ifndef MZG_MODEL_SINK_H
#define MZG_MODEL_SINK_H

#include "../base/file.h"
#include "plan.h"

struct mzg_sink {
    struct mzg_plan plan;
    struct mzg_output *files; /* one for each of the plan's parts */
    size_t n_files;           /* that have been opened */
};

/* The file that tensor i is written to. */
static inline struct mzg_output *mzg_sink_file(const struct mzg_sink *s, size_t i)
{
    return &s->files[mzg_plan_part(&s->plan, i)];
}

/* Opens the files of the plan, which is made: temporary ones, or (kept) what an earlier run left. path: the
 * output's, as it was asked for. Errors as mzg_output_open and mzg_output_reserve. s is the caller's to clear,
 * also after an error. */
enum mzg_code mzg_sink_open(struct mzg_sink *s, const char *path, bool kept, struct mzg_err *e) MZG_MUST;
/* Abandons what was not committed, and clears the plan. Fine on a zeroed one. */
void mzg_sink_clear(struct mzg_sink *s);

/* Whether two outputs would be the same files: parts differ by number, so the first tells. */
bool mzg_sink_same(const struct mzg_sink *a, const struct mzg_sink *b);

/* What is behind tensor i up to the next one, or to the end of its part: zeros, or the next one's head. */
enum mzg_code mzg_sink_pad(const struct mzg_sink *s, size_t i, struct mzg_err *e) MZG_MUST;
/* The headers, once the digests of the weights' files are known. */
enum mzg_code mzg_sink_headers(const struct mzg_sink *s, const uint8_t (*digests)[32],
                               struct mzg_err *e) MZG_MUST;
/* Waits until all is on the disk. */
enum mzg_code mzg_sink_sync(const struct mzg_sink *s, struct mzg_err *e) MZG_MUST;
/* Gives all files of n outputs their names, once all are on the disk. The first part of each comes last: by
 * that the others are found. */
enum mzg_code mzg_sinks_commit(struct mzg_sink *sinks, size_t n, struct mzg_err *e) MZG_MUST;

#endif
