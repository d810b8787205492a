#include "refused.h"
#include "model/containers/gguf.h"
#include "model/meta/settings.h"
#include "model/provenance.h"
#include "model/recall.h"

static void fill(struct mzg_kvs *k)
{
    static const int32_t numbers[] = {1, 2};
    static const char *const tags[] = {"a"};

    mzg_kvs_init(k);
    mzg_kvs_text(k, "general.name", "Old");
    mzg_kvs_texts(k, "general.tags", tags, 1);
    mzg_kvs_u32(k, "llama.context_length", 2048);
    mzg_kvs_f32(k, "llama.rope.freq_base", 10000);
    mzg_kvs_u64(k, "some.number", 1);
    mzg_kvs_i32s(k, "some.numbers", numbers, 2);
}

/* One setting, and the key's type and bytes behind it. */
static const struct good {
    const char *set, *key;
    enum mzg_kv_type type;
    const char *bytes;
    size_t size;
} good[] = {
    {"general.name=New=1", "general.name", MZG_KV_STRING, "\5\0\0\0\0\0\0\0New=1", 13},
    {"general.name=", "general.name", MZG_KV_STRING, "\0\0\0\0\0\0\0\0", 8},
    {"general.name=string:u32:5", "general.name", MZG_KV_STRING, "\5\0\0\0\0\0\0\0u32:5", 13},
    {"general.name=http://x", "general.name", MZG_KV_STRING, "\10\0\0\0\0\0\0\0http://x", 16},
    {"general.tags=a,,b,", "general.tags", MZG_KV_ARRAY,
     "\1\0\0\0\0\0\0\0a\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0b", 26},
    {"general.languages=", "general.languages", MZG_KV_ARRAY, "", 0},
    {"llama.context_length=4294967295", "llama.context_length", MZG_KV_U32, "\xff\xff\xff\xff", 4},
    {"llama.context_length=u32:7", "llama.context_length", MZG_KV_U32, "\7\0\0\0", 4},
    {"llama.rope.freq_base=5e5", "llama.rope.freq_base", MZG_KV_F32, "\0\x24\xf4\x48", 4},
    {"some.number=18446744073709551615", "some.number", MZG_KV_U64, "\xff\xff\xff\xff\xff\xff\xff\xff", 8},
    {"new.key=u8:255", "new.key", MZG_KV_U8, "\xff", 1},
    {"new.key=i8:-128", "new.key", MZG_KV_I8, "\x80", 1},
    {"new.key=i64:-9223372036854775808", "new.key", MZG_KV_I64, "\0\0\0\0\0\0\0\x80", 8},
    {"new.key=f64:-0.5", "new.key", MZG_KV_F64, "\0\0\0\0\0\0\xe0\xbf", 8},
    {"new.key=bool:true", "new.key", MZG_KV_BOOL, "\1", 1},
    {"tokenizer.ggml.add_bos_token=false", "tokenizer.ggml.add_bos_token", MZG_KV_BOOL, "\0", 1},
    {"qwen2.context_length=5", "qwen2.context_length", MZG_KV_U32, "\5\0\0\0", 4},
    {"general.base_model.12.name=x", "general.base_model.12.name", MZG_KV_STRING, "\1\0\0\0\0\0\0\0x", 9},
    {"general.sampling.temp=1", "general.sampling.temp", MZG_KV_F32, "\0\0\x80\x3f", 4},
};

static void a_value_gets_the_key_s_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct mzg_kvs k;
        struct mzg_err e = {.msg = ""};
        fill(&k);
        size_t count = k.count;
        bool there = mzg_kvs_find(&k, good[i].key) != NULL;
        if (mzg_settings_apply(&k, &good[i].set, 1, &e) != MZG_OK)
            fail_msg("%s: %s", good[i].set, e.msg);
        assert_int_equal(k.count, count + !there);
        const struct mzg_kv *kv = mzg_kvs_find(&k, good[i].key);
        assert_non_null(kv);
        assert_int_equal(kv->type, good[i].type);
        assert_int_equal(kv->size, good[i].size);
        assert_memory_equal(kv->value, good[i].bytes, good[i].size);
        assert_int_equal(mzg_kvs_ok(&k, &e), MZG_OK);
        mzg_kvs_clear(&k);
    }
}

