/* ONNX models that must be refused: one that passes, with one piece of its bytes exchanged. */
#include "refused.h"
#include "model/containers/weights.h"
#include "onnx_by_hand.h"

#define LIST "EXPECT.onnx"
#define BAD MZG_MALFORMED
#define NOT MZG_UNSUPPORTED

/* What a model is put together from, in this order; from B_DIMS a second tensor, in another file. */
enum piece {
    IR, PRODUCER, NODE, GRAPH_NAME, A_DIMS, A_TYPE, A_DATA, A_NAME, B_DIMS, B_TYPE, B_NAME,
    B_LOCATION, B_OFFSET, B_LENGTH, B_SAID, GRAPH_END, PROPERTY, PIECES
};

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define TEXT(t) (const uint8_t *)(t), sizeof(t) - 1

static const struct { const uint8_t *bytes; size_t n; } good[PIECES] = {
    [IR] = {BYTES(0x08, 8)},
    [PRODUCER] = {TEXT("\x12\x07" "by hand")},
    /* NodeProto: output "c", op_type "Constant", attribute "value": TensorProto of one dimension, one float */
    [NODE] = {TEXT("\x0a\x29\x12\x01" "c" "\x22\x08" "Constant" "\x2a\x1a" "\x0a\x05" "value"
                   "\x2a\x11\x08\x02\x10\x01\x4a\x08" "\0\0\x80\x3f\0\0\x80\x3f" "\x42\x01" "v")},
    [GRAPH_NAME] = {TEXT("\x12\x01" "g")},
    [A_DIMS] = {BYTES(0x08, 2, 0x08, 3)},
    [A_TYPE] = {BYTES(0x10, 1)},
    [A_DATA] = {TEXT("\x4a\x18" "\0\0\0\0" "\0\0\x80\x3f" "\0\0\0\x40" "\0\0\x40\x40" "\0\0\x80\x40"
                     "\0\0\xa0\x40")},
    [A_NAME] = {TEXT("\x42\x01" "a")},
    [B_DIMS] = {BYTES(0x08, 4)},
    [B_TYPE] = {BYTES(0x10, 1)},
    [B_NAME] = {TEXT("\x42\x01" "b")},
    [B_LOCATION] = {TEXT("\x6a\x11" "\x0a\x08" "location" "\x12\x05" "b.bin")},
    [B_OFFSET] = {TEXT("\x6a\x0b" "\x0a\x06" "offset" "\x12\x01" "8")},
    [B_LENGTH] = {TEXT("\x6a\x0c" "\x0a\x06" "length" "\x12\x02" "16")},
    [B_SAID] = {BYTES(0x70, 1)},
    [GRAPH_END] = {TEXT("")},
    [PROPERTY] = {TEXT("\x72\x08" "\x0a\x01" "k" "\x12\x03" "v\x1b\x31")},
};

#define MINUS_ONE 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1

/* at, delta: the byte that the error names, from where that piece begins (PIECES: the start of a file);
 * delta NONE: none. */
