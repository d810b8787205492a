#include "limits.h"

#include "../base/file.h"
#include "../base/json.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define U11 (1.0 / 2048)      /* half a unit in the last place of an f16, relative */
#define S25 (1.0 / (1 << 25)) /* half the spacing of subnormal f16 */

/* Formats of blocks of 32 whose codes are searched for may leave out a part of a block's range, where
 * that makes the whole more exact: of the largest magnitude with a scale alone, of the range with a
 * minimum. q: the highest code's distance from zero, which the scale's rounding is multiplied with. */
#define SYMMETRIC(part, q) .amax = (part) + U11, .abs = ((q) + 1) * S25
#define AFFINE(part, q) .range = (part) + 2 * U11, .amax = 2 * U11, .abs = ((q) + 1) * S25
/* A format in which zero is a code, or nearly so, and whose encoders may leave a small sub-block of a
 * block zero. */
#define NO_WORSE_THAN_ZERO .amax = 1 + U11
/* Scales that depend on neighbours: an element may be off by as much as the largest, or twice. */
#define SHARED(times) .amax = (times), .abs = 64 * S25
/* Magnitudes are points of a grid, zero is not among them, and a sign may have to be another: what an
 * element becomes depends on its neighbours, but stays within what the block has. q: the largest value
 * in units of the scale. */
#define GRID(q) .amax = 2.5, .abs = (q)*S25, .elems = 256

static const struct mzg_limit defaults[MZG_TYPE_END] = {
    [MZG_TYPE_F16] = {.rel_rmse = U11, .amax = U11, .abs = S25},
    [MZG_TYPE_BF16] = {.rel_rmse = 1.0 / 256, .amax = 1.0 / 256},
    [MZG_TYPE_Q8_0] = {.rel_rmse = 0.015, SYMMETRIC(0.5 / 127, 127)},
    [MZG_TYPE_Q5_0] = {.rel_rmse = 0.11, SYMMETRIC(0.25, 16)},
    [MZG_TYPE_Q4_0] = {.rel_rmse = 0.20, SYMMETRIC(0.3, 8)},
    [MZG_TYPE_Q5_1] = {.rel_rmse = 0.09, AFFINE(0.2, 31)},
    [MZG_TYPE_Q4_1] = {.rel_rmse = 0.17, AFFINE(0.2, 15)},
    [MZG_TYPE_Q6_K] = {.rel_rmse = 0.045, NO_WORSE_THAN_ZERO},
    [MZG_TYPE_Q5_K] = {.rel_rmse = 0.09, SHARED(1)},
    [MZG_TYPE_Q4_K] = {.rel_rmse = 0.17, SHARED(1)},
    [MZG_TYPE_Q3_K] = {.rel_rmse = 0.36, NO_WORSE_THAN_ZERO},
    [MZG_TYPE_Q2_K] = {.rel_rmse = 0.6, SHARED(2)},
    [MZG_TYPE_IQ4_NL] = {.rel_rmse = 0.18, NO_WORSE_THAN_ZERO},
    [MZG_TYPE_IQ4_XS] = {.rel_rmse = 0.18, NO_WORSE_THAN_ZERO},
    [MZG_TYPE_NVFP4] = {.rel_rmse = 0.18, NO_WORSE_THAN_ZERO},
    [MZG_TYPE_MXFP4] = {.rel_rmse = 0.25, NO_WORSE_THAN_ZERO},
    [MZG_TYPE_TQ1_0] = {.rel_rmse = 0.90, NO_WORSE_THAN_ZERO},
    [MZG_TYPE_TQ2_0] = {.rel_rmse = 0.90, NO_WORSE_THAN_ZERO},
    [MZG_TYPE_Q2_0] = {.rel_rmse = 0.78, NO_WORSE_THAN_ZERO},
    [MZG_TYPE_Q1_0] = {.rel_rmse = 0.90, .amax = 1 + U11, .abs = S25},
    [MZG_TYPE_IQ3_S] = {.rel_rmse = 0.27, GRID(465)},
    [MZG_TYPE_IQ3_XXS] = {.rel_rmse = 0.36, GRID(481)},
    [MZG_TYPE_IQ2_S] = {.rel_rmse = 0.49, GRID(167)},
    [MZG_TYPE_IQ2_XS] = {.rel_rmse = 0.58, GRID(167)},
    [MZG_TYPE_IQ2_XXS] = {.rel_rmse = 0.66, GRID(167)},
    [MZG_TYPE_IQ1_S] = {.rel_rmse = 0.95, GRID(17)},
    [MZG_TYPE_IQ1_M] = {.rel_rmse = 0.90, GRID(17)},
};

void mzg_limits_init(struct mzg_limits *l)
{
    memcpy(l->type, defaults, sizeof l->type);
}

static const struct {
    const char *name;
    size_t offset;
} members[] = {
    {"rel_rmse", offsetof(struct mzg_limit, rel_rmse)},
    {"amax", offsetof(struct mzg_limit, amax)},
    {"range", offsetof(struct mzg_limit, range)},
    {"abs", offsetof(struct mzg_limit, abs)},
};

static enum mzg_code load_member(struct mzg_limit *limit, const char *key, const json_t *value,
                                 struct mzg_err *e)
{
    char q[MZG_QUOTE];
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (strcmp(key, members[i].name) != 0)
            continue;
        double v = json_number_value(value);
        if (!json_is_number(value) || !isfinite(v) || v < 0)
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'%s' is not a number of at least 0",
                            key);
        memcpy((char *)limit + members[i].offset, &v, sizeof v);
        return MZG_OK;
    }
    return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                    "unknown limit '%s': use rel_rmse, amax, range or abs", mzg_quote(q, key));
}

static enum mzg_code load_type(struct mzg_limits *l, const char *name, json_t *o,
                               struct mzg_err *e)
{
    char q[MZG_QUOTE];
    const struct mzg_type_info *info = mzg_type_by_name(name);
    const char *key;
    json_t *value;
    if (info == NULL)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "unknown type '%s'", mzg_quote(q, name));
    if (!json_is_object(o))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'%s' is not an object", info->name);
    json_object_foreach(o, key, value) {
        if (load_member(&l->type[info->type], key, value, e) != MZG_OK)
            return mzg_prefix(e, "'%s'", info->name);
    }
    return MZG_OK;
}

enum mzg_code mzg_limits_load(struct mzg_limits *l, const char *path, struct mzg_err *e)
{
    char *text = NULL, q[MZG_QUOTE];
    size_t len;
    json_t *root = NULL, *value;
    const char *key;
    enum mzg_code rc = mzg_file_load(path, (size_t)1 << 20, &text, &len, e);
    if (rc != MZG_OK)
        return rc;
    rc = mzg_json_parse(text, len, 0, MZG_JSON_TREE, &root, e);
    if (rc == MZG_OK && !json_is_object(root))
        rc = mzg_fail(e, MZG_MALFORMED, 0, "not an object of types");
    if (rc == MZG_OK) {
        json_object_foreach(root, key, value) {
            if (rc == MZG_OK)
                rc = load_type(l, key, value, e);
        }
    }
    json_decref(root);
    free(text);
    return rc == MZG_OK ? MZG_OK : mzg_prefix(e, "%s", mzg_quote(q, path));
}
