/* test_codec.c: what goes in comes out, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "bundle/codec.h"
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define N 100000u

struct coders {
    struct mzg_coder *encoder;
    struct mzg_coder *decoder;
    uint8_t content[N];
    uint8_t stored[N];
    uint8_t out[N];
};

static int setup(void **state)
{
    struct mzg_err e;
    struct coders *c = calloc(1, sizeof *c);
    *state = c;
    for (size_t i = 0; c && i < N; i++)
        c->content[i] = (uint8_t)("the cat sat on the mat "[i % 23] + (i % 1000 == 0));
    return !c || mzg_coder_new_encoder(&c->encoder, MZG_EFFORT_FAST, &e) ||
           mzg_coder_new_decoder(&c->decoder, &e);
}

static int teardown(void **state)
{
    struct coders *c = *state;
    mzg_coder_free(c->encoder);
    mzg_coder_free(c->decoder);
    free(c);
    return 0;
}

static void assert_refuses(struct coders *c, enum mzg_codec codec, const uint8_t *stored, size_t n,
                           size_t length, const char *why)
{
    struct mzg_err e;
    assert_int_equal(mzg_coder_decode(c->decoder, codec, stored, n, c->out, length, &e),
                     MZG_MALFORMED);
    if (!strstr(e.msg, why))
        fail_msg("expected '%s', got '%s'", why, e.msg);
}

static void text_shrinks_and_comes_back(void **state)
{
    struct coders *c = *state;
    struct mzg_coder *thorough;
    struct mzg_err e;
    enum mzg_codec codec;
    size_t fast = mzg_coder_encode(c->encoder, c->content, N, c->stored, &codec);
    assert_int_equal(codec, MZG_CODEC_ZSTD);
    assert_in_range(fast, 1, N / 10);
    assert_int_equal(mzg_coder_decode(c->decoder, codec, c->stored, fast, c->out, N, &e), MZG_OK);
    assert_memory_equal(c->out, c->content, N);
    assert_int_equal(mzg_coder_new_encoder(&thorough, MZG_EFFORT_THOROUGH, &e), MZG_OK);
    size_t n = mzg_coder_encode(thorough, c->content, N, c->stored, &codec);
    assert_in_range(n, 1, fast);
    assert_int_equal(mzg_coder_decode(c->decoder, codec, c->stored, n, c->out, N, &e), MZG_OK);
    assert_memory_equal(c->out, c->content, N);
    mzg_coder_free(thorough);
}

static void what_does_not_shrink_is_stored_as_it_is(void **state)
{
    struct coders *c = *state;
    struct mzg_err e;
    enum mzg_codec codec;
    uint32_t seed = 1;
    for (size_t i = 0; i < N; i++)
        c->content[i] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
    for (size_t n = 1; n <= N; n = n * 10) {
        assert_int_equal(mzg_coder_encode(c->encoder, c->content, n, c->stored, &codec), n);
        assert_int_equal(codec, MZG_CODEC_NONE);
        assert_int_equal(mzg_coder_decode(c->decoder, codec, c->stored, n, c->out, n, &e), MZG_OK);
        assert_memory_equal(c->out, c->content, n);
    }
    assert_refuses(c, MZG_CODEC_NONE, c->stored, 10, 11, "10 stored bytes for 11");
}

static void a_bomb_is_refused_before_it_is_run(void **state)
{
    struct coders *c = *state;
    size_t room = (size_t)64 << 20;
    void *zeros = calloc(1, room);
    assert_non_null(zeros);
    size_t n = ZSTD_compress(c->stored, N, zeros, room, 19);
    assert_false(ZSTD_isError(n));
    free(zeros);
    assert_refuses(c, MZG_CODEC_ZSTD, c->stored, n, N, "frame holds 67108864 bytes");
}

static void a_frame_that_hides_its_size_is_refused(void **state)
{
    struct coders *c = *state;
    ZSTD_CCtx *z = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(z, ZSTD_c_contentSizeFlag, 0);
    size_t n = ZSTD_compress2(z, c->stored, N, c->content, N);
    ZSTD_freeCCtx(z);
    assert_false(ZSTD_isError(n));
    assert_refuses(c, MZG_CODEC_ZSTD, c->stored, n, N, "not a frame that states its size");
}

static void a_frame_that_lies_about_its_size_is_refused(void **state)
{
    struct coders *c = *state;
    enum mzg_codec codec;
    size_t n = mzg_coder_encode(c->encoder, c->content, N, c->stored, &codec);
    /* Single segment, 4-byte content size behind magic and descriptor. */
    assert_int_equal(c->stored[4] & 0xe0, 0xa0);
    c->stored[5]--;
    assert_refuses(c, MZG_CODEC_ZSTD, c->stored, n, N - 1, "zstd: ");
}

static void only_one_whole_frame_is_taken(void **state)
{
    struct coders *c = *state;
    enum mzg_codec codec;
    const uint8_t skippable[] = {0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4};
    size_t n = mzg_coder_encode(c->encoder, c->content, N, c->stored, &codec);
    assert_refuses(c, MZG_CODEC_ZSTD, c->stored, n + 1, N, "not exactly one whole frame");
    memcpy(c->stored + n, skippable, sizeof skippable);
    assert_refuses(c, MZG_CODEC_ZSTD, c->stored, n + sizeof skippable, N, "not exactly one");
    for (size_t cut = 0; cut < n; cut += 1 + cut / 7)
        assert_refuses(c, MZG_CODEC_ZSTD, c->stored, cut, N, "zstd: ");
    assert_refuses(c, MZG_CODEC_ZSTD, skippable, sizeof skippable, N, "zstd: ");
}

static void no_flipped_bit_writes_past_the_end(void **state)
{
    struct coders *c = *state;
    struct mzg_err e;
    enum mzg_codec codec;
    size_t length = 5000, n = mzg_coder_encode(c->encoder, c->content, length, c->stored, &codec);
    uint8_t *exact = malloc(length); /* so that a sanitizer sees one byte too many */
    assert_non_null(exact);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        c->stored[bit / 8] ^= (uint8_t)(1u << bit % 8);
        enum mzg_code code = mzg_coder_decode(c->decoder, codec, c->stored, n, exact, length, &e);
        assert_true(code == MZG_OK || code == MZG_MALFORMED);
        c->stored[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(exact);
}

static void codecs_are_known_by_name(void **state)
{
    enum mzg_codec codec;
    (void)state;
    for (int i = 0; i < MZG_CODEC_END; i++) {
        assert_true(mzg_codec_find(mzg_codec_name((enum mzg_codec)i), &codec));
        assert_int_equal(codec, i);
    }
    assert_false(mzg_codec_find("ZSTD", &codec));
    assert_false(mzg_codec_find("", &codec));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(text_shrinks_and_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(what_does_not_shrink_is_stored_as_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(a_bomb_is_refused_before_it_is_run, setup, teardown),
        cmocka_unit_test_setup_teardown(a_frame_that_hides_its_size_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_frame_that_lies_about_its_size_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(only_one_whole_frame_is_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(no_flipped_bit_writes_past_the_end, setup, teardown),
        cmocka_unit_test(codecs_are_known_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
