#include "refused.h"
#include "base/buf.h"
#include "model/pickle/pickle.h"

/* ---- helpers ---- */

/* A pickle of a literal; values stay in p, which the caller clears. */
#define LOAD(p, literal, root, e) load(p, literal, sizeof(literal) - 1, root, e)

static enum mzg_code load(struct mzg_pickle *p, const void *data, size_t len,
                          const struct mzg_pickle_value **root, struct mzg_err *e)
{
    struct mzg_reader r;

    mzg_pickle_init(p);
    mzg_reader_init(&r, data, len, 0);
    return mzg_pickle_read(p, &r, root, e);
}

static void expect_int(const char *data, size_t len, int64_t value)
{
    const struct mzg_pickle_value *v;
    struct mzg_pickle p;
    struct mzg_err e;

    assert_int_equal(load(&p, data, len, &v, &e), MZG_OK);
    assert_int_equal(v->kind, MZG_PICKLE_INT);
    assert_true(v->as.number == value);
    mzg_pickle_clear(&p);
}
#define INT(literal, value) expect_int(literal, sizeof(literal) - 1, value)

static void expect_refused(const struct mzg_buf *b, enum mzg_code code, const char *item)
{
    const struct mzg_pickle_value *v;
    struct mzg_pickle p;
    struct mzg_err e = {0};

    assert_int_equal(mzg_buf_ok(b, "a pickle", &e), MZG_OK);
    if (load(&p, b->data, b->len, &v, &e) != code || !strstr(e.msg, item))
        fail_msg("expected %d '%s', got '%s'", code, item, e.msg);
    mzg_pickle_clear(&p);
}

/* ---- values ---- */

static void integers_have_their_sign_and_width(void **state)
{
    (void)state;
    INT("K\xff.", 255);
    INT("M\xff\xff.", 65535);
    INT("J\xff\xff\xff\xff.", -1);
    INT("\x8a\0.", 0);
    INT("\x8a\1\x80.", -128);
    INT("\x8a\2\x80\0.", 128);
    INT("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f.", INT64_MAX);
    INT("\x8a\x08\0\0\0\0\0\0\0\x80.", INT64_MIN);
    INT("\x8b\1\0\0\0\x07.", 7);
}

static void wider_integers_are_kept_as_bytes(void **state)
{
    const struct mzg_pickle_value *v;
    struct mzg_pickle p;
    struct mzg_err e;

    (void)state;
    assert_int_equal(LOAD(&p, "\x8a\x09\1\2\3\4\5\6\7\x08\x09.", &v, &e), MZG_OK);
    assert_true(v->kind == MZG_PICKLE_BIG && v->as.text.len == 9 && v->as.text.data[8] == 9);
    mzg_pickle_clear(&p);
}

static void a_dictionary_keeps_its_order_and_the_last_of_a_key(void **state)
{
    const struct mzg_pickle_value *v, *found;
    struct mzg_pickle p;
    struct mzg_err e;

    (void)state;
    assert_int_equal(LOAD(&p, "\x80\4}\x94(\x8c\1aK\1\x8c\1bG\x3f\xf8\0\0\0\0\0\0\x8c\1aN\x8c\1c\x88u.", &v,
                          &e), MZG_OK);
    assert_true(v->kind == MZG_PICKLE_DICT && v->as.items.n == 8 && v->at == 2);
    assert_true(mzg_pickle_is(v->as.items.item[2], "b") && !mzg_pickle_is(v->as.items.item[2], "bb"));
    found = mzg_pickle_get(v, "b");
    assert_true(found && found->kind == MZG_PICKLE_REAL && found->as.real == 1.5);
    assert_int_equal(mzg_pickle_get(v, "a")->kind, MZG_PICKLE_NONE);
    found = mzg_pickle_get(v, "c");
    assert_true(found->kind == MZG_PICKLE_BOOL && found->as.number == 1);
    assert_null(mzg_pickle_get(v, "d"));
    assert_null(mzg_pickle_get(found, "d"));
    mzg_pickle_clear(&p);
}

