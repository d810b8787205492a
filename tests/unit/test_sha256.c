/* test_sha256.c: the digests of FIPS 180-4's examples, in one piece and in many. */
#include "base/sha256.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const struct {
    const char *text, *hex;
} examples[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void the_standards_examples_come_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        uint8_t digest[MZG_SHA256_BYTES];
        char hex[MZG_SHA256_HEX];
        mzg_sha256_of(examples[i].text, strlen(examples[i].text), digest);
        mzg_sha256_hex(digest, hex);
        assert_string_equal(hex, examples[i].hex);
    }
}

static void pieces_give_the_digest_of_the_whole_and_the_state_starts_anew(void **state)
{
    (void)state;
    struct mzg_sha256 h = {0};
    struct mzg_err e;
    uint8_t text[1000], digest[MZG_SHA256_BYTES], whole[MZG_SHA256_BYTES];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i * 7);
    mzg_sha256_of(text, sizeof text, whole);
    mzg_sha256_clear(&h); /* fine on a zeroed one */
    assert_int_equal(mzg_sha256_init(&h, &e), MZG_OK);
    for (size_t piece = 1; piece < 200; piece += 13) {
        for (size_t at = 0; at < sizeof text; at += piece) {
            size_t n = sizeof text - at < piece ? sizeof text - at : piece;
            mzg_sha256_update(&h, text + at, n);
            mzg_sha256_update(&h, NULL, 0);
        }
        mzg_sha256_final(&h, digest);
        assert_memory_equal(digest, whole, sizeof whole);
    }
    mzg_sha256_clear(&h);
    mzg_sha256_clear(&h);
}

static void a_million_letters_come_out(void **state)
{
    (void)state;
    struct mzg_sha256 h;
    struct mzg_err e;
    uint8_t digest[MZG_SHA256_BYTES];
    char a[1000], hex[MZG_SHA256_HEX];
    memset(a, 'a', sizeof a);
    assert_int_equal(mzg_sha256_init(&h, &e), MZG_OK);
    for (int i = 0; i < 1000; i++)
        mzg_sha256_update(&h, a, sizeof a);
    mzg_sha256_final(&h, digest);
    mzg_sha256_hex(digest, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    mzg_sha256_clear(&h);
}

static void hex_is_read_back(void **state)
{
    (void)state;
    uint8_t digest[MZG_SHA256_BYTES];
    char hex[MZG_SHA256_HEX];
    assert_true(mzg_sha256_parse(examples[1].hex, digest));
    mzg_sha256_hex(digest, hex);
    assert_string_equal(hex, examples[1].hex);
}

/* The digest of "abc" with one character changed. */
static bool parses_with(size_t at, char c)
{
    char hex[80];
    uint8_t digest[MZG_SHA256_BYTES] = {9};
    memcpy(hex, examples[1].hex, 65);
    hex[at] = c;
    bool ok = mzg_sha256_parse(hex, digest);
    if (!ok)
        assert_int_equal(digest[0], 9); /* untouched */
    return ok;
}

static void anything_but_64_small_hex_digits_is_no_digest(void **state)
{
    (void)state;
    uint8_t digest[MZG_SHA256_BYTES];
    assert_true(parses_with(0, 'f'));
    for (size_t at = 0; at < 64; at++) {
        assert_false(parses_with(at, 'B'));
        assert_false(parses_with(at, 'g'));
        assert_false(parses_with(at, '\0'));
        assert_false(parses_with(at, ' '));
    }
    assert_false(parses_with(64, '0')); /* a byte too long: no NUL at 64 */
    assert_false(mzg_sha256_parse("", digest));
}

static void a_peek_leaves_the_digest_going(void **state)
{
    (void)state;
    struct mzg_sha256 h;
    struct mzg_err e;
    uint8_t a[MZG_SHA256_BYTES], b[MZG_SHA256_BYTES];
    assert_int_equal(mzg_sha256_init(&h, &e), MZG_OK);
    mzg_sha256_update(&h, "abc", 3);
    for (int i = 0; i < 2; i++) {
        mzg_sha256_peek(&h, a);
        mzg_sha256_of("abc", 3, b);
        assert_memory_equal(a, b, sizeof a);
    }
    mzg_sha256_update(&h, "def", 3);
    mzg_sha256_final(&h, a);
    mzg_sha256_of("abcdef", 6, b);
    assert_memory_equal(a, b, sizeof a);
    mzg_sha256_clear(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peek_leaves_the_digest_going),
        cmocka_unit_test(the_standards_examples_come_out),
        cmocka_unit_test(pieces_give_the_digest_of_the_whole_and_the_state_starts_anew),
        cmocka_unit_test(a_million_letters_come_out),
        cmocka_unit_test(hex_is_read_back),
        cmocka_unit_test(anything_but_64_small_hex_digits_is_no_digest),
    };
    return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
