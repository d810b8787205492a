/* amount.h: amounts of data as people type them: "64k", "2M", "1G", or plain bytes; a k is 1024, as in
 * curl's and wget's options of this kind. */
#ifndef MZG_NET_AMOUNT_H
#define MZG_NET_AMOUNT_H

#include "base/error.h"
#include "tools/options.h"

/* The value of an option in bytes, 1 to max; leaves *out alone when it was not given. */
enum mzg_code mzg_amount_option(const struct mzg_args *a, const char *name, uint64_t max,
                                uint64_t *out, struct mzg_err *e) MZG_MUST;

#endif
