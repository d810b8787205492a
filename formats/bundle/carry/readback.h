/* readback.h: whether the stick kept what it was given, and writing again what it did not.
 *
 * Cheap flash says that it has written and has not; a page in the system's memory would hide that. So what
 * is kept in memory is dropped, and the bytes are read from the device and digested. */
#ifndef MZG_CARRY_READBACK_H
#define MZG_CARRY_READBACK_H

#include "freight.h"
#include "stick.h"

#define MZG_READBACK_TRIES 3

struct mzg_readback {
    struct mzg_freight *freight;
    const struct mzg_dir *stick;
    const struct mzg_run *run;
    unsigned cut_short; /* number of the part that has an unfinished one's name; 0: none */
    struct mzg_faults *faults;
    struct mzg_carry_sum *mended;
};

/* Reads each item that is placed, in the order of the stick. One that is not right is written again in its
 * place, from the repository, and read again; each is told. MZG_IO naming part, byte and object when it is
 * not right after MZG_READBACK_TRIES times. */
enum mzg_code mzg_readback(const struct mzg_readback *b, struct mzg_err *e) MZG_MUST;

#endif
