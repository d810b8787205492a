/* stored.c: values as they lie in a file: in one run, or with strides as PyTorch's views have them. */
#include "values.h"

#include <math.h>
#include <string.h>

struct stored {
    struct mzg_values v;
    const struct mzg_weights *weights;
    const struct mzg_tensor *tensor;
    unsigned size;                          /* bytes of an element; 0: blocks */
    void (*decode)(const uint8_t *from, float *x, size_t n); /* NULL: the kernels' */
};

/* ---- element types without kernels ---- */

#define DECODER(name, ctype, value)                                                                \
    static void name(const uint8_t *from, float *x, size_t n)                                      \
    {                                                                                              \
        for (size_t i = 0; i < n; i++) {                                                           \
            ctype v;                                                                               \
            memcpy(&v, from + i * sizeof v, sizeof v);                                             \
            x[i] = value;                                                                          \
        }                                                                                          \
    }
DECODER(decode_f64, double, (float)v)
DECODER(decode_i8, int8_t, (float)v)
DECODER(decode_i16, int16_t, (float)v)
DECODER(decode_i32, int32_t, (float)v)
DECODER(decode_i64, int64_t, (float)v)
DECODER(decode_u8, uint8_t, (float)v)
DECODER(decode_u16, uint16_t, (float)v)
DECODER(decode_u32, uint32_t, (float)v)
DECODER(decode_u64, uint64_t, (float)v)
DECODER(decode_bool, uint8_t, v != 0 ? 1.0f : 0.0f)

/* Open Compute's 8-bit floats: E4M3 without infinities, E5M2 as IEEE would have it, and E8M0, which is
 * an exponent alone. */
static float f8(unsigned code, int mantissa_bits, int bias)
{
    int exponent = (int)(code & 0x7f) >> mantissa_bits;
    int mantissa = (int)code & ((1 << mantissa_bits) - 1);
    float x = exponent == 0 ? ldexpf((float)mantissa, 1 - bias - mantissa_bits)
                            : ldexpf((float)(mantissa + (1 << mantissa_bits)), exponent - bias - mantissa_bits);
    return code & 0x80 ? -x : x;
}

static float f8_e4m3(unsigned code)
{
    return (code & 0x7f) == 0x7f ? NAN : f8(code, 3, 7);
}

static float f8_e5m2(unsigned code)
{
    if ((code & 0x7c) != 0x7c)
        return f8(code, 2, 15);
    return (code & 3) != 0 ? NAN : code & 0x80 ? -INFINITY : INFINITY;
}
DECODER(decode_f8_e4m3, uint8_t, f8_e4m3(v))
DECODER(decode_f8_e5m2, uint8_t, f8_e5m2(v))
DECODER(decode_f8_e8m0, uint8_t, v == 255 ? NAN : ldexpf(1.0f, (int)v - 127))

static const struct element {
    const char *name, *onnx; /* as safetensors and ONNX spell it */
    unsigned size;
    enum mzg_type whole;     /* of whole numbers: GGUF's narrowest type that holds them; else MZG_TYPE_END */
    void (*decode)(const uint8_t *from, float *x, size_t n);
} elements[] = {
    {"F64", "DOUBLE", 8, MZG_TYPE_END, decode_f64}, {"I8", "INT8", 1, MZG_TYPE_I8, decode_i8},
    {"I16", "INT16", 2, MZG_TYPE_I16, decode_i16},  {"I32", "INT32", 4, MZG_TYPE_I32, decode_i32},
    {"I64", "INT64", 8, MZG_TYPE_I64, decode_i64},  {"U8", "UINT8", 1, MZG_TYPE_I16, decode_u8},
    {"U16", "UINT16", 2, MZG_TYPE_I32, decode_u16}, {"U32", "UINT32", 4, MZG_TYPE_I64, decode_u32},
    {"U64", "UINT64", 8, MZG_TYPE_I64, decode_u64}, {"BOOL", "BOOL", 1, MZG_TYPE_I8, decode_bool},
    {"F8_E4M3", "FLOAT8E4M3FN", 1, MZG_TYPE_END, decode_f8_e4m3},
    {"F8_E5M2", "FLOAT8E5M2", 1, MZG_TYPE_END, decode_f8_e5m2},
    {"F8_E8M0", "FLOAT8E8M0", 1, MZG_TYPE_END, decode_f8_e8m0},
};

static const struct element *element_of(const struct mzg_tensor *t)
{
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
        if (strcmp(elements[i].name, t->type_name) == 0 || strcmp(elements[i].onnx, t->type_name) == 0)
            return &elements[i];
    }
    return NULL;
}

bool mzg_stored_readable(const struct mzg_tensor *t)
{
    if (t->n_dims > MZG_VALUE_DIMS || t->elems == 0)
        return false;
    if (element_of(t) != NULL)
        return true;
    return t->type != MZG_TYPE_END && mzg_kernel_best(t->type, MZG_OP_dequantize, 0) != NULL &&
           (t->strides == NULL || mzg_type_by_number(t->type)->block_elems == 1);
}

/* ---- reading ---- */

