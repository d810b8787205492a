/* make.c: names, and what is made where Python would call: tables and switches, no calls; see machine.h. */
#include "machine.h"
#include <string.h>

/* ---- names ---- */

static enum mzg_code refuse_global(const struct mzg_pickle_machine *m, struct mzg_pickle_text module,
                                   struct mzg_pickle_text name, struct mzg_err *e)
{
    char q[MZG_QUOTE], r[MZG_QUOTE];

    return mzg_pickle_fail(m, MZG_UNSUPPORTED, e,
                           "'%s.%s' is nothing that weights need; it is not called, and the file is "
                           "refused", mzg_quote_n(q, (const char *)module.data, module.len),
                           mzg_quote_n(r, (const char *)name.data, name.len));
}

static enum mzg_code push_global(struct mzg_pickle_machine *m, struct mzg_pickle_text module,
                                 struct mzg_pickle_text name, struct mzg_err *e)
{
    const struct mzg_pickle_global *global = mzg_pickle_find_global(module, name, m->p->script);

    if (!global)
        return refuse_global(m, module, name, e);
    struct mzg_pickle_value *v = mzg_pickle_new(m, MZG_PICKLE_GLOBAL, e);
    if (v)
        v->as.global = global;
    return mzg_pickle_push(m, v, e);
}

enum mzg_code mzg_pickle_op_global(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return push_global(m, m->text, m->text2, e);
}

enum mzg_code mzg_pickle_op_stack_global(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    struct mzg_pickle_value *name, *module;
    enum mzg_code code = mzg_pickle_pop(m, &name, e);

    if (code == MZG_OK)
        code = mzg_pickle_pop(m, &module, e);
    if (code != MZG_OK)
        return code;
    if (name->kind != MZG_PICKLE_TEXT || module->kind != MZG_PICKLE_TEXT)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a name that is no text");
    return push_global(m, module->as.text, name->as.text, e);
}

/* An object of a class, in the manner of the oldest pickles: no checkpoint has one. */
enum mzg_code mzg_pickle_op_inst(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    return refuse_global(m, m->text, m->text2, e);
}

/* ---- tensors ---- */

static bool is_whole(const struct mzg_pickle_value *v)
{
    return v->kind == MZG_PICKLE_INT && v->as.number >= 0;
}

static bool are_sizes(const struct mzg_pickle_value *v)
{
    if (v->kind != MZG_PICKLE_TUPLE || v->as.items.n > MZG_PICKLE_DIMS)
        return false;
    for (size_t i = 0; i < v->as.items.n; i++) {
        if (!is_whole(v->as.items.item[i]))
            return false;
    }
    return true;
}

static enum mzg_code make_tensor(struct mzg_pickle_machine *m, const struct mzg_pickle_items *args,
                                 bool typed, struct mzg_pickle_value **made, struct mzg_err *e)
{
    struct mzg_pickle_value *const *a = args->item;
    const struct mzg_pickle_dtype *dtype;

    if (args->n < (typed ? 7 : 4) || args->n > (typed ? 8 : 7))
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a tensor of %zu arguments", args->n);
    if (a[0]->kind != MZG_PICKLE_STORAGE)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a tensor without storage");
    if (!is_whole(a[1]))
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a tensor whose offset is no number >= 0");
    if (!are_sizes(a[2]) || !are_sizes(a[3]) || a[2]->as.items.n != a[3]->as.items.n)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a tensor whose sizes and strides are not equally "
                               "many numbers >= 0, at most %d", MZG_PICKLE_DIMS);
    dtype = a[0]->as.storage->dtype;
    if (typed) {
        if (a[6]->kind != MZG_PICKLE_GLOBAL || a[6]->as.global->use != MZG_PICKLE_USE_DTYPE)
            return mzg_pickle_fail(m, MZG_MALFORMED, e, "a tensor whose type is none");
        dtype = a[6]->as.global->dtype;
    }
    if (!dtype)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a tensor of elements without a type");
    struct mzg_pickle_tensor *t = mzg_arena_alloc(&m->p->arena, 1, sizeof *t);
    if (!t)
        return mzg_fail_memory(e, "a pickle's tensors");
    *t = (struct mzg_pickle_tensor){a[0]->as.storage, dtype, (uint64_t)a[1]->as.number, a[2], a[3]};
    *made = mzg_pickle_new(m, MZG_PICKLE_TENSOR, e);
    if (*made)
        (*made)->as.tensor = t;
    return *made ? MZG_OK : e->code;
}

