#include "fixture.h"
#include "scratch.h"

#include "formats/model/values/source.h"
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A file of 240 floats, element i holding i, and tensors on it. */
#define ELEMS 240

struct stored {
    char path[64];
    struct mzg_weights_file file;
    struct mzg_weights weights;
    struct mzg_arena arena;
    struct mzg_scratch scratch;
    struct mzg_kernels kernels;
};

static void stored_open(struct stored *s, const void *data, size_t n)
{
    struct mzg_err e;
    memset(s, 0, sizeof *s);
    strcpy(s->path, "/tmp/mzigo-values.XXXXXX");
    int fd = mkstemp(s->path);
    assert_true(fd >= 0 && write(fd, data, n) == (ssize_t)n);
    close(fd);
    assert_int_equal(mzg_file_open(&s->file.file, s->path, &e), MZG_OK);
    s->weights = (struct mzg_weights){.files = &s->file, .n_files = 1};
    mzg_arena_init(&s->arena, 1 << 20);
    mzg_kernels_init(&s->kernels, 0);
    s->scratch.kernels = &s->kernels;
}

static void stored_count(struct stored *s)
{
    float x[ELEMS];
    for (int i = 0; i < ELEMS; i++)
        x[i] = (float)i;
    stored_open(s, x, sizeof x);
}

static void stored_close(struct stored *s)
{
    mzg_scratch_clear(&s->scratch);
    mzg_arena_clear(&s->arena);
    mzg_file_close(&s->file.file);
    unlink(s->path);
}

static struct mzg_tensor tensor(const char *type_name, enum mzg_type type, unsigned n_dims,
                                const uint64_t *ne, size_t size)
{
    struct mzg_tensor t = {.name = "w", .type_name = type_name, .type = type, .n_dims = n_dims,
                           .elems = 1, .ne = {1, 1, 1, 1, 1, 1, 1, 1}};
    for (unsigned d = 0; d < n_dims; d++) {
        t.ne[d] = ne[d];
        t.elems *= ne[d];
    }
    t.bytes = t.elems * size;
    return t;
}

/* All of v, in every possible run: each gives what the whole gives. */
static void expect(struct stored *s, const struct mzg_values *v, const float *due)
{
    struct mzg_err e;
    float x[ELEMS];
    assert_non_null(v);
    size_t all = (size_t)mzg_values_elems(v);
    for (size_t first = 0; first < all; first++) {
        for (size_t n = 1; n <= all - first; n++) {
            if (mzg_values_get(v, &s->scratch, first, n, x, &e) != MZG_OK)
                fail_msg("%s", e.msg);
            if (memcmp(x, due + first, n * sizeof *x) != 0)
                fail_msg("elements %zu to %zu differ", first, first + n);
        }
    }
    assert_int_equal(s->scratch.used, 0);
}

static const struct mzg_values *matrix(struct stored *s, struct mzg_tensor *t, uint64_t rows,
                                       uint64_t width)
{
    *t = tensor("F32", MZG_TYPE_F32, rows > 1 ? 2 : 1, (const uint64_t[]){width, rows}, 4);
    return mzg_values_stored(&s->arena, &s->weights, t);
}

static void a_stored_tensor_gives_its_elements(void **state)
{
    (void)state;
    struct stored s;
    struct mzg_tensor t;
    float due[12];
    stored_count(&s);
    for (int i = 0; i < 12; i++)
        due[i] = (float)i;
    const struct mzg_values *v = matrix(&s, &t, 4, 3);
    expect(&s, v, due);
    assert_true(v->last == &t && v->bytes == 48 && v->stored == MZG_TYPE_F32);
    stored_close(&s);
}

