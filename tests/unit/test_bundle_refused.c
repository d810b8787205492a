/* test_bundle_refused.c: bundles that must be refused, each one change away from one that passes.
 *
 * They are made in a scratch folder, tried on the library, and compared with tests/refused, where
 * the command line is tried on them. To renew that:
 *   build/tests/unit/test_bundle_refused --write tests/refused > tests/refused/EXPECT.bundle */
#include "bundle_fixture.h"
#include "refused.h"
#include "tar_by_hand.h"

#define COMMAND "verify {} --trust {dir}/manifest/good/test.pub --deep"
#define GOOD "manifest/good/"
#define BUNDLE "bundles/t/1/"

/* Published, so that the same signatures can be made again: never to be trusted. */
static const char stranger_pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIOJ7f9jZYYUh10MyYEt/fQFbeC4LaTOgIHcu1U5coBT0\n"
    "-----END PRIVATE KEY-----\n";

static char vector[1024]; /* tests/vectors/bundle */
static char corpus[1024]; /* tests/refused */
static struct mzg_key *ours, *stranger;
static char objects[2][MZG_OBJECT_PATH]; /* of a.txt and docs/b.txt, in the good repository */

/* ---- the good ones ---- */

static void load_keys(void)
{
    struct mzg_err e;
    char path[1100];
    snprintf(path, sizeof path, "%s/test.key", vector);
    assert_ok(mzg_key_load_secret(&ours, path, NULL, &e), e);
    put_bytes("stranger.key", stranger_pem, sizeof stranger_pem - 1);
    assert_ok(mzg_key_load_secret(&stranger, "stranger.key", NULL, &e), e);
    assert_int_equal(unlink("stranger.key"), 0);
}

static void make_good(void)
{
    struct mzg_err e;
    struct mzg_manifest m;
    size_t n;
    char line[1200];
    const struct mzg_source files[] = {{.disk = "a.txt", .path = "a.txt"},
                                       {.disk = "b.txt", .path = "docs/b.txt"}};
    struct mzg_pack p = PACK("t", "1", files);
    put_bytes("a.txt", "Habari\n", 7);
    put_bytes("b.txt", "Kwa heri\n", 9);
    shell("mkdir -p manifest mzb");
    p.expires = "2999-01-01T00:00:00Z";
    assert_ok(mzg_bundle_pack("manifest/good", &p, ours, &run2, NULL, &e), e);
    assert_int_equal(remove("manifest/good/index.json"), 0); /* nobody looks at it in a folder */
    assert_ok(mzg_bundle_pack("mzb/good.mzb", &p, ours, &run2, NULL, &e), e);
    shell("rm a.txt b.txt");
    snprintf(line, sizeof line, "cp '%s/test.pub' manifest/good/test.pub", vector);
    shell(line);
    char *text = get_bytes(GOOD BUNDLE "manifest.json", &n);
    assert_ok(mzg_manifest_parse(&m, text, n, &e), e);
    for (size_t i = 0; i < 2; i++)
        mzg_object_path(m.files[i].chunks[0].object, objects[i]);
    mzg_manifest_clear(&m);
    free(text);
}

/* ---- repositories ---- */

enum change {
    SIGNED,   /* from -> to in the manifest, and a new signature */
    UNSIGNED, /* from -> to in the manifest */
    ENVELOPE, /* from -> to in the envelope */
    STRANGER, /* signed by another key */
    NAMED,    /* the same, under our key's id */
    BARE,     /* no envelope */
    FLIP,     /* a bit of an object */
    CUT,      /* an object without its last byte */
    SWAP,     /* the other object in its place */
    GONE,     /* no object */
};

struct forged {
    const char *name;
    enum change change;
    const char *from;
    const char *to;
    enum mzg_code code;
    const char *item;
    const char *at; /* the byte named is where this begins in the changed manifest; NULL: none */
};

