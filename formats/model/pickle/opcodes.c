/* opcodes.c: what each opcode does; see machine.h. Source: the comments of Python's own pickletools. Of
 * protocol 0 only those are known that name something to be imported: they are refused by that name. */
#include "machine.h"
#include <string.h>

#define PROTOCOL_MAX 5

/* ---- plain values ---- */

static enum mzg_code op_none(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return mzg_pickle_push(m, mzg_pickle_new(m, MZG_PICKLE_NONE, e), e);
}

static enum mzg_code push_number(struct mzg_pickle_machine *m, enum mzg_pickle_kind kind,
                                 int64_t number, struct mzg_err *e)
{
    struct mzg_pickle_value *v = mzg_pickle_new(m, kind, e);

    if (v)
        v->as.number = number;
    return mzg_pickle_push(m, v, e);
}

static enum mzg_code op_true(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_number(m, MZG_PICKLE_BOOL, 1, e);
}

static enum mzg_code op_false(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_number(m, MZG_PICKLE_BOOL, 0, e);
}

static enum mzg_code op_small(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_number(m, MZG_PICKLE_INT, (int64_t)m->number, e);
}

static enum mzg_code op_int(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_number(m, MZG_PICKLE_INT, (int32_t)m->number, e);
}

static enum mzg_code push_text(struct mzg_pickle_machine *m, enum mzg_pickle_kind kind,
                               struct mzg_err *e)
{
    struct mzg_pickle_value *v;

    if (m->text.len > MZG_PICKLE_TEXT_BYTES)
        return mzg_pickle_fail(m, MZG_LIMIT, e, "a text of %zu bytes, at most %zu are read",
                               m->text.len, MZG_PICKLE_TEXT_BYTES);
    v = mzg_pickle_new(m, kind, e);
    if (v)
        v->as.text = m->text;
    return mzg_pickle_push(m, v, e);
}

/* Two's complement, lowest byte first. */
static enum mzg_code op_long(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    uint64_t v = 0;
    size_t n = m->text.len;

    if (n > 8)
        return push_text(m, MZG_PICKLE_BIG, e);
    for (size_t i = 0; i < 8; i++) {
        uint8_t sign = n > 0 && m->text.data[n - 1] & 0x80 ? 0xff : 0;
        v |= (uint64_t)(i < n ? m->text.data[i] : sign) << 8 * i;
    }
    return push_number(m, MZG_PICKLE_INT, (int64_t)v, e);
}

static enum mzg_code op_real(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    struct mzg_pickle_value *v = mzg_pickle_new(m, MZG_PICKLE_REAL, e);
    uint64_t bits = __builtin_bswap64(m->number); /* the one number that is big-endian */

    if (v)
        memcpy(&v->as.real, &bits, sizeof bits);
    return mzg_pickle_push(m, v, e);
}

static enum mzg_code op_text(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_text(m, MZG_PICKLE_TEXT, e);
}

static enum mzg_code op_bytes(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_text(m, MZG_PICKLE_BYTES, e);
}

/* ---- tuples, lists, dictionaries, sets ---- */

static enum mzg_code push_items(struct mzg_pickle_machine *m, enum mzg_pickle_kind kind,
                                struct mzg_pickle_value *const *items, size_t n, struct mzg_err *e)
{
    struct mzg_pickle_value *v = mzg_pickle_new(m, kind, e);
    enum mzg_code code = v ? mzg_pickle_append(m, v, items, n, e) : e->code;

    return code == MZG_OK ? mzg_pickle_push(m, v, e) : code;
}

static enum mzg_code op_empty_tuple(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_items(m, MZG_PICKLE_TUPLE, NULL, 0, e);
}

static enum mzg_code op_empty_list(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_items(m, MZG_PICKLE_LIST, NULL, 0, e);
}

static enum mzg_code op_empty_dict(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_items(m, MZG_PICKLE_DICT, NULL, 0, e);
}

static enum mzg_code op_empty_set(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return mzg_pickle_push(m, mzg_pickle_new(m, MZG_PICKLE_OTHER, e), e);
}

static enum mzg_code push_marked(struct mzg_pickle_machine *m, enum mzg_pickle_kind kind,
                                 struct mzg_err *e)
{
    struct mzg_pickle_value **items;
    size_t n;
    enum mzg_code code = mzg_pickle_pop_mark(m, &items, &n, e);

    if (code != MZG_OK)
        return code;
    if (kind == MZG_PICKLE_OTHER)
        return op_empty_set(m, e);
    if (kind == MZG_PICKLE_DICT && n % 2 != 0)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a key without a value");
    return push_items(m, kind, items, n, e);
}

static enum mzg_code op_tuple(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_marked(m, MZG_PICKLE_TUPLE, e);
}

static enum mzg_code op_list(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_marked(m, MZG_PICKLE_LIST, e);
}

static enum mzg_code op_dict(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_marked(m, MZG_PICKLE_DICT, e);
}

static enum mzg_code op_frozenset(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_marked(m, MZG_PICKLE_OTHER, e);
}

