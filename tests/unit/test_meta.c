#include "fixture.h"
#include "model/meta/card.h"
#include "model/meta/general.h"
#include "model/meta/model_id.h"
#include "model/meta/source_name.h"
#include "scratch.h"
#include <sys/stat.h>

/* ---- ids ---- */

static const struct id_case {
    const char *text;
    uint64_t weights;
    struct mzg_model_id id; /* name, organization, basename, size label, finetune, version */
} ids[] = {
    {"Mistral/Mixtral-8x7B-Instruct-v0.1", 0,
     {"Mixtral-8x7B-Instruct-v0.1", "Mistral", "Mixtral", "8x7B", "Instruct", "v0.1"}},
    {"NousResearch/Meta-Llama-3-8B", 0,
     {"Meta-Llama-3-8B", "NousResearch", "Meta-Llama-3", "8B", "", ""}},
    {"Qwen1.5-MoE-A2.7B-Chat", 0,
     {"Qwen1.5-MoE-A2.7B-Chat", "", "Qwen1.5-MoE", "A2.7B", "Chat", ""}},
    {"Qwen2-57B-A14B-Instruct", 0,
     {"Qwen2-57B-A14B-Instruct", "", "Qwen2", "57B-A14B", "Instruct", ""}},
    {"bigscience/bloom-7b1-petals", 0,
     {"bloom-7b1-petals", "bigscience", "bloom", "7.1B", "petals", ""}},
    {"UCLA-AGI/Llama-3-Instruct-8B-SPPO-Iter3", 0,
     {"Llama-3-Instruct-8B-SPPO-Iter3", "UCLA-AGI", "Llama-3", "8B", "Instruct-SPPO", "Iter3"}},
    {"smallcloudai/Refact-1_6B-fim", 0,
     {"Refact-1_6B-fim", "smallcloudai", "Refact", "1.6B", "fim", ""}},
    {"delphi-suite/v0-llama2-12.8M", 0,
     {"v0-llama2-12.8M", "delphi-suite", "v0-llama2", "12.8M", "", ""}},
    /* a context length is no size, and words are none beside a number */
    {"microsoft/Phi-3-mini-128k-instruct", 3800000000,
     {"Phi-3-mini-128k-instruct", "microsoft", "Phi-3", "mini", "128k-instruct", ""}},
    {"Foo-mini-3B", 0, {"Foo-mini-3B", "", "Foo-mini", "3B", "", ""}},
    {"Foo-7B-70M", 7000000000, {"Foo-7B-70M", "", "Foo", "7B", "70m", ""}},
    {"Foo-7b-7B-q4_k_m", 0, {"Foo-7b-7B-q4_k_m", "", "Foo", "7B", "", ""}},
    {"\xc3\xa9lan-7B", 0, {"\xc3\xa9lan-7B", "", "\xc3\xa9lan", "7B", "", ""}},
    {"gpt2", 0, {"gpt2", "", "", "", "", ""}},
    {"my-own-model", 0, {"my-own-model", "", "", "", "", ""}},
    {"A model of ours, 7B", 0, {"A model of ours, 7B", "", "", "", "", ""}},
    {"-7B--", 0, {"-7B--", "", "", "", "7B", ""}}, /* what begins a name is no size */
};

static void an_id_is_taken_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct mzg_model_id id;
        assert_true(mzg_model_id_split(&id, ids[i].text, ids[i].weights));
        assert_string_equal(id.name, ids[i].id.name);
        assert_string_equal(id.organization, ids[i].id.organization);
        assert_string_equal(id.basename, ids[i].id.basename);
        assert_string_equal(id.size_label, ids[i].id.size_label);
        assert_string_equal(id.finetune, ids[i].id.finetune);
        assert_string_equal(id.version, ids[i].id.version);
    }
}

