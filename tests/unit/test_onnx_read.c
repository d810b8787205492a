/* What is read of ONNX models, and which files are taken for one. What is refused: test_onnx.c. */
#include "refused.h"
#include "model/containers/weights.h"
#include "onnx_by_hand.h"
#include "../random.h"

static char scratch[SCRATCH_PATH];
static struct message model, graph, tensor;

static int set_up(void **state)
{
    (void)state;
    make_scratch(scratch);
    model.n = graph.n = tensor.n = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    remove_scratch(scratch);
    return 0;
}

static enum mzg_code open_at(struct mzg_weights *w, const char *rel, struct mzg_err *e)
{
    char path[SCRATCH_PATH + 64];

    snprintf(path, sizeof path, "%s/%s", scratch, rel);
    return mzg_weights_open(w, path, e);
}

/* The model of `graph`, in a file of this name. */
static void put_graph(const char *name)
{
    model.n = 0;
    put_model(&model, &graph);
    put_file(scratch, name, model.data, model.n);
}

static enum mzg_code open_graph(struct mzg_weights *w, struct mzg_err *e)
{
    put_graph("m.onnx");
    return open_at(w, "m.onnx", e);
}

static void put_tensor(void)
{
    put_message(&graph, 5, &tensor);
    tensor.n = 0;
}

static void expect_bytes(const struct mzg_weights *w, const char *name, const void *bytes, size_t n)
{
    const struct mzg_tensor *t = mzg_weights_find(w, name);
    uint8_t got[512];
    struct mzg_err e;

    assert_non_null(t);
    assert_int_equal(t->bytes, n);
    assert_int_equal(mzg_weights_read(w, t, 0, got, n, &e), MZG_OK);
    assert_memory_equal(got, bytes, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(mzg_weights_read(w, t, i, got, 1, &e), MZG_OK);
        assert_int_equal(got[0], ((const uint8_t *)bytes)[i]);
    }
}

/* ---- values ---- */

enum { FLOAT = 1, UINT8 = 2, INT8 = 3, INT16 = 5, INT32 = 6, INT64 = 7, TEXT = 8, BOOL = 9, FLOAT16 = 10, DOUBLE = 11,
       UINT32 = 12, UINT64 = 13, COMPLEX64 = 14, BFLOAT16 = 16, UINT4 = 21 };

static void packed(unsigned field, const uint64_t *values, size_t n)
{
    static struct message inner;

    inner.n = 0;
    for (size_t i = 0; i < n; i++)
        put_varint(&inner, values[i]);
    put_message(&tensor, field, &inner);
}

