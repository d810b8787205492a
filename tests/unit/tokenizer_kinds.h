/* tokenizer_kinds.h: a good folder of each kind of tokenizer that is not byte-level BPE in tokenizer.json or SentencePiece's
 * own file. */
#ifndef MZG_TESTS_TOKENIZER_KINDS_H
#define MZG_TESTS_TOKENIZER_KINDS_H

#include "vocab_folder.h"

#define MARK "\xe2\x96\x81"

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

static inline void open_kind(struct folder *f, int kind)
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

static inline void expect_tokens(const struct folder *f, const struct token *want, uint32_t n)
{
    assert_int_equal(f->v.count, n);
    for (uint32_t i = 0; i < n; i++) {
        assert_string_equal(f->v.tokens[i], want[i].text);
        assert_int_equal(f->v.types[i], want[i].type);
    }
}

#endif
