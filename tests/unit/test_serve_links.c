/* test_serve_links.c: pieces and their digests, the documents that are made of them, and how a file is read. */
#include "bundle_fixture.h"
#include "tools/net/serve/links/bencode.h"
#include "tools/net/serve/links/links.h"
#include "tools/net/serve/links/metalink.h"
#include "tools/net/serve/links/reading.h"
#include "tools/net/serve/links/torrent.h"
#include <openssl/evp.h>

#define KIB ((uint64_t)1024)

static void a_piece_is_as_long_as_the_size_asks_for(void **state)
{
    static const struct {
        uint64_t size, length;
    } cases[] = {
        {0, 256 * KIB}, {1, 256 * KIB}, {256 * KIB, 256 * KIB}, {256 * KIB + 1, 256 * KIB},
        {2000 * 256 * KIB, 256 * KIB}, {2000 * 256 * KIB + 1, 512 * KIB},
        {2000 * 512 * KIB, 512 * KIB}, {2000 * 512 * KIB + 1, 1024 * KIB},
        {UINT64_C(256) << 30, UINT64_C(256) << 20}, {UINT64_MAX, UINT64_C(1) << 54},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(mzg_piece_length(cases[i].size), cases[i].length);
}

/* ---- digests ---- */

static void digest(const EVP_MD *type, const void *data, size_t n, uint8_t *out)
{
    assert_int_equal(EVP_Digest(data, n, out, NULL, type, NULL), 1);
}

static struct mzg_pieces *piece_up(const uint8_t *data, size_t n, size_t step, uint8_t whole[MZG_SHA256_BYTES])
{
    struct mzg_piecing *g;
    struct mzg_err e;
    assert_ok(mzg_piecing_new(&g, n, &e), e);
    for (size_t at = 0; at < n; at += step)
        mzg_piecing_feed(g, data + at, n - at < step ? n - at : step);
    struct mzg_pieces *p = mzg_piecing_end(g, whole);
    mzg_piecing_free(g);
    return p;
}

static void assert_pieces(const struct mzg_pieces *p, const uint8_t *data, size_t n)
{
    size_t length = 256 * KIB, count = (n + length - 1) / length;
    uint8_t sha1[MZG_SHA1_BYTES], sha256[MZG_SHA256_BYTES];
    assert_int_equal(p->size, n);
    assert_int_equal(p->length, length);
    assert_int_equal(p->n, count);
    for (size_t i = 0; i < count; i++) {
        size_t part = n - i * length < length ? n - i * length : length;
        digest(EVP_sha1(), data + i * length, part, sha1);
        digest(EVP_sha256(), data + i * length, part, sha256);
        assert_memory_equal(p->sha1[i], sha1, sizeof sha1);
        assert_memory_equal(p->sha256[i], sha256, sizeof sha256);
    }
}

static void pieces_do_not_depend_on_how_the_bytes_come(void **state)
{
    static const size_t sizes[] = {0, 1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 700001, 1024 * 1024};
    static const size_t steps[] = {4093, 256 * 1024, 300001, 1 << 22};
    uint8_t *data = malloc(1 << 20), whole[MZG_SHA256_BYTES], expected[MZG_SHA256_BYTES];
    (void)state;
    assert_non_null(data);
    for (size_t i = 0; i < (size_t)1 << 20; i++)
        data[i] = (uint8_t)(i * 2654435761u >> 13);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t j = 0; j < sizeof steps / sizeof *steps; j++) {
            struct mzg_pieces *p = piece_up(data, sizes[i], steps[j], whole);
            assert_pieces(p, data, sizes[i]);
            digest(EVP_sha256(), data, sizes[i], expected);
            assert_memory_equal(whole, expected, sizeof whole);
            mzg_pieces_drop(p);
        }
    }
    free(data);
}

/* ---- documents ---- */

static void assert_document(struct mzg_buf *b, const char *text, size_t n)
{
    assert_false(b->bad);
    assert_int_equal(b->len, n);
    assert_memory_equal(b->data, text, n);
    mzg_buf_clear(b);
}

static void values_are_bencoded(void **state)
{
    static const char expected[] = "d1:ai0e1:bl3:a\0b0:i18446744073709551615eee";
    struct mzg_buf b;
    (void)state;
    mzg_buf_init(&b, 1000);
    mzg_bencode_dict(&b);
    mzg_bencode_text(&b, "a");
    mzg_bencode_number(&b, 0);
    mzg_bencode_text(&b, "b");
    mzg_bencode_list(&b);
    mzg_bencode_bytes(&b, "a\0b", 3);
    mzg_bencode_text(&b, "");
    mzg_bencode_number(&b, UINT64_MAX);
    mzg_bencode_end(&b);
    mzg_bencode_end(&b);
    assert_document(&b, expected, sizeof expected - 1);
}

