/* reader.h: a bounded cursor over bytes from outside (little-endian).
 *
 * A read past the end sets `bad` and gives zeros from then on, so that a parser may read a whole
 * record and ask once. Counts taken from the bytes are checked with mzg_reader_fits before anything
 * is allocated for them. */
#ifndef MZG_BASE_READER_H
#define MZG_BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mzg_reader {
    const uint8_t *data;
    size_t len;
    size_t pos;
    uint64_t base; /* offset of data[0] in the file, for messages */
    bool bad;      /* sticky: a read went past the end */
};

void mzg_reader_init(struct mzg_reader *r, const void *data, size_t len, uint64_t base);

/* Takes n bytes of r as a reader of its own; r moves past them. Too few: both are bad. */
void mzg_reader_sub(struct mzg_reader *r, uint64_t n, struct mzg_reader *sub);

size_t mzg_reader_left(const struct mzg_reader *r);
uint64_t mzg_reader_offset(const struct mzg_reader *r); /* of the next byte, in the file */

/* True when count items of at least min_bytes each can still follow; 0 counts as 1, so that a count
 * is always bounded by the bytes there are. False once bad. */
bool mzg_reader_fits(const struct mzg_reader *r, uint64_t count, size_t min_bytes);

uint8_t mzg_reader_u8(struct mzg_reader *r);
uint16_t mzg_reader_u16(struct mzg_reader *r);
uint32_t mzg_reader_u32(struct mzg_reader *r);
uint64_t mzg_reader_u64(struct mzg_reader *r);
float mzg_reader_f32(struct mzg_reader *r);
double mzg_reader_f64(struct mzg_reader *r);

/* n bytes in place, or NULL (and bad). Valid as long as the data is. */
const uint8_t *mzg_reader_bytes(struct mzg_reader *r, uint64_t n);

#endif
