#include "imatrix_image.h"

#include "base/sha256.h"
#include <math.h>

/* ---- files that must be refused: one field of one that passes is spoilt ---- */

/* `width` bytes at spot + shift become `value`; width 0: the file ends there. */
struct mutation {
    const char *name;
    bool gguf;
    enum spot spot;
    size_t shift, width;
    uint64_t value;
    enum mzg_code code;
    const char *item;
    enum spot named; /* the byte that the message names; SPOTS: none */
    size_t named_shift;
};

static const struct mutation mutations[] = {
    {"count_zero.dat", false, COUNT, 0, 4, 0, MZG_MALFORMED, "number of entries", COUNT, 0},
    {"count_negative.dat", false, COUNT, 0, 4, 0xffffffff, MZG_MALFORMED, "number of entries", COUNT,
     0},
    {"count_huge.dat", false, COUNT, 0, 4, 0x7fffffff, MZG_MALFORMED, "neither GGUF nor", COUNT, 0},
    {"count_three.dat", false, COUNT, 0, 4, 3, MZG_MALFORMED, "not a text",
     CHUNKS, 4},
    {"count_one.dat", false, COUNT, 0, 4, 1, MZG_MALFORMED, "dataset's name", B_NAME, 0},
    {"name_empty.dat", false, A, 0, 4, 0, MZG_MALFORMED, "entry 1 of 2", A, 0},
    {"name_negative.dat", false, A, 0, 4, 0x80000000, MZG_MALFORMED, "entry 1 of 2", A, 0},
    {"name_huge.dat", false, A, 0, 4, 0x7fffffff, MZG_MALFORMED, "entry 1 of 2", A, 0},
    {"name_long.dat", false, A, 0, 4, 1025, MZG_LIMIT, "entry 1 of 2", A, 0},
    {"name_control.dat", false, A_NAME, 0, 1, 0x1b, MZG_MALFORMED, "'\\x1blk.0", A_NAME, 0},
    {"name_not_utf8.dat", false, B_NAME, 0, 1, 0xff, MZG_MALFORMED, "'\\xff'", B_NAME, 0},
    {"calls_negative.dat", false, B_CALLS, 0, 4, 0xffffffff, MZG_MALFORMED, "entry 'b'", B_CALLS, 0},
    {"values_zero.dat", false, B_N, 0, 4, 0, MZG_MALFORMED, "entry 'b'", B_N, 0},
    {"values_negative.dat", false, B_N, 0, 4, 0xfffffffe, MZG_MALFORMED, "entry 'b'", B_N, 0},
    {"values_huge.dat", false, B_N, 0, 4, 0x7fffffff, MZG_MALFORMED, "entry 'b'", B_N, 0},
    {"value_nan.dat", false, A_VALUES, 40, 4, 0x7fc00000, MZG_MALFORMED, "entry '" FIRST "'",
     A_VALUES, 40},
    {"value_inf.dat", false, A_VALUES, 0, 4, 0x7f800000, MZG_MALFORMED, "entry '" FIRST "'",
     A_VALUES, 0},
    {"value_negative.dat", false, A_VALUES, 4 * FIRST_WIDTH - 4, 4, 0xbf800000, MZG_MALFORMED,
     "entry '" FIRST "'", A_VALUES, 4 * FIRST_WIDTH - 4},
    {"chunks_negative.dat", false, CHUNKS, 0, 4, 0xffffffff, MZG_MALFORMED, "number of chunks",
     CHUNKS, 0},
    {"dataset_negative.dat", false, SET_LEN, 0, 4, 0xffffffff, MZG_MALFORMED, "dataset", SET_LEN, 0},
    {"dataset_long.dat", false, SET_LEN, 0, 4, 5, MZG_MALFORMED, "dataset", SET_LEN, 0},
    {"dataset_short.dat", false, SET_LEN, 0, 4, 3, MZG_MALFORMED, "1 bytes follow", SET_NAME, 3},
    {"cut_in_count.dat", false, COUNT, 2, 0, 0, MZG_MALFORMED, "number of entries", COUNT, 0},
    {"cut_in_values.dat", false, A_VALUES, 100, 0, 0, MZG_MALFORMED, "entry '" FIRST "'", A_N, 0},
    {"cut_in_name.dat", false, B_NAME, 0, 0, 0, MZG_MALFORMED, "entry 2 of 2", B, 0},
    {"cut_in_dataset.dat", false, SET_NAME, 2, 0, 0, MZG_MALFORMED, "dataset", SET_LEN, 0},
    {"type_model.gguf", true, TYPE_TEXT, 0, 7, 0x786c65646f6du, MZG_UNSUPPORTED, "of type 'modelx",
     SPOTS, 24},
    {"sums_type.gguf", true, SUMS_TYPE, 0, 4, MZG_TYPE_I32, MZG_MALFORMED, "is I32", SUMS_DATA, 0},
    {"counts_type.gguf", true, COUNTS_TYPE, 0, 4, MZG_TYPE_I32, MZG_MALFORMED, "is I32", COUNTS_DATA,
     0},
    {"counts_missing.gguf", true, COUNTS_NAME, 0, 1, 'x', MZG_MALFORMED, "'" FIRST ".in_sum2'",
     SUMS_DATA, 0},
    {"sums_missing.gguf", true, SUMS_NAME, 0, 1, 'x', MZG_MALFORMED, "'xlk.0.attn_k.weight.in_sum2'",
     SUMS_DATA, 0},
    {"count_nan.gguf", true, COUNTS_DATA, 0, 4, 0x7fc00000, MZG_MALFORMED, "entry '" FIRST "'",
     COUNTS_DATA, 0},
    {"count_negative.gguf", true, COUNTS_DATA, 0, 4, 0xc1000000, MZG_MALFORMED, "entry '" FIRST "'",
     COUNTS_DATA, 0},
    {"count_tiny.gguf", true, COUNTS_DATA, 0, 4, 1, MZG_MALFORMED, "divided by its count", SUMS_DATA,
     0},
    {"value_nan.gguf", true, SUMS_DATA, 8, 4, 0xffc00000, MZG_MALFORMED, "entry '" FIRST "'",
     SUMS_DATA, 8},
    {"value_negative.gguf", true, SUMS_DATA, 0, 4, 0x80000001, MZG_MALFORMED, "entry '" FIRST "'",
     SUMS_DATA, 0},
    {"cut_in_data.gguf", true, TWO_DATA, 4, 0, 0, MZG_MALFORMED, "tensor 'b.in_sum2'", TWO_DATA, 0},
};
#define MUTATIONS (sizeof mutations / sizeof *mutations)

