#include "imatrix_image.h"

#include "model/importance/match.h"

#define N_TENSORS 6

struct model {
    struct mzg_model m;
    struct mzg_tensor src[N_TENSORS];
    struct mzg_model_tensor tensors[N_TENSORS];
    struct mzg_gguf_tensor table[N_TENSORS];
    struct mzg_recipe_why why[N_TENSORS];
};

static void make_model(struct model *m)
{
    static const struct { const char *name; uint64_t ne[3]; enum mzg_type type; } t[N_TENSORS] = {
        {FIRST, {FIRST_WIDTH, 8, 1}, MZG_TYPE_Q4_K}, {"b", {2, 8, 2}, MZG_TYPE_Q4_K},
        {"narrow", {64, 8, 1}, MZG_TYPE_Q4_0},       {"norm", {64, 1, 1}, MZG_TYPE_F32},
        {"copied", {32, 2, 1}, MZG_TYPE_Q8_0},       {"wide", {512, 8, 1}, MZG_TYPE_Q4_K},
    };
    memset(m, 0, sizeof *m);
    m->m = (struct mzg_model){.tensors = m->tensors, .n_tensors = N_TENSORS};
    for (size_t i = 0; i < N_TENSORS; i++) {
        m->src[i] = (struct mzg_tensor){
            .name = t[i].name, .type = t[i].type == MZG_TYPE_Q8_0 ? MZG_TYPE_Q8_0 : MZG_TYPE_F32};
        m->tensors[i] = (struct mzg_model_tensor){
            .src = &m->src[i], .n_dims = 3, .ne = {t[i].ne[0], t[i].ne[1], t[i].ne[2], 1}};
        snprintf(m->tensors[i].name, MZG_GGUF_NAME, "%s", t[i].name);
        m->table[i].type = t[i].type;
    }
}

static void collect(void *ctx, const char *text)
{
    char *all = ctx;
    assert_true(strlen(all) + strlen(text) + 2 < 8192);
    strcat(strcat(all, text), "\n");
}

static void what_is_missing_or_does_not_fit_is_said_by_name(void **state)
{
    struct image image;
    struct model m;
    struct mzg_importance imp;
    struct mzg_err e;
    char dir[SCRATCH_PATH], said[8192] = "";
    struct mzg_notify notify = {collect, said};
    float w[FIRST_WIDTH];
    (void)state;
    make_model(&m);
    make_gguf(&image);
    struct mzg_imatrix *im = open_image(&image, dir);
    snprintf(m.tensors[5].name, MZG_GGUF_NAME, FIRST); /* the same entry, but rows of 512 */
    snprintf(m.tensors[0].name, MZG_GGUF_NAME, "k");
    assert_int_equal(mzg_importance_match(&imp, im, &m.m, m.table, m.why, &notify, &e), MZG_OK);
    assert_int_equal(imp.used, 1);
    assert_non_null(imp.of[1]);
    assert_non_null(strstr(said, "k: not in the importance data"));
    assert_non_null(strstr(said, "b: no importance for 1 of its 2 matrices, matrix 1 the first"));
    assert_non_null(strstr(said, "narrow: not in the importance data"));
    assert_non_null(strstr(said, FIRST ": its importance data has 256 values for 512 columns"));
    assert_null(strstr(said, "norm"));   /* stays F32 */
    assert_null(strstr(said, "copied")); /* is not quantized here */
    assert_int_equal(mzg_importance_read(&imp, 1, 0, w, &e), MZG_OK);
    assert_true(w[1] == 2.0f / 64);
    mzg_importance_clear(&imp);
    mzg_imatrix_close(im);
    remove_scratch(dir);
}

