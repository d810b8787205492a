/* beside.c: weights with their scales beside them: FP8 in all its forms (DeepSeek's and Qwen's blocks of
 * 128 x 128, one scale a row, one in all), modelopt's FP8 and NVFP4, compressed-tensors, and MX's FP4 of
 * gpt-oss. Sources: the formats' documentation, and their libraries' own readers of 2026. */
#include "scheme.h"

#include <string.h>

/* Scales of activations and caches, which nothing here needs. */
static const char *const activations[] = {
    ".input_scale", ".activation_scale", ".output_scale", ".input_scale_ub", ".input_global_scale",
    ".input_zero_point", ".output_zero_point", ".k_scale", ".v_scale", ".q_scale", ".prob_scale",
    ".kv_scale", ".qscale_act", NULL,
};

/* ---- MXFP4 ---- */

struct mx {
    struct mzg_values v;
    const struct mzg_weights *weights;
    const struct mzg_values *scaled;
    const struct mzg_tensor *codes, *scale;
};

static enum mzg_code get_mx(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                            float *x, struct mzg_err *e)
{
    enum mzg_code rc = mzg_values_get(((const struct mx *)v)->scaled, s, first, n, x, e);
    /* GGUF's decoder knows no negative zero: so a copy decodes to what was read here. */
    for (size_t i = 0; i < n && rc == MZG_OK; i++)
        x[i] += 0.0f;
    return rc;
}

/* GGUF's block: the exponent, then 16 bytes of which byte j holds elements j and j + 16. */
static enum mzg_code blocks_mx(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                               uint8_t *q, struct mzg_err *e)
{
    const struct mx *m = (const struct mx *)v;
    uint8_t *codes, *scale;
    enum mzg_code rc = mzg_values_read(m->weights, m->codes, first / 2, n / 2, s, &codes, e);
    if (rc == MZG_OK)
        rc = mzg_values_read(m->weights, m->scale, first / 32, n / 32, s, &scale, e);
    for (size_t b = 0; b < n / 32 && rc == MZG_OK; b++, codes += 16, q += 17) {
        q[0] = scale[b];
        for (unsigned j = 0; j < 16; j++) {
            unsigned low = codes[j / 2] >> j % 2 * 4 & 15, high = codes[8 + j / 2] >> j % 2 * 4 & 15;
            q[1 + j] = (uint8_t)(low | high << 4);
        }
    }
    return rc;
}

static const struct mzg_values_kind mx_kind = {.get = get_mx, .blocks = blocks_mx};

const struct mzg_values *mzg_values_mxfp4(struct mzg_arena *a, const struct mzg_weights *w,
                                          const struct mzg_tensor *codes, const struct mzg_tensor *scale,
                                          unsigned n_dims, const uint64_t ne[MZG_VALUE_DIMS])
{
    static const struct mzg_codes fp4 = {.bits = 4, .table = mzg_fp4};
    struct mzg_tensor *exponents = mzg_arena_alloc(a, 1, sizeof *exponents);
    uint64_t scales[MZG_VALUE_DIMS];
    if (exponents == NULL || ne[0] % 32 != 0 || scale->elems == 0 || scale->bytes != scale->elems)
        return NULL;
    /* The bytes are called U8; what they are is exponents. */
    *exponents = *scale;
    exponents->type_name = "F8_E8M0";
    memcpy(scales, ne, sizeof scales);
    scales[0] /= 32;
    const struct mzg_values *base = mzg_values_scaled(a, &(struct mzg_scaled){
        .codes = mzg_codes_rows(a, w, codes, &fp4, n_dims, ne),
        .scale = mzg_values_shaped(a, mzg_values_stored(a, w, exponents), n_dims, scales),
        .block_width = 32, .block_rows = 1, .times = 1, .by = 1});
    struct mx *m = base != NULL ? mzg_values_new(a, sizeof *m, &mx_kind, base) : NULL;
    if (m == NULL)
        return NULL;
    m->weights = w;
    m->scaled = base;
    m->codes = codes;
    m->scale = scale;
    m->v.native = MZG_TYPE_MXFP4;
    return &m->v;
}

/* X_blocks {16, width / 32, rows, experts} and X_scales {width / 32, rows, experts} -> X */
enum mzg_code mzg_unpack_mxfp4(struct mzg_unpack *u, struct mzg_err *e)
{
    struct mzg_source *s = u->source;
    enum mzg_code rc = MZG_OK;
    for (size_t i = 0; i < s->n && rc == MZG_OK; i++) {
        struct mzg_source_tensor *t = &s->items[i];
        const char *base = mzg_unpack_base(u, t->name, "_blocks");
        const struct mzg_source_tensor *scale = base != NULL ? mzg_unpack_take(u, base, "_scales") : NULL;
        const struct mzg_tensor *codes = t->stored;
        if (scale == NULL)
            continue;
        const struct mzg_values *v = NULL;
        if (codes->n_dims == 4 && codes->ne[0] == 16 && codes->bytes == codes->elems)
            v = mzg_values_mxfp4(s->arena, s->weights, codes, scale->stored, 3,
                                 (const uint64_t[]){codes->ne[1] * 32, codes->ne[2], codes->ne[3], 1});
        rc = mzg_unpack_put(u, t, base, "", v, e);
    }
    return rc;
}

