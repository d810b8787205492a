#include "base/file.h"
#include "base/json.h"
#include "model/tokenizer_json.h"
#include "model/vocab_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

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

/* offset: of `at` in the spoilt text; NULL: none. */
struct change {
    const char *from, *to;
    enum mzg_code code;
    const char *what, *at;
};

static void try_changes(const char *good, const struct change *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char *text = spoil(good, c[i].from, c[i].to);
        const char *at = c[i].at ? strstr(text, c[i].at) : NULL;
        struct mzg_err e = {.msg = ""};
        struct loaded l;
        enum mzg_code code = read_text(&l, text, strlen(text), NULL, &e);

        if (code != c[i].code || !strstr(e.msg, c[i].what))
            fail_msg("change %zu (%s): code %d, %s", i, c[i].to, code, e.msg);
        if (c[i].at && e.offset != (uint64_t)(at - text))
            fail_msg("change %zu (%s): byte %llu, not %td", i, c[i].to,
                     (unsigned long long)e.offset, at - text);
        drop(&l);
        free(text);
    }
}

static void one_changed_place_is_refused_with_its_byte(void **state)
{
    static const struct change changes[] = {
        {"\"abb\":3", "\"abb\":-3", MZG_MALFORMED, "'abb'", "\"abb\":"},
        {"\"abb\":3", "\"abb\":2", MZG_MALFORMED, "id 2 is taken by 'ab'", "\"abb\":"},
        {"\"abb\":3", "\"abb\":3.0", MZG_MALFORMED, "'abb'", "\"abb\":"},
        {"\"abb\":3", "\"abb\":2097152", MZG_LIMIT, "id 2097152", "\"abb\":"},
        {"\"abb\":3", "\"abb\":99999999999999999999", MZG_MALFORMED, "'abb'", "\"abb\":"},
        {"\"abb\":3", "\"abb\":3,\"abb\":11", MZG_MALFORMED, "duplicate", NULL},
        {"\"abb\":3", "\"abc\":3", MZG_MALFORMED, "what it makes is not in", "[\"ab\",\"b\"]"},
        {"\"a b\",", "\"a  b\",", MZG_MALFORMED, "neither \"a b\" nor", "\"a  b\""},
        {"\"a b\",", "\"ab\",", MZG_MALFORMED, "neither \"a b\" nor", "\"ab\",["},
        {"\"a b\",", "\"q b\",", MZG_MALFORMED, "its first part", "\"q b\""},
        {"\"a b\",", "\"a q\",", MZG_MALFORMED, "its second part", "\"a q\""},
        {"[\"ab\",\"b\"]", "[\"ab\",\"b\",\"b\"]", MZG_MALFORMED, "neither", "[\"ab\",\"b\",\"b"},
        {"[\"ab\",\"b\"]", "[\"ab\",7]", MZG_MALFORMED, "neither", "[\"ab\",7"},
        {"[\"ab\",\"b\"]", "[\"ab\",\"b\"", MZG_MALFORMED, "JSON", NULL},
        {"\"id\":7", "\"id\":6", MZG_MALFORMED, "id 6 is taken by 'a", "{\"id\":6,\"content\":\"<|"},
        {"\"id\":7", "\"id\":-7", MZG_MALFORMED, "'<|im_end|>'", "{\"id\":-7"},
        {"\"id\":7,", "", MZG_MALFORMED, "'<|im_end|>'", "{\"content\":\"<|"},
        {"<|im_end|>", "<s>", MZG_MALFORMED, "tokens 4 and 7 have the same text '<s>'", NULL},
        {"\"content\":\"<s>\"", "\"content\":5", MZG_MALFORMED, "'content'", "{\"id\":4"},
        {"\"type\":\"BPE\"", "\"type\":\"WordPiece\"", MZG_UNSUPPORTED, "'WordPiece'", NULL},
        {"\"type\":\"BPE\"", "\"type\":\"Unigram\"", MZG_UNSUPPORTED, "'Unigram'", NULL},
        {"_prefix\":\"\"", "_prefix\":\"##\"", MZG_UNSUPPORTED, "prefix '##'", NULL},
        {"\"type\":\"ByteLevel\",", "\"type\":\"Whitespace\",", MZG_UNSUPPORTED, "'Whitespace'", NULL},
        {"\"merges\":", "\"merge\":", MZG_MALFORMED, "no merges", NULL},
        {"\"vocab\":", "\"merges\":", MZG_MALFORMED, "'merges' at byte", "\"merges\":["},
        {"\"vocab\":{", "\"vocab\":[", MZG_MALFORMED, "'vocab' at byte", "[\"a\":0"},
        {"\"model\":", "\"modem\":", MZG_MALFORMED, "no 'model'", NULL},
        {"\"normalizer\":null", "\"model\":[]", MZG_MALFORMED, "'model' at byte", "[],\"pre"},
        {"\"truncation\"", "\"model\\u006\"", MZG_MALFORMED, "JSON", NULL},
        {"\"truncation\":null", "\"\\u006dodel\":{}", MZG_MALFORMED, "'model' at byte", "\"model"},
        {"\"truncation\":null", "\"truncation\":nul", MZG_MALFORMED, "JSON", NULL},
        {"\"truncation\":null", "\"truncation\":[}", MZG_MALFORMED, "JSON", NULL},
        {"\"truncation\":null,", "\"truncation\":null", MZG_MALFORMED, "a comma or a closing",
         "\"added_tokens"},
        {"]]}}\n", "]]}}\nZ", MZG_MALFORMED, "the end expected", "Z"},
        {"]]}}\n", "]]}", MZG_MALFORMED, "JSON", NULL},
        {"]]}}\n", "]", MZG_MALFORMED, "does not end", NULL},
        {"\"c d\"", "\"c\\u0000d\"", MZG_UNSUPPORTED, "NUL", NULL},
        {"\"c d\"", "\"c\xff" "d\"", MZG_MALFORMED, "JSON", NULL},
    };

    (void)state;
    try_changes(bytes_json, changes, sizeof changes / sizeof *changes);
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
    char *text = spoil(llama_json, "Prepend", "Nothing");
    struct loaded l;
    struct mzg_err e;

    (void)state;
    assert_int_equal(read_text(&l, text, strlen(text), NULL, &e), MZG_OK);
    assert_int_equal(l.v.add_space_prefix, 0);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(byte_level_bpe_becomes_gpt2),
        cmocka_unit_test(bpe_with_byte_fallback_becomes_llama_with_scores),
        cmocka_unit_test(one_changed_place_is_refused_with_its_byte),
        cmocka_unit_test(ids_beyond_the_models_are_refused),
        cmocka_unit_test(a_given_pre_tokenizer_wins),
        cmocka_unit_test(no_prepended_space_is_said),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(more_items_than_a_batch_keep_their_bytes),
        cmocka_unit_test(gpt2s_own_files_are_read),
        cmocka_unit_test(llama_2s_own_file_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
