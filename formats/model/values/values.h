/* values.h: a tensor's values in the order in which they are wanted, from wherever they come.
 *
 * Weights are rarely published as they are run: rows of heads lie in another order, experts one by one,
 * matrices transposed or packed into words beside their scales, halves of one tensor are two. Each such
 * step is a struct mzg_values on top of another; at the bottom is what is stored. They are made when a
 * source is opened, from its headers, and asked for a run of elements at a time when it is read: memory
 * is bounded by what is asked for, not by the tensor.
 *
 * All that is here belongs to an arena, and may be asked from any number of threads at once. */
#ifndef MZG_MODEL_VALUES_H
#define MZG_MODEL_VALUES_H

#include "../containers/weights.h"

#define MZG_VALUE_DIMS 4

/* ---- asking ---- */

/* What one thread brings: kernels, and memory that is given back when the call ends. */
struct mzg_scratch {
    const struct mzg_kernels *kernels;
    struct mzg_scratch_block *blocks; /* all that was ever needed, reused */
    size_t used;                      /* of them, by the calls that are running */
};
/* n * size bytes, aligned for any type; NULL beyond what a run may need, or without memory. */
void *mzg_scratch_get(struct mzg_scratch *s, size_t n, size_t size);
void mzg_scratch_clear(struct mzg_scratch *s);

struct mzg_values;
struct mzg_values_kind {
    /* n elements from `first` on, as floats. */
    enum mzg_code (*get)(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                         float *x, struct mzg_err *e);
    /* The same as blocks of v->native, without loss; NULL where there is none. first and n are multiples
     * of its block length. */
    enum mzg_code (*blocks)(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                            uint8_t *q, struct mzg_err *e);
    /* Where element i is stored; NULL where it has no single place. */
    const struct mzg_tensor *(*place)(const struct mzg_values *v, uint64_t i, uint64_t *elem);
};

struct mzg_values {
    const struct mzg_values_kind *kind;
    unsigned n_dims;
    uint64_t ne[MZG_VALUE_DIMS];   /* ggml's order; 1 beyond n_dims */
    const struct mzg_tensor *last; /* of the stored tensors it is made from, the one that ends last */
    uint64_t bytes;                /* of all of them */
    enum mzg_type stored;          /* each value is one that is stored in this type, unchanged; else
                                    * MZG_TYPE_END */
    enum mzg_type native;          /* blocks that hold it without loss; MZG_TYPE_END: none */
};

/* Product of ne. */
uint64_t mzg_values_elems(const struct mzg_values *v);

/* Elements [first, first + n) of v, n at most MZG_VALUES_RUN. Besides what reading gives: MZG_LIMIT
 * where a run needs more memory than it may. */
