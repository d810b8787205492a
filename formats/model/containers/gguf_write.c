#include "gguf.h"
#include <string.h>

bool mzg_gguf_bytes(const struct mzg_type_info *info, unsigned n_dims, const uint64_t *ne,
                    uint64_t *bytes)
{
    uint64_t n = ne[0] / info->block_elems;

    if (__builtin_mul_overflow(n, info->block_bytes, &n))
        return false;
    for (unsigned d = 1; d < n_dims; d++) {
        if (__builtin_mul_overflow(n, ne[d], &n))
            return false;
    }
    *bytes = n;
    return true;
}

bool mzg_gguf_pad(uint64_t n, uint32_t alignment, uint64_t *padded)
{
    if (__builtin_add_overflow(n, alignment - 1, padded))
        return false;
    *padded -= *padded % alignment;
    return true;
}

enum mzg_code mzg_gguf_layout(struct mzg_gguf_tensor *t, size_t n, uint32_t alignment,
                              uint64_t *total, struct mzg_err *e)
{
    uint64_t at = 0;

    for (size_t i = 0; i < n; i++) {
        const struct mzg_type_info *info = mzg_type_by_number(t[i].type);
        char q[MZG_QUOTE];
        if (!info)
            return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "tensor '%s': type %d is not known",
                            mzg_quote(q, t[i].name), (int)t[i].type);
        if (t[i].ne[0] % info->block_elems != 0)
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                            "tensor '%s': a row of %llu is no multiple of %s's block of %u",
                            mzg_quote(q, t[i].name), (unsigned long long)t[i].ne[0], info->name,
                            info->block_elems);
        t[i].offset = at;
        if (!mzg_gguf_bytes(info, t[i].n_dims, t[i].ne, &t[i].bytes) ||
            __builtin_add_overflow(at, t[i].bytes, &at) || !mzg_gguf_pad(at, alignment, &at))
            return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "tensor '%s': the file would be too large",
                            mzg_quote(q, t[i].name));
    }
    *total = at;
    return MZG_OK;
}

void mzg_gguf_encode(const struct mzg_kvs *k, const struct mzg_gguf_tensor *t, size_t n,
                     uint32_t alignment, struct mzg_buf *out)
{
    size_t start = out->len;
    uint64_t padded;

    mzg_buf_text(out, "GGUF");
    mzg_buf_u32(out, MZG_GGUF_VERSION);
    mzg_buf_u64(out, n);
    mzg_buf_u64(out, k->count);
    mzg_kvs_encode(k, out);
    for (size_t i = 0; i < n; i++) {
        mzg_buf_u64(out, strlen(t[i].name));
        mzg_buf_text(out, t[i].name);
        mzg_buf_u32(out, t[i].n_dims);
        for (unsigned d = 0; d < t[i].n_dims; d++)
            mzg_buf_u64(out, t[i].ne[d]);
        mzg_buf_u32(out, t[i].type);
        mzg_buf_u64(out, t[i].offset);
    }
    if (!out->bad && mzg_gguf_pad(out->len - start, alignment, &padded))
        mzg_buf_zeros(out, padded - (out->len - start));
}