/* ---- NVFP4, and MXFP4 in bytes of two ---- */

/* Two codes to a byte in matrices of bytes: {width / 2, rows, ...} */
static const struct mzg_values *fp4_codes(const struct mzg_unpack *u, const struct mzg_tensor *t,
                                          uint64_t ne[MZG_VALUE_DIMS])
{
    static const struct mzg_codes fp4 = {.bits = 4, .table = mzg_fp4};
    if (t->n_dims < 2 || t->n_dims > MZG_VALUE_DIMS || t->bytes != t->elems)
        return NULL;
    memcpy(ne, t->ne, MZG_VALUE_DIMS * sizeof *ne);
    ne[0] *= 2;
    return mzg_codes_rows(u->source->arena, u->source->weights, t, &fp4, t->n_dims, ne);
}

/* global: a number for all of it, by which scales are multiplied (modelopt) or divided (compressed). */
static enum mzg_code unpack_fp4(struct mzg_unpack *u, struct mzg_source_tensor *t, const char *base,
                                const struct mzg_source_tensor *scale,
                                const struct mzg_source_tensor *global, bool divides, struct mzg_err *e)
{
    struct mzg_arena *a = u->source->arena;
    uint64_t ne[MZG_VALUE_DIMS];
    float number = 1;
    enum mzg_code rc = global != NULL ? mzg_unpack_numbers(global, &number, 1, e) : MZG_OK;
    if (rc != MZG_OK)
        return rc;
    struct mzg_scaled s = {.codes = fp4_codes(u, t->stored, ne), .scale = scale->values, .block_width = 16,
                           .block_rows = 1, .times = divides ? 1 : number, .by = divides ? number : 1};
    const struct mzg_values *v = NULL;
    if (s.codes != NULL && strcmp(scale->stored->type_name, "U8") == 0)
        v = mzg_values_mxfp4(a, u->source->weights, t->stored, scale->stored, s.codes->n_dims, ne);
    else
        v = mzg_values_scaled(a, &s);
    return mzg_unpack_put(u, t, base, ".weight", v, e);
}

/* ---- a scale in all, a row, a block ---- */

static enum mzg_code unpack_block(struct mzg_unpack *u, struct mzg_source_tensor *t, const char *base,
                                  const struct mzg_source_tensor *scale, struct mzg_err *e)
{
    const json_t *size = json_object_get(u->config, "weight_block_size");
    struct mzg_arena *a = u->source->arena;
    struct mzg_scaled s = {.codes = t->values, .times = 1, .by = 1};
    const struct mzg_source_tensor *zero = mzg_unpack_take(u, base, ".weight_zero_point");
    uint64_t ignored[2] = {0, 0};
    if (json_is_array(size)) {
        s.block_rows = (uint64_t)json_integer_value(json_array_get(size, 0));
        s.block_width = (uint64_t)json_integer_value(json_array_get(size, 1));
    }
    s.scale = t->values != NULL ? mzg_scaled_shape(a, scale->values, t->values, &s.block_width, &s.block_rows)
                                : NULL;
    if (zero != NULL && s.scale != NULL)
        s.zero = mzg_scaled_shape(a, zero->values, t->values, &ignored[0], &ignored[1]);
    bool fits = s.scale != NULL && (zero == NULL || s.zero != NULL);
    return mzg_unpack_put(u, t, base, ".weight", fits ? mzg_values_scaled(a, &s) : NULL, e);
}

static bool is_f8(const struct mzg_source_tensor *t)
{
    return strncmp(t->stored->type_name, "F8_E", 4) == 0;
}

static bool is_bytes(const struct mzg_source_tensor *t)
{
    return strcmp(t->stored->type_name, "U8") == 0;
}

/* X.weight and whatever scales lie beside it -> X.weight. Weights without any are what they are. */
static enum mzg_code unpack_beside(struct mzg_unpack *u, struct mzg_source_tensor *t, struct mzg_err *e)
{
    static const char *const scales[] = {".weight_scale_inv", ".weight_scale", ".qscale_weight", ".scale_weight"};
    const char *base = mzg_unpack_base(u, t->name, ".weight");
    struct mzg_source_tensor *scale = NULL;
    if (base == NULL || (!is_f8(t) && !is_bytes(t) && t->stored->type != MZG_TYPE_I8))
        return MZG_OK;
    for (size_t i = 0; i < sizeof scales / sizeof *scales && scale == NULL; i++)
        scale = mzg_unpack_take(u, base, scales[i]);
    if (scale == NULL)
        return MZG_OK;
    return is_bytes(t) ? unpack_fp4(u, t, base, scale, mzg_unpack_take(u, base, ".weight_scale_2"), false, e)
                       : unpack_block(u, t, base, scale, e);
}

