/* info.h: what the hub says of a model, from a bundle's manifest. */
#ifndef MZG_NET_SERVE_HUB_INFO_H
#define MZG_NET_SERVE_HUB_INFO_H

#include "oid.h"
#include "tools/net/serve/shelf.h"
#include <jansson.h>

/* How much of it. */
enum mzg_hub_detail {
    MZG_HUB_BRIEF, /* as in a list */
    MZG_HUB_FILES, /* with the files' names */
    MZG_HUB_BLOBS, /* with their sizes and digests too */
};

/* The caller's; NULL when memory is out. */
json_t *mzg_hub_info(const struct mzg_shelf_bundle *b, enum mzg_hub_detail detail);

/* "2026-10-02T00:00:00.000Z" of a manifest's date: all clients read it so. Returns out. */
#define MZG_HUB_DATE 32
const char *mzg_hub_date(char out[MZG_HUB_DATE], const char *date);

/* "mzigo/NAME". Returns out. */
#define MZG_HUB_ID (MZG_NAME_MAX + 8)
const char *mzg_hub_id(char out[MZG_HUB_ID], const char *name);

#endif
