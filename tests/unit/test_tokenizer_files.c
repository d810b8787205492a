/* Tokenizers of the kinds of tokenizer_kinds.h: what becomes of good ones, and rules that need more than one place. */
#include "model/vocab/vocab_table.h"
#include "tokenizer_kinds.h"

#include <math.h>
#include <stdlib.h>

/* ---- what becomes of them ---- */

static void unigram_becomes_t5(void **state)
{
    static const struct token want[] = {
        {"<pad>", MZG_TOKEN_CONTROL}, {"</s>", MZG_TOKEN_CONTROL}, {"<unk>", MZG_TOKEN_UNKNOWN},
        {MARK "a", MZG_TOKEN_NORMAL}, {"b", MZG_TOKEN_NORMAL}, {"[PAD5]", MZG_TOKEN_UNUSED},
    };
    static const uint8_t table[] = {4, 0, 0, 0, 0, 0, 0, 0, 'a', 0};
    struct folder f;

    (void)state;
    open_kind(&f, UNIGRAM);
    load_well(&f, "{\"model_type\":\"t5\",\"vocab_size\":6}");
    expect_tokens(&f, want, 6);
    assert_string_equal(f.v.model, "t5");
    assert_string_equal(f.v.pre, "default");
    assert_int_equal(f.v.own, 5);
    assert_true(f.v.scores[3] == -1.5f && f.v.scores[4] == -2.25f);
    assert_true(f.v.add_space_prefix == 1 && f.v.remove_extra_whitespaces == 1);
    assert_true(f.v.add_bos == 0 && f.v.add_eos == 1);
    assert_int_equal(f.v.special[MZG_SPECIAL_EOS], 1);
    assert_int_equal(f.v.special[MZG_SPECIAL_UNK], 2);
    assert_int_equal(f.v.charsmap_len, sizeof table);
    assert_memory_equal(f.v.charsmap, table, sizeof table);
    close_folder(&f);
}

static void expect_bert(const struct folder *f)
{
    assert_string_equal(f->v.model, "bert");
    assert_string_equal(f->v.pre, "jina-v2-en");
    assert_null(f->v.scores);
    assert_int_equal(f->v.special[MZG_SPECIAL_BOS], 2);
    assert_int_equal(f->v.special[MZG_SPECIAL_EOS], 3);
    assert_int_equal(f->v.special[MZG_SPECIAL_SEP], 3);
    assert_int_equal(f->v.special[MZG_SPECIAL_CLS], 2);
    assert_int_equal(f->v.special[MZG_SPECIAL_UNK], 1);
    assert_true(f->v.add_bos == 1 && f->v.add_eos == 1 && f->v.add_sep == 0);
}

static void wordpiece_becomes_bert(void **state)
{
    static const struct token want[] = {
        {"[PAD]", MZG_TOKEN_CONTROL}, {"[UNK]", MZG_TOKEN_CONTROL}, {"[CLS]", MZG_TOKEN_CONTROL},
        {"[SEP]", MZG_TOKEN_CONTROL}, {MARK "run", MZG_TOKEN_NORMAL}, {"ning", MZG_TOKEN_NORMAL},
        {MARK "#", MZG_TOKEN_NORMAL}, {"ma neno", MZG_TOKEN_USER_DEFINED},
    };
    struct folder f;

    (void)state;
    open_kind(&f, WORDPIECE);
    load_well(&f, "{\"type_vocab_size\":2}");
    expect_tokens(&f, want, 8);
    expect_bert(&f);
    assert_int_equal(f.v.token_types, 2);
    assert_true(f.v.lowercase == 1 && f.v.strip_accents == -1);
    assert_int_equal(mzg_vocab_table_find(&f.v, "ning"), 5);
    assert_string_equal(f.notices, "");
    close_folder(&f);
}

