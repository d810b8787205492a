#include "base/file.h"
#include "base/json.h"
#include "model/vocab/tokenizer_json.h"
#include "model/vocab/vocab_table.h"
#include "refused.h"

/* ---- two small files that pass, to be spoilt one place at a time ---- */

static const char bytes_json[] =
    "{\"version\":\"1.0\",\"truncation\":null,"
    "\"added_tokens\":[{\"id\":4,\"content\":\"<s>\",\"special\":true},"
    "{\"id\":6,\"content\":\"a\\u2581b\",\"special\":false},"
    "{\"id\":7,\"content\":\"<|im_end|>\",\"special\":false}],"
    "\"normalizer\":null,"
    "\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false},"
    "\"post_processor\":{\"type\":\"ByteLevel\"},"
    "\"model\":{\"type\":\"BPE\",\"unk_token\":null,\"continuing_subword_prefix\":\"\","
    "\"vocab\":{\"a\":0,\"b\":1,\"ab\":2,\"abb\":3,\"c d\":8,\"c\":9,\" d\":10},"
    "\"merges\":[\"a b\",[\"ab\",\"b\"],[\"c\",\" d\"]]}}\n";

static const char llama_json[] =
    "{\"added_tokens\":[{\"id\":0,\"content\":\"<unk>\",\"special\":true}],"
    "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\"}]},"
    "\"pre_tokenizer\":null,"
    "\"model\":{\"type\":\"BPE\",\"unk_token\":\"<unk>\",\"byte_fallback\":true,"
    "\"vocab\":{\"<unk>\":0,\"<0x0A>\":1,\"x\":2,\"y\":3,\"yx\":4,\"xy\":5,\"xyx\":6},"
    "\"merges\":[\"x y\",\"xy x\",\"x yx\",\"y x\"]}}";

struct loaded {
    struct mzg_vocab v;
    struct mzg_tokenizer_json t;
    char *text;
};

static enum mzg_code read_text(struct loaded *l, const char *text, size_t len,
                               const struct mzg_tokenizer_json_options *opt, struct mzg_err *e)
{
    static const struct mzg_tokenizer_json_options none;
    enum mzg_code code;

    mzg_vocab_init(&l->v);
    l->text = malloc(len > 0 ? len : 1); /* exact, so that an over-read is seen */
    assert_non_null(l->text);
    memcpy(l->text, text, len);
    code = mzg_tokenizer_json_open(&l->t, l->text, len, e);
    return code == MZG_OK ? mzg_tokenizer_json_read(&l->t, &l->v, opt ? opt : &none, e) : code;
}

static void drop(struct loaded *l)
{
    mzg_tokenizer_json_close(&l->t);
    mzg_vocab_clear(&l->v);
    free(l->text);
}

static void byte_level_bpe_becomes_gpt2(void **state)
{
    static const struct { const char *text; int type; } want[] = {
        {"a", 1}, {"b", 1}, {"ab", 1}, {"abb", 1}, {"<s>", MZG_TOKEN_CONTROL},
        {"[PAD5]", MZG_TOKEN_UNUSED}, {"a b", MZG_TOKEN_USER_DEFINED},
        {"<|im_end|>", MZG_TOKEN_CONTROL}, {"c d", 1}, {"c", 1}, {" d", 1},
    };
    struct loaded l;
    struct mzg_err e;

    (void)state;
    assert_int_equal(read_text(&l, bytes_json, strlen(bytes_json), NULL, &e), MZG_OK);
    assert_string_equal(l.v.model, "gpt2");
    assert_string_equal(l.v.pre, "gpt-2");
    assert_null(l.v.scores);
    assert_int_equal(l.v.count, 11);
    for (size_t i = 0; i < 11; i++) {
        assert_string_equal(l.v.tokens[i], want[i].text);
        assert_int_equal(l.v.types[i], want[i].type);
    }
    assert_int_equal(l.v.n_merges, 3);
    assert_string_equal(l.v.merges[0], "a b");
    assert_string_equal(l.v.merges[1], "ab b");
    assert_string_equal(l.v.merges[2], "c \xc4\xa0" "d"); /* a space inside a part */
    assert_int_equal(mzg_vocab_table_find(&l.v, "a\xe2\x96\x81" "b"), 6);
    assert_memory_equal(l.text, bytes_json, strlen(bytes_json)); /* as it was */
    drop(&l);
}

