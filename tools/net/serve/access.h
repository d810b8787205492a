/* access.h: a line per request, in the common log format. */
#ifndef MZG_NET_SERVE_ACCESS_H
#define MZG_NET_SERVE_ACCESS_H

#include "base/error.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct mzg_access {
    int fd; /* -1: nothing is logged */
};

struct mzg_access_line {
    const struct sockaddr *from;
    const char *method, *target, *version; /* as the client sent them */
    unsigned status;
    uint64_t bytes; /* of the body */
    bool whole;     /* it was sent to its end */
};

/* path: a file that is added to, "-" for standard output, NULL for nothing. */
enum mzg_code mzg_access_open(struct mzg_access *a, const char *path, struct mzg_err *e) MZG_MUST;
void mzg_access_close(struct mzg_access *a);

/* One write, so that lines of several threads do not mix. What the client sent is escaped (mzg_quote). A
 * log that cannot be written to is no reason to stop serving. */
void mzg_access_write(const struct mzg_access *a, const struct mzg_access_line *line);

#endif
