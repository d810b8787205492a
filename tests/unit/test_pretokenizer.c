#include "base/sha256.h"
#include "model/vocab/pretokenizer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* As the makers write them. sha256: of the Splits' regexes, one behind the other, as other programs
 * that tell tokenizers apart by it have it; NULL where none is known. */
static const struct shape {
    const char *pre;
    int ignore_merges;
    const char *family;
    const char *sha256;
    const char *json;
} shapes[] = {
    {"llama-bpe", 1, NULL,
     "d98f9631be1e9607a9848c26c1f9eac1aa9fc21ac6ba82a2fc0741af9780a48f",
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"("
     "?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}| ?[^"
     "\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+\"},\"beh"
     "avior\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_prefix_space\":fals"
     "e,\"trim_offsets\":true,\"use_regex\":false}]}"},
    {"dbrx", 0, NULL,
     NULL,
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"("
     "?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}| ?[^"
     "\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+\"},\"beh"
     "avior\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_prefix_space\":fals"
     "e,\"trim_offsets\":true,\"use_regex\":false}]}"},
    {"qwen2", 0, NULL,
     "1ff7f41064896984db5d1bb6ff64fa4bc29007d08c1b439e505b7392777a319e",
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"("
     "?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}| ?[^\\\\s"
     "\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+\"},\"behavior"
     "\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"t"
     "rim_offsets\":true,\"use_regex\":false}]}"},
    {"stablelm2", 0, "stablelm",
     NULL,
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"("
     "?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}| ?[^\\\\s"
     "\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+\"},\"behavior"
     "\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"t"
     "rim_offsets\":true,\"use_regex\":false}]}"},
    {"qwen35", 0, NULL,
     "00431aed57e696b747435f734d1e3b9b1bfd931a121fb5cac7129e97c181e9ba",
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"("
     "?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?[\\\\p{L}\\\\p{M}]+|\\\\p{N}| "
     "?[^\\\\s\\\\p{L}\\\\p{M}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|"
     "\\\\s+\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_pref"
     "ix_space\":false,\"trim_offsets\":true,\"use_regex\":false}]}"},
    {"tekken", 1, NULL,
     "1d64a9a8eaf9f1bd80331984d81fdd514e7feafe8df83a525dd31472f275699a",
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"["
     "^\\\\r\\\\n\\\\p{L}\\\\p{N}]?[\\\\p{Lu}\\\\p{Lt}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]*[\\\\p{Ll}"
     "\\\\p{Lm}\\\\p{Lo}\\\\p{M}]+|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?[\\\\p{Lu}\\\\p{Lt}\\\\p{Lm}"
     "\\\\p{Lo}\\\\p{M}]+[\\\\p{Ll}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]*|\\\\p{N}| ?[^\\\\s\\\\p{L}"
     "\\\\p{N}]+[\\\\r\\\\n/]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+\"},\"behavior\":\"Is"
     "olated\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_off"
     "sets\":true,\"use_regex\":false}]}"},
    {"gpt-4o", 0, NULL,
     "2d1b8dc11e89af71459b36004f698ab3693f59fd84f63e8ec2b49564ab857420",
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"["
     "^\\\\r\\\\n\\\\p{L}\\\\p{N}]?[\\\\p{Lu}\\\\p{Lt}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]*[\\\\p{Ll}"
     "\\\\p{Lm}\\\\p{Lo}\\\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?"
     "[\\\\p{Lu}\\\\p{Lt}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]+[\\\\p{Ll}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]*(?i"
     ":'s|'t|'re|'ve|'m|'ll|'d)?|\\\\p{N}{1,3}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n/]*|\\\\s"
     "*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+\"},\"behavior\":\"Isolated\",\"invert\":false},{\""
     "type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":fals"
     "e}]}"},
    {"gpt-2", 0, NULL,
     NULL,
     "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true}"},
    {"smollm", 0, "llama",
     NULL,
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\",\"individual_digits\":tru"
     "e},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true}]}"},
    {"starcoder", 0, "starcoder2",
     NULL,
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\",\"individual_digits\":tru"
     "e},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true}]}"},
    {"refact", 0, "granitemoe",
     NULL,
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\",\"individual_digits\":tru"
     "e},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true}]}"},
    {"falcon", 0, "falcon",
     NULL,
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Punctuation\",\"behavior\":\"Conti"
     "guous\"},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true},{\"ty"
     "pe\":\"Digits\",\"individual_digits\":false},{\"type\":\"Split\",\"pattern\":{\"Regex\":"
     "\"[0-9][0-9][0-9]\"},\"behavior\":\"Isolated\",\"invert\":false}]}"},
    {"deepseek-llm", 0, "llama",
     "03df5c5863ad70781dcfdef491ead25140f895fe8010964be0daefe27be32b02",
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"["
     "\\r\\n]\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"Split\",\"pattern\":{"
     "\"Regex\":\"\\\\s?[A-Za-z\\u00b5\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u01ba\\u01bc-\\u"
     "01bf\\u01c4-\\u0293\\u0295-\\u02af\\u0370-\\u0373\\u0376\\u0377\\u037b-\\u037d\\u037f\\u"
     "0386\\u0388-\\u038a\\u038c\\u038e-\\u03a1\\u03a3-\\u03f5\\u03f7-\\u0481\\u048a-\\u052f"
     "\\u0531-\\u0556\\u10a0-\\u10c5\\u13a0-\\u13f5\\u13f8-\\u13fd\\u1c90-\\u1cba\\u1cbd-\\u1c"
     "bf\\u1d00-\\u1d2b\\u1d6b-\\u1d77\\u1d79-\\u1d9a\\u1e00-\\u1f15\\u1f18-\\u1f1d\\u1f20-\\u"
     "1f45\\u1f48-\\u1f4d\\u1f50-\\u1f57\\u1f59\\u1f5b\\u1f5d\\u1f5f-\\u1f7d\\u1f80-\\u1fb4\\u"
     "1fb6-\\u1fbc\\u1fbe\\u1fc2-\\u1fc4\\u1fc6-\\u1fcc\\u1fd0-\\u1fd3\\u1fd6-\\u1fdb\\u1fe0-"
     "\\u1fec\\u1ff2-\\u1ff4\\u1ff6-\\u1ffc\\u2102\\u2107\\u210a-\\u2113\\u2115\\u2119-\\u211d"
     "\\u2124\\u2126\\u2128\\u212a-\\u212d\\u212f-\\u2134\\u2139\\u213c-\\u213f\\u2145-\\u2149"
     "\\u214e\\u2183\\u2184\\u2c00-\\u2c7b\\u2c7e-\\u2ce4\\u2ceb-\\u2cee\\u2cf2\\u2cf3\\ua640-"
     "\\ua66d\\ua680-\\ua69b\\ua722-\\ua76f\\ua771-\\ua787\\ua78b-\\ua78e\\uab70-\\uabbf\\ufb0"
     "0-\\ufb06\\ufb13-\\ufb17\\uff21-\\uff3a\\uff41-\\uff5a\\ud801\\udc00-\\ud801\\udc4f\\ud8"
     "01\\udcb0-\\ud801\\udcd3\\ud801\\udcd8-\\ud801\\udcfb\\ud803\\udc80-\\ud803\\udcb2\\ud80"
     "3\\udcc0-\\ud803\\udcf2\\ud806\\udca0-\\ud806\\udcdf\\ud83a\\udd00-\\ud83a\\udd43]+\"},"
     "\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"Split\",\"pattern\":{\"Regex\":"
     "\"\\\\s?[!-/:-~\\uff01-\\uff0f\\uff1a-\\uff5e\\u2018-\\u201f\\u3000-\\u3002]+\"},\"behav"
     "ior\":\"Isolated\",\"invert\":false},{\"type\":\"Split\",\"pattern\":{\"Regex\":\"\\\\s+"
     "$\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"Split\",\"pattern\":{\"Rege"
     "x\":\"[\\u4e00-\\u9fa5\\u0800-\\u4e00\\uac00-\\ud7ff]+\"},\"behavior\":\"Isolated\",\"in"
     "vert\":false},{\"type\":\"Digits\",\"individual_digits\":true},{\"type\":\"ByteLevel\","
     "\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":false}]}"},
    {"deepseek-coder", 0, "llama",
     "21cde974d587f0d54dc8d56b183cc1e6239600172035c68fbd6d4b9f8da0576e",
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"["
     "\\r\\n]\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"Split\",\"pattern\":{"
     "\"Regex\":\"\\\\s?\\\\p{L}+\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"S"
     "plit\",\"pattern\":{\"Regex\":\"\\\\s?\\\\p{P}+\"},\"behavior\":\"Isolated\",\"invert\":"
     "false},{\"type\":\"Split\",\"pattern\":{\"Regex\":\"[\\u4e00-\\u9fa5\\u0800-\\u4e00\\uac"
     "00-\\ud7ff]+\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"Digits\",\"indiv"
     "idual_digits\":true},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\""
     ":true,\"use_regex\":false}]}"},
    {"deepseek-v3", 0, "llama",
     "3e41884740914736a01647a8d1d6426e0e5aed47b7fdb19dfb81d31e3653a502",
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\""
     "\\\\p{N}{1,3}\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"Split\",\"patte"
     "rn\":{\"Regex\":\"[\\u4e00-\\u9fa5\\u3040-\\u309f\\u30a0-\\u30ff]+\"},\"behavior\":\"Iso"
     "lated\",\"invert\":false},{\"type\":\"Split\",\"pattern\":{\"Regex\":\"[!\\\"#$%&'()*+,"
     "\\\\-./:;<=>?@\\\\[\\\\\\\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\\\p{L}\\\\p{P}\\\\p{S}]?["
     "\\\\p{L}\\\\p{M}]+| ?[\\\\p{P}\\\\p{S}]+[\\r\\n]*|\\\\s*[\\r\\n]+|\\\\s+(?!\\\\S)|\\\\s+"
     "\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_prefix_spa"
     "ce\":false,\"trim_offsets\":true,\"use_regex\":false}]}"},
    {"minicpm5", 0, "minicpm",
     NULL,
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\""
     "\\\\p{N}{1,3}\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"Split\",\"patte"
     "rn\":{\"Regex\":\"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|"
     "\\\\p{N}+| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|"
     "\\\\s+\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_pref"
     "ix_space\":false,\"trim_offsets\":true,\"use_regex\":false}]}"},
    {"bailingmoe", 0, "bailing_moe",
     NULL,
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"'"
     "(?i:[sdmt]|ll|ve|re)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?+\\\\p{L}+|\\\\p{N}| ?[^\\\\s\\\\p{L}"
     "\\\\p{N}]++[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]|\\\\s+(?!\\\\S)|\\\\s+\"},\"behavior\":\"Iso"
     "lated\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offs"
     "ets\":true,\"use_regex\":false}]}"},
    {"jais-2", 0, "jais2",
     NULL,
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"("
     "?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}| ?[^\\"
     "\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s{512}(?!\\\\S)|\\\\s{256}(?!"
     "\\\\S)|\\\\s{128}(?!\\\\S)|\\\\s{64}(?!\\\\S)|\\\\s{32}(?!\\\\S)|\\\\s{16}(?!\\\\S)|\\\\"
     "s{8}(?!\\\\S)|\\\\s{4}(?!\\\\S)|\\\\s{1,2}(?!\\\\S)|\\\\s{1}\"},\"behavior\":\"Isolated"
     "\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\""
     ":true,\"use_regex\":false}]}"},
    {"bloom", 0, "bloom",
     NULL,
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\" "
     "?[^(\\\\s|[.,!?\\u2026\\u3002\\uff0c\\u3001\\u0964\\u06d4\\u060c])]+\"},\"behavior\":\"I"
     "solated\",\"invert\":false},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_of"
     "fsets\":true,\"use_regex\":false}]}"},
    {"viking", 0, "llama",
     NULL,
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\" "
     "?[^(\\\\s|[.,!?\\u2026\\u3002\\uff0c\\u3001\\u0964\\u06d4\\u060c])]+\"},\"behavior\":\"I"
     "solated\",\"invert\":false},{\"type\":\"Digits\",\"individual_digits\":true},{\"type\":"
     "\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":false}]}"},
    {"dbrx", 0, NULL,
     NULL,
     "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"("
     "?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}| ?[^\\"
     "\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+\"},\"behav"
     "ior\":\"Removed\",\"invert\":true},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\""
     "trim_offsets\":true,\"use_regex\":false}]}"},
};

