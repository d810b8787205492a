/* Folders with a SentencePiece Unigram model, as T5 and XLM-R have them. */
#include "vocab_folder.h"

/* <unk> <s> </s> "▁a" (-1.5) "ud" (USER_DEFINED); Unigram; a table of replacements of 10 bytes. */
static const uint8_t model[] = {
    0x0a, 9, 0x0a, 5, '<', 'u', 'n', 'k', '>', 0x18, 2,
    0x0a, 7, 0x0a, 3, '<', 's', '>', 0x18, 3,
    0x0a, 8, 0x0a, 4, '<', '/', 's', '>', 0x18, 3,
    0x0a, 11, 0x0a, 4, 0xe2, 0x96, 0x81, 'a', 0x15, 0, 0, 0xc0, 0xbf,
    0x0a, 6, 0x0a, 2, 'u', 'd', 0x18, 4,
    0x12, 2, 0x18, 1,
    0x1a, 16, 0x12, 10, 4, 0, 0, 0, 0, 0, 0, 0, 'a', 0, 0x18, 1, 0x20, 0,
};
#define FLAGS (sizeof model - 4) /* add_dummy_prefix, then remove_extra_whitespaces */

static void open_model(struct folder *f, const char *name)
{
    memset(f, 0, sizeof *f);
    make_scratch(f->path);
    put_file(f->path, name, model, sizeof model);
}

static void expect_token(const struct folder *f, uint32_t id, const char *text, int type, float score)
{
    assert_true(id < f->v.count);
    assert_string_equal(f->v.tokens[id], text);
    assert_int_equal(f->v.types[id], type);
    assert_true(f->v.scores[id] == score);
}

static void t5s_pieces_become_t5(void **state)
{
    struct folder f;

    (void)state;
    open_model(&f, "spiece.model");
    load_well(&f, "{\"model_type\":\"mt5\",\"vocab_size\":6}");
    assert_string_equal(f.v.model, "t5");
    assert_string_equal(f.v.pre, "default");
    expect_token(&f, 0, "<unk>", MZG_TOKEN_UNKNOWN, 0);
    expect_token(&f, 3, "\xe2\x96\x81" "a", MZG_TOKEN_NORMAL, -1.5f);
    expect_token(&f, 4, "ud", MZG_TOKEN_NORMAL, 0);
    expect_token(&f, 5, "[PAD5]", MZG_TOKEN_UNUSED, -10000);
    assert_int_equal(f.v.own, 5);
    assert_int_equal(f.v.charsmap_len, 10);
    assert_memory_equal(f.v.charsmap, model + sizeof model - 14, 10);
    assert_true(f.v.add_space_prefix == 1 && f.v.remove_extra_whitespaces == 0);
    assert_true(f.v.add_bos == 0 && f.v.add_eos == 1);
    assert_int_equal(f.v.special[MZG_SPECIAL_EOS], 2);
    close_folder(&f);
}

static void another_familys_unigram_adds_nothing(void **state)
{
    struct folder f;

    (void)state;
    open_model(&f, "tokenizer.model");
    load_well(&f, NULL);
    assert_string_equal(f.v.model, "t5");
    assert_true(f.v.add_bos == 0 && f.v.add_eos == 0);
    close_folder(&f);
}

static void sentinels_are_behind_the_pieces_the_last_first(void **state)
{
    struct folder f;

    (void)state;
    open_model(&f, "spiece.model");
    put(&f, "tokenizer_config.json", "{\"extra_ids\":3}");
    load_well(&f, "{\"model_type\":\"t5\",\"vocab_size\":9}");
    expect_token(&f, 5, "<extra_id_2>", MZG_TOKEN_CONTROL, -1000);
    expect_token(&f, 7, "<extra_id_0>", MZG_TOKEN_CONTROL, -1000);
    expect_token(&f, 8, "[PAD8]", MZG_TOKEN_UNUSED, -10000);
    assert_int_equal(f.v.own, 8);
    put(&f, "tokenizer_config.json", "{\"additional_special_tokens\":[\"<extra_id_0>\"]}");
    load_well(&f, "{\"model_type\":\"t5\",\"vocab_size\":9}");
    expect_token(&f, 5, "<extra_id_0>", MZG_TOKEN_CONTROL, -1000);
    put(&f, "tokenizer_config.json", "{}"); /* a hundred, of which the first are the last */
    load_well(&f, "{\"model_type\":\"t5\",\"vocab_size\":105}");
    expect_token(&f, 5, "<extra_id_99>", MZG_TOKEN_CONTROL, -1000);
    expect_token(&f, 104, "<extra_id_0>", MZG_TOKEN_CONTROL, -1000);
    put(&f, "tokenizer_config.json", "{\"added_tokens_decoder\":{\"6\":{\"content\":\"<x>\"}}}");
    load_well(&f, "{\"model_type\":\"t5\",\"vocab_size\":9}");
    expect_token(&f, 5, "[PAD5]", MZG_TOKEN_UNUSED, -10000);
    expect_token(&f, 6, "<x>", MZG_TOKEN_USER_DEFINED, -1000);
    close_folder(&f);
}

