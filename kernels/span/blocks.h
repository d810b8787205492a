/* blocks.h: where things are in the blocks of 256 whose sub-blocks have a scale and a minimum. An element
 * is d * s * code - dmin * m, where s and m are the sub-block's. A block has no alignment.
 *
 *   Q4_K  d:f16 dmin:f16  sixes:12           codes:128    eight sub-blocks of 32
 *   Q5_K  d:f16 dmin:f16  sixes:12  high:32  codes:128    eight sub-blocks of 32
 *   Q2_K  fours:16  codes:64  d:f16 dmin:f16              sixteen sub-blocks of 16
 *
 * sixes: eight s and eight m of 6 bits. The low six bits of bytes 0 to 3 are s of the first four sub-blocks,
 * those of bytes 4 to 7 their m; byte 8 + j holds the low four bits of s (below) and m (above) of sub-block
 * 4 + j, whose upper two bits are on top of bytes j and 4 + j. fours: s below, m above, a byte a sub-block.
 *
 * Byte 32 c + i of 128 bytes of codes (i < 32) holds element 64 c + i below and 64 c + 32 + i above; bits 2 c
 * and 2 c + 1 of byte i of high are the fifth bits of these two. Byte 32 h + i of 64 bytes of codes holds
 * elements 128 h + i, 128 h + 32 + i, + 64 + i, + 96 + i, the first in the lowest two bits. */
#ifndef MZG_KERNELS_SPAN_BLOCKS_H
#define MZG_KERNELS_SPAN_BLOCKS_H

#include "../k/superblocks.h"
#include "../scalar.h"

enum {
    MZG_Q4_K_BYTES = 144,
    MZG_Q4_K_D = 0,
    MZG_Q4_K_DMIN = 2,
    MZG_Q4_K_SCALES = 4,
    MZG_Q4_K_CODES = 16,
    MZG_Q5_K_BYTES = 176, /* d, dmin and sixes as in Q4_K */
    MZG_Q5_K_D = MZG_Q4_K_D,
    MZG_Q5_K_DMIN = MZG_Q4_K_DMIN,
    MZG_Q5_K_HIGH = 16,
    MZG_Q5_K_CODES = 48,
    MZG_Q2_K_BYTES = 84,
    MZG_Q2_K_SCALES = 0,
    MZG_Q2_K_CODES = 16,
    MZG_Q2_K_D = 80,
    MZG_Q2_K_DMIN = 82
};

struct mzg_span_format {
    int sub;   /* elements of a sub-block */
    int lanes; /* sub-blocks of a block */
    int top;   /* the highest code */
    int most;  /* the highest s and m */
};

#define MZG_Q4_K_FORMAT ((struct mzg_span_format){.sub = 32, .lanes = 8, .top = 15, .most = 63})
#define MZG_Q5_K_FORMAT ((struct mzg_span_format){.sub = 32, .lanes = 8, .top = 31, .most = 63})
#define MZG_Q2_K_FORMAT ((struct mzg_span_format){.sub = 16, .lanes = 16, .top = 3, .most = 15})

/* A block before it is packed. */
struct mzg_span_block {
    uint16_t d, dmin;     /* halves */
    uint8_t s[16], m[16]; /* of each sub-block */
    uint8_t codes[MZG_SUPER];
};

/* Eight s and eight m as bytes, the first in the lowest. */
struct mzg_span_sixes {
    uint64_t s, m;
};

MZG_INLINE struct mzg_span_sixes mzg_span_load_sixes(const uint8_t *p)
{
    const uint32_t six = 0x3f3f3f3f, four = 0x0f0f0f0f, two = 0x30303030;
    uint32_t a = mzg_load32(p), b = mzg_load32(p + 4), c = mzg_load32(p + 8);
    uint32_t s_last = (c & four) | (a >> 2 & two), m_last = (c >> 4 & four) | (b >> 2 & two);
    return (struct mzg_span_sixes){(a & six) | (uint64_t)s_last << 32, (b & six) | (uint64_t)m_last << 32};
}

static inline void mzg_span_pack_sixes(uint8_t *p, const uint8_t *s, const uint8_t *m)
{
    for (int j = 0; j < 4; j++) {
        p[j] = (uint8_t)(s[j] | s[j + 4] >> 4 << 6);
        p[j + 4] = (uint8_t)(m[j] | m[j + 4] >> 4 << 6);
        p[j + 8] = (uint8_t)((s[j + 4] & 15) | (m[j + 4] & 15) << 4);
    }
}

/* Sixty-four codes at a time into 32 bytes. */
static inline void mzg_span_pack_nibbles(uint8_t *out, const uint8_t *codes)
{
    for (int c = 0; c < 4; c++, out += 32, codes += 64)
        for (int i = 0; i < 32; i++)
            out[i] = (uint8_t)((codes[i] & 15) | codes[i + 32] << 4);
}

static inline void mzg_span_pack_head(const struct mzg_span_block *b, uint8_t *out)
{
    mzg_store16(out + MZG_Q4_K_D, b->d);
    mzg_store16(out + MZG_Q4_K_DMIN, b->dmin);
    mzg_span_pack_sixes(out + MZG_Q4_K_SCALES, b->s, b->m);
}

static inline void mzg_q4_k_pack(const struct mzg_span_block *b, uint8_t *out)
{
    mzg_span_pack_head(b, out);
    mzg_span_pack_nibbles(out + MZG_Q4_K_CODES, b->codes);
}

static inline void mzg_q5_k_pack(const struct mzg_span_block *b, uint8_t *out)
{
    uint8_t *high = out + MZG_Q5_K_HIGH;
    mzg_span_pack_head(b, out);
    mzg_span_pack_nibbles(out + MZG_Q5_K_CODES, b->codes);
    memset(high, 0, 32);
    for (int j = 0; j < 8; j++)
        for (int i = 0; i < 32; i++)
            high[i] = (uint8_t)(high[i] | b->codes[32 * j + i] >> 4 << j);
}

static inline void mzg_q2_k_pack(const struct mzg_span_block *b, uint8_t *out)
{
    for (int j = 0; j < 16; j++)
        out[MZG_Q2_K_SCALES + j] = (uint8_t)(b->s[j] | b->m[j] << 4);
    for (int h = 0; h < 2; h++) {
        const uint8_t *c = b->codes + 128 * h;
        for (int i = 0; i < 32; i++)
            out[MZG_Q2_K_CODES + 32 * h + i] =
                (uint8_t)(c[i] | c[32 + i] << 2 | c[64 + i] << 4 | c[96 + i] << 6);
    }
    mzg_store16(out + MZG_Q2_K_D, b->d);
    mzg_store16(out + MZG_Q2_K_DMIN, b->dmin);
}

#endif
