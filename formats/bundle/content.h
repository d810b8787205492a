/* content.h: one chunk's way from its object's bytes to its content, checked on both sides. Any thread; nothing
 * is allocated. Faults are MZG_REFUSED and do not name the object, which the caller knows by more names. */
#ifndef MZG_BUNDLE_CONTENT_H
#define MZG_BUNDLE_CONTENT_H

#include "manifest.h"

/* stored: c->stored bytes. */
enum mzg_code mzg_content_check_stored(const struct mzg_chunk *c, const uint8_t *stored,
                                       struct mzg_err *e) MZG_MUST;

/* stored, which has been checked -> c->length bytes at out. */
enum mzg_code mzg_content_decode(const struct mzg_chunk *c, struct mzg_coder *decoder, const uint8_t *stored,
                                 uint8_t *out, struct mzg_err *e) MZG_MUST;

#endif