/* The last n, in the order in which they were pushed. */
static enum mzg_code push_tuple(struct mzg_pickle_machine *m, size_t n, struct mzg_err *e)
{
    struct mzg_pickle_value *items[3];

    for (size_t i = n; i-- > 0;) {
        enum mzg_code code = mzg_pickle_pop(m, &items[i], e);
        if (code != MZG_OK)
            return code;
    }
    return push_items(m, MZG_PICKLE_TUPLE, items, n, e);
}

static enum mzg_code op_tuple1(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_tuple(m, 1, e);
}

static enum mzg_code op_tuple2(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_tuple(m, 2, e);
}

static enum mzg_code op_tuple3(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_tuple(m, 3, e);
}

/* Puts items into what is on the stack now, which must be of this kind. */
static enum mzg_code put_into(struct mzg_pickle_machine *m, enum mzg_pickle_kind kind,
                              struct mzg_pickle_value *const *items, size_t n, struct mzg_err *e)
{
    struct mzg_pickle_value *to;
    enum mzg_code code = mzg_pickle_pop(m, &to, e);

    if (code != MZG_OK)
        return code;
    if (to->kind != kind)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "what it adds to takes no such thing");
    if (kind == MZG_PICKLE_DICT && n % 2 != 0)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a key without a value");
    if (kind != MZG_PICKLE_OTHER)
        code = mzg_pickle_append(m, to, items, n, e);
    return code == MZG_OK ? mzg_pickle_push(m, to, e) : code;
}

static enum mzg_code op_append(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    struct mzg_pickle_value *item;
    enum mzg_code code = mzg_pickle_pop(m, &item, e);

    return code == MZG_OK ? put_into(m, MZG_PICKLE_LIST, &item, 1, e) : code;
}

static enum mzg_code op_setitem(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    struct mzg_pickle_value *pair[2];
    enum mzg_code code = mzg_pickle_pop(m, &pair[1], e);

    if (code == MZG_OK)
        code = mzg_pickle_pop(m, &pair[0], e);
    return code == MZG_OK ? put_into(m, MZG_PICKLE_DICT, pair, 2, e) : code;
}

static enum mzg_code put_marked(struct mzg_pickle_machine *m, enum mzg_pickle_kind kind,
                                struct mzg_err *e)
{
    struct mzg_pickle_value **items;
    size_t n;
    enum mzg_code code = mzg_pickle_pop_mark(m, &items, &n, e);

    return code == MZG_OK ? put_into(m, kind, items, n, e) : code;
}

static enum mzg_code op_appends(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return put_marked(m, MZG_PICKLE_LIST, e);
}

static enum mzg_code op_setitems(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return put_marked(m, MZG_PICKLE_DICT, e);
}

static enum mzg_code op_additems(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return put_marked(m, MZG_PICKLE_OTHER, e);
}

/* ---- stack and memo ---- */

static enum mzg_code op_pop(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    struct mzg_pickle_value *v;

    if (m->n_marks > 0 && m->marks[m->n_marks - 1] == m->depth) {
        m->n_marks--;
        return MZG_OK;
    }
    return mzg_pickle_pop(m, &v, e);
}

static enum mzg_code op_pop_mark(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    struct mzg_pickle_value **items;
    size_t n;

    return mzg_pickle_pop_mark(m, &items, &n, e);
}

static enum mzg_code op_dup(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    struct mzg_pickle_value *v;
    enum mzg_code code = mzg_pickle_pop(m, &v, e);

    if (code == MZG_OK)
        code = mzg_pickle_push(m, v, e);
    return code == MZG_OK ? mzg_pickle_push(m, v, e) : code;
}

static enum mzg_code op_put(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return mzg_pickle_remember(m, m->number, e);
}

static enum mzg_code op_memoize(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return mzg_pickle_remember(m, m->memoized, e);
}

static enum mzg_code op_get(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return mzg_pickle_recall(m, m->number, e);
}

static enum mzg_code op_proto(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    if (m->number > PROTOCOL_MAX)
        return mzg_pickle_fail(m, MZG_UNSUPPORTED, e, "protocol %llu, at most %d is read",
                               (unsigned long long)m->number, PROTOCOL_MAX);
    return MZG_OK;
}

/* A frame says how many of the bytes that follow belong together: a hint for reading. */
static enum mzg_code op_frame(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    if (m->number > mzg_reader_left(m->r) && !m->p->cut)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a frame of %llu bytes, %zu follow",
                               (unsigned long long)m->number, mzg_reader_left(m->r));
    return MZG_OK;
}

static enum mzg_code op_stop(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    if (m->depth != 1 || m->n_marks != 0)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "%zu values are on the stack, not one", m->depth);
    m->done = true;
    return MZG_OK;
}

/* ---- all of them ---- */

