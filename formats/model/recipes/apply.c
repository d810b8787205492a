/* apply.c: a recipe's rules, and what is asked for one run, on each tensor of a model. */
#include "recipe.h"

#include "../form.h"
#include "fallback.h"
#include "../values/values.h"
#include "rules.h"
#include "subject.h"
#include <stdlib.h>
#include <string.h>

#define TENSOR_TYPES_MAX 256

struct work {
    const struct mzg_recipe *recipe;
    const struct mzg_model *model;
    const struct mzg_recipe_options *options;
    const struct mzg_notify *notify;
    const struct mzg_rules *rules;
    const struct mzg_subject *subject;
    struct mzg_pattern **patterns;        /* of options->tensor_types */
    const struct mzg_type_info **asked;   /* and their types */
    uint64_t seen[MZG_ROLES_END];         /* tensors of a kind so far */
    size_t twice;                         /* tensors that were quantized already, and will be again */
    struct mzg_fallbacks fallbacks;
    struct mzg_gguf_tensor *table;
    struct mzg_recipe_why *why;
};

/* ---- options ---- */

/* "REGEX=TYPE": a regular expression may have an '=' too. */
static enum mzg_code parse_tensor_type(const char *text, struct mzg_pattern **p,
                                       const struct mzg_type_info **type, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    const char *equals = strrchr(text, '=');
    *type = equals ? mzg_recipe_type(equals + 1) : NULL;
    if (*type == NULL)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "'%s' is not REGEX=TYPE, as attn_v=Q8_0 is",
                        mzg_quote(q, text));
    enum mzg_code code = mzg_pattern_new(text, (size_t)(equals - text), p, e);
    if (code == MZG_OK)
        return code;
    e->offset = MZG_NO_OFFSET; /* it is no place in a file */
    return mzg_prefix(e, "'%s'", mzg_quote(q, text));
}

static enum mzg_code parse_options(struct work *w, struct mzg_err *e)
{
    const struct mzg_recipe_options *o = w->options;
    enum mzg_code code = MZG_OK;
    if (o->n_tensor_types > TENSOR_TYPES_MAX)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "%zu tensor types are asked for, at most %d are "
                        "taken", o->n_tensor_types, TENSOR_TYPES_MAX);
    w->patterns = calloc(o->n_tensor_types + 1, sizeof *w->patterns);
    w->asked = calloc(o->n_tensor_types + 1, sizeof *w->asked);
    if (w->patterns == NULL || w->asked == NULL)
        return mzg_fail_memory(e, "tensor types");
    for (size_t i = 0; i < o->n_tensor_types && code == MZG_OK; i++)
        code = parse_tensor_type(o->tensor_types[i], &w->patterns[i], &w->asked[i], e);
    return code;
}

/* ---- what may be quantized ---- */

static bool is_float(enum mzg_type type)
{
    return type == MZG_TYPE_F32 || type == MZG_TYPE_F16 || type == MZG_TYPE_BF16;
}

/* What becomes of a tensor that may not be. */
static enum mzg_type kept_type(const struct mzg_subject *s, const struct mzg_model_tensor *t)
{
    enum mzg_type own = mzg_model_type(t);
    bool as_is = s->raw || s->model->weights.gguf != NULL || t->n_dims > 2 || !is_float(own);
    return as_is ? own : MZG_TYPE_F32;
}

/* Types that this model's tensors may not have. */
static bool unreadable(const struct mzg_subject *s, const struct mzg_model_tensor *t)
{
    if (t->src == NULL)
        return false;
    if (mzg_model_whole(t))
        return !s->raw && s->model->weights.gguf == NULL;
    return t->made == NULL && t->src->type == MZG_TYPE_END;
}

/* ---- what is chosen ---- */

/* llama.cpp takes its count of these for the layer, unless there are experts: those come several to a
 * layer, and the name tells. */
static bool layer_is_count(const struct work *w, enum mzg_role kind)
{
    bool feed_forward =
        kind == MZG_ROLE_UP || kind == MZG_ROLE_GATE || kind == MZG_ROLE_DOWN;
    return kind == MZG_ROLE_V || (feed_forward && w->subject->traits.experts <= 1);
}

