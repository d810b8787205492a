#include "bencode.h"
#include <string.h>

void mzg_bencode_dict(struct mzg_buf *out)
{
    mzg_buf_u8(out, 'd');
}

void mzg_bencode_list(struct mzg_buf *out)
{
    mzg_buf_u8(out, 'l');
}

void mzg_bencode_end(struct mzg_buf *out)
{
    mzg_buf_u8(out, 'e');
}

void mzg_bencode_bytes(struct mzg_buf *out, const void *data, size_t n)
{
    mzg_buf_printf(out, "%zu:", n);
    mzg_buf_put(out, data, n);
}

void mzg_bencode_text(struct mzg_buf *out, const char *text)
{
    mzg_bencode_bytes(out, text, strlen(text));
}

void mzg_bencode_number(struct mzg_buf *out, uint64_t number)
{
    mzg_buf_printf(out, "i%llue", (unsigned long long)number);
}
