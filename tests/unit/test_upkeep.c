/* test_upkeep.c: which bundles a repository lets go, what goes with them, and who may change it meanwhile. */
#include "bundle_fixture.h"
#include "bundle/upkeep/intake.h"
#include "bundle/upkeep/sweep.h"
#include <fcntl.h>

#define DAY ((int64_t)86400)
#define NOW ((int64_t)1790000000)

/* ---- retention, which is pure ---- */

#define HELD(n, v, seq, day) {.name = n, .version = v, .sequence = seq, .created = "2026-11-" day "T00:00:00Z"}

/* The marked ones as "a1 b2 ". */
static const char *marked(const struct mzg_stock *s)
{
    static char text[200];
    text[0] = '\0';
    for (size_t i = 0; i < s->n; i++) {
        if (s->held[i].drop)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s ", s->held[i].name, s->held[i].version);
    }
    return text;
}

static void of_each_name_the_newest_stay(void **state)
{
    struct mzg_held held[] = {HELD("b", "1", 1, "01"), HELD("a", "3", 3, "03"), HELD("a", "1", 1, "01"),
                              HELD("a", "2", 2, "02"), HELD("c", "x", 5, "01"), HELD("c", "y", 5, "01")};
    struct mzg_stock s = {.held = held, .n = 6};
    (void)state;
    mzg_stock_sort(&s);
    mzg_retain_newest(&s, 2);
    assert_string_equal(marked(&s), "a1 ");
    mzg_retain_newest(&s, 1);
    assert_string_equal(marked(&s), "a2 a1 cx ");
    mzg_retain_newest(&s, 0);
    assert_string_equal(marked(&s), "a3 a2 a1 b1 cy cx ");
}

static void what_is_marked_takes_no_place_and_what_is_pinned_stays(void **state)
{
    struct mzg_held held[] = {HELD("a", "1", 1, "01"), HELD("a", "2", 2, "02"), HELD("a", "3", 3, "03")};
    struct mzg_stock s = {.held = held, .n = 3};
    (void)state;
    mzg_stock_sort(&s);
    mzg_stock_find(&s, "a", "3")->drop = true;
    mzg_retain_newest(&s, 1);
    assert_string_equal(marked(&s), "a3 a1 ");
    mzg_stock_find(&s, "a", "1")->drop = false;
    mzg_stock_find(&s, "a", "1")->pinned = true;
    mzg_retain_newest(&s, 1);
    assert_string_equal(marked(&s), "a3 ");
}

static void what_has_expired_goes_even_if_it_is_the_newest(void **state)
{
    struct mzg_held held[] = {HELD("a", "1", 1, "01"), HELD("a", "2", 2, "02"), HELD("a", "3", 3, "03")};
    struct mzg_stock s = {.held = held, .n = 3};
    (void)state;
    held[1].expires = "2026-11-20T00:00:00Z";
    held[2].expires = "2026-11-20T00:00:01Z";
    mzg_stock_sort(&s);
    mzg_retain_unexpired(&s, "2026-11-20T00:00:00Z");
    assert_string_equal(marked(&s), "a2 ");
    mzg_retain_unexpired(&s, "2027-01-01T00:00:00Z");
    assert_string_equal(marked(&s), "a3 a2 ");
}

static void for_space_the_one_created_first_goes_but_never_the_newest_of_a_name(void **state)
{
    struct mzg_held held[] = {HELD("a", "1", 1, "05"), HELD("a", "2", 2, "06"), HELD("b", "1", 1, "04"),
                              HELD("b", "2", 2, "07"), HELD("b", "3", 3, "08"), HELD("c", "1", 1, "01")};
    struct mzg_stock s = {.held = held, .n = 6};
    struct mzg_held *next;
    char order[50] = "";
    (void)state;
    mzg_stock_sort(&s);
    while ((next = mzg_retain_oldest(&s)) != NULL) {
        next->drop = true;
        snprintf(order + strlen(order), sizeof order - strlen(order), "%s%s ", next->name, next->version);
    }
    assert_string_equal(order, "b1 a1 b2 ");
    mzg_stock_find(&s, "b", "3")->drop = mzg_stock_find(&s, "b", "1")->drop = true;
    mzg_stock_find(&s, "b", "2")->drop = false;
    assert_null(mzg_retain_oldest(&s)); /* b2 is the newest that stays */
}

/* ---- a repository ---- */