static void a_path_is_no_id(void **state)
{
    static const char *const paths[] = {
        "", ".", "..", "./x-7B", "../x", "/home/x-7B", "a/b/c", "a/", "a/..", "~/x", "C:\\x", "a\x01z",
        "\xff",
    };
    char longest[MZG_MODEL_ID + 1];
    struct mzg_model_id id;

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_false(mzg_model_id_split(&id, paths[i], 0));
    memset(longest, '7', sizeof longest);
    longest[MZG_MODEL_ID] = '\0';
    assert_false(mzg_model_id_split(&id, longest, 0));
    longest[0] = 'x';
    longest[1] = '-';
    longest[MZG_MODEL_ID - 3] = 'b'; /* the longest there is, and it gets a byte longer */
    longest[MZG_MODEL_ID - 1] = '\0';
    assert_true(mzg_model_id_split(&id, longest, 0));
    assert_int_equal(strlen(id.size_label), MZG_MODEL_ID - 2);
}

static void titles_have_capitals(void **state)
{
    static const struct { const char *text, *title; } cases[] = {
        {"llama-2-7b-chat", "Llama 2 7b Chat"}, {"Qwen2.5-0.5B", "Qwen2.5 0.5B"}, {"gpt2", "Gpt2"},
        {"x-v0.3-v", "X v0.3 V"}, {"--a--b--", "A B"}, {"mzigo's", "Mzigo'S"}, {"", ""},
        {"k\xc3\xbchn", "k\xc3\xbchn"},
    };
    char out[MZG_MODEL_ID];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mzg_model_id_title(cases[i].text, out);
        assert_string_equal(out, cases[i].title);
    }
}

static void a_snapshot_has_the_repository_s_name(void **state)
{
    static const char commit[] = "0123456789abcdef0123456789abcdef01234567";
    char path[256], out[MZG_MODEL_ID];

    (void)state;
    assert_int_equal(mkdir("models--Qwen--Qwen2.5-0.5B--x", 0700), 0);
    assert_int_equal(mkdir("models--Qwen--Qwen2.5-0.5B--x/snapshots", 0700), 0);
    snprintf(path, sizeof path, "models--Qwen--Qwen2.5-0.5B--x/snapshots/%s", commit);
    assert_int_equal(mkdir(path, 0700), 0);
    mzg_source_name(path, out);
    assert_string_equal(out, "Qwen/Qwen2.5-0.5B--x");
    assert_int_equal(symlink(path, "link"), 0);
    mzg_source_name("link/.", out);
    assert_string_equal(out, "Qwen/Qwen2.5-0.5B--x");
    assert_int_equal(mkdir(commit, 0700), 0);
    mzg_source_name(commit, out);
    assert_string_equal(out, "");
    mzg_source_name("models--Qwen--Qwen2.5-0.5B--x///", out);
    assert_string_equal(out, "models--Qwen--Qwen2.5-0.5B--x");
    mzg_source_name("nothing", out);
    assert_string_equal(out, "");
}

/* ---- cards ---- */

struct notes {
    size_t count;
    char last[1024];
};

static void note(void *ctx, const char *text)
{
    struct notes *n = ctx;

    n->count++;
    snprintf(n->last, sizeof n->last, "%s", text);
}

static json_t *read_card(const char *text, struct notes *notes)
{
    size_t len = strlen(text);
    char *copy = malloc(len + 1); /* of just its size: over-reads are found by sanitizers */
    const struct mzg_notify notify = {note, notes};

    *notes = (struct notes){0};
    assert_non_null(copy);
    memcpy(copy, text, len);
    json_t *card = mzg_card_read(copy, len, &notify);
    free(copy);
    return card;
}

static void a_card_says_texts(void **state)
{
    struct notes notes;
    json_t *card = read_card("\xef\xbb\xbf---\r\nlicense: mit # a comment\r\nlanguage:\r\n-\tno\r\n- sw\r\n"
                             "version: 1.0\ntags: [a, 'b: c', \"d\\u00e9\"]\ndescription: >\n  Two\n  lines.\n"
                             "model-index:\n- {a: &x [1, {b: 2}], c: *x}\nnothing:\nnull_too: ~\n"
                             "text: \"null\"\n---  \n# Title\n---\nlicense: other\n", &notes);

    (void)state;
    assert_int_equal(notes.count, 0);
    assert_non_null(card);
    assert_string_equal(mzg_card_text(json_object_get(card, "license")), "mit");
    assert_string_equal(mzg_card_text(json_array_get(json_object_get(card, "language"), 0)), "no");
    assert_string_equal(mzg_card_text(json_object_get(card, "version")), "1.0");
    assert_string_equal(mzg_card_text(json_array_get(json_object_get(card, "tags"), 2)), "d\xc3\xa9");
    assert_string_equal(mzg_card_text(json_object_get(card, "description")), "Two lines.");
    assert_string_equal(mzg_card_text(json_object_get(card, "text")), "null");
    assert_null(json_object_get(card, "model-index"));
    assert_true(json_is_null(json_object_get(card, "nothing")));
    assert_true(json_is_null(json_object_get(card, "null_too")));
    json_decref(card);
}