static void collections_are_what_they_were(void **state)
{
    const struct mzg_pickle_value *v;
    struct mzg_pickle p;
    struct mzg_err e;

    (void)state;
    /* [(1, 2, 3), OrderedDict([('k', b'x')]), {1}, Size([4])], and an attribute that says nothing */
    assert_int_equal(LOAD(&p, "\x80\4](K\1K\2K\3\x87" "ccollections\nOrderedDict\n](U\1kC\1xla\x85R}b"
                          "\x8f(K\1\x90" "ctorch\nSize\n]K\4a\x85Re.", &v, &e), MZG_OK);
    assert_true(v->kind == MZG_PICKLE_LIST && v->as.items.n == 4);
    struct mzg_pickle_value **item = v->as.items.item;
    assert_true(item[0]->kind == MZG_PICKLE_TUPLE && item[0]->as.items.n == 3);
    assert_int_equal(item[0]->as.items.item[0]->as.number, 1);
    const struct mzg_pickle_value *bytes = mzg_pickle_get(item[1], "k");
    assert_true(bytes && bytes->kind == MZG_PICKLE_BYTES && bytes->as.text.len == 1);
    assert_int_equal(item[2]->kind, MZG_PICKLE_OTHER);
    assert_true(item[3]->kind == MZG_PICKLE_TUPLE && item[3]->as.items.item[0]->as.number == 4);
    mzg_pickle_clear(&p);
}

static void what_holds_itself_is_made(void **state)
{
    const struct mzg_pickle_value *v;
    struct mzg_pickle p;
    struct mzg_err e;

    (void)state;
    assert_int_equal(LOAD(&p, "]q\0h\0a.", &v, &e), MZG_OK);
    assert_true(v->as.items.n == 1 && v->as.items.item[0] == v);
    mzg_pickle_clear(&p);
}

static void tensors_are_described(void **state)
{
    static const char parameter[] =
        "ctorch._utils\n_rebuild_parameter\n(ctorch._utils\n_rebuild_tensor\n((U\7storagectorch\nHalfStorage\n"
        "U\3keyU\3cpuK\7tQK\1K\2K\3\x86K\3K\1\x86tR\x88" "ccollections\nOrderedDict\n)RtR.";
    const struct mzg_pickle_value *v;
    struct mzg_pickle p;
    struct mzg_err e;

    (void)state;
    assert_int_equal(LOAD(&p, parameter, &v, &e), MZG_OK);
    assert_int_equal(v->kind, MZG_PICKLE_TENSOR);
    const struct mzg_pickle_tensor *t = v->as.tensor;
    assert_true(t->offset == 1 && t->size->as.items.n == 2 && t->stride->as.items.item[0]->as.number == 3);
    assert_true(strcmp(t->dtype->name, "F16") == 0 && t->dtype->bytes == 2);
    assert_true(strcmp(t->storage->key, "key") == 0 && t->storage->numel == 7);
    assert_true(t->storage->view == 0 && t->storage->view_numel == 7 && p.storages == t->storage);
    mzg_pickle_clear(&p);
}

/* TorchScript's classes are objects with attributes, and only where they are expected. */
static void objects_are_made_where_they_are_expected(void **state)
{
    static const char object[] = "c__torch__.m\nM\n)\x81}(U\1xctorch.jit._pickle\nbuild_intlist\n]K\3a\x85Rub.";
    const struct mzg_pickle_value *v;
    struct mzg_pickle p;
    struct mzg_reader r;
    struct mzg_err e;

    (void)state;
    assert_int_equal(LOAD(&p, object, &v, &e), MZG_UNSUPPORTED);
    assert_non_null(strstr(e.msg, "'__torch__.m.M'"));
    mzg_pickle_clear(&p);
    mzg_pickle_init(&p);
    p.script = true;
    mzg_reader_init(&r, object, sizeof object - 1, 0);
    assert_int_equal(mzg_pickle_read(&p, &r, &v, &e), MZG_OK);
    assert_int_equal(v->kind, MZG_PICKLE_OBJECT);
    assert_int_equal(mzg_pickle_get(v->as.state, "x")->kind, MZG_PICKLE_LIST);
    mzg_pickle_clear(&p);
}

