/* test_serve_shelf.c: what a server keeps of its repository's manifests, and when it reads them again. */
#include "bundle_fixture.h"
#include "bundle/catalog.h"
#include "tools/net/serve/shelf.h"

struct fixture {
    struct mzg_key *key;
    const struct mzg_key *list[1];
    struct mzg_keyring trusted;
    struct mzg_dir repo;
    struct mzg_shelves *shelves;
};

static void open_shelves(struct fixture *f, bool with_keys)
{
    struct mzg_err e;
    f->key = make_small();
    f->list[0] = f->key;
    f->trusted = (struct mzg_keyring){f->list, with_keys ? 1 : 0};
    assert_ok(mzg_dir_open(&f->repo, "repo", &e), e);
    assert_ok(mzg_shelves_new(&f->shelves, &f->repo, &f->trusted, &e), e);
}

static void close_shelves(struct fixture *f)
{
    mzg_shelves_free(f->shelves);
    mzg_dir_close(&f->repo);
    mzg_key_free(f->key);
}

static void pack_version(const struct fixture *f, const char *name, const char *version)
{
    struct mzg_err e;
    struct mzg_pack p = PACK(name, version, two);
    assert_ok(mzg_bundle_pack("repo", &p, f->key, &run2, NULL, &e), e);
}

/* Longer than a shelf may be old. */
static void let_time_pass(void)
{
    usleep(1100000);
}

static void bundles_stand_by_name_with_the_newest_first(void **state)
{
    struct fixture f;
    (void)state;
    open_shelves(&f, false);
    pack_version(&f, "t", "0.9");
    pack_version(&f, "a", "1");
    const struct mzg_shelf *shelf = mzg_shelf_take(f.shelves);
    assert_int_equal(shelf->n, 3);
    assert_int_equal(shelf->left_out, 0);
    assert_string_equal(shelf->bundles[0]->manifest.name, "a");
    assert_string_equal(shelf->bundles[1]->manifest.version, "0.9");
    assert_string_equal(shelf->bundles[2]->manifest.version, "1");
    assert_int_equal(shelf->bundles[2]->manifest.n_files, 2);
    assert_int_equal(shelf->bundles[2]->is_signed, MZG_SHELF_UNASKED);
    assert_ptr_equal(mzg_shelf_find(shelf, "t", ""), shelf->bundles[1]);
    assert_ptr_equal(mzg_shelf_find(shelf, "t", "1"), shelf->bundles[2]);
    assert_null(mzg_shelf_find(shelf, "t", "2"));
    assert_null(mzg_shelf_find(shelf, "b", ""));
    mzg_shelf_give_back(shelf);
    close_shelves(&f);
}

static void a_change_is_seen_and_who_holds_the_old_keeps_it(void **state)
{
    struct fixture f;
    (void)state;
    open_shelves(&f, false);
    const struct mzg_shelf *old = mzg_shelf_take(f.shelves);
    assert_int_equal(old->n, 1);
    pack_version(&f, "t", "2");
    shell("rm -r repo/bundles/t/1");
    let_time_pass();
    const struct mzg_shelf *shelf = mzg_shelf_take(f.shelves);
    assert_int_equal(shelf->n, 1);
    assert_string_equal(shelf->bundles[0]->manifest.version, "2");
    assert_string_equal(old->bundles[0]->manifest.version, "1");
    mzg_shelf_give_back(old);
    mzg_shelf_give_back(shelf);
    close_shelves(&f);
}

static void what_stays_is_not_parsed_again(void **state)
{
    struct fixture f;
    (void)state;
    open_shelves(&f, true);
    const struct mzg_shelf *old = mzg_shelf_take(f.shelves);
    pack_version(&f, "u", "1");
    let_time_pass();
    const struct mzg_shelf *shelf = mzg_shelf_take(f.shelves);
    assert_ptr_not_equal(shelf, old);
    assert_int_equal(shelf->n, 2);
    assert_ptr_equal(shelf->bundles[0], old->bundles[0]);
    mzg_shelf_give_back(old);
    mzg_shelf_give_back(shelf);
    close_shelves(&f);
}

static void who_keeps_one_longer_keeps_it(void **state)
{
    struct fixture f;
    (void)state;
    open_shelves(&f, false);
    const struct mzg_shelf *shelf = mzg_shelf_take(f.shelves);
    mzg_shelf_hold(shelf);
    mzg_shelf_give_back(shelf);
    close_shelves(&f);
    assert_string_equal(shelf->bundles[0]->manifest.name, "t");
    mzg_shelf_give_back(shelf);
}

static void signatures_are_held_against_the_trusted_keys(void **state)
{
    struct fixture f;
    struct mzg_key *other = make_key(MZG_KEY_TYPE_ED25519);
    (void)state;
    open_shelves(&f, true);
    const struct mzg_shelf *shelf = mzg_shelf_take(f.shelves);
    assert_int_equal(shelf->bundles[0]->is_signed, MZG_SHELF_VERIFIED);
    assert_string_equal(shelf->bundles[0]->signer, mzg_key_id(f.key));
    mzg_shelf_give_back(shelf);
    /* The manifest stays, its signature becomes another's; index.json says that something happened. */
    sign_again(M, D, other);
    shell("touch repo/index.json");
    let_time_pass();
    shelf = mzg_shelf_take(f.shelves);
    assert_int_equal(shelf->bundles[0]->is_signed, MZG_SHELF_REFUSED);
    assert_string_equal(shelf->bundles[0]->signer, "");
    assert_string_not_equal(shelf->bundles[0]->why, "");
    mzg_shelf_give_back(shelf);
    mzg_key_free(other);
    close_shelves(&f);
}

static void what_cannot_be_read_is_counted(void **state)
{
    struct fixture f;
    (void)state;
    open_shelves(&f, false);
    shell("mkdir -p repo/bundles/z/1 repo/bundles/y/1 && cp " M " repo/bundles/z/1/manifest.json && "
          "echo '{' > repo/bundles/y/1/manifest.json");
    const struct mzg_shelf *shelf = mzg_shelf_take(f.shelves);
    assert_int_equal(shelf->n, 1);
    assert_int_equal(shelf->left_out, 2);
    mzg_shelf_give_back(shelf);
    close_shelves(&f);
}

#define case(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        case(bundles_stand_by_name_with_the_newest_first),
        case(a_change_is_seen_and_who_holds_the_old_keeps_it),
        case(what_stays_is_not_parsed_again),
        case(who_keeps_one_longer_keeps_it),
        case(signatures_are_held_against_the_trusted_keys),
        case(what_cannot_be_read_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
