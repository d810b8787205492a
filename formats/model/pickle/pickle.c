/* pickle.c: runs the opcodes of a pickle, one by one; see pickle.h. */
#include "machine.h"
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 1024 /* most in a line that names a module, or what is in it */

/* ---- running ---- */

/* Up to the newline, which is passed over; without one the reader is bad. */
static struct mzg_pickle_text read_line(struct mzg_reader *r)
{
    const uint8_t *start = r->data + r->pos;
    size_t left = mzg_reader_left(r);
    const uint8_t *end = memchr(start, '\n', left < LINE_BYTES ? left : LINE_BYTES);

    if (!end) {
        r->bad = true;
        return (struct mzg_pickle_text){start, 0};
    }
    size_t len = (size_t)(end - start);
    mzg_reader_bytes(r, len + 1);
    return (struct mzg_pickle_text){start, len};
}

static void read_counted(struct mzg_pickle_machine *m, uint64_t n)
{
    m->text.data = mzg_reader_bytes(m->r, n);
    m->text.len = m->text.data ? (size_t)n : 0;
}

static void read_operand(struct mzg_pickle_machine *m, enum mzg_pickle_operand operand)
{
    switch (operand) {
    case MZG_PICKLE_NOTHING: break;
    case MZG_PICKLE_BYTES_1: m->number = mzg_reader_u8(m->r); break;
    case MZG_PICKLE_BYTES_2: m->number = mzg_reader_u16(m->r); break;
    case MZG_PICKLE_BYTES_4: m->number = mzg_reader_u32(m->r); break;
    case MZG_PICKLE_BYTES_8: m->number = mzg_reader_u64(m->r); break;
    case MZG_PICKLE_COUNTED_1: read_counted(m, mzg_reader_u8(m->r)); break;
    case MZG_PICKLE_COUNTED_4: read_counted(m, mzg_reader_u32(m->r)); break;
    case MZG_PICKLE_COUNTED_8: read_counted(m, mzg_reader_u64(m->r)); break;
    case MZG_PICKLE_TWO_LINES:
        m->text = read_line(m->r);
        m->text2 = read_line(m->r);
        break;
    }
}

static enum mzg_code fail_end(const struct mzg_pickle_machine *m, struct mzg_err *e)
{
    if (m->p->cut)
        return mzg_fail(e, MZG_LIMIT, m->at, "a pickle of more than the %zu bytes that are read",
                        m->r->len);
    return mzg_fail(e, MZG_MALFORMED, m->at, "the pickle ends in the middle%s%s", m->op ? " of " : "",
                    m->op ? m->op : "");
}

static enum mzg_code step(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    m->at = mzg_reader_offset(m->r);
    m->op = NULL;
    uint8_t byte = mzg_reader_u8(m->r);
    const struct mzg_pickle_opcode *op = &mzg_pickle_opcodes[byte];

    if (m->r->bad)
        return fail_end(m, e);
    if (!op->run)
        return mzg_fail(e, MZG_UNSUPPORTED, m->at, "opcode 0x%02x is none that checkpoints have", byte);
    m->op = op->name;
    read_operand(m, op->operand);
    return m->r->bad ? fail_end(m, e) : op->run(m, e);
}

enum mzg_code mzg_pickle_read(struct mzg_pickle *p, struct mzg_reader *r,
                              const struct mzg_pickle_value **root, struct mzg_err *e)
{
    struct mzg_pickle_machine m = {.p = p, .r = r};
    enum mzg_code code = MZG_OK;

    while (code == MZG_OK && !m.done)
        code = step(&m, e);
    if (code == MZG_OK)
        *root = m.stack[0];
    free(m.stack);
    free(m.marks);
    free(m.memo);
    return code;
}

/* ---- asking ---- */

void mzg_pickle_init(struct mzg_pickle *p)
{
    *p = (struct mzg_pickle){0};
    mzg_arena_init(&p->arena, MZG_PICKLE_MEMORY);
}

void mzg_pickle_clear(struct mzg_pickle *p)
{
    mzg_arena_clear(&p->arena);
    *p = (struct mzg_pickle){0};
}

bool mzg_pickle_is(const struct mzg_pickle_value *v, const char *text)
{
    size_t n = strlen(text);

    return v->kind == MZG_PICKLE_TEXT && v->as.text.len == n && memcmp(v->as.text.data, text, n) == 0;
}

const struct mzg_pickle_value *mzg_pickle_get(const struct mzg_pickle_value *dict, const char *key)
{
    if (dict->kind != MZG_PICKLE_DICT)
        return NULL;
    for (size_t i = dict->as.items.n; i > 0; i -= 2) {
        if (mzg_pickle_is(dict->as.items.item[i - 2], key))
            return dict->as.items.item[i - 1];
    }
    return NULL;
}