/* SHA-1 of "abc" (FIPS 180-4's example). */
static void a_torrent_says_nothing_that_differs_between_mirrors(void **state)
{
    static const char expected[] =
        "d4:infod6:lengthi3e4:name6:a b.gg12:piece lengthi262144e6:pieces20:"
        "\xa9\x99\x3e\x36\x47\x06\x81\x6a\xba\x3e\x25\x71\x78\x50\xc2\x6c\x9c\xd0\xd8\x9d"
        "7:privatei0ee8:url-listl17:http://h/a%20b.ggee";
    uint8_t whole[MZG_SHA256_BYTES];
    struct mzg_pieces *p = piece_up((const uint8_t *)"abc", 3, 3, whole);
    struct mzg_buf b;
    (void)state;
    mzg_buf_init(&b, MZG_TORRENT_MAX);
    mzg_torrent_write(&b, "a b.gg", p, "http://h/a%20b.gg");
    assert_document(&b, expected, sizeof expected - 1);
    mzg_pieces_drop(p);
}

static void a_metalink_is_escaped_and_right_without_its_pieces(void **state)
{
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metalink xmlns=\"urn:ietf:params:xml:ns:metalink\">\n" \
             "  <generator>mzigo/" MZG_VERSION "</generator>\n"
#define NAMED "  <file name=\"d/&lt;a&gt;&amp;&#39;&quot;.gguf\">\n" \
              "    <size>3</size>\n    <hash type=\"sha-256\">" ABC "</hash>\n"
#define PIECES "    <pieces length=\"262144\" type=\"sha-256\">\n      <hash>" ABC "</hash>\n    </pieces>\n"
#define WHERE "    <url>http://h/?a&amp;b</url>\n  </file>\n"
#define TAIL "</metalink>\n"
    struct mzg_member m = {.path = "d/<a>&'\".gguf", .size = 3};
    struct mzg_pieces *p = piece_up((const uint8_t *)"abc", 3, 3, m.sha256);
    struct mzg_buf b;
    (void)state;
    mzg_buf_init(&b, MZG_METALINK_MAX);
    mzg_metalink_begin(&b);
    mzg_metalink_file(&b, &m, NULL, "http://h/?a&b");
    mzg_metalink_file(&b, &m, p, "http://h/?a&b");
    mzg_metalink_end(&b);
    assert_document(&b, HEAD NAMED WHERE NAMED PIECES WHERE TAIL,
                    sizeof HEAD NAMED WHERE NAMED PIECES WHERE TAIL - 1);
    mzg_pieces_drop(p);
}

static void the_largest_documents_fit(void **state)
{
    char url[3 * MZG_MEMBER_PATH_MAX + 1200], path[MZG_MEMBER_PATH_MAX + 1];
    struct mzg_pieces p = {.size = 2000 * 256 * KIB, .length = 256 * KIB, .n = MZG_PIECES_MAX};
    struct mzg_member m = {.path = path};
    struct mzg_buf b;
    (void)state;
    memset(path, '&', sizeof path - 1); /* each is five bytes */
    path[sizeof path - 1] = '\0';
    memset(url, '%', sizeof url - 1);
    url[sizeof url - 1] = '\0';
    p.sha1 = calloc(p.n, sizeof *p.sha1);
    p.sha256 = calloc(p.n, sizeof *p.sha256);
    assert_true(p.sha1 && p.sha256);
    mzg_buf_init(&b, MZG_METALINK_MAX);
    mzg_metalink_begin(&b);
    for (size_t i = 0; i < MZG_MANIFEST_FILES; i++)
        mzg_metalink_file(&b, &m, &p, url);
    mzg_metalink_end(&b);
    assert_false(b.bad);
    mzg_buf_clear(&b);
    mzg_buf_init(&b, MZG_TORRENT_MAX);
    mzg_torrent_write(&b, url, &p, url);
    assert_false(b.bad);
    mzg_buf_clear(&b);
    free(p.sha1);
    free(p.sha256);
}

