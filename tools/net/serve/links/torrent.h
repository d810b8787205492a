/* torrent.h: a .torrent of a file (BEP 3), which any HTTP server of the file seeds (BEP 19): without a tracker,
 * and with nothing in its info dictionary that differs between mirrors. */
#ifndef MZG_LINKS_TORRENT_H
#define MZG_LINKS_TORRENT_H

#include "base/buf.h"
#include "pieces.h"

#define MZG_TORRENT_MAX ((size_t)64 << 10)

/* name: of the file, a path's last part; url: where it is. */
void mzg_torrent_write(struct mzg_buf *out, const char *name, const struct mzg_pieces *p, const char *url);

#endif
