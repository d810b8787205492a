/* Tokenizers of the kinds that are not byte-level BPE in tokenizer.json or SentencePiece's own file, as
 * folders: what becomes of a good one, and of each with one place changed. */
#include "model/vocab/vocab_table.h"
#include "vocab_folder.h"

#include <math.h>
#include <stdlib.h>

#define MARK "\xe2\x96\x81"

/* ---- a good folder of each kind ---- */

/* Its table of replacements: one node, and "a". */
static const char unigram_json[] =
    "{\"added_tokens\":[{\"id\":0,\"content\":\"<pad>\",\"special\":true},"
    "{\"id\":1,\"content\":\"</s>\",\"special\":true}],"
    "\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"BAAAAAAAAABhAA==\"},"
    "\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"WhitespaceSplit\"},"
    "{\"type\":\"Metaspace\",\"add_prefix_space\":true}]},"
    "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"Sequence\":{\"id\":\"A\"}},"
    "{\"SpecialToken\":{\"id\":\"</s>\"}}]},"
    "\"model\":{\"type\":\"Unigram\",\"unk_id\":2,\"vocab\":[[\"<pad>\",0.0],[\"</s>\",0.0],"
    "[\"<unk>\",0.0],[\"" MARK "a\",-1.5],[\"b\",-2.25]]}}\n";

static const char wordpiece_json[] =
    "{\"added_tokens\":[{\"id\":0,\"content\":\"[PAD]\",\"special\":true},"
    "{\"id\":1,\"content\":\"[UNK]\",\"special\":true},"
    "{\"id\":2,\"content\":\"[CLS]\",\"special\":true},"
    "{\"id\":3,\"content\":\"[SEP]\",\"special\":true},"
    "{\"id\":7,\"content\":\"ma neno\",\"special\":false}],"
    "\"normalizer\":{\"type\":\"BertNormalizer\",\"strip_accents\":null,\"lowercase\":true},"
    "\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},"
    "\"post_processor\":{\"type\":\"BertProcessing\",\"sep\":[\"[SEP]\",3],\"cls\":[\"[CLS]\",2]},"
    "\"model\":{\"type\":\"WordPiece\",\"unk_token\":\"[UNK]\",\"continuing_subword_prefix\":\"##\","
    "\"vocab\":{\"[PAD]\":0,\"[UNK]\":1,\"[CLS]\":2,\"[SEP]\":3,\"run\":4,\"##ning\":5,\"#\":6}}}\n";