static void without_bars_there_is_no_card(void **state)
{
    static const char *const texts[] = {
        "", "-", "---", "---\n---\n", "---\n\n# only this\n---\n", "# Title\n---\nlicense: mit\n---\n",
        "----\nlicense: mit\n---\n", "\n---\nlicense: mit\n---\n", "---\n~\n---\n",
    };
    struct notes notes;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_null(read_card(texts[i], &notes));
        assert_int_equal(notes.count, strcmp(texts[i], "---") == 0); /* begun, never ended */
    }
}

static void a_bad_card_is_announced_by_its_line(void **state)
{
    static const struct { const char *text, *says; } cases[] = {
        {"---\nlicense: mit\n", "line 1 begins never ends"},
        {"---\nlicense: \xff\n---\n", "is not UTF-8"},
        {"---\na: 1\nlicense: [mit\n---\n", "line 4"},
        {"---\na: 1\nb: c: d\n---\n", "line 3"},
        {"---\na: 1\nb: \x01\n---\n", "line 3: control characters"},
        {"---\na: 1\nb: 2\na: 3\n---\n", "line 4: a key that was there before"},
        {"---\n- a\n- b\n---\n", "line 2: no keys and values"},
        {"---\n? [a]\n: b\n---\n", "line 2: a key that is no short text"},
        {"---\na: \"x\\0y\"\n---\n", "line 2: a NUL in a text"},
        {"---\na: *nowhere\n--- \nb\n", NULL}, /* an alias is null, whatever it stands for */
        {"---\na: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n---\n",
         "line 2: more than 32 levels"},
        {"---\nwidget: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n---\n",
         "line 2: more than 32 levels"},
    };
    struct notes notes;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *card = read_card(cases[i].text, &notes);
        assert_int_equal(notes.count, cases[i].says != NULL);
        assert_true((card != NULL) == (cases[i].says == NULL));
        if (cases[i].says && !strstr(notes.last, cases[i].says))
            fail_msg("'%s' does not say '%s'", notes.last, cases[i].says);
        json_decref(card);
    }
}

/* ---\nHEAD, then n times EACH, \n---\n */
static json_t *read_many(const char *head, const char *each, size_t n, struct notes *notes)
{
    size_t len = strlen(head) + n * strlen(each) + 16, at;
    char *text = malloc(len);

    assert_non_null(text);
    at = (size_t)sprintf(text, "---\n%s", head);
    for (size_t i = 0; i < n; i++, at += strlen(each))
        memcpy(text + at, each, strlen(each));
    memcpy(text + at, "\n---\n", 6);
    json_t *card = read_card(text, notes);
    free(text);
    return card;
}

static void a_card_is_bounded(void **state)
{
    struct notes notes;
    json_t *card = read_many("license: mit\ntags:\n", "- a\n", 16000, &notes);

    (void)state;
    assert_int_equal(json_array_size(json_object_get(card, "tags")), 16000);
    json_decref(card);
    assert_null(read_many("license: mit\ntags:\n", "- a\n", 17000, &notes));
    assert_non_null(strstr(notes.last, "more than 16384 values"));
    card = read_many("license: mit\nmodel-index:\n", "- a\n", 17000, &notes); /* not kept, so not counted */
    assert_string_equal(mzg_card_text(json_object_get(card, "license")), "mit");
    json_decref(card);
    assert_null(read_many("a: ", "x", 70000, &notes));
    assert_non_null(strstr(notes.last, "line 2: a text of more than 64 KiB"));
}

