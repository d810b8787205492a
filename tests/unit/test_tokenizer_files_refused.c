/* Tokenizers of the kinds of tokenizer_kinds.h with one place changed, or cut. */
#include "tokenizer_kinds.h"

#include <stdlib.h>

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
        cmocka_unit_test(one_changed_place_is_refused),
        cmocka_unit_test(the_committed_files_are_these),
        cmocka_unit_test(every_truncation_is_refused_or_shorter),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0) {
        corpus = argv[2];
        each_file(write_file);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
