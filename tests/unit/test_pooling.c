#include "refused.h"
#include "scratch.h"
#include "model/arch/pooling.h"

/* modules.json and what it names, in the folder that the test has entered. */

#define MODULE(path, type) "{\"idx\":0,\"name\":\"0\",\"path\":\"" path "\",\"type\":\"sentence_transformers.models." type "\"}"
#define MODULES "[" MODULE("", "Transformer") "," MODULE("1_Pooling", "Pooling") "]"
#define FLAG(name) "{\"word_embedding_dimension\":8,\"pooling_mode_" name "\":true,\"pooling_mode_max_tokens\":false}"

static const struct test {
    const char *modules, *pooling; /* the files; NULL: there is none */
    enum mzg_code code;
    uint32_t type;                 /* 0: not written */
    const char *said;              /* in the error or the notice */
} tests[] = {
    {NULL, NULL, MZG_OK, 0, ""},
    {MODULES, FLAG("mean_tokens"), MZG_OK, 1, ""},
    {MODULES, FLAG("cls_token"), MZG_OK, 2, ""},
    {MODULES, FLAG("lasttoken"), MZG_OK, 3, ""},
    {MODULES, "{\"pooling_mode\":\"cls\"}", MZG_OK, 2, ""},
    {"[" MODULE("", "Transformer") "," MODULE("2_Normalize", "Normalize") "]", NULL, MZG_OK, 0, ""},
    {"[" MODULE("1_Pooling", "Pooling") "," MODULE("2_Dense", "Dense") "]", FLAG("mean_tokens"), MZG_OK, 1, "models.Dense'"},
    {MODULES, "{\"pooling_mode_mean_tokens\":true,\"pooling_mode_cls_token\":true}", MZG_UNSUPPORTED, 0, "pooling_mode_cls_token"},
    {MODULES, FLAG("weightedmean_tokens"), MZG_UNSUPPORTED, 0, "pooling_mode_weightedmean_tokens"},
    {MODULES, "{\"pooling_mode\":\"max\"}", MZG_UNSUPPORTED, 0, "'max'"},
    {MODULES, "{\"pooling_mode_mean_tokens\":1}", MZG_MALFORMED, 0, "1_Pooling/config.json"},
    {MODULES, "{}", MZG_MALFORMED, 0, "1_Pooling/config.json: key 'pooling_mode' is missing"},
    {MODULES, "[", MZG_MALFORMED, 0, "1_Pooling/config.json"},
    {MODULES, NULL, MZG_IO, 0, "1_Pooling/config.json"},
    {"[" MODULE("../1_Pooling", "Pooling") "]", FLAG("mean_tokens"), MZG_MALFORMED, 0, "'../1_Pooling'"},
    {"[" MODULE("/etc", "Pooling") "]", NULL, MZG_MALFORMED, 0, "'/etc'"},
    {"{}", NULL, MZG_MALFORMED, 0, "modules.json: not a list"},
    {"[{\"path\":\"\"}]", NULL, MZG_MALFORMED, 0, "modules.json: key 'type'"},
    {"[7]", NULL, MZG_MALFORMED, 0, "modules.json"},
};

static char notice[512];

static void keep_notice(void *ctx, const char *text)
{
    (void)ctx;
    snprintf(notice, sizeof notice, "%s", text);
}

static enum mzg_code run_one(const struct test *t, struct mzg_arch_files *files, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_arch arch = {.name = "bert"};
    const struct mzg_notify notify = {keep_notice, NULL};
    const struct mzg_arch_work work = {.arch = &arch, .notify = &notify, .folder = ".", .files = files};

    remove("modules.json");
    remove("1_Pooling/config.json");
    assert_true(!t->modules || scratch_write("modules.json", t->modules) == 0);
    assert_true(!t->pooling || scratch_write("1_Pooling/config.json", t->pooling) == 0);
    notice[0] = '\0';
    mzg_kvs_init(k);
    return mzg_pooling_put(&work, k, e);
}

static void the_way_is_written_or_refused_by_name(void **state)
{
    (void)state;
    assert_int_equal(mkdir("1_Pooling", 0700), 0);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        struct mzg_arch_files files = {.n = 0};
        struct mzg_err e = {0};
        struct mzg_kvs k;
        uint64_t type = 0;
        enum mzg_code code = run_one(&tests[i], &files, &k, &e);
        mzg_kvs_get_u64(&k, "bert.pooling_type", &type);
        if (code != tests[i].code || !strstr(code == MZG_OK ? notice : e.msg, tests[i].said))
            fail_msg("%zu: status %d, '%s'", i, code, code == MZG_OK ? notice : e.msg);
        assert_int_equal(type, tests[i].type);
        if (code == MZG_OK)
            assert_int_equal(files.n, (tests[i].modules != NULL) + (tests[i].type > 0));
        mzg_kvs_clear(&k);
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(the_way_is_written_or_refused_by_name),
    };

    return cmocka_run_group_tests(all, scratch_setup, scratch_teardown);
}
