/* faults.h: what is found to be wrong while work goes on: each is told, the first is kept. */
#ifndef MZG_CARRY_FAULTS_H
#define MZG_CARRY_FAULTS_H

#include "../../base/progress.h"

#define MZG_FAULTS_TOLD 100 /* a stick full of rubbish must not fill a terminal as well */

struct mzg_faults {
    const struct mzg_notify *notify;
    uint64_t n;
    struct mzg_err first;
};

void mzg_faults_add(struct mzg_faults *t, const struct mzg_err *fault);
/* MZG_OK when there was none, else the first one and how many there are. */
enum mzg_code mzg_faults_end(const struct mzg_faults *t, struct mzg_err *e) MZG_MUST;

#endif