const struct mzg_pickle_opcode mzg_pickle_opcodes[256] = {
    [0x80] = {"PROTO", op_proto, MZG_PICKLE_BYTES_1},
    [0x95] = {"FRAME", op_frame, MZG_PICKLE_BYTES_8},
    ['.'] = {"STOP", op_stop, MZG_PICKLE_NOTHING},
    ['N'] = {"NONE", op_none, MZG_PICKLE_NOTHING},
    [0x88] = {"NEWTRUE", op_true, MZG_PICKLE_NOTHING},
    [0x89] = {"NEWFALSE", op_false, MZG_PICKLE_NOTHING},
    ['K'] = {"BININT1", op_small, MZG_PICKLE_BYTES_1},
    ['M'] = {"BININT2", op_small, MZG_PICKLE_BYTES_2},
    ['J'] = {"BININT", op_int, MZG_PICKLE_BYTES_4},
    [0x8a] = {"LONG1", op_long, MZG_PICKLE_COUNTED_1},
    [0x8b] = {"LONG4", op_long, MZG_PICKLE_COUNTED_4},
    ['G'] = {"BINFLOAT", op_real, MZG_PICKLE_BYTES_8},
    ['X'] = {"BINUNICODE", op_text, MZG_PICKLE_COUNTED_4},
    [0x8c] = {"SHORT_BINUNICODE", op_text, MZG_PICKLE_COUNTED_1},
    [0x8d] = {"BINUNICODE8", op_text, MZG_PICKLE_COUNTED_8},
    ['U'] = {"SHORT_BINSTRING", op_text, MZG_PICKLE_COUNTED_1},
    ['T'] = {"BINSTRING", op_text, MZG_PICKLE_COUNTED_4},
    ['B'] = {"BINBYTES", op_bytes, MZG_PICKLE_COUNTED_4},
    ['C'] = {"SHORT_BINBYTES", op_bytes, MZG_PICKLE_COUNTED_1},
    [0x8e] = {"BINBYTES8", op_bytes, MZG_PICKLE_COUNTED_8},
    [0x96] = {"BYTEARRAY8", op_bytes, MZG_PICKLE_COUNTED_8},
    [')'] = {"EMPTY_TUPLE", op_empty_tuple, MZG_PICKLE_NOTHING},
    [']'] = {"EMPTY_LIST", op_empty_list, MZG_PICKLE_NOTHING},
    ['}'] = {"EMPTY_DICT", op_empty_dict, MZG_PICKLE_NOTHING},
    [0x8f] = {"EMPTY_SET", op_empty_set, MZG_PICKLE_NOTHING},
    ['t'] = {"TUPLE", op_tuple, MZG_PICKLE_NOTHING},
    [0x85] = {"TUPLE1", op_tuple1, MZG_PICKLE_NOTHING},
    [0x86] = {"TUPLE2", op_tuple2, MZG_PICKLE_NOTHING},
    [0x87] = {"TUPLE3", op_tuple3, MZG_PICKLE_NOTHING},
    ['l'] = {"LIST", op_list, MZG_PICKLE_NOTHING},
    ['d'] = {"DICT", op_dict, MZG_PICKLE_NOTHING},
    [0x91] = {"FROZENSET", op_frozenset, MZG_PICKLE_NOTHING},
    ['a'] = {"APPEND", op_append, MZG_PICKLE_NOTHING},
    ['e'] = {"APPENDS", op_appends, MZG_PICKLE_NOTHING},
    ['s'] = {"SETITEM", op_setitem, MZG_PICKLE_NOTHING},
    ['u'] = {"SETITEMS", op_setitems, MZG_PICKLE_NOTHING},
    [0x90] = {"ADDITEMS", op_additems, MZG_PICKLE_NOTHING},
    ['('] = {"MARK", mzg_pickle_mark, MZG_PICKLE_NOTHING},
    ['0'] = {"POP", op_pop, MZG_PICKLE_NOTHING},
    ['1'] = {"POP_MARK", op_pop_mark, MZG_PICKLE_NOTHING},
    ['2'] = {"DUP", op_dup, MZG_PICKLE_NOTHING},
    ['q'] = {"BINPUT", op_put, MZG_PICKLE_BYTES_1},
    ['r'] = {"LONG_BINPUT", op_put, MZG_PICKLE_BYTES_4},
    [0x94] = {"MEMOIZE", op_memoize, MZG_PICKLE_NOTHING},
    ['h'] = {"BINGET", op_get, MZG_PICKLE_BYTES_1},
    ['j'] = {"LONG_BINGET", op_get, MZG_PICKLE_BYTES_4},
    ['c'] = {"GLOBAL", mzg_pickle_op_global, MZG_PICKLE_TWO_LINES},
    [0x93] = {"STACK_GLOBAL", mzg_pickle_op_stack_global, MZG_PICKLE_NOTHING},
    ['i'] = {"INST", mzg_pickle_op_inst, MZG_PICKLE_TWO_LINES},
    ['R'] = {"REDUCE", mzg_pickle_op_reduce, MZG_PICKLE_NOTHING},
    [0x81] = {"NEWOBJ", mzg_pickle_op_newobj, MZG_PICKLE_NOTHING},
    ['b'] = {"BUILD", mzg_pickle_op_build, MZG_PICKLE_NOTHING},
    ['Q'] = {"BINPERSID", mzg_pickle_op_persid, MZG_PICKLE_NOTHING},
};