static void bpe_with_byte_fallback_becomes_llama_with_scores(void **state)
{
    /* In the order of the merges that make them, then by id. */
    static const float scores[] = {-1000, 0, -3, -4, -2, 0, -1};
    struct loaded l;
    struct mzg_err e;

    (void)state;
    assert_int_equal(read_text(&l, llama_json, strlen(llama_json), NULL, &e), MZG_OK);
    assert_string_equal(l.v.model, "llama");
    assert_string_equal(l.v.pre, "default");
    assert_int_equal(l.v.types[1], MZG_TOKEN_BYTE);
    assert_int_equal(l.v.types[0], MZG_TOKEN_CONTROL);
    for (size_t i = 0; i < 7; i++)
        assert_memory_equal(&l.v.scores[i], &scores[i], sizeof *scores); /* 0, not -0 */
    assert_null(l.v.merges);
    assert_int_equal(l.v.add_space_prefix, -1);
    drop(&l);
}

/* text with its only `from` replaced by `to`. */
static char *spoil(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    char *out = malloc(strlen(text) + strlen(to) + 1);

    assert_non_null(out);
    assert_non_null(at);
    assert_null(strstr(at + 1, from));
    sprintf(out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

/* One place of the good file, and what is said of it: at: where the offset is, in the spoilt text;
 * NULL: anywhere. */
static const struct mutation {
    const char *name, *from, *to;
    enum mzg_code code;
    const char *what, *at;
} mutations[] = {
    {"id_negative", "\"abb\":3", "\"abb\":-3", MZG_MALFORMED, "'abb'", "\"abb\":"},
    {"id_twice", "\"abb\":3", "\"abb\":2", MZG_MALFORMED, "id 2 is taken by 'ab'", "\"abb\":"},
    {"id_real", "\"abb\":3", "\"abb\":3.0", MZG_MALFORMED, "'abb'", "\"abb\":"},
    {"id_huge", "\"abb\":3", "\"abb\":2097152", MZG_LIMIT, "id 2097152", "\"abb\":"},
    {"id_beyond_64_bits", "\"abb\":3", "\"abb\":99999999999999999999",
     MZG_MALFORMED, "'abb'", "\"abb\":"},
    {"token_twice", "\"abb\":3", "\"abb\":3,\"abb\":11", MZG_MALFORMED, "duplicate", NULL},
    {"merge_makes_no_token", "\"abb\":3", "\"abc\":3",
     MZG_MALFORMED, "what it makes is not in", "[\"ab\",\"b\"]"},
    {"merge_two_spaces", "\"a b\",", "\"a  b\",",
     MZG_MALFORMED, "neither \"a b\" nor", "\"a  b\""},
    {"merge_one_part", "\"a b\",", "\"ab\",", MZG_MALFORMED, "neither \"a b\" nor", "\"ab\",["},
    {"merge_first_part", "\"a b\",", "\"q b\",", MZG_MALFORMED, "its first part", "\"q b\""},
    {"merge_second_part", "\"a b\",", "\"a q\",", MZG_MALFORMED, "its second part", "\"a q\""},
    {"merge_three_parts", "[\"ab\",\"b\"]", "[\"ab\",\"b\",\"b\"]",
     MZG_MALFORMED, "neither", "[\"ab\",\"b\",\"b"},
    {"merge_number", "[\"ab\",\"b\"]", "[\"ab\",7]", MZG_MALFORMED, "neither", "[\"ab\",7"},
    {"merge_cut", "[\"ab\",\"b\"]", "[\"ab\",\"b\"", MZG_MALFORMED, "JSON", NULL},
    {"added_id_twice", "\"id\":7", "\"id\":6",
     MZG_MALFORMED, "id 6 is taken by 'a", "{\"id\":6,\"content\":\"<|"},
    {"added_id_negative", "\"id\":7", "\"id\":-7", MZG_MALFORMED, "'<|im_end|>'", "{\"id\":-7"},
    {"added_no_id", "\"id\":7,", "", MZG_MALFORMED, "'<|im_end|>'", "{\"content\":\"<|"},
    {"added_text_twice", "<|im_end|>", "<s>",
     MZG_MALFORMED, "tokens 4 and 7 have the same text '<s>'", NULL},
    {"added_text_number", "\"content\":\"<s>\"", "\"content\":5",
     MZG_MALFORMED, "'content'", "{\"id\":4"},
    {"wordlevel", "\"type\":\"BPE\"", "\"type\":\"WordLevel\"",
     MZG_UNSUPPORTED, "'WordLevel'", NULL},
    {"bytes_as_words", "\"type\":\"BPE\"", "\"type\":\"WordPiece\"",
     MZG_UNSUPPORTED, "without a continuing_subword_prefix", NULL},
    {"bytes_as_pieces", "\"type\":\"BPE\"", "\"type\":\"Unigram\"",
     MZG_UNSUPPORTED, "shape 'ByteLevel", NULL},
    {"lowercase", "\"normalizer\":null", "\"normalizer\":{\"type\":\"Lowercase\"}",
     MZG_UNSUPPORTED, "'Lowercase'", NULL},
    {"subword_prefix", "_prefix\":\"\"", "_prefix\":\"##\"",
     MZG_UNSUPPORTED, "prefix '##'", NULL},
    {"pre_tokenizer_shape", "\"type\":\"ByteLevel\",", "\"type\":\"Whitespace\",",
     MZG_UNSUPPORTED, "'Whitespace'", NULL},
    {"no_merges", "\"merges\":", "\"merge\":", MZG_MALFORMED, "no merges", NULL},
    {"merges_twice", "\"vocab\":", "\"merges\":",
     MZG_MALFORMED, "'merges' at byte", "\"merges\":["},
    {"vocab_list", "\"vocab\":{", "\"vocab\":[", MZG_MALFORMED, "'vocab' at byte", "[\"a\":0"},
    {"no_model", "\"model\":", "\"modem\":", MZG_MALFORMED, "no 'model'", NULL},
    {"model_list", "\"normalizer\":null", "\"model\":[]",
     MZG_MALFORMED, "'model' at byte", "[],\"pre"},
    {"bad_escape", "\"truncation\"", "\"model\\u006\"", MZG_MALFORMED, "JSON", NULL},
    {"model_twice", "\"truncation\":null", "\"\\u006dodel\":{}",
     MZG_MALFORMED, "'model' at byte", "\"model"},
    {"bad_literal", "\"truncation\":null", "\"truncation\":nul", MZG_MALFORMED, "JSON", NULL},
    {"bad_bracket", "\"truncation\":null", "\"truncation\":[}", MZG_MALFORMED, "JSON", NULL},
    {"no_comma", "\"truncation\":null,", "\"truncation\":null",
     MZG_MALFORMED, "a comma or a closing",
     "\"added_tokens"},
    {"bytes_behind", "]]}}\n", "]]}}\nZ", MZG_MALFORMED, "the end expected", "Z"},
    {"cut_last", "]]}}\n", "]]}", MZG_MALFORMED, "JSON", NULL},
    {"cut_deep", "]]}}\n", "]", MZG_MALFORMED, "does not end", NULL},
    {"token_nul", "\"c d\"", "\"c\\u0000d\"", MZG_UNSUPPORTED, "NUL", NULL},
    {"token_not_utf8", "\"c d\"", "\"c\xff" "d\"", MZG_MALFORMED, "JSON", NULL},
};
#define MUTATIONS (sizeof mutations / sizeof *mutations)

static enum mzg_code read_mutation(const char *text, struct mzg_err *e)
{
    struct loaded l;
    enum mzg_code code = read_text(&l, text, strlen(text), NULL, e);

    drop(&l);
    return code;
}

/* Its line: where the table names no place, the byte is the reader's own. */
static void make_refused(struct refused *r, char path[64], const struct mutation *m,
                         const char *text)
{
    struct mzg_err e;

    snprintf(path, 64, "tokenizer_json/%s", m->name);
    *r = (struct refused){path, "tokenizer_json/good", m->code, m->what, 0, "overlay tiny"};
    if (m->at)
        r->offset = (uint64_t)(strstr(text, m->at) - text);
    else if (read_mutation(text, &e) != MZG_OK)
        r->offset = e.offset;
}

static void one_changed_place_is_refused_with_its_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < MUTATIONS; i++) {
        char *text = spoil(bytes_json, mutations[i].from, mutations[i].to), path[64];
        struct mzg_err e = {.msg = ""};
        struct refused r;

        make_refused(&r, path, &mutations[i], text);
        check_refusal(&r, read_mutation(text, &e), &e);
        free(text);
    }
}

