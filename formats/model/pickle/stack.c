/* stack.c: the machine's stack, marks and memo; see machine.h. */
#include "machine.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum mzg_code mzg_pickle_fail(const struct mzg_pickle_machine *m, enum mzg_code code,
                              struct mzg_err *e, const char *fmt, ...)
{
    char text[MZG_ERR_TEXT];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return mzg_fail(e, code, m->at, "%s: %s", m->op, text);
}

struct mzg_pickle_value *mzg_pickle_new(struct mzg_pickle_machine *m, enum mzg_pickle_kind kind,
                                        struct mzg_err *e)
{
    struct mzg_pickle_value *v = mzg_arena_alloc(&m->p->arena, 1, sizeof *v);

    if (!v) {
        mzg_fail_memory(e, "a pickle's values");
        return NULL;
    }
    v->kind = kind;
    v->at = m->at;
    return v;
}

enum mzg_code mzg_pickle_push(struct mzg_pickle_machine *m, struct mzg_pickle_value *v,
                              struct mzg_err *e)
{
    if (!v)
        return e->code;
    if (m->depth == MZG_PICKLE_STACK)
        return mzg_pickle_fail(m, MZG_LIMIT, e, "more than %zu values on the stack", MZG_PICKLE_STACK);
    if (m->depth == m->stack_room) {
        size_t room = m->stack_room ? 2 * m->stack_room : 256;
        struct mzg_pickle_value **stack = realloc(m->stack, room * sizeof *stack);
        if (!stack)
            return mzg_fail_memory(e, "a pickle's stack");
        m->stack = stack;
        m->stack_room = room;
    }
    m->stack[m->depth++] = v;
    return MZG_OK;
}

enum mzg_code mzg_pickle_pop(struct mzg_pickle_machine *m, struct mzg_pickle_value **v,
                             struct mzg_err *e)
{
    size_t floor = m->n_marks ? m->marks[m->n_marks - 1] : 0;

    if (m->depth == floor)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "there is no value for it on the stack");
    *v = m->stack[--m->depth];
    return MZG_OK;
}

enum mzg_code mzg_pickle_mark(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    if (m->n_marks == MZG_PICKLE_MARKS)
        return mzg_pickle_fail(m, MZG_LIMIT, e, "nested deeper than %d", MZG_PICKLE_MARKS);
    if (m->n_marks == m->marks_room) {
        size_t room = m->marks_room ? 2 * m->marks_room : 64;
        size_t *marks = realloc(m->marks, room * sizeof *marks);
        if (!marks)
            return mzg_fail_memory(e, "a pickle's marks");
        m->marks = marks;
        m->marks_room = room;
    }
    m->marks[m->n_marks++] = m->depth;
    return MZG_OK;
}

enum mzg_code mzg_pickle_pop_mark(struct mzg_pickle_machine *m, struct mzg_pickle_value ***items,
                                  size_t *n, struct mzg_err *e)
{
    if (m->n_marks == 0)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "there is no mark on the stack");
    size_t from = m->marks[--m->n_marks];
    *n = m->depth - from;
    *items = *n ? m->stack + from : NULL;
    m->depth = from;
    return MZG_OK;
}

/* An index is bounded by the bytes there are: whoever puts so many things used more of them. */
enum mzg_code mzg_pickle_remember(struct mzg_pickle_machine *m, uint64_t index, struct mzg_err *e)
{
    struct mzg_pickle_value *v;

    if (index >= m->r->len)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "memo entry %llu in a pickle of %zu bytes",
                               (unsigned long long)index, m->r->len);
    if (index >= MZG_PICKLE_MEMO)
        return mzg_pickle_fail(m, MZG_LIMIT, e, "memo entry %llu, at most %zu are kept",
                               (unsigned long long)index, MZG_PICKLE_MEMO);
    if (index >= m->memo_room) {
        size_t room = (size_t)index + 1 > 2 * m->memo_room ? (size_t)index + 1 : 2 * m->memo_room;
        struct mzg_pickle_value **memo = realloc(m->memo, room * sizeof *memo);
        if (!memo)
            return mzg_fail_memory(e, "a pickle's memo");
        memset(memo + m->memo_room, 0, (room - m->memo_room) * sizeof *memo);
        m->memo = memo;
        m->memo_room = room;
    }
    enum mzg_code code = mzg_pickle_pop(m, &v, e);
    if (code != MZG_OK)
        return code;
    m->memoized += m->memo[index] == NULL;
    m->memo[index] = v;
    return mzg_pickle_push(m, v, e);
}

enum mzg_code mzg_pickle_recall(struct mzg_pickle_machine *m, uint64_t index, struct mzg_err *e)
{
    if (index >= m->memo_room || !m->memo[index])
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "nothing was put in memo entry %llu",
                               (unsigned long long)index);
    return mzg_pickle_push(m, m->memo[index], e);
}

enum mzg_code mzg_pickle_append(struct mzg_pickle_machine *m, struct mzg_pickle_value *to,
                                struct mzg_pickle_value *const *items, size_t n, struct mzg_err *e)
{
    struct mzg_pickle_items *have = &to->as.items;

    if (n > have->room - have->n) {
        size_t room = have->n + n > 2 * have->room ? have->n + n : 2 * have->room;
        struct mzg_pickle_value **grown = mzg_arena_alloc(&m->p->arena, room, sizeof *grown);
        if (!grown)
            return mzg_fail_memory(e, "a pickle's values");
        if (have->n)
            memcpy(grown, have->item, have->n * sizeof *grown);
        have->item = grown;
        have->room = room;
    }
    if (n)
        memcpy(have->item + have->n, items, n * sizeof *items);
    have->n += n;
    return MZG_OK;
}