static void vocab_txt_becomes_bert(void **state)
{
    static const struct token want[] = {
        {"[PAD]", MZG_TOKEN_CONTROL},  {"[UNK]", MZG_TOKEN_CONTROL}, {"[CLS]", MZG_TOKEN_CONTROL},
        {"[SEP]", MZG_TOKEN_CONTROL},  {"[MASK]", MZG_TOKEN_CONTROL}, {MARK "run", MZG_TOKEN_NORMAL},
        {"ning", MZG_TOKEN_NORMAL},    {"[PAD7]", MZG_TOKEN_UNUSED}, {MARK "la", MZG_TOKEN_NORMAL},
    };
    struct folder f;

    (void)state;
    open_kind(&f, LINES);
    put(&f, "tokenizer_config.json", "{\"do_lower_case\":false}");
    load_well(&f, "{\"vocab_size\":9,\"model_type\":\"bert\"}");
    expect_tokens(&f, want, 9);
    expect_bert(&f);
    assert_int_equal(f.v.special[MZG_SPECIAL_MASK], 4);
    assert_int_equal(f.v.lowercase, 0);
    assert_non_null(strstr(f.notices, "keeps case"));
    put(&f, "tokenizer_config.json", "{\"strip_accents\":false}");
    load_well(&f, NULL);
    assert_true(f.v.lowercase == 1 && f.v.strip_accents == 0);
    assert_non_null(strstr(f.notices, "keeps accents"));
    close_folder(&f);
}

static void vocab_json_and_merges_become_gpt2(void **state)
{
    static const struct token want[] = {
        {"<|endoftext|>", MZG_TOKEN_CONTROL}, {"a", MZG_TOKEN_NORMAL}, {"b", MZG_TOKEN_NORMAL},
        {"ab", MZG_TOKEN_NORMAL}, {"abb", MZG_TOKEN_NORMAL},
    };
    struct folder f;

    (void)state;
    open_kind(&f, MAP);
    load_well(&f, NULL);
    expect_tokens(&f, want, 5);
    assert_string_equal(f.v.model, "gpt2");
    assert_string_equal(f.v.pre, "gpt-2");
    assert_null(f.v.scores);
    assert_int_equal(f.v.n_merges, 2);
    assert_string_equal(f.v.merges[0], "a b");
    assert_string_equal(f.v.merges[1], "ab b");
    assert_int_equal(f.v.special[MZG_SPECIAL_BOS], 0);
    assert_int_equal(f.v.special[MZG_SPECIAL_EOS], 0);
    put(&f, "special_tokens_map.json", "{\"additional_special_tokens\":[\"none\",{\"content\":\"ab\"},7]}");
    load_well(&f, NULL);
    assert_int_equal(f.v.types[3], MZG_TOKEN_CONTROL);
    close_folder(&f);
}

static void roberta_without_tokenizer_json_surrounds_a_text(void **state)
{
    struct folder f;

    (void)state;
    open_kind(&f, MAP);
    put(&f, "vocab.json", "{\"<s>\":0,\"<pad>\":1,\"</s>\":2,\"<unk>\":3,\"a\":4,\"b\":5,\"ab\":6,"
        "\"abb\":7,\"<mask>\":8}");
    put(&f, "tokenizer_config.json", "{}");
    load_well(&f, "{\"model_type\":\"roberta\"}");
    assert_string_equal(f.v.pre, "roberta-bpe");
    assert_true(f.v.add_bos == 1 && f.v.add_eos == 1 && f.v.add_sep == 1);
    assert_true(f.v.special[MZG_SPECIAL_BOS] == 0 && f.v.special[MZG_SPECIAL_SEP] == 2);
    assert_int_equal(f.v.types[8], MZG_TOKEN_CONTROL);
    expect_said(&f, load(&f, "{\"model_type\":\"other\"}"), MZG_UNSUPPORTED, "model_type 'other' do");
    close_folder(&f);
}

