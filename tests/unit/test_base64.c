#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void the_standards_examples_are_read(void **state)
{
    static const char *const cases[][2] = {
        {"", ""}, {"Zg==", "f"}, {"Zm8=", "fo"}, {"Zm9v", "foo"}, {"Zm9vYg==", "foob"},
        {"Zm9vYmE=", "fooba"}, {"Zm9vYmFy", "foobar"}, {"+/+/", "\xfb\xff\xbf"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len = strlen(cases[i][0]), n;
        uint8_t *out = malloc(MZG_BASE64_ROOM(len));
        assert_non_null(out);
        assert_true(mzg_base64_decode(cases[i][0], len, out, &n));
        assert_int_equal(n, strlen(cases[i][1]));
        assert_memory_equal(out, cases[i][1], n);
        free(out);
    }
}

static void other_texts_are_refused(void **state)
{
    static const char *const cases[] = {
        "Z", "Zg", "Zg=", "Z===", "====", "Zm9v\n", "Zm=v", "Zg==Zg==", "Z-_v", "Zm9 ",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t out[16];
        size_t n;
        assert_false(mzg_base64_decode(cases[i], strlen(cases[i]), out, &n));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standards_examples_are_read),
        cmocka_unit_test(other_texts_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
