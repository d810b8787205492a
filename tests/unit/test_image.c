/* test_image.c: the texts by which registries know a bundle, to the byte: servers and layouts must agree on them. */
#include "tools/layout/image.h"
#include "tools/layout/model.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define ONES "1111111111111111111111111111111111111111111111111111111111111111"
#define TWOS "2222222222222222222222222222222222222222222222222222222222222222"
#define LICENCE "2af71558e438db0b73a20beab92dc278a94e1bbe974c00c1a33e3ab62d53a608" /* of "Apache-2.0" */

static struct mzg_member files[] = {
    {.path = "README.md", .size = 5},
    {.path = "mmproj-q4_k_m.gguf", .size = 5},
    {.path = "m-00002-of-00003-q4_k_m-00002-of-00003.gguf", .size = 5},
    {.path = "first.gguf", .size = 100},
    {.path = "m-Q8_0.gguf", .size = 70},
    {.path = "sub/m-q4_k_m.gguf", .size = 40},
    {.path = "other-q4_k_m.gguf", .size = 41},
};
static struct mzg_note notes[] = {
    {.key = "first.gguf: model.architecture", .text = "llama"},
    {.key = "first.gguf: model.parameters", .text = "134515008"},
    {.key = "first.gguf: model.type", .text = "q6_k"},
};
static const struct mzg_manifest bundle = {
    .name = "m", .version = "1.0+q", .created = "2026-11-23T08:00:00Z", .licence = "Apache-2.0", .files = files,
    .n_files = 7, .provenance = notes, .n_provenance = 3,
};

static void assert_is(const struct mzg_image_text *t)
{
    uint8_t digest[MZG_SHA256_BYTES];
    assert_non_null(t->text);
    assert_int_equal(t->is.size, strlen(t->text));
    mzg_sha256_of(t->text, strlen(t->text), digest);
    assert_memory_equal(t->is.sha256, digest, sizeof digest);
}

static void ollama_gets_one_model(void **state)
{
    struct mzg_image image;
    struct mzg_err e;
    char config[MZG_SHA256_HEX], expected[1024];
    (void)state;
    memset(files[3].sha256, 0x11, sizeof files[3].sha256);
    assert_int_equal(mzg_image_ollama(&image, &bundle, &files[3], &e), MZG_OK);
    assert_string_equal(image.type, "application/vnd.docker.distribution.manifest.v2+json");
    assert_is(&image.manifest);
    assert_is(&image.config);
    assert_is(&image.licence);
    assert_string_equal(image.licence.text, "Apache-2.0");
    assert_string_equal(image.config.text,
                        "{\"model_format\":\"gguf\",\"model_family\":\"llama\",\"model_families\":[\"llama\"],"
                        "\"model_type\":\"134.52M\",\"file_type\":\"Q6_K\",\"architecture\":\"amd64\",\"os\":\"linux\"}");
    mzg_sha256_hex(image.config.is.sha256, config);
    snprintf(expected, sizeof expected,
             "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\","
             "\"config\":{\"mediaType\":\"application/vnd.docker.container.image.v1+json\",\"digest\":\"sha256:%s\","
             "\"size\":%d},\"layers\":[{\"mediaType\":\"application/vnd.ollama.image.model\",\"digest\":\"sha256:" ONES
             "\",\"size\":100},{\"mediaType\":\"application/vnd.ollama.image.license\",\"digest\":\"sha256:" LICENCE
             "\",\"size\":10}]}", config, (int)image.config.is.size);
    assert_string_equal(image.manifest.text, expected);
    mzg_image_clear(&image);
}

static void what_is_not_known_is_left_empty(void **state)
{
    struct mzg_image image;
    struct mzg_err e;
    struct mzg_manifest m = bundle;
    (void)state;
    m.licence = NULL;
    m.n_provenance = 0;
    assert_int_equal(mzg_image_ollama(&image, &m, &files[3], &e), MZG_OK);
    assert_null(image.licence.text);
    assert_null(strstr(image.manifest.text, "license"));
    assert_non_null(strstr(image.config.text, "\"model_family\":\"\",\"model_families\":[],\"model_type\":\"\","
                                              "\"file_type\":\"\""));
    mzg_image_clear(&image);
    mzg_image_clear(&image);
}

