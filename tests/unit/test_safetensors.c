#include "refused.h"
#include "model/containers/weights.h"

/* ---- a small file that passes, to be spoilt one field at a time ---- */

#define HEADER 320 /* padded with spaces, so that the data stays where it is */
#define DATA (8 + HEADER)
#define DATA_BYTES 36
#define FILE_MAX 1024

static const char good[] =
    "{\"__metadata__\":{\"format\":\"pt\"},"
    "\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
    "\"b\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[24,32]},"
    "\"one\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[32,36]}}";

/* A header with `from` replaced; or, from NULL, other changes of the bytes. */
struct mutation {
    const char *name;
    const char *from, *to;
    uint64_t length;   /* of the header, as written; 0: the true one */
    int more;          /* bytes appended, or cut off */
    enum mzg_code code;
    const char *item;
    const char *key;   /* the byte expected is that of this key's quote */
    uint64_t at;       /* without a key: the byte expected */
};

#define KEYED(n, f, t, c, i, k) {n, f, t, 0, 0, c, i, k, 0}
#define PLACED(n, f, t, c, i, p) {n, f, t, 0, 0, c, i, NULL, p}

static const struct mutation mutations[] = {
    KEYED("metadata_number", "\"pt\"", "17", MZG_MALFORMED, "format", "format"),
    KEYED("metadata_array", "{\"format\":\"pt\"}", "[]", MZG_MALFORMED, "__metadata__",
          "__metadata__"),
    KEYED("entry_number", "{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[24,32]}", "4",
          MZG_MALFORMED, "tensor 'b'", "b"),
    KEYED("dtype_missing", "\"dtype\":\"BF16\",", "", MZG_MALFORMED, "tensor 'b'", "b"),
    KEYED("dtype_number", "\"BF16\"", "16", MZG_MALFORMED, "tensor 'b'", "b"),
    KEYED("dtype_unknown", "\"BF16\"", "\"BF17\"", MZG_UNSUPPORTED, "BF17", "b"),
    KEYED("dtype_f4", "\"BF16\"", "\"F4\"", MZG_UNSUPPORTED, "F4", "b"),
    KEYED("dtype_f6", "\"BF16\"", "\"F6_E2M3\"", MZG_UNSUPPORTED, "F6_E2M3", "b"),
    KEYED("shape_missing", "\"shape\":[4],", "", MZG_MALFORMED, "tensor 'b'", "b"),
    KEYED("shape_text", "[4]", "[\"4\"]", MZG_MALFORMED, "tensor 'b'", "b"),
    KEYED("shape_real", "[4]", "[4.0]", MZG_MALFORMED, "tensor 'b'", "b"),
    KEYED("shape_negative", "[2,3]", "[-2,-3]", MZG_MALFORMED, "tensor 'a.weight'", "a.weight"),
    KEYED("shape_overflow", "[2,3]", "[4294967296,4294967297]", MZG_MALFORMED,
          "tensor 'a.weight'", "a.weight"),
    KEYED("shape_bytes_overflow", "[2,3]", "[4611686018427387905]", MZG_MALFORMED,
          "tensor 'a.weight'", "a.weight"),
    KEYED("shape_nine", "[2,3]", "[1,1,1,1,1,1,1,2,3]", MZG_UNSUPPORTED, "tensor 'a.weight'",
          "a.weight"),
    KEYED("offsets_missing", ",\"data_offsets\":[24,32]", "", MZG_MALFORMED, "tensor 'b'", "b"),
    KEYED("offsets_three", "[24,32]", "[24,28,32]", MZG_MALFORMED, "tensor 'b'", "b"),
    KEYED("offsets_negative", "[24,32]", "[-24,32]", MZG_MALFORMED, "tensor 'b'", "b"),
    KEYED("offsets_text", "[24,32]", "[24,\"32\"]", MZG_MALFORMED, "tensor 'b'", "b"),
    KEYED("member_unknown", "[24,32]}", "[24,32],\"x\":0}", MZG_MALFORMED, "tensor 'b'", "b"),
    KEYED("name_empty", "\"b\":", "\"\":", MZG_MALFORMED, "tensor ''", ""),
    KEYED("name_delete", "\"b\":", "\"b\x7f\":", MZG_MALFORMED, "tensor 'b\\x7f'", "b\x7f"),
    PLACED("name_escape", "\"b\":", "\"b\\u001b[2J\":", MZG_MALFORMED, "tensor 'b\\x1b[2J'", 8),
    PLACED("offsets_reversed", "[24,32]", "[32,24]", MZG_MALFORMED, "tensor 'b'", DATA + 32),
    PLACED("offsets_short", "[24,32]", "[24,30]", MZG_MALFORMED, "tensor 'b'", DATA + 24),
    PLACED("offsets_past_end", "[32,36]", "[36,40]", MZG_MALFORMED, "tensor 'one'", DATA + 36),
    PLACED("offsets_huge", "[24,32]", "[9223372036854775799,9223372036854775807]", MZG_MALFORMED,
           "tensor 'b'", DATA + UINT64_C(9223372036854775799)),
    PLACED("overlap", "[24,32]", "[20,28]", MZG_MALFORMED, "tensor 'b'", DATA + 20),
    PLACED("same_data", "[32,36]", "[28,32]", MZG_MALFORMED, "tensor 'one'", DATA + 28),
    PLACED("hole", "\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]",
           "\"F32\",\"shape\":[5],\"data_offsets\":[0,20]", MZG_MALFORMED, "tensor 'b'",
           DATA + 24),
    PLACED("hole_at_start", "\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]",
           "\"F32\",\"shape\":[5],\"data_offsets\":[4,24]", MZG_MALFORMED, "tensor 'a.weight'",
           DATA + 4),
    PLACED("brace", "{\"__meta", "[\"__meta", MZG_MALFORMED, "'{'", 8),
    {"bytes_behind", NULL, NULL, 0, 1, MZG_MALFORMED, "1 bytes follow", NULL, DATA + DATA_BYTES},
    {"cut_in_data", NULL, NULL, 0, -1, MZG_MALFORMED, "tensor 'one'", NULL, DATA + 32},
    {"cut_in_header", NULL, NULL, 0, -(DATA_BYTES + 1), MZG_MALFORMED, "header", NULL, 0},
    {"cut_in_length", NULL, NULL, 0, -(DATA_BYTES + HEADER + 1), MZG_MALFORMED, "byte 7", NULL, 7},
    {"length_past_end", NULL, NULL, HEADER + DATA_BYTES + 1, 0, MZG_MALFORMED, "header", NULL, 0},
    {"length_huge", NULL, NULL, UINT64_MAX, 0, MZG_MALFORMED, "header", NULL, 0},
};
#define MUTATIONS (sizeof mutations / sizeof *mutations)

