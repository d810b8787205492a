/* test_serve_decoded.c: decoded chunks that many share: right, bounded, and nothing of what is damaged. */
#include "bundle_fixture.h"
#include "bundle/objects.h"
#include "tools/net/serve/decoded.h"
#include <pthread.h>

#define LENGTH 1000u
#define CHUNKS 5

struct fixture {
    struct mzg_dir repo;
    struct mzg_decoded *decoded;
    struct mzg_chunk chunks[CHUNKS];
    uint8_t content[CHUNKS][LENGTH];
};

static void make_chunk(struct fixture *f, size_t i)
{
    struct mzg_folder_objects objects;
    struct mzg_chunk *c = &f->chunks[i];
    struct mzg_err e;
    bool added;
    for (size_t k = 0; k < LENGTH; k++)
        f->content[i][k] = (uint8_t)(i * 37 + k * (k + 11) / 7);
    *c = (struct mzg_chunk){.length = LENGTH, .stored = LENGTH, .codec = MZG_CODEC_NONE};
    mzg_sha256_of(f->content[i], LENGTH, c->sha256);
    memcpy(c->object, c->sha256, sizeof c->object);
    mzg_folder_objects_init(&objects, &f->repo);
    assert_ok(objects.base.put(&objects.base, c, f->content[i], &added, &e), e);
}

static void begin(struct fixture *f, size_t memory)
{
    struct mzg_err e;
    shell("mkdir objects_here");
    assert_ok(mzg_dir_open(&f->repo, "objects_here", &e), e);
    for (size_t i = 0; i < CHUNKS; i++)
        make_chunk(f, i);
    assert_ok(mzg_decoded_new(&f->decoded, &f->repo, memory, &e), e);
}

static void end(struct fixture *f)
{
    mzg_decoded_free(f->decoded);
    mzg_dir_close(&f->repo);
}

static void assert_gives(struct fixture *f, size_t i, size_t at, size_t n)
{
    struct mzg_err e;
    uint8_t out[LENGTH];
    assert_ok(mzg_decoded_copy(f->decoded, &f->chunks[i], at, out, n, &e), e);
    assert_memory_equal(out, f->content[i] + at, n);
}

static void assert_count(struct fixture *f, uint64_t decoded, size_t memory)
{
    struct mzg_decoded_count count = mzg_decoded_count(f->decoded);
    assert_int_equal(count.decoded, decoded);
    assert_int_equal(count.memory, memory);
}

static void object_path(const struct fixture *f, size_t i, char path[128])
{
    char object[MZG_OBJECT_PATH];
    mzg_object_path(f->chunks[i].object, object);
    snprintf(path, 128, "objects_here/%s", object);
}

static void a_chunk_is_decoded_once_for_all(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f, 10 * LENGTH);
    for (size_t k = 0; k < LENGTH; k += 100)
        assert_gives(&f, 2, k, 100);
    assert_gives(&f, 2, 0, LENGTH);
    assert_gives(&f, 2, LENGTH - 1, 1);
    assert_count(&f, 1, LENGTH);
    end(&f);
}

static void the_longest_unused_goes_first(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f, 3 * LENGTH + 1);
    for (size_t i = 0; i < 3; i++)
        assert_gives(&f, i, 0, 10);
    assert_gives(&f, 0, 10, 10);
    assert_count(&f, 3, 3 * LENGTH);
    assert_gives(&f, 3, 0, 10); /* instead of 1 */
    assert_count(&f, 4, 3 * LENGTH);
    assert_gives(&f, 0, 0, 10);
    assert_gives(&f, 2, 0, 10);
    assert_count(&f, 4, 3 * LENGTH);
    assert_gives(&f, 1, 0, 10);
    assert_count(&f, 5, 3 * LENGTH);
    end(&f);
}

static void what_is_longer_than_the_memory_is_kept_alone(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f, LENGTH / 2);
    assert_gives(&f, 0, 0, LENGTH);
    assert_gives(&f, 1, 0, LENGTH);
    assert_gives(&f, 1, 7, 10);
    assert_count(&f, 2, LENGTH);
    end(&f);
}

static void damage_is_told_and_mended_objects_are_found_again(void **state)
{
    struct fixture f;
    struct mzg_err e;
    char path[128];
    uint8_t out[8] = {0};
    (void)state;
    begin(&f, 10 * LENGTH);
    object_path(&f, 1, path);
    flip_bit(path, 500);
    assert_refused(mzg_decoded_copy(f.decoded, &f.chunks[1], 0, out, sizeof out, &e), MZG_REFUSED,
                   "stored bytes do not match their digest", e);
    assert_int_equal(out[7], 0);
    flip_bit(path, 500);
    assert_gives(&f, 1, 0, 100);
    object_path(&f, 4, path);
    assert_int_equal(unlink(path), 0);
    assert_refused(mzg_decoded_copy(f.decoded, &f.chunks[4], 0, out, sizeof out, &e), MZG_REFUSED, "is missing", e);
    assert_count(&f, 1, LENGTH);
    end(&f);
}

/* What one manifest says of a chunk is nothing to go by for another, which may lie. */
static void a_chunk_that_is_said_to_be_longer_is_another(void **state)
{
    struct fixture f;
    struct mzg_err e;
    uint8_t out[8];
    (void)state;
    begin(&f, 10 * LENGTH);
    assert_gives(&f, 0, 0, 10);
    struct mzg_chunk liar = f.chunks[0];
    liar.length = 1u << 20;
    assert_refused(mzg_decoded_copy(f.decoded, &liar, (1u << 20) - 8, out, sizeof out, &e), MZG_REFUSED,
                   "cannot be decoded", e);
    liar = f.chunks[0];
    liar.codec = MZG_CODEC_ZSTD;
    assert_refused(mzg_decoded_copy(f.decoded, &liar, 0, out, sizeof out, &e), MZG_REFUSED, "cannot be decoded", e);
    liar = f.chunks[0];
    liar.sha256[5] ^= 1;
    assert_refused(mzg_decoded_copy(f.decoded, &liar, 0, out, sizeof out, &e), MZG_REFUSED, "other content", e);
    assert_count(&f, 1, LENGTH);
    end(&f);
}

static void *read_all(void *arg)
{
    struct fixture *f = arg;
    for (size_t i = 0; i < 400; i++) {
        struct mzg_err e;
        uint8_t out[100];
        size_t k = i * 7 % CHUNKS, at = i * 13 % (LENGTH - sizeof out);
        if (mzg_decoded_copy(f->decoded, &f->chunks[k], at, out, sizeof out, &e) ||
            memcmp(out, f->content[k] + at, sizeof out) != 0)
            return "wrong";
    }
    return NULL;
}

static void many_threads_share_too_little_memory(void **state)
{
    struct fixture f;
    pthread_t threads[6];
    (void)state;
    begin(&f, 2 * LENGTH);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_all, &f), 0);
    for (size_t i = 0; i < 6; i++) {
        void *wrong = NULL;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    assert_int_equal(mzg_decoded_count(f.decoded).memory, 2 * LENGTH);
    end(&f);
}

#define case(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        case(a_chunk_is_decoded_once_for_all),
        case(the_longest_unused_goes_first),
        case(what_is_longer_than_the_memory_is_kept_alone),
        case(damage_is_told_and_mended_objects_are_found_again),
        case(a_chunk_that_is_said_to_be_longer_is_another),
        case(many_threads_share_too_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
