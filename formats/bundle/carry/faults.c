#include "faults.h"

void mzg_faults_add(struct mzg_faults *t, const struct mzg_err *fault)
{
    if (t->n++ == 0)
        t->first = *fault;
    if (t->n <= MZG_FAULTS_TOLD)
        mzg_notice(t->notify, "%s%s", fault->msg, t->n == MZG_FAULTS_TOLD ? " (more are not listed)" : "");
}

enum mzg_code mzg_faults_end(const struct mzg_faults *t, struct mzg_err *e)
{
    if (t->n == 0)
        return MZG_OK;
    *e = t->first;
    if (t->n > 1)
        (void)mzg_prefix(e, "%llu faults, the first", (unsigned long long)t->n);
    return e->code;
}
