/* metalink.h: a Metalink document of files (RFC 5854): of each its digest, those of its pieces where they are
 * known, and where it is. */
#ifndef MZG_LINKS_METALINK_H
#define MZG_LINKS_METALINK_H

#include "base/buf.h"
#include "bundle/manifest.h"
#include "pieces.h"

#define MZG_METALINK_MAX ((size_t)4 << 20) /* bytes; of as many files as a manifest may have */
#define MZG_METALINK_PIECES ((size_t)1 << 20) /* beyond that, a file's pieces are left out */

void mzg_metalink_begin(struct mzg_buf *out);
/* p: NULL when they are not known. */
void mzg_metalink_file(struct mzg_buf *out, const struct mzg_member *m, const struct mzg_pieces *p, const char *url);
void mzg_metalink_end(struct mzg_buf *out);

#endif
