/* config_rope.c: how a config stretches its rotary positions. */
#include "config.h"
#include <stdio.h>
#include <string.h>

#define KEY_MAX 128

const json_t *mzg_config_rope(const struct mzg_config *c)
{
    const json_t *rope = mzg_config_find(c->root, "rope_parameters");
    const json_t *full = rope ? mzg_config_find(rope, "full_attention") : NULL;

    if (json_is_object(full))
        return full;
    return rope ? rope : mzg_config_find(c->root, "rope_scaling");
}

static const struct mzg_config_key rope_linear[] = {
    {"rope.scaling.factor", MZG_CONFIG_NAMES("factor"), MZG_KV_F32, 1e-6, 1e6, true},
};

static const struct mzg_config_key rope_yarn[] = {
    {"rope.scaling.factor", MZG_CONFIG_NAMES("factor"), MZG_KV_F32, 1e-6, 1e6, true},
    {"rope.scaling.original_context_length", MZG_CONFIG_NAMES("original_max_position_embeddings"), MZG_KV_U32,
     1, INT32_MAX, true},
    {"rope.scaling.yarn_ext_factor", MZG_CONFIG_NAMES("extrapolation_factor"), MZG_KV_F32, -1e6, 1e6, false},
    {"rope.scaling.yarn_attn_factor", MZG_CONFIG_NAMES("attention_factor", "attn_factor"), MZG_KV_F32, -1e6,
     1e6, false},
    {"rope.scaling.yarn_beta_fast", MZG_CONFIG_NAMES("beta_fast"), MZG_KV_F32, 0, 1e6, false},
    {"rope.scaling.yarn_beta_slow", MZG_CONFIG_NAMES("beta_slow"), MZG_KV_F32, 0, 1e6, false},
};

enum mzg_code mzg_config_put_rope(const struct mzg_config *c, const char *arch,
                                  struct mzg_kvs *k, const char **kind, struct mzg_err *e)
{
    const json_t *rope = mzg_config_rope(c);
    const struct mzg_config_key *table = rope_yarn;
    size_t n = sizeof rope_yarn / sizeof *rope_yarn;
    char key[KEY_MAX];

    *kind = "default";
    if (!rope)
        return MZG_OK;
    if (!json_is_object(rope))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                        "config.json: key 'rope_scaling' is no object");
    enum mzg_code code = mzg_json_text_opt(rope, "type", kind, e);
    if (code == MZG_OK)
        code = mzg_json_text_opt(rope, "rope_type", kind, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "config.json: rope_scaling");
    if (strcmp(*kind, "linear") == 0) {
        table = rope_linear;
        n = sizeof rope_linear / sizeof *rope_linear;
    } else if (strcmp(*kind, "yarn") != 0) {
        return MZG_OK;
    }
    snprintf(key, sizeof key, "%s.rope.scaling.type", arch);
    mzg_kvs_text(k, key, *kind);
    return mzg_config_put_keys(rope, arch, table, n, k, e);
}