static void only_texts_that_can_be_shown_count(void **state)
{
    const char *texts[MZG_CARD_LIST];
    struct notes notes;
    size_t n = 0;
    json_t *card = read_card("---\nlist: [a, \"\\e[2J\", b, a, {c: d}, '']\nmany: one\nbad: \"\\x7f\"\n---\n",
                             &notes);

    (void)state;
    mzg_card_texts(json_object_get(card, "list"), texts, &n);
    mzg_card_texts(json_object_get(card, "many"), texts, &n);
    mzg_card_texts(json_object_get(card, "none"), texts, &n);
    assert_int_equal(n, 3);
    assert_string_equal(texts[0], "a");
    assert_string_equal(texts[1], "b");
    assert_string_equal(texts[2], "one");
    assert_null(mzg_card_text(json_object_get(card, "bad")));
    json_decref(card);
}

/* ---- general.* ---- */

static struct mzg_model_tensor two[2] = {
    {.name = "blk.0.ffn_up_exps.weight", .n_dims = 3, .ne = {1000, 1000, 8, 1}},
    {.name = "token_embd.weight", .n_dims = 2, .ne = {1000, 2000, 1, 1}},
};

static void put_general(struct mzg_model *m, const char *card, const char *config, const char *source_name)
{
    json_t *root = config ? json_loads(config, 0, NULL) : NULL;
    struct mzg_err e;

    unlink("README.md");
    assert_true(!card || scratch_write("README.md", card) == 0);
    *m = (struct mzg_model){.arch = "llama", .tensors = two, .n_tensors = 2};
    mzg_arena_init(&m->arena, 1 << 16);
    mzg_kvs_init(&m->kvs);
    assert_int_equal(mzg_general_put(m, ".", root, source_name, NULL, &e), MZG_OK);
    assert_int_equal(mzg_kvs_ok(&m->kvs, &e), MZG_OK);
    json_decref(root);
}

static void clear(struct mzg_model *m)
{
    mzg_kvs_clear(&m->kvs);
    mzg_arena_clear(&m->arena);
}

/* expected NULL: the key is not there. A list's texts stand apart by '|'. */
static void text_is(const struct mzg_model *m, const char *key, const char *expected)
{
    const struct mzg_kv *kv = mzg_kvs_find(&m->kvs, key);
    char text[512] = "";
    struct mzg_reader r;

    if (!expected) {
        assert_null(kv);
        return;
    }
    assert_non_null(kv);
    assert_int_equal(kv->type == MZG_KV_ARRAY ? kv->elem : kv->type, MZG_KV_STRING);
    mzg_reader_init(&r, kv->value, kv->size, 0);
    for (uint64_t i = 0; i < kv->count; i++) {
        uint64_t len = mzg_reader_u64(&r);
        const char *at = (const char *)mzg_reader_bytes(&r, len);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.*s", i ? "|" : "", (int)len, at);
    }
    assert_string_equal(text, expected);
}

static void the_card_comes_first(void **state)
{
    struct mzg_model m;

    (void)state;
    put_general(&m, "---\nmodel_name: Kilimo\nlicense: [mit, other]\nlicense_name: ours\nlanguage: [sw, en]\n"
                    "tags: [chat]\npipeline_tag: text-generation\nmodel_creator: A lab\nversion: 2\n---\n",
                "{\"_name_or_path\":\"lab/kilimo-7B-chat-v1\"}", "");
    text_is(&m, "general.architecture", "llama");
    text_is(&m, "general.name", "Kilimo");
    text_is(&m, "general.author", "A lab");
    text_is(&m, "general.version", "2");
    text_is(&m, "general.organization", "Lab");
    text_is(&m, "general.basename", "kilimo");
    text_is(&m, "general.finetune", "7b-chat"); /* ten million weights are no 7B */
    text_is(&m, "general.size_label", "8x3.0M");
    text_is(&m, "general.license", "mit,other");
    text_is(&m, "general.license.name", "ours");
    text_is(&m, "general.languages", "sw|en");
    text_is(&m, "general.tags", "chat|text-generation");
    assert_true(m.has_card && !m.source_name);
    clear(&m);
}

