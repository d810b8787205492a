/* bencode.h: BitTorrent's notation (BEP 3), written. A dictionary's keys are the caller's to write in the order of
 * their bytes. */
#ifndef MZG_LINKS_BENCODE_H
#define MZG_LINKS_BENCODE_H

#include "base/buf.h"

void mzg_bencode_dict(struct mzg_buf *out);
void mzg_bencode_list(struct mzg_buf *out);
void mzg_bencode_end(struct mzg_buf *out); /* of the dictionary or list that was begun last */

void mzg_bencode_bytes(struct mzg_buf *out, const void *data, size_t n);
void mzg_bencode_text(struct mzg_buf *out, const char *text);
void mzg_bencode_number(struct mzg_buf *out, uint64_t number);

#endif