struct fixture {
    struct mzg_key *key;
    struct mzg_dir repo;
};

/* t@1 of two objects, t@2 that shares one of them and has one of its own. */
static void begin(struct fixture *f)
{
    static const struct mzg_source other[] = {{.disk = "a.bin", .path = "a.bin"}, {.disk = "c.bin", .path = "c.bin"}};
    struct mzg_pack p = PACK("t", "2", other);
    struct mzg_err e;
    f->key = make_small();
    put_noise("c.bin", 900, 9);
    assert_ok(mzg_bundle_pack("repo", &p, f->key, &run2, NULL, &e), e);
    assert_ok(mzg_dir_open(&f->repo, "repo", &e), e);
}

static void end(struct fixture *f)
{
    mzg_dir_close(&f->repo);
    mzg_key_free(f->key);
}

static void drop_old(struct fixture *f, int64_t when)
{
    struct mzg_stock s;
    struct mzg_err e;
    assert_ok(mzg_stock_read(&s, &f->repo, &e), e);
    assert_int_equal(s.n, 2);
    assert_string_equal(s.held[0].version, "2");
    mzg_retain_newest(&s, 1);
    assert_ok(mzg_stock_drop(&s, &f->repo, when, &run2, &e), e);
    mzg_stock_clear(&s);
}

static struct mzg_swept sweep(struct fixture *f, int64_t now, int64_t grace, bool force)
{
    struct mzg_sweep opt = {.now = now, .grace = grace, .force = force};
    struct mzg_swept r;
    struct mzg_err e;
    assert_ok(mzg_sweep(&f->repo, &opt, &run2, &r, &e), e);
    return r;
}

static void a_dropped_bundle_is_gone_for_readers_and_its_objects_after_the_grace(void **state)
{
    struct fixture f;
    struct mzg_err e;
    (void)state;
    begin(&f);
    drop_old(&f, NOW);
    assert_int_equal(access("repo/bundles/t/1", F_OK), -1);
    assert_int_equal(sweep(&f, NOW + DAY - 1, DAY, false).objects, 0);
    assert_ok(receive("repo", "t@2", f.key, MZG_DEPTH_CONTENT, &run2, &e), e);
    struct mzg_swept r = sweep(&f, NOW + DAY, DAY, false);
    assert_int_equal(r.objects, 1); /* the other one is t@2's too */
    assert_true(r.kept_bytes >= 1500);
    assert_ok(receive("repo", "t@2", f.key, MZG_DEPTH_CONTENT, &run2, &e), e);
    assert_int_equal(access("repo/" MZG_LOCAL_DROPPED, F_OK), -1);
    end(&f);
}

static void a_clock_that_was_wrong_neither_keeps_for_ever_nor_drops_at_once(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f);
    drop_old(&f, NOW + 900 * DAY); /* its clock stood there */
    assert_int_equal(sweep(&f, NOW, DAY, false).objects, 0);
    assert_int_equal(sweep(&f, NOW + DAY - 1, DAY, false).objects, 0);
    assert_int_equal(sweep(&f, NOW + DAY, DAY, false).objects, 1);
    end(&f);
}

static void nothing_goes_while_a_manifest_cannot_be_read(void **state)
{
    struct fixture f;
    struct mzg_sweep opt = {.now = NOW, .grace = 0};
    struct mzg_swept r;
    struct mzg_err e;
    (void)state;
    begin(&f);
    shell("echo '{' > " M);
    assert_refused(mzg_sweep(&f.repo, &opt, &run2, &r, &e), MZG_MALFORMED, "no object is removed", e);
    assert_non_null(strstr(e.msg, "t/1/manifest.json"));
    assert_int_equal(sweep(&f, NOW, 0, true).objects, 1); /* what t@2 names stays */
    assert_ok(receive("repo", "t@2", f.key, MZG_DEPTH_CONTENT, &run2, &e), e);
    end(&f);
}

static void what_is_not_the_repositorys_stays(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f);
    /* A name of another folder, a link, a folder, a file of somebody's; a temporary of a killed run goes. */
    shell("o=$(ls repo/objects/*/* | head -n 1) && n=$(basename $o) && mkdir -p repo/objects/00 repo/objects/zz && "
          "cp $o repo/objects/00/ff${n#??} && "
          "ln -s ../../../a.bin repo/objects/00/00$(printf '%062d' 0) && mkdir repo/objects/00/00$(printf '%062d' 1) && "
          "echo x >repo/objects/00/notes.txt && cp $o repo/objects/zz/zz${n#??} && find repo | sort >before");
    assert_int_equal(sweep(&f, NOW, 0, false).objects, 0);
    shell("find repo | sort | diff before -");
    end(&f);
}

