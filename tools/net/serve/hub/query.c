#include "query.h"
#include "form.h"
#include <string.h>

struct lookup {
    const char *name, *value;
    size_t skip;
};

static enum MHD_Result look(void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct lookup *l = ctx;
    (void)kind;
    if (strcmp(key, l->name) != 0 || l->skip-- > 0)
        return MHD_YES;
    l->value = value ? value : "";
    return MHD_NO; /* enough */
}

/* The library has made spaces of '+' already. */
bool mzg_hub_query(const struct mzg_exchange *x, const char *name, size_t n, char out[MZG_HUB_VALUE])
{
    struct lookup l = {name, NULL, n};
    char value[MZG_HUB_VALUE];
    MHD_get_connection_values(x->connection, MHD_GET_ARGUMENT_KIND, look, &l);
    size_t len = l.value ? strlen(l.value) : MZG_HUB_VALUE;
    if (len >= sizeof value)
        return false;
    memcpy(value, l.value, len + 1);
    if (!mzg_hub_decode(value, false))
        return false;
    memcpy(out, value, strlen(value) + 1);
    return true;
}

bool mzg_hub_query_yes(const struct mzg_exchange *x, const char *name)
{
    char value[MZG_HUB_VALUE];
    return mzg_hub_query(x, name, 0, value) && mzg_hub_says_yes(value);
}
