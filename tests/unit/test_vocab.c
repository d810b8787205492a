#include "model/containers/weights.h"
#include "model/containers/gguf.h"
#include "refused.h"
#include "vocab_folder.h"

#include <stdlib.h>

#define SHARED "../shared/data/"

/* Six tokens: <unk> <s> </s> <|im_end|> a b, and what is put around a text. */
#define VOCAB                                                                                      \
    "\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":4,\"b\":5},\"merges\":[]}}"
#define ADDED                                                                                      \
    "{\"added_tokens\":[{\"id\":0,\"content\":\"<unk>\",\"special\":true},{\"id\":1,\"content\":"  \
    "\"<s>\",\"special\":true},{\"id\":2,\"content\":\"</s>\",\"special\":true},{\"id\":3,"        \
    "\"content\":\"<|im_end|>\",\"special\":true}],\"pre_tokenizer\":{\"type\":\"ByteLevel\"},"
#define SPECIAL(text) "{\"SpecialToken\":{\"id\":\"" text "\",\"type_id\":0}}"
#define SEQUENCE(id) "{\"Sequence\":{\"id\":\"" id "\",\"type_id\":0}}"
#define TEMPLATE(single, pair)                                                                     \
    "{\"type\":\"TemplateProcessing\",\"single\":[" single "],\"pair\":[" pair "]}"

static void open_folder(struct folder *f, const char *post)
{
    memset(f, 0, sizeof *f);
    make_scratch(f->path);
    char *text = malloc(strlen(post) + 1000);
    assert_non_null(text);
    sprintf(text, ADDED "\"post_processor\":%s," VOCAB, post);
    put(f, "tokenizer.json", text);
    free(text);
}

static void expect_ids(const struct folder *f, int64_t bos, int64_t eos, int64_t eot, int64_t eom)
{
    assert_int_equal(f->v.special[MZG_SPECIAL_BOS], bos);
    assert_int_equal(f->v.special[MZG_SPECIAL_EOS], eos);
    assert_int_equal(f->v.special[MZG_SPECIAL_EOT], eot);
    assert_int_equal(f->v.special[MZG_SPECIAL_EOM], eom);
}

/* ---- special tokens ---- */

static void ids_come_from_texts_before_numbers(void **state)
{
    struct folder f;

    (void)state;
    open_folder(&f, "null");
    put(&f, "tokenizer_config.json", "{\"bos_token\":{\"content\":\"<s>\"},\"eos_token\":null}");
    put(&f, "special_tokens_map.json", "{\"bos_token\":\"a\",\"eos_token\":\"</s>\"}");
    load_well(&f, "{\"bos_token_id\":5,\"eos_token_id\":4,\"unk_token_id\":0,\"pad_token_id\":-1}");
    expect_ids(&f, 1, 2, -1, -1);
    assert_int_equal(f.v.special[MZG_SPECIAL_UNK], 0);
    assert_int_equal(f.v.special[MZG_SPECIAL_PAD], -1);
    assert_int_equal(f.v.n_files, 3);
    assert_string_equal(f.v.files[2], "tokenizer.json");
    close_folder(&f);
}

static void what_cannot_be_a_special_token_is_said(void **state)
{
    struct folder f;

    (void)state;
    open_folder(&f, "null");
    put(&f, "tokenizer_config.json", "{\"bos_token\":\"<nobody>\"}");
    load_well(&f, "{\"eos_token_id\":6,\"vocab_size\":6}");
    expect_ids(&f, -1, -1, -1, -1);
    assert_non_null(strstr(f.notices, "'<nobody>' is not in the vocabulary"));
    assert_non_null(strstr(f.notices, "eos_token_id 6 is beyond the 6 tokens"));
    assert_int_equal(load(&f, "{\"eos_token_id\":-2}"), MZG_MALFORMED);
    assert_non_null(strstr(f.e.msg, "eos_token_id is -2"));
    put(&f, "tokenizer_config.json", "{\"bos_token\":7}");
    assert_int_equal(load(&f, NULL), MZG_MALFORMED);
    assert_non_null(strstr(f.e.msg, "tokenizer_config.json: bos_token"));
    close_folder(&f);
}

