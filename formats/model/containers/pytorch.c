/* pytorch.c: the weights in what a checkpoint's pickle made (source: what torch.save of 0.4 to 2.x writes,
 * and what the trainers of the field put into it).
 *
 * A checkpoint is a dictionary of names and tensors, a state_dict; or one that has it under a name of
 * `wrappers`, beside whatever its trainer wanted to keep. What is no tensor is passed over. A program of
 * TorchScript is an object whose attributes are tensors and further objects; its code is not read. */
#include "pytorch.h"
#include <stdlib.h>
#include <string.h>

#define NESTED_MAX 8                     /* wrappers in wrappers */
#define SCRIPT_DEPTH 64                  /* modules in modules */
#define SCRIPT_STEPS ((uint64_t)1 << 20) /* attributes looked at: modules may be shared */
#define NUMBERS_MAX 1024

static const char *const wrappers[] = {"state_dict", "model_state_dict", "model", "module"};
#define WRAPPERS (sizeof wrappers / sizeof *wrappers)
/* What torch's DataParallel puts before every name. */
static const char parallel[] = "module.";

#define KEY(dict, i) ((dict)->as.items.item[2 * (i)])
#define VALUE(dict, i) ((dict)->as.items.item[2 * (i) + 1])
#define PAIRS(dict) ((dict)->as.items.n / 2)

static bool is_tensor_of(const struct mzg_pickle_value *dict, size_t i)
{
    return KEY(dict, i)->kind == MZG_PICKLE_TEXT && VALUE(dict, i)->kind == MZG_PICKLE_TENSOR;
}

/* ---- which dictionary ---- */

static enum mzg_code find_wrapped(const struct mzg_pickle_value *dict,
                                  const struct mzg_pickle_value **inner, struct mzg_err *e)
{
    const char *name = NULL;

    *inner = NULL;
    for (size_t i = 0; i < WRAPPERS; i++) {
        const struct mzg_pickle_value *v = mzg_pickle_get(dict, wrappers[i]);
        if (!v || v->kind != MZG_PICKLE_DICT)
            continue;
        if (*inner && *inner != v)
            return mzg_fail(e, MZG_UNSUPPORTED, v->at, "it has both '%s' and '%s', and does not say "
                            "which of them are the weights", name, wrappers[i]);
        *inner = v;
        name = wrappers[i];
    }
    return MZG_OK;
}

/* What the file has instead of tensors. */
static enum mzg_code fail_none(const struct mzg_pickle_value *dict, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    for (size_t i = 0; i < PAIRS(dict); i++) {
        const struct mzg_pickle_value *key = KEY(dict, i);
        if (key->kind == MZG_PICKLE_TEXT && VALUE(dict, i)->kind == MZG_PICKLE_DICT)
            return mzg_fail(e, MZG_UNSUPPORTED, VALUE(dict, i)->at, "there are no tensors but perhaps "
                            "under '%s', which is no name for a model's weights",
                            mzg_quote_n(q, (const char *)key->as.text.data, key->as.text.len));
    }
    return mzg_fail(e, MZG_MALFORMED, dict->at, "it holds no tensors");
}

static enum mzg_code find_state(const struct mzg_pickle_value *root,
                                const struct mzg_pickle_value **state, struct mzg_err *e)
{
    const struct mzg_pickle_value *inner = root;

    for (int depth = 0; inner; depth++) {
        *state = inner;
        if (depth > NESTED_MAX)
            return mzg_fail(e, MZG_LIMIT, root->at, "weights nested deeper than %d", NESTED_MAX);
        enum mzg_code code = find_wrapped(*state, &inner, e);
        if (code != MZG_OK)
            return code;
    }
    for (size_t i = 0; i < PAIRS(*state); i++) {
        if (is_tensor_of(*state, i))
            return MZG_OK;
    }
    return fail_none(*state, e);
}

static bool all_parallel(const struct mzg_pickle_value *state)
{
    for (size_t i = 0; i < PAIRS(state); i++) {
        const struct mzg_pickle_text *key = &KEY(state, i)->as.text;
        if (is_tensor_of(state, i) && (key->len < sizeof parallel ||
                                       memcmp(key->data, parallel, sizeof parallel - 1) != 0))
            return false;
    }
    return true;
}