static void tekken_json_becomes_gpt2(void **state)
{
    static const struct token want[] = {
        {"<unk>", MZG_TOKEN_CONTROL}, {"<s>", MZG_TOKEN_CONTROL}, {"</s>", MZG_TOKEN_CONTROL},
        {"<SPECIAL_3>", MZG_TOKEN_CONTROL}, {"a", MZG_TOKEN_NORMAL}, {"\xc4\xa0", MZG_TOKEN_NORMAL},
        {"\xc3\xbf", MZG_TOKEN_NORMAL}, {"aa", MZG_TOKEN_NORMAL}, {"\xc4\xa0" "aa", MZG_TOKEN_NORMAL},
    };
    char *unlisted = strdup(tekken_json);
    struct folder f;

    (void)state;
    open_kind(&f, TEKKEN);
    load_well(&f, NULL);
    expect_tokens(&f, want, 9);
    assert_string_equal(f.v.model, "gpt2");
    assert_string_equal(f.v.pre, "tekken");
    assert_int_equal(f.v.own, 9);
    assert_int_equal(f.v.n_merges, 2);
    assert_string_equal(f.v.merges[0], "a a");
    assert_string_equal(f.v.merges[1], "\xc4\xa0 aa");
    assert_true(f.v.special[MZG_SPECIAL_BOS] == 1 && f.v.special[MZG_SPECIAL_EOS] == 2);
    assert_int_equal(f.v.add_bos, 1);
    /* The first files did not list their special tokens. */
    assert_non_null(unlisted);
    memcpy(strstr(unlisted, "\"special_tokens\""), "\"special_tokenz\"", 16);
    put(&f, "tekken.json", unlisted);
    load_well(&f, "{\"vocab_size\":11}");
    assert_string_equal(f.v.tokens[3], "[INST]");
    assert_string_equal(f.v.tokens[10], "[PAD10]");
    expect_said(&f, load(&f, "{\"vocab_size\":8}"), MZG_MALFORMED, "is beyond the model's 8 tokens");
    free(unlisted);
    close_folder(&f);
}

/* ---- rules that need more than one place ---- */

static void added_tokens_beyond_the_rows_are_left_out(void **state)
{
    struct folder f;

    (void)state;
    open_kind(&f, WORDPIECE);
    load_well(&f, "{\"vocab_size\":7}");
    assert_int_equal(f.v.count, 7);
    assert_int_equal(f.v.own, 8);
    assert_non_null(strstr(f.notices, "1 added tokens have ids beyond the model's 7"));
    expect_said(&f, load(&f, "{\"vocab_size\":6}"), MZG_MALFORMED, "token '#' at byte");
    close_folder(&f);
}

static void the_architectures_rows_win(void **state)
{
    struct mzg_vocab_options opt = {.rows = 12};
    struct folder f;

    (void)state;
    open_kind(&f, UNIGRAM);
    opt.config = json_loads("{\"vocab_size\":3}", 0, NULL);
    assert_int_equal(mzg_vocab_load(&f.v, f.path, &opt, &f.e), MZG_OK);
    json_decref((json_t *)opt.config);
    assert_int_equal(f.v.count, 12);
    assert_string_equal(f.v.tokens[11], "[PAD11]");
    close_folder(&f);
}

static void the_text_part_of_a_config_counts(void **state)
{
    struct folder f;

    (void)state;
    open_kind(&f, UNIGRAM);
    load_well(&f, "{\"text_config\":{\"vocab_size\":9,\"bos_token_id\":3,\"eos_token_id\":[1,4]}}");
    assert_int_equal(f.v.count, 9);
    assert_int_equal(f.v.special[MZG_SPECIAL_BOS], 3);
    assert_int_equal(f.v.special[MZG_SPECIAL_EOT], 4);
    load_well(&f, "{\"vocab_size\":8,\"text_config\":{\"vocab_size\":9}}");
    assert_int_equal(f.v.count, 8);
    expect_said(&f, load(&f, "{\"text_config\":{\"vocab_size\":0}}"), MZG_MALFORMED,
                "config.json: key 'vocab_size'");
    close_folder(&f);
}

static void fairseqs_file_does_not_hide_tokenizer_json(void **state)
{
    struct folder f;

    (void)state;
    open_kind(&f, UNIGRAM);
    put(&f, "sentencepiece.bpe.model", "not looked at");
    put(&f, "tokenizer.json", "{\"pre_tokenizer\":{\"type\":\"Metaspace\"},\"model\":{\"type\":\"BPE\","
        "\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"merges\":[\"a b\"]}}");
    load_well(&f, "{\"model_type\":\"m2m_100\"}");
    assert_string_equal(f.v.model, "llama");
    assert_int_equal(f.v.count, 3);
    close_folder(&f);
}

