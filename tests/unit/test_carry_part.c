/* test_carry_part.c: parts of a stick: their blocks, and what a scan makes of a part that is hurt. */
#include "bundle_fixture.h"
#include "bundle/carry/part.h"

#define OBJECTS 3

/* What a scan told, a word for each. */
struct told {
    char text[1024];
    uint64_t offsets[16];
    size_t members;
    struct mzg_err fault;
};

static enum mzg_code on_member(void *ctx, const struct mzg_part_member *m, struct mzg_err *e)
{
    struct told *t = ctx;
    size_t n = strlen(t->text);
    (void)e;
    if (m->kind == MZG_PART_OBJECT)
        snprintf(t->text + n, sizeof t->text - n, "o%u ", m->key[0]);
    else
        snprintf(t->text + n, sizeof t->text - n, "%s:%.9s@%.9s ", m->kind == MZG_PART_MANIFEST ? "m" : "e",
                 m->bundle.name, m->bundle.version);
    t->offsets[t->members++] = m->offset;
    return MZG_OK;
}

static void on_fault(void *ctx, const struct mzg_err *fault)
{
    struct told *t = ctx;
    strcat(t->text, "! ");
    t->fault = *fault;
}

/* The part in file "p". */
static uint64_t scan(struct told *t, bool unfinished)
{
    struct mzg_file f;
    struct mzg_err e;
    uint64_t end;
    struct mzg_part_visitor v = {on_member, on_fault, t};
    memset(t, 0, sizeof *t);
    assert_ok(mzg_file_open(&f, "p", &e), e);
    assert_ok(mzg_part_scan(&f, unfinished, NULL, &v, &end, &e), e);
    mzg_file_close(&f);
    return end;
}

/* A manifest of a bundle of this name and version, OBJECTS objects of 600 bytes, the end. */
static void put_part(const char *name, const char *version)
{
    struct mzg_buf b;
    char path[MZG_REPO_PATH];
    uint8_t id[MZG_SHA256_BYTES] = {0};
    mzg_buf_init(&b, 1 << 20);
    mzg_ustar_comment(&b, MZG_PART_FORMAT);
    mzg_repo_path(path, name, version, MZG_REPO_ENVELOPE);
    mzg_ustar_head(&b, path, 100);
    mzg_buf_zeros(&b, 512);
    mzg_repo_path(path, name, version, MZG_REPO_MANIFEST);
    mzg_ustar_head(&b, path, 512);
    mzg_buf_zeros(&b, 512);
    for (id[0] = 1; id[0] <= OBJECTS; id[0]++) {
        mzg_object_path(id, path);
        mzg_ustar_head(&b, path, 600);
        mzg_buf_zeros(&b, 1024);
    }
    mzg_buf_zeros(&b, MZG_PART_END);
    assert_false(b.bad);
    put_bytes("p", b.data, b.len);
    mzg_buf_clear(&b);
}

static void what_is_written_is_told(void **state)
{
    struct told t;
    (void)state;
    put_part("m", "1");
    assert_int_equal(scan(&t, false), 1024 + 2 * 1024 + 3 * 1536);
    assert_string_equal(t.text, "e:m@1 m:m@1 o1 o2 o3 ");
    assert_int_equal(t.offsets[0], 1536);
    assert_int_equal(t.offsets[4], 1024 + 2 * 1024 + 2 * 1536 + 512);
    shell("tar -tf p > list 2> said && test ! -s said && test $(wc -l < list) = 5");
}

static void names_of_every_length_fit(void **state)
{
    struct told t;
    char name[MZG_NAME_MAX + 1] = "", version[MZG_NAME_MAX + 1];
    (void)state;
    for (size_t n = 1; n <= MZG_NAME_MAX; n++) {
        memset(version, 'v', n);
        version[n] = '\0';
        strcpy(name, n % 3 ? "m" : version);
        put_part(name, version);
        scan(&t, false);
        assert_int_equal(t.members, 5);
        assert_null(strchr(t.text, '!'));
    }
    shell("tar -tf p | grep -q '^bundles/m/v*/manifest.json$'"); /* 128 is no multiple of 3 */
}