static const struct forged forged[] = {
    {"signed_by_another", STRANGER, "", "", MZG_REFUSED, "which is not trusted", NULL},
    {"signed_in_our_name", NAMED, "", "", MZG_REFUSED, "is not what key", NULL},
    {"unsigned", BARE, "", "", MZG_REFUSED, "is not signed", NULL},
    {"other_bytes", UNSIGNED, "\"sequence\": 1", "\"sequence\": 2", MZG_REFUSED, "is not what key",
     NULL},
    {"payload_inside", ENVELOPE, "{", "{\"payload\": \"\", ", MZG_MALFORMED, "payload", NULL},
    {"payload_type", ENVELOPE, "mzigo.manifest", "in-toto", MZG_REFUSED, "payloadType", NULL},
    {"signature_not_base64", ENVELOPE, "==", "=!", MZG_MALFORMED, "signatures[0]: sig", NULL},
    {"object_bit", FLIP, "", "", MZG_REFUSED, "a.txt: chunk 0: object", NULL},
    {"object_cut", CUT, "", "", MZG_REFUSED, "is 6 bytes long, not 7", NULL},
    {"object_swapped", SWAP, "", "", MZG_REFUSED, "is 9 bytes long, not 7", NULL},
    {"object_missing", GONE, "", "", MZG_REFUSED, "is missing", NULL},
    {"other_name", SIGNED, "\"t\"", "\"u\"", MZG_REFUSED, "was signed as u@1", NULL},
    {"expired", SIGNED, "2999", "2026", MZG_REFUSED, "expires", NULL},
    {"format_of_later_times", SIGNED, "manifest/1", "manifest/2", MZG_UNSUPPORTED, "format",
     "\"mzigo.manifest/2"},
    {"sequence_zero", SIGNED, "\"sequence\": 1", "\"sequence\": 0", MZG_MALFORMED, "sequence", "0,"},
    {"sequence_float", SIGNED, "\"sequence\": 1", "\"sequence\": 1.0", MZG_MALFORMED, "sequence",
     "1.0"},
    {"sequence_twice", SIGNED, "\"sequence\": 1", "\"sequence\": 1, \"sequence\": 1", MZG_MALFORMED,
     "duplicate", ": 1,\n"},
    {"path_absolute", SIGNED, "\"a.txt\"", "\"/a.txt\"", MZG_MALFORMED, "files[0].path", "\"/a.txt"},
    {"path_up", SIGNED, "\"a.txt\"", "\"../a.txt\"", MZG_MALFORMED, "files[0].path", "\"../a.txt"},
    {"path_twice", SIGNED, "\"docs/b.txt\"", "\"A.TXT\"", MZG_MALFORMED, "files[1].path", "\"A.TXT"},
    {"path_through_a_file", SIGNED, "\"docs/b.txt\"", "\"a.txt/b\"", MZG_MALFORMED, "files[1].path",
     "\"a.txt/b"},
    {"size_lies", SIGNED, "\"size\": 7", "\"size\": 8", MZG_MALFORMED, "files[0].size", "8,"},
    {"size_negative", SIGNED, "\"size\": 7", "\"size\": -7", MZG_MALFORMED, "files[0].size", "-7,"},
    {"size_huge", SIGNED, "\"size\": 7", "\"size\": 9223372036854775807", MZG_MALFORMED,
     "files[0].size", "9223372036854775807"},
    {"length_zero", SIGNED, "\"length\": 7", "\"length\": 0", MZG_MALFORMED,
     "files[0].chunks[0].length", "0, \"sha"},
    {"length_huge", SIGNED, "\"length\": 7", "\"length\": 8388609", MZG_MALFORMED,
     "files[0].chunks[0].length", "8388609"},
    {"stored_over_length", SIGNED, "\"stored\": 7", "\"stored\": 8", MZG_MALFORMED,
     "files[0].chunks[0].stored", "8}"},
    {"codec_unknown", SIGNED, "\"none\"", "\"delta\"", MZG_UNSUPPORTED, "files[0].chunks[0].codec",
     "\"delta"},
    {"codec_zstd", SIGNED, "\"none\"", "\"zstd\"", MZG_REFUSED, "cannot be decoded", NULL},
    {"object_name_long", SIGNED, "\"object\": \"f9b", "\"object\": \"ff9b", MZG_MALFORMED,
     "files[0].chunks[0].object", "\"ff9b"},
    {"files_missing", SIGNED, "\"files\"", "\"file\"", MZG_MALFORMED, "files", "{"},
};

static void save_again(const char *folder, const struct mzg_key *key)
{
    char manifest[256], envelope[256];
    snprintf(manifest, sizeof manifest, "%s/" BUNDLE "manifest.json", folder);
    snprintf(envelope, sizeof envelope, "%s/" BUNDLE "manifest.dsse", folder);
    sign_again(manifest, envelope, key);
}