static void the_folder_counts_where_it_is_certain(void **state)
{
    struct mzg_model m;

    (void)state;
    put_general(&m, NULL, "{\"_name_or_path\":\"/tmp/run-3\"}", "Kilimo-10M-chat");
    text_is(&m, "general.name", "Kilimo 10M Chat");
    text_is(&m, "general.size_label", "10M");
    text_is(&m, "general.source.repo_url", NULL);
    assert_string_equal(m.source_name, "Kilimo-10M-chat");
    assert_false(m.has_card);
    clear(&m);
    put_general(&m, NULL, NULL, "lab/kilimo");
    text_is(&m, "general.name", "Kilimo");
    text_is(&m, "general.source.repo_url", "https://huggingface.co/lab/kilimo");
    assert_string_equal(m.source_name, "lab/kilimo");
    clear(&m);
    put_general(&m, NULL, NULL, "backup-v2");
    text_is(&m, "general.name", NULL);
    text_is(&m, "general.version", NULL);
    assert_null(m.source_name);
    clear(&m);
    put_general(&m, NULL, NULL, NULL); /* the scratch folder's */
    text_is(&m, "general.name", NULL);
    clear(&m);
}

static void relatives_are_named(void **state)
{
    struct mzg_model m;
    uint64_t n;

    (void)state;
    put_general(&m, "---\nbase_model:\n- meta-llama/Llama-3.2-1B\n- /home/me/x\n"
                    "- https://huggingface.co/Qwen/qwen-v2\n- https://example.org/x\n- {name: X, author: me}\n- [y]\n"
                    "datasets: lab/questions\n---\n", NULL, "");
    assert_true(mzg_kvs_get_u64(&m.kvs, "general.base_model.count", &n) && n == 4);
    text_is(&m, "general.base_model.0.name", "Llama 3.2 1B");
    text_is(&m, "general.base_model.0.organization", "Meta Llama");
    text_is(&m, "general.base_model.0.repo_url", "https://huggingface.co/meta-llama/Llama-3.2-1B");
    text_is(&m, "general.base_model.1.name", "Qwen v2");
    text_is(&m, "general.base_model.1.version", "v2");
    text_is(&m, "general.base_model.1.repo_url", "https://huggingface.co/Qwen/qwen-v2");
    text_is(&m, "general.base_model.2.name", NULL);
    text_is(&m, "general.base_model.2.repo_url", "https://example.org/x");
    text_is(&m, "general.base_model.3.author", "me");
    assert_true(mzg_kvs_get_u64(&m.kvs, "general.dataset.count", &n) && n == 1);
    text_is(&m, "general.dataset.0.name", "Questions");
    text_is(&m, "general.dataset.0.repo_url", "https://huggingface.co/datasets/lab/questions");
    clear(&m);
}

static void a_file_of_any_size_is_no_card(void **state)
{
    struct mzg_model m;

    (void)state;
    put_general(&m, "---\nlicense: mit\n---\n", NULL, "");
    text_is(&m, "general.license", "mit");
    clear(&m);
    for (off_t more = 0; more < 2; more++) {
        struct mzg_err e;
        json_t *card;
        assert_int_equal(truncate("README.md", (off_t)MZG_CARD_FILE + more), 0);
        assert_int_equal(mzg_card_load(".", NULL, &card, &e), MZG_OK);
        assert_true((card != NULL) == (more == 0));
        json_decref(card);
    }
}

static void a_card_that_cannot_be_read_is_an_error(void **state)
{
    struct mzg_model m = {.arch = "llama"};
    struct mzg_err e;

    (void)state;
    unlink("README.md");
    assert_int_equal(mkdir("README.md", 0700), 0);
    assert_int_equal(mzg_general_put(&m, ".", NULL, "", NULL, &e), MZG_IO);
    assert_non_null(strstr(e.msg, "README.md"));
    assert_int_equal(rmdir("README.md"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_taken_apart),
        cmocka_unit_test(a_path_is_no_id),
        cmocka_unit_test(titles_have_capitals),
        cmocka_unit_test(a_snapshot_has_the_repository_s_name),
        cmocka_unit_test(a_card_says_texts),
        cmocka_unit_test(without_bars_there_is_no_card),
        cmocka_unit_test(a_bad_card_is_announced_by_its_line),
        cmocka_unit_test(a_card_is_bounded),
        cmocka_unit_test(only_texts_that_can_be_shown_count),
        cmocka_unit_test(the_card_comes_first),
        cmocka_unit_test(the_folder_counts_where_it_is_certain),
        cmocka_unit_test(relatives_are_named),
        cmocka_unit_test(a_file_of_any_size_is_no_card),
        cmocka_unit_test(a_card_that_cannot_be_read_is_an_error),
    };

    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
