/* mzigo_run.h: what the public calls share. */
#ifndef MZG_RUN_H
#define MZG_RUN_H

#include "base/progress.h"

/* Work asks for a number of threads, never for "all". run may be NULL: mzg_run_init's. */
struct mzg_run mzg_run_with_threads(const struct mzg_run *run);

#endif