enum mzg_code mzg_unpack_scaled(struct mzg_unpack *u, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    mzg_unpack_drop(u, activations);
    for (size_t i = 0; i < u->source->n && rc == MZG_OK; i++) {
        if (!u->gone[i])
            rc = unpack_beside(u, &u->source->items[i], e);
    }
    return rc;
}

/* ---- compressed-tensors ---- */

/* Bits of a weight, from the group of layers that config speaks of; all must say the same, or their words
 * decide. */
static unsigned config_bits(const json_t *config, unsigned by_words)
{
    const char *name;
    json_t *group;
    unsigned bits = 0;
    json_object_foreach(json_object_get(config, "config_groups"), name, group) {
        json_int_t n = json_integer_value(json_object_get(json_object_get(group, "weights"), "num_bits"));
        if (n < 1 || n > 8 || (bits != 0 && bits != (unsigned)n))
            return by_words;
        bits = (unsigned)n;
    }
    return bits != 0 ? bits : by_words;
}

/* X.weight_packed (words of 32 bits), .weight_scale, .weight_shape, perhaps .weight_zero_point and
 * .weight_g_idx -> X.weight */
static enum mzg_code unpack_words(struct mzg_unpack *u, struct mzg_source_tensor *t, const char *base,
                                  const struct mzg_source_tensor *scale, struct mzg_err *e)
{
    struct mzg_source *src = u->source;
    const struct mzg_source_tensor *shape = mzg_unpack_take(u, base, ".weight_shape");
    const struct mzg_source_tensor *zero = mzg_unpack_take(u, base, ".weight_zero_point");
    const struct mzg_source_tensor *groups = mzg_unpack_take(u, base, ".weight_g_idx");
    float dims[2] = {0, 0};
    enum mzg_code rc = shape != NULL ? mzg_unpack_numbers(shape, dims, 2, e) : MZG_OK;
    if (rc != MZG_OK)
        return rc;
    bool whole = dims[0] >= 1 && dims[1] >= 1 && dims[0] <= 0x1p24f && dims[1] <= 0x1p24f;
    if (!whole || t->stored->n_dims != 2 || t->stored->bytes != 4 * t->stored->elems)
        return mzg_unpack_put(u, t, base, ".weight", NULL, e);
    uint64_t ne[MZG_VALUE_DIMS] = {(uint64_t)dims[1], (uint64_t)dims[0], 1, 1};
    unsigned bits = config_bits(u->config, (unsigned)(t->stored->ne[0] * 32 / ne[0]));
    if (bits < 1 || bits > 8)
        return mzg_unpack_put(u, t, base, ".weight", NULL, e);
    struct mzg_codes codes = {.bits = bits, .offset = -(1 << bits >> 1)};
    struct mzg_scaled s = {.times = 1, .by = 1};
    s.codes = mzg_codes_rows(src->arena, src->weights, t->stored, &codes, 2, ne);
    if (s.codes != NULL)
        s.scale = mzg_scaled_shape(src->arena, scale->values, s.codes, &s.block_width, &s.block_rows);
    if (zero != NULL && s.scale != NULL)
        s.zero = mzg_values_transposed(src->arena, mzg_codes_columns(src->arena, src->weights, zero->stored,
                                                                     &codes, ne[1]));
    /* The last group may be a part of one: then the width says how long they are. */
    if (groups != NULL)
        s.groups = groups->values;
    bool fits = s.scale != NULL && (zero == NULL || s.zero != NULL);
    return mzg_unpack_put(u, t, base, ".weight", fits ? mzg_values_scaled(src->arena, &s) : NULL, e);
}

enum mzg_code mzg_unpack_compressed(struct mzg_unpack *u, struct mzg_err *e)
{
    const char *format = json_string_value(json_object_get(u->config, "format"));
    enum mzg_code rc = MZG_OK;
    char q[MZG_QUOTE];
    if (format != NULL && (strstr(format, "sparse") != NULL || strstr(format, "marlin") != NULL))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "config.json: compressed-tensors format '%s' is "
                        "not supported", mzg_quote(q, format));
    mzg_unpack_drop(u, activations);
    for (size_t i = 0; i < u->source->n && rc == MZG_OK; i++) {
        struct mzg_source_tensor *t = &u->source->items[i];
        const char *base = u->gone[i] ? NULL : mzg_unpack_base(u, t->name, ".weight_packed");
        struct mzg_source_tensor *scale = base != NULL ? mzg_unpack_take(u, base, ".weight_scale") : NULL;
        if (scale != NULL && is_bytes(t))
            rc = unpack_fp4(u, t, base, scale, mzg_unpack_take(u, base, ".weight_global_scale"), true, e);
        else if (scale != NULL)
            rc = unpack_words(u, t, base, scale, e);
        else if (!u->gone[i])
            rc = unpack_beside(u, t, e);
    }
    return rc;
}