static enum mzg_code add_state(struct mzg_pytorch *p, const struct mzg_pickle_value *state,
                               struct mzg_err *e)
{
    size_t skip = all_parallel(state) ? sizeof parallel - 1 : 0;
    enum mzg_code code = MZG_OK;

    for (size_t i = 0; i < PAIRS(state) && code == MZG_OK; i++) {
        const struct mzg_pickle_text *key = &KEY(state, i)->as.text;
        if (is_tensor_of(state, i))
            code = mzg_pytorch_add(p, (const char *)key->data + skip, key->len - skip,
                                   VALUE(state, i), e);
    }
    return code;
}

/* ---- numbers ---- */

/* Those of a dictionary, under their keys, or PREFIX.KEY. */
static enum mzg_code add_numbers(struct mzg_weights *w, const struct mzg_pickle_value *dict,
                                 const char *prefix, struct mzg_err *e)
{
    size_t n = strlen(prefix);

    for (size_t i = 0; i < PAIRS(dict) && w->n_numbers < NUMBERS_MAX; i++) {
        const struct mzg_pickle_text *key = &KEY(dict, i)->as.text;
        if (VALUE(dict, i)->kind != MZG_PICKLE_INT || KEY(dict, i)->kind != MZG_PICKLE_TEXT ||
            !mzg_item_name_valid((const char *)key->data, key->len))
            continue;
        char *name = mzg_arena_alloc(&w->arena, n + 1 + key->len + 1, 1);
        if (!name)
            return mzg_fail_memory(e, "numbers");
        memcpy(name, prefix, n);
        if (n)
            name[n] = '.';
        memcpy(name + (n ? n + 1 : 0), key->data, key->len);
        w->numbers[w->n_numbers++] = (struct mzg_number){name, VALUE(dict, i)->as.number};
    }
    return MZG_OK;
}

/* The root's, and those of the dictionaries in it but the weights. */
static enum mzg_code take_numbers(struct mzg_weights *w, const struct mzg_pickle_value *root,
                                  const struct mzg_pickle_value *state, struct mzg_err *e)
{
    enum mzg_code code;

    w->numbers = mzg_arena_alloc(&w->arena, NUMBERS_MAX, sizeof *w->numbers);
    if (!w->numbers)
        return mzg_fail_memory(e, "numbers");
    code = add_numbers(w, root, "", e);
    for (size_t i = 0; i < PAIRS(root) && code == MZG_OK; i++) {
        const struct mzg_pickle_value *key = KEY(root, i), *dict = VALUE(root, i);
        const char *text = (const char *)key->as.text.data;
        if (dict->kind != MZG_PICKLE_DICT || dict == state || key->kind != MZG_PICKLE_TEXT ||
            !mzg_item_name_valid(text, key->as.text.len))
            continue;
        char *prefix = mzg_arena_text(&w->arena, text, key->as.text.len);
        code = prefix ? add_numbers(w, dict, prefix, e) : mzg_fail_memory(e, "numbers");
    }
    return code;
}

/* ---- TorchScript ---- */

/* Where a walk through the modules is: each has its parent's name before its own. */
struct walk {
    struct mzg_pytorch *p;
    char name[1024];
    uint64_t steps;
};

static enum mzg_code add_module(struct walk *k, const struct mzg_pickle_value *module, size_t len,
                                int depth, struct mzg_err *e);

static enum mzg_code add_attribute(struct walk *k, const struct mzg_pickle_text *key,
                                   const struct mzg_pickle_value *v, size_t len, int depth,
                                   struct mzg_err *e)
{
    if (++k->steps > SCRIPT_STEPS)
        return mzg_fail(e, MZG_LIMIT, v->at, "more than %llu attributes",
                        (unsigned long long)SCRIPT_STEPS);
    if (v->kind != MZG_PICKLE_TENSOR && v->kind != MZG_PICKLE_OBJECT)
        return MZG_OK;
    if (key->len + 2 > sizeof k->name - len)
        return mzg_fail(e, MZG_LIMIT, v->at, "a name of more than %zu bytes", sizeof k->name);
    memcpy(k->name + len, key->data, key->len);
    len += key->len;
    if (v->kind == MZG_PICKLE_TENSOR)
        return mzg_pytorch_add(k->p, k->name, len, v, e);
    k->name[len] = '.';
    return add_module(k, v, len + 1, depth + 1, e);
}

