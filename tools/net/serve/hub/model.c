#include "model.h"
#include "tools/net/serve/member.h"
#include "tools/net/serve/offer.h"
#include <string.h>

/* A commit says what is meant better than a version that happens to be called so. */
static void look(struct mzg_hub_model *m, const struct mzg_shelf_bundle *b, const char *revision)
{
    char commit[MZG_HUB_OID];
    if (strcmp(mzg_hub_commit(commit, b->sha256), revision) == 0 ||
        (!m->b && strcmp(b->manifest.version, revision) == 0))
        m->b = b;
}

bool mzg_hub_find(struct mzg_hub_model *m, struct mzg_exchange *x, const char *name, const char *revision)
{
    const struct mzg_shelf *shelf = mzg_exchange_shelf(x);
    size_t first = 0;
    *m = (struct mzg_hub_model){.moves = strcmp(revision, MZG_HUB_MAIN) == 0 || strcmp(revision, "HEAD") == 0};
    if (!shelf)
        return false;
    while (first < shelf->n && strcmp(shelf->bundles[first]->manifest.name, name) != 0)
        first++;
    for (size_t i = first; i < shelf->n && strcmp(shelf->bundles[i]->manifest.name, name) == 0; i++) {
        const struct mzg_shelf_bundle *b = shelf->bundles[i];
        if (!mzg_member_offered(b))
            continue;
        m->exists = true;
        if (!m->moves)
            look(m, b, revision);
    }
    if (m->exists && m->moves)
        m->b = mzg_offer_newest(x->server->health, shelf, first);
    if (m->b)
        mzg_hub_commit(m->commit, m->b->sha256);
    return true;
}