static void parameters_are_said_as_ollama_says_them(void **state)
{
    static const struct {
        const char *number, *text;
    } cases[] = {
        {"999", "999"}, {"1000", "1K"}, {"1499", "1K"}, {"1500", "2K"}, {"999999", "1000K"}, {"7000000", "7M"},
        {"3672320", "3.67M"}, {"1050000", "1.05M"}, {"999999999", "1000.00M"}, {"1000000000", "1B"},
        {"1100048384", "1.1B"}, {"1050000000", "1.1B"}, {"999999999999999999", "1000000000.0B"}, {"x", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mzg_image image;
        struct mzg_err e;
        char expected[64];
        notes[1].text = cases[i].number;
        assert_int_equal(mzg_image_ollama(&image, &bundle, &files[3], &e), MZG_OK);
        snprintf(expected, sizeof expected, "\"model_type\":\"%s\"", cases[i].text);
        if (!strstr(image.config.text, expected))
            fail_msg("%s: %s", cases[i].number, image.config.text);
        mzg_image_clear(&image);
    }
    notes[1].text = "134515008";
}

static void modelpack_has_every_file_and_the_signed_documents(void **state)
{
    struct mzg_image image;
    struct mzg_image_blob manifest = {.size = 577}, envelope = {.size = 230};
    struct mzg_err e;
    (void)state;
    memset(manifest.sha256, 0x22, sizeof manifest.sha256);
    assert_int_equal(mzg_image_modelpack(&image, &bundle, &manifest, &envelope, &e), MZG_OK);
    assert_string_equal(image.type, "application/vnd.oci.image.manifest.v1+json");
    assert_is(&image.manifest);
    assert_is(&image.config);
    assert_null(image.licence.text);
    assert_non_null(strstr(image.manifest.text,
                           "{\"mediaType\":\"application/vnd.mzigo.manifest+json\",\"digest\":\"sha256:" TWOS "\","
                           "\"size\":577,\"annotations\":{\"org.opencontainers.image.title\":\"mzigo/manifest.json\""));
    for (size_t i = 0; i < bundle.n_files; i++)
        assert_non_null(strstr(image.manifest.text, files[i].path));
    assert_non_null(strstr(image.config.text, "{\"descriptor\":{\"name\":\"m\",\"version\":\"1.0+q\","
                                              "\"createdAt\":\"2026-11-23T08:00:00Z\",\"licenses\":[\"Apache-2.0\"]},"
                                              "\"config\":{\"format\":\"gguf\"},\"modelfs\":{\"type\":\"layers\","
                                              "\"diffIds\":[\"sha256:"));
    mzg_image_clear(&image);
}

static void a_model_is_chosen_by_its_grade(void **state)
{
    struct mzg_manifest m = bundle;
    (void)state;
    assert_ptr_equal(mzg_model_choose(&m, NULL), &files[5]);
    assert_ptr_equal(mzg_model_choose(&m, "Q4_k_M"), &files[5]);
    assert_ptr_equal(mzg_model_choose(&m, "q8_0"), &files[4]);
    assert_ptr_equal(mzg_model_choose(&m, "q6_k"), &files[3]); /* noted, not in its name */
    assert_null(mzg_model_choose(&m, "q5_k_m"));
    assert_null(mzg_model_choose(&m, ""));
    assert_null(mzg_model_choose(&m, "first"));
    m.n_files = 5;
    assert_ptr_equal(mzg_model_choose(&m, NULL), &files[4]);
    m.n_files = 4;
    assert_ptr_equal(mzg_model_choose(&m, NULL), &files[3]);
    m.n_files = 3; /* a projector and a part are no models */
    assert_null(mzg_model_choose(&m, NULL));
    assert_null(mzg_model_choose(&m, "q4_k_m"));
}

static void a_tag_has_no_plus(void **state)
{
    char tag[MZG_IMAGE_TAG], both[2 * MZG_IMAGE_TAG];
    (void)state;
    assert_string_equal(mzg_image_tag(tag, "1.0+q8+x"), "1.0_q8_x");
    assert_string_equal(mzg_image_grade_tag(both, sizeof both, "V1", "Q4_K_M"), "V1-q4_k_m");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ollama_gets_one_model),
        cmocka_unit_test(what_is_not_known_is_left_empty),
        cmocka_unit_test(parameters_are_said_as_ollama_says_them),
        cmocka_unit_test(modelpack_has_every_file_and_the_signed_documents),
        cmocka_unit_test(a_model_is_chosen_by_its_grade),
        cmocka_unit_test(a_tag_has_no_plus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