struct made {
    struct image m;
    char path[64];
    struct refused r;
};

static void make(struct made *out, const struct mutation *how)
{
    (how->gguf ? make_gguf : make_dat)(&out->m);
    for (size_t i = 0; i < how->width; i++)
        out->m.bytes[out->m.at[how->spot] + how->shift + i] = (uint8_t)(how->value >> 8 * i);
    if (strcmp(how->name, "type_model.gguf") == 0)
        out->m.bytes[out->m.at[how->spot] + 6] = 'x';
    if (how->width == 0)
        out->m.len = out->m.at[how->spot] + how->shift;
    snprintf(out->path, sizeof out->path, "imatrix/%s", how->name);
    out->r = (struct refused){
        .path = out->path, .base = how->gguf ? "imatrix/good.gguf" : "imatrix/good.dat",
        .code = how->code, .item = how->item, .command = "imatrix",
        .offset = (how->named == SPOTS ? 0 : out->m.at[how->named]) + how->named_shift};
}

/* All that a conversion does with a file: opens it and reads every value. */
static enum mzg_code read_all(const char *path, struct mzg_err *e)
{
    struct mzg_imatrix *m;
    float w[FIRST_WIDTH];
    enum mzg_code code = mzg_imatrix_open(path, &m, e);
    if (code != MZG_OK)
        return code;
    for (size_t i = 0; i < mzg_imatrix_count(m) && code == MZG_OK; i++) {
        const struct mzg_imatrix_entry *entry = mzg_imatrix_entry(m, i);
        uint64_t n_mat = entry->n_mat ? entry->n_mat : 1, width = entry->n_values / n_mat;
        for (uint64_t mat = 0; mat < n_mat && code == MZG_OK; mat++)
            code = mzg_imatrix_read(m, entry, width, mat, w, NULL, e);
    }
    mzg_imatrix_close(m);
    return code;
}

static enum mzg_code read_bytes(const void *data, size_t len, struct mzg_err *e)
{
    char dir[SCRATCH_PATH], path[SCRATCH_PATH + 16];
    make_scratch(dir);
    put_file(dir, "file", data, len);
    snprintf(path, sizeof path, "%s/file", dir);
    enum mzg_code code = read_all(path, e);
    if (code != MZG_OK)
        assert_non_null(strstr(e->msg, path));
    remove_scratch(dir);
    return code;
}

static void every_spoilt_field_is_refused_by_name_and_byte(void **state)
{
    struct made made;
    struct mzg_err e;
    (void)state;
    for (size_t i = 0; i < MUTATIONS; i++) {
        make(&made, &mutations[i]);
        enum mzg_code code = read_bytes(made.m.bytes, made.m.len, &e);
        check_refusal(&made.r, code, &e);
    }
}