static void damage_is_told_and_passed_over(void **state)
{
    struct told t;
    (void)state;
    put_part("m", "1");
    flip_bit("p", 1024 + 2 * 1024 + 10); /* the first object's name */
    scan(&t, false);
    assert_string_equal(t.text, "e:m@1 m:m@1 ! o2 o3 ");
    assert_int_equal(t.fault.offset, 3072);
    assert_int_equal(scan(&t, true), 3072);
    assert_string_equal(t.text, "e:m@1 m:m@1 ");
    put_part("m", "1");
    flip_bit("p", 3); /* the comment */
    scan(&t, false);
    assert_string_equal(t.text, "! e:m@1 m:m@1 o1 o2 o3 ");
    assert_int_equal(scan(&t, true), 0);
    put_part("m", "1");
    shell("dd if=/dev/zero of=p bs=512 seek=6 count=1 conv=notrunc 2>/dev/null");
    scan(&t, false);
    assert_string_equal(t.text, "e:m@1 m:m@1 ! o2 o3 ");
    assert_non_null(strstr(t.fault.msg, "byte 3072: zeros, where a member is due"));
}

/* However short, what is whole is told, and what is not is a fault of a finished part only. */
static void every_cut_is_found(void **state)
{
    struct told t;
    size_t n;
    char *all;
    (void)state;
    put_part("m", "1");
    all = get_bytes("p", &n);
    for (size_t len = 0; len < n - 1024; len += 100) {
        size_t whole = len < 2048 - 512 + 100 ? 0 : len < 3072 ? 1 : 2;
        for (size_t i = 0; i < OBJECTS; i++)
            whole += len >= 3072 + i * 1536 + 512 + 600;
        put_bytes("p", all, len);
        scan(&t, false);
        assert_int_equal(t.members, whole);
        assert_non_null(strchr(t.text, '!'));
        uint64_t end = scan(&t, true);
        assert_int_equal(t.members, whole);
        assert_null(strchr(t.text, '!'));
        assert_true(end == 0 || end == 1024 + 1024 * (whole < 2 ? whole : 2) + (whole > 2 ? (whole - 2) * 1536 : 0));
    }
    free(all);
}

static void what_does_not_belong_is_refused(void **state)
{
    static const char *const paths[] = {
        "../x", "/x", "objects/ab/ab", "objects/../ab", "bundles/m/manifest.json", "bundles/m/1/x",
        "bundles/../1/manifest.json", "bundles/m/1/manifest.json/x", "bundles/m/1/../1/manifest.dsse", "",
        "objects/00/0100000000000000000000000000000000000000000000000000000000000000",
        "objects/AB/AB00000000000000000000000000000000000000000000000000000000000000",
    };
    struct mzg_part_member m;
    unsigned number;
    bool unfinished;
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_false(mzg_part_classify(paths[i], &m));
    assert_true(mzg_part_classify("bundles/m/1/manifest.dsse", &m) && m.kind == MZG_PART_ENVELOPE);
    assert_true(mzg_part_parse_name("part0012.tar", &number, &unfinished) && number == 12 && !unfinished);
    assert_true(mzg_part_parse_name("part9999.tar.mzg-part", &number, &unfinished) && unfinished);
    assert_false(mzg_part_parse_name("part0000.tar", &number, &unfinished));
    assert_false(mzg_part_parse_name("part12.tar", &number, &unfinished));
    assert_false(mzg_part_parse_name("part0012.tar2", &number, &unfinished));
}

#define case(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        case(what_is_written_is_told),
        case(names_of_every_length_fit),
        case(damage_is_told_and_passed_over),
        case(every_cut_is_found),
        case(what_does_not_belong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
