#include "fixture.h"

#include "formats/model/packed/packed.h"
#include <math.h>

/* Two rows of eight, in every scheme; what they stand for is worked out here the long way. */
#define ROWS 2
#define WIDE 8
#define ELEMS (ROWS * WIDE)

static const float fp4[16] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6, 0, -0.5f, -1, -1.5f, -2, -3, -4, -6};
static const uint8_t q[ELEMS] = {0, 1, 2, 3, 4, 5, 6, 7, 15, 14, 13, 12, 11, 10, 9, 8};
/* A scale and a zero point to each half of a row. */
static const float scales[ROWS * 2] = {0.5f, 0.25f, 2, 0.125f};
static const uint8_t zeros[ROWS * 2] = {3, 0, 7, 14};

struct packed {
    struct fixture f;
    struct mzg_weights weights;
    struct mzg_arena arena;
    struct mzg_source source;
    json_t *config;
};

static enum mzg_code apply(struct packed *p, const char *config, const struct fixture_tensor *t, size_t n,
                           struct mzg_err *e)
{
    memset(p, 0, sizeof *p);
    fixture_open(&p->f);
    fixture_safetensors(fixture_path(&p->f, 0, "w.safetensors"), t, n);
    assert_int_equal(mzg_weights_open(&p->weights, p->f.path[0], e), MZG_OK);
    mzg_arena_init(&p->arena, 1 << 20);
    assert_int_equal(mzg_source_init(&p->source, &p->weights, &p->arena, e), MZG_OK);
    p->config = json_loads(config, 0, NULL);
    assert_non_null(p->config);
    return mzg_packed_apply(&p->source, p->config, e);
}

static void packed_close(struct packed *p)
{
    json_decref(p->config);
    mzg_weights_close(&p->weights);
    mzg_arena_clear(&p->arena);
    fixture_close(&p->f);
}

/* What is there now is one tensor of this name, with these values, in every run of elements. */
static void expect(const char *config, const struct fixture_tensor *t, size_t n, const char *name,
                   const float *due)
{
    struct packed p;
    struct mzg_err e;
    struct mzg_kernels kernels;
    struct mzg_scratch scratch = {.kernels = &kernels};
    float x[ELEMS];
    mzg_kernels_init(&kernels, 0);
    if (apply(&p, config, t, n, &e) != MZG_OK)
        fail_msg("%s", e.msg);
    assert_int_equal(p.source.n, 1);
    assert_string_equal(p.source.items[0].name, name);
    const struct mzg_values *v = p.source.items[0].values;
    assert_true(v->n_dims == 2 && v->ne[0] == WIDE && v->ne[1] == ROWS);
    for (size_t first = 0; first < ELEMS; first++) {
        for (size_t run = 1; run <= ELEMS - first; run++) {
            assert_int_equal(mzg_values_get(v, &scratch, first, run, x, &e), MZG_OK);
            for (size_t i = 0; i < run; i++)
                assert_true(x[i] == due[first + i]);
        }
    }
    mzg_scratch_clear(&scratch);
    packed_close(&p);
}

static void refuse(const char *config, const struct fixture_tensor *t, size_t n, enum mzg_code code,
                   const char *word)
{
    struct packed p;
    struct mzg_err e = {0};
    assert_int_equal(apply(&p, config, t, n, &e), code);
    if (strstr(e.msg, word) == NULL)
        fail_msg("no '%s' in: %s", word, e.msg);
    packed_close(&p);
}

/* Element k of row n by its group. */
static float by_group(size_t i, float zero)
{
    size_t g = i / WIDE * 2 + i % WIDE / 4;
    return ((float)q[i] - zero) * scales[g];
}

/* 4-bit numbers, the first in the lowest bits, as rows of a word. */
static void pack_rows(const uint8_t *codes, size_t n, uint32_t *words)
{
    memset(words, 0, n / 8 * sizeof *words);
    for (size_t i = 0; i < n; i++)
        words[i / 8] |= (uint32_t)codes[i] << i % 8 * 4;
}