#define NONE (-1)
static const struct mutation {
    const char *name;
    enum piece piece;
    const uint8_t *bytes;
    size_t n;
    enum mzg_code code;
    const char *item;
    enum piece at;
    int delta;
} mutations[] = {
    {"ir_version_text", IR, BYTES(0x0a, 1, 8), BAD, "ModelProto", IR, 0},
    {"producer_number", PRODUCER, BYTES(0x10, 7), BAD, "ModelProto", PRODUCER, 0},
    {"group", PRODUCER, BYTES(0x13), BAD, "wire type 3", PRODUCER, 0},
    {"node_number", NODE, BYTES(0x08, 7), BAD, "GraphProto", NODE, 0},
    {"node_long", NODE, BYTES(0x0a, 0x7f), BAD, "goes beyond", NODE, 0},
    {"node_sparse", NODE, TEXT("\x0a\x22\x12\x01" "c" "\x22\x08" "Constant" "\x2a\x13" "\x0a\x0c"
                               "sparse_value" "\xb2\x01\x02" "\x0a\x00"), NOT, "tensor 'c' is sparse", NODE, 34},
    {"node_no_output", NODE, TEXT("\x0a\x16\x22\x08" "Constant" "\x2a\x0a" "\x0a\x05" "value" "\x2a\x01\x08"), BAD,
     "output", NODE, 2},
    {"initializer_number", NODE, BYTES(0x28, 1), BAD, "GraphProto", NODE, 0},
    {"initializer_sparse", NODE, TEXT("\x7a\x07" "\x0a\x05" "\x42\x03" "sp1"), NOT, "tensor 'sp1' is sparse", NODE, 2},
    {"dim_negative", A_DIMS, BYTES(0x08, MINUS_ONE), BAD, "tensor 'a': a dimension of -1", A_DIMS, 0},
    {"dim_packed_cut", A_DIMS, BYTES(0x0a, 2, 2, 0x83), BAD, "tensor 'a'", A_DIMS, 3},
    {"dim_packed_negative", A_DIMS, BYTES(0x0a, 11, 2, MINUS_ONE), BAD, "a dimension of -1", A_DIMS, 3},
    {"dim_float", A_DIMS, BYTES(0x0d, 0, 0, 0, 0), BAD, "TensorProto.dims", A_DIMS, 0},
    {"dims_nine", A_DIMS, BYTES(0x0a, 9, 2, 3, 1, 1, 1, 1, 1, 1, 1), NOT, "more than 8 dimensions", A_DIMS, 10},
    {"dims_overflow", A_DIMS, BYTES(0x0a, 12, 0x80, 0x80, 0x80, 0x80, 0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1), BAD,
     "more elements than can be counted", A_DIMS, 0},
    {"dims_bytes_overflow", A_DIMS, BYTES(0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40), BAD,
     "more bytes than can be counted", A_DIMS, 0},
    {"dims_less", A_DIMS, BYTES(0x08, 2, 0x08, 2), BAD, "type and dims give 16 bytes, it holds 24", A_DATA, 2},
    {"dims_more", A_DIMS, BYTES(0x08, 2, 0x08, 4), BAD, "type and dims give 32 bytes, it holds 24", A_DATA, 2},
    {"type_none", A_TYPE, TEXT(""), BAD, "tensor 'a': no data type", A_DIMS, 0},
    {"type_zero", A_TYPE, BYTES(0x10, 0), NOT, "data type 0 is not known", A_TYPE, 0},
    {"type_unknown", A_TYPE, BYTES(0x10, 27), NOT, "data type 27 is not known", A_TYPE, 0},
    {"type_huge", A_TYPE, BYTES(0x10, MINUS_ONE), NOT, "tensor 'a': data type", A_TYPE, 0},
    {"type_twice", A_TYPE, BYTES(0x10, 1, 0x10, 1), BAD, "two data types", A_TYPE, 2},
    {"type_text", A_TYPE, BYTES(0x12, 1, 1), BAD, "TensorProto.data_type", A_TYPE, 0},
    {"type_string", A_TYPE, BYTES(0x10, 8), BAD, "field 9, where no STRING is kept", A_DATA, 2},
    {"segment", A_TYPE, BYTES(0x10, 1, 0x1a, 2, 0x08, 1), NOT, "segment", A_TYPE, 2},
    {"data_none", A_DATA, TEXT(""), BAD, "tensor 'a': it has no data", A_DIMS, 0},
    {"data_number", A_DATA, BYTES(0x48, 1), BAD, "TensorProto's data", A_DATA, 0},
    {"data_long", A_DATA, BYTES(0x4a, 0x18), BAD, "goes beyond", A_DATA, 0},
    {"data_twice", A_DATA, BYTES(0x4a, 1, 0, 0x4a, 1, 0), BAD, "its data is there twice", A_DATA, 3},
    {"data_two_kinds", A_DATA, BYTES(0x22, 4, 0, 0, 0, 0, 0x4a, 1, 0), BAD, "there twice", A_DATA, 6},
    {"data_other_kind", A_DATA, BYTES(0x2a, 1, 1), BAD, "field 5, where no FLOAT is kept", A_DATA, 2},
    {"data_values_cut", A_DATA, BYTES(0x22, 3, 0, 0, 0), BAD, "tensor 'a'", A_DATA, 2},
    {"data_values_less", A_DATA, BYTES(0x25, 0, 0, 0, 0), BAD, "type and dims give 6 values, it holds 1", A_DIMS, 0},
    {"data_values_more", A_DATA, TEXT("\x25\0\0\0\0" "\x22\x18" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
     BAD, "type and dims give 6 values, it holds more than 6", A_DIMS, 0},
    {"data_values_wire", A_DATA, BYTES(0x20, 1), BAD, "TensorProto's data", A_DATA, 0},
    {"name_empty", A_NAME, BYTES(0x42, 0), BAD, "the name is empty", A_NAME, 2},
    {"name_escape", A_NAME, TEXT("\x42\x03" "a\x1b" "b"), BAD, "control characters", A_NAME, 2},
    {"name_nul", A_NAME, TEXT("\x42\x03" "a\0b"), BAD, "control characters", A_NAME, 2},
    {"name_bytes", A_NAME, TEXT("\x42\x02" "a\xff"), BAD, "the name is empty or", A_NAME, 2},
    {"name_number", A_NAME, BYTES(0x40, 1), BAD, "TensorProto.name", A_NAME, 0},
    {"name_none", A_NAME, TEXT(""), BAD, "the name is empty", A_DIMS, 0},
    {"name_again", NODE, TEXT("\x2a\x0c" "\x08\x01\x10\x01\x42\x01" "a" "\x25\0\0\0\0"), BAD,
     "tensor 'a' is there twice", A_DATA, 2},
    {"location_none", B_LOCATION, TEXT(""), BAD, "tensor 'b': external data without a location", B_LENGTH, 0},
    {"location_above", B_LOCATION, TEXT("\x6a\x14" "\x0a\x08" "location" "\x12\x08" "../b.bin"), BAD,
     "'../b.bin' is no path inside", B_LENGTH, 0},
    {"location_absolute", B_LOCATION, TEXT("\x6a\x17" "\x0a\x08" "location" "\x12\x0b" "/etc/passwd"), BAD,
     "'/etc/passwd' is no path inside", B_LENGTH, 0},
    {"location_empty", B_LOCATION, TEXT("\x6a\x0c" "\x0a\x08" "location" "\x12\x00"), BAD, "is no path inside", B_LENGTH,
     0},
    {"location_nul", B_LOCATION, TEXT("\x6a\x13" "\x0a\x08" "location" "\x12\x07" "b.bin\0x"), BAD,
     "a NUL in its location", B_LOCATION, 2},
    {"location_escape", B_LOCATION, TEXT("\x6a\x12" "\x0a\x08" "location" "\x12\x06" "b\x1b" ".bin"), BAD,
     "'b\\x1b.bin' is no path inside", B_LENGTH, 0},
    {"location_folder", B_LOCATION, TEXT("\x6a\x0d" "\x0a\x08" "location" "\x12\x01" "."), BAD, "is no path inside",
     B_LENGTH, 0},
    {"location_itself", B_LOCATION, TEXT("\x6a\x16" "\x0a\x08" "location" "\x12\x0a" "model.onnx"), BAD,
     "the model itself", B_LENGTH, 0},
    {"location_missing", B_LOCATION, TEXT("\x6a\x11" "\x0a\x08" "location" "\x12\x05" "c.bin"), MZG_IO,
     "tensor 'b': cannot open", B_LENGTH, NONE},
    {"location_twice", B_OFFSET, TEXT("\x6a\x11" "\x0a\x08" "location" "\x12\x05" "b.bin"), BAD, "two locations",
     B_OFFSET, 2},
    {"location_number", B_LOCATION, BYTES(0x68, 1), BAD, "TensorProto.external_data", B_LOCATION, 0},
    {"key_number", B_LOCATION, BYTES(0x6a, 2, 0x08, 1), BAD, "StringStringEntryProto", B_LOCATION, 2},
    {"key_empty", B_LOCATION, BYTES(0x6a, 3, 0x12, 1, 'x'), BAD, "a key is empty", B_LOCATION, 2},
    {"offset_negative", B_OFFSET, TEXT("\x6a\x0c" "\x0a\x06" "offset" "\x12\x02" "-8"), BAD, "offset is no number",
     B_OFFSET, 2},
    {"offset_hex", B_OFFSET, TEXT("\x6a\x0d" "\x0a\x06" "offset" "\x12\x03" "0x8"), BAD, "offset is no number", B_OFFSET,
     2},
    {"offset_empty", B_OFFSET, TEXT("\x6a\x0a" "\x0a\x06" "offset" "\x12\x00"), BAD, "offset is no number", B_OFFSET, 2},
    {"offset_overflow", B_OFFSET, TEXT("\x6a\x1e" "\x0a\x06" "offset" "\x12\x14" "18446744073709551616"), BAD,
     "offset is no number", B_OFFSET, 2},
    {"offset_huge", B_OFFSET, TEXT("\x6a\x1e" "\x0a\x06" "offset" "\x12\x14" "18446744073709551615"), BAD,
     "at byte 18446744073709551615 of 'b.bin', which has 24", B_LENGTH, 0},
    {"offset_past_end", B_OFFSET, TEXT("\x6a\x0b" "\x0a\x06" "offset" "\x12\x01" "9"), BAD,
     "tensor 'b': external data: 16 bytes at byte 9 of 'b.bin', which has 24", B_LENGTH, 0},
    {"length_less", B_LENGTH, TEXT("\x6a\x0c" "\x0a\x06" "length" "\x12\x02" "15"), BAD, "its length is 15", B_LENGTH, 0},
    {"length_more", B_LENGTH, TEXT("\x6a\x0c" "\x0a\x06" "length" "\x12\x02" "17"), BAD, "its length is 17", B_LENGTH, 0},
    {"said_not", B_SAID, TEXT(""), BAD, "of a tensor that is not said to have any", B_LENGTH, 0},
    {"said_unknown", B_SAID, BYTES(0x70, 2), NOT, "data_location 2 is not known", B_SAID, 0},
    {"said_and_data", B_SAID, BYTES(0x70, 1, 0x4a, 1, 0), BAD, "external data, and data of its own", B_DIMS, 0},
    {"said_of_texts", B_TYPE, BYTES(0x10, 8), BAD, "external data, and texts", B_DIMS, 0},
    {"name_twice", B_NAME, TEXT("\x42\x01" "a"), BAD, "b.bin: tensor 'a' is there twice", PIECES, 8},
    {"overlap", GRAPH_END, TEXT("\x2a\x29" "\x08\x01\x10\x01\x42\x01" "d" "\x6a\x11" "\x0a\x08" "location"
     "\x12\x05" "b.bin" "\x6a\x0b" "\x0a\x06" "offset" "\x12\x01" "8" "\x70\x01"), BAD,
     "b.bin: tensor 'b': its data overlaps that of 'd'", PIECES, 8},
    {"property_key", PROPERTY, BYTES(0x72, 3, 0x12, 1, 'x'), BAD, "metadata_props: a key is empty", PROPERTY, 2},
    {"two_graphs", PROPERTY, BYTES(0x3a, 0), BAD, "two graphs", PROPERTY, 0},
    {"opset_text", PROPERTY, BYTES(0x42, 3, 0x12, 1, 'x'), BAD, "opset ai.onnx", PROPERTY, 2},
    {"function_name", PROPERTY, BYTES(0xca, 1, 3, 0x0a, 1, 0x1b), BAD, "a function", PROPERTY, 5},
    {"function_node", PROPERTY, BYTES(0xca, 1, 2, 0x38, 1), BAD, "GraphProto", PROPERTY, 3},
    {"behind_cut", PROPERTY, BYTES(0x72), BAD, "goes beyond", PROPERTY, 0},
};
#define MUTATIONS (sizeof mutations / sizeof *mutations)

static bool is_elsewhere(const struct mutation *mu)
{
    return mu && ((mu->piece >= B_DIMS && mu->piece < GRAPH_END) || strcmp(mu->name, "overlap") == 0);
}

/* ---- putting together ---- */

struct made {
    char path[64]; /* with a '/' at the end where it is a folder */
    struct message model;
    size_t where[PIECES + 1];
    struct refused r;
};

static void add_pieces(struct made *m, struct message *to, enum piece first, enum piece end,
                       const struct mutation *mu)
{
    for (enum piece p = first; p < end; p++) {
        bool other = mu && mu->piece == p;
        m->where[p] = to->n;
        put_bytes(to, other ? mu->bytes : good[p].bytes, other ? mu->n : good[p].n);
    }
}

/* Puts inner into to as a field, and has the places of its pieces count from to's start. */
static void nest(struct made *m, struct message *to, unsigned field, const struct message *inner,
                 enum piece first, enum piece end)
{
    put_message(to, field, inner);
    for (enum piece p = first; p < end; p++)
        m->where[p] += to->n - inner->n;
}

static void make(struct made *m, const struct mutation *mu, bool elsewhere)
{
    static struct message graph, a, b;

    m->model.n = graph.n = a.n = b.n = 0;
    add_pieces(m, &m->model, IR, NODE, mu);
    add_pieces(m, &graph, NODE, A_DIMS, mu);
    add_pieces(m, &a, A_DIMS, B_DIMS, mu);
    nest(m, &graph, 5, &a, A_DIMS, B_DIMS);
    add_pieces(m, &b, B_DIMS, GRAPH_END, mu);
    if (elsewhere)
        nest(m, &graph, 5, &b, B_DIMS, GRAPH_END);
    add_pieces(m, &graph, GRAPH_END, PROPERTY, mu);
    nest(m, &m->model, 7, &graph, NODE, PROPERTY);
    add_pieces(m, &m->model, PROPERTY, PIECES, mu);
    snprintf(m->path, sizeof m->path, elsewhere ? "onnx/%s/" : "onnx/%s.onnx", mu ? mu->name : "good");
    if (mu)
        m->r = (struct refused){m->path, elsewhere ? "onnx/good" : "onnx/good.onnx", mu->code, mu->item,
                                mu->delta == NONE ? MZG_NO_OFFSET : m->where[mu->at] + (size_t)mu->delta,
                                "inspect"};
}

static const uint8_t b_bin[24] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40};