static const struct bad { const char *set, *says; } bad[] = {
    {"general.name", "sets no metadata"}, {"=x", "sets no metadata"}, {"name=x", "sets no metadata"},
    {".x=u8:1", "sets no metadata"}, {"x.=u8:1", "sets no metadata"}, {"a b.c=u8:1", "sets no metadata"},
    {"general.n\xc3\xa4me=string:x", "sets no metadata"}, {"general.name=\xff", "not UTF-8"},
    {"general.name=u32:5", "type string"}, {"llama.context_length=i32:5", "type u32"},
    {"llama.context_length=4294967296", "no u32"}, {"llama.context_length=-1", "no u32"},
    {"llama.context_length=", "no u32"}, {"llama.context_length=0x10", "no u32"},
    {"llama.context_length=1 ", "no u32"}, {"new.key=u64:18446744073709551616", "no u64"},
    {"new.key=i8:128", "no i8"}, {"new.key=i8:-129", "no i8"}, {"new.key=i8:-", "no i8"},
    {"new.key=u8:256", "no u8"}, {"new.key=f32:1e39", "no f32"}, {"new.key=f64:1e400", "no f64"},
    {"new.key=f32:nan", "no f32"}, {"new.key=f32:1,2", "no f32"}, {"new.key=f32:", "no f32"},
    {"new.key=f32:\"1\"", "no f32"}, {"new.key=bool:1", "no bool"}, {"new.key=5", "type is not known"},
    {"new.key=array:5", "type is not known"}, {"some.numbers=strings:1", "list of numbers"},
    {"general.architecture=x", "tensors"}, {"general.type=x", "tensors"},
    {"general.alignment=64", "tensors"}, {"general.file_type=1", "mzigo writes it"},
    {"general.quantization_version=1", "mzigo writes it"}, {"mzigo.spec=2", "mzigo writes it"},
    {"mzigo.convert.to=F16", "mzigo writes it"}, {"split.count=2", "mzigo writes it"},
    {"quantize.imatrix.file=x", "mzigo writes it"}, {"llama.block_count=1", "tensors"},
    {"qwen2.attention.head_count_kv=1", "tensors"}, {"llama.vocab_size=1", "tensors"},
    {"tokenizer.ggml.tokens=strings:a", "tokens mean"}, {"tokenizer.ggml.merges=a", "tokens mean"},
    {"tokenizer.ggml.model=gpt2", "tokens mean"},
};

static void what_cannot_be_set_is_refused_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct mzg_kvs k;
        struct mzg_err e;
        fill(&k);
        assert_int_equal(mzg_settings_apply(&k, &bad[i].set, 1, &e), MZG_USAGE);
        if (!strstr(e.msg, bad[i].says))
            fail_msg("%s: '%s' does not say '%s'", bad[i].set, e.msg, bad[i].says);
        mzg_kvs_clear(&k);
    }
}

static void a_key_is_set_once(void **state)
{
    static const char *const set[] = {"general.name=a", "general.author=b", "general.name=a"};
    const char *many[MZG_SETTINGS_MAX + 1];
    struct mzg_err e;

    (void)state;
    assert_int_equal(mzg_settings_check(set, 2, &e), MZG_OK);
    assert_int_equal(mzg_settings_check(set, 3, &e), MZG_USAGE);
    assert_non_null(strstr(e.msg, "'general.name'"));
    assert_non_null(strstr(e.msg, "twice"));
    for (size_t i = 0; i < sizeof many / sizeof *many; i++)
        many[i] = "general.name=a";
    assert_int_equal(mzg_settings_check(many, MZG_SETTINGS_MAX + 1, &e), MZG_USAGE);
}

/* ---- from a record ---- */

static enum mzg_code recall(struct mzg_kvs *k, struct mzg_arena *a, struct mzg_model_options *mo,
                            struct mzg_err *e)
{
    mzg_arena_init(a, 1 << 16);
    return mzg_recall_source(k, a, mo, e);
}

static void a_record_says_how_the_source_was_opened(void **state)
{
    static const char *const set[] = {"general.name=a", "x.y=u8:1"};
    struct mzg_model_options mo;
    struct mzg_arena a;
    struct mzg_kvs k;
    struct mzg_err e;

    (void)state;
    mzg_kvs_init(&k);
    assert_int_equal(recall(&k, &a, &mo, &e), MZG_OK);
    assert_true(!mo.raw && !mo.pre && mo.n_set == 0);
    assert_string_equal(mo.source_name, ""); /* and not the name of the folder it lies in now */
    mzg_arena_clear(&a);
    mzg_kvs_bool(&k, MZG_KEY_RAW, true);
    mzg_kvs_text(&k, MZG_KEY_PRE, "gpt-2");
    mzg_kvs_text(&k, MZG_KEY_SOURCE_NAME, "lab/x-7B");
    mzg_kvs_texts(&k, MZG_KEY_SET, set, 2);
    assert_int_equal(recall(&k, &a, &mo, &e), MZG_OK);
    assert_true(mo.raw && mo.n_set == 2);
    assert_string_equal(mo.pre, "gpt-2");
    assert_string_equal(mo.source_name, "lab/x-7B");
    assert_string_equal(mo.set[1], "x.y=u8:1");
    mzg_arena_clear(&a);
    mzg_kvs_clear(&k);
}

/* ---- records that no option could have made ---- */

