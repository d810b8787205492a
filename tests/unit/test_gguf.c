#include "refused.h"
#include "model/containers/gguf.h"

/* ---- a small file that passes, to be spoilt one field at a time ---- */

/* Places in it, noted while it is built. */
enum spot {
    MAGIC, VERSION, N_TENSORS, N_KVS,
    ARCH, ARCH_TYPE, ARCH_LEN,          /* general.architecture = "raw" */
    ALIGN, ALIGN_TYPE, ALIGN_VALUE,     /* general.alignment = 64 */
    FLAG, FLAG_VALUE,                   /* "flag" = true */
    LIST, LIST_ELEM, LIST_COUNT, LIST_FIRST, /* "list" = ["a", "bc"] */
    BITS, BITS_FIRST,                   /* "bits" = [true, false] */
    A, A_NAME, A_DIMS, A_NE0, A_NE1, A_TYPE, A_OFFSET, /* "a": F32 [4, 2] */
    B, B_NAME, B_DIMS, B_NE0, B_NE1, B_TYPE, B_OFFSET, /* "b": Q8_0 [32, 3] */
    INFOS_END, DATA_A, DATA_B, END, SPOTS
};

struct image {
    uint8_t bytes[2048];
    size_t len;
    size_t at[SPOTS];
};

static void note(struct image *m, enum spot spot)
{
    m->at[spot] = m->len;
}

static void put(struct image *m, uint64_t v, size_t size)
{
    for (size_t i = 0; i < size; i++)
        m->bytes[m->len++] = (uint8_t)(v >> 8 * i);
}

static void put_text(struct image *m, const char *text)
{
    put(m, strlen(text), 8);
    memcpy(m->bytes + m->len, text, strlen(text));
    m->len += strlen(text);
}

static void put_pair(struct image *m, enum spot spot, const char *key, uint32_t type)
{
    note(m, spot);
    put_text(m, key);
    put(m, type, 4);
}

static void put_metadata(struct image *m)
{
    put_pair(m, ARCH, "general.architecture", MZG_KV_STRING);
    m->at[ARCH_TYPE] = m->len - 4;
    note(m, ARCH_LEN);
    put_text(m, "raw");
    put_pair(m, ALIGN, "general.alignment", MZG_KV_U32);
    m->at[ALIGN_TYPE] = m->len - 4;
    note(m, ALIGN_VALUE);
    put(m, 64, 4);
    put_pair(m, FLAG, "flag", MZG_KV_BOOL);
    note(m, FLAG_VALUE);
    put(m, 1, 1);
    put_pair(m, LIST, "list", MZG_KV_ARRAY);
    note(m, LIST_ELEM);
    put(m, MZG_KV_STRING, 4);
    note(m, LIST_COUNT);
    put(m, 2, 8);
    note(m, LIST_FIRST);
    put_text(m, "a");
    put_text(m, "bc");
    put_pair(m, BITS, "bits", MZG_KV_ARRAY);
    put(m, MZG_KV_BOOL, 4);
    put(m, 2, 8);
    note(m, BITS_FIRST);
    put(m, 1, 2);
}

static void put_info(struct image *m, enum spot first, const char *name, uint64_t ne0,
                     uint64_t ne1, enum mzg_type type, uint64_t offset)
{
    note(m, first);
    m->at[first + 1] = m->len + 8;
    put_text(m, name);
    note(m, first + 2);
    put(m, 2, 4);
    note(m, first + 3);
    put(m, ne0, 8);
    note(m, first + 4);
    put(m, ne1, 8);
    note(m, first + 5);
    put(m, type, 4);
    note(m, first + 6);
    put(m, offset, 8);
}

static void make_good(struct image *m)
{
    memset(m, 0, sizeof *m);
    memcpy(m->bytes, "GGUF", m->len = 4);
    note(m, VERSION);
    put(m, 3, 4);
    note(m, N_TENSORS);
    put(m, 2, 8);
    note(m, N_KVS);
    put(m, 5, 8);
    put_metadata(m);
    put_info(m, A, "a", 4, 2, MZG_TYPE_F32, 0);
    put_info(m, B, "b", 32, 3, MZG_TYPE_Q8_0, 64);
    note(m, INFOS_END);
    m->len += 64 - m->len % 64;
    note(m, DATA_A);
    m->len += 64;
    note(m, DATA_B);
    m->len += 3 * 34;
    note(m, END);
}

/* `width` bytes at spot + shift become `value`; width 0: the file ends there. */
struct mutation {
    const char *name;
    enum spot spot;
    int shift;
    unsigned width;
    uint64_t value;
    enum mzg_code code;
    const char *item;
    enum spot where; /* the byte expected: that of this place, plus off */
    int off;
};