static void values_are_decoded_as_their_type_has_them(void **state)
{
    static const uint64_t minus = (uint64_t)-2;
    struct mzg_weights w;
    struct mzg_err e;

    (void)state;
    put_head(&tensor, "i8", INT8, 0, 3);
    packed(5, (const uint64_t[]){127, minus, (uint64_t)-128}, 3);
    put_tensor();
    put_head(&tensor, "i16", INT16, 0, 2);
    packed(5, (const uint64_t[]){0x1234, (uint64_t)-32768}, 2);
    put_tensor();
    put_head(&tensor, "i32", INT32, 0, 2);
    packed(5, (const uint64_t[]){0x12345678, minus}, 2);
    put_tensor();
    put_head(&tensor, "i64", INT64, 0, 2);
    packed(7, (const uint64_t[]){0x123456789abcdef0, minus}, 2);
    put_tensor();
    put_head(&tensor, "u64", UINT64, 0, 1);
    packed(11, (const uint64_t[]){UINT64_MAX}, 1);
    put_tensor();
    put_head(&tensor, "u32", UINT32, 0, 1);
    packed(11, (const uint64_t[]){UINT32_MAX}, 1);
    put_tensor();
    put_head(&tensor, "f16", FLOAT16, 2, 1);
    packed(5, (const uint64_t[]){0x3c00, 0xc000}, 2);
    put_tensor();
    put_head(&tensor, "bf16", BFLOAT16, 0, 1);
    packed(5, (const uint64_t[]){0xbf80}, 1);
    put_tensor();
    put_head(&tensor, "bool", BOOL, 0, 3);
    packed(5, (const uint64_t[]){1, 0, 1}, 3);
    put_tensor();
    put_head(&tensor, "u4", UINT4, 0, 3); /* two in a byte, the last one alone */
    packed(5, (const uint64_t[]){0xff, 0x0a}, 2);
    put_tensor();
    assert_int_equal(open_graph(&w, &e), MZG_OK);
    expect_bytes(&w, "i8", "\x7f\xfe\x80", 3);
    expect_bytes(&w, "i16", "\x34\x12\x00\x80", 4);
    expect_bytes(&w, "i32", "\x78\x56\x34\x12\xfe\xff\xff\xff", 8);
    expect_bytes(&w, "i64", "\xf0\xde\xbc\x9a\x78\x56\x34\x12\xfe\xff\xff\xff\xff\xff\xff\xff", 16);
    expect_bytes(&w, "u64", "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
    expect_bytes(&w, "u32", "\xff\xff\xff\xff", 4);
    expect_bytes(&w, "f16", "\x00\x3c\x00\xc0", 4);
    expect_bytes(&w, "bf16", "\x80\xbf", 2);
    expect_bytes(&w, "bool", "\x01\x00\x01", 3);
    expect_bytes(&w, "u4", "\xff\x0a", 2);
    assert_string_equal(mzg_weights_find(&w, "u4")->type_name, "UINT4");
    assert_int_equal(mzg_weights_find(&w, "f16")->type, MZG_TYPE_F16);
    assert_int_equal(mzg_weights_find(&w, "u32")->type, MZG_TYPE_END);
    mzg_weights_close(&w);
}

/* Packed, each under its tag, and both; with dims and type behind them. */
static void values_come_in_any_number_of_pieces(void **state)
{
    static const float x[4] = {1, 2, 3, 4};
    static const double d[2] = {0.5, -8};
    struct mzg_weights w;
    struct mzg_err e;

    (void)state;
    put_varint(&tensor, 4 << 3 | 5);
    put_bytes(&tensor, &x[0], 4);
    put_field(&tensor, 4, &x[1], 8);
    put_field(&tensor, 4, "", 0);
    put_field(&tensor, 4, &x[3], 4);
    put_head(&tensor, "pieces", FLOAT, 2, 2);
    put_tensor();
    put_head(&tensor, "one", FLOAT, 2, 2);
    put_field(&tensor, 4, x, 16);
    put_tensor();
    put_head(&tensor, "double", DOUBLE, 0, 2);
    for (int i = 0; i < 2; i++) {
        put_varint(&tensor, 10 << 3 | 1);
        put_bytes(&tensor, &d[i], 8);
    }
    put_tensor();
    put_head(&tensor, "complex", COMPLEX64, 0, 2);
    put_field(&tensor, 4, x, 8);
    put_field(&tensor, 4, x + 2, 8);
    put_tensor();
    put_head(&tensor, "alone", INT64, 0, 2);
    put_number(&tensor, 7, 1);
    put_number(&tensor, 7, 300);
    put_tensor();
    assert_int_equal(open_graph(&w, &e), MZG_OK);
    expect_bytes(&w, "pieces", x, 16);
    expect_bytes(&w, "one", x, 16);
    assert_null(mzg_weights_find(&w, "one")->coded);
    expect_bytes(&w, "double", d, 16);
    expect_bytes(&w, "complex", x, 16);
    expect_bytes(&w, "alone", "\x01\0\0\0\0\0\0\0\x2c\x01\0\0\0\0\0\0", 16);
    mzg_weights_close(&w);
}

#define MANY 50000 /* values: several marks */

static void any_part_of_many_values_is_read(void **state)
{
    static uint64_t values[MANY];
    static uint16_t expected[MANY];
    uint64_t seed = 7;
    struct mzg_weights w;
    struct mzg_err e;

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        values[i] = expected[i] = (uint16_t)mzg_random(&seed);
    put_head(&tensor, "f16", FLOAT16, MANY / 50, 50);
    packed(5, values, 20000);
    for (size_t i = 20000; i < 30000; i++)
        put_number(&tensor, 5, values[i]);
    packed(5, values + 30000, MANY - 30000);
    put_tensor();
    assert_int_equal(open_graph(&w, &e), MZG_OK);
    const struct mzg_tensor *t = mzg_weights_find(&w, "f16");
    for (int round = 0; round < 60; round++) {
        static uint8_t got[2 * MANY];
        size_t at = mzg_random(&seed) % sizeof got, n = mzg_random(&seed) % (round % 10 ? 3000 : sizeof got);
        n = n < sizeof got - at ? n : sizeof got - at;
        assert_int_equal(mzg_weights_read(&w, t, at, got, n, &e), MZG_OK);
        assert_memory_equal(got, (const uint8_t *)expected + at, n);
    }
    mzg_weights_close(&w);
}

static void values_that_a_type_cannot_hold_are_refused(void **state)
{
    static const struct { unsigned type, field; uint64_t value; bool fits; } cases[] = {
        {UINT8, 5, 255, true}, {UINT8, 5, 256, false}, {UINT8, 5, (uint64_t)-1, false},
        {INT8, 5, (uint64_t)-128, true}, {INT8, 5, (uint64_t)-129, false}, {INT8, 5, 128, false},
        {INT32, 5, INT32_MAX, true}, {INT32, 5, 1ull << 31, false},
        {BOOL, 5, 1, true}, {BOOL, 5, 2, false},
        {FLOAT16, 5, 65535, true}, {FLOAT16, 5, 65536, false},
        {UINT32, 11, UINT32_MAX, true}, {UINT32, 11, 1ull << 32, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mzg_weights w;
        struct mzg_err e = {0};
        graph.n = tensor.n = 0;
        put_head(&tensor, "x", cases[i].type, 0, 1);
        packed(cases[i].field, &cases[i].value, 1);
        put_tensor();
        enum mzg_code code = open_graph(&w, &e);
        assert_int_equal(code, cases[i].fits ? MZG_OK : MZG_MALFORMED);
        if (code == MZG_OK)
            mzg_weights_close(&w);
        else
            assert_non_null(strstr(e.msg, "tensor 'x': a value of "));
    }
}

/* A tensor without elements is an input that is not given; one of texts has no bytes to speak of. */
static void texts_are_listed_and_nothing_is_not(void **state)
{
    struct mzg_weights w;
    struct mzg_err e;

    (void)state;
    put_head(&tensor, "none", FLOAT, 5, 0);
    put_field(&tensor, 9, "", 0);
    put_tensor();
    put_head(&tensor, "texts", TEXT, 0, 2);
    put_text(&tensor, 6, "one");
    put_text(&tensor, 6, "");
    put_tensor();
    assert_int_equal(open_graph(&w, &e), MZG_OK);
    assert_int_equal(w.n_tensors, 1);
    assert_string_equal(w.tensors[0].name, "texts");
    assert_true(w.tensors[0].elems == 2 && w.tensors[0].bytes == 0);
    assert_int_equal(w.tensors[0].type, MZG_TYPE_END);
    mzg_weights_close(&w);
    graph.n = 0;
    put_head(&tensor, "none", FLOAT, 5, 0);
    put_field(&tensor, 9, "x", 1);
    put_tensor();
    assert_int_equal(open_graph(&w, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "tensor 'none': type and dims give 0 bytes, it holds 1"));
}

/* ---- graphs ---- */

/* Appends to g a Constant of one float, called name. */
static void put_constant(struct message *g, const char *name, unsigned type, unsigned dims)
{
    struct message *m = calloc(3, sizeof *m), *t = m, *attribute = m + 1, *node = m + 2;
    static const uint8_t zeros[8];

    for (unsigned i = 0; i < dims; i++)
        put_number(t, 1, 1);
    put_number(t, 2, type);
    put_field(t, 9, zeros, type == INT64 ? 8 : 4);
    put_message(attribute, 5, t); /* before its name */
    put_text(attribute, 1, "value");
    put_message(node, 5, attribute);
    put_text(node, 4, "Constant");
    put_text(node, 2, name);
    put_message(g, 1, node);
    free(m);
}

/* Appends to g a node that holds this graph. */
static void put_branch(struct message *g, const char *node_name, const char *attribute_name,
                       const struct message *inner)
{
    struct message *m = calloc(2, sizeof *m), *attribute = m, *node = m + 1;

    put_message(attribute, 6, inner);
    put_text(attribute, 1, attribute_name);
    put_message(node, 5, attribute);
    put_text(node, 4, "If");
    if (node_name[0])
        put_text(node, 3, node_name);
    put_message(g, 1, node);
    free(m);
}

static void constants_are_weights_unless_they_steer(void **state)
{
    struct mzg_weights w;
    struct mzg_err e;

    (void)state;
    put_constant(&graph, "weight", FLOAT, 1);
    put_constant(&graph, "number", FLOAT, 0);
    put_constant(&graph, "shape", INT64, 1);
    assert_int_equal(open_graph(&w, &e), MZG_OK);
    assert_int_equal(w.n_tensors, 1);
    assert_string_equal(w.tensors[0].name, "weight");
    mzg_weights_close(&w);
}

static void names_of_two_branches_are_told_apart(void **state)
{
    struct message *inner = calloc(2, sizeof *inner);
    struct mzg_weights w;
    struct mzg_err e;

    (void)state;
    put_constant(&graph, "top", FLOAT, 1);
    put_constant(&inner[0], "x", FLOAT, 1);
    put_constant(&inner[0], "own", FLOAT, 1);
    put_branch(&inner[1], "", "body", &inner[0]);
    put_constant(&inner[1], "x", FLOAT, 1);
    put_constant(&inner[1], "top", FLOAT, 1);
    put_branch(&graph, "If_0", "then", &inner[0]);
    put_branch(&graph, "If_0", "else", &inner[1]);
    inner[0].n = 0;
    put_constant(&inner[0], "x", FLOAT, 1);
    put_model(&model, &graph);
    inner[1].n = 0;
    put_text(&inner[1], 1, "F");
    put_bytes(&inner[1], "\x3a", 1); /* FunctionProto.node: a graph's node under another number */
    put_bytes(&inner[1], inner[0].data + 1, inner[0].n - 1);
    put_message(&model, 25, &inner[1]);
    put_file(scratch, "m", model.data, model.n);
    free(inner);
    assert_int_equal(open_at(&w, "m", &e), MZG_OK);
    static const char *const names[] = {"top", "If_0.else/top", "If_0.then/x", "If_0.then/own", "If_0.else/x",
                                        "If_0.else/#0.body/x", "If_0.else/#0.body/own", "F/x"};
    assert_int_equal(w.n_tensors, sizeof names / sizeof *names);
    for (size_t i = 0; i < w.n_tensors; i++)
        assert_non_null(mzg_weights_find(&w, names[i]));
    mzg_weights_close(&w);
}

static void graphs_nest_only_so_deep(void **state)
{
    struct message *g = calloc(2, sizeof *g);
    struct mzg_weights w;
    struct mzg_err e = {0};

    (void)state;
    put_constant(&graph, "x", FLOAT, 1);
    for (unsigned depth = 0; depth <= 33; depth++) {
        put_graph("m");
        enum mzg_code code = open_at(&w, "m", &e);
        assert_int_equal(code, depth <= 32 ? MZG_OK : MZG_LIMIT);
        if (code == MZG_OK)
            mzg_weights_close(&w);
        g[0] = graph;
        graph.n = 0;
        put_branch(&graph, "n", "body", &g[0]);
    }
    assert_non_null(strstr(e.msg, "more than 32 graphs"));
    free(g);
}

static void names_and_facts_are_bounded(void **state)
{
    struct message *entry = calloc(1, sizeof *entry);
    char name[1026];
    struct mzg_weights w;
    struct mzg_err e = {0};

    (void)state;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (size_t more = 0; more < 2; more++) {
        graph.n = 0;
        put_head(&tensor, name + 1 - more, FLOAT, 0, 0);
        put_tensor();
        assert_int_equal(open_graph(&w, &e), more ? MZG_LIMIT : MZG_OK);
        if (!more)
            mzg_weights_close(&w);
    }
    assert_non_null(strstr(e.msg, "a tensor: name: 1025 bytes, at most 1024 are read"));
    model.n = graph.n = 0;
    put_model(&model, &graph);
    put_text(entry, 1, "k");
    for (int i = 0; i < MZG_FACTS_MAX; i++)
        put_message(&model, 14, entry);
    put_file(scratch, "m", model.data, model.n);
    assert_int_equal(open_at(&w, "m", &e), MZG_LIMIT);
    assert_non_null(strstr(e.msg, "facts"));
    free(entry);
}

/* ---- which files ---- */

static void put_small(const char *name)
{
    graph.n = tensor.n = 0;
    put_head(&tensor, "x", FLOAT, 0, 1);
    put_field(&tensor, 9, "\0\0\x80\x3f", 4);
    put_tensor();
    put_graph(name);
}

static void it_is_known_by_its_content(void **state)
{
    static const uint8_t saved_model[] = "\x08\x01\x12\x08\x0a\x06\x12\x04tags";
    static const uint8_t safetensors[] = "\x08\x12\0\0\0\0\0\0{";
    struct mzg_weights w;
    struct mzg_err e = {0};

    (void)state;
    put_small("m.bin");
    assert_int_equal(open_at(&w, "m.bin", &e), MZG_OK);
    mzg_weights_close(&w);
    model.n = 0; /* with what safetensors is known by: '{' at byte 8 */
    put_number(&model, 1, 8);
    put_text(&model, 2, "four{");
    put_message(&model, 7, &graph);
    assert_int_equal(model.data[8], '{');
    put_file(scratch, "brace", model.data, model.n);
    assert_int_equal(open_at(&w, "brace", &e), MZG_OK);
    assert_string_equal(w.container, "ONNX");
    mzg_weights_close(&w);
    put_file(scratch, "saved_model.pb", saved_model, sizeof saved_model - 1);
    assert_int_equal(open_at(&w, "saved_model.pb", &e), MZG_UNSUPPORTED);
    assert_non_null(strstr(e.msg, "nor ONNX"));
    put_file(scratch, "s", safetensors, sizeof safetensors - 1);
    assert_int_equal(open_at(&w, "s", &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "header"));
}

/* Its fields may come in another order; then its name tells. */
static void it_is_known_by_its_name(void **state)
{
    struct mzg_weights w;
    struct mzg_err e = {0};

    (void)state;
    put_small("m.onnx");
    model.n = 0;
    put_message(&model, 7, &graph);
    put_number(&model, 1, 8);
    put_file(scratch, "turned.onnx", model.data, model.n);
    put_file(scratch, "turned", model.data, model.n);
    put_file(scratch, "empty.onnx", "", 0);
    assert_int_equal(open_at(&w, "turned.onnx", &e), MZG_OK);
    mzg_weights_close(&w);
    assert_int_equal(open_at(&w, "turned", &e), MZG_UNSUPPORTED);
    assert_int_equal(open_at(&w, "empty.onnx", &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "no graph"));
}

static void one_model_of_a_folder_is_meant(void **state)
{
    static const char above[] = "{\"model\":{\"decoder\":{\"filename\":\"../m.onnx\"}}}";
    static const char genai[] = "{\"model\":{\"decoder\":{\"filename\":\"sub/b.onnx\"}}}";
    struct mzg_weights w;
    struct mzg_err e = {0};

    (void)state;
    put_small("f/onnx/model.onnx");
    put_file(scratch, "f/onnx/model_fp16.onnx", "", 0);
    assert_int_equal(open_at(&w, "f", &e), MZG_OK);
    assert_string_equal(w.files[0].name, "model.onnx");
    mzg_weights_close(&w);
    put_file(scratch, "f/a.onnx", model.data, model.n);
    assert_int_equal(open_at(&w, "f", &e), MZG_OK);
    assert_string_equal(w.files[0].name, "a.onnx");
    mzg_weights_close(&w);
    put_file(scratch, "f/sub/b.onnx", model.data, model.n);
    put_file(scratch, "f/c.onnx", model.data, model.n);
    assert_int_equal(open_at(&w, "f", &e), MZG_UNSUPPORTED);
    assert_non_null(strstr(e.msg, "'a.onnx' and 'c.onnx'"));
    put_file(scratch, "f/genai_config.json", genai, sizeof genai - 1);
    assert_int_equal(open_at(&w, "f", &e), MZG_OK);
    assert_string_equal(w.files[0].name, "b.onnx");
    mzg_weights_close(&w);
    put_file(scratch, "f/genai_config.json", above, sizeof above - 1);
    assert_int_equal(open_at(&w, "f", &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "genai_config.json: model.decoder.filename: '../m.onnx'"));
    put_file(scratch, "f/genai_config.json", "{}", 2);
    assert_int_equal(open_at(&w, "f", &e), MZG_MALFORMED);
}

/* ---- external data ---- */

static void put_elsewhere(const char *name, const char *location)
{
    static struct message entry;

    graph.n = tensor.n = entry.n = 0;
    put_head(&tensor, "x", FLOAT, 0, 2);
    put_text(&entry, 2, location);
    put_text(&entry, 1, "location");
    put_message(&tensor, 13, &entry);
    put_number(&tensor, 14, 1);
    put_tensor();
    put_graph(name);
}

static void put_link(const char *to, const char *rel)
{
    char path[SCRATCH_PATH + 64];

    snprintf(path, sizeof path, "%s/%s", scratch, rel);
    assert_int_equal(symlink(to, path), 0);
}

static void data_lies_in_the_models_folder(void **state)
{
    struct mzg_weights w;
    struct mzg_err e = {0};

    (void)state;
    put_file(scratch, "outside/d", "01234567", 8);
    put_elsewhere("m/a.onnx", "sub/d");
    put_file(scratch, "m/sub/d", "01234567", 8);
    assert_int_equal(open_at(&w, "m/a.onnx", &e), MZG_OK);
    assert_string_equal(w.files[1].name, "sub/d");
    expect_bytes(&w, "x", "01234567", 8);
    mzg_weights_close(&w);
    put_elsewhere("m/inside.onnx", "l");
    put_link("sub/d", "m/l");
    assert_int_equal(open_at(&w, "m/inside.onnx", &e), MZG_OK);
    mzg_weights_close(&w);
    put_elsewhere("m/out.onnx", "o");
    put_link("../outside/d", "m/o");
    assert_int_equal(open_at(&w, "m/out.onnx", &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "tensor 'x': external data: '"));
    assert_non_null(strstr(e.msg, "is a link out of the model's folder"));
    put_elsewhere("m/folder.onnx", "away/d");
    put_link("../outside", "m/away");
    assert_int_equal(open_at(&w, "m/folder.onnx", &e), MZG_MALFORMED);
    put_link("m/a.onnx", "alias.onnx"); /* a link to the model: its folder has no such data */
    assert_int_equal(open_at(&w, "alias.onnx", &e), MZG_IO);
    assert_non_null(strstr(e.msg, "sub/d"));
}

/* What download tools leave in their caches: model and data are links to files named by digest. */
static void data_lies_beside_the_file_that_a_link_leads_to(void **state)
{
    struct mzg_weights w;
    struct mzg_err e = {0};

    (void)state;
    put_elsewhere("blobs/abc", "model.onnx_data");
    put_file(scratch, "blobs/def", "01234567", 8);
    put_file(scratch, "snapshot/onnx/readme", "", 0);
    put_link("../../blobs/abc", "snapshot/onnx/model.onnx");
    put_link("../../blobs/def", "snapshot/onnx/model.onnx_data");
    assert_int_equal(open_at(&w, "snapshot", &e), MZG_OK);
    expect_bytes(&w, "x", "01234567", 8);
    mzg_weights_close(&w);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_are_decoded_as_their_type_has_them),
        TEST(values_come_in_any_number_of_pieces),
        TEST(any_part_of_many_values_is_read),
        TEST(values_that_a_type_cannot_hold_are_refused),
        TEST(texts_are_listed_and_nothing_is_not),
        TEST(constants_are_weights_unless_they_steer),
        TEST(names_of_two_branches_are_told_apart),
        TEST(graphs_nest_only_so_deep),
        TEST(names_and_facts_are_bounded),
        TEST(it_is_known_by_its_content),
        TEST(it_is_known_by_its_name),
        TEST(one_model_of_a_folder_is_meant),
        TEST(data_lies_in_the_models_folder),
        TEST(data_lies_beside_the_file_that_a_link_leads_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