static const char vocab_txt[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\r\nrun\n##ning\n\nla";

static const char vocab_json[] = "{\"<|endoftext|>\":0,\"a\":1,\"b\":2,\"ab\":3,\"abb\":4}\n";
static const char merges_txt[] = "#version: 0.2\na b\r\nab b\n\n";

static const char tekken_json[] =
    "{\"config\":{\"pattern\":\"[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?[\\\\p{Lu}\\\\p{Lt}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]*"
    "[\\\\p{Ll}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]+|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?[\\\\p{Lu}\\\\p{Lt}\\\\p{Lm}"
    "\\\\p{Lo}\\\\p{M}]+[\\\\p{Ll}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]*|\\\\p{N}| ?[^\\\\s\\\\p{L}\\\\p{N}]+"
    "[\\\\r\\\\n/]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+\","
    "\"default_vocab_size\":9,\"default_num_special_tokens\":4,\"version\":\"v7\"},"
    "\"vocab\":[{\"rank\":0,\"token_bytes\":\"YQ==\",\"token_str\":\"a\"},"
    "{\"rank\":1,\"token_bytes\":\"IA==\"},{\"rank\":2,\"token_bytes\":\"/w==\",\"token_str\":null},"
    "{\"rank\":3,\"token_bytes\":\"YWE=\"},{\"rank\":4,\"token_bytes\":\"IGFh\"},"
    "{\"rank\":5,\"token_bytes\":\"bm90IHVzZWQ=\"}],"
    "\"special_tokens\":[{\"rank\":0,\"token_str\":\"<unk>\",\"is_control\":true},"
    "{\"rank\":1,\"token_str\":\"<s>\"},{\"rank\":2,\"token_str\":\"</s>\"}]}\n";

static const char bert_config[] = "{\"do_lower_case\":true,\"tokenizer_class\":\"BertTokenizer\"}";
static const char gpt2_config[] = "{\"tokenizer_class\":\"GPT2Tokenizer\"}";

enum { UNIGRAM, WORDPIECE, LINES, MAP, MERGES, TEKKEN, KINDS };
static const struct kind {
    const char *name;       /* below tests/refused */
    const char *file, *text;
    const char *more[2][2]; /* other files, which stay as they are */
} kinds[KINDS] = {
    {"tokenizer_unigram", "tokenizer.json", unigram_json, {{"tokenizer_config.json", "{}"}}},
    {"tokenizer_wordpiece", "tokenizer.json", wordpiece_json, {{"tokenizer_config.json", "{}"}}},
    {"vocab_txt", "vocab.txt", vocab_txt, {{"tokenizer_config.json", bert_config}}},
    {"vocab_json", "vocab.json", vocab_json,
     {{"merges.txt", merges_txt}, {"tokenizer_config.json", gpt2_config}}},
    {"merges_txt", "merges.txt", merges_txt,
     {{"vocab.json", vocab_json}, {"tokenizer_config.json", gpt2_config}}},
    {"tekken_json", "tekken.json", tekken_json, {{"tokenizer_config.json", "{}"}}},
};

static void open_kind(struct folder *f, int kind)
{
    memset(f, 0, sizeof *f);
    make_scratch(f->path);
    put(f, kinds[kind].file, kinds[kind].text);
    for (int i = 0; i < 2 && kinds[kind].more[i][0]; i++)
        put(f, kinds[kind].more[i][0], kinds[kind].more[i][1]);
}

struct token {
    const char *text;
    int type;
};

static void expect_tokens(const struct folder *f, const struct token *want, uint32_t n)
{
    assert_int_equal(f->v.count, n);
    for (uint32_t i = 0; i < n; i++) {
        assert_string_equal(f->v.tokens[i], want[i].text);
        assert_int_equal(f->v.types[i], want[i].type);
    }
}

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

/* ---- one place changed ---- */

static const struct mutation {
    int kind;
    const char *name, *from, *to;
    enum mzg_code code;
    const char *what, *at; /* at: where the offset is, in the spoilt text; NULL: none */
} mutations[] = {
    {UNIGRAM, "score_text", "-1.5", "\"-1.5\"", MZG_MALFORMED, "piece 3 at byte", "[\"" MARK},
    {UNIGRAM, "score_huge", "-1.5", "-1e300", MZG_MALFORMED, "piece 3 at byte", "[\"" MARK},
    {UNIGRAM, "no_score", ",-1.5", "", MZG_MALFORMED, "piece 3 at byte", "[\"" MARK},
    {UNIGRAM, "piece_number", "\"b\",", "7,", MZG_MALFORMED, "piece 4 at byte", "[7,"},
    {UNIGRAM, "piece_twice", "\"b\",", "\"<unk>\",", MZG_MALFORMED,
     "tokens 2 and 4 have the same text '<unk>'", NULL},
    {UNIGRAM, "unknown_beyond", "\"unk_id\":2", "\"unk_id\":100000", MZG_MALFORMED, "'unk_id'", NULL},
    {UNIGRAM, "map", "\"vocab\":[[", "\"vocab\":{},\"v\":[[", MZG_MALFORMED, "'vocab' at byte",
     "{},\"v\""},
    {UNIGRAM, "charsmap_base64", "BhAA==", "Bh*A==", MZG_MALFORMED, "is not base64", NULL},
    {UNIGRAM, "charsmap_padding", "BhAA==", "BhAA=", MZG_MALFORMED, "is not base64", NULL},
    {UNIGRAM, "charsmap_length", "\"BAAA", "\"CAAA", MZG_MALFORMED, "10 bytes are no table", NULL},
    {UNIGRAM, "charsmap_odd", "\"BAAA", "\"AwAA", MZG_MALFORMED, "10 bytes are no table", NULL},
    {UNIGRAM, "charsmap_open_end", "ABhAA==", "ABhYQ==", MZG_MALFORMED, "10 bytes are no table", NULL},
    {UNIGRAM, "lowercase", "\"normalizer\":{", "\"normalizer\":{\"type\":\"Lowercase\"},\"n\":{",
     MZG_UNSUPPORTED, "a normalizer with 'Lowercase'", NULL},
    {UNIGRAM, "shape", "WhitespaceSplit", "Whitespace", MZG_UNSUPPORTED, "shape 'Whitespace+M", NULL},
    {WORDPIECE, "shape", "BertPreTokenizer", "Whitespace", MZG_UNSUPPORTED, "shape 'Whitespace'", NULL},
    {WORDPIECE, "replace", "{\"type\":\"BertNormalizer\"", "{\"type\":\"Replace\",\"pattern\":{\"String\":\"x\"}",
     MZG_UNSUPPORTED, "a normalizer with 'Replace x'", NULL},
    {WORDPIECE, "no_prefix", "prefix\":\"##\"", "prefix\":\"\"", MZG_UNSUPPORTED, "without a cont", NULL},
    {WORDPIECE, "same_when_marked", "\"##ning\"", "\"##" MARK "run\"", MZG_MALFORMED,
     "tokens 4 and 5 have the same text", NULL},
    {LINES, "twice", "\nla", "\nrun", MZG_MALFORMED, "tokens 5 and 8 have the same text 'run'", NULL},
    {LINES, "not_utf8", "\nla", "\n\xff", MZG_MALFORMED, "token 8 '\\xff' is not UTF-8", "\xff"},
    {LINES, "no_cls", "[CLS]", "[cls]", MZG_UNSUPPORTED, "no [CLS] token", NULL},
    {LINES, "same_when_marked", "##ning", "##" MARK "la", MZG_MALFORMED,
     "tokens 6 and 8 have the same text", NULL},
    {MAP, "id_text", "\"abb\":4", "\"abb\":\"4\"", MZG_MALFORMED, "token 'abb' at byte", "\"abb\""},
    {MAP, "id_twice", "\"abb\":4", "\"abb\":3", MZG_MALFORMED, "id 3 is taken by 'ab'", "\"abb\""},
    {MAP, "list", "{\"<|", "[\"<|", MZG_MALFORMED, "'vocab' at byte 0", "["},
    {MAP, "cut", "}\n", ";\n", MZG_MALFORMED, "a comma or a closing bracket", ";"},
    {MERGES, "one_part", "ab b", "abb", MZG_MALFORMED, "merge 'abb' at byte", "abb"},
    {MERGES, "three_parts", "ab b", "a b b", MZG_MALFORMED, "merge 'a b b' at byte", "a b b"},
    {MERGES, "first_part", "ab b", "q b", MZG_MALFORMED, "its first part", "q b"},
    {MERGES, "result", "ab b", "ab a", MZG_MALFORMED, "what it makes", "ab a"},
    {MERGES, "version_later", "#version: 0.2\na b", "a b\n#version: 0.2", MZG_MALFORMED,
     "its first part is not", "#version"},
    {TEKKEN, "rank", "{\"rank\":3,\"token_b", "{\"rank\":4,\"token_b", MZG_MALFORMED, "its rank is not 3",
     "{\"rank\":4,\"token_bytes\":\"YWE"},
    {TEKKEN, "base64", "\"YWE=\"", "\"YWE\"", MZG_MALFORMED, "token_bytes are not 1 to",
     "{\"rank\":3,\"token_b"},
    {TEKKEN, "no_bytes", "\"YWE=\"", "\"\"", MZG_MALFORMED, "token_bytes are not 1 to",
     "{\"rank\":3,\"token_b"},
    {TEKKEN, "too_few", "size\":9", "size\":99", MZG_MALFORMED, "needs 95", "[{\"rank\":0,\"token_b"},
    {TEKKEN, "special_beyond", "{\"rank\":2,\"token_str", "{\"rank\":4,\"token_str", MZG_MALFORMED,
     "special token at byte", "{\"rank\":4,\"token_str"},
    {TEKKEN, "special_twice", "{\"rank\":2,\"token_str", "{\"rank\":1,\"token_str", MZG_MALFORMED,
     "its rank 1 is taken", "{\"rank\":1,\"token_str\":\"</s>"},
    {TEKKEN, "more_specials", "_tokens\":4", "_tokens\":10", MZG_MALFORMED,
     "'default_num_special_tokens'", NULL},
    {TEKKEN, "pattern", "|\\\\p{N}| ?", "|\\\\p{N}+| ?", MZG_UNSUPPORTED, "unknown shape", NULL},
    {TEKKEN, "no_config", "\"config\"", "\"config_\"", MZG_MALFORMED, "no 'config'", "{"},
    {TEKKEN, "no_vocab", "\"vocab\"", "\"vocab_\"", MZG_MALFORMED, "no 'vocab'", "{"},
};
#define MUTATIONS (sizeof mutations / sizeof *mutations)

/* The good text with its only `from` replaced, and the case's line. */
static char *spoil(const struct mutation *m, char path[64], struct refused *r)
{
    const char *text = kinds[m->kind].text, *at = strstr(text, m->from);
    char *out = malloc(strlen(text) + strlen(m->to) + 1);
    static char base[64];

    assert_non_null(out);
    assert_non_null(at);
    assert_null(strstr(at + 1, m->from));
    sprintf(out, "%.*s%s%s", (int)(at - text), text, m->to, at + strlen(m->from));
    snprintf(path, 64, "%s/%s", kinds[m->kind].name, m->name);
    snprintf(base, sizeof base, "%s/good", kinds[m->kind].name);
    *r = (struct refused){path, base, m->code, m->what, MZG_NO_OFFSET, "bare tiny"};
    if (m->at)
        r->offset = (uint64_t)(strstr(out, m->at) - out);
    return out;
}

static void one_changed_place_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < MUTATIONS; i++) {
        char path[64];
        struct refused r;
        struct folder f;
        char *text = spoil(&mutations[i], path, &r);
        open_kind(&f, mutations[i].kind);
        put(&f, kinds[mutations[i].kind].file, text);
        check_refusal(&r, load(&f, NULL), &f.e);
        close_folder(&f);
        free(text);
    }
}

