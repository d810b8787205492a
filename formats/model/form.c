#include "form.h"

#include <string.h>

enum mzg_code mzg_form_head(const struct mzg_form *form, const struct mzg_gguf_tensor *t,
                            uint8_t head[MZG_FORM_HEAD], size_t *n, struct mzg_err *e)
{
    struct mzg_buf b;
    mzg_buf_init(&b, MZG_FORM_HEAD);
    form->head(t, &b);
    enum mzg_code rc = mzg_buf_ok(&b, "a tensor's head", e);
    *n = rc == MZG_OK ? b.len : 0;
    if (rc == MZG_OK)
        memcpy(head, b.data, b.len);
    mzg_buf_clear(&b);
    return rc;
}

enum mzg_code mzg_form_layout(const struct mzg_form *form, struct mzg_gguf_tensor *table, size_t n,
                              uint64_t *data_bytes, struct mzg_err *e)
{
    uint8_t head[MZG_FORM_HEAD];
    uint64_t heads = 0;
    size_t len;
    enum mzg_code rc = mzg_gguf_layout(table, n, 1, data_bytes, e);
    for (size_t i = 1; i < n && rc == MZG_OK; i++) {
        rc = mzg_form_head(form, &table[i], head, &len, e);
        heads += len;
        table[i].offset += heads;
    }
    *data_bytes += heads;
    return rc;
}
