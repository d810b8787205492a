/* test_arrival.c: a bundle comes in by pieces; whatever stops or spoils it, it ends up right. */
#include "arrival_fixture.h"

#define LEDGER "out/.mzg-pull/pull.mzg-journal"

/* ---- coming in ---- */

static void it_comes_in_pieces_whatever_stops_it(void **state)
{
    static const char *const missing[] = {"0123", ".123", "..23", "...3", "...."};
    (void)state;
    for (size_t i = 0; i < OBJECTS; i++) {
        open_out(missing[i]);
        begin(i);
        take(i, 1);
        mzg_arrival_park(a, i);
        assert_left();
        begin(i);
        take(i, stored_len[i] / 3);
        close_out(); /* with it in flight */
        open_out(missing[i]);
        begin(i);
        take(i, stored_len[i] - 1);
        mzg_arrival_park(a, i);
        mzg_arrival_park(a, i);
        close_out();
        open_out(missing[i]);
        fetch((const char[]){(char)('0' + (int)i), 0});
        if (i % 2)
            sync_out();
        close_out();
    }
    open_out("....");
    assert_int_equal(mzg_arrival_left(a), 0);
    finish(0);
    assert_int_equal(told.lines, 0);
}

static void several_are_on_their_way_at_once(void **state)
{
    (void)state;
    open_out("0123");
    for (size_t i = 0; i < OBJECTS; i++) {
        begin(i);
        take(i, stored_len[i] / 2);
    }
    sync_out();
    for (size_t i = OBJECTS; i-- > 0;) {
        take(i, stored_len[i]);
        settle(i, true);
    }
    finish(0);
}

static void wrong_bytes_are_refused_and_forgotten(void **state)
{
    struct mzg_err e;
    (void)state;
    open_out("0123");
    for (size_t i = 0; i < OBJECTS; i++) {
        begin(i);
        take(i, stored_len[i] - 1);
        uint8_t other = stored[i][stored_len[i] - 1] ^ 1;
        assert_ok(mzg_arrival_take(a, i, &other, 1, &e), e);
        settle(i, false);
        take(i, stored_len[i] / 2);
        assert_ok(mzg_arrival_forget(a, i, &e), e);
        have[i] = 0;
        assert_left();
        take(i, stored_len[i] / 2);
        settle(i, false); /* not even all of it */
        take(i, stored_len[i]);
        settle(i, true);
    }
    finish(0);
}

/* A trusted signer's manifest gives docs/b.txt, or its only chunk, the digest of something else. */
static void lie(bool of_chunk, const char *from, const char *to)
{
    struct mzg_bundle *b;
    struct mzg_verified *v;
    struct mzg_err e;
    char path[128];
    uint32_t n;
    size_t len, damaged;
    bool sound = !of_chunk;
    replace_text(M, from, to);
    sign_again(M, D, key);
    verify_bundle("t@1", &b, &v);
    assert_ok(mzg_arrival_open(&a, v, "out", &run_told, &e), e);
    for (size_t i = 0; i < 2; i++) {
        small_object(i, path);
        char *data = get_bytes(path, &len);
        assert_ok(mzg_arrival_begin(a, i, &n, &e), e);
        assert_ok(mzg_arrival_take(a, i, data, len, &e), e);
        free(data);
        assert_ok(mzg_arrival_settle(a, i, &sound, &e), e);
        assert_int_equal(sound, i == 0 || !of_chunk);
    }
    if (!of_chunk)
        assert_refused(mzg_arrival_finish(a, &damaged, &e), MZG_REFUSED, "but the whole is not", e);
    close_out();
    shell("test ! -e out/docs/b.txt && rm -rf out");
    mzg_verified_free(v);
    mzg_bundle_close(b);
}