static void the_committed_files_are_these(void **state)
{
    struct made made;
    struct image good;
    (void)state;
    make_dat(&good);
    check_committed_in("", NULL, "imatrix/good.dat", good.bytes, good.len);
    make_gguf(&good);
    check_committed_in("", NULL, "imatrix/good.gguf", good.bytes, good.len);
    for (size_t i = 0; i < MUTATIONS; i++) {
        make(&made, &mutations[i]);
        check_committed_in("EXPECT.importance", &made.r, made.path, made.m.bytes, made.m.len);
    }
}

static int write_corpus(const char *folder)
{
    struct made made;
    struct image good;
    char line[1024];
    make_dat(&good);
    put_file(folder, "imatrix/good.dat", good.bytes, good.len);
    make_gguf(&good);
    put_file(folder, "imatrix/good.gguf", good.bytes, good.len);
    for (size_t i = 0; i < MUTATIONS; i++) {
        make(&made, &mutations[i]);
        put_file(folder, made.path, made.m.bytes, made.m.len);
        expect_line(line, &made.r);
        fputs(line, stdout);
    }
    return 0;
}

/* A .dat file may end behind its entries, as older ones do, and nowhere else before its end. */
static void every_truncation_is_refused(void **state)
{
    struct image m;
    struct mzg_err e;
    (void)state;
    make_dat(&m);
    for (size_t len = 0; len < m.len; len++)
        assert_int_equal(read_bytes(m.bytes, len, &e),
                         len == m.at[CHUNKS] ? MZG_OK : MZG_MALFORMED);
    make_gguf(&m);
    for (size_t len = 0; len < m.at[TWO_COUNTS] + 8; len += len < 1000 ? 1 : 37)
        assert_int_equal(read_bytes(m.bytes, len, &e), MZG_MALFORMED);
}

static void names_are_there_once(void **state)
{
    struct image m;
    struct mzg_err e;
    (void)state;
    memset(&m, 0, sizeof m);
    put(&m, COUNT, 2, 4);
    put_entry(&m, A, "same", 1, 2);
    put_entry(&m, B, "same", 1, 2);
    assert_int_equal(read_bytes(m.bytes, m.len, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "'same' is there twice"));
    assert_int_equal(e.offset, m.at[B]);
}

static void what_is_no_file_is_said(void **state)
{
    struct mzg_imatrix *m;
    struct mzg_err e;
    (void)state;
    assert_int_equal(mzg_imatrix_open("/no/such/file", &m, &e), MZG_IO);
    assert_null(m);
    assert_int_equal(mzg_imatrix_open("/", &m, &e), MZG_IO);
    mzg_imatrix_close(NULL);
}

/* ---- what is read ---- */

static void check_first(const struct mzg_imatrix *im)
{
    float w[FIRST_WIDTH];
    struct mzg_err e;
    bool empty;
    const struct mzg_imatrix_entry *entry = mzg_imatrix_find(im, FIRST);
    assert_non_null(entry);
    assert_ptr_equal(entry, mzg_imatrix_entry(im, 0));
    assert_true(mzg_imatrix_fits(entry, FIRST_WIDTH, 1));
    assert_false(mzg_imatrix_fits(entry, FIRST_WIDTH / 2, 1));
    assert_int_equal(mzg_imatrix_read(im, entry, FIRST_WIDTH, 0, w, &empty, &e), MZG_OK);
    assert_false(empty);
    for (size_t i = 0; i < FIRST_WIDTH; i++)
        assert_true(w[i] == (float)(i + 1) / 16 / 8);
    assert_int_equal(mzg_imatrix_read(im, entry, FIRST_WIDTH, 1, w, &empty, &e), MZG_USAGE);
}

static void the_legacy_layout_gives_means(void **state)
{
    struct image m;
    char dir[SCRATCH_PATH];
    struct mzg_err e;
    uint64_t chunks;
    uint8_t digest[32], want[32];
    float w[2];
    (void)state;
    make_dat(&m);
    struct mzg_imatrix *im = open_image(&m, dir);
    assert_int_equal(mzg_imatrix_count(im), 2);
    check_first(im);
    /* Two values may be a row of two or two rows of one: this layout does not say. */
    const struct mzg_imatrix_entry *b = mzg_imatrix_find(im, "b");
    assert_true(mzg_imatrix_fits(b, 2, 1) && mzg_imatrix_fits(b, 1, 2));
    assert_int_equal(mzg_imatrix_read(im, b, 1, 1, w, NULL, &e), MZG_OK);
    assert_true(w[0] == 2.0f / 16 / 4);
    assert_true(mzg_imatrix_chunks(im, &chunks));
    assert_int_equal(chunks, 7);
    assert_int_equal(mzg_imatrix_datasets(im), 1);
    assert_string_equal(mzg_imatrix_dataset(im, 0), "text");
    mzg_sha256_of(m.bytes, m.len, want);
    assert_int_equal(mzg_imatrix_digest(im, digest, &e), MZG_OK);
    assert_memory_equal(digest, want, 32);
    assert_null(mzg_imatrix_find(im, "c"));
    mzg_imatrix_close(im);
    remove_scratch(dir);
}

