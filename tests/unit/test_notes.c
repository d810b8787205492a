/* What a manifest repeats of a GGUF file's own words: what is fit to be shown, and nothing else. */
#include "formats/mzigo_notes.h"
#include "formats/model/containers/gguf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* Writes a file of this metadata and without tensors, and reads it back. */
static void find_notes(struct mzg_model_notes *notes, const struct mzg_kvs *k)
{
    char path[] = "/tmp/test_notes.XXXXXX";
    struct mzg_buf b;
    struct mzg_weights w;
    struct mzg_err e;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    mzg_buf_init(&b, 1 << 20);
    mzg_gguf_encode(k, NULL, 0, MZG_GGUF_ALIGNMENT, &b);
    assert_false(b.bad);
    assert_int_equal(write(fd, b.data, b.len), b.len);
    close(fd);
    if (mzg_weights_open(&w, path, &e))
        fail_msg("%s", e.msg);
    unlink(path);
    mzg_model_notes_find(notes, &w, true);
    mzg_weights_close(&w);
    mzg_buf_clear(&b);
}

static const char *value(const struct mzg_model_notes *notes, const char *key)
{
    for (size_t i = 0; i < notes->n; i++) {
        if (strcmp(notes->all[i].key, key) == 0)
            return notes->all[i].text;
    }
    return NULL;
}

static void a_model_is_described(void **state)
{
    static const char *const languages[] = {"sw", "en-GB", "<b>", "x", "luo"};
    struct mzg_kvs k;
    struct mzg_model_notes notes;
    (void)state;
    mzg_kvs_init(&k);
    mzg_kvs_text(&k, "general.architecture", "llama");
    mzg_kvs_text(&k, "general.name", "Shamba \xc3\xa4");
    mzg_kvs_text(&k, "general.license", "apache-2.0");
    mzg_kvs_u32(&k, "general.file_type", 15);
    mzg_kvs_u32(&k, "llama.context_length", 2048);
    mzg_kvs_texts(&k, "general.languages", languages, 5);
    mzg_kvs_text(&k, "tokenizer.chat_template", "{{ x }}\n");
    find_notes(&notes, &k);
    mzg_kvs_clear(&k);
    assert_int_equal(notes.n, 7);
    assert_string_equal(value(&notes, "model.name"), "Shamba \xc3\xa4");
    assert_string_equal(value(&notes, "model.architecture"), "llama");
    assert_string_equal(value(&notes, "model.licence"), "apache-2.0");
    assert_string_equal(value(&notes, "model.type"), "Q4_K_M");
    assert_string_equal(value(&notes, "model.context_length"), "2048");
    assert_string_equal(value(&notes, "model.languages"), "sw en-GB luo");
    assert_string_equal(value(&notes, "model.chat_template"), "yes");
}

static void what_cannot_be_shown_is_left_out(void **state)
{
    char longest[300];
    struct mzg_kvs k;
    struct mzg_model_notes notes;
    (void)state;
    memset(longest, 'a', sizeof longest);
    longest[256] = '\0';
    mzg_kvs_init(&k);
    mzg_kvs_text(&k, "general.architecture", "llama");
    mzg_kvs_text(&k, "general.name", longest);
    mzg_kvs_text(&k, "general.license", "a\x1b[31m");
    mzg_kvs_u32(&k, "general.file_type", 99999);
    mzg_kvs_text(&k, "llama.context_length", "2048");
    mzg_kvs_text(&k, "general.languages", "sw");
    mzg_kvs_text(&k, "tokenizer.chat_template", "");
    find_notes(&notes, &k);
    mzg_kvs_clear(&k);
    assert_int_equal(notes.n, 1);
    assert_string_equal(value(&notes, "model.architecture"), "llama");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_is_described),
        cmocka_unit_test(what_cannot_be_shown_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