/* ('storage', class, key, location, numel), and in the older form the part of it that is meant: None or
 * (key, offset, numel). */
static enum mzg_code read_storage(const struct mzg_pickle_machine *m,
                                  const struct mzg_pickle_items *id, struct mzg_pickle_storage *s,
                                  struct mzg_err *e)
{
    struct mzg_pickle_value *const *a = id->item;

    if (a[1]->kind != MZG_PICKLE_GLOBAL || a[1]->as.global->use != MZG_PICKLE_USE_STORAGE)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a storage whose type is none");
    if (a[2]->kind != MZG_PICKLE_TEXT || a[2]->as.text.len == 0 || a[2]->as.text.len > 255 ||
        memchr(a[2]->as.text.data, '\0', a[2]->as.text.len))
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a storage whose key is no short text");
    if (!is_whole(a[4]))
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a storage whose size is no number >= 0");
    *s = (struct mzg_pickle_storage){.dtype = a[1]->as.global->dtype, .at = m->at,
                                     .numel = (uint64_t)a[4]->as.number};
    s->view_numel = s->numel;
    if (id->n == 5 || a[5]->kind == MZG_PICKLE_NONE)
        return MZG_OK;
    const struct mzg_pickle_items *view = &a[5]->as.items;
    if (a[5]->kind != MZG_PICKLE_TUPLE || view->n != 3 || !is_whole(view->item[1]) ||
        !is_whole(view->item[2]))
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a view that is not a key and two numbers >= 0");
    s->view = (uint64_t)view->item[1]->as.number;
    s->view_numel = (uint64_t)view->item[2]->as.number;
    if (s->view > s->numel || s->view_numel > s->numel - s->view)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a view of elements %llu to %llu in a storage of "
                               "%llu", (unsigned long long)s->view,
                               (unsigned long long)(s->view + s->view_numel),
                               (unsigned long long)s->numel);
    return MZG_OK;
}

enum mzg_code mzg_pickle_op_persid(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    struct mzg_pickle_value *id, *made;
    struct mzg_pickle_storage *s;
    enum mzg_code code = mzg_pickle_pop(m, &id, e);

    if (code != MZG_OK)
        return code;
    if (id->kind != MZG_PICKLE_TUPLE || id->as.items.n < 5 || id->as.items.n > 6 ||
        !mzg_pickle_is(id->as.items.item[0], "storage"))
        return mzg_pickle_fail(m, MZG_UNSUPPORTED, e, "it refers to something outside that is no "
                               "storage");
    s = mzg_arena_alloc(&m->p->arena, 1, sizeof *s);
    made = mzg_pickle_new(m, MZG_PICKLE_STORAGE, e);
    if (!s || !made)
        return mzg_fail_memory(e, "a pickle's storages");
    code = read_storage(m, &id->as.items, s, e);
    if (code != MZG_OK)
        return code;
    const struct mzg_pickle_text *key = &id->as.items.item[2]->as.text;
    s->key = mzg_arena_text(&m->p->arena, key->data, key->len);
    if (!s->key)
        return mzg_fail_memory(e, "a pickle's storages");
    s->next = m->p->storages;
    m->p->storages = s;
    made->as.storage = s;
    return mzg_pickle_push(m, made, e);
}

/* ---- in place of calls ---- */

/* OrderedDict(), or OrderedDict([(key, value), ...]) as Python 2 wrote it. */
static enum mzg_code make_dict(struct mzg_pickle_machine *m, const struct mzg_pickle_items *args,
                               struct mzg_pickle_value **made, struct mzg_err *e)
{
    *made = mzg_pickle_new(m, MZG_PICKLE_DICT, e);
    if (!*made)
        return e->code;
    if (args->n == 0)
        return MZG_OK;
    const struct mzg_pickle_value *pairs = args->item[0];
    if (args->n > 1 || pairs->kind != MZG_PICKLE_LIST)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a dictionary of something else than pairs");
    enum mzg_code code = MZG_OK;
    for (size_t i = 0; i < pairs->as.items.n && code == MZG_OK; i++) {
        const struct mzg_pickle_value *pair = pairs->as.items.item[i];
        if ((pair->kind != MZG_PICKLE_LIST && pair->kind != MZG_PICKLE_TUPLE) || pair->as.items.n != 2)
            return mzg_pickle_fail(m, MZG_MALFORMED, e, "a dictionary of something else than pairs");
        code = mzg_pickle_append(m, *made, pair->as.items.item, 2, e);
    }
    return code;
}