static void the_gguf_layout_gives_means_per_matrix(void **state)
{
    struct image m;
    char dir[SCRATCH_PATH];
    struct mzg_err e;
    uint64_t chunks;
    float w[2];
    bool empty;
    (void)state;
    make_gguf(&m);
    struct mzg_imatrix *im = open_image(&m, dir);
    assert_int_equal(mzg_imatrix_count(im), 2);
    check_first(im);
    const struct mzg_imatrix_entry *b = mzg_imatrix_find(im, "b");
    assert_true(mzg_imatrix_fits(b, 2, 2));
    assert_false(mzg_imatrix_fits(b, 4, 1));
    assert_int_equal(mzg_imatrix_read(im, b, 2, 0, w, &empty, &e), MZG_OK);
    assert_true(!empty && w[0] == 1.0f / 64 && w[1] == 2.0f / 64);
    assert_int_equal(mzg_imatrix_read(im, b, 2, 1, w, &empty, &e), MZG_OK);
    assert_true(empty && w[0] == 1 && w[1] == 1); /* its count is 0 */
    assert_true(mzg_imatrix_chunks(im, &chunks));
    assert_int_equal(chunks, 7);
    assert_int_equal(mzg_imatrix_datasets(im), 2);
    assert_string_equal(mzg_imatrix_dataset(im, 1), "two");
    mzg_imatrix_close(im);
    remove_scratch(dir);
}

static void minus_zero_and_all_zeros_are_harmless(void **state)
{
    struct image m;
    char dir[SCRATCH_PATH];
    struct mzg_err e;
    float w[2];
    bool empty;
    (void)state;
    make_dat(&m);
    memset(m.bytes + m.at[B_VALUES], 0, 8);
    m.bytes[m.at[B_VALUES] + 3] = 0x80;
    struct mzg_imatrix *im = open_image(&m, dir);
    const struct mzg_imatrix_entry *b = mzg_imatrix_find(im, "b");
    assert_int_equal(mzg_imatrix_read(im, b, 2, 0, w, &empty, &e), MZG_OK);
    assert_true(empty && w[0] == 1 && w[1] == 1);
    mzg_imatrix_close(im);
    remove_scratch(dir);
    m.bytes[m.at[B_VALUES] + 4] = 1; /* a subnormal beside the -0 */
    im = open_image(&m, dir);
    b = mzg_imatrix_find(im, "b");
    assert_int_equal(mzg_imatrix_read(im, b, 2, 0, w, &empty, &e), MZG_OK);
    assert_true(empty); /* a quarter of it is nothing */
    mzg_imatrix_close(im);
    remove_scratch(dir);
}

static void a_real_file_is_read_whole(void **state)
{
    const char *path = "../shared/data/imatrix/imatrix.dat";
    struct mzg_imatrix *im;
    struct mzg_err e;
    uint64_t chunks, values = 0;
    (void)state;
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not here\n", path);
        skip();
    }
    assert_int_equal(mzg_imatrix_open(path, &im, &e), MZG_OK);
    assert_int_equal(mzg_imatrix_count(im), 154);
    assert_true(mzg_imatrix_chunks(im, &chunks));
    assert_int_equal(chunks, 365);
    assert_string_equal(mzg_imatrix_dataset(im, 0), "imatrix-training-full-3");
    for (size_t i = 0; i < mzg_imatrix_count(im); i++) {
        const struct mzg_imatrix_entry *entry = mzg_imatrix_entry(im, i);
        float *w = malloc(entry->n_values * sizeof *w);
        bool empty;
        assert_int_equal(mzg_imatrix_read(im, entry, entry->n_values, 0, w, &empty, &e), MZG_OK);
        assert_false(empty);
        values += entry->n_values;
        free(w);
    }
    assert_int_equal(values, 22 * (6 * 2048 + 5632));
    assert_int_equal(mzg_imatrix_find(im, "blk.21.ffn_down.weight")->n_values, 5632);
    mzg_imatrix_close(im);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spoilt_field_is_refused_by_name_and_byte),
        cmocka_unit_test(the_committed_files_are_these),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(names_are_there_once),
        cmocka_unit_test(what_is_no_file_is_said),
        cmocka_unit_test(the_legacy_layout_gives_means),
        cmocka_unit_test(the_gguf_layout_gives_means_per_matrix),
        cmocka_unit_test(minus_zero_and_all_zeros_are_harmless),
        cmocka_unit_test(a_real_file_is_read_whole),
    };
    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