static void the_template_says_what_is_added(void **state)
{
    struct folder f;

    (void)state;
    open_folder(&f, TEMPLATE(SPECIAL("<s>") "," SEQUENCE("A"),
                             SPECIAL("<s>") "," SEQUENCE("A") "," SPECIAL("</s>") ","
                             SEQUENCE("B")));
    put(&f, "tokenizer_config.json", "{\"bos_token\":\"<s>\",\"eos_token\":\"</s>\"}");
    load_well(&f, NULL);
    assert_true(f.v.add_bos == 1 && f.v.add_eos == -1 && f.v.add_sep == 1);
    assert_int_equal(f.v.special[MZG_SPECIAL_SEP], 2);
    /* In plain words wins. */
    put(&f, "tokenizer_config.json", "{\"bos_token\":\"<s>\",\"add_bos_token\":false,"
        "\"eos_token\":\"</s>\",\"add_eos_token\":true,\"add_prefix_space\":true}");
    load_well(&f, NULL);
    assert_true(f.v.add_bos == 0 && f.v.add_eos == 1 && f.v.add_space_prefix == 1);
    put(&f, "tokenizer_config.json", "{\"add_bos_token\":\"yes\"}");
    assert_int_equal(load(&f, NULL), MZG_MALFORMED);
    assert_non_null(strstr(f.e.msg, "add_bos_token is not a boolean"));
    close_folder(&f);
}

static void a_template_that_ends_otherwise_moves_the_eos(void **state)
{
    struct folder f;

    (void)state;
    open_folder(&f, "{\"type\":\"Sequence\",\"processors\":[{\"type\":\"ByteLevel\"},"
                TEMPLATE(SEQUENCE("A") "," SPECIAL("</s>"), "") "]}");
    put(&f, "tokenizer_config.json", "{\"bos_token\":\"<s>\",\"eos_token\":\"<|im_end|>\"}");
    load_well(&f, NULL);
    expect_ids(&f, 1, 2, 3, -1);
    assert_true(f.v.add_bos == -1 && f.v.add_eos == 1);
    close_folder(&f);
}

static void an_unknown_first_token_is_not_added(void **state)
{
    struct folder f;

    (void)state;
    open_folder(&f, TEMPLATE(SPECIAL("a") "," SEQUENCE("A"), ""));
    put(&f, "tokenizer_config.json", "{\"bos_token\":\"<s>\"}");
    load_well(&f, NULL);
    assert_int_equal(f.v.add_bos, 0);
    assert_non_null(strstr(f.notices, "'a', which is not its BOS"));
    close_folder(&f);
}

static void roberta_adds_all_three(void **state)
{
    struct folder f;

    (void)state;
    open_folder(&f, "{\"type\":\"RobertaProcessing\",\"cls\":[\"<s>\",1],\"sep\":[\"</s>\",2]}");
    load_well(&f, NULL);
    assert_true(f.v.add_bos == 1 && f.v.add_eos == 1 && f.v.add_sep == 1);
    assert_int_equal(f.v.special[MZG_SPECIAL_CLS], 1);
    assert_int_equal(f.v.special[MZG_SPECIAL_SEP], 2);
    assert_string_equal(f.v.pre, "roberta-bpe");
    close_folder(&f);
}

