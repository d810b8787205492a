/* grid_decode_ref.c: decoders and dot products of the grids' types: their definition. */
#include "../list.h"
#include "../scalar.h"
#include "grids.h"

/* Where elements 8 o to 8 o + 7 of a block are: their magnitudes, their signs, their step. */
struct eight {
    uint8_t magnitude[8];
    unsigned signs, step;
};

typedef struct eight take_eight(const uint8_t *block, int o);

/* Seven bits of signs: the eighth is such that an even number is set. */
static unsigned even_signs(unsigned seven)
{
    unsigned odd = seven ^ seven >> 4;
    odd ^= odd >> 2;
    return seven | ((odd ^ odd >> 1) & 1) << 7;
}

static struct eight from_two(uint32_t low, uint32_t high, unsigned signs, unsigned step)
{
    struct eight e = {.signs = signs, .step = step};
    memcpy(e.magnitude, &low, 4);
    memcpy(e.magnitude + 4, &high, 4);
    return e;
}

static struct eight from_one(uint64_t point, unsigned signs, unsigned step)
{
    struct eight e = {.signs = signs, .step = step};
    memcpy(e.magnitude, &point, 8);
    return e;
}

static unsigned nibble(const uint8_t *p, int i)
{
    return (unsigned)p[i / 2] >> 4 * (i & 1) & 15u;
}

static struct eight iq3_s_eight(const uint8_t *block, int o)
{
    const uint8_t *index = block + MZG_IQ3_S_INDEX + 2 * o;
    unsigned high = (unsigned)block[MZG_IQ3_S_HIGH + o / 4] >> 2 * (o & 3) & 3u;
    return from_two(mzg_iq3_s_grid[index[0] | (high & 1) << 8],
                    mzg_iq3_s_grid[index[1] | high >> 1 << 8], block[MZG_IQ3_S_SIGNS + o],
                    nibble(block + MZG_IQ3_S_STEPS, o / 4));
}

static struct eight iq3_xxs_eight(const uint8_t *block, int o)
{
    const uint8_t *index = block + MZG_IQ3_XXS_INDEX + 2 * o;
    uint32_t word = mzg_load32(block + MZG_IQ3_XXS_SIGNS + o / 4 * 4);
    return from_two(mzg_iq3_xxs_grid[index[0]], mzg_iq3_xxs_grid[index[1]],
                    even_signs(word >> 7 * (o & 3) & 127), word >> 28);
}

static struct eight iq2_xxs_eight(const uint8_t *block, int o)
{
    const uint8_t *codes = block + MZG_IQ2_XXS_CODES + o / 4 * 8;
    uint32_t word = mzg_load32(codes + 4);
    return from_one(mzg_iq2_xxs_grid[codes[o & 3]], even_signs(word >> 7 * (o & 3) & 127),
                    word >> 28);
}

static struct eight iq2_xs_eight(const uint8_t *block, int o)
{
    unsigned code = mzg_load16(block + MZG_IQ2_XS_CODES + 2 * o);
    return from_one(mzg_iq2_xs_grid[code & 511], even_signs(code >> 9),
                    nibble(block + MZG_IQ2_XS_STEPS, o / 2));
}

static struct eight iq2_s_eight(const uint8_t *block, int o)
{
    unsigned high = (unsigned)block[MZG_IQ2_S_HIGH + o / 4] >> 2 * (o & 3) & 3u;
    return from_one(mzg_iq2_s_grid[block[MZG_IQ2_S_INDEX + o] | high << 8],
                    block[MZG_IQ2_S_SIGNS + o], nibble(block + MZG_IQ2_S_STEPS, o / 2));
}

MZG_INLINE void decode(const uint8_t *q, float *x, size_t n, size_t bytes, float unit,
                       take_eight *take)
{
    for (; n >= MZG_SUPER; n -= MZG_SUPER, q += bytes) {
        float d = mzg_f16_to(mzg_load16(q)) * unit;
        for (int o = 0; o < MZG_SUPER / 8; o++, x += 8) {
            struct eight e = take(q, o);
            float scale = d * (float)(2 * e.step + 1);
            for (int i = 0; i < 8; i++) {
                float v = scale * (float)e.magnitude[i];
                x[i] = mzg_canonical(e.signs >> i & 1 ? -v : v);
            }
        }
    }
}

MZG_INLINE float multiply(const uint8_t *q, const uint8_t *y, size_t n, size_t bytes, float unit,
                          take_eight *take)
{
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_SUPER; b++, q += bytes, y += MZG_Q8_K_BYTES) {
        const int8_t *codes = (const int8_t *)(y + MZG_Q8_K_CODES);
        int32_t sum = 0;
        for (int o = 0; o < MZG_SUPER / 8; o++) {
            struct eight e = take(q, o);
            int32_t part = 0;
            for (int i = 0; i < 8; i++) {
                int32_t v = e.magnitude[i] * codes[8 * o + i];
                part += e.signs >> i & 1 ? -v : v;
            }
            sum += part * (int32_t)(2 * e.step + 1);
        }
        float d = mzg_f16_to(mzg_load16(q)) * unit, dy = mzg_float(mzg_load32(y));
        acc[b % 8] += d * dy * (float)sum;
    }
    return mzg_sum8(acc);
}

#define KERNELS(type, TYPE, unit)                                                                  \
    void mzg_##type##_dequantize_ref(const void *q, float *x, size_t n)                            \
    {                                                                                              \
        decode(q, x, n, MZG_##TYPE##_BYTES, unit, type##_eight);                                   \
    }                                                                                              \
    float mzg_##type##_dot_ref(const void *q, const void *y, size_t n)                             \
    {                                                                                              \
        return multiply(q, y, n, MZG_##TYPE##_BYTES, unit, type##_eight);                          \
    }

KERNELS(iq3_s, IQ3_S, 1.0f)
KERNELS(iq3_xxs, IQ3_XXS, 0.25f)
KERNELS(iq2_xxs, IQ2_XXS, 0.125f)
KERNELS(iq2_xs, IQ2_XS, 0.125f)
KERNELS(iq2_s, IQ2_S, 0.125f)