static void types_without_kernels_are_decoded(void **state)
{
    (void)state;
    struct stored s;
    static const uint8_t codes[8] = {0x00, 0x01, 0x38, 0x7e, 0xb8, 0x7f, 0xc0, 0x08};
    static const float e4m3[8] = {0, 0x1p-9f, 1, 448, -1, NAN, -2, 0x1p-6f};
    static const float e5m2[8] = {0, 0x1p-16f, 0.5f, NAN, -0.5f, NAN, -2, 0x1p-13f};
    static const float e8m0[8] = {0x1p-127f, 0x1p-126f, 0x1p-71f, 0x1p-1f, 0x1p57f, 1, 0x1p65f, 0x1p-119f};
    static const float u8[8] = {0, 1, 56, 126, 184, 127, 192, 8};
    static const float i8[8] = {0, 1, 56, 126, -72, 127, -64, 8};
    const struct { const char *name; const float *due; } types[] = {
        {"F8_E4M3", e4m3}, {"F8_E5M2", e5m2}, {"F8_E8M0", e8m0}, {"U8", u8}, {"I8", i8},
    };
    stored_open(&s, codes, sizeof codes);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct mzg_err e;
        float x[8];
        struct mzg_tensor t = tensor(types[i].name, MZG_TYPE_END, 1, (const uint64_t[]){8}, 1);
        const struct mzg_values *v = mzg_values_stored(&s.arena, &s.weights, &t);
        assert_int_equal(mzg_values_get(v, &s.scratch, 0, 8, x, &e), MZG_OK);
        for (int k = 0; k < 8; k++)
            assert_true(x[k] == types[i].due[k] || (isnan(x[k]) && isnan(types[i].due[k])));
    }
    struct mzg_tensor t = tensor("F4", MZG_TYPE_END, 1, (const uint64_t[]){8}, 1);
    assert_false(mzg_stored_readable(&t));
    stored_close(&s);
}

static void a_double_is_rounded_once(void **state)
{
    (void)state;
    struct stored s;
    static const double d[2] = {1 + 0x1p-24 + 0x1p-50, -0x1p-150};
    static const float due[2] = {1 + 0x1p-23f, -0.0f};
    stored_open(&s, d, sizeof d);
    struct mzg_tensor t = tensor("F64", MZG_TYPE_F64, 1, (const uint64_t[]){2}, 8);
    expect(&s, mzg_values_stored(&s.arena, &s.weights, &t), due);
    stored_close(&s);
}

static void views_are_read_by_their_strides(void **state)
{
    (void)state;
    struct stored s;
    float due[24];
    static const struct { uint64_t strides[3]; } views[] = {
        {{4, 1, 12}},   /* a transpose within planes */
        {{1, 4, 12}},   /* as they lie */
        {{0, 1, 4}},    /* expanded along rows */
        {{2, 8, 32}},   /* every second */
        {{60, 20, 1}},  /* planes are what counts fastest */
        {{100, 1, 7}},  /* far apart */
    };
    stored_count(&s);
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        const uint64_t *st = views[i].strides;
        struct mzg_tensor t = tensor("F32", MZG_TYPE_F32, 3, (const uint64_t[]){3, 4, 2}, 4);
        if (st[0] == 100)
            t = tensor("F32", MZG_TYPE_F32, 3, (const uint64_t[]){2, 4, 2}, 4);
        t.strides = st;
        for (size_t k = 0; k < t.elems; k++)
            due[k] = (float)(k % t.ne[0] * st[0] + k / t.ne[0] % 4 * st[1] + k / t.ne[0] / 4 * st[2]);
        expect(&s, mzg_values_stored(&s.arena, &s.weights, &t), due);
    }
    stored_close(&s);
}

static void halves_of_a_head_become_neighbours(void **state)
{
    (void)state;
    static const int from[8] = {0, 2, 1, 3, 4, 6, 5, 7};
    struct stored s;
    struct mzg_tensor t, b;
    float due[24], bias[8];
    uint64_t elem;
    stored_count(&s);
    for (int i = 0; i < 24; i++)
        due[i] = (float)(from[i / 3] * 3 + i % 3);
    const struct mzg_values *v = mzg_values_rotary(&s.arena, matrix(&s, &t, 8, 3), 2);
    expect(&s, v, due);
    assert_ptr_equal(mzg_values_place(v, 4, &elem), &t);
    assert_int_equal(elem, 7);
    for (int i = 0; i < 8; i++)
        bias[i] = (float)from[i];
    expect(&s, mzg_values_rotary(&s.arena, matrix(&s, &b, 1, 8), 2), bias);
    assert_null(mzg_values_rotary(&s.arena, matrix(&s, &t, 8, 3), 3));
    assert_null(mzg_values_rotary(&s.arena, matrix(&s, &t, 6, 3), 2));
    stored_close(&s);
}