static void several_ends_of_generation_find_their_keys(void **state)
{
    static const struct { const char *ids, *config; int64_t eos, eot, eom; } cases[] = {
        {"[2,3]", "{}", 2, 3, -1},      /* by its text: the end of a turn */
        {"[3,2]", "{}", 3, 3, 2},       /* the first is the EOS where nothing else says */
        {"3", "{\"eos_token_id\":2}", 2, 3, -1},
        {"[2,4,5]", "{\"eos_token_id\":2}", 2, 4, 5},
        {"[2,2,\"x\",-1,99]", "{\"eos_token_id\":2}", 2, -1, -1},
        {"null", "{\"eos_token_id\":[2,3]}", 2, 3, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct folder f;
        char text[100];
        open_folder(&f, "null");
        snprintf(text, sizeof text, "{\"eos_token_id\":%s}", cases[i].ids);
        put(&f, "generation_config.json", text);
        load_well(&f, cases[i].config);
        expect_ids(&f, -1, cases[i].eos, cases[i].eot, cases[i].eom);
        close_folder(&f);
    }
}

/* ---- chat templates ---- */

static const char *template_of(const struct folder *f, const char *name)
{
    for (size_t i = 0; i < f->v.n_templates; i++)
        if (strcmp(f->v.templates[i].name, name) == 0)
            return f->v.templates[i].text;
    return NULL;
}

static void templates_are_found_in_every_place(void **state)
{
    struct folder f;

    (void)state;
    open_folder(&f, "null");
    put(&f, "chat_template.json", "{\"chat_template\":\"from json\"}");
    load_well(&f, NULL);
    assert_string_equal(template_of(&f, "default"), "from json");
    put(&f, "chat_template.jinja", "from jinja");
    put(&f, "additional_chat_templates/tool-use.jinja", "tools");
    put(&f, "additional_chat_templates/notes.txt", "not one");
    load_well(&f, NULL);
    assert_int_equal(f.v.n_templates, 2);
    assert_string_equal(template_of(&f, "default"), "from jinja");
    assert_string_equal(template_of(&f, "tool_use"), "tools"); /* as it ends in a key */
    put(&f, "tokenizer_config.json", "{\"chat_template\":\"from config\"}");
    load_well(&f, NULL);
    assert_int_equal(f.v.n_templates, 1);
    assert_string_equal(template_of(&f, "default"), "from config");
    put(&f, "tokenizer_config.json", "{\"chat_template\":[{\"name\":\"rag\",\"template\":\"R\"},"
        "{\"name\":\"default\",\"template\":\"D\"}]}");
    load_well(&f, NULL);
    assert_string_equal(template_of(&f, "rag"), "R");
    assert_string_equal(template_of(&f, "default"), "D");
    close_folder(&f);
}

static void broken_templates_are_refused(void **state)
{
    static const struct { const char *file, *text, *what; } cases[] = {
        {"tokenizer_config.json", "{\"chat_template\":5}", "config.json: chat_template is"},
        {"tokenizer_config.json", "{\"chat_template\":[{\"name\":\"x\"}]}", "chat_template[0]"},
        {"tokenizer_config.json", "{\"chat_template\":[{\"name\":\"a-b\",\"template\":\"\"},"
         "{\"name\":\"a_b\",\"template\":\"\"}]}", "two chat templates named 'a_b'"},
        {"chat_template.jinja", "\xff", ".jinja: chat template 'default' is not UTF-8"},
        {"chat_template.json", "[]", "chat_template.json: not a JSON object"},
        {"chat_template.json", "{\"chat_template\":{}}", "chat_template.json: chat_template is"},
        {"special_tokens_map.json", "{", "special_tokens_map.json: JSON"},
        {"generation_config.json", "{\"a\":1,\"a\":2}", "generation_config.json: JSON"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct folder f;
        open_folder(&f, "null");
        put(&f, cases[i].file, cases[i].text);
        assert_int_equal(load(&f, NULL), MZG_MALFORMED);
        if (!strstr(f.e.msg, cases[i].what))
            fail_msg("case %zu: %s", i, f.e.msg);
        close_folder(&f);
    }
}

/* ---- SentencePiece folders ---- */

/* <unk> <s> "x", BPE, add_dummy_prefix as given. */
static void open_spm(struct folder *f, bool dummy_prefix)
{
    uint8_t model[] = {
        0x0a, 9, 0x0a, 5, '<', 'u', 'n', 'k', '>', 0x18, 2,
        0x0a, 7, 0x0a, 3, '<', 's', '>', 0x18, 3,
        0x0a, 3, 0x0a, 1, 'x', 0x12, 2, 0x18, 2, 0x1a, 2, 0x18, dummy_prefix,
    };

    memset(f, 0, sizeof *f);
    make_scratch(f->path);
    put_file(f->path, "tokenizer.model", model, sizeof model);
}

static void added_tokens_join_the_pieces(void **state)
{
    static const struct { const char *text; int type; float score; } want[] = {
        {"<s>", MZG_TOKEN_CONTROL, -1000},       {"x", MZG_TOKEN_NORMAL, 0},
        {"y", MZG_TOKEN_USER_DEFINED, -1000},    {"<tool>", MZG_TOKEN_CONTROL, -1000},
        {"a b", MZG_TOKEN_USER_DEFINED, -1000},  {"[PAD6]", MZG_TOKEN_UNUSED, -10000},
    };
    struct folder f;

    (void)state;
    open_spm(&f, true);
    put(&f, "added_tokens.json", "{\"y\":3,\"z\":4,\"far\":1000}");
    put(&f, "tokenizer_config.json", "{\"added_tokens_decoder\":{\"1\":{\"content\":\"<s>\","
        "\"special\":true},\"4\":{\"content\":\"<tool>\",\"special\":true},"
        "\"5\":{\"content\":\"a\\u2581b\"}},\"bos_token\":\"<s>\",\"eos_token\":\"<tool>\"}");
    load_well(&f, "{\"vocab_size\":7,\"eos_token_id\":0}");
    assert_int_equal(f.v.count, 7);
    for (uint32_t i = 0; i < 6; i++) {
        assert_string_equal(f.v.tokens[i + 1], want[i].text);
        assert_int_equal(f.v.types[i + 1], want[i].type);
        assert_true(f.v.scores[i + 1] == want[i].score);
    }
    assert_non_null(strstr(f.notices, "1 added tokens have ids beyond the model's 7"));
    expect_ids(&f, 1, 4, -1, -1);
    assert_int_equal(f.v.special[MZG_SPECIAL_UNK], 0); /* by the model's own word */
    assert_int_equal(f.v.add_space_prefix, -1);
    close_folder(&f);
}

static void a_model_without_dummy_prefix_says_so(void **state)
{
    struct folder f;

    (void)state;
    open_spm(&f, false);
    load_well(&f, NULL);
    assert_int_equal(f.v.add_space_prefix, 0);
    expect_ids(&f, 1, 2, -1, -1); /* SentencePiece's defaults */
    assert_int_equal(f.v.special[MZG_SPECIAL_PAD], -1);
    close_folder(&f);
}

static void broken_added_tokens_are_refused(void **state)
{
    static const struct { const char *file, *text, *what; } cases[] = {
        {"added_tokens.json", "{\"y\":-3}", "added_tokens.json: added token 'y'"},
        {"added_tokens.json", "{\"y\":\"3\"}", "added_tokens.json: added token 'y'"},
        {"added_tokens.json", "{\"x\":1}", "tokens 1 and 2 have the same text 'x'"},
        {"tokenizer_config.json", "{\"added_tokens_decoder\":[]}", "added_tokens_decoder is not"},
        {"tokenizer_config.json", "{\"added_tokens_decoder\":{\"-1\":{\"content\":\"\"}}}",
         "'-1' is not an id"},
        {"tokenizer_config.json", "{\"added_tokens_decoder\":{\"2\":{}}}",
         "tokenizer_config.json: added_tokens_decoder: id 2"},
        {"tokenizer_config.json", "{\"added_tokens_decoder\":{\"2\":{\"content\":\"c\","
         "\"special\":1}}}", "id 2: key 'special'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct folder f;
        open_spm(&f, true);
        put(&f, cases[i].file, cases[i].text);
        assert_int_equal(load(&f, NULL), MZG_MALFORMED);
        if (!strstr(f.e.msg, cases[i].what))
            fail_msg("case %zu: %s", i, f.e.msg);
        close_folder(&f);
    }
}

static void a_tokenizer_json_beside_the_model_adds_its_template(void **state)
{
    struct folder f;

    (void)state;
    open_spm(&f, true);
    put(&f, "tokenizer.json", "{\"post_processor\":" TEMPLATE(SPECIAL("<s>") "," SEQUENCE("A"), "")
        ",\"model\":{\"type\":\"BPE\",\"byte_fallback\":true,\"vocab\":{},\"merges\":[]}}");
    load_well(&f, NULL);
    assert_string_equal(f.v.model, "llama");
    assert_int_equal(f.v.count, 3);
    assert_int_equal(f.v.add_bos, 1);
    close_folder(&f);
}

static void links_are_followed_as_download_caches_are_made_of_them(void **state)
{
    char from[SCRATCH_PATH + 32], to[SCRATCH_PATH + 32];
    struct folder f;

    (void)state;
    open_spm(&f, true);
    put(&f, "blobs/1", "{\"bos_token\":\"x\"}");
    snprintf(to, sizeof to, "%s/tokenizer_config.json", f.path);
    assert_int_equal(symlink("blobs/1", to), 0);
    snprintf(from, sizeof from, "%s/tokenizer.model", f.path);
    snprintf(to, sizeof to, "%s/blobs/2", f.path);
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(symlink("blobs/2", from), 0);
    load_well(&f, NULL);
    assert_int_equal(f.v.special[MZG_SPECIAL_BOS], 2);
    close_folder(&f);
}

static void a_folder_without_a_tokenizer_is_unsupported(void **state)
{
    struct folder f;

    (void)state;
    memset(&f, 0, sizeof f);
    make_scratch(f.path);
    assert_int_equal(load(&f, NULL), MZG_UNSUPPORTED);
    assert_non_null(strstr(f.e.msg, "neither tokenizer.json nor tokenizer.model"));
    put(&f, "tokenizer.json", "{}");
    assert_int_equal(load(&f, "{\"vocab_size\":0}"), MZG_MALFORMED);
    assert_non_null(strstr(f.e.msg, "config.json: key 'vocab_size'"));
    close_folder(&f);
}

/* ---- metadata ---- */

static void metadata_is_in_its_order(void **state)
{
    static const char *const keys[] = {
        "tokenizer.ggml.model", "tokenizer.ggml.pre", "tokenizer.ggml.tokens",
        "tokenizer.ggml.token_type", "tokenizer.ggml.merges", "tokenizer.ggml.bos_token_id",
        "tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id",
        "tokenizer.ggml.add_bos_token",
        "tokenizer.chat_template", "tokenizer.chat_templates", "tokenizer.chat_template.rag",
    };
    struct folder f;
    struct mzg_kvs k;
    uint64_t id;

    (void)state;
    open_folder(&f, TEMPLATE(SPECIAL("<s>") "," SEQUENCE("A"), ""));
    put(&f, "generation_config.json", "{\"eos_token_id\":3}");
    put(&f, "tokenizer_config.json", "{\"bos_token\":\"<s>\",\"eos_token\":\"</s>\","
        "\"chat_template\":[{\"name\":\"rag\",\"template\":\"R\"},"
        "{\"name\":\"default\",\"template\":\"D\"}]}");
    load_well(&f, NULL);
    mzg_kvs_init(&k);
    mzg_vocab_put(&f.v, &k);
    assert_int_equal(mzg_kvs_ok(&k, &f.e), MZG_OK);
    assert_int_equal(k.count, sizeof keys / sizeof *keys);
    for (size_t i = 0; i < k.count; i++)
        assert_string_equal(k.items[i].key, keys[i]);
    assert_true(mzg_kvs_get_u64(&k, "tokenizer.ggml.eot_token_id", &id) && id == 3);
    mzg_kvs_clear(&k);
    close_folder(&f);
}

/* ---- beside llama.cpp's own vocabulary files ---- */

static bool is_here(const char *path)
{
    if (access(path, R_OK) == 0)
        return true;
    print_message("[ SKIPPED ] %s is not here\n", path);
    return false;
}

struct pair {
    struct mzg_vocab ours;
    struct mzg_kvs kvs;
    struct mzg_weights theirs;
};

static void open_pair(struct pair *p, const char *folder, const char *gguf)
{
    const struct mzg_vocab_options opt = {0};
    struct mzg_err e;

    if (mzg_vocab_load(&p->ours, folder, &opt, &e) != MZG_OK ||
        mzg_weights_open(&p->theirs, gguf, &e) != MZG_OK)
        fail_msg("%s", e.msg);
    mzg_kvs_init(&p->kvs);
    mzg_vocab_put(&p->ours, &p->kvs);
    assert_int_equal(mzg_kvs_ok(&p->kvs, &e), MZG_OK);
}

static void close_pair(struct pair *p)
{
    mzg_kvs_clear(&p->kvs);
    mzg_vocab_clear(&p->ours);
    mzg_weights_close(&p->theirs);
}

static const struct mzg_kv *their(const struct pair *p, const char *key)
{
    const struct mzg_kv *kv = mzg_kvs_find(&p->theirs.gguf->kvs, key);

    assert_non_null(kv);
    return kv;
}

static void expect_same(const struct pair *p, const char *key)
{
    const struct mzg_kv *a = mzg_kvs_find(&p->kvs, key), *b = their(p, key);

    assert_non_null(a);
    assert_true(a->type == b->type && a->elem == b->elem && a->count == b->count);
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->value, b->value, a->size);
}

static void gpt2_equals_llama_cpps_file(void **state)
{
    struct pair p;

    (void)state;
    if (!is_here(SHARED "gpt2-tigrinya-lora/tokenizer.json") ||
        !is_here(SHARED "gguf-vocab/ggml-vocab-gpt-2.gguf"))
        skip();
    open_pair(&p, SHARED "gpt2-tigrinya-lora", SHARED "gguf-vocab/ggml-vocab-gpt-2.gguf");
    expect_same(&p, "tokenizer.ggml.model");
    expect_same(&p, "tokenizer.ggml.pre");
    expect_same(&p, "tokenizer.ggml.tokens");
    expect_same(&p, "tokenizer.ggml.token_type");
    expect_same(&p, "tokenizer.ggml.merges");
    expect_same(&p, "tokenizer.ggml.bos_token_id");
    expect_same(&p, "tokenizer.ggml.eos_token_id");
    close_pair(&p);
}

/* The next text of a string array, at *at, which moves behind it. */
static void expect_text(const uint8_t **at, const char *text, bool same)
{
    uint64_t len;

    memcpy(&len, *at, sizeof len);
    if (same) {
        assert_int_equal(strlen(text), len);
        assert_memory_equal(text, *at + 8, len);
    }
    *at += 8 + len;
}

/* Scores made from tokenizer.json's merges put tokens in the order of SentencePiece's own. */
static void llama_2_equals_llama_cpps_file_but_for_scores(void **state)
{
    const char *folder = SHARED "ort-genai-tiny/tiny-random-llama-fp32";
    struct pair p;

    (void)state;
    if (!is_here(folder) || !is_here(SHARED "gguf-vocab/ggml-vocab-llama-spm.gguf"))
        skip();
    open_pair(&p, folder, SHARED "gguf-vocab/ggml-vocab-llama-spm.gguf");
    const struct mzg_kv *scores = their(&p, "tokenizer.ggml.scores");
    const struct mzg_kv *texts = their(&p, "tokenizer.ggml.tokens");
    expect_same(&p, "tokenizer.ggml.model");
    expect_same(&p, "tokenizer.ggml.pre");
    expect_same(&p, "tokenizer.ggml.bos_token_id");
    expect_same(&p, "tokenizer.ggml.unknown_token_id");
    assert_int_equal(scores->count, p.ours.count);
    const uint8_t *text = texts->value;
    uint32_t last = 260; /* bytes before it */
    for (uint32_t id = 0; id < p.ours.count; id++) {
        float a, b;
        expect_text(&text, p.ours.tokens[id], id != 31353); /* "" here, U+2028 in Llama's own */
        memcpy(&a, scores->value + 4 * (size_t)last, 4);
        memcpy(&b, scores->value + 4 * (size_t)id, 4);
        if (id <= last || b < -1e8f) /* theirs puts runs of spaces last, all with one score */
            continue;
        if (!(b < a && p.ours.scores[id] < p.ours.scores[last]))
            fail_msg("tokens %u and %u are in another order", last, id);
        last = id;
    }
    close_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_come_from_texts_before_numbers),
        cmocka_unit_test(what_cannot_be_a_special_token_is_said),
        cmocka_unit_test(the_template_says_what_is_added),
        cmocka_unit_test(a_template_that_ends_otherwise_moves_the_eos),
        cmocka_unit_test(an_unknown_first_token_is_not_added),
        cmocka_unit_test(roberta_adds_all_three),
        cmocka_unit_test(several_ends_of_generation_find_their_keys),
        cmocka_unit_test(templates_are_found_in_every_place),
        cmocka_unit_test(broken_templates_are_refused),
        cmocka_unit_test(added_tokens_join_the_pieces),
        cmocka_unit_test(a_model_without_dummy_prefix_says_so),
        cmocka_unit_test(broken_added_tokens_are_refused),
        cmocka_unit_test(a_tokenizer_json_beside_the_model_adds_its_template),
        cmocka_unit_test(links_are_followed_as_download_caches_are_made_of_them),
        cmocka_unit_test(a_folder_without_a_tokenizer_is_unsupported),
        cmocka_unit_test(metadata_is_in_its_order),
        cmocka_unit_test(gpt2_equals_llama_cpps_file),
        cmocka_unit_test(llama_2_equals_llama_cpps_file_but_for_scores),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
