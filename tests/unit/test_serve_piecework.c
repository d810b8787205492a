/* test_serve_piecework.c: the thread that finds out pieces: what it is asked for, what it keeps, whom it tells. */
#include "bundle_fixture.h"
#include "tools/net/serve/links/piecework.h"

struct fixture {
    struct mzg_key *key;
    struct mzg_keyring nobody;
    struct mzg_dir repo;
    struct mzg_shelves *shelves;
    struct mzg_health *health;
    struct mzg_piecework *work;
    const struct mzg_shelf *shelf;
    const struct mzg_shelf_bundle *t;
};

static void begin(struct fixture *f)
{
    struct mzg_err e;
    memset(f, 0, sizeof *f);
    f->key = make_small();
    assert_ok(mzg_dir_open(&f->repo, "repo", &e), e);
    assert_ok(mzg_shelves_new(&f->shelves, &f->repo, &f->nobody, &e), e);
    struct mzg_health_options health = {.location = "repo", .repo = &f->repo};
    assert_ok(mzg_health_new(&f->health, &health, &e), e);
    struct mzg_piecework_options work = {&f->repo, f->shelves, f->health};
    assert_ok(mzg_piecework_new(&f->work, &work, &e), e);
    f->shelf = mzg_shelf_take(f->shelves);
    f->t = mzg_shelf_find(f->shelf, "t", "1");
    assert_non_null(f->t);
}

static void end(struct fixture *f)
{
    mzg_piecework_free(f->work);
    mzg_shelf_give_back(f->shelf);
    mzg_health_free(f->health);
    mzg_shelves_free(f->shelves);
    mzg_dir_close(&f->repo);
    mzg_key_free(f->key);
}

/* Asks until it is known. */
static enum mzg_piecework_state settle(struct fixture *f, const struct mzg_member *m, struct mzg_pieces **p)
{
    enum mzg_piecework_state state = mzg_piecework_ask(f->work, f->t, m, p);
    for (int i = 0; i < 10000 && state == MZG_PIECEWORK_COMING; i++) {
        assert_null(*p);
        usleep(1000);
        state = mzg_piecework_ask(f->work, f->t, m, p);
    }
    return state;
}

static void what_is_asked_for_is_found_out_and_kept(void **state)
{
    struct fixture f;
    struct mzg_pieces *p, *again;
    const struct mzg_member *m;
    (void)state;
    begin(&f);
    m = &f.t->manifest.files[0];
    assert_int_equal(mzg_piecework_ask(f.work, f.t, m, &p), MZG_PIECEWORK_COMING);
    assert_null(p);
    assert_int_equal(settle(&f, m, &p), MZG_PIECEWORK_DONE);
    assert_int_equal(p->n, 1);
    assert_int_equal(p->size, 700);
    assert_memory_equal(p->sha256[0], m->sha256, sizeof m->sha256);
    assert_int_equal(mzg_piecework_ask(f.work, f.t, m, &again), MZG_PIECEWORK_DONE);
    assert_ptr_equal(again, p);
    mzg_pieces_drop(again);
    end(&f);
    assert_int_equal(p->size, 700); /* who holds it still has it */
    mzg_pieces_drop(p);
}

static void damage_is_told(void **state)
{
    struct fixture f;
    struct mzg_pieces *p;
    char object[128], why[200];
    (void)state;
    begin(&f);
    assert_false(mzg_health_damaged(f.health, "t", "1", why, sizeof why));
    shell("mkdir -p repo/plain/t/1 && cp a.bin repo/plain/t/1");
    flip_bit("repo/plain/t/1/a.bin", 5);
    assert_int_equal(settle(&f, &f.t->manifest.files[0], &p), MZG_PIECEWORK_DAMAGED);
    assert_null(p);
    assert_true(mzg_health_damaged(f.health, "t", "1", why, sizeof why));
    assert_string_equal(why, "a.bin: content does not match the file's digest");
    small_object(1, object);
    flip_bit(object, 5); /* of the same length, so that only a reading finds it */
    assert_int_equal(settle(&f, &f.t->manifest.files[1], &p), MZG_PIECEWORK_DAMAGED);
    mzg_health_tell(f.health, "t", "1", "a.bin", NULL);
    assert_true(mzg_health_damaged(f.health, "t", "1", why, sizeof why));
    assert_non_null(strstr(why, "docs/b.txt: chunk 0: object "));
    mzg_health_tell(f.health, "t", "1", "docs/b.txt", NULL);
    assert_false(mzg_health_damaged(f.health, "t", "2", why, sizeof why));
    end(&f);
}

/* More than can be kept or wait; none of them is in the repository. */
static void any_number_may_be_asked_for(void **state)
{
    struct fixture f;
    struct mzg_pieces *p;
    (void)state;
    begin(&f);
    for (unsigned i = 0; i < 4 * MZG_PIECEWORK_FILES; i++) {
        struct mzg_member m = {.path = "a.bin", .size = 700};
        memcpy(m.sha256, &i, sizeof i);
        assert_int_equal(mzg_piecework_ask(f.work, f.t, &m, &p), MZG_PIECEWORK_COMING);
        assert_null(p);
    }
    assert_int_equal(settle(&f, &f.t->manifest.files[1], &p), MZG_PIECEWORK_DONE);
    mzg_pieces_drop(p);
    end(&f);
}

static void what_was_never_asked_ends(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f);
    end(&f);
}

static void the_end_does_not_wait(void **state)
{
    struct fixture f;
    struct mzg_pieces *p;
    (void)state;
    begin(&f);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(mzg_piecework_ask(f.work, f.t, &f.t->manifest.files[i], &p), MZG_PIECEWORK_COMING);
    end(&f);
}

#define case(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        case(what_is_asked_for_is_found_out_and_kept),
        case(damage_is_told),
        case(any_number_may_be_asked_for),
        case(what_was_never_asked_ends),
        case(the_end_does_not_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