static void forge(const struct forged *f, const char *folder)
{
    char path[256], other[256], line[600];
    snprintf(line, sizeof line, "cp -R manifest/good %s && rm %s/test.pub", folder, folder);
    shell(line);
    snprintf(path, sizeof path, "%s/" BUNDLE "manifest.%s", folder,
             f->change == ENVELOPE || f->change == BARE || f->change == NAMED ? "dsse" : "json");
    if (f->change == STRANGER || f->change == NAMED)
        save_again(folder, stranger);
    if (f->change == NAMED)
        replace_text(path, mzg_key_id(stranger), mzg_key_id(ours));
    if (f->change <= ENVELOPE)
        replace_text(path, f->from, f->to);
    if (f->change == SIGNED)
        save_again(folder, ours);
    if (f->change >= FLIP)
        snprintf(path, sizeof path, "%s/%s", folder, objects[0]);
    snprintf(other, sizeof other, "%s/%s", folder, objects[1]);
    snprintf(line, sizeof line, f->change == CUT ? "truncate -s -1 %s" : "cp %2$s %1$s", path, other);
    if (f->change == FLIP)
        flip_bit(path, 3);
    if (f->change == CUT || f->change == SWAP)
        shell(line);
    if (f->change == GONE || f->change == BARE)
        assert_int_equal(unlink(path), 0);
    snprintf(line, sizeof line, "find %s -type d -empty -delete", folder); /* git keeps none */
    shell(line);
}

static uint64_t find_at(const struct forged *f, const char *folder)
{
    char path[256];
    size_t n;
    if (!f->at)
        return MZG_NO_OFFSET;
    snprintf(path, sizeof path, "%s/" BUNDLE "manifest.json", folder);
    char *text = get_bytes(path, &n), *at = strstr(text, f->at);
    assert_non_null(at);
    uint64_t offset = (uint64_t)(at - text);
    free(text);
    return offset;
}

/* ---- archives ---- */

/* Members by letter: m manifest, d envelope, a and b the objects, x an unlisted file, l a symbolic
 * link and h a hard link in a's place, / and . members that leave the folder, z a's name with other
 * bytes, s a with a byte too many. */
struct packed {
    const char *name;
    const char *members;
    size_t zeros;
    enum mzg_code code;
    const char *item;
    char at; /* the member at whose header the fault lies; 'e': the end of the file; 0: nowhere */
};

static const struct packed packed[] = {
    {"link", "mdlb", 1024, MZG_MALFORMED, "is not a plain file", 'l'},
    {"hard_link", "mdhb", 1024, MZG_MALFORMED, "is not a plain file", 'h'},
    {"absolute", "md/ab", 1024, MZG_MALFORMED, "'/tmp/planted' is not the one due", '/'},
    {"up", "md.ab", 1024, MZG_MALFORMED, "'../planted' is not the one due", '.'},
    {"up_first", ".mdab", 1024, MZG_MALFORMED, "'../planted' is first", '.'},
    {"unlisted", "mdabx", 1024, MZG_MALFORMED, "'extra' is not listed", 'x'},
    {"twice", "mdaxb", 1024, MZG_MALFORMED, "'extra' is not the one due", 'x'},
    {"order", "mdba", 1024, MZG_MALFORMED, "is not the one due", 'b'},
    {"documents_last", "abmd", 1024, MZG_MALFORMED, "is first", 'a'},
    {"envelope_first", "dmab", 1024, MZG_MALFORMED, "is first", 'd'},
    {"unsigned", "mab", 1024, MZG_MALFORMED, "is second", 'a'},
    {"missing", "mda", 1024, MZG_MALFORMED, "ends before all its members", 'e'},
    {"no_end", "mdab", 512, MZG_MALFORMED, "its end is missing", 'e'},
    {"swapped", "mdzb", 1024, MZG_REFUSED, "a.txt: chunk 0: object", 0},
    {"size", "mdsb", 1024, MZG_MALFORMED, "has 8 bytes, not 7", 's'},
};

static void add_member(struct tar *t, char which)
{
    const char *names = "mdab", *at = strchr(names, which);
    const char *const paths[] = {BUNDLE "manifest.json", BUNDLE "manifest.dsse", objects[0],
                                 objects[1]};
    char disk[256];
    size_t n;
    if (at) {
        snprintf(disk, sizeof disk, GOOD "%s", paths[at - names]);
        char *data = get_bytes(disk, &n);
        tar_add(t, paths[at - names], data, n, '0', "");
        free(data);
    } else if (which == 'x' || which == '/' || which == '.') {
        tar_add(t, which == 'x' ? "extra" : which == '/' ? "/tmp/planted" : "../planted", "x", 1,
                '0', "");
    } else if (which == 'l' || which == 'h') {
        tar_add(t, objects[0], "", 0, which == 'l' ? '2' : '1', "/etc/passwd");
    } else {
        tar_add(t, objects[0], "Habari?\n", which == 's' ? 8 : 7, '0', "");
    }
}