struct made {
    uint8_t data[FILE_MAX];
    size_t len;
    char path[128];
    struct refused r;
};

/* good with `from` replaced by `to`, padded. */
static void make_header(char header[HEADER + 1], const char *from, const char *to)
{
    const char *at = from ? strstr(good, from) : NULL;
    char text[2 * HEADER];

    if (from)
        assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", at ? (int)(at - good) : 0, good, at ? to : "",
             at ? at + strlen(from) : good);
    assert_true(strlen(text) <= HEADER);
    memset(header, ' ', HEADER);
    memcpy(header, text, strlen(text));
    header[HEADER] = '\0';
}

static void make(struct made *m, const struct mutation *mutation)
{
    static const struct mutation none = {.name = "good"};
    const struct mutation *mu = mutation ? mutation : &none;
    char header[HEADER + 1], key[64];
    uint64_t length = mu->length ? mu->length : HEADER;

    memset(m, 0, sizeof *m);
    make_header(header, mu->from, mu->to);
    for (size_t i = 0; i < 8; i++)
        m->data[i] = (uint8_t)(length >> 8 * i);
    memcpy(m->data + 8, header, HEADER);
    for (size_t i = 0; i < DATA_BYTES; i++)
        m->data[DATA + i] = (uint8_t)(i / 4 % 2 ? 0 : 0x3f);
    m->len = (size_t)((int)(DATA + DATA_BYTES) + mu->more);
    snprintf(m->path, sizeof m->path, "safetensors/%s.safetensors", mu->name);
    m->r = (struct refused){m->path, "safetensors/good.safetensors", mu->code, mu->item,
                            mu->at, "inspect"};
    if (mu->key) {
        snprintf(key, sizeof key, "\"%s\":", mu->key);
        m->r.offset = 8 + (uint64_t)(strstr(header, key) - header);
    }
}

static enum mzg_code open_bytes(struct mzg_weights *w, const void *data, size_t len,
                                struct mzg_err *e)
{
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 32];

    make_scratch(scratch);
    put_file(scratch, "x.safetensors", data, len);
    snprintf(path, sizeof path, "%s/x.safetensors", scratch);
    enum mzg_code code = mzg_weights_open(w, path, e);
    remove_scratch(scratch);
    return code;
}