static void fp8_has_a_scale_for_all_a_row_or_a_block(void **state)
{
    (void)state;
    static const uint8_t codes[ELEMS] = {0x38, 0xb8, 0x40, 0x30, 0, 1, 0x7e, 0xfe,
                                         0x38, 0x38, 0x38, 0x38, 0x39, 0x3a, 0x3b, 0x3c};
    static const float plain[ELEMS] = {1, -1, 2, 0.5f, 0, 0x1p-9f, 448, -448, 1, 1, 1, 1, 1.125f, 1.25f,
                                       1.375f, 1.5f};
    const struct fixture_tensor w = {"a.weight", "F8_E4M3", {ROWS, WIDE}, 2, codes, sizeof codes};
    float due[ELEMS];
    for (size_t i = 0; i < ELEMS; i++)
        due[i] = plain[i] * 0.5f;
    expect("{\"quantization_config\":{\"quant_method\":\"fp8\"}}",
           (struct fixture_tensor[]){w, {"a.weight_scale_inv", "F32", {1}, 1, scales, 4},
                                     {"a.input_scale", "F32", {1}, 1, scales, 4}},
           3, "a.weight", due);
    for (size_t i = 0; i < ELEMS; i++)
        due[i] = plain[i] * scales[i / WIDE];
    expect("{\"quantization_config\":{\"quant_method\":\"compressed-tensors\"}}",
           (struct fixture_tensor[]){w, {"a.weight_scale", "F32", {ROWS, 1}, 2, scales, 8}}, 2, "a.weight", due);
    for (size_t i = 0; i < ELEMS; i++) /* blocks of 2 rows, 5 wide: the second is cut */
        due[i] = plain[i] * scales[i % WIDE / 5];
    expect("{\"quantization_config\":{\"quant_method\":\"fp8\",\"weight_block_size\":[2,5]}}",
           (struct fixture_tensor[]){w, {"a.weight_scale_inv", "F32", {1, 2}, 2, scales, 8}}, 2, "a.weight", due);
    refuse("{\"quantization_config\":{\"quant_method\":\"fp8\",\"weight_block_size\":[2,4]}}",
           (struct fixture_tensor[]){w, {"a.weight_scale_inv", "F32", {1, 3}, 2, scales, 12}}, 2, MZG_MALFORMED,
           "'a.weight'");
}

static void nvfp4_has_a_number_for_all(void **state)
{
    (void)state;
    static const uint8_t scale[ROWS] = {0x38, 0x40}; /* 1, 2 */
    static const float global = 0.25f;
    uint8_t bytes[ELEMS / 2];
    float due[ELEMS];
    for (size_t i = 0; i < ELEMS / 2; i++)
        bytes[i] = (uint8_t)(q[2 * i] | q[2 * i + 1] << 4);
    for (size_t i = 0; i < ELEMS; i++)
        due[i] = fp4[q[i]] * (i < WIDE ? 1 : 2) * global;
    const struct fixture_tensor side = {"a.weight_scale", "F8_E4M3", {ROWS, 1}, 2, scale, sizeof scale};
    expect("{\"quantization_config\":{\"quant_method\":\"modelopt\"}}",
           (struct fixture_tensor[]){{"a.weight", "U8", {ROWS, WIDE / 2}, 2, bytes, sizeof bytes}, side,
                                     {"a.weight_scale_2", "F32", {0}, 0, &global, 4}},
           3, "a.weight", due);
    for (size_t i = 0; i < ELEMS; i++)
        due[i] = fp4[q[i]] * (i < WIDE ? 1 : 2) / global;
    expect("{\"quantization_config\":{\"quant_method\":\"compressed-tensors\"}}",
           (struct fixture_tensor[]){{"a.weight_packed", "U8", {ROWS, WIDE / 2}, 2, bytes, sizeof bytes}, side,
                                     {"a.weight_global_scale", "F32", {1}, 1, &global, 4}},
           3, "a.weight", due);
}