static void put_made(const char *folder, const struct made *m)
{
    char path[128];

    if (m->path[strlen(m->path) - 1] != '/') {
        put_file(folder, m->path, m->model.data, m->model.n);
        return;
    }
    snprintf(path, sizeof path, "%smodel.onnx", m->path);
    put_file(folder, path, m->model.data, m->model.n);
    snprintf(path, sizeof path, "%sb.bin", m->path);
    put_file(folder, path, b_bin, sizeof b_bin);
}

static enum mzg_code open_made(struct mzg_weights *w, const struct made *m, struct mzg_err *e)
{
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 64];
    size_t n = strlen(m->path);

    make_scratch(scratch);
    put_made(scratch, m);
    snprintf(path, sizeof path, "%s/%.*s", scratch, (int)(n - (m->path[n - 1] == '/')), m->path);
    enum mzg_code code = mzg_weights_open(w, path, e);
    remove_scratch(scratch);
    return code;
}

/* ---- refused ---- */

static struct made made;

static void every_spoilt_piece_is_refused_by_name_and_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < MUTATIONS; i++) {
        struct mzg_weights w;
        struct mzg_err e = {0};
        make(&made, &mutations[i], is_elsewhere(&mutations[i]));
        check_refusal(&made.r, open_made(&w, &made, &e), &e);
    }
}

