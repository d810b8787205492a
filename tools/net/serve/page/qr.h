/* qr.h: an address as a square that a phone's camera reads. */
#ifndef MZG_PAGE_QR_H
#define MZG_PAGE_QR_H

#include "base/buf.h"

/* Appends an SVG image of text (printable ASCII), which is called `label` for who cannot see it. False, and
 * nothing is appended, where this program was built without libqrencode or the text is too long. */
bool mzg_qr_svg(struct mzg_buf *out, const char *text, const char *label);

#endif