#define MZG_VALUES_RUN ((size_t)1 << 20)
enum mzg_code mzg_values_get(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                             float *x, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_values_blocks(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first,
                                size_t n, uint8_t *q, struct mzg_err *e) MZG_MUST;
const struct mzg_tensor *mzg_values_place(const struct mzg_values *v, uint64_t i, uint64_t *elem);

/* ---- making ----
 *
 * Each returns NULL without memory, or where the shapes do not fit what is asked of them; callers that
 * take shapes from outside check them first. Below, "rows" are all dimensions but ne[0]; those of a
 * vector are its single elements. */

/* A tensor as it lies in its file, strided or not. Its type must be one that mzg_stored_readable
 * knows: what has a decoder, F64, whole numbers, BOOL, and the F8 kinds. Whole numbers are native in the
 * narrowest of GGUF's types that holds all of theirs (BOOL: I8, U8: I16), U64 in I64, where one that does
 * not fit is MZG_UNSUPPORTED. */
bool mzg_stored_readable(const struct mzg_tensor *t);
const struct mzg_values *mzg_values_stored(struct mzg_arena *a, const struct mzg_weights *w,
                                           const struct mzg_tensor *t);

/* The same elements under another shape. */
const struct mzg_values *mzg_values_shaped(struct mzg_arena *a, const struct mzg_values *v,
                                           unsigned n_dims, const uint64_t ne[MZG_VALUE_DIMS]);

/* ne[0] and ne[1] exchanged, within each plane of ne[2] and ne[3]. */
const struct mzg_values *mzg_values_transposed(struct mzg_arena *a, const struct mzg_values *v);

/* Rows in another order, or some of them. A row's number in the result is written in mixed radix, the
 * last digit counting fastest; its row in v is offset + the sum of digit times step. So rows
 * (h, i, p) of heads * (hd / 2) * 2 with steps (hd, 1, hd / 2) are neighbours where v has two halves. */
#define MZG_ROW_DIGITS 4
struct mzg_row_map {
    unsigned digits;
    uint64_t radix[MZG_ROW_DIGITS], step[MZG_ROW_DIGITS];
    uint64_t offset;
};
/* n_dims and ne: the result's shape, ne[0] being v's (but for vectors), its rows the map's. */
const struct mzg_values *mzg_values_rows(struct mzg_arena *a, const struct mzg_values *v,
                                         const struct mzg_row_map *map, unsigned n_dims,
                                         const uint64_t ne[MZG_VALUE_DIMS]);
/* Heads whose rows are the two halves of a rotation, to pairs of neighbours. heads must divide the rows
 * into even numbers. */
const struct mzg_values *mzg_values_rotary(struct mzg_arena *a, const struct mzg_values *v,
                                           uint64_t heads);

/* Rows of a matrix in any order: row i of `rows` is v's row from[i], or zeros where that is MZG_NO_ROW. from must live
 * as long as the arena. */
#define MZG_NO_ROW UINT32_MAX
const struct mzg_values *mzg_values_gathered(struct mzg_arena *a, const struct mzg_values *v,
                                             const uint32_t *from, uint64_t rows);

/* n tensors behind one another: as one more dimension, or, with ne[n_dims - 1] told by joined, along
 * their last one. parts is copied. */
const struct mzg_values *mzg_values_stacked(struct mzg_arena *a, const struct mzg_values *const *parts,
                                            size_t n);
const struct mzg_values *mzg_values_joined(struct mzg_arena *a, const struct mzg_values *const *parts,
                                           size_t n);

/* Zeros behind it, until its last dimension is n. */
const struct mzg_values *mzg_values_padded(struct mzg_arena *a, const struct mzg_values *v, uint64_t n);

/* x + add, rounded once. */
const struct mzg_values *mzg_values_plus(struct mzg_arena *a, const struct mzg_values *v, float add);
/* x * factor, rounded once. */
const struct mzg_values *mzg_values_times(struct mzg_arena *a, const struct mzg_values *v, float factor);
/* -exp(x), rounded once from a double (SPEC.md, "Conversion"). */
const struct mzg_values *mzg_values_neg_exp(struct mzg_arena *a, const struct mzg_values *v);

/* ---- for those who write kinds ---- */

/* A struct whose first member is a struct mzg_values, in the arena and zeroed; base: whose shape, last
 * and bytes it starts with, or NULL. */
void *mzg_values_new(struct mzg_arena *a, size_t size, const struct mzg_values_kind *kind,
                     const struct mzg_values *base);
/* Takes part into account in v's last and bytes. */
void mzg_values_uses(struct mzg_values *v, const struct mzg_values *part);
/* Numbers of rows, and of elements in one, as above. */
uint64_t mzg_values_width(const struct mzg_values *v);
/* Bytes [offset, offset + n) behind a stored tensor's first element, into scratch memory. */
enum mzg_code mzg_values_read(const struct mzg_weights *w, const struct mzg_tensor *t, uint64_t offset,
                              size_t n, struct mzg_scratch *s, uint8_t **data, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_values_no_room(const struct mzg_values *v, struct mzg_err *e) MZG_MUST;

#endif
