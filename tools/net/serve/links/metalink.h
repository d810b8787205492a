/* metalink.h: a Metalink document of a file (RFC 5854): its digest, those of its pieces where they are known,
 * and where it is. */
#ifndef MZG_LINKS_METALINK_H
#define MZG_LINKS_METALINK_H

#include "base/buf.h"
#include "bundle/manifest.h"
#include "pieces.h"

#define MZG_METALINK_MAX ((size_t)512 << 10)

/* p: NULL when they are not known. */
void mzg_metalink_write(struct mzg_buf *out, const struct mzg_member *m, const struct mzg_pieces *p,
                        const char *url);

#endif