static void what_is_signed_is_not_believed_of_the_bytes(void **state)
{
    struct mzg_key *other = key;
    uint8_t digest[MZG_SHA256_BYTES];
    char hex[MZG_SHA256_HEX], from[160], to[160];
    size_t n;
    (void)state;
    assert_int_equal(mkdir("lie", 0777) | chdir("lie"), 0);
    key = make_small();
    char *text = get_bytes("b.txt", &n);
    mzg_sha256_of(text, n, digest);
    free(text);
    mzg_sha256_hex(digest, hex);
    snprintf(from, sizeof from, "\"length\": 600, \"sha256\": \"%s", hex);
    snprintf(to, sizeof to, "\"length\": 600, \"sha256\": \"%c%s", hex[0] == '0' ? '1' : '0', hex + 1);
    shell("cp -r repo good");
    lie(true, from, to);
    shell("rm -rf repo && mv good repo");
    snprintf(from, sizeof from, "\"size\": 600,\n      \"sha256\": \"%s", hex);
    snprintf(to, sizeof to, "\"size\": 600,\n      \"sha256\": \"%c%s", hex[0] == '0' ? '1' : '0', hex + 1);
    lie(false, from, to);
    mzg_key_free(key);
    key = other;
    assert_int_equal(chdir(".."), 0);
}

static void nothing_stays_when_nothing_came(void **state)
{
    (void)state;
    open_out("0123");
    close_out();
    shell("test -z \"$(find out -type f)\" && test ! -e out/.mzg-pull");
    open_out("0123");
    begin(1);
    mzg_arrival_park(a, 1);
    begin(2);
    take(2, 5);
    settle(2, false);
    close_out();
    shell("test ! -e out/x.mzg-part && test ! -e " LEDGER);
    mzg_arrival_close(NULL);
}

static void the_documents_can_be_had_again(void **state)
{
    struct mzg_documents d;
    struct mzg_err e;
    (void)state;
    assert_ok(mzg_arrival_documents("out", &d, &e), e);
    assert_null(d.manifest);
    open_out("0123");
    fetch("2");
    close_out();
    assert_ok(mzg_arrival_documents("out", &d, &e), e);
    put_bytes("got.json", d.manifest, d.manifest_len);
    put_bytes("got.dsse", d.envelope, d.envelope_len);
    assert_same_file("got.json", M);
    assert_same_file("got.dsse", D);
    mzg_documents_clear(&d);
    shell("rm out/.mzg-pull/manifest.dsse");
    assert_ok(mzg_arrival_documents("out", &d, &e), e);
    assert_true(!d.manifest && !d.envelope);
}

static void two_runs_do_not_share_a_folder(void **state)
{
    struct mzg_arrival *second = NULL;
    struct mzg_err e;
    (void)state;
    open_out("0123");
    fetch("0");
    assert_refused(mzg_arrival_open(&second, verified, "out", &run_told, &e), MZG_IO, "another run", e);
    assert_null(second);
    fetch("123");
    finish(0);
}

/* ---- the disk ---- */

/* Damages `path` while all is settled; finish tells of chunk k of name, and object i is missing again. */
static void damage(const char *line, const char *what, size_t i)
{
    char missing[] = "....", which[] = {(char)('0' + (int)i), 0};
    missing[i] = which[0];
    fresh_folder(NULL);
    open_out("0123");
    fetch("3210");
    sync_out();
    shell(line);
    finish(1);
    assert_missing(missing);
    assert_int_equal(told.lines, 1);
    assert_non_null(strstr(told.text, what));
    close_out();
    open_out(missing); /* which the ledger remembers */
    fetch(which);
    finish(0);
}

static void damage_is_found_told_and_fetched_again(void **state)
{
    (void)state;
    damage("printf x | dd of=out/x.mzg-part bs=1 seek=5000000 conv=notrunc status=none", "x: chunk 1 was", 1);
    damage("printf xy | dd of=out/docs/y.mzg-part bs=1 seek=77 conv=notrunc status=none", "docs/y: chunk 0 was", 0);
    damage("truncate -s -1 out/x.mzg-part", "x: chunk 2 was", 2);
    damage("truncate -s 4194304 out/docs/y.mzg-part", "docs/y: chunk 1 was", 3);
}

static void what_is_too_long_is_cut(void **state)
{
    (void)state;
    open_out("0123");
    fetch("0123");
    sync_out();
    shell("echo more >> out/x.mzg-part && echo more >> out/docs/empty.mzg-part");
    finish(0);
}

