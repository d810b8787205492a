/* groups.c: whole numbers of a few bits in groups of a row, each with a scale and a zero point or a bias:
 * GPTQ, AWQ, MLX. Sources: the libraries' documentation and readers of 2026. */
#include "scheme.h"

#include <string.h>

static enum mzg_code fail_value(const char *key, const char *what, struct mzg_err *e)
{
    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "config.json: quantization: '%s' %s", key, what);
}

static uint64_t bits_of(const json_t *config)
{
    json_int_t n = json_integer_value(json_object_get(config, "bits"));
    return n < 0 ? 0 : (uint64_t)n;
}

/* {groups, rows} from what is stored as {rows, groups}. */
static const struct mzg_values *turned(const struct mzg_unpack *u, const struct mzg_source_tensor *t)
{
    return t != NULL ? mzg_values_transposed(u->source->arena, t->values) : NULL;
}

/* How wide a group is, where no table says it for each element. */
static uint64_t group_width(const struct mzg_scaled *s)
{
    return s->codes != NULL && s->scale != NULL && s->scale->ne[0] > 0
               ? (s->codes->ne[0] + s->scale->ne[0] - 1) / s->scale->ne[0] : 0;
}

/* ---- GPTQ ---- */

/* X.qweight {rows, words}, .qzeros {words, groups}, .scales {rows, groups}, perhaps .g_idx {width} ->
 * X.weight {width, rows} */
static enum mzg_code unpack_gptq(struct mzg_unpack *u, struct mzg_source_tensor *t, const char *base,
                                 uint64_t bits, bool v2, struct mzg_err *e)
{
    struct mzg_source *src = u->source;
    const struct mzg_source_tensor *zero = mzg_unpack_take(u, base, ".qzeros");
    const struct mzg_source_tensor *groups = mzg_unpack_take(u, base, ".g_idx");
    struct mzg_codes codes = {.bits = (unsigned)bits}, zeros = {.bits = (unsigned)bits, .offset = v2 ? 0 : 1};
    uint64_t width = groups != NULL ? groups->stored->ne[0] : t->stored->ne[1] * 32 / bits;
    struct mzg_scaled s = {
        .codes = mzg_codes_columns(src->arena, src->weights, t->stored, &codes, width),
        .scale = turned(u, mzg_unpack_take(u, base, ".scales")),
        .groups = groups != NULL ? groups->values : NULL,
        .block_rows = 1, .times = 1, .by = 1};
    s.block_width = group_width(&s);
    if (zero != NULL && s.scale != NULL) {
        const uint64_t ne[MZG_VALUE_DIMS] = {t->stored->ne[0], s.scale->ne[0], 1, 1};
        s.zero = mzg_values_transposed(src->arena, mzg_codes_rows(src->arena, src->weights, zero->stored,
                                                                  &zeros, 2, ne));
    }
    return mzg_unpack_put(u, t, base, ".weight", s.zero != NULL ? mzg_values_scaled(src->arena, &s) : NULL, e);
}

enum mzg_code mzg_unpack_gptq(struct mzg_unpack *u, struct mzg_err *e)
{
    const char *format = json_string_value(json_object_get(u->config, "checkpoint_format"));
    uint64_t bits = bits_of(u->config);
    bool v2 = format != NULL && strcmp(format, "gptq_v2") == 0;
    enum mzg_code rc = MZG_OK;
    if (bits != 2 && bits != 3 && bits != 4 && bits != 8)
        return fail_value("bits", "is not 2, 3, 4 or 8", e);
    if (format != NULL && !v2 && strcmp(format, "gptq") != 0)
        return fail_value("checkpoint_format", "is neither gptq nor gptq_v2", e);
    for (size_t i = 0; i < u->source->n && rc == MZG_OK; i++) {
        struct mzg_source_tensor *t = &u->source->items[i];
        const char *base = mzg_unpack_base(u, t->name, ".qweight");
        if (base != NULL && !u->gone[i])
            rc = unpack_gptq(u, t, base, bits, v2, e);
    }
    return rc;
}

/* ---- AWQ ---- */

/* X.qweight {words, width}, .qzeros {words, groups}, .scales {rows, groups}: rows run along words, eight to
 * each in an order of their own -> X.weight {width, rows} */
