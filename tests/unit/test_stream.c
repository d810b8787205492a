#include "fixture.h"

#include "formats/model/stream.h"

/* 2 heads of 4 rows, 3 wide: element (row, column) holds 10 * row + column. */
#define ROWS 8
#define WIDE 3

static struct mzg_tensor source(void)
{
    return (struct mzg_tensor){.name = "q", .type_name = "F32", .type = MZG_TYPE_F32, .n_dims = 2,
                               .ne = {WIDE, ROWS}, .elems = ROWS * WIDE, .bytes = ROWS * WIDE * 4};
}

static void rows_of_a_head_are_interleaved(void **state)
{
    (void)state;
    static const int from[ROWS] = {0, 2, 1, 3, 4, 6, 5, 7};
    struct mzg_tensor src = source();
    struct mzg_model_tensor t = {.name = "q", .src = &src, .n_dims = 2, .ne = {WIDE, ROWS, 1, 1},
                                 .heads = 2};
    struct mzg_kernels k;
    struct mzg_batch b;
    float data[ROWS * WIDE], x[MZG_PIECE];
    for (int i = 0; i < ROWS * WIDE; i++)
        data[i] = (float)(10 * (i / WIDE) + i % WIDE);
    mzg_kernels_init(&k, 0);
    mzg_batch_set(&b, &t, 0, ROWS * WIDE);
    const float *y = mzg_batch_decode(&b, &k, (uint8_t *)data, 0, ROWS * WIDE, x);
    for (int i = 0; i < ROWS * WIDE; i++) {
        assert_true(y[i] == (float)(10 * from[i / WIDE] + i % WIDE));
        assert_int_equal(mzg_source_element(&t, (uint64_t)i), from[i / WIDE] * WIDE + i % WIDE);
    }
}

static void a_piece_may_start_and_end_inside_rows(void **state)
{
    (void)state;
    struct mzg_tensor src = source();
    struct mzg_model_tensor t = {.name = "q", .src = &src, .n_dims = 2, .ne = {WIDE, ROWS, 1, 1},
                                 .heads = 2};
    struct mzg_kernels k;
    struct mzg_batch b;
    float data[ROWS * WIDE], all[MZG_PIECE], part[MZG_PIECE];
    fixture_floats(data, ROWS * WIDE, 1);
    mzg_kernels_init(&k, 0);
    mzg_batch_set(&b, &t, 0, ROWS * WIDE);
    const float *whole = mzg_batch_decode(&b, &k, (uint8_t *)data, 0, ROWS * WIDE, all);
    for (uint64_t from = 0; from < ROWS * WIDE; from++) {
        for (size_t n = 1; n <= ROWS * WIDE - from; n++) {
            const float *y = mzg_batch_decode(&b, &k, (uint8_t *)data, from, n, part);
            assert_memory_equal(y, whole + from, n * sizeof *y);
        }
    }
}

static void a_bias_moves_single_elements(void **state)
{
    (void)state;
    static const uint64_t from[8] = {0, 2, 1, 3, 4, 6, 5, 7};
    struct mzg_model_tensor t = {.name = "b", .n_dims = 1, .ne = {8, 1, 1, 1}, .heads = 2};
    for (uint64_t i = 0; i < 8; i++)
        assert_int_equal(mzg_source_element(&t, i), from[i]);
}

static void batches_of_heads_hold_whole_heads(void **state)
{
    (void)state;
    struct mzg_err e;
    uint64_t elems;
    struct mzg_tensor src = {.name = "q", .type = MZG_TYPE_BF16};
    struct mzg_model_tensor t = {.name = "q", .src = &src, .n_dims = 2, .ne = {4096, 4096, 1, 1},
                                 .heads = 32};
    assert_int_equal(mzg_batch_size(&t, &elems, &e), MZG_OK);
    assert_int_equal(elems % (4096 * 128), 0);
    assert_true(elems <= MZG_BATCH_ELEMS);
}

static void a_head_beyond_the_bound_is_refused_by_name(void **state)
{
    (void)state;
    struct mzg_err e;
    uint64_t elems;
    struct mzg_tensor src = {.name = "wide", .type = MZG_TYPE_F32};
    struct mzg_model_tensor t = {.name = "q", .src = &src, .n_dims = 2,
                                 .ne = {1 << 20, 1 << 10, 1, 1}, .heads = 1};
    assert_int_equal(mzg_batch_size(&t, &elems, &e), MZG_LIMIT);
    assert_non_null(strstr(e.msg, "wide"));
}

static void batches_in_flight_keep_threads_busy_within_the_bound(void **state)
{
    (void)state;
    assert_int_equal(mzg_batches_in_flight((size_t)8 << 20, 1), 3);
    assert_int_equal(mzg_batches_in_flight((size_t)8 << 20, 7), 9);
    assert_int_equal(mzg_batches_in_flight((size_t)8 << 20, 64), 14); /* 112 MiB */
    assert_int_equal(mzg_batches_in_flight((size_t)200 << 20, 7), 1);
}

static void every_byte_of_a_file_is_digested_once(void **state)
{
    (void)state;
    struct fixture f;
    struct mzg_err e;
    struct mzg_weights w;
    struct mzg_stream s;
    float a[64], b[96];
    uint8_t data[96 * 4], want[32];
    size_t len;
    fixture_open(&f);
    fixture_floats(a, 64, 2);
    fixture_floats(b, 96, 3);
    struct fixture_tensor t[] = {{"a", "F32", {64}, 1, a, sizeof a}, {"b", "F32", {96}, 1, b, sizeof b}};
    fixture_safetensors(fixture_path(&f, 0, "w.safetensors"), t, 2);
    assert_int_equal(mzg_weights_open(&w, f.path[0], &e), MZG_OK);
    assert_int_equal(mzg_stream_init(&s, &w, &e), MZG_OK);
    /* the first tensor is skipped, as a model's unused ones are */
    struct mzg_model_tensor m = {.name = "b", .src = mzg_weights_find(&w, "b"), .n_dims = 1,
                                 .ne = {96, 1, 1, 1}};
    struct mzg_batch batch;
    mzg_batch_set(&batch, &m, 0, 32);
    assert_int_equal(mzg_stream_read(&s, &batch, data, &e), MZG_OK);
    assert_memory_equal(data, b, 32 * 4);
    assert_int_equal(mzg_stream_finish(&s, &e), MZG_OK);
    char *all = fixture_load(f.path[0], &len);
    mzg_sha256_of(all, len, want);
    assert_memory_equal(s.digests[0], want, 32);
    free(all);
    mzg_stream_clear(&s);
    mzg_weights_close(&w);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_a_head_are_interleaved),
        cmocka_unit_test(a_piece_may_start_and_end_inside_rows),
        cmocka_unit_test(a_bias_moves_single_elements),
        cmocka_unit_test(batches_of_heads_hold_whole_heads),
        cmocka_unit_test(a_head_beyond_the_bound_is_refused_by_name),
        cmocka_unit_test(batches_in_flight_keep_threads_busy_within_the_bound),
        cmocka_unit_test(every_byte_of_a_file_is_digested_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