static void check_made(const struct refused *r)
{
    char path[128];

    if (made.path[strlen(made.path) - 1] != '/') {
        check_committed_in(LIST, r, made.path, made.model.data, made.model.n);
        return;
    }
    snprintf(path, sizeof path, "%smodel.onnx", made.path);
    check_committed_in(LIST, r, path, made.model.data, made.model.n);
    snprintf(path, sizeof path, "%sb.bin", made.path);
    check_committed_in(LIST, NULL, path, b_bin, sizeof b_bin);
}

static void the_committed_files_are_these(void **state)
{
    (void)state;
    for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
        make(&made, NULL, elsewhere);
        check_made(NULL);
    }
    for (size_t i = 0; i < MUTATIONS; i++) {
        make(&made, &mutations[i], is_elsewhere(&mutations[i]));
        check_made(&made.r);
    }
}

static int write_corpus(const char *folder)
{
    char line[1024];

    for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
        make(&made, NULL, elsewhere);
        put_made(folder, &made);
    }
    for (size_t i = 0; i < MUTATIONS; i++) {
        make(&made, &mutations[i], is_elsewhere(&mutations[i]));
        put_made(folder, &made);
        expect_line(line, &made.r);
        fputs(line, stdout);
    }
    return 0;
}

/* ---- what passes ---- */