static void compressed_words_have_an_offset(void **state)
{
    (void)state;
    static const int64_t shape[2] = {ROWS, WIDE};
    uint32_t words[ROWS], zero[2] = {0, 0};
    float due[ELEMS];
    pack_rows(q, ELEMS, words);
    for (size_t r = 0; r < ROWS; r++) /* packed down the rows: a word for each group */
        for (size_t g = 0; g < 2; g++)
            zero[g] |= (uint32_t)zeros[2 * r + g] << 4 * r;
    for (size_t i = 0; i < ELEMS; i++)
        due[i] = by_group(i, 8);
    struct fixture_tensor t[] = {{"a.weight_packed", "I32", {ROWS, 1}, 2, words, sizeof words},
                                 {"a.weight_scale", "F32", {ROWS, 2}, 2, scales, sizeof scales},
                                 {"a.weight_shape", "I64", {2}, 1, shape, sizeof shape},
                                 {"a.weight_zero_point", "I32", {1, 2}, 2, zero, sizeof zero}};
    const char *config = "{\"quantization_config\":{\"quant_method\":\"compressed-tensors\",\"config_groups\":"
                         "{\"g\":{\"weights\":{\"num_bits\":4}}}}}";
    expect(config, t, 3, "a.weight", due);
    for (size_t i = 0; i < ELEMS; i++)
        due[i] = by_group(i, (float)zeros[i / WIDE * 2 + i % WIDE / 4]);
    expect(config, t, 4, "a.weight", due);
    t[2].data = (const int64_t[2]){ROWS, 80};
    refuse(config, t, 4, MZG_MALFORMED, "a.weight_packed");
    refuse("{\"quantization_config\":{\"quant_method\":\"compressed-tensors\",\"format\":\"sparse-24\"}}", t, 4,
           MZG_UNSUPPORTED, "sparse-24");
}

/* Words in which eight elements of a row come one below the other, and zero points along them. */
static void gptq_counts_zero_points_from_one(void **state)
{
    (void)state;
    static const int32_t g_idx[WIDE] = {1, 0, 1, 0, 0, 0, 1, 1};
    static const int32_t beyond[WIDE] = {1, 0, 1, 0, 0, 0, 1, 2};
    /* One word of eight elements to each row; scales and zeros by group, then row. */
    const float turned[4] = {scales[0], scales[2], scales[1], scales[3]};
    uint32_t words[ROWS], zero[2];
    float due[ELEMS], x[ELEMS];
    pack_rows(q, ELEMS, words);
    for (size_t g = 0; g < 2; g++)
        zero[g] = (uint32_t)zeros[g] | (uint32_t)zeros[2 + g] << 4;
    struct fixture_tensor t[] = {{"a.qweight", "I32", {1, ROWS}, 2, words, sizeof words},
                                 {"a.qzeros", "I32", {2, 1}, 2, zero, sizeof zero},
                                 {"a.scales", "F32", {2, ROWS}, 2, turned, sizeof turned},
                                 {"a.g_idx", "I32", {WIDE}, 1, g_idx, sizeof g_idx}};
    const char *config = "{\"quantization_config\":{\"quant_method\":\"gptq\",\"bits\":4}}";
    for (size_t i = 0; i < ELEMS; i++)
        due[i] = by_group(i, (float)(zeros[i / WIDE * 2 + i % WIDE / 4] + 1));
    expect(config, t, 3, "a.weight", due);
    for (size_t i = 0; i < ELEMS; i++) {
        size_t g = i / WIDE * 2 + (size_t)g_idx[i % WIDE];
        due[i] = ((float)q[i] - (float)zeros[g]) * scales[g];
    }
    expect("{\"quantization_config\":{\"quant_method\":\"gptq\",\"bits\":4,\"checkpoint_format\":\"gptq_v2\"}}",
           t, 4, "a.weight", due);
    /* A group that is not there is found when it is asked for. */
    struct packed p;
    struct mzg_err e;
    struct mzg_kernels kernels;
    struct mzg_scratch scratch = {.kernels = &kernels};
    t[3].data = beyond;
    mzg_kernels_init(&kernels, 0);
    assert_int_equal(apply(&p, config, t, 4, &e), MZG_OK);
    assert_int_equal(mzg_values_get(p.source.items[0].values, &scratch, 0, ELEMS, x, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "a.g_idx"));
    mzg_scratch_clear(&scratch);
    packed_close(&p);
    refuse("{\"quantization_config\":{\"quant_method\":\"gptq\",\"bits\":5}}", t, 4, MZG_UNSUPPORTED, "bits");
    refuse("{\"quantization_config\":{\"quant_method\":\"gptq\",\"bits\":4,\"checkpoint_format\":\"marlin\"}}",
           t, 4, MZG_UNSUPPORTED, "checkpoint_format");
}