static void every_spoilt_field_is_refused_by_name_and_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < MUTATIONS; i++) {
        struct mzg_weights w;
        struct mzg_err e = {0};
        struct made m;
        make(&m, &mutations[i]);
        check_refusal(&m.r, open_bytes(&w, m.data, m.len, &e), &e);
    }
}

static void the_committed_files_are_these(void **state)
{
    struct made m;

    (void)state;
    make(&m, NULL);
    check_committed(NULL, m.path, m.data, m.len);
    for (size_t i = 0; i < MUTATIONS; i++) {
        make(&m, &mutations[i]);
        check_committed(&m.r, m.path, m.data, m.len);
    }
}

static int write_corpus(const char *folder)
{
    struct made m;
    char line[1024];

    make(&m, NULL);
    put_file(folder, m.path, m.data, m.len);
    for (size_t i = 0; i < MUTATIONS; i++) {
        make(&m, &mutations[i]);
        put_file(folder, m.path, m.data, m.len);
        expect_line(line, &m.r);
        fputs(line, stdout);
    }
    return 0;
}

/* ---- what passes ---- */

static void a_good_file_gives_its_tensors_by_offset(void **state)
{
    struct mzg_weights w;
    struct mzg_err e;
    struct made m;
    uint8_t bytes[8];

    (void)state;
    make(&m, NULL);
    assert_int_equal(open_bytes(&w, m.data, m.len, &e), MZG_OK);
    assert_string_equal(w.container, "safetensors");
    assert_int_equal(w.n_tensors, 3);
    const struct mzg_tensor *a = &w.tensors[0], *b = &w.tensors[1], *one = &w.tensors[2];
    assert_string_equal(a->name, "a.weight");
    assert_true(a->n_dims == 2 && a->ne[0] == 3 && a->ne[1] == 2 && a->ne[2] == 1);
    assert_true(a->elems == 6 && a->bytes == 24 && a->offset == DATA);
    assert_true(b->type == MZG_TYPE_BF16 && b->bytes == 8 && b->offset == DATA + 24);
    assert_string_equal(b->type_name, "BF16");
    assert_true(one->n_dims == 0 && one->elems == 1 && one->ne[0] == 1);
    assert_ptr_equal(mzg_weights_find(&w, "b"), b);
    assert_null(mzg_weights_find(&w, "c"));
    assert_int_equal(mzg_weights_read(&w, b, 4, bytes, 4, &e), MZG_OK);
    assert_memory_equal(bytes, m.data + DATA + 28, 4);
    assert_int_equal(mzg_weights_read(&w, b, 4, bytes, 5, &e), MZG_USAGE);
    mzg_weights_close(&w);
}

/* A file of this header, with n zero bytes of data. */
static size_t make_small(uint8_t file[FILE_MAX], const char *header, size_t n)
{
    size_t len = strlen(header);

    memset(file, 0, FILE_MAX);
    file[0] = (uint8_t)len;
    memcpy(file + 8, header, len);
    return 8 + len + n;
}

/* Each dtype that has whole bytes can be listed; those that GGUF has can be read. */
static void every_dtype_is_listed_with_its_size(void **state)
{
    static const struct { const char *name; enum mzg_type type; uint64_t bytes; } dtypes[] = {
        {"BOOL", MZG_TYPE_END, 1}, {"U8", MZG_TYPE_END, 1}, {"I8", MZG_TYPE_I8, 1},
        {"F8_E5M2", MZG_TYPE_END, 1}, {"F8_E4M3", MZG_TYPE_END, 1}, {"F8_E8M0", MZG_TYPE_END, 1},
        {"I16", MZG_TYPE_I16, 2}, {"U16", MZG_TYPE_END, 2}, {"F16", MZG_TYPE_F16, 2},
        {"BF16", MZG_TYPE_BF16, 2}, {"I32", MZG_TYPE_I32, 4}, {"U32", MZG_TYPE_END, 4},
        {"F32", MZG_TYPE_F32, 4}, {"F64", MZG_TYPE_F64, 8}, {"I64", MZG_TYPE_I64, 8},
        {"U64", MZG_TYPE_END, 8},
    };

    (void)state;
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++) {
        uint8_t file[FILE_MAX];
        char header[128];
        struct mzg_weights w;
        struct mzg_err e;
        snprintf(header, sizeof header, "{" ENTRY("t", "%s", "3", "0,%d") "}",
                 dtypes[i].name, (int)dtypes[i].bytes * 3);
        size_t len = make_small(file, header, 3 * dtypes[i].bytes);
        assert_int_equal(open_bytes(&w, file, len, &e), MZG_OK);
        assert_string_equal(w.tensors[0].type_name, dtypes[i].name);
        assert_int_equal(w.tensors[0].type, dtypes[i].type);
        assert_true(w.tensors[0].bytes == 3 * dtypes[i].bytes);
        mzg_weights_close(&w);
    }
}