static void by_rule(struct work *w, size_t tensor, enum mzg_role role, struct mzg_recipe_why *why)
{
    const struct mzg_model_tensor *t = &w->model->tensors[tensor];
    const struct mzg_traits *traits = &w->subject->traits;
    struct mzg_rule_case c = {.name = t->name, .ne = t->ne, .role = role, .n = traits->layers,
                              .base = w->recipe->base, .imatrix = w->options->have_imatrix,
                              .traits = traits};
    enum mzg_role kind = mzg_role_counted(role);
    long layer = w->subject->tensors[tensor].layer;
    c.index = w->seen[kind]++;
    c.has_layer = layer_is_count(w, kind) || layer >= 0;
    c.layer = layer_is_count(w, kind) ? c.index : (uint64_t)layer;
    if (kind == MZG_ROLE_V)
        c.n = w->subject->values;
    const struct mzg_rule *rule = mzg_rules_find(w->rules, &c);
    if (rule == NULL)
        return;
    why->why = rule->built_in ? MZG_WHY_TABLE : MZG_WHY_RULE;
    why->line = rule->line;
    if (rule->type != MZG_TYPE_END)
        why->wanted = rule->type;
}

static void take(struct mzg_recipe_why *why, enum mzg_why reason, size_t line,
                 const struct mzg_type_info *type)
{
    *why = (struct mzg_recipe_why){.why = reason, .line = (uint32_t)line, .wanted = type->type};
}

/* What was asked for goes before the rules, in llama.cpp's order. */
static void choose(struct work *w, size_t tensor, struct mzg_recipe_why *why)
{
    const struct mzg_recipe_options *o = w->options;
    const struct mzg_model_tensor *t = &w->model->tensors[tensor];
    enum mzg_role role = w->subject->tensors[tensor].role;
    size_t i = 0;
    *why = (struct mzg_recipe_why){.why = MZG_WHY_BASE, .wanted = w->recipe->base};
    while (i < o->n_tensor_types && !mzg_pattern_matches(w->patterns[i], t->name))
        i++;
    bool embedding = role == MZG_ROLE_EMBEDDING, tied = embedding && w->subject->traits.tied;
    if (o->embedding_type != NULL && embedding && strcmp(t->name, "token_embd.weight") == 0)
        take(why, MZG_WHY_EMBEDDING_TYPE, 0, o->embedding_type);
    else if (o->output_type != NULL && role == MZG_ROLE_OUTPUT)
        take(why, MZG_WHY_OUTPUT_TYPE, 0, o->output_type);
    else if (i < o->n_tensor_types)
        take(why, MZG_WHY_TENSOR_TYPE, i, w->asked[i]);
    else if (o->output_type != NULL && tied)
        take(why, MZG_WHY_OUTPUT_TYPE, 0, o->output_type);
    else if (o->embedding_type != NULL && embedding && !tied)
        take(why, MZG_WHY_EMBEDDING_TYPE, 0, o->embedding_type);
    else if (!o->pure && !w->subject->raw)
        by_rule(w, tensor, tied ? MZG_ROLE_OUTPUT : role, why);
}

static bool needs_importance(const struct work *w, enum mzg_role role, enum mzg_type type)
{
    if (role == MZG_ROLE_EMBEDDING || role == MZG_ROLE_OUTPUT)
        return false;
    switch (type) {
    case MZG_TYPE_IQ1_S:
    case MZG_TYPE_IQ1_M:
    case MZG_TYPE_IQ2_XXS:
    case MZG_TYPE_IQ2_XS:
    case MZG_TYPE_IQ2_S:
    case MZG_TYPE_IQ3_XXS:
        return true;
    default:
        return w->recipe->base_needs && type == w->recipe->base;
    }
}

/* ---- all tensors ---- */

static enum mzg_code choose_one(struct work *w, size_t i, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    const struct mzg_model_tensor *t = &w->model->tensors[i];
    struct mzg_recipe_why *why = &w->why[i];
    enum mzg_type *type = &w->table[i].type;
    if (unreadable(w->subject, t))
        return mzg_fail(e, MZG_UNSUPPORTED, t->src->offset,
                        "tensor '%s': elements of type %s cannot be converted",
                        mzg_quote(q, t->src->name), t->src->type_name);
    if (w->model->form != NULL) {
        enum mzg_code code = w->model->form->type(t, w->recipe->base, type, e);
        bool base = code == MZG_OK && *type == w->recipe->base;
        *why = (struct mzg_recipe_why){.why = base ? MZG_WHY_BASE : MZG_WHY_KEPT, .wanted = *type};
        return code;
    }
    if (!w->subject->tensors[i].eligible) {
        *type = kept_type(w->subject, t);
        *why = (struct mzg_recipe_why){.why = MZG_WHY_KEPT, .wanted = *type};
        return MZG_OK;
    }
    choose(w, i, why);
    if (w->model->adapter && !is_float(why->wanted))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "tensor '%s': an adapter's are F32, F16 or BF16, and not "
                        "%s: it is small, and would lose what it was made for", mzg_quote(q, t->name),
                        mzg_type_by_number(why->wanted)->name);
    *type = mzg_fall_back(&w->fallbacks, t->name, t->ne[0], why->wanted);
    why->needs_importance = needs_importance(w, w->subject->tensors[i].role, *type);
    if (t->made != NULL || is_float(t->src->type) || t->src->type == *type)
        return MZG_OK;
    if (w->options->requantize && mzg_stored_readable(t->src)) {
        w->twice++;
        return MZG_OK;
    }
    return mzg_fail(e, MZG_UNSUPPORTED, t->src->offset,
                    "tensor '%s' is %s already: convert from the original weights, quantizing "
                    "twice adds both errors (--requantize does it all the same)",
                    mzg_quote(q, t->src->name), t->src->type_name);
}