/* ---- on its way in ---- */

static void what_a_mirror_has_announced_is_not_cleared_away(void **state)
{
    struct fixture f;
    struct mzg_dir in;
    struct mzg_bundle *b = NULL;
    struct mzg_verified *v = NULL;
    struct mzg_intake *x = NULL;
    struct mzg_select s;
    struct mzg_err e;
    (void)state;
    begin(&f);
    const struct mzg_key *keys[] = {f.key};
    struct mzg_policy policy = {.trusted = {keys, 1}};
    assert_ok(mzg_select_parse(&s, "t@1", &e), e);
    assert_ok(mzg_bundle_open(&b, "repo", &s, &e), e);
    assert_ok(mzg_bundle_verify(b, &policy, &v, &e), e);
    shell("mkdir in && cp -r repo/objects in"); /* all objects of t@1, and one that nobody needs */
    assert_ok(mzg_dir_open(&in, "in", &e), e);
    struct fixture copy = {.repo = in};
    assert_ok(mzg_intake_announce(&in, v, &run2, &e), e);
    assert_int_equal(sweep(&copy, NOW, 0, false).objects, 1);
    assert_ok(mzg_intake_open(&x, v, &in, false, &run2, &e), e);
    assert_int_equal(mzg_intake_replaced(x), 0);
    assert_ok(mzg_intake_publish(x, &e), e);
    mzg_intake_close(x);
    assert_ok(receive("in", "t@1", f.key, MZG_DEPTH_CONTENT, &run2, &e), e);
    assert_int_equal(access("in/" MZG_LOCAL_COMING, F_OK), -1);
    assert_int_equal(sweep(&copy, NOW, 0, false).objects, 0);
    mzg_dir_close(&in);
    mzg_verified_free(v);
    mzg_bundle_close(b);
    end(&f);
}

/* ---- the lock ---- */

static bool stop_waiting(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    (void)what;
    (void)done;
    (void)total;
    ++*(int *)ctx;
    return false;
}

static void the_second_waits_and_can_be_stopped_a_second_mirror_is_refused(void **state)
{
    struct fixture f;
    struct mzg_repo_lock first, second;
    struct mzg_err e;
    int asked = 0;
    struct mzg_run waiting = {.threads = 1, .progress = {stop_waiting, &asked}};
    (void)state;
    begin(&f);
    assert_ok(mzg_repo_lock(&first, &f.repo, MZG_LOCK_REPO, "gc", &run2, &e), e);
    assert_refused(mzg_repo_lock(&second, &f.repo, MZG_LOCK_REPO, "pack", &waiting, &e), MZG_STOPPED, "", e);
    assert_int_equal(asked, 1);
    mzg_repo_unlock(&first);
    assert_ok(mzg_repo_lock(&second, &f.repo, MZG_LOCK_REPO, "pack", &waiting, &e), e);
    mzg_repo_unlock(&second);
    assert_int_equal(access("repo/" MZG_LOCAL, F_OK), -1); /* nothing is left behind */
    assert_ok(mzg_repo_lock(&first, &f.repo, MZG_LOCK_MIRROR, "mirror", &run2, &e), e);
    assert_refused(mzg_repo_lock(&second, &f.repo, MZG_LOCK_MIRROR, "mirror", &run2, &e), MZG_IO,
                   "mirror (process", e);
    mzg_repo_unlock(&second); /* is none: harmless */
    mzg_repo_unlock(&first);
    end(&f);
}

#define case(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        case(of_each_name_the_newest_stay),
        case(what_is_marked_takes_no_place_and_what_is_pinned_stays),
        case(what_has_expired_goes_even_if_it_is_the_newest),
        case(for_space_the_one_created_first_goes_but_never_the_newest_of_a_name),
        case(a_dropped_bundle_is_gone_for_readers_and_its_objects_after_the_grace),
        case(a_clock_that_was_wrong_neither_keeps_for_ever_nor_drops_at_once),
        case(nothing_goes_while_a_manifest_cannot_be_read),
        case(what_is_not_the_repositorys_stays),
        case(what_a_mirror_has_announced_is_not_cleared_away),
        case(the_second_waits_and_can_be_stopped_a_second_mirror_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