static void bitsandbytes_has_a_table_and_perhaps_nested_scales(void **state)
{
    (void)state;
    static const char plain[] = "{\"quant_type\":\"nf4\",\"blocksize\":4,\"shape\":[2,8]}";
    static const char nested[] = "{\"quant_type\":\"nf4\",\"blocksize\":4,\"shape\":[2,8],"
                                 "\"nested_blocksize\":2,\"nested_offset\":0.5}";
    static const char wide[] = "{\"quant_type\":\"nf4\",\"blocksize\":4,\"shape\":[2,9]}";
    static const uint8_t absmax8[4] = {1, 0, 255, 1};
    static const float outer[2] = {2, 4};
    float map[16], map256[256] = {-1, 0.25f}, due[ELEMS];
    uint8_t bytes[ELEMS / 2];
    map256[255] = 1;
    for (size_t i = 0; i < 16; i++)
        map[i] = (float)i / 8 - 1;
    for (size_t i = 0; i < ELEMS / 2; i++)
        bytes[i] = (uint8_t)(q[2 * i] << 4 | q[2 * i + 1]);
    for (size_t i = 0; i < ELEMS; i++)
        due[i] = map[q[i]] * scales[i / 4];
    const char *config = "{\"quantization_config\":{\"quant_method\":\"bitsandbytes\"}}";
    struct fixture_tensor t[6] = {
        {"a.weight", "U8", {ELEMS / 2, 1}, 2, bytes, sizeof bytes},
        {"a.weight.quant_map", "F32", {16}, 1, map, sizeof map},
        {"a.weight.absmax", "F32", {4}, 1, scales, sizeof scales},
        {"a.weight.quant_state.bitsandbytes__nf4", "U8", {sizeof plain - 1}, 1, plain, sizeof plain - 1},
    };
    expect(config, t, 4, "a.weight", due);
    t[3] = (struct fixture_tensor){"a.weight.quant_state.bitsandbytes__nf4", "U8", {sizeof wide - 1}, 1, wide,
                                   sizeof wide - 1};
    refuse(config, t, 4, MZG_MALFORMED, "'a.weight'");
    t[3] = (struct fixture_tensor){"a.weight.quant_state.bitsandbytes__fp4", "U8", {sizeof nested - 1}, 1,
                                   nested, sizeof nested - 1};
    t[2] = (struct fixture_tensor){"a.weight.absmax", "U8", {4}, 1, absmax8, sizeof absmax8};
    t[4] = (struct fixture_tensor){"a.weight.nested_absmax", "F32", {2}, 1, outer, sizeof outer};
    t[5] = (struct fixture_tensor){"a.weight.nested_quant_map", "F32", {256}, 1, map256, sizeof map256};
    for (size_t i = 0; i < ELEMS; i++)
        due[i] = map[q[i]] * (map256[absmax8[i / 4]] * outer[i / 8] + 0.5f);
    expect(config, t, 6, "a.weight", due);
}

