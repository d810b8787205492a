/* model.h: which bundle a model's id and revision mean. */
#ifndef MZG_NET_SERVE_HUB_MODEL_H
#define MZG_NET_SERVE_HUB_MODEL_H

#include "oid.h"
#include "tools/net/serve/exchange.h"
#include "tools/net/serve/shelf.h"

#define MZG_HUB_MAIN "main"

struct mzg_hub_model {
    const struct mzg_shelf_bundle *b; /* NULL: there is none */
    char commit[MZG_HUB_OID];
    bool exists; /* there is some version of this name */
    bool moves;  /* the revision may mean another version tomorrow */
};

/* Among the versions that may be seen (member.h). False when memory is out. */
bool mzg_hub_find(struct mzg_hub_model *m, struct mzg_exchange *x, const char *name, const char *revision);

#endif
