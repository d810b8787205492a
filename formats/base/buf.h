/* buf.h: a growing byte buffer with a cap, little-endian writes.
 *
 * A write that cannot be done (cap, memory) sets `bad`, and later writes do nothing: write a whole
 * record, ask once with mzg_buf_ok. */
#ifndef MZG_BASE_BUF_H
#define MZG_BASE_BUF_H

#include "error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mzg_buf {
    uint8_t *data;
    size_t len;
    size_t room; /* allocated */
    size_t cap;  /* never more than this */
    bool bad;
};

void mzg_buf_init(struct mzg_buf *b, size_t cap);
void mzg_buf_clear(struct mzg_buf *b);

void mzg_buf_put(struct mzg_buf *b, const void *data, size_t n);
void mzg_buf_zeros(struct mzg_buf *b, size_t n);
void mzg_buf_u8(struct mzg_buf *b, uint8_t v);
void mzg_buf_u16(struct mzg_buf *b, uint16_t v);
void mzg_buf_u32(struct mzg_buf *b, uint32_t v);
void mzg_buf_u64(struct mzg_buf *b, uint64_t v);
void mzg_buf_f32(struct mzg_buf *b, float v);
void mzg_buf_text(struct mzg_buf *b, const char *text); /* without its NUL */
void mzg_buf_printf(struct mzg_buf *b, const char *fmt, ...) MZG_PRINTF(2, 3);

/* MZG_OK, or MZG_LIMIT naming `what`. */
enum mzg_code mzg_buf_ok(const struct mzg_buf *b, const char *what, struct mzg_err *e) MZG_MUST;

#endif
