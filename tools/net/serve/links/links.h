/* links.h: what tells other programs where a bundle's file is and what it should be:
 *
 *   /plain/NAME/VERSION/FILE.meta4     a Metalink (aria2, wget2)   metalink
 *   /plain/NAME/VERSION/.meta4         one of all its files
 *   /plain/NAME/VERSION/FILE.torrent   a torrent that HTTP seeds   torrent, bencode
 *
 *   pieces      a file's digests piece by piece     reading   a file, read for them
 *   piecework   the thread that does it, and what it found
 *
 * A bundle's own file of such a name comes first (plain.h). A metalink is right also without its pieces, so it is
 * given at once; a torrent is not there before them (503, and when to come again). */
#ifndef MZG_LINKS_LINKS_H
#define MZG_LINKS_LINKS_H

#include "../exchange.h"
#include "../shelf.h"

/* file: a path that none of b's files has; b may be NULL. 404 when it is no link to one of them. */
enum MHD_Result mzg_links_answer(struct mzg_exchange *x, const struct mzg_shelf_bundle *b, const char *file);

/* Fields that go with m itself: where its metalink is (RFC 6249), and its digest (RFC 9530, RFC 3230). */
#define MZG_LINKS_TEXT 1024
struct mzg_links_fields {
    struct mzg_field all[4]; /* of mzg_answer's */
    char link[MZG_LINKS_TEXT], repr_digest[64], digest[64];
};
void mzg_links_fields_fill(struct mzg_links_fields *f, const struct mzg_member *m);

#endif