static void the_committed_files_are_these(void **state)
{
    (void)state;
    check_committed(NULL, "tokenizer_json/good/tokenizer.json", bytes_json, strlen(bytes_json));
    for (size_t i = 0; i < MUTATIONS; i++) {
        char *text = spoil(bytes_json, mutations[i].from, mutations[i].to), path[64], file[96];
        struct refused r;

        make_refused(&r, path, &mutations[i], text);
        snprintf(file, sizeof file, "%s/tokenizer.json", path);
        check_committed_in("EXPECT.vocab", &r, file, text, strlen(text));
        free(text);
    }
}

static int write_corpus(const char *folder)
{
    put_file(folder, "tokenizer_json/good/tokenizer.json", bytes_json, strlen(bytes_json));
    for (size_t i = 0; i < MUTATIONS; i++) {
        char *text = spoil(bytes_json, mutations[i].from, mutations[i].to);
        char path[64], file[96], line[1024];
        struct refused r;

        make_refused(&r, path, &mutations[i], text);
        snprintf(file, sizeof file, "%s/tokenizer.json", path);
        put_file(folder, file, text, strlen(text));
        expect_line(line, &r);
        fputs(line, stdout);
        free(text);
    }
    return 0;
}

static void ids_beyond_the_models_are_refused(void **state)
{
    static const struct { uint64_t size; const char *what; } cases[] = {
        {10, "token ' d' at byte"}, {8, "token 'c d' at byte"},
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct mzg_tokenizer_json_options opt = {.vocab_size = cases[i].size};
        struct loaded l;
        struct mzg_err e;

        assert_int_equal(read_text(&l, bytes_json, strlen(bytes_json), &opt, &e), MZG_MALFORMED);
        assert_non_null(strstr(e.msg, cases[i].what));
        assert_int_not_equal(e.offset, MZG_NO_OFFSET);
        drop(&l);
    }
}

