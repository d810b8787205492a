#include "keys.h"
#include "../arch/config.h"

static enum mzg_code check(const json_t *value, const struct mzg_key *key, struct mzg_err *e)
{
    double number = json_number_value(value);

    if (key->whole ? !json_is_integer(value) : !json_is_number(value))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "key '%s' is no %snumber", key->from,
                        key->whole ? "whole " : "");
    if (!(number >= key->min && number <= key->max))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "key '%s' is outside %.9g to %.9g", key->from,
                        key->min, key->max);
    return MZG_OK;
}

enum mzg_code mzg_keys_copy(const json_t *from, json_t *to, const struct mzg_key *keys, size_t n,
                            struct mzg_err *e)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *value = mzg_config_find(from, keys[i].from);
        if (!value && keys[i].must)
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "key '%s' is missing", keys[i].from);
        if (!value)
            continue;
        enum mzg_code code = check(value, &keys[i], e);
        if (code == MZG_OK && !json_object_get(to, keys[i].to) &&
            !mzg_keys_set(to, keys[i].to, json_copy((json_t *)value)))
            code = mzg_fail_memory(e, keys[i].from);
        if (code != MZG_OK)
            return code;
    }
    return MZG_OK;
}

bool mzg_keys_set(json_t *o, const char *name, json_t *value)
{
    return value && json_object_set_new(o, name, value) == 0;
}