static void a_files_fields_have_its_digest(void **state)
{
    struct mzg_member m = {.path = "docs/it's 1%.md"};
    struct mzg_links_fields f;
    (void)state;
    digest(EVP_sha256(), "abc", 3, m.sha256);
    mzg_links_fields_fill(&f, &m);
    assert_string_equal(f.all[0].value, "<it%27s%201%25.md.meta4>; rel=describedby; type=\"application/metalink4+xml\"");
    assert_string_equal(f.all[1].value, "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:");
    assert_string_equal(f.all[2].value, "SHA-256=ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    assert_null(f.all[3].name);
}

/* ---- reading ---- */

static bool go_on = true;

static bool pause_test(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    size_t *calls = ctx;
    (void)what, (void)done, (void)total;
    ++*calls;
    return go_on;
}

/* The pieces of file i of the small bundle. */
static enum mzg_code read_small(size_t i, struct mzg_pieces **p, struct mzg_err *e)
{
    struct mzg_dir repo;
    struct mzg_manifest m;
    size_t calls = 0;
    struct mzg_progress pause = {pause_test, &calls};
    assert_ok(mzg_dir_open(&repo, "repo", e), *e);
    assert_ok(mzg_repo_manifest(&repo, "t", "1", &m, e), *e);
    enum mzg_code code = mzg_reading_pieces(p, &repo, &m, &m.files[i], &pause, e);
    assert_true(code == MZG_REFUSED || calls > 0);
    assert_true((code == MZG_OK) == (*p != NULL));
    mzg_manifest_clear(&m);
    mzg_dir_close(&repo);
    return code;
}

static void assert_small(size_t i)
{
    static const char *const files[] = {"a.bin", "b.txt"};
    struct mzg_pieces *p;
    struct mzg_err e;
    size_t n;
    char *data = get_bytes(files[i], &n);
    assert_ok(read_small(i, &p, &e), e);
    assert_pieces(p, (const uint8_t *)data, n);
    mzg_pieces_drop(p);
    free(data);
}

static void a_file_is_read_where_it_lies_or_out_of_its_objects(void **state)
{
    struct mzg_key *key = make_small();
    struct mzg_pieces *p;
    struct mzg_err e;
    char object[128];
    (void)state;
    assert_small(0);
    assert_small(1);
    shell("mkdir -p repo/plain/t/1/docs && cp a.bin repo/plain/t/1 && cp b.txt repo/plain/t/1/docs");
    small_object(0, object);
    assert_int_equal(unlink(object), 0); /* is not needed */
    assert_small(0);
    assert_small(1);
    shell("echo >>repo/plain/t/1/docs/b.txt"); /* of another length: passed over */
    assert_small(1);
    shell("rm -r repo/plain");
    assert_refused(read_small(0, &p, &e), MZG_REFUSED, "is missing", e);
    mzg_key_free(key);
}

static void other_bytes_have_no_pieces(void **state)
{
    struct mzg_key *key = make_small();
    struct mzg_pieces *p;
    struct mzg_err e;
    char object[128];
    (void)state;
    shell("mkdir -p repo/plain/t/1 && cp a.bin repo/plain/t/1");
    flip_bit("repo/plain/t/1/a.bin", 699);
    assert_refused(read_small(0, &p, &e), MZG_REFUSED, "a.bin: content does not match the file's digest", e);
    small_object(1, object);
    flip_bit(object, 3);
    assert_refused(read_small(1, &p, &e), MZG_REFUSED, "docs/b.txt: chunk 0: object ", e);
    mzg_key_free(key);
}

static void reading_ends_when_it_is_to(void **state)
{
    struct mzg_key *key = make_small();
    struct mzg_pieces *p;
    struct mzg_err e;
    (void)state;
    go_on = false;
    assert_int_equal(read_small(0, &p, &e), MZG_STOPPED);
    shell("mkdir -p repo/plain/t/1 && cp a.bin repo/plain/t/1");
    assert_int_equal(read_small(0, &p, &e), MZG_STOPPED);
    go_on = true;
    mzg_key_free(key);
}

#define case(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_piece_is_as_long_as_the_size_asks_for),
        cmocka_unit_test(pieces_do_not_depend_on_how_the_bytes_come),
        cmocka_unit_test(values_are_bencoded),
        cmocka_unit_test(a_torrent_says_nothing_that_differs_between_mirrors),
        cmocka_unit_test(a_metalink_is_escaped_and_right_without_its_pieces),
        cmocka_unit_test(the_largest_documents_fit),
        cmocka_unit_test(a_files_fields_have_its_digest),
        case(a_file_is_read_where_it_lies_or_out_of_its_objects),
        case(other_bytes_have_no_pieces),
        case(reading_ends_when_it_is_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