/* In llama.cpp's order, by which it counts. */
static enum mzg_code choose_all(struct work *w, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    for (size_t i = 0; i < w->model->n_tensors && code == MZG_OK; i++)
        code = choose_one(w, w->subject->order[i], e);
    if (code == MZG_OK)
        mzg_fallbacks_tell(&w->fallbacks, w->notify);
    if (code == MZG_OK && w->twice > 0)
        mzg_notice(w->notify, "%zu tensors are quantized already: what is lost now adds to what was lost before",
                   w->twice);
    return code;
}

/* A form that is no GGUF knows one type for all matrices. */
static enum mzg_code check_form(const struct work *w, struct mzg_err *e)
{
    const struct mzg_recipe_options *o = w->options;
    bool more = w->recipe->rules != NULL || o->n_tensor_types > 0 || o->output_type != NULL ||
                o->embedding_type != NULL || o->have_imatrix;
    if (w->model->form == NULL || !more)
        return MZG_OK;
    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s has one type for all matrices, and no importance: "
                    "recipe files, types for some tensors and importance data are for GGUF",
                    w->model->form->what);
}

static enum mzg_code make_rows(struct work *w, struct mzg_err *e)
{
    size_t n = w->model->n_tensors;
    w->table = calloc(n + 1, sizeof *w->table);
    w->why = calloc(n + 1, sizeof *w->why);
    if (w->table == NULL || w->why == NULL)
        return mzg_fail_memory(e, "tensor table");
    for (size_t i = 0; i < n; i++) {
        const struct mzg_model_tensor *t = &w->model->tensors[i];
        memcpy(w->table[i].name, t->name, sizeof w->table[i].name);
        w->table[i].n_dims = t->n_dims;
        memcpy(w->table[i].ne, t->ne, sizeof w->table[i].ne);
    }
    return MZG_OK;
}

/* Patterns and what goes with them; the rows too unless they are handed out. */
static void work_clear(struct work *w, bool rows)
{
    for (size_t i = 0; w->patterns != NULL && i < w->options->n_tensor_types; i++)
        mzg_pattern_free(w->patterns[i]);
    free(w->patterns);
    free(w->asked);
    if (rows) {
        free(w->table);
        free(w->why);
    }
}

enum mzg_code mzg_recipe_apply_to(const struct mzg_recipe *r, const struct mzg_subject *s,
                                  const struct mzg_recipe_options *o, const struct mzg_notify *notify,
                                  struct mzg_gguf_tensor **out, struct mzg_recipe_why **why,
                                  struct mzg_err *e)
{
    static const struct mzg_recipe_options nothing;
    struct mzg_rules built_in;
    struct work w = {.recipe = r, .model = s->model, .subject = s, .options = o ? o : &nothing,
                     .notify = notify, .rules = r->rules ? r->rules : &built_in};
    enum mzg_code code = MZG_OK;
    mzg_rules_init(&built_in);
    if (r->rules == NULL && !is_float(r->base))
        code = mzg_rules_add_built_in(&built_in, r->name, e);
    if (code == MZG_OK)
        code = check_form(&w, e);
    if (code == MZG_OK)
        code = parse_options(&w, e);
    if (code == MZG_OK)
        code = make_rows(&w, e);
    if (code == MZG_OK)
        code = choose_all(&w, e);
    mzg_rules_clear(&built_in);
    work_clear(&w, code != MZG_OK);
    if (code != MZG_OK)
        return code;
    *out = w.table;
    if (why != NULL)
        *why = w.why;
    else
        free(w.why);
    return MZG_OK;
}

enum mzg_code mzg_recipe_apply(const struct mzg_recipe *r, const struct mzg_model *m,
                               const struct mzg_recipe_options *o, const struct mzg_notify *notify,
                               struct mzg_gguf_tensor **out, struct mzg_recipe_why **why,
                               struct mzg_err *e)
{
    struct mzg_subject s;
    enum mzg_code code = mzg_subject_init(&s, m, e);
    if (code == MZG_OK)
        code = mzg_recipe_apply_to(r, &s, o, notify, out, why, e);
    mzg_subject_clear(&s);
    return code;
}