static void bitsandbytes_rows_have_their_largest(void **state)
{
    (void)state;
    int8_t codes[ELEMS];
    float due[ELEMS];
    for (size_t i = 0; i < ELEMS; i++) {
        codes[i] = (int8_t)(i * 16 - 120);
        due[i] = (float)codes[i] * scales[i / WIDE] * (1.0f / 127);
    }
    expect("{\"quantization_config\":{\"quant_method\":\"bitsandbytes\"}}",
           (struct fixture_tensor[]){{"a.weight", "I8", {ROWS, WIDE}, 2, codes, sizeof codes},
                                     {"a.SCB", "F32", {ROWS}, 1, scales, 8}},
           2, "a.weight", due);
}

static void mlx_adds_a_bias(void **state)
{
    (void)state;
    static const float biases[ROWS * 2] = {-1, 0.5f, 0, 100};
    uint32_t words[ROWS];
    float due[ELEMS];
    pack_rows(q, ELEMS, words);
    for (size_t i = 0; i < ELEMS; i++)
        due[i] = by_group(i, 0) + biases[i / WIDE * 2 + i % WIDE / 4];
    const struct fixture_tensor t[] = {{"a.weight", "U32", {ROWS, 1}, 2, words, sizeof words},
                                       {"a.scales", "F32", {ROWS, 2}, 2, scales, sizeof scales},
                                       {"a.biases", "F32", {ROWS, 2}, 2, biases, sizeof biases}};
    expect("{\"quantization\":{\"group_size\":4,\"bits\":4}}", t, 3, "a.weight", due);
    /* A layer of its own in the config, and the same words under the name that others use. */
    expect("{\"quantization\":{\"group_size\":64,\"bits\":8,\"a\":{\"group_size\":4,\"bits\":4}},"
           "\"quantization_config\":{\"group_size\":64,\"bits\":8}}", t, 3, "a.weight", due);
    refuse("{\"quantization\":{\"group_size\":4,\"bits\":4,\"mode\":\"odd\"}}", t, 3, MZG_UNSUPPORTED, "mode");
}