/* An object's own bytes that a killed run left behind are not fetched again. */
static void damage_is_mended_from_what_is_here(void **state)
{
    (void)state;
    open_out("0123");
    fetch("1");
    shell("cp out/.mzg-pull/*.mzg-part kept");
    fetch("023");
    sync_out();
    char hex[MZG_SHA256_HEX], line[256];
    mzg_sha256_hex(mzg_arrival_object(a, 1)->object, hex);
    snprintf(line, sizeof line, "mv kept out/.mzg-pull/%s.mzg-part", hex);
    shell(line);
    flip_bit("out/x.mzg-part", 5000000);
    have[1] = stored_len[1];
    finish(1);
    begin(1);
    settle(1, true);
    finish(0);
}

static void what_was_only_claimed_is_looked_at(void **state)
{
    (void)state;
    open_out("0123");
    fetch("012");
    close_out();
    flip_bit("out/x.mzg-part", 7);
    flip_bit("out/x.mzg-part", PIECE);
    have[0] = stored_len[0]; /* its own file stays until the content is safe */
    have[1] = stored_len[1];
    open_out("01.3");
    begin(1);
    settle(1, true);
    sync_out(); /* settles 1 and 2, and not what the ledger said of 0 */
    close_out();
    have[0] = stored_len[0];
    open_out("0..3");
    begin(0);
    settle(0, true);
    fetch("3");
    finish(0);
    assert_int_equal(told.lines, 0);
}

static void without_its_ledger_the_parts_are_looked_at(void **state)
{
    (void)state;
    open_out("0123");
    fetch("03");
    begin(1);
    take(1, 50000);
    sync_out();
    close_out();
    shell("rm " LEDGER);
    open_out(".12.");
    close_out();
    open_out(".12.");
    fetch("2");
    close_out();
    shell("head -c 20 /dev/zero > " LEDGER);
    open_out(".1..");
    fetch("1");
    finish(0);
}

/* Neither a stop nor a fault while it opens costs what came before. */
static void opening_that_fails_loses_nothing(void **state)
{
    struct mzg_err e;
    (void)state;
    open_out("0123");
    fetch("02");
    sync_out();
    close_out();
    shell("rm " LEDGER " && mkdir out/docs/y.mzg-part.away && mv out/docs/y.mzg-part out/docs/y.mzg-part.away/ "
          "&& mkdir out/docs/y");
    assert_int_equal(mzg_arrival_open(&a, verified, "out", &run_told, &e), MZG_IO);
    shell("rmdir out/docs/y && mv out/docs/y.mzg-part.away/y.mzg-part out/docs/ && rmdir out/docs/*.away");
    open_out(".1.3");
    close_out();
    shell("rm " LEDGER " && cp y out/docs/y && rm out/docs/y.mzg-part");
    stop = true;
    assert_int_equal(mzg_arrival_open(&a, verified, "out", &run_told, &e), MZG_STOPPED);
    stop = false;
    open_out(".1..");
    fetch("1");
    finish(0);
}

static void finishing_can_be_stopped_and_repeated(void **state)
{
    struct mzg_err e;
    size_t damaged;
    (void)state;
    open_out("0123");
    fetch("0123");
    stop = true;
    assert_int_equal(mzg_arrival_finish(a, &damaged, &e), MZG_STOPPED);
    stop = false;
    close_out();
    open_out("....");
    finish(0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fresh_folder, close_arrival)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(it_comes_in_pieces_whatever_stops_it),
        T(several_are_on_their_way_at_once),
        T(wrong_bytes_are_refused_and_forgotten),
        T(nothing_stays_when_nothing_came),
        T(the_documents_can_be_had_again),
        T(two_runs_do_not_share_a_folder),
        T(damage_is_found_told_and_fetched_again),
        T(what_is_too_long_is_cut),
        T(damage_is_mended_from_what_is_here),
        T(what_was_only_claimed_is_looked_at),
        T(without_its_ledger_the_parts_are_looked_at),
        T(opening_that_fails_loses_nothing),
        T(finishing_can_be_stopped_and_repeated),
        T(what_is_signed_is_not_believed_of_the_bytes), /* last: it leaves the folder */
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