static enum mzg_code make_size(struct mzg_pickle_machine *m, const struct mzg_pickle_items *args,
                               struct mzg_pickle_value **made, struct mzg_err *e)
{
    const struct mzg_pickle_value *of = args->n == 1 ? args->item[0] : NULL;

    if (!of || (of->kind != MZG_PICKLE_LIST && of->kind != MZG_PICKLE_TUPLE))
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "a size of something else than a tuple");
    *made = mzg_pickle_new(m, MZG_PICKLE_TUPLE, e);
    return *made ? mzg_pickle_append(m, *made, of->as.items.item, of->as.items.n, e) : e->code;
}

static enum mzg_code make(struct mzg_pickle_machine *m, const struct mzg_pickle_global *global,
                          const struct mzg_pickle_items *args, struct mzg_pickle_value **made,
                          struct mzg_err *e)
{
    switch (global->use) {
    case MZG_PICKLE_USE_DICT: return make_dict(m, args, made, e);
    case MZG_PICKLE_USE_TENSOR: return make_tensor(m, args, false, made, e);
    case MZG_PICKLE_USE_TYPED: return make_tensor(m, args, true, made, e);
    case MZG_PICKLE_USE_SIZE: return make_size(m, args, made, e);
    case MZG_PICKLE_USE_FIRST:
        if (args->n == 0)
            return mzg_pickle_fail(m, MZG_MALFORMED, e, "%s.%s of nothing", global->module,
                                   global->name);
        *made = args->item[0];
        return MZG_OK;
    case MZG_PICKLE_USE_OTHER:
        *made = mzg_pickle_new(m, MZG_PICKLE_OTHER, e);
        return *made ? MZG_OK : e->code;
    case MZG_PICKLE_USE_OBJECT:
        *made = mzg_pickle_new(m, MZG_PICKLE_OBJECT, e);
        return *made ? MZG_OK : e->code;
    case MZG_PICKLE_USE_STORAGE:
    case MZG_PICKLE_USE_DTYPE: break;
    }
    return mzg_pickle_fail(m, MZG_UNSUPPORTED, e, "%s.%s is called, which no weights need",
                           global->module, global->name);
}

enum mzg_code mzg_pickle_op_reduce(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    struct mzg_pickle_value *args, *called, *made = NULL;
    enum mzg_code code = mzg_pickle_pop(m, &args, e);

    if (code == MZG_OK)
        code = mzg_pickle_pop(m, &called, e);
    if (code != MZG_OK)
        return code;
    if (called->kind != MZG_PICKLE_GLOBAL || args->kind != MZG_PICKLE_TUPLE)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "what is called is no name with a tuple");
    code = make(m, called->as.global, &args->as.items, &made, e);
    return code == MZG_OK ? mzg_pickle_push(m, made, e) : code;
}

/* class.__new__(class, *args): of classes, not of functions. */
enum mzg_code mzg_pickle_op_newobj(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    const struct mzg_pickle_value *class = m->depth >= 2 ? m->stack[m->depth - 2] : NULL;

    if (class && class->kind == MZG_PICKLE_GLOBAL && class->as.global->use != MZG_PICKLE_USE_DICT &&
        class->as.global->use != MZG_PICKLE_USE_OTHER && class->as.global->use != MZG_PICKLE_USE_OBJECT)
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "an object of %s.%s, which is made otherwise",
                               class->as.global->module, class->as.global->name);
    return mzg_pickle_op_reduce(m, e);
}

/* Sets attributes: those of an OrderedDict (_metadata) and of a parameter are nothing to weights. */
enum mzg_code mzg_pickle_op_build(struct mzg_pickle_machine *m, struct mzg_err *e)
{
    struct mzg_pickle_value *state, *of;
    enum mzg_code code = mzg_pickle_pop(m, &state, e);

    if (code == MZG_OK)
        code = mzg_pickle_pop(m, &of, e);
    if (code != MZG_OK)
        return code;
    if (of->kind == MZG_PICKLE_OBJECT) {
        if (of->as.state || state->kind != MZG_PICKLE_DICT)
            return mzg_pickle_fail(m, MZG_MALFORMED, e, "attributes that are no dictionary, or there "
                                   "twice");
        of->as.state = state;
    } else if (of->kind != MZG_PICKLE_DICT && of->kind != MZG_PICKLE_TENSOR &&
               of->kind != MZG_PICKLE_OTHER) {
        return mzg_pickle_fail(m, MZG_MALFORMED, e, "attributes of something that has none");
    }
    return mzg_pickle_push(m, of, e);
}