static void awq_has_an_order_of_its_own(void **state)
{
    (void)state;
    static const unsigned place[8] = {0, 2, 4, 6, 1, 3, 5, 7}; /* nibble i holds column place[i] */
    /* Eight rows of two here: the result is {2, 8}, so codes are taken as rows k of eight columns n. */
    uint32_t words[2] = {0, 0}, zero = 0;
    static const float scale[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct packed p;
    struct mzg_err e;
    struct mzg_kernels kernels;
    struct mzg_scratch scratch = {.kernels = &kernels};
    float x[16];
    for (unsigned i = 0; i < 8; i++) {
        words[0] |= (uint32_t)q[place[i]] << 4 * i;
        words[1] |= (uint32_t)q[8 + place[i]] << 4 * i;
        zero |= (uint32_t)place[i] << 4 * i; /* the zero point of column n is n */
    }
    const struct fixture_tensor t[] = {{"a.qweight", "I32", {2, 1}, 2, words, sizeof words},
                                       {"a.qzeros", "I32", {1, 1}, 2, &zero, sizeof zero},
                                       {"a.scales", "F32", {1, 8}, 2, scale, sizeof scale}};
    mzg_kernels_init(&kernels, 0);
    if (apply(&p, "{\"quantization_config\":{\"quant_method\":\"awq\",\"bits\":4,\"version\":\"gemm\"}}", t, 3,
              &e) != MZG_OK)
        fail_msg("%s", e.msg);
    const struct mzg_values *v = p.source.items[0].values;
    assert_true(v->ne[0] == 2 && v->ne[1] == 8);
    assert_int_equal(mzg_values_get(v, &scratch, 0, 16, x, &e), MZG_OK);
    for (size_t n = 0; n < 8; n++)
        for (size_t k = 0; k < 2; k++)
            assert_true(x[2 * n + k] == ((float)q[8 * k + n] - (float)n) * scale[n]);
    mzg_scratch_clear(&scratch);
    packed_close(&p);
    refuse("{\"quantization_config\":{\"quant_method\":\"awq\",\"bits\":4,\"version\":\"gemv\"}}", t, 3,
           MZG_UNSUPPORTED, "version");
}

static void mxfp4_goes_into_blocks_as_it_is(void **state)
{
    (void)state;
    uint8_t bytes[32], scale[2] = {127, 120}, blocks[2 * 17];
    float x[64], y[64];
    struct packed p;
    struct mzg_err e;
    struct mzg_kernels kernels;
    struct mzg_scratch scratch = {.kernels = &kernels};
    for (unsigned i = 0; i < 32; i++)
        bytes[i] = (uint8_t)(i * 37 + 11);
    const struct fixture_tensor t[] = {{"e_blocks", "U8", {1, 2, 1, 16}, 4, bytes, sizeof bytes},
                                       {"e_scales", "U8", {1, 2, 1}, 3, scale, sizeof scale}};
    mzg_kernels_init(&kernels, 0);
    if (apply(&p, "{\"quantization_config\":{\"quant_method\":\"mxfp4\"}}", t, 2, &e) != MZG_OK)
        fail_msg("%s", e.msg);
    const struct mzg_values *v = p.source.items[0].values;
    assert_string_equal(p.source.items[0].name, "e");
    assert_true(v->native == MZG_TYPE_MXFP4 && v->n_dims == 3 && v->ne[0] == 32 && v->ne[1] == 2);
    assert_int_equal(mzg_values_get(v, &scratch, 0, 64, x, &e), MZG_OK);
    assert_int_equal(mzg_values_blocks(v, &scratch, 0, 64, blocks, &e), MZG_OK);
    kernels.type[MZG_TYPE_MXFP4].dequantize(blocks, y, 64);
    for (size_t i = 0; i < 64; i++) {
        unsigned code = bytes[i / 2] >> i % 2 * 4 & 15;
        assert_true(x[i] == ldexpf(fp4[code], scale[i / 32] - 127));
        assert_memory_equal(&x[i], &y[i], sizeof *x);
    }
    mzg_scratch_clear(&scratch);
    packed_close(&p);
}

static void schemes_that_are_not_known_are_named(void **state)
{
    (void)state;
    static const struct { const char *text, *item; } cases[] = {
        {"{\"quantization_config\":{\"quant_method\":\"aqlm\"}}", "'aqlm'"},
        {"{\"quantization_config\":{}}", "quantization_config"},
        {"{\"quantization_config\":\"fp8\"}", "quantization_config"},
        {"{\"compression_config\":{\"quant_method\":\"sparse-24\"}}", "'sparse-24'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mzg_err e = {0};
        json_t *config = json_loads(cases[i].text, 0, NULL);
        assert_int_equal(mzg_packed_check(config, &e), MZG_UNSUPPORTED);
        assert_non_null(strstr(e.msg, cases[i].item));
        json_decref(config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fp8_has_a_scale_for_all_a_row_or_a_block),
        cmocka_unit_test(nvfp4_has_a_number_for_all),
        cmocka_unit_test(compressed_words_have_an_offset),
        cmocka_unit_test(gptq_counts_zero_points_from_one),
        cmocka_unit_test(bitsandbytes_has_a_table_and_perhaps_nested_scales),
        cmocka_unit_test(bitsandbytes_rows_have_their_largest),
        cmocka_unit_test(mlx_adds_a_bias),
        cmocka_unit_test(awq_has_an_order_of_its_own),
        cmocka_unit_test(mxfp4_goes_into_blocks_as_it_is),
        cmocka_unit_test(schemes_that_are_not_known_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