static void a_given_pre_tokenizer_wins(void **state)
{
    const struct mzg_tokenizer_json_options opt = {.pre = "chosen", .vocab_size = 12};
    char *text = spoil(bytes_json, "\"type\":\"ByteLevel\",", "\"type\":\"Whitespace\",");
    struct loaded l;
    struct mzg_err e;

    (void)state;
    assert_int_equal(read_text(&l, text, strlen(text), &opt, &e), MZG_OK);
    assert_string_equal(l.v.pre, "chosen");
    assert_string_equal(l.v.tokens[11], "[PAD11]");
    drop(&l);
    free(text);
}

static void no_prepended_space_is_said(void **state)
{
    char *text = spoil(llama_json, "Prepend", "Strip");
    struct loaded l;
    struct mzg_err e;

    (void)state;
    assert_int_equal(read_text(&l, text, strlen(text), NULL, &e), MZG_OK);
    assert_int_equal(l.v.add_space_prefix, 0);
    drop(&l);
    free(text);
}

static void keep(void *ctx, const char *text)
{
    snprintf(ctx, 200, "%s", text);
}

/* Every way to make a token is listed: nothing is said. One less: it is told. */
static void ways_that_merges_do_not_list_are_told(void **state)
{
    char *less = spoil(llama_json, "\"x yx\",", ""), said[200] = "";
    const struct mzg_notify notify = {keep, said};
    const struct mzg_tokenizer_json_options opt = {.notify = &notify};
    struct loaded l;
    struct mzg_err e;

    (void)state;
    assert_int_equal(read_text(&l, llama_json, strlen(llama_json), &opt, &e), MZG_OK);
    assert_string_equal(said, "");
    drop(&l);
    assert_int_equal(read_text(&l, less, strlen(less), &opt, &e), MZG_OK);
    assert_non_null(strstr(said, "1 tokens can be made in ways"));
    drop(&l);
    free(less);
}

static void a_space_put_before_text_is_told(void **state)
{
    char *text = spoil(bytes_json, "\"add_prefix_space\":false", "\"add_prefix_space\":true");
    char said[200] = "";
    const struct mzg_notify notify = {keep, said};
    const struct mzg_tokenizer_json_options opt = {.notify = &notify};
    struct loaded l;
    struct mzg_err e;

    (void)state;
    assert_int_equal(read_text(&l, text, strlen(text), &opt, &e), MZG_OK);
    assert_non_null(strstr(said, "puts a space before a text"));
    drop(&l);
    free(text);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    for (size_t len = 0; len + 1 < sizeof bytes_json - 1; len++) {
        struct loaded l;
        struct mzg_err e;

        assert_int_equal(read_text(&l, bytes_json, len, NULL, &e), MZG_MALFORMED);
        drop(&l);
    }
}

