#include "fixture.h"

#include "formats/model/stream.h"

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
    mzg_batch_set(&batch, &m, 0);
    assert_int_equal(mzg_stream_read(&s, &batch, data, &e), MZG_OK);
    assert_memory_equal(data, b, sizeof b);
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
        cmocka_unit_test(batches_in_flight_keep_threads_busy_within_the_bound),
        cmocka_unit_test(every_byte_of_a_file_is_digested_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
