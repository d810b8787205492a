#include "recipe_model.h"

#include "model/recipes/rules.h"

/* ---- files that must be refused: a good one with a piece changed ---- */

static const char good[] = "# a mix of our own\n"
                           "name kilimo-mix\n"
                           "from Q8_0\n"
                           "base Q8_0\n"
                           "file_type 7\n"
                           "\n"
                           "/^blk\\.0\\./ !imatrix   F16   # the first layer\n"
                           "output,embedding       BF16\n"
                           "values more gqa>=2     F16\n"
                           "down first/8           base\n";

struct mutation {
    const char *name, *from, *to;
    enum mzg_code code;
    const char *item;
    bool whole; /* no byte is named: it is the file as a whole */
};

static const struct mutation mutations[] = {
    {"name_missing", "name kilimo-mix", "name", MZG_MALFORMED, "line 2: 'name' is followed by 0", false},
    {"name_two", "kilimo-mix", "kilimo mix", MZG_MALFORMED, "line 2: 'name' is followed by 2", false},
    {"name_control", "kilimo-mix", "kilimo\x1b", MZG_MALFORMED, "line 2: name 'kilimo\\x1b'", false},
    {"name_twice", "from Q8_0", "name other", MZG_MALFORMED, "line 3: 'name' is there twice", false},
    {"from_unknown", "from Q8_0", "from Q9_0", MZG_MALFORMED, "line 3: unknown type 'Q9_0'", false},
    {"base_unknown", "base Q8_0", "base Q9_0", MZG_MALFORMED, "line 4: 'Q9_0' is no type", false},
    {"base_integer", "base Q8_0", "base I32", MZG_MALFORMED, "line 4: 'I32' is no type", false},
    {"base_twice", "from Q8_0", "base Q8_0", MZG_MALFORMED, "line 4: 'base' is there twice", false},
    {"file_type_text", "file_type 7", "file_type x", MZG_MALFORMED, "line 5: 'x' is no number", false},
    {"file_type_huge", "file_type 7", "file_type 70000", MZG_MALFORMED, "line 5: '70000'", false},
    {"role_unknown", "output,embedding", "output,heads", MZG_MALFORMED, "line 8: 'heads' is no role",
     false},
    {"role_empty", "output,embedding", "output,", MZG_MALFORMED, "line 8: '' is no role", false},
    {"type_missing", "output,embedding       BF16", "output", MZG_MALFORMED,
     "line 8: 'output' is followed by no type", false},
    {"type_unknown", "BF16", "BF17", MZG_MALFORMED, "line 8: 'BF17' is no type", false},
    {"condition_unknown", "more gqa", "mostly gqa", MZG_MALFORMED, "line 9: 'mostly' is no condition",
     false},
    {"condition_prefix", "more gqa", "moreover gqa", MZG_MALFORMED, "line 9: 'moreover'", false},
    {"condition_number", "gqa>=2", "gqa>=x", MZG_MALFORMED, "line 9: 'x' is no number", false},
    {"condition_zero", "first/8", "first/0", MZG_MALFORMED, "line 10: '0' is less than 1", false},
    {"condition_huge", "first/8", "first/8000000", MZG_MALFORMED, "line 10: '8000000'", false},
    {"conditions_five", "more gqa>=2", "more 70b odd stacked imatrix", MZG_MALFORMED,
     "line 9: more than 4 conditions", false},
    {"regex_open", "\\./ ", "\\. ", MZG_MALFORMED, "line 7: '/^blk\\x5c.0\\x5c.' does not end", false},
    {"regex_empty", "/^blk\\.0\\./", "//", MZG_MALFORMED, "line 7: a regular expression of 0", false},
    {"regex_spoilt", "/^blk\\.0\\./", "/(/", MZG_MALFORMED, "line 7: the regular expression has a group that is not closed", false},
    {"regex_interval", "blk", "b{9}lk", MZG_MALFORMED, "has an interval (a brace) at character 3",
     false},
    {"regex_nested", "blk", "((((((((((b))))))))))", MZG_MALFORMED, "nested too deep", false},
    {"section", "# a mix of our own", "[Q4_K_M]", MZG_MALFORMED, "line 1: '[Q4_K_M]'", false},
    {"nothing", good, "# nothing\n", MZG_MALFORMED, "neither 'base TYPE' nor 'from RECIPE'", true},
};
#define MUTATIONS (sizeof mutations / sizeof *mutations)

struct made {
    char text[1024];
    char path[64];
    struct refused r;
};

static void spoil(struct made *out, const struct mutation *how)
{
    const char *at = strstr(good, how->from);
    assert_non_null(at);
    snprintf(out->text, sizeof out->text, "%.*s%s%s", (int)(at - good), good, how->to,
             at + strlen(how->from));
    snprintf(out->path, sizeof out->path, "recipe/%s.recipe", how->name);
    out->r = (struct refused){.path = out->path, .base = "recipe/good.recipe", .code = how->code,
                              .item = how->item, .offset = MZG_NO_OFFSET, .command = "recipe"};
    if (how->whole)
        return;
    /* The byte is the start of the line; two of the changes are noticed a line later. */
    size_t line = (size_t)(at - good);
    while (line > 0 && out->text[line - 1] != '\n')
        line--;
    if (strcmp(how->name, "base_twice") == 0)
        line += strlen("base Q8_0\n");
    out->r.offset = line;
}

static enum mzg_code load(const char *text, size_t len, struct mzg_recipe **r, struct mzg_err *e)
{
    char dir[SCRATCH_PATH], path[SCRATCH_PATH + 16];
    make_scratch(dir);
    put_file(dir, "my.recipe", text, len);
    snprintf(path, sizeof path, "%s/my.recipe", dir);
    enum mzg_code code = mzg_recipe_load(path, r, e);
    if (code != MZG_OK)
        assert_non_null(strstr(e->msg, path));
    remove_scratch(dir);
    return code;
}