/* Calls each with every file of the corpus: rel, its bytes; r: its line, at the file that is spoilt. */
static void each_file(void (*use)(const char *rel, const char *text, const struct refused *r))
{
    char path[64], rel[160];
    struct refused r;

    for (int k = 0; k < KINDS; k++) {
        snprintf(rel, sizeof rel, "%s/good/%s", kinds[k].name, kinds[k].file);
        use(rel, kinds[k].text, NULL);
        for (int i = 0; i < 2 && kinds[k].more[i][0]; i++) {
            snprintf(rel, sizeof rel, "%s/good/%s", kinds[k].name, kinds[k].more[i][0]);
            use(rel, kinds[k].more[i][1], NULL);
        }
    }
    for (size_t m = 0; m < MUTATIONS; m++) {
        const struct kind *k = &kinds[mutations[m].kind];
        char *text = spoil(&mutations[m], path, &r);
        snprintf(rel, sizeof rel, "%s/%s", path, k->file);
        use(rel, text, &r);
        for (int i = 0; i < 2 && k->more[i][0]; i++) {
            snprintf(rel, sizeof rel, "%s/%s", path, k->more[i][0]);
            use(rel, k->more[i][1], NULL);
        }
        free(text);
    }
}

static void check_file(const char *rel, const char *text, const struct refused *r)
{
    check_committed_in("EXPECT.vocab", r, rel, text, strlen(text));
}

