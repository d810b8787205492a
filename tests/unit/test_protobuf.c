#include "base/protobuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define READER(r, ...)                                                                             \
    static const uint8_t bytes_[] = {__VA_ARGS__};                                                 \
    struct mzg_reader r;                                                                           \
    mzg_reader_init(&r, bytes_, sizeof bytes_, 100)

static void expect_fault(const uint8_t *bytes, size_t len, const char *what)
{
    struct mzg_reader r;
    struct mzg_protobuf_field f;
    struct mzg_err e;
    bool more;

    mzg_reader_init(&r, bytes, len, 100);
    assert_int_equal(mzg_protobuf_next(&r, &f, &more, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, what));
    assert_int_equal(e.offset, 100);
}

static void every_wire_type_is_read_with_its_offset(void **state)
{
    READER(r, 0x08, 0x96, 0x01,                                     /* 1: varint 150 */
           0x11, 1, 2, 3, 4, 5, 6, 7, 8,                            /* 2: fixed64 */
           0x1a, 2, 'h', 'i',                                       /* 3: bytes */
           0x25, 0, 0, 0x80, 0x3f);                                 /* 4: fixed32 1.0f */
    struct mzg_protobuf_field f;
    struct mzg_err e;
    bool more;

    (void)state;
    assert_int_equal(mzg_protobuf_next(&r, &f, &more, &e), MZG_OK);
    assert_true(more && f.number == 1 && f.wire == MZG_PROTOBUF_VARINT && f.value == 150);
    assert_int_equal(f.offset, 100);
    assert_int_equal(mzg_protobuf_next(&r, &f, &more, &e), MZG_OK);
    assert_true(f.number == 2 && f.value == 0x0807060504030201u && f.offset == 103);
    assert_int_equal(mzg_protobuf_next(&r, &f, &more, &e), MZG_OK);
    assert_true(f.number == 3 && f.body.len == 2 && f.offset == 112);
    assert_memory_equal(f.body.data, "hi", 2);
    assert_int_equal(mzg_reader_offset(&f.body), 114);
    assert_int_equal(mzg_protobuf_next(&r, &f, &more, &e), MZG_OK);
    assert_true(f.number == 4 && mzg_protobuf_float(&f) == 1.0f && f.offset == 116);
    assert_int_equal(mzg_protobuf_next(&r, &f, &more, &e), MZG_OK);
    assert_false(more);
}

static void the_largest_varint_is_read(void **state)
{
    READER(r, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
    struct mzg_protobuf_field f;
    struct mzg_err e;
    bool more;

    (void)state;
    assert_int_equal(mzg_protobuf_next(&r, &f, &more, &e), MZG_OK);
    assert_true(f.value == UINT64_MAX);
}

static void faults_name_their_byte(void **state)
{
    static const struct { uint8_t bytes[12]; size_t len; const char *what; } cases[] = {
        {{0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}, 11, "goes beyond"},
        {{0x08, 0x80}, 2, "goes beyond"},       /* a varint without its end */
        {{0x80}, 1, "tag is cut short"},
        {{0x1a, 3, 'h', 'i'}, 4, "goes beyond"},/* a length past the message */
        {{0x1a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, 11, "goes beyond"},
        {{0x25, 0, 0, 0}, 4, "goes beyond"},
        {{0x11, 0, 0, 0}, 4, "goes beyond"},
        {{0x00, 0x01}, 2, "field number 0"},
        {{0x0b}, 1, "wire type 3"},             /* groups */
        {{0x0c}, 1, "wire type 4"},
        {{0x0e}, 1, "wire type 6"},
        {{0x0f}, 1, "wire type 7"},
        {{0x80, 0x80, 0x80, 0x80, 0x10, 0}, 6, "field number 536870912"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_fault(cases[i].bytes, cases[i].len, cases[i].what);
}

static void another_wire_type_than_expected_is_refused(void **state)
{
    READER(r, 0x08, 0x05);
    struct mzg_protobuf_field f;
    struct mzg_err e;
    bool more;

    (void)state;
    assert_int_equal(mzg_protobuf_next(&r, &f, &more, &e), MZG_OK);
    assert_int_equal(mzg_protobuf_expect(&f, MZG_PROTOBUF_VARINT, "Piece.type", &e), MZG_OK);
    assert_int_equal(mzg_protobuf_expect(&f, MZG_PROTOBUF_BYTES, "Piece.text", &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "Piece.text"));
    assert_int_equal(e.offset, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wire_type_is_read_with_its_offset),
        cmocka_unit_test(the_largest_varint_is_read),
        cmocka_unit_test(faults_name_their_byte),
        cmocka_unit_test(another_wire_type_than_expected_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