static void every_spoilt_line_is_refused_by_number_and_byte(void **state)
{
    struct made made;
    struct mzg_recipe *r;
    struct mzg_err e;
    (void)state;
    for (size_t i = 0; i < MUTATIONS; i++) {
        spoil(&made, &mutations[i]);
        enum mzg_code code = load(made.text, strlen(made.text), &r, &e);
        check_refusal(&made.r, code, &e);
        assert_null(r);
    }
}

static void the_committed_files_are_these(void **state)
{
    struct made made;
    (void)state;
    check_committed_in("", NULL, "recipe/good.recipe", good, strlen(good));
    for (size_t i = 0; i < MUTATIONS; i++) {
        spoil(&made, &mutations[i]);
        check_committed_in("EXPECT.recipe", &made.r, made.path, made.text, strlen(made.text));
    }
}

static int write_corpus(const char *folder)
{
    struct made made;
    char line[1024];
    put_file(folder, "recipe/good.recipe", good, strlen(good));
    for (size_t i = 0; i < MUTATIONS; i++) {
        spoil(&made, &mutations[i]);
        put_file(folder, made.path, made.text, strlen(made.text));
        expect_line(line, &made.r);
        fputs(line, stdout);
    }
    return 0;
}

static void files_beyond_the_limits_are_refused(void **state)
{
    static char text[(256 << 10) + 2];
    struct mzg_recipe *r;
    struct mzg_err e;
    size_t len = 0;
    (void)state;
    memset(text, '#', sizeof text);
    assert_int_equal(load(text, sizeof text - 1, &r, &e), MZG_LIMIT);
    assert_int_equal(load(text, 2000, &r, &e), MZG_MALFORMED); /* one long line */
    assert_non_null(strstr(e.msg, "line 1: a line of 2000 bytes"));
    assert_int_equal(load("base Q8_0\nk\0 F16\n", 17, &r, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "line 2: a NUL"));
    for (int i = 0; i <= MZG_RULES_MAX; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "k F16\n");
    assert_int_equal(load(text, len, &r, &e), MZG_LIMIT);
    assert_non_null(strstr(e.msg, "line 257: more than 256 rules"));
    assert_int_equal(mzg_recipe_load("/no/such/file", &r, &e), MZG_IO);
    mzg_recipe_free(NULL);
}

/* ---- files that are taken ---- */

static void a_recipe_file_chooses_before_what_it_builds_on(void **state)
{
    static const char text[] = "name mine\r\n"
                               "from q4_k_m\n"
                               "\t/attn_q/ first/2\tQ8_0 # half\n"
                               "k !first/2 Q5_K\n"
                               "v index<1 base\n"
                               "down middle/4 Q3_K";
    struct model *m = make("llama", 8, 8, 8, 0);
    struct mzg_recipe *r;
    struct mzg_err e;
    char why[MZG_WHY_TEXT];
    (void)state;
    if (load(text, sizeof text - 1, &r, &e) != MZG_OK)
        fail_msg("%s", e.msg);
    assert_string_equal(r->name, "mine");
    assert_int_equal(r->base, MZG_TYPE_Q4_K);
    assert_int_equal(r->file_type, 15);
    assert_int_equal(apply_recipe(m, r, NULL, &e), MZG_OK);
    static const char *const letters[] = {"Q4_K", "Q5_K", "Q6_K", "Q8_0", "Q3_K"};
    expect_layers(m, "attn_q.weight", letters, "ddddaaaa");
    expect_layers(m, "attn_k.weight", letters, "aaaabbbb");
    expect_layers(m, "attn_v.weight", letters, "aaacaacc"); /* the rest as in Q4_K_M */
    expect_layers(m, "ffn_down.weight", letters, "caeeeecc");
    expect(m, "output.weight", "Q6_K");
    assert_string_equal(mzg_recipe_why_text(r, NULL, &m->why[find(m, "blk.0.attn_q.weight")], why),
                        "line 3: /attn_q/ first/2 Q8_0");
    drop(m);
    mzg_recipe_free(r);
}

static void a_recipe_file_may_stand_alone(void **state)
{
    static const char text[] = "base IQ4_XS\n";
    static const char odd[] = "base Q8_0\nfile_type 99\nany arch=llama F16\n";
    struct model *m = make("llama", 2, 8, 8, 0);
    struct mzg_recipe *r;
    struct mzg_err e;
    (void)state;
    assert_int_equal(load(text, sizeof text - 1, &r, &e), MZG_OK);
    assert_string_equal(r->name, "custom");
    assert_int_equal(r->file_type, 30);
    assert_int_equal(apply_recipe(m, r, NULL, &e), MZG_OK);
    expect(m, "output.weight", "IQ4_XS"); /* no rule but its own */
    mzg_recipe_free(r);
    assert_int_equal(load(odd, sizeof odd - 1, &r, &e), MZG_OK);
    assert_int_equal(r->file_type, 99);
    assert_int_equal(apply_recipe(m, r, NULL, &e), MZG_OK);
    expect(m, "blk.0.attn_q.weight", "F16");
    mzg_recipe_free(r);
    drop(m);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spoilt_line_is_refused_by_number_and_byte),
        cmocka_unit_test(the_committed_files_are_these),
        cmocka_unit_test(files_beyond_the_limits_are_refused),
        cmocka_unit_test(a_recipe_file_chooses_before_what_it_builds_on),
        cmocka_unit_test(a_recipe_file_may_stand_alone),
    };
    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