/* The module's tensors, and its modules'; len bytes of k->name are in front of their names. */
static enum mzg_code add_module(struct walk *k, const struct mzg_pickle_value *module, size_t len,
                                int depth, struct mzg_err *e)
{
    const struct mzg_pickle_value *state = module->as.state;
    enum mzg_code code = MZG_OK;

    if (depth > SCRIPT_DEPTH)
        return mzg_fail(e, MZG_LIMIT, module->at, "modules nested deeper than %d", SCRIPT_DEPTH);
    for (size_t i = 0; state && i < PAIRS(state) && code == MZG_OK; i++) {
        if (KEY(state, i)->kind == MZG_PICKLE_TEXT)
            code = add_attribute(k, &KEY(state, i)->as.text, VALUE(state, i), len, depth, e);
    }
    return code;
}

static enum mzg_code take_script(struct mzg_pytorch *p, struct mzg_err *e)
{
    struct walk k = {.p = p};
    size_t before = p->w->n_tensors;
    enum mzg_code code = add_module(&k, p->root, 0, 0, e);

    if (code == MZG_OK && p->w->n_tensors == before)
        code = mzg_fail(e, MZG_MALFORMED, p->root->at, "it holds no tensors");
    return code;
}

/* ---- the whole ---- */

static int by_offset(const void *a, const void *b)
{
    const struct mzg_tensor *x = a, *y = b;

    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? -1 : 1;
    return strcmp(x->name, y->name);
}

enum mzg_code mzg_pytorch_take(struct mzg_pytorch *p, struct mzg_err *e)
{
    size_t before = p->w->n_tensors;
    const struct mzg_pickle_value *state = NULL;
    enum mzg_code code;

    if (p->root->kind == MZG_PICKLE_OBJECT) {
        code = take_script(p, e);
    } else if (p->root->kind == MZG_PICKLE_DICT) {
        code = find_state(p->root, &state, e);
        if (code == MZG_OK)
            code = add_state(p, state, e);
        if (code == MZG_OK && p->w->n_files == 1)
            code = take_numbers(p->w, p->root, state, e);
    } else {
        code = mzg_fail(e, MZG_UNSUPPORTED, p->root->at, "it holds something else than a dictionary of "
                        "names and tensors");
    }
    if (code == MZG_OK)
        qsort(p->w->tensors + before, p->w->n_tensors - before, sizeof *p->w->tensors, by_offset);
    return code;
}

static bool is_zip(const uint8_t *start, size_t n)
{
    return n >= 4 && memcmp(start, "PK\3\4", 4) == 0;
}

/* The first opcode of every pickle that names its protocol. */
static bool is_pytorch(const uint8_t *start, size_t n)
{
    return is_zip(start, n) || (n >= 2 && start[0] == 0x80 && start[1] >= 2 && start[1] <= 5);
}

static enum mzg_code read_pytorch(struct mzg_weights *w, uint32_t file, struct mzg_err *e)
{
    uint8_t start[4] = {0};
    const struct mzg_file *f = &w->files[file].file;
    size_t n = f->size < sizeof start ? (size_t)f->size : sizeof start;
    enum mzg_code code = mzg_file_read(f, 0, start, n, e);

    if (code != MZG_OK)
        return code;
    if (is_zip(start, n))
        return mzg_pytorch_read_zip(w, file, e);
    code = mzg_pytorch_read_stream(w, file, e);
    return code == MZG_OK || is_pytorch(start, n) ? code : mzg_prefix(e, "taken for a pickle by its name");
}

const struct mzg_container mzg_container_pytorch = {
    .name = "PyTorch",
    .ends = (const char *const[]){".bin", ".pt", ".pth", ".ckpt", ".jit", ".pkl", ".pickle", NULL},
    .shards = true,
    .is = is_pytorch,
    .read = read_pytorch,
};