#define BAD MZG_MALFORMED
#define ODD MZG_UNSUPPORTED

static const struct mutation mutations[] = {
    {"version_1", VERSION, 0, 4, 1, ODD, "version 1", VERSION, 0},
    {"version_4", VERSION, 0, 4, 4, ODD, "version 4", VERSION, 0},
    {"big_endian", VERSION, 0, 4, 0x03000000, ODD, "big-endian", VERSION, 0},
    {"tensors_huge", N_TENSORS, 0, 8, UINT64_MAX, BAD, "tensors", N_TENSORS, 0},
    {"tensors_three", N_TENSORS, 0, 8, 3, BAD, "tensor 3 of 3", INFOS_END, 0},
    {"pairs_huge", N_KVS, 0, 8, UINT64_MAX, BAD, "pairs", N_KVS, 0},
    {"pairs_six", N_KVS, 0, 8, 6, BAD, "tensor 1 of 2", A_NE0, 2},
    {"pairs_four", N_KVS, 0, 8, 4, BAD, "tensor 'bits'", BITS, 12},
    {"key_length_huge", ALIGN, 0, 8, UINT64_MAX, BAD, "pair 2 of 5", ALIGN, 0},
    {"key_empty", FLAG, 0, 8, 0, BAD, "pair 3 of 5", FLAG, 0},
    {"key_control", FLAG, 8, 1, 0x1b, BAD, "'\\x1blag'", FLAG, 8},
    {"key_not_utf8", FLAG, 8, 1, 0xff, BAD, "'\\xfflag'", FLAG, 8},
    {"key_nul", FLAG, 10, 1, 0, BAD, "'fl\\x00g'", FLAG, 8},
    {"key_twice", BITS, 8, 4, 0x7473696c, BAD, "'list'", BITS, 0},
    {"type_13", ARCH_TYPE, 0, 4, 13, BAD, "general.architecture", ARCH_TYPE, 0},
    {"string_huge", ARCH_LEN, 0, 8, UINT64_MAX, BAD, "general.architecture", ARCH_LEN, 0},
    {"string_past_end", ARCH_LEN, 0, 8, 2000, BAD, "general.architecture", ARCH_LEN, 0},
    {"alignment_type", ALIGN_TYPE, 0, 4, MZG_KV_I32, BAD, "general.alignment", ALIGN, 0},
    {"alignment_zero", ALIGN_VALUE, 0, 4, 0, BAD, "general.alignment", ALIGN_VALUE, 0},
    {"alignment_odd", ALIGN_VALUE, 0, 4, 48, BAD, "general.alignment", ALIGN_VALUE, 0},
    {"alignment_huge", ALIGN_VALUE, 0, 4, 0x80000000, ODD, "general.alignment", ALIGN_VALUE, 0},
    {"alignment_other", ALIGN_VALUE, 0, 4, 32, BAD, "tensor 'b'", B_OFFSET, 0},
    {"bool_two", FLAG_VALUE, 0, 1, 2, BAD, "'flag'", FLAG_VALUE, 0},
    {"bool_in_array", BITS_FIRST, 1, 1, 255, BAD, "'bits'", BITS_FIRST, 1},
    {"array_of_arrays", LIST_ELEM, 0, 4, MZG_KV_ARRAY, ODD, "'list'", LIST_ELEM, 0},
    {"array_type_13", LIST_ELEM, 0, 4, 13, BAD, "'list'", LIST_ELEM, 0},
    {"array_huge", LIST_COUNT, 0, 8, UINT64_MAX, BAD, "'list'", LIST_COUNT, 0},
    {"array_bytes_overflow", LIST_COUNT, 0, 8, 0x2000000000000000, BAD, "'list'", LIST_COUNT, 0},
    {"array_string_huge", LIST_FIRST, 0, 8, UINT64_MAX / 2, BAD, "'list'", LIST_FIRST, 0},
    {"name_empty", A, 0, 8, 0, BAD, "tensor 1 of 2", A, 0},
    {"name_64", A, 0, 8, 64, BAD, "tensor 1 of 2", A, 0},
    {"name_huge", A, 0, 8, UINT64_MAX, BAD, "tensor 1 of 2", A, 0},
    {"name_control", A_NAME, 0, 1, 0x0a, BAD, "'\\x0a'", A_NAME, 0},
    {"name_twice", B_NAME, 0, 1, 'a', BAD, "tensor 'a'", DATA_B, 0},
    {"dims_zero", A_DIMS, 0, 4, 0, BAD, "tensor 'a'", A_DIMS, 0},
    {"dims_five", A_DIMS, 0, 4, 5, BAD, "tensor 'a'", A_DIMS, 0},
    {"dims_huge", A_DIMS, 0, 4, UINT32_MAX, BAD, "tensor 'a'", A_DIMS, 0},
    {"dim_zero", A_NE1, 0, 8, 0, BAD, "tensor 'a'", A_NE1, 0},
    {"elements_overflow", A_NE0, 0, 8, 0x4000000000000000, BAD, "tensor 'a'", A_NE1, 0},
    {"bytes_overflow", A_NE0, 0, 8, 0x2000000000000000, BAD, "tensor 'a'", A_TYPE, 0},
    {"type_4", A_TYPE, 0, 4, 4, ODD, "tensor 'a'", A_TYPE, 0},
    {"type_63", A_TYPE, 0, 4, 63, ODD, "tensor 'a'", A_TYPE, 0},
    {"type_huge", A_TYPE, 0, 4, UINT32_MAX, ODD, "tensor 'a'", A_TYPE, 0},
    {"row_no_block", B_NE0, 0, 8, 33, BAD, "tensor 'b'", B_TYPE, 0},
    {"offset_gap", B_OFFSET, 0, 8, 128, BAD, "tensor 'b'", B_OFFSET, 0},
    {"offset_overlap", B_OFFSET, 0, 8, 0, BAD, "tensor 'b'", B_OFFSET, 0},
    {"offset_unaligned", B_OFFSET, 0, 8, 65, BAD, "tensor 'b'", B_OFFSET, 0},
    {"offset_first", A_OFFSET, 0, 8, 64, BAD, "tensor 'a'", A_OFFSET, 0},
    {"data_past_end", B_NE1, 0, 8, 4, BAD, "tensor 'b'", DATA_B, 0},
    {"cut_in_data", END, -1, 0, 0, BAD, "tensor 'b'", DATA_B, 0},
    {"cut_before_data", INFOS_END, 0, 0, 0, BAD, "tensor 'a'", DATA_A, 0},
    {"cut_in_info", B_TYPE, 0, 0, 0, BAD, "tensor 'b'", B, 0},
    {"cut_in_metadata", FLAG, 0, 0, 0, BAD, "pair 3 of 5", FLAG, 0},
    {"cut_in_count", N_KVS, 4, 0, 0, BAD, "24 bytes", MAGIC, 0},
};
#define MUTATIONS (sizeof mutations / sizeof *mutations)