static void a_tensor_without_elements_is_listed(void **state)
{
    uint8_t file[FILE_MAX];
    struct mzg_weights w;
    struct mzg_err e;
    size_t len = make_small(file, "{" ENTRY("t", "F32", "2", "0,8") ","
                                  ENTRY("e", "F64", "0,4", "8,8") "}", 8);

    (void)state;
    assert_int_equal(open_bytes(&w, file, len, &e), MZG_OK);
    const struct mzg_tensor *t = mzg_weights_find(&w, "e");
    assert_true(t && t->elems == 0 && t->bytes == 0 && t->n_dims == 2 && t->ne[0] == 4);
    mzg_weights_close(&w);
}

static void a_key_given_twice_is_refused(void **state)
{
    struct made m;
    struct mzg_weights w;
    struct mzg_err e = {0};
    const struct mutation twice = {.name = "twice", .from = "\"one\":", .to = "\"b\":"};

    (void)state;
    make(&m, &twice);
    assert_int_equal(open_bytes(&w, m.data, m.len, &e), MZG_MALFORMED);
    assert_true(e.offset > 8 && e.offset < DATA);
}

/* 100,000,000 bytes are the format's limit; a sparse file costs nothing. */
static void a_header_beyond_the_formats_limit_is_refused(void **state)
{
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 32];
    const uint8_t start[9] = {0x01, 0xe1, 0xf5, 0x05, 0, 0, 0, 0, '{'};
    struct mzg_weights w;
    struct mzg_err e = {0};

    (void)state;
    make_scratch(scratch);
    put_file(scratch, "x.safetensors", start, sizeof start);
    snprintf(path, sizeof path, "%s/x.safetensors", scratch);
    assert_int_equal(truncate(path, 200000000), 0);
    assert_int_equal(mzg_weights_open(&w, path, &e), MZG_MALFORMED);
    assert_true(e.offset == 0 && strstr(e.msg, "100000000"));
    remove_scratch(scratch);
}

static void real_files_open(void **state)
{
    static const struct { const char *path; size_t n; } files[] = {
        {"../shared/data/use-lite/model.safetensors", 29},
        {"../shared/data/versions/model_2digit.05da263.safetensors", 17},
        {"../shared/data/silero-vad/silero_vad_16k.safetensors", 15},
        {"../shared/data/gpt2-tigrinya-lora/adapter_model.4441abb.safetensors", 72},
    };

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct mzg_weights w;
        struct mzg_err e;
        if (access(files[i].path, R_OK) != 0) {
            print_message("skipped: %s is not here\n", files[i].path);
            skip();
        }
        assert_int_equal(mzg_weights_open(&w, files[i].path, &e), MZG_OK);
        assert_int_equal(w.n_tensors, files[i].n);
        mzg_weights_close(&w);
    }
}

static void a_real_file_without_tensors_is_refused(void **state)
{
    const char *path = "../shared/data/versions/model_2digit.3ddc4ef.safetensors";
    struct mzg_weights w;
    struct mzg_err e;

    (void)state;
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not here\n", path);
        skip();
    }
    assert_int_equal(mzg_weights_open(&w, path, &e), MZG_MALFORMED);
    assert_true(e.offset == 8 && strstr(e.msg, "no tensors"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spoilt_field_is_refused_by_name_and_byte),
        cmocka_unit_test(the_committed_files_are_these),
        cmocka_unit_test(a_good_file_gives_its_tensors_by_offset),
        cmocka_unit_test(every_dtype_is_listed_with_its_size),
        cmocka_unit_test(a_tensor_without_elements_is_listed),
        cmocka_unit_test(a_key_given_twice_is_refused),
        cmocka_unit_test(a_header_beyond_the_formats_limit_is_refused),
        cmocka_unit_test(real_files_open),
        cmocka_unit_test(a_real_file_without_tensors_is_refused),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
