/* check.h: what a conversion lost, tensor by tensor and block by block, against limits. */
#ifndef MZG_MODEL_CHECK_H
#define MZG_MODEL_CHECK_H

#include "importance/imatrix.h"
#include "limits.h"
#include "measure.h"
#include "arch/model.h"

struct mzg_check_tensor {
    const char *name;
    const char *type;      /* in the file that is checked; "-": it is missing there */
    uint64_t elems;
    struct mzg_loss loss;
    double rel_rmse, snr_db, cosine; /* of the loss */
    int repeated;          /* 1: the recorded quantizer gives these blocks, 0: it does not, -1: no record,
                            * or what it says was used is not at hand */
    const char *fault;     /* NULL: within limits */
    uint64_t fault_at;     /* first element of the block at fault; MZG_NO_OFFSET: the whole tensor */
};

struct mzg_check {
    struct mzg_arena arena;
    struct mzg_check_tensor *rows; /* the source's tensors in its order, then those only out has */
    size_t n_rows, n_failed;
    double rel_rmse;               /* over all elements */
};

struct mzg_check_job {
    const struct mzg_weights *out;
    const struct mzg_model *source;     /* opened as out was made (raw or not) */
    const struct mzg_limits *limits;
    const struct mzg_imatrix *imatrix;  /* what out was made with; NULL: not at hand, or there was none */
};

/* MZG_DIFFERS when a row has a fault; the rows are all there then. MZG_USAGE: imatrix is not the one that out
 * records. c is the caller's to clear, also after an error. */
enum mzg_code mzg_check_run(struct mzg_check *c, const struct mzg_check_job *job,
                            const struct mzg_run *run, struct mzg_err *e) MZG_MUST;
void mzg_check_report_clear(struct mzg_check *c);

#endif