enum mzg_code mzg_values_read(const struct mzg_weights *w, const struct mzg_tensor *t, uint64_t offset,
                              size_t n, struct mzg_scratch *s, uint8_t **data, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    *data = mzg_scratch_get(s, n, 1);
    if (*data == NULL)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "tensor '%s': no memory for %zu of its bytes",
                        mzg_quote(q, t->name), n);
    if (t->coded != NULL)
        return mzg_weights_read(w, t, offset, *data, n, e);
    enum mzg_code rc = mzg_file_read(&w->files[t->file].file, t->offset + offset, *data, n, e);
    return rc == MZG_OK ? rc : mzg_prefix(e, "tensor '%s'", mzg_quote(q, t->name));
}

static void decode(const struct stored *st, const struct mzg_scratch *s, const uint8_t *from, float *x,
                   size_t n)
{
    if (st->decode != NULL)
        st->decode(from, x, n);
    else
        s->kernels->type[st->tensor->type].dequantize(from, x, n);
}

/* Blocks are whole where the run starts and ends within them, too. */
static enum mzg_code get_run(const struct stored *st, struct mzg_scratch *s, uint64_t first, size_t n,
                             float *x, struct mzg_err *e)
{
    const struct mzg_type_info *info = st->size == 0 ? mzg_type_by_number(st->tensor->type) : NULL;
    uint64_t block = info != NULL ? info->block_elems : 1, bytes = info != NULL ? info->block_bytes : st->size;
    uint64_t from = first / block, until = (first + n + block - 1) / block;
    uint8_t *data;
    enum mzg_code rc =
        mzg_values_read(st->weights, st->tensor, from * bytes, (size_t)((until - from) * bytes), s, &data, e);
    if (rc != MZG_OK)
        return rc;
    if (first % block == 0 && n % block == 0) {
        decode(st, s, data, x, n);
        return MZG_OK;
    }
    float *all = mzg_scratch_get(s, (size_t)((until - from) * block), sizeof *all);
    if (all == NULL)
        return mzg_values_no_room(&st->v, e);
    decode(st, s, data, all, (size_t)((until - from) * block));
    memcpy(x, all + first % block, n * sizeof *x);
    return MZG_OK;
}

/* The element at these coordinates, counted from the first one. */
static uint64_t position(const struct mzg_tensor *t, uint64_t elem)
{
    uint64_t at = 0;
    for (unsigned d = 0; d < t->n_dims; d++) {
        at += elem % t->ne[d] * t->strides[d];
        elem /= t->ne[d];
    }
    return at;
}

/* Rows [row, row + rows) of one plane whose elements lie `step` apart in a row: columns lie together
 * where strides[1] is 1, so they are read one by one and laid across the rows. */
static enum mzg_code get_columns(const struct stored *st, struct mzg_scratch *s, uint64_t row,
                                 size_t rows, float *x, struct mzg_err *e)
{
    const struct mzg_tensor *t = st->tensor;
    uint64_t width = t->ne[0], at = position(t, row * width);
    float *column = mzg_scratch_get(s, rows, sizeof *column);
    size_t mark = s->used;
    if (column == NULL)
        return mzg_values_no_room(&st->v, e);
    for (uint64_t c = 0; c < width; c++) {
        uint8_t *data;
        enum mzg_code rc = mzg_values_read(st->weights, t, (at + c * t->strides[0]) * st->size,
                                           rows * st->size, s, &data, e);
        if (rc != MZG_OK)
            return rc;
        decode(st, s, data, column, rows);
        for (size_t r = 0; r < rows; r++)
            x[r * width + c] = column[r];
        s->used = mark;
    }
    return MZG_OK;
}

/* Elements of one row, wherever they lie: in one read where the stretch they span is not too long. */
static enum mzg_code get_scattered(const struct stored *st, struct mzg_scratch *s, uint64_t first,
                                   size_t n, float *x, struct mzg_err *e)
{
    const struct mzg_tensor *t = st->tensor;
    uint64_t at = position(t, first), step = t->strides[0], span = (n - 1) * step + 1;
    bool together = span <= 16 * n + 4096;
    enum mzg_code rc = MZG_OK;
    uint8_t *data;
    if (together) {
        rc = mzg_values_read(st->weights, t, at * st->size, (size_t)span * st->size, s, &data, e);
        for (size_t i = 0; i < n && rc == MZG_OK; i++)
            decode(st, s, data + i * step * st->size, &x[i], 1);
        return rc;
    }
    for (size_t i = 0, mark = s->used; i < n && rc == MZG_OK; i++, s->used = mark) {
        rc = mzg_values_read(st->weights, t, (at + i * step) * st->size, st->size, s, &data, e);
        if (rc == MZG_OK)
            decode(st, s, data, &x[i], 1);
    }
    return rc;
}

