#include "ggml_file.h"

#include "../vocab/byte_level.h"
#include "mel.h"
#include <stdio.h>
#include <string.h>

#define QUANTIZED 2000 /* added to its number: the second version of such blocks */

/* Types that whisper.cpp's matrices can have, and their numbers in the preface, which are no type's. */
static const struct { enum mzg_type type; uint32_t number; } types[] = {
    {MZG_TYPE_F32, 0},   {MZG_TYPE_F16, 1},
    {MZG_TYPE_Q4_0, QUANTIZED + 2},  {MZG_TYPE_Q4_1, QUANTIZED + 3},  {MZG_TYPE_Q8_0, QUANTIZED + 7},
    {MZG_TYPE_Q5_0, QUANTIZED + 8},  {MZG_TYPE_Q5_1, QUANTIZED + 9},  {MZG_TYPE_Q2_K, QUANTIZED + 10},
    {MZG_TYPE_Q3_K, QUANTIZED + 11}, {MZG_TYPE_Q4_K, QUANTIZED + 12}, {MZG_TYPE_Q5_K, QUANTIZED + 13},
    {MZG_TYPE_Q6_K, QUANTIZED + 14},
};
#define TYPES (sizeof types / sizeof *types)

bool mzg_ggml_type_number(enum mzg_type type, uint32_t *number)
{
    size_t i = 0;

    while (i < TYPES && types[i].type != type)
        i++;
    *number = i < TYPES ? types[i].number : 0;
    return i < TYPES;
}

bool mzg_ggml_type_of(uint32_t number, enum mzg_type *type)
{
    size_t i = 0;

    while (i < TYPES && types[i].number != number)
        i++;
    *type = i < TYPES ? types[i].type : MZG_TYPE_END;
    return i < TYPES;
}

/* Its loader makes room by these rules, and takes nothing else. */
static enum mzg_code choose_type(const struct mzg_model_tensor *t, enum mzg_type base, enum mzg_type *type,
                                 struct mzg_err *e)
{
    const struct mzg_type_info *info = mzg_type_by_number(base);
    size_t n = strlen(t->name);
    uint32_t number;
    bool weight = n > 7 && strcmp(t->name + n - 7, ".weight") == 0;

    *type = MZG_TYPE_F32;
    if (t->n_dims == 3)
        *type = base == MZG_TYPE_F32 ? MZG_TYPE_F32 : MZG_TYPE_F16;
    if (t->n_dims != 2 || !weight)
        return MZG_OK;
    if (!mzg_ggml_type_number(base, &number))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "whisper.cpp has no matrices of type %s", info->name);
    if (t->ne[0] % info->block_elems != 0)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "tensor '%s': rows of %llu do not divide into %s "
                        "blocks of %u, and whisper.cpp wants all matrices of one type", t->name,
                        (unsigned long long)t->ne[0], info->name, info->block_elems);
    *type = base;
    return MZG_OK;
}

static void put_preface(const struct mzg_model *m, enum mzg_type base, struct mzg_buf *out)
{
    uint32_t number;

    (void)mzg_ggml_type_number(base, &number); /* there is one: choose_type has seen to it */
    mzg_buf_put(out, m->preface, MZG_GGML_TYPE_AT);
    mzg_buf_u32(out, number);
    mzg_buf_put(out, m->preface + MZG_GGML_TYPE_AT + 4, m->preface_len - MZG_GGML_TYPE_AT - 4);
}

static void put_head(const struct mzg_gguf_tensor *t, struct mzg_buf *out)
{
    mzg_buf_u32(out, t->n_dims);
    mzg_buf_u32(out, (uint32_t)strlen(t->name));
    mzg_buf_u32(out, (uint32_t)t->type);
    for (unsigned d = 0; d < t->n_dims; d++)
        mzg_buf_u32(out, (uint32_t)t->ne[d]);
    mzg_buf_text(out, t->name);
}

static const char *doubt(enum mzg_type base)
{
    return base == MZG_TYPE_F32 ? "whisper.cpp stops at a file of F32, whose convolutions want F16: the widest type that "
                                  "it runs is F16" : NULL;
}

const struct mzg_form mzg_form_ggml = {.what = "whisper.cpp's ggml file", .usual = "F16", .doubt = doubt,
                                       .type = choose_type, .preface = put_preface, .head = put_head};

/* ---- the vocabulary ---- */

/* The next character of well-formed UTF-8 of at most two bytes; beyond: a number that is no byte's. */
static uint32_t next_character(const uint8_t **p)
{
    uint32_t c = *(*p)++;

    if (c < 0x80)
        return c;
    c = (c & 0xe0) == 0xc0 ? (c & 0x1f) << 6 | (**p & 0x3f) : UINT32_MAX;
    if (c != UINT32_MAX)
        (*p)++;
    return c;
}

static enum mzg_code put_token(const struct mzg_vocab *v, uint32_t id, struct mzg_buf *out, struct mzg_err *e)
{
    const uint8_t *p = (const uint8_t *)v->tokens[id];
    size_t at = out->len;
    char q[MZG_QUOTE];

    mzg_buf_u32(out, 0);
    while (v->types[id] != MZG_TOKEN_UNUSED && *p) {
        int byte = mzg_byte_level_byte(next_character(&p));
        if (byte < 0)
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "token %u '%s' is not made of bytes", id,
                            mzg_quote(q, v->tokens[id]));
        mzg_buf_u8(out, (uint8_t)byte);
    }
    if (!out->bad) {
        uint32_t n = (uint32_t)(out->len - at - 4);
        for (int i = 0; i < 4; i++)
            out->data[at + (size_t)i] = (uint8_t)(n >> (8 * i));
    }
    return MZG_OK;
}

/* Special tokens, which come last, whisper.cpp knows by their places. */
enum mzg_code mzg_whisper_preface(const uint32_t sizes[MZG_WHISPER_SIZES], const struct mzg_vocab *v,
                                  struct mzg_buf *out, struct mzg_err *e)
{
    static const uint32_t no_type = 0;
    float filters[MZG_MEL_MAX * MZG_MEL_BINS];
    uint32_t mels = sizes[MZG_WHISPER_MELS], tokens = mzg_vocab_ordinary(v);
    enum mzg_code code = MZG_OK;

    mzg_buf_u32(out, MZG_GGML_MAGIC);
    for (int i = 0; i < MZG_WHISPER_SIZES; i++)
        mzg_buf_u32(out, sizes[i]);
    mzg_buf_u32(out, no_type);
    mzg_buf_u32(out, mels);
    mzg_buf_u32(out, MZG_MEL_BINS);
    mzg_mel_filters(mels, filters);
    for (size_t i = 0; i < (size_t)mels * MZG_MEL_BINS; i++)
        mzg_buf_f32(out, filters[i]);
    mzg_buf_u32(out, tokens);
    for (uint32_t id = 0; id < tokens && code == MZG_OK; id++)
        code = put_token(v, id, out, e);
    return code == MZG_OK ? mzg_buf_ok(out, "the vocabulary", e) : code;
}
