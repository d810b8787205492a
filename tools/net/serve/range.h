/* range.h: what part of a file a request is for, and whether it is for any (RFC 9110, sections 13 and
 * 14). Knows nothing of sockets or files.
 *
 * One range is answered with that range. What the standard lets a server ignore is ignored, and the
 * whole file is the answer: several ranges in one request (a few bytes of header would ask for a
 * thousand times the file), other units, malformed ones, a Range with HEAD, an If-Range that is a
 * date (no dates are sent here). A field that stands there twice is as good as malformed. */
#ifndef MZG_NET_SERVE_RANGE_H
#define MZG_NET_SERVE_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The fields of the request that bear on it; NULL: not there. */
struct mzg_asked {
    bool head;
    const char *range;
    const char *if_range;
    const char *if_match;
    const char *if_none_match;
};

/* What the answer is. */
struct mzg_part {
    unsigned status; /* 200 the whole; 206 a part; 304 the client has it; 412, 416: neither */
    uint64_t from;   /* first byte */
    uint64_t length; /* how many; 0 with 304, 412 and 416 */
};

/* etag: the strong one of the file as it is now, with its quotes; size: the file's bytes. */
void mzg_range_decide(struct mzg_part *part, const struct mzg_asked *asked, const char *etag,
                      uint64_t size);

#endif