/* A run of a strided tensor, row by row; rows of a plane together where its columns are runs. */
static enum mzg_code get_strided(const struct stored *st, struct mzg_scratch *s, uint64_t first, size_t n,
                                 float *x, struct mzg_err *e)
{
    const struct mzg_tensor *t = st->tensor;
    uint64_t width = t->ne[0], height = t->n_dims > 1 ? t->ne[1] : 1;
    enum mzg_code rc = MZG_OK;
    for (size_t done = 0, mark = s->used; done < n && rc == MZG_OK; s->used = mark) {
        uint64_t at = first + done, row = at / width, col = at % width, left = n - done;
        uint64_t rows = left / width, plane = height - row % height;
        rows = rows < plane ? rows : plane;
        size_t run = (size_t)(left < width - col ? left : width - col);
        if (col == 0 && rows > 1 && t->strides[1] == 1 && t->strides[0] != 1) {
            run = (size_t)(rows * width);
            rc = get_columns(st, s, row, (size_t)rows, x + done, e);
        } else {
            rc = get_scattered(st, s, at, run, x + done, e);
        }
        done += run;
    }
    return rc;
}

static enum mzg_code get(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                         float *x, struct mzg_err *e)
{
    const struct stored *st = (const struct stored *)v;
    return st->tensor->strides != NULL ? get_strided(st, s, first, n, x, e)
                                       : get_run(st, s, first, n, x, e);
}

/* ---- whole numbers as they are ---- */

/* n elements, `step` apart in from, as v's native type: wider where that is, and then they have no sign. False
 * where one is beyond it. */
static bool widen(const struct stored *st, const uint8_t *from, size_t step, size_t n, uint8_t *q)
{
    size_t to = mzg_type_by_number(st->v.native)->block_bytes;
    bool fits = true;
    for (size_t i = 0; i < n; i++, q += to) {
        const uint8_t *value = from + i * step * st->size;
        memset(q, 0, to);
        memcpy(q, value, st->size);
        if (st->decode == decode_bool)
            q[0] = value[0] != 0;
        fits = fits && !(st->decode == decode_u64 && (value[7] & 0x80));
    }
    return fits;
}

/* Elements that lie `step` apart: in one read, or one by one where they are far from each other. */
static enum mzg_code widen_run(const struct stored *st, struct mzg_scratch *s, uint64_t at, uint64_t step,
                               size_t n, uint8_t *q, struct mzg_err *e)
{
    char name[MZG_QUOTE];
    size_t to = mzg_type_by_number(st->v.native)->block_bytes;
    size_t run = (n - 1) * step + 1 <= 16 * n + 4096 ? n : 1;
    enum mzg_code rc = MZG_OK;
    for (size_t i = 0, mark = s->used; i < n && rc == MZG_OK; i += run, s->used = mark) {
        uint8_t *data;
        rc = mzg_values_read(st->weights, st->tensor, (at + i * step) * st->size,
                             (size_t)((run - 1) * step + 1) * st->size, s, &data, e);
        if (rc == MZG_OK && !widen(st, data, (size_t)step, run, q + i * to))
            rc = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "tensor '%s': one of its numbers is beyond what %s "
                          "can hold", mzg_quote(name, st->tensor->name),
                          mzg_type_by_number(st->v.native)->name);
    }
    return rc;
}

static enum mzg_code get_whole(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                               uint8_t *q, struct mzg_err *e)
{
    const struct stored *st = (const struct stored *)v;
    const struct mzg_tensor *t = st->tensor;
    size_t to = mzg_type_by_number(v->native)->block_bytes;
    enum mzg_code rc = MZG_OK;
    if (t->strides == NULL)
        return widen_run(st, s, first, 1, n, q, e);
    for (size_t done = 0, run; done < n && rc == MZG_OK; done += run) {
        uint64_t left = v->ne[0] - (first + done) % v->ne[0];
        run = left < n - done ? (size_t)left : n - done;
        rc = widen_run(st, s, position(t, first + done), t->strides[0], run, q + done * to, e);
    }
    return rc;
}

static const struct mzg_tensor *place(const struct mzg_values *v, uint64_t i, uint64_t *elem)
{
    const struct stored *st = (const struct stored *)v;
    *elem = i;
    return st->tensor;
}

static const struct mzg_values_kind stored_kind = {get, get_whole, place};

const struct mzg_values *mzg_values_stored(struct mzg_arena *a, const struct mzg_weights *w,
                                           const struct mzg_tensor *t)
{
    const struct element *element = element_of(t);
    struct stored *st;
    if (!mzg_stored_readable(t) || (st = mzg_values_new(a, sizeof *st, &stored_kind, NULL)) == NULL)
        return NULL;
    st->weights = w;
    st->tensor = t;
    if (element != NULL) {
        st->decode = element->decode;
        st->v.native = element->whole;
    }
    const struct mzg_type_info *info = element == NULL ? mzg_type_by_number(t->type) : NULL;
    st->size = element != NULL ? element->size : info->block_elems == 1 ? info->block_bytes : 0;
    st->v.n_dims = t->n_dims > 0 ? t->n_dims : 1;
    memcpy(st->v.ne, t->ne, sizeof st->v.ne);
    st->v.stored = t->type;
    st->v.last = t;
    st->v.bytes = t->bytes;
    return &st->v;
}