static json_t *parse(const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(json);
    return json;
}

static void every_known_shape_has_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        json_t *pre = parse(shapes[i].json);
        const struct mzg_pretokenizer p = {
            .model = "gpt2", .pre = pre, .ignore_merges = shapes[i].ignore_merges != 0,
            .family = shapes[i].family
        };
        const char *name = NULL;
        struct mzg_err e;

        if (mzg_pretokenizer_name(&p, &name, &e) != MZG_OK)
            fail_msg("%s: %s", shapes[i].pre, e.msg);
        assert_string_equal(name, shapes[i].pre);
        json_decref(pre);
    }
}

static void the_regexes_are_the_ones_known_by_their_digests(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        char all[4096] = "", hex[MZG_SHA256_HEX];
        uint8_t digest[MZG_SHA256_BYTES];
        json_t *pre = parse(shapes[i].json), *op;
        size_t k;

        json_array_foreach(json_object_get(pre, "pretokenizers"), k, op) {
            const json_t *pattern = json_object_get(op, "pattern");
            const char *regex = json_string_value(json_object_get(pattern, "Regex"));
            if (regex)
                strcat(all, regex);
        }
        mzg_sha256_of(all, strlen(all), digest);
        mzg_sha256_hex(digest, hex);
        if (shapes[i].sha256)
            assert_string_equal(hex, shapes[i].sha256);
        json_decref(pre);
    }
}

