/* member.h: a file of a bundle as it is, for the rooms that speak to clients which know nothing of bundles.
 *
 * Such a client checks no signature: with trusted keys, a bundle that none of them signed has no files here. */
#ifndef MZG_NET_SERVE_MEMBER_H
#define MZG_NET_SERVE_MEMBER_H

#include "exchange.h"
#include "shelf.h"

/* The bundle's file of this path in it. NULL: there is none, or the bundle has none to offer; b may be NULL. */
const struct mzg_member *mzg_member_find(const struct mzg_shelf_bundle *b, const char *path);

/* Whether files of it are sent at all. */
bool mzg_member_offered(const struct mzg_shelf_bundle *b);

/* The file's digest in quotes, which is its ETag. */
#define MZG_MEMBER_ETAG (MZG_SHA256_HEX + 2)
const char *mzg_member_etag(char out[MZG_MEMBER_ETAG], const struct mzg_member *m);

/* The file, or what the request asks of it (mzg_answer_payload), for ever under this URL where a->keep says
 * nothing else: from REPO/plain/ where `mzigo mirror --plain` laid it, else decoded while it is sent (decoded.h),
 * each object checked before a byte of it goes out; a damaged one is noted (health.h), and the transfer breaks
 * off, so that what came can be gone on with when it is mended. a: the fields besides; its status is not read,
 * and where it has no etag the digest is it. b: of mzg_exchange_shelf; m: one of b's. */
enum MHD_Result mzg_member_answer(struct mzg_exchange *x, const struct mzg_answer *a,
                                  const struct mzg_shelf_bundle *b, const struct mzg_member *m);

#endif
