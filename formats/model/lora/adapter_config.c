#include "adapter_config.h"

#include "../../base/file.h"
#include "../recipes/pattern.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_BYTES ((size_t)1 << 20)

/* ---- what it must not say ---- */

/* Keys that are there in every adapter and must say nothing: null, false, or an empty list or object. */
static const char *const must_be_nothing[] = {
    "use_dora", "use_qalora", "lora_bias", "layer_replication", "target_parameters",
    "trainable_token_indices", "alora_invocation_tokens", "use_bdlora", "arrow_config", "corda_config",
};

static bool says_nothing(const json_t *v)
{
    return v == NULL || json_is_null(v) || json_is_false(v) || (json_is_array(v) && json_array_size(v) == 0) ||
           (json_is_object(v) && json_object_size(v) == 0);
}

/* Of initialisations, those that leave the base as it was published. */
static bool leaves_base(const json_t *init)
{
    const char *name = json_string_value(init);
    return init == NULL || json_is_null(init) || json_is_boolean(init) ||
           (name != NULL && (strcmp(name, "gaussian") == 0 || strcmp(name, "eva") == 0));
}

static enum mzg_code fail_key(enum mzg_code code, const char *key, const char *what, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    return mzg_fail(e, code, MZG_NO_OFFSET, "key '%s' %s", mzg_quote(q, key), what);
}

static enum mzg_code check_kind(const json_t *root, struct mzg_err *e)
{
    const char *kind;
    char q[MZG_QUOTE];
    enum mzg_code rc = mzg_json_text(root, "peft_type", &kind, e);
    if (rc != MZG_OK)
        return rc;
    if (strcmp(kind, "LORA") != 0)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "key 'peft_type': adapters of type '%s' are not "
                        "supported, only LORA's", mzg_quote(q, kind));
    for (size_t i = 0; i < sizeof must_be_nothing / sizeof *must_be_nothing; i++)
        if (!says_nothing(json_object_get(root, must_be_nothing[i])))
            return fail_key(MZG_UNSUPPORTED, must_be_nothing[i], "asks for what is not supported", e);
    if (!leaves_base(json_object_get(root, "init_lora_weights")))
        return fail_key(MZG_UNSUPPORTED, "init_lora_weights", "names an initialisation that may have changed "
                        "the base: the adapter does not fit the published one", e);
    return MZG_OK;
}

/* ---- reading it ---- */

static enum mzg_code check_patterns(const json_t *root, const char *key, double least, struct mzg_err *e)
{
    const json_t *patterns = json_object_get(root, key), *value;
    const char *name;
    if (says_nothing(patterns))
        return MZG_OK;
    if (!json_is_object(patterns))
        return fail_key(MZG_MALFORMED, key, "is no object", e);
    json_object_foreach((json_t *)patterns, name, value) {
        double v = json_number_value(value);
        if (!json_is_number(value) || !isfinite(v) || v < least)
            return fail_key(MZG_MALFORMED, key, "has a value that is no such number", e);
    }
    return MZG_OK;
}

static enum mzg_code read_keys(struct mzg_adapter_config *c, struct mzg_err *e)
{
    double alpha = NAN;
    enum mzg_code rc = check_kind(c->root, e);
    if (rc == MZG_OK)
        rc = mzg_json_int(c->root, "r", 1, MZG_RANK_MAX, &c->rank, e);
    if (rc == MZG_OK)
        rc = mzg_json_real_opt(c->root, "lora_alpha", &alpha, e);
    if (rc == MZG_OK && isnan(alpha))
        rc = fail_key(MZG_MALFORMED, "lora_alpha", "is missing", e);
    c->alpha = alpha;
    if (rc == MZG_OK)
        rc = mzg_json_bool_opt(c->root, "use_rslora", &c->rslora, e);
    if (rc == MZG_OK)
        rc = mzg_json_bool_opt(c->root, "fan_in_fan_out", &c->fan_in_fan_out, e);
    if (rc == MZG_OK)
        rc = mzg_json_text_opt(c->root, "base_model_name_or_path", &c->base, e);
    if (rc == MZG_OK)
        rc = check_patterns(c->root, "rank_pattern", 1, e);
    return rc == MZG_OK ? check_patterns(c->root, "alpha_pattern", -INFINITY, e) : rc;
}

