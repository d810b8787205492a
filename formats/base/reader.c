/* reader.c: see reader.h. */
#include "reader.h"
#include <string.h>

void mzg_reader_init(struct mzg_reader *r, const void *data, size_t len, uint64_t base)
{
    static const uint8_t none;

    /* Never NULL: arithmetic on it would be undefined, even for zero bytes. */
    *r = (struct mzg_reader){.data = data != NULL ? data : &none, .len = len, .base = base};
}

const uint8_t *mzg_reader_bytes(struct mzg_reader *r, uint64_t n)
{
    if (r->bad || n > r->len - r->pos) {
        r->bad = true;
        return NULL;
    }
    const uint8_t *p = r->data + r->pos;
    r->pos += (size_t)n;
    return p;
}

void mzg_reader_sub(struct mzg_reader *r, uint64_t n, struct mzg_reader *sub)
{
    uint64_t base = mzg_reader_offset(r);
    const uint8_t *p = mzg_reader_bytes(r, n);

    mzg_reader_init(sub, p, p != NULL ? (size_t)n : 0, base);
    sub->bad = p == NULL;
}

size_t mzg_reader_left(const struct mzg_reader *r)
{
    return r->bad ? 0 : r->len - r->pos;
}

uint64_t mzg_reader_offset(const struct mzg_reader *r)
{
    return r->base + r->pos;
}

bool mzg_reader_fits(const struct mzg_reader *r, uint64_t count, size_t min_bytes)
{
    return !r->bad && count <= mzg_reader_left(r) / (min_bytes > 0 ? min_bytes : 1);
}

/* n bytes, lowest first; zero when they are not there. */
static uint64_t little(struct mzg_reader *r, size_t n)
{
    const uint8_t *p = mzg_reader_bytes(r, n);
    uint64_t v = 0;

    for (size_t i = 0; p != NULL && i < n; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

uint8_t mzg_reader_u8(struct mzg_reader *r)
{
    return (uint8_t)little(r, 1);
}

uint16_t mzg_reader_u16(struct mzg_reader *r)
{
    return (uint16_t)little(r, 2);
}

uint32_t mzg_reader_u32(struct mzg_reader *r)
{
    return (uint32_t)little(r, 4);
}

uint64_t mzg_reader_u64(struct mzg_reader *r)
{
    return little(r, 8);
}

float mzg_reader_f32(struct mzg_reader *r)
{
    uint32_t bits = mzg_reader_u32(r);
    float v;

    memcpy(&v, &bits, sizeof v);
    return v;
}

double mzg_reader_f64(struct mzg_reader *r)
{
    uint64_t bits = mzg_reader_u64(r);
    double v;

    memcpy(&v, &bits, sizeof v);
    return v;
}