static void xlm_rs_pieces_have_its_own_ids(void **state)
{
    struct folder f;

    (void)state;
    open_model(&f, "sentencepiece.bpe.model");
    load_well(&f, "{\"model_type\":\"xlm-roberta\",\"vocab_size\":7,\"type_vocab_size\":1}");
    expect_token(&f, 0, "<s>", MZG_TOKEN_CONTROL, 0);
    expect_token(&f, 1, "<pad>", MZG_TOKEN_CONTROL, 0);
    expect_token(&f, 2, "</s>", MZG_TOKEN_CONTROL, 0);
    expect_token(&f, 3, "<unk>", MZG_TOKEN_UNKNOWN, 0);
    expect_token(&f, 4, "\xe2\x96\x81" "a", MZG_TOKEN_NORMAL, -1.5f);
    expect_token(&f, 5, "ud", MZG_TOKEN_NORMAL, 0);
    expect_token(&f, 6, "<mask>", MZG_TOKEN_CONTROL, 0);
    assert_int_equal(f.v.own, 7);
    assert_true(f.v.add_bos == 1 && f.v.add_eos == 1);
    assert_int_equal(f.v.token_types, 1);
    assert_true(f.v.special[MZG_SPECIAL_BOS] == 0 && f.v.special[MZG_SPECIAL_UNK] == 3);
    load_well(&f, "{\"model_type\":\"xlm-roberta\"}");
    assert_int_equal(f.v.count, 7);
    expect_said(&f, load(&f, "{\"model_type\":\"mbart\"}"), MZG_UNSUPPORTED,
                "sentencepiece.bpe.model: of model_type 'mbart'");
    close_folder(&f);
}

static void other_treatment_of_spaces_is_refused(void **state)
{
    uint8_t bytes[sizeof model + 3];
    struct folder f;

    (void)state;
    open_model(&f, "spiece.model");
    memcpy(bytes, model, sizeof model);
    bytes[FLAGS + 2] = 0x28; /* escape_whitespaces */
    put_file(f.path, "spiece.model", bytes, sizeof model);
    expect_said(&f, load(&f, NULL), MZG_UNSUPPORTED, "spiece.model: a SentencePiece model with escape");
    memcpy(bytes, model, sizeof model);
    memcpy(bytes + sizeof model, (uint8_t[]){0x12, 3, 0xc0}, 3);
    put_file(f.path, "spiece.model", bytes, sizeof model + 3);
    expect_said(&f, load(&f, NULL), MZG_MALFORMED, "goes beyond its message");
    uint8_t suffix[sizeof model + 5];
    memcpy(suffix, model, sizeof model);
    memcpy(suffix + sizeof model, (uint8_t[]){0x12, 3, 0xc0, 0x01, 1}, 5);
    put_file(f.path, "spiece.model", suffix, sizeof suffix);
    expect_said(&f, load(&f, NULL), MZG_UNSUPPORTED, "treat_whitespace_as_suffix");
    close_folder(&f);
}

static void a_broken_table_of_replacements_is_refused(void **state)
{
    uint8_t bytes[sizeof model];
    struct folder f;

    (void)state;
    open_model(&f, "spiece.model");
    memcpy(bytes, model, sizeof model);
    bytes[sizeof model - 5] = 'b'; /* its last byte: the replacement has no end */
    put_file(f.path, "spiece.model", bytes, sizeof bytes);
    expect_said(&f, load(&f, NULL), MZG_MALFORMED, "spiece.model: precompiled_charsmap: 10 bytes");
    close_folder(&f);
}

static void what_llama_cpp_does_otherwise_is_told(void **state)
{
    uint8_t bytes[sizeof model];
    struct folder f;

    (void)state;
    open_model(&f, "tokenizer.model");
    memcpy(bytes, model, sizeof model);
    bytes[sizeof model - 19] = 2; /* BPE */
    put_file(f.path, "tokenizer.model", bytes, sizeof bytes);
    load_well(&f, NULL);
    assert_string_equal(f.v.model, "llama");
    assert_null(f.v.charsmap);
    assert_non_null(strstr(f.notices, "replaces some characters first"));
    assert_non_null(strstr(f.notices, "no tokens for bytes"));
    close_folder(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(t5s_pieces_become_t5),
        cmocka_unit_test(another_familys_unigram_adds_nothing),
        cmocka_unit_test(sentinels_are_behind_the_pieces_the_last_first),
        cmocka_unit_test(xlm_rs_pieces_have_its_own_ids),
        cmocka_unit_test(other_treatment_of_spaces_is_refused),
        cmocka_unit_test(a_broken_table_of_replacements_is_refused),
        cmocka_unit_test(what_llama_cpp_does_otherwise_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