enum mzg_code mzg_adapter_config_parse(struct mzg_adapter_config *c, const char *text, size_t len, struct mzg_err *e)
{
    *c = (struct mzg_adapter_config){.base = ""};
    enum mzg_code rc = mzg_json_parse(text, len, 0, MZG_JSON_TREE, &c->root, e);
    if (rc == MZG_OK && !json_is_object(c->root))
        rc = mzg_fail(e, MZG_MALFORMED, 0, "not an object");
    if (rc == MZG_OK)
        rc = read_keys(c, e);
    if (rc == MZG_OK)
        return MZG_OK;
    mzg_adapter_config_clear(c);
    return mzg_prefix(e, "adapter_config.json");
}

enum mzg_code mzg_adapter_config_load(struct mzg_adapter_config *c, const char *path, struct mzg_err *e)
{
    char *text = NULL;
    size_t len = 0;
    *c = (struct mzg_adapter_config){.base = ""};
    enum mzg_code rc = mzg_file_load(path, CONFIG_BYTES, &text, &len, e);
    if (rc == MZG_OK)
        rc = mzg_adapter_config_parse(c, text, len, e);
    free(text);
    return rc;
}

void mzg_adapter_config_clear(struct mzg_adapter_config *c)
{
    json_decref(c->root);
    *c = (struct mzg_adapter_config){.base = ""};
}

/* ---- one module ---- */

/* PEFT takes a key for a regular expression of the last components of a module's name. */
static enum mzg_code key_matches(const char *key, const char *module, bool *matches, struct mzg_err *e)
{
    char text[MZG_PATTERN_MAX], q[MZG_QUOTE];
    struct mzg_pattern *p = NULL;
    int n = snprintf(text, sizeof text, "^(.*\\.)?(%s)$", key);
    if (n < 0 || (size_t)n >= sizeof text || mzg_pattern_new(text, (size_t)n, &p, e) != MZG_OK)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "adapter_config.json: the pattern '%s' is not one "
                        "that is understood here", mzg_quote(q, key));
    *matches = mzg_pattern_matches(p, module);
    mzg_pattern_free(p);
    return MZG_OK;
}

/* *number stays as it is where no key matches. */
static enum mzg_code by_pattern(const json_t *patterns, const char *module, double *number, struct mzg_err *e)
{
    const json_t *value;
    const char *key;
    bool matches = false;
    json_object_foreach((json_t *)patterns, key, value) {
        enum mzg_code rc = key_matches(key, module, &matches, e);
        if (rc != MZG_OK || matches) {
            *number = json_number_value(value);
            return rc;
        }
    }
    return MZG_OK;
}

enum mzg_code mzg_adapter_config_module(const struct mzg_adapter_config *c, const char *module,
                                        uint64_t *rank, double *scale, struct mzg_err *e)
{
    double r = (double)c->rank, alpha = c->alpha;
    enum mzg_code rc = by_pattern(json_object_get(c->root, "rank_pattern"), module, &r, e);
    if (rc == MZG_OK)
        rc = by_pattern(json_object_get(c->root, "alpha_pattern"), module, &alpha, e);
    if (rc != MZG_OK)
        return rc;
    if (r > MZG_RANK_MAX || r != floor(r))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "adapter_config.json: key 'rank_pattern' has a rank "
                        "that is no whole number of at most %d", MZG_RANK_MAX);
    *rank = (uint64_t)r;
    *scale = alpha / (c->rslora ? sqrt(r) : r);
    return MZG_OK;
}