static void more_items_than_a_batch_keep_their_bytes(void **state)
{
    char *text = malloc(40000), *end = text;
    struct loaded l;
    struct mzg_err e;

    (void)state;
    assert_non_null(text);
    end += sprintf(end, "{\"model\":{\"byte_fallback\":true,\"merges\":[],\"vocab\":{\"t0\":0");
    for (int i = 1; i < 1000; i++)
        end += sprintf(end, " ,\n\"t%d\" : %d", i, i == 900 ? 5 : i);
    sprintf(end, "}}}");
    assert_int_equal(read_text(&l, text, strlen(text), NULL, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "'t900'"));
    assert_int_equal(e.offset, strstr(text, "\"t900\"") - text);
    drop(&l);
    memcpy(strstr(text, "\"t900\" : 5"), "\"t901\" : 5", 10); /* far from its twin */
    assert_int_equal(read_text(&l, text, strlen(text), NULL, &e), MZG_MALFORMED);
    drop(&l);
    free(text);
}

/* ---- real files ---- */

static bool load_real(struct loaded *l, const char *path)
{
    static const struct mzg_tokenizer_json_options none;
    struct mzg_err e;
    size_t len;
    FILE *there = fopen(path, "rb");

    if (!there) {
        print_message("[ SKIPPED ] %s is not here\n", path);
        return false;
    }
    fclose(there);
    mzg_vocab_init(&l->v);
    assert_int_equal(mzg_file_load(path, (size_t)64 << 20, &l->text, &len, &e), MZG_OK);
    if (mzg_tokenizer_json_open(&l->t, l->text, len, &e) != MZG_OK ||
        mzg_tokenizer_json_read(&l->t, &l->v, &none, &e) != MZG_OK)
        fail_msg("%s", e.msg);
    return true;
}

static void gpt2s_own_files_are_read(void **state)
{
    static const char *const paths[] = {
        "../shared/data/gpt2-tigrinya-lora/tokenizer.json",       /* merges as pairs */
        "../shared/data/ort-genai-tiny/tiny-random-gpt2-fp32/tokenizer.json", /* as strings */
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct loaded l;
        if (!load_real(&l, paths[i]))
            skip();
        assert_string_equal(l.v.model, "gpt2");
        assert_string_equal(l.v.pre, "gpt-2");
        assert_int_equal(l.v.n_merges, 50000);
        assert_string_equal(l.v.merges[0], "\xc4\xa0 t");
        assert_string_equal(l.v.tokens[50256], "<|endoftext|>");
        assert_int_equal(l.v.types[50256], MZG_TOKEN_CONTROL);
        assert_int_equal(l.v.count, i == 0 ? 50257 : 50295);
        drop(&l);
    }
}

static void llama_2s_own_file_is_read(void **state)
{
    struct loaded l;

    (void)state;
    if (!load_real(&l, "../shared/data/ort-genai-tiny/tiny-random-llama-fp32/tokenizer.json"))
        skip();
    assert_string_equal(l.v.model, "llama");
    assert_int_equal(l.v.count, 32000);
    assert_string_equal(l.v.tokens[260], "\xe2\x96\x81t");
    assert_true(l.v.scores[260] == 0.0f && l.v.scores[261] == -1.0f);
    assert_int_equal(l.v.types[258], MZG_TOKEN_BYTE);
    drop(&l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(byte_level_bpe_becomes_gpt2),
        cmocka_unit_test(bpe_with_byte_fallback_becomes_llama_with_scores),
        cmocka_unit_test(one_changed_place_is_refused_with_its_byte),
        cmocka_unit_test(the_committed_files_are_these),
        cmocka_unit_test(ids_beyond_the_models_are_refused),
        cmocka_unit_test(a_given_pre_tokenizer_wins),
        cmocka_unit_test(no_prepended_space_is_said),
        cmocka_unit_test(ways_that_merges_do_not_list_are_told),
        cmocka_unit_test(a_space_put_before_text_is_told),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(more_items_than_a_batch_keep_their_bytes),
        cmocka_unit_test(gpt2s_own_files_are_read),
        cmocka_unit_test(llama_2s_own_file_is_read),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