struct made {
    struct image m;
    char path[128];
    struct refused r;
};

static void make(struct made *made, const struct mutation *mu)
{
    make_good(&made->m);
    snprintf(made->path, sizeof made->path, "gguf/%s.gguf", mu ? mu->name : "good");
    if (!mu)
        return;
    size_t at = made->m.at[mu->spot] + (size_t)mu->shift;
    for (unsigned i = 0; i < mu->width; i++)
        made->m.bytes[at + i] = (uint8_t)(mu->value >> 8 * i);
    if (mu->width == 0)
        made->m.len = at;
    made->r = (struct refused){made->path, "gguf/good.gguf", mu->code, mu->item,
                               made->m.at[mu->where] + (size_t)mu->off, "inspect"};
}

static enum mzg_code open_bytes(struct mzg_weights *w, const void *data, size_t len,
                                struct mzg_err *e)
{
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 32];

    make_scratch(scratch);
    put_file(scratch, "x.gguf", data, len);
    snprintf(path, sizeof path, "%s/x.gguf", scratch);
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
        struct made made;
        make(&made, &mutations[i]);
        check_refusal(&made.r, open_bytes(&w, made.m.bytes, made.m.len, &e), &e);
    }
}

static void the_committed_files_are_these(void **state)
{
    struct made made;

    (void)state;
    make(&made, NULL);
    check_committed(NULL, made.path, made.m.bytes, made.m.len);
    for (size_t i = 0; i < MUTATIONS; i++) {
        make(&made, &mutations[i]);
        check_committed(&made.r, made.path, made.m.bytes, made.m.len);
    }
}

static int write_corpus(const char *folder)
{
    struct made made;
    char line[1024];

    make(&made, NULL);
    put_file(folder, made.path, made.m.bytes, made.m.len);
    for (size_t i = 0; i < MUTATIONS; i++) {
        make(&made, &mutations[i]);
        put_file(folder, made.path, made.m.bytes, made.m.len);
        expect_line(line, &made.r);
        fputs(line, stdout);
    }
    return 0;
}