static enum mzg_code unpack_awq(struct mzg_unpack *u, struct mzg_source_tensor *t, const char *base,
                                struct mzg_err *e)
{
    static const uint8_t nibbles[8] = {0, 4, 1, 5, 2, 6, 3, 7};
    static const struct mzg_codes codes = {.bits = 4, .order = nibbles};
    struct mzg_source *src = u->source;
    const struct mzg_source_tensor *zero = mzg_unpack_take(u, base, ".qzeros");
    const struct mzg_tensor *q = t->stored;
    struct mzg_scaled s = {.scale = turned(u, mzg_unpack_take(u, base, ".scales")), .block_rows = 1,
                           .times = 1, .by = 1};
    bool words = q->n_dims == 2 && q->bytes == 4 * q->elems;
    if (words) {
        const uint64_t ne[MZG_VALUE_DIMS] = {q->ne[0] * 8, q->ne[1], 1, 1};
        s.codes = mzg_values_transposed(src->arena,
                                        mzg_codes_rows(src->arena, src->weights, q, &codes, 2, ne));
    }
    s.block_width = group_width(&s);
    if (words && zero != NULL && s.scale != NULL) {
        const uint64_t ne[MZG_VALUE_DIMS] = {q->ne[0] * 8, s.scale->ne[0], 1, 1};
        s.zero = mzg_values_transposed(src->arena, mzg_codes_rows(src->arena, src->weights, zero->stored,
                                                                  &codes, 2, ne));
    }
    return mzg_unpack_put(u, t, base, ".weight", s.zero != NULL ? mzg_values_scaled(src->arena, &s) : NULL, e);
}

enum mzg_code mzg_unpack_awq(struct mzg_unpack *u, struct mzg_err *e)
{
    const char *version = json_string_value(json_object_get(u->config, "version"));
    enum mzg_code rc = MZG_OK;
    if (bits_of(u->config) != 4)
        return fail_value("bits", "is not 4", e);
    if (version != NULL && strcmp(version, "gemm") != 0 && strcmp(version, "GEMM") != 0)
        return fail_value("version", "is not gemm", e);
    for (size_t i = 0; i < u->source->n && rc == MZG_OK; i++) {
        struct mzg_source_tensor *t = &u->source->items[i];
        const char *base = mzg_unpack_base(u, t->name, ".qweight");
        if (base != NULL && !u->gone[i])
            rc = unpack_awq(u, t, base, e);
    }
    return rc;
}

/* ---- MLX ---- */

/* The scheme of one layer: the whole's, unless its own name has another. */
static const json_t *mlx_config(const struct mzg_unpack *u, const char *base)
{
    const json_t *own = json_object_get(u->config, base);
    return json_is_object(own) ? own : u->config;
}

/* X.weight (words of 32 bits), X.scales, and X.biases but in the 4-bit float modes -> X.weight */
static enum mzg_code unpack_mlx(struct mzg_unpack *u, struct mzg_source_tensor *t, const char *base,
                                struct mzg_source_tensor *scale, struct mzg_err *e)
{
    struct mzg_source *src = u->source;
    const json_t *config = mlx_config(u, base);
    const char *mode = json_string_value(json_object_get(config, "mode"));
    const struct mzg_source_tensor *bias = mzg_unpack_take(u, base, ".biases");
    struct mzg_codes codes = {.bits = (unsigned)bits_of(config)};
    struct mzg_scaled s = {.scale = scale->values, .bias = bias != NULL ? bias->values : NULL,
                           .block_rows = 1, .times = 1, .by = 1};
    const struct mzg_values *v = NULL;
    uint64_t ne[MZG_VALUE_DIMS];
    bool affine = mode == NULL || strcmp(mode, "affine") == 0;
    s.block_width = (uint64_t)json_integer_value(json_object_get(config, "group_size"));
    if (!affine && strcmp(mode, "mxfp4") != 0)
        return fail_value("mode", "is neither affine nor mxfp4", e);
    if (codes.bits < 1 || codes.bits > 8)
        return fail_value("bits", "is not 1 to 8", e);
    memcpy(ne, t->stored->ne, sizeof ne);
    ne[0] = ne[0] * 32 / codes.bits;
    unsigned n_dims = t->stored->n_dims;
    bool words = n_dims >= 2 && n_dims <= MZG_VALUE_DIMS && t->stored->bytes == 4 * t->stored->elems;
    if (words && affine) {
        s.codes = mzg_codes_rows(src->arena, src->weights, t->stored, &codes, n_dims, ne);
        v = s.bias != NULL ? mzg_values_scaled(src->arena, &s) : NULL;
    } else if (words) {
        v = mzg_values_mxfp4(src->arena, src->weights, t->stored, scale->stored, n_dims, ne);
    }
    return mzg_unpack_put(u, t, base, ".weight", v, e);
}

enum mzg_code mzg_unpack_mlx(struct mzg_unpack *u, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    for (size_t i = 0; i < u->source->n && rc == MZG_OK; i++) {
        struct mzg_source_tensor *t = &u->source->items[i];
        const char *base = u->gone[i] ? NULL : mzg_unpack_base(u, t->name, ".weight");
        struct mzg_source_tensor *scale = base != NULL ? mzg_unpack_take(u, base, ".scales") : NULL;
        if (scale != NULL)
            rc = unpack_mlx(u, t, base, scale, e);
    }
    return rc;
}