static void the_committed_files_are_these(void **state)
{
    (void)state;
    each_file(check_file);
}

static const char *corpus;

static void write_file(const char *rel, const char *text, const struct refused *r)
{
    char line[1024];

    put_file(corpus, rel, text, strlen(text));
    if (r) {
        expect_line(line, r);
        fputs(line, stdout);
    }
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

static void every_truncation_is_refused_or_shorter(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        for (size_t len = 0; len < strlen(kinds[k].text); len++) {
            struct folder f;
            open_kind(&f, k);
            put_file(f.path, kinds[k].file, kinds[k].text, len);
            enum mzg_code code = load(&f, NULL);
            bool lines = k == LINES || k == MERGES; /* a line less is a good file, too */
            bool whole = len + 1 == strlen(kinds[k].text); /* but for its last newline */
            if (code == MZG_OK && !lines && !whole)
                fail_msg("%s, the first %zu bytes", kinds[k].name, len);
            close_folder(&f);
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unigram_becomes_t5),
        cmocka_unit_test(wordpiece_becomes_bert),
        cmocka_unit_test(vocab_txt_becomes_bert),
        cmocka_unit_test(vocab_json_and_merges_become_gpt2),
        cmocka_unit_test(roberta_without_tokenizer_json_surrounds_a_text),
        cmocka_unit_test(tekken_json_becomes_gpt2),
        cmocka_unit_test(one_changed_place_is_refused),
        cmocka_unit_test(the_committed_files_are_these),
        cmocka_unit_test(added_tokens_beyond_the_rows_are_left_out),
        cmocka_unit_test(the_architectures_rows_win),
        cmocka_unit_test(the_text_part_of_a_config_counts),
        cmocka_unit_test(fairseqs_file_does_not_hide_tokenizer_json),
        cmocka_unit_test(normalizers_that_llama_cpp_lacks_are_told_or_refused),
        cmocka_unit_test(a_given_name_takes_what_would_be_refused),
        cmocka_unit_test(another_class_of_vocab_txt_is_refused),
        cmocka_unit_test(every_truncation_is_refused_or_shorter),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0) {
        corpus = argv[2];
        each_file(write_file);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