/* Wherever the file is cut, it is refused, or a tensor's data is all there. */
static void every_truncation_is_refused(void **state)
{
    struct image m;

    (void)state;
    make_good(&m);
    for (size_t len = 0; len < m.len; len++) {
        struct mzg_weights w;
        struct mzg_err e;
        enum mzg_code code = open_bytes(&w, m.bytes, len, &e);
        assert_int_equal(code, MZG_MALFORMED);
    }
}

/* ---- what passes ---- */

static void a_good_file_gives_metadata_and_tensors(void **state)
{
    struct mzg_weights w;
    struct mzg_err e;
    struct image m;
    const char *text;
    size_t len;

    (void)state;
    make_good(&m);
    assert_int_equal(open_bytes(&w, m.bytes, m.len, &e), MZG_OK);
    const struct mzg_gguf *g = w.gguf;
    assert_true(g->alignment == 64 && g->infos_offset == m.at[A] && g->data_offset == m.at[DATA_A]);
    assert_int_equal(g->kvs.count, 5);
    assert_true(mzg_kvs_get_text(&g->kvs, "general.architecture", &text, &len) && len == 3);
    assert_memory_equal(text, "raw", 3);
    const struct mzg_kv *list = mzg_kvs_find(&g->kvs, "list");
    assert_true(list->type == MZG_KV_ARRAY && list->elem == MZG_KV_STRING && list->count == 2);
    assert_true(list->offset == m.at[LIST] && list->end == m.at[BITS] && list->size == 19);
    assert_memory_equal(list->value, m.bytes + m.at[LIST_FIRST], list->size);
    assert_int_equal(w.n_tensors, 2);
    const struct mzg_tensor *b = mzg_weights_find(&w, "b");
    assert_true(b->type == MZG_TYPE_Q8_0 && b->elems == 96 && b->bytes == 102);
    assert_true(b->offset == m.at[DATA_B] && b->n_dims == 2 && b->ne[0] == 32 && b->ne[1] == 3);
    mzg_weights_close(&w);
}

static void version_2_is_read_too(void **state)
{
    struct mzg_weights w;
    struct mzg_err e;
    struct image m;

    (void)state;
    make_good(&m);
    m.bytes[m.at[VERSION]] = 2;
    assert_int_equal(open_bytes(&w, m.bytes, m.len, &e), MZG_OK);
    assert_true(w.n_tensors == 2 && w.gguf->kvs.count == 5);
    const struct mzg_tensor *b = mzg_weights_find(&w, "b");
    assert_true(b && b->type == MZG_TYPE_Q8_0 && b->offset == m.at[DATA_B] && b->bytes == 102);
    mzg_weights_close(&w);
}

static void too_many_keys_are_a_limit(void **state)
{
    uint8_t *file = calloc(1, 200000);
    struct mzg_weights w;
    struct mzg_err e;

    (void)state;
    memcpy(file, "GGUF\3", 5);
    file[16] = 0x01, file[17] = 0x10; /* 4097 */
    assert_int_equal(open_bytes(&w, file, 200000, &e), MZG_LIMIT);
    assert_int_equal(e.offset, 16);
    free(file);
}

/* The header is loaded in steps; values must be right wherever a step ends. */
static void a_long_header_is_read_whole(void **state)
{
    enum { LEN = 3 << 20 };
    struct mzg_gguf_tensor t = {.name = "t", .type = MZG_TYPE_F32, .n_dims = 1, .ne = {4, 1, 1, 1}};
    char *text = malloc(LEN + 1);
    struct mzg_weights w;
    struct mzg_kvs k;
    struct mzg_buf out;
    struct mzg_err e;
    uint64_t total, v;
    const char *got;
    size_t len;

    (void)state;
    memset(text, 'x', LEN);
    text[LEN] = '\0';
    mzg_kvs_init(&k);
    mzg_kvs_u32(&k, "first", 7);
    mzg_kvs_text(&k, "long", text);
    mzg_kvs_u32(&k, "last", 9);
    mzg_buf_init(&out, (size_t)8 << 20);
    assert_int_equal(mzg_gguf_layout(&t, 1, 32, &total, &e), MZG_OK);
    mzg_gguf_encode(&k, &t, 1, 32, &out);
    mzg_buf_zeros(&out, total);
    assert_int_equal(open_bytes(&w, out.data, out.len, &e), MZG_OK);
    assert_true(mzg_kvs_get_u64(&w.gguf->kvs, "first", &v) && v == 7);
    assert_true(mzg_kvs_get_u64(&w.gguf->kvs, "last", &v) && v == 9);
    assert_true(mzg_kvs_get_text(&w.gguf->kvs, "long", &got, &len) && len == LEN);
    assert_memory_equal(got, text, LEN);
    mzg_weights_close(&w);
    mzg_buf_clear(&out);
    mzg_kvs_clear(&k);
    free(text);
}