static void the_good_one_gives_tensors_and_facts(void **state)
{
    struct mzg_weights w;
    struct mzg_err e;
    float x[6];

    (void)state;
    make(&made, NULL, true);
    assert_int_equal(open_made(&w, &made, &e), MZG_OK);
    assert_string_equal(w.container, "ONNX");
    assert_true(w.n_files == 2 && w.n_tensors == 3);
    assert_string_equal(w.files[1].name, "b.bin");
    const struct mzg_tensor *a = mzg_weights_find(&w, "a"), *b = mzg_weights_find(&w, "b");
    assert_true(a && b && mzg_weights_find(&w, "c"));
    assert_true(a->n_dims == 2 && a->ne[0] == 3 && a->ne[1] == 2 && a->bytes == 24);
    assert_string_equal(a->type_name, "FLOAT");
    assert_int_equal(mzg_weights_read(&w, a, 0, x, 24, &e), MZG_OK);
    assert_true(x[0] == 0 && x[1] == 1 && x[5] == 5);
    assert_true(b->file == 1 && b->offset == 8 && b->bytes == 16);
    assert_int_equal(mzg_weights_read(&w, b, 0, x, 8, &e), MZG_OK);
    assert_true(x[0] == 1 && x[1] == 2);
    assert_int_equal(w.n_facts, 4);
    assert_string_equal(w.facts[1].name, "producer_name");
    assert_string_equal(w.facts[2].name, "graph");
    assert_string_equal(w.facts[3].name, "metadata.k");
    assert_memory_equal(w.facts[3].value, "v\x1b\x31", 4);
    mzg_weights_close(&w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spoilt_piece_is_refused_by_name_and_byte),
        cmocka_unit_test(the_committed_files_are_these),
        cmocka_unit_test(the_good_one_gives_tensors_and_facts),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