static void roberta_is_told_by_its_post_processor(void **state)
{
    json_t *pre = parse("{\"type\":\"ByteLevel\",\"use_regex\":true}");
    json_t *post = parse("{\"type\":\"RobertaProcessing\"}");
    const struct mzg_pretokenizer p = {.model = "gpt2", .pre = pre, .post = post};
    const char *name = NULL;
    struct mzg_err e;

    (void)state;
    assert_int_equal(mzg_pretokenizer_name(&p, &name, &e), MZG_OK);
    assert_string_equal(name, "roberta-bpe");
    json_decref(pre);
    json_decref(post);
}

static void each_kind_of_vocabulary_has_its_own_shapes(void **state)
{
    static const struct { const char *model, *json, *name; } cases[] = {
        {"t5", "{\"type\":\"Metaspace\"}", "default"},
        {"t5", "null", "default"},
        {"t5", "{\"type\":\"BertPreTokenizer\"}", NULL},
        {"bert", "{\"type\":\"BertPreTokenizer\"}", "jina-v2-en"},
        {"bert", "{\"type\":\"ByteLevel\"}", NULL},
        {"gpt2", "{\"type\":\"BertPreTokenizer\"}", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *pre = parse(cases[i].json);
        const struct mzg_pretokenizer p = {.model = cases[i].model, .pre = pre};
        const char *name = NULL;
        struct mzg_err e;
        enum mzg_code code = mzg_pretokenizer_name(&p, &name, &e);
        assert_int_equal(code, cases[i].name ? MZG_OK : MZG_UNSUPPORTED);
        if (cases[i].name)
            assert_string_equal(name, cases[i].name);
        json_decref(pre);
    }
}

static void nested_sequences_are_one_list(void **state)
{
    json_t *pre = parse("{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Sequence\","
                        "\"pretokenizers\":[{\"type\":\"Digits\",\"individual_digits\":true}]},"
                        "{\"type\":\"ByteLevel\"}]}");
    const struct mzg_pretokenizer p = {.model = "gpt2", .pre = pre};
    const char *name = NULL;
    struct mzg_err e;

    (void)state;
    assert_int_equal(mzg_pretokenizer_name(&p, &name, &e), MZG_OK);
    assert_string_equal(name, "smollm");
    assert_non_null(mzg_pretokenizer_find(pre, "Digits"));
    assert_null(mzg_pretokenizer_find(pre, "Split"));
    json_decref(pre);
}

/* Each differs from a known shape in one place. */
static void other_shapes_are_refused_with_what_was_found(void **state)
{
    static const struct { const char *json, *what; } cases[] = {
        {"null", "'none' (0 operations)"},
        {"{\"type\":\"Whitespace\"}", "'Whitespace' (1 operations)"},
        {"{\"type\":\"ByteLevel\",\"use_regex\":false}", "'ByteLevel' (1"},
        {"{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\"},"
         "{\"type\":\"ByteLevel\"}]}",
         "'Digits(runs)+ByteLevel(GPT-2)' (2"},
        {"{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":"
         "\"[0-9]+\"},\"behavior\":\"Isolated\"},{\"type\":\"ByteLevel\",\"use_regex\":false}]}",
         "'Split(Isolated, [0-9]+)+ByteLevel' (2"},
        {"{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"String\":"
         "\" \"},\"behavior\":\"Removed\",\"invert\":true}]}",
         "'Split(Removed, inverted, \\x27 \\x27)' (1"},
        {"{\"type\":\"Sequence\",\"pretokenizers\":[{},{\"type\":5},7,null,{\"type\":\"ByteLevel\"}"
         ",{},{},{},{},{}]}", "operations); --pre NAME"},
        {"[1]", "operations); --pre NAME"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *pre = parse(cases[i].json);
        const struct mzg_pretokenizer p = {.model = "gpt2", .pre = pre};
        const char *name = NULL;
        struct mzg_err e;

        assert_int_equal(mzg_pretokenizer_name(&p, &name, &e), MZG_UNSUPPORTED);
        if (!strstr(e.msg, cases[i].what) || !strstr(e.msg, "--pre"))
            fail_msg("case %zu: %s", i, e.msg);
        json_decref(pre);
    }
}

static void a_changed_regex_is_another_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        char *text = strdup(shapes[i].json);
        char *regex = text ? strstr(text, "\"Regex\":\"") : NULL;
        const char *name = NULL;
        struct mzg_err e;

        assert_non_null(text);
        if (regex) {
            size_t at = regex[9] == '\\' ? 11 : 9; /* not into an escape */
            regex[at] = regex[at] == '[' ? '(' : '[';
            json_t *pre = parse(text);
            const struct mzg_pretokenizer p = {
                .model = "gpt2", .pre = pre, .ignore_merges = shapes[i].ignore_merges != 0,
                .family = shapes[i].family
            };
            assert_int_equal(mzg_pretokenizer_name(&p, &name, &e), MZG_UNSUPPORTED);
            json_decref(pre);
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_known_shape_has_its_name),
        cmocka_unit_test(the_regexes_are_the_ones_known_by_their_digests),
        cmocka_unit_test(roberta_is_told_by_its_post_processor),
        cmocka_unit_test(each_kind_of_vocabulary_has_its_own_shapes),
        cmocka_unit_test(nested_sequences_are_one_list),
        cmocka_unit_test(other_shapes_are_refused_with_what_was_found),
        cmocka_unit_test(a_changed_regex_is_another_shape),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