static void rows_are_taken_by_mixed_radix(void **state)
{
    (void)state;
    struct stored s;
    struct mzg_tensor t;
    float due[12];
    stored_count(&s);
    const struct mzg_values *v = matrix(&s, &t, 12, 2);
    /* 2 groups of 6 rows: the second of each 3, both halves of a pair. */
    const struct mzg_row_map map = {3, {2, 1, 3}, {6, 1, 2}, 1};
    const uint64_t ne[MZG_VALUE_DIMS] = {2, 6, 1, 1};
    for (int i = 0; i < 12; i++)
        due[i] = (float)((i / 6 * 6 + i / 2 % 3 * 2 + 1) * 2 + i % 2);
    expect(&s, mzg_values_rows(&s.arena, v, &map, 2, ne), due);
    const struct mzg_row_map beyond = {1, {6}, {2}, 2};
    assert_null(mzg_values_rows(&s.arena, v, &beyond, 2, ne));
    const struct mzg_row_map few = {1, {5}, {1}, 0};
    assert_null(mzg_values_rows(&s.arena, v, &few, 2, ne));
    stored_close(&s);
}

static void a_matrix_is_transposed_plane_by_plane(void **state)
{
    (void)state;
    struct stored s;
    float due[24];
    stored_count(&s);
    struct mzg_tensor t = tensor("F32", MZG_TYPE_F32, 3, (const uint64_t[]){4, 3, 2}, 4);
    const struct mzg_values *v =
        mzg_values_transposed(&s.arena, mzg_values_stored(&s.arena, &s.weights, &t));
    for (int i = 0; i < 24; i++)
        due[i] = (float)(i / 12 * 12 + i % 3 * 4 + i % 12 / 3);
    assert_true(v->ne[0] == 3 && v->ne[1] == 4 && v->ne[2] == 2);
    expect(&s, v, due);
    stored_close(&s);
}

static void tensors_are_stacked_and_joined(void **state)
{
    (void)state;
    struct stored s;
    struct mzg_tensor a, b, c;
    float due[16];
    stored_count(&s);
    const struct mzg_values *x = matrix(&s, &a, 2, 3), *y = matrix(&s, &b, 2, 3), *z = matrix(&s, &c, 3, 3);
    b.offset = 40 * 4;
    for (int i = 0; i < 12; i++)
        due[i] = (float)(i < 6 ? i : i - 6 + 40);
    const struct mzg_values *v = mzg_values_stacked(&s.arena, (const struct mzg_values *[]){x, y}, 2);
    assert_true(v->n_dims == 3 && v->ne[2] == 2 && v->last == &b && v->bytes == 48);
    expect(&s, v, due);
    for (int i = 0; i < 15; i++)
        due[i] = (float)(i < 6 ? i : i - 6);
    v = mzg_values_joined(&s.arena, (const struct mzg_values *[]){x, z}, 2);
    assert_true(v->n_dims == 2 && v->ne[1] == 5);
    expect(&s, v, due);
    assert_null(mzg_values_stacked(&s.arena, (const struct mzg_values *[]){x, z}, 2));
    stored_close(&s);
}

static void what_is_missing_behind_is_zero(void **state)
{
    (void)state;
    struct stored s;
    struct mzg_tensor t;
    const float due[12] = {0, 1, 2, 3, 4, 5};
    uint64_t elem;
    stored_count(&s);
    const struct mzg_values *v = matrix(&s, &t, 2, 3), *padded = mzg_values_padded(&s.arena, v, 4);
    expect(&s, padded, due);
    assert_true(padded->ne[0] == 3 && padded->ne[1] == 4 && padded->bytes == 24);
    assert_ptr_equal(mzg_values_place(padded, 5, &elem), &t);
    assert_null(mzg_values_place(padded, 6, &elem));
    assert_null(mzg_values_padded(&s.arena, v, 1));
    stored_close(&s);
}

static void arithmetic_is_rounded_once(void **state)
{
    (void)state;
    struct stored s;
    static const float x[6] = {0, 1, -1, 0.5f, -87.0f, 4.6051702f};
    static const float plus[6] = {1, 2, 0, 1.5f, -86.0f, 5.6051702f};
    static const float neg_exp[6] = {-1, -2.71828182845904524f, -0.36787944117144232f,
                                     -1.64872127070012815f, -1.6458114310822737e-38f, -100.0f};
    stored_open(&s, x, sizeof x);
    struct mzg_tensor t;
    const struct mzg_values *v = matrix(&s, &t, 1, 6);
    expect(&s, mzg_values_plus(&s.arena, v, 1), plus);
    float due[6];
    memcpy(due, neg_exp, sizeof due);
    due[5] = -(float)exp((double)x[5]);
    expect(&s, mzg_values_neg_exp(&s.arena, v), due);
    assert_true(mzg_values_plus(&s.arena, v, 1)->stored == MZG_TYPE_END);
    stored_close(&s);
}

/* One value of each type in the narrowest one of GGUF's that holds all of its, as little-endian bytes; the same
 * by strides. */