static void several_pickles_are_read_one_behind_the_other(void **state)
{
    static const char two[] = "K\1.K\2.K";
    const struct mzg_pickle_value *first, *second, *third;
    struct mzg_pickle p;
    struct mzg_reader r;
    struct mzg_err e;

    (void)state;
    mzg_pickle_init(&p);
    mzg_reader_init(&r, two, sizeof two - 1, 100);
    assert_int_equal(mzg_pickle_read(&p, &r, &first, &e), MZG_OK);
    assert_int_equal(mzg_pickle_read(&p, &r, &second, &e), MZG_OK);
    assert_true(first->as.number == 1 && second->as.number == 2 && second->at == 103);
    p.cut = true; /* the third goes on behind what is here */
    assert_int_equal(mzg_pickle_read(&p, &r, &third, &e), MZG_LIMIT);
    assert_true(e.offset == 106);
    mzg_pickle_clear(&p);
}

/* ---- limits ---- */

static void put_many(struct mzg_buf *b, const char *text, size_t len, size_t times)
{
    for (size_t i = 0; i < times; i++)
        mzg_buf_put(b, text, len);
}

static void depth_is_bounded(void **state)
{
    struct mzg_buf b;

    (void)state;
    mzg_buf_init(&b, (size_t)64 << 20);
    put_many(&b, "(", 1, MZG_PICKLE_MARKS + 1);
    expect_refused(&b, MZG_LIMIT, "nested deeper than 10000");
    b.len = 0;
    put_many(&b, "N", 1, MZG_PICKLE_STACK + 1);
    expect_refused(&b, MZG_LIMIT, "values on the stack");
    mzg_buf_clear(&b);
}

static void texts_and_the_memo_are_bounded(void **state)
{
    struct mzg_buf b;

    (void)state;
    mzg_buf_init(&b, (size_t)64 << 20);
    mzg_buf_u8(&b, 'X');
    mzg_buf_u32(&b, MZG_PICKLE_TEXT_BYTES + 1);
    mzg_buf_zeros(&b, MZG_PICKLE_TEXT_BYTES + 1);
    expect_refused(&b, MZG_LIMIT, "a text of 1048577 bytes");
    b.len = 0;
    mzg_buf_put(&b, "Nr", 2);
    mzg_buf_u32(&b, (uint32_t)MZG_PICKLE_MEMO);
    mzg_buf_zeros(&b, 2 * MZG_PICKLE_MEMO);
    expect_refused(&b, MZG_LIMIT, "memo entry 4194304");
    mzg_buf_clear(&b);
}

/* A list of 64 Ki pairs of which each of 60000 dictionaries is made: 31 GiB, from half a megabyte. */
static void laughs_are_counted(void **state)
{
    struct mzg_buf b;

    (void)state;
    mzg_buf_init(&b, (size_t)64 << 20);
    mzg_buf_put(&b, "ccollections\nOrderedDict\nq\0](NN\x86q\1", 34);
    put_many(&b, "h\1", 2, 65535);
    mzg_buf_put(&b, "e\x85q\2", 4);
    put_many(&b, "h\0h\2R", 5, 60000);
    expect_refused(&b, MZG_LIMIT, "a pickle's values");
    mzg_buf_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_have_their_sign_and_width),
        cmocka_unit_test(wider_integers_are_kept_as_bytes),
        cmocka_unit_test(a_dictionary_keeps_its_order_and_the_last_of_a_key),
        cmocka_unit_test(collections_are_what_they_were),
        cmocka_unit_test(what_holds_itself_is_made),
        cmocka_unit_test(tensors_are_described),
        cmocka_unit_test(objects_are_made_where_they_are_expected),
        cmocka_unit_test(several_pickles_are_read_one_behind_the_other),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(texts_and_the_memo_are_bounded),
        cmocka_unit_test(laughs_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