static const struct record {
    const char *name, *key;
    const char *text; /* NULL: a number in its place */
    bool is_list;
    const char *item; /* of the message */
} records[] = {
    {"good", MZG_KEY_SET, "general.name=x", true, NULL},
    {"pre_number", MZG_KEY_PRE, NULL, false, "'mzigo.convert.pre' is no text"},
    {"source_name_number", MZG_KEY_SOURCE_NAME, NULL, false, "'mzigo.convert.source_name' is no text"},
    {"set_number", MZG_KEY_SET, NULL, false, "'mzigo.convert.set' is no list of settings"},
    {"set_text", MZG_KEY_SET, "general.name=x", false, "'mzigo.convert.set' is no list of settings"},
    {"set_fixed", MZG_KEY_SET, "general.type=x", true, "'general.type' cannot be set"},
    {"set_form", MZG_KEY_SET, "general_name=x", true, "'general_name=x' sets no metadata"},
};
#define N_RECORDS (sizeof records / sizeof *records)

struct made {
    struct mzg_buf file;
    char path[64];
    struct refused r;
};

/* A file of one tensor with this record. */
static void make(struct made *made, const struct record *record)
{
    static const float values[8] = {1, -1, 0.5f, 2};
    struct mzg_gguf_tensor t = {.name = "a", .type = MZG_TYPE_F32, .n_dims = 1, .ne = {8, 1, 1, 1}};
    uint64_t total;
    struct mzg_kvs k;
    struct mzg_err e;

    mzg_kvs_init(&k);
    mzg_kvs_text(&k, "general.architecture", "raw");
    if (record->is_list)
        mzg_kvs_texts(&k, record->key, &record->text, 1);
    else if (record->text)
        mzg_kvs_text(&k, record->key, record->text);
    else
        mzg_kvs_u32(&k, record->key, 1);
    mzg_buf_init(&made->file, 4096);
    assert_int_equal(mzg_gguf_layout(&t, 1, MZG_GGUF_ALIGNMENT, &total, &e), MZG_OK);
    mzg_gguf_encode(&k, &t, 1, MZG_GGUF_ALIGNMENT, &made->file);
    mzg_buf_put(&made->file, values, sizeof values);
    assert_int_equal(mzg_buf_ok(&made->file, "file", &e), MZG_OK);
    mzg_kvs_clear(&k);
    snprintf(made->path, sizeof made->path, "record/%s.gguf", record->name);
    /* behind the file's head and the pair of the architecture */
    made->r = (struct refused){made->path, "record/good.gguf", MZG_MALFORMED, record->item, 24 + 43,
                               "check {} --against {dir}/record/good.gguf"};
}

static enum mzg_code recall_file(const struct made *made, struct mzg_err *e)
{
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 32];
    struct mzg_model_options mo;
    struct mzg_weights w;
    struct mzg_arena a;

    make_scratch(scratch);
    put_file(scratch, "x.gguf", made->file.data, made->file.len);
    snprintf(path, sizeof path, "%s/x.gguf", scratch);
    assert_int_equal(mzg_weights_open(&w, path, e), MZG_OK);
    remove_scratch(scratch);
    mzg_arena_init(&a, 1 << 16);
    enum mzg_code code = mzg_recall_source(&w.gguf->kvs, &a, &mo, e);
    mzg_arena_clear(&a);
    mzg_weights_close(&w);
    return code;
}

static void a_record_is_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_RECORDS; i++) {
        struct made made;
        struct mzg_err e = {0};
        make(&made, &records[i]);
        enum mzg_code code = recall_file(&made, &e);
        if (records[i].item)
            check_refusal(&made.r, code, &e);
        else
            assert_int_equal(code, MZG_OK);
        mzg_buf_clear(&made.file);
    }
}

static void the_committed_files_are_these(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_RECORDS; i++) {
        struct made made;
        make(&made, &records[i]);
        check_committed_in("EXPECT.record", records[i].item ? &made.r : NULL, made.path, made.file.data,
                           made.file.len);
        mzg_buf_clear(&made.file);
    }
}

static int write_corpus(const char *folder)
{
    char line[1024];

    for (size_t i = 0; i < N_RECORDS; i++) {
        struct made made;
        make(&made, &records[i]);
        put_file(folder, made.path, made.file.data, made.file.len);
        mzg_buf_clear(&made.file);
        if (!records[i].item)
            continue;
        expect_line(line, &made.r);
        fputs(line, stdout);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_gets_the_key_s_type),
        cmocka_unit_test(what_cannot_be_set_is_refused_by_name),
        cmocka_unit_test(a_key_is_set_once),
        cmocka_unit_test(a_record_says_how_the_source_was_opened),
        cmocka_unit_test(a_record_is_checked),
        cmocka_unit_test(the_committed_files_are_these),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