/* The kind's main file with its only `from` replaced. */
static void change(struct folder *f, int kind, const char *from, const char *to)
{
    const char *text = kinds[kind].text, *at = strstr(text, from);
    char *out = malloc(strlen(text) + strlen(to) + 1);

    assert_non_null(out);
    assert_non_null(at);
    sprintf(out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    put(f, kinds[kind].file, out);
    free(out);
}

static void normalizers_that_llama_cpp_lacks_are_told_or_refused(void **state)
{
    static const struct { int kind; const char *from, *to, *said; } cases[] = {
        {UNIGRAM, "\"normalizer\":{", "\"normalizer\":{\"type\":\"NFKC\"},\"n\":{", "another Unicode form"},
        {UNIGRAM, "\"normalizer\":{", "\"normalizer\":{\"type\":\"NFC\"},\"n\":{", ""},
        {UNIGRAM, "\"unk_id\":2", "\"unk_id\":2,\"byte_fallback\":true", "as the unknown token"},
        {WORDPIECE, "null,\"lower", "null,\"handle_chinese_chars\":false,\"lower", "Chinese characters"},
        {WORDPIECE, "null,\"lowercase\":true", "true,\"lowercase\":false", "keeps case"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct folder f;
        open_kind(&f, cases[i].kind);
        change(&f, cases[i].kind, cases[i].from, cases[i].to);
        load_well(&f, NULL);
        if (cases[i].said[0] ? !strstr(f.notices, cases[i].said) : f.notices[0] != '\0')
            fail_msg("case %zu: '%s'", i, f.notices);
        close_folder(&f);
    }
}

static void a_given_name_takes_what_would_be_refused(void **state)
{
    struct folder f;
    const struct mzg_notify notify = {keep, &f};
    const struct mzg_vocab_options opt = {.pre = "default", .notify = &notify};

    (void)state;
    open_kind(&f, UNIGRAM);
    change(&f, UNIGRAM, "\"normalizer\":{", "\"normalizer\":{\"type\":\"Lowercase\"},\"n\":{");
    assert_int_equal(mzg_vocab_load(&f.v, f.path, &opt, &f.e), MZG_OK);
    assert_non_null(strstr(f.notices, "'Lowercase' is not done by llama.cpp"));
    close_folder(&f);
}

static void another_class_of_vocab_txt_is_refused(void **state)
{
    struct folder f;

    (void)state;
    open_kind(&f, LINES);
    put(&f, "tokenizer_config.json", "{\"tokenizer_class\":\"BertJapaneseTokenizer\"}");
    expect_said(&f, load(&f, NULL), MZG_UNSUPPORTED, "vocab.txt: tokenizer_class 'BertJapanese");
    put(&f, "tokenizer_config.json", "{\"tokenizer_class\":\"DistilBertTokenizerFast\"}");
    load_well(&f, NULL);
    expect_said(&f, load(&f, "{\"vocab_size\":8}"), MZG_MALFORMED, "token 'la' at byte 44: id 8");
    close_folder(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unigram_becomes_t5),
        cmocka_unit_test(wordpiece_becomes_bert),
        cmocka_unit_test(vocab_txt_becomes_bert),
        cmocka_unit_test(vocab_json_and_merges_become_gpt2),
        cmocka_unit_test(roberta_without_tokenizer_json_surrounds_a_text),
        cmocka_unit_test(tekken_json_becomes_gpt2),
        cmocka_unit_test(added_tokens_beyond_the_rows_are_left_out),
        cmocka_unit_test(the_architectures_rows_win),
        cmocka_unit_test(the_text_part_of_a_config_counts),
        cmocka_unit_test(fairseqs_file_does_not_hide_tokenizer_json),
        cmocka_unit_test(normalizers_that_llama_cpp_lacks_are_told_or_refused),
        cmocka_unit_test(a_given_name_takes_what_would_be_refused),
        cmocka_unit_test(another_class_of_vocab_txt_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