static void entries_for_nothing_are_said_by_name(void **state)
{
    struct image image;
    struct model m;
    struct mzg_importance imp;
    struct mzg_err e;
    char dir[SCRATCH_PATH], said[8192] = "";
    struct mzg_notify notify = {collect, said};
    (void)state;
    make_model(&m);
    make_dat(&image);
    memset(image.bytes + image.at[A_VALUES], 0, 4 * FIRST_WIDTH);
    struct mzg_imatrix *im = open_image(&image, dir);
    snprintf(m.tensors[1].name, MZG_GGUF_NAME, "c");
    /* FIRST is empty and b is no tensor: nothing is left of the file. */
    assert_int_equal(mzg_importance_match(&imp, im, &m.m, m.table, m.why, &notify, &e),
                     MZG_MALFORMED);
    assert_null(imp.of);
    assert_non_null(strstr(e.msg, "made for another"));
    assert_string_equal(said, ""); /* an error is all that is said */
    memcpy(image.bytes + image.at[A_VALUES], "\0\0\x80\x3f", 4);
    mzg_imatrix_close(im);
    remove_scratch(dir);
    im = open_image(&image, dir);
    assert_int_equal(mzg_importance_match(&imp, im, &m.m, m.table, m.why, &notify, &e), MZG_OK);
    assert_non_null(strstr(said, "importance data for 'b': the model has no such tensor"));
    mzg_importance_clear(&imp);
    /* When nothing is quantized nothing has to fit. */
    for (size_t i = 0; i < N_TENSORS; i++)
        m.table[i].type = MZG_TYPE_F16;
    assert_int_equal(mzg_importance_match(&imp, im, &m.m, m.table, m.why, &notify, &e), MZG_OK);
    mzg_importance_clear(&imp);
    mzg_imatrix_close(im);
    remove_scratch(dir);
}

static void a_type_that_needs_importance_says_so(void **state)
{
    struct image image;
    struct model m;
    struct mzg_importance imp;
    struct mzg_err e;
    char dir[SCRATCH_PATH];
    (void)state;
    make_model(&m);
    make_dat(&image);
    assert_int_equal(mzg_importance_match(&imp, NULL, &m.m, m.table, m.why, NULL, &e), MZG_OK);
    assert_int_equal(imp.used, 0);
    mzg_importance_clear(&imp);
    m.table[0].type = MZG_TYPE_IQ2_XS;
    m.why[0].needs_importance = true;
    assert_int_equal(mzg_importance_match(&imp, NULL, &m.m, m.table, m.why, NULL, &e),
                     MZG_UNSUPPORTED);
    assert_non_null(strstr(e.msg, FIRST));
    assert_non_null(strstr(e.msg, "IQ2_XS"));
    assert_non_null(strstr(e.msg, "--imatrix FILE"));
    struct mzg_imatrix *im = open_image(&image, dir);
    assert_int_equal(mzg_importance_match(&imp, im, &m.m, m.table, m.why, NULL, &e), MZG_OK);
    mzg_importance_clear(&imp);
    m.why[2].needs_importance = true; /* the file has nothing for "narrow" */
    assert_int_equal(mzg_importance_match(&imp, im, &m.m, m.table, m.why, NULL, &e),
                     MZG_UNSUPPORTED);
    assert_non_null(strstr(e.msg, "narrow"));
    mzg_imatrix_close(im);
    remove_scratch(dir);
}

/* A value at fault is found before any work, also in the last matrix. */
static void matching_reads_every_value(void **state)
{
    struct image image;
    struct model m;
    struct mzg_importance imp;
    struct mzg_err e;
    char dir[SCRATCH_PATH];
    (void)state;
    make_model(&m);
    make_gguf(&image);
    memset(image.bytes + image.at[TWO_DATA], 0, 16);
    struct mzg_imatrix *none = open_image(&image, dir);
    char said[8192] = "";
    struct mzg_notify notify = {collect, said};
    assert_int_equal(mzg_importance_match(&imp, none, &m.m, m.table, m.why, &notify, &e), MZG_OK);
    assert_non_null(strstr(said, "b: its importance data is empty"));
    mzg_importance_clear(&imp);
    mzg_imatrix_close(none);
    remove_scratch(dir);
    memcpy(image.bytes + image.at[TWO_DATA] + 12, "\0\0\xc0\xff", 4);
    struct mzg_imatrix *im = open_image(&image, dir);
    assert_int_equal(mzg_importance_match(&imp, im, &m.m, m.table, m.why, NULL, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "entry 'b'"));
    assert_int_equal(e.offset, image.at[TWO_DATA] + 12);
    mzg_imatrix_close(im);
    remove_scratch(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_or_does_not_fit_is_said_by_name),
        cmocka_unit_test(entries_for_nothing_are_said_by_name),
        cmocka_unit_test(a_type_that_needs_importance_says_so),
        cmocka_unit_test(matching_reads_every_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
