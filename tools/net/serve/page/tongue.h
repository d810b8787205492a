/* tongue.h: the languages that the page speaks, and which of them a browser asks for. */
#ifndef MZG_PAGE_TONGUE_H
#define MZG_PAGE_TONGUE_H

enum mzg_tongue { MZG_ENGLISH, MZG_SWAHILI, MZG_TONGUES };

/* "en", "sw": in URLs and in HTML's lang. */
const char *mzg_tongue_code(enum mzg_tongue t);
/* What it calls itself. */
const char *mzg_tongue_name(enum mzg_tongue t);

/* accept: the field Accept-Language (RFC 9110, 12.5.4) or NULL. The one that is wanted most, the first of
 * those wanted alike; English where it says neither, or nothing that can be read. */
enum mzg_tongue mzg_tongue_choose(const char *accept);

#endif