static void whole_numbers_stay_whole(void **state)
{
    (void)state;
    struct stored s;
    static const uint8_t data[16] = {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 2};
    static const uint8_t fe[8] = {0xfe}, fffe[8] = {0xfe, 0xff}, ffff[8] = {0xfe, 0xff, 0xff, 0xff},
                         one[8] = {1};
    const struct { const char *name; enum mzg_type type, native; size_t size; const uint8_t *due; } types[] = {
        {"I8", MZG_TYPE_I8, MZG_TYPE_I8, 1, fe},      {"I16", MZG_TYPE_I16, MZG_TYPE_I16, 2, fffe},
        {"I32", MZG_TYPE_I32, MZG_TYPE_I32, 4, ffff}, {"I64", MZG_TYPE_I64, MZG_TYPE_I64, 8, data},
        {"U8", MZG_TYPE_END, MZG_TYPE_I16, 1, fe},    {"U16", MZG_TYPE_END, MZG_TYPE_I32, 2, fffe},
        {"U32", MZG_TYPE_END, MZG_TYPE_I64, 4, ffff}, {"U64", MZG_TYPE_END, MZG_TYPE_I64, 8, data},
        {"UINT8", MZG_TYPE_END, MZG_TYPE_I16, 1, fe}, {"BOOL", MZG_TYPE_END, MZG_TYPE_I8, 1, one},
    };
    stored_open(&s, data, sizeof data);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const uint64_t strides[MZG_SRC_DIMS] = {8 / types[i].size};
        const size_t to = mzg_type_by_number(types[i].native)->block_bytes;
        struct mzg_err e;
        uint8_t q[16];
        struct mzg_tensor t = tensor(types[i].name, types[i].type, 1, (const uint64_t[]){2}, types[i].size);
        for (int strided = 0; strided < 2; strided++) {
            t.strides = strided ? strides : NULL;
            const struct mzg_values *v = mzg_values_stored(&s.arena, &s.weights, &t);
            assert_int_equal(v->native, types[i].native);
            assert_int_equal(mzg_values_blocks(v, &s.scratch, 0, 2, q, &e), MZG_OK);
            assert_memory_equal(q, types[i].due, to);
            assert_int_equal(q[to], strided ? types[i].due == one ? 1 : 2 : types[i].size == 8 ? 2
                                            : types[i].due == one ? 1 : 0xff);
        }
    }
    stored_close(&s);
}

static void a_number_beyond_its_type_is_refused(void **state)
{
    (void)state;
    struct stored s;
    struct mzg_err e;
    static const uint8_t data[8] = {0, 0, 0, 0, 0, 0, 0, 0x80};
    uint8_t q[8];
    struct mzg_tensor t = tensor("U64", MZG_TYPE_END, 1, (const uint64_t[]){1}, 8);
    stored_open(&s, data, sizeof data);
    const struct mzg_values *v = mzg_values_stored(&s.arena, &s.weights, &t);
    assert_int_equal(mzg_values_blocks(v, &s.scratch, 0, 1, q, &e), MZG_UNSUPPORTED);
    assert_non_null(strstr(e.msg, "tensor 'w': one of its numbers is beyond what I64 can hold"));
    stored_close(&s);
}

static void a_file_that_ends_early_is_told_by_tensor(void **state)
{
    (void)state;
    struct stored s;
    struct mzg_err e;
    struct mzg_tensor t;
    float x[300];
    stored_count(&s);
    const struct mzg_values *v = matrix(&s, &t, 30, 10);
    assert_int_equal(mzg_values_get(v, &s.scratch, 0, 300, x, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "'w'"));
    stored_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stored_tensor_gives_its_elements),
        cmocka_unit_test(types_without_kernels_are_decoded),
        cmocka_unit_test(a_double_is_rounded_once),
        cmocka_unit_test(views_are_read_by_their_strides),
        cmocka_unit_test(halves_of_a_head_become_neighbours),
        cmocka_unit_test(rows_are_taken_by_mixed_radix),
        cmocka_unit_test(a_matrix_is_transposed_plane_by_plane),
        cmocka_unit_test(tensors_are_stacked_and_joined),
        cmocka_unit_test(what_is_missing_behind_is_zero),
        cmocka_unit_test(arithmetic_is_rounded_once),
        cmocka_unit_test(whole_numbers_stay_whole),
        cmocka_unit_test(a_number_beyond_its_type_is_refused),
        cmocka_unit_test(a_file_that_ends_early_is_told_by_tensor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
