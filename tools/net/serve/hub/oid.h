/* oid.h: the ids of git, where clients want them. Every file is presented as one that Git LFS keeps: its content is
 * known by its SHA-256, which the manifest has, and git by the few lines that stand for it (git-lfs, docs/spec.md). */
#ifndef MZG_NET_SERVE_HUB_OID_H
#define MZG_NET_SERVE_HUB_OID_H

#include "bundle/manifest.h"

#define MZG_HUB_OID 41 /* 40 digits, and the NUL */

/* A bundle's commit: the beginning of its manifest's digest. Returns out. */
const char *mzg_hub_commit(char out[MZG_HUB_OID], const uint8_t manifest[MZG_SHA256_BYTES]);

/* The lines that stand for a file. Returns how many bytes they have. */
#define MZG_HUB_POINTER_MAX 160
size_t mzg_hub_pointer(char out[MZG_HUB_POINTER_MAX], const struct mzg_member *m);

/* The id that git gives a file of this content, len at most MZG_HUB_BLOB_MAX. False when there is no SHA-1 to be
 * had. */
#define MZG_HUB_BLOB_MAX 2048
bool mzg_hub_blob_oid(char out[MZG_HUB_OID], const void *content, size_t len);

#endif
