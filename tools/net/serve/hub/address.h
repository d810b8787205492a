/* address.h: what a URL of the hub's API asks for. Knows nothing of what there is.
 *
 * Bundles have no owner, so all of them stand under one name, `mzigo`, as in the caches that `mzigo unpack
 * --layout hub` writes; other owners have nothing here, rather than the same under any name. */
#ifndef MZG_NET_SERVE_HUB_ADDRESS_H
#define MZG_NET_SERVE_HUB_ADDRESS_H

#include "bundle/name.h"
#include <stdbool.h>

#define MZG_HUB_OWNER "mzigo"

enum mzg_hub_kind { MZG_HUB_INFO, MZG_HUB_REFS, MZG_HUB_TREE, MZG_HUB_PATHS, MZG_HUB_FILE, MZG_HUB_POINTER };

struct mzg_hub_address {
    enum mzg_hub_kind kind;
    char name[MZG_NAME_MAX + 1];         /* of the bundle; "": the URL names none that can be */
    char revision[MZG_NAME_MAX + 1];     /* "main" where the URL has none */
    char path[MZG_MEMBER_PATH_MAX + 1];  /* of a file or folder; "": the root */
};

/* rest: what stands behind "/api/models/". False when it is nothing of the above; a->name is set all the same
 * where it could be read. */
bool mzg_hub_address_api(struct mzg_hub_address *a, const char *rest);

/* rest: what stands behind "/mzigo/". */
bool mzg_hub_address_file(struct mzg_hub_address *a, const char *rest);

/* Whether all clients take "mzigo/NAME" for an id: they know no '+', and neither two signs in a row nor one at the
 * end. */
bool mzg_hub_name_fits(const char *name);

#endif