/* ---- writing ---- */

static void what_is_read_and_written_again_is_the_same(void **state)
{
    struct mzg_gguf_tensor t[2] = {{.name = "a"}, {.name = "b"}};
    struct mzg_weights w;
    struct mzg_buf out;
    struct mzg_err e;
    struct image m;
    uint64_t total;

    (void)state;
    make_good(&m);
    assert_int_equal(open_bytes(&w, m.bytes, m.len, &e), MZG_OK);
    for (size_t i = 0; i < 2; i++) {
        t[i].type = w.tensors[i].type;
        t[i].n_dims = w.tensors[i].n_dims;
        memcpy(t[i].ne, w.tensors[i].ne, sizeof t[i].ne);
    }
    assert_int_equal(mzg_gguf_layout(t, 2, w.gguf->alignment, &total, &e), MZG_OK);
    assert_true(t[0].offset == 0 && t[0].bytes == 32 && t[1].offset == 64 && t[1].bytes == 102);
    assert_int_equal(total, 192);
    mzg_buf_init(&out, 4096);
    mzg_gguf_encode(&w.gguf->kvs, t, 2, w.gguf->alignment, &out);
    assert_int_equal(out.len, m.at[DATA_A]);
    assert_memory_equal(out.data, m.bytes, out.len);
    mzg_buf_clear(&out);
    mzg_weights_close(&w);
}

static void a_layout_that_cannot_be_is_refused_by_name(void **state)
{
    struct mzg_gguf_tensor odd = {.name = "odd", .type = MZG_TYPE_Q4_0, .n_dims = 1, .ne = {48}};
    struct mzg_gguf_tensor huge[2] = {
        {.name = "some", .type = MZG_TYPE_F32, .n_dims = 2, .ne = {1, UINT64_MAX / 8}},
        {.name = "more", .type = MZG_TYPE_F32, .n_dims = 2, .ne = {1, UINT64_MAX / 6}},
    };
    struct mzg_err e;
    uint64_t total;

    (void)state;
    assert_int_equal(mzg_gguf_layout(&odd, 1, 32, &total, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "odd"));
    assert_int_equal(mzg_gguf_layout(huge, 2, 32, &total, &e), MZG_LIMIT);
    assert_non_null(strstr(e.msg, "more"));
}

static void real_vocabularies_open_and_encode_to_the_same_bytes(void **state)
{
    static const struct { const char *name; size_t keys; } files[] = {
        {"bert-bge", 20}, {"falcon", 18}, {"gpt-2", 16}, {"llama-spm", 22}, {"phi-3", 26},
        {"starcoder", 19},
    };

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[128];
        struct mzg_weights w;
        struct mzg_buf out;
        struct mzg_err e;
        snprintf(path, sizeof path, "../shared/data/gguf-vocab/ggml-vocab-%s.gguf", files[i].name);
        if (access(path, R_OK) != 0) {
            print_message("skipped: %s is not here\n", path);
            skip();
        }
        assert_int_equal(mzg_weights_open(&w, path, &e), MZG_OK);
        assert_int_equal(w.gguf->kvs.count, files[i].keys);
        mzg_buf_init(&out, MZG_GGUF_HEADER);
        mzg_gguf_encode(&w.gguf->kvs, NULL, 0, 1, &out);
        uint8_t *file = malloc(out.len);
        assert_int_equal(mzg_file_read(&w.files[0].file, 0, file, out.len, &e), MZG_OK);
        assert_memory_equal(file, out.data, out.len);
        free(file);
        mzg_buf_clear(&out);
        mzg_weights_close(&w);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spoilt_field_is_refused_by_name_and_byte),
        cmocka_unit_test(the_committed_files_are_these),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(a_good_file_gives_metadata_and_tensors),
        cmocka_unit_test(version_2_is_read_too),
        cmocka_unit_test(too_many_keys_are_a_limit),
        cmocka_unit_test(a_long_header_is_read_whole),
        cmocka_unit_test(what_is_read_and_written_again_is_the_same),
        cmocka_unit_test(a_layout_that_cannot_be_is_refused_by_name),
        cmocka_unit_test(real_vocabularies_open_and_encode_to_the_same_bytes),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