/* Returns the byte that is to be named. */
static uint64_t pack(const struct packed *p, const char *path)
{
    struct tar t = {0};
    uint64_t at = MZG_NO_OFFSET;
    for (const char *which = p->members; *which; which++) {
        if (*which == p->at)
            at = t.len;
        add_member(&t, *which);
    }
    if (p->at == 'e')
        at = t.len + p->zeros;
    tar_write(&t, p->zeros, path);
    return at;
}

/* ---- all ---- */

/* Makes everything here; tells of each case, and its line of EXPECT.bundle. */
static void make_all(void (*tell)(const struct refused *r))
{
    char path[128], base[128];
    make_good();
    for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        const struct forged *f = &forged[i];
        snprintf(path, sizeof path, "manifest/%s", f->name);
        forge(f, path);
        struct refused r = {path, "manifest/good", f->code, f->item, find_at(f, path), COMMAND};
        tell(&r);
    }
    for (size_t i = 0; i < sizeof packed / sizeof packed[0]; i++) {
        const struct packed *p = &packed[i];
        snprintf(path, sizeof path, "mzb/%s.mzb", p->name);
        snprintf(base, sizeof base, "mzb/good.mzb");
        uint64_t at = pack(p, path);
        struct refused r = {path, base, p->code, p->item, at, COMMAND};
        tell(&r);
    }
}

static void print_line(const struct refused *r)
{
    char line[1024];
    expect_line(line, r);
    fputs(line, stdout);
}

static void try_one(const struct refused *r)
{
    struct mzg_err e = {.code = MZG_OK};
    struct mzg_bundle *b = NULL;
    struct mzg_verified *v = NULL;
    const struct mzg_key *ring[] = {ours};
    struct mzg_policy policy = {{ring, 1}, "2026-12-01T00:00:00Z", 0};
    enum mzg_code code = mzg_bundle_open(&b, r->path, NULL, &e);
    if (!code)
        code = mzg_bundle_verify(b, &policy, &v, &e);
    if (!code)
        code = mzg_verified_check(v, MZG_DEPTH_CONTENT, &run2, &e);
    check_refusal(r, code, &e);
    mzg_verified_free(v);
    mzg_bundle_close(b);
}

static int begin(void **state)
{
    if (scratch_setup(state))
        return -1;
    load_keys();
    return 0;
}

static int finish(void **state)
{
    mzg_key_free(ours);
    mzg_key_free(stranger);
    return scratch_teardown(state);
}

static void each_is_refused_for_its_one_change(void **state)
{
    struct mzg_err e;
    (void)state;
    make_all(try_one);
    assert_ok(receive("manifest/good", NULL, ours, MZG_DEPTH_CONTENT, &run2, &e), e);
    assert_ok(receive("mzb/good.mzb", NULL, ours, MZG_DEPTH_CONTENT, &run2, &e), e);
}

static FILE *lines;

static void keep_line(const struct refused *r)
{
    char line[1024];
    expect_line(line, r);
    fputs(line, lines);
}

static void the_committed_ones_are_these(void **state)
{
    char line[3400];
    (void)state;
    lines = fopen("EXPECT.bundle", "w");
    assert_non_null(lines);
    make_all(keep_line);
    assert_int_equal(fclose(lines), 0);
    snprintf(line, sizeof line,
             "diff -r manifest '%s/manifest' && diff -r mzb '%s/mzb' && diff EXPECT.bundle "
             "'%s/EXPECT.bundle'", corpus, corpus, corpus);
    if (system(line) != 0)
        fail_msg("tests/refused has drifted: renew it as this file's head says");
}

static int write_corpus(const char *folder)
{
    if (chdir(folder) != 0)
        return 1;
    shell("rm -rf manifest mzb");
    load_keys();
    make_all(print_line);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_is_refused_for_its_one_change, begin, finish),
        cmocka_unit_test_setup_teardown(the_committed_ones_are_these, begin, finish),
    };
    if (!realpath("tests/vectors/bundle", vector) || !realpath("tests/refused", corpus)) {
        fprintf(stderr, "run from the top of the tree\n");
        return 1;
    }
    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
