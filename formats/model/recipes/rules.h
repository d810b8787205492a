/* rules.h: the lines of a recipe: who, under which conditions, gets which type (SPEC.md, "Recipes").
 *
 * One text holds the built-in recipes (table.c), in sections for one or several of them; a recipe
 * file is the same without sections. The first rule that fits a tensor decides. */
#ifndef MZG_MODEL_RULES_H
#define MZG_MODEL_RULES_H

#include "../../base/arena.h"
#include "kernels/kernels.h"
#include "pattern.h"
#include "roles.h"
#include "traits.h"

#define MZG_RULES_MAX 256
#define MZG_CONDITIONS_MAX 4

/* X(NAME, word as it is written, number behind it, smallest number) */
#define MZG_CONDITIONS(X)                                                                          \
    X(IMATRIX, "imatrix", false, 0)    /* there is importance data */                              \
    X(STACKED, "stacked", false, 0)    /* the tensor is several matrices: experts */               \
    X(ODD, "odd", false, 0)            /* its rows do not divide into the base type's blocks */    \
    X(BIG, "70b", false, 0)            /* the model is what llama.cpp calls a 70B */               \
    X(GQA, "gqa>=", true, 0)           /* query heads per key-value head */                        \
    X(EXPERTS_IS, "experts=", true, 0)                                                             \
    X(EXPERTS, "experts>=", true, 0)                                                               \
    X(INDEX, "index<", true, 0)        /* among its kind in the model, from 0 */                   \
    X(COUNT, "count/", true, 1)        /* the same, in the first 1/n of the layers */              \
    X(FIRST, "first/", true, 1)        /* its layer is in the first 1/n of them */                 \
    X(MIDDLE, "middle/", true, 1)      /* its layer is neither in the first nor the last 1/n */    \
    X(MORE, "more", false, 0)          /* first and last eighth, and every third between */        \
    X(ARCH, "arch=", false, 0)         /* a family's name follows */

enum mzg_condition_kind {
#define X(name, word, numbered, min) MZG_CONDITION_##name,
    MZG_CONDITIONS(X)
#undef X
    MZG_CONDITIONS_END
};

struct mzg_condition {
    enum mzg_condition_kind kind;
    bool negated;     /* "!more" */
    uint64_t number;
    const char *text; /* of arch= */
};

struct mzg_rule {
    uint32_t roles;              /* bits; not used when there is a pattern */
    struct mzg_pattern *pattern; /* of the tensor's name, or NULL */
    struct mzg_condition conditions[MZG_CONDITIONS_MAX];
    size_t n_conditions;
    enum mzg_type type;          /* MZG_TYPE_END: the base type */
    uint32_t line;               /* of its text, from 1 */
    bool built_in;               /* of the built-in text */
};

struct mzg_rules {
    struct mzg_arena arena;
    const char *text;            /* a recipe file's, in the arena; NULL for a built-in recipe */
    struct mzg_rule *rules;      /* room for MZG_RULES_MAX */
    size_t n;
};

/* What a rule is asked about. */
struct mzg_rule_case {
    const char *name;
    const uint64_t *ne;
    enum mzg_role role;    /* MZG_ROLE_OUTPUT for the embeddings of a model without an output */
    uint64_t index;        /* how many of its kind came before it */
    bool has_layer;        /* layer is known */
    uint64_t layer;        /* the number in its name, or where llama.cpp goes by it the index */
    uint64_t n;            /* layers there are; of values: how many of them */
    enum mzg_type base;
    bool imatrix;
    const struct mzg_traits *traits;
};

void mzg_rules_init(struct mzg_rules *r);
void mzg_rules_clear(struct mzg_rules *r);

/* Appends the rule of one line, words[0 .. n). MZG_MALFORMED says what is wrong with it. */
enum mzg_code mzg_rules_add(struct mzg_rules *r, char *const *words, size_t n, uint32_t line,
                            bool built_in, struct mzg_err *e) MZG_MUST;

/* Appends the built-in rules of the recipe of this name. */
enum mzg_code mzg_rules_add_built_in(struct mzg_rules *r, const char *recipe,
                                     struct mzg_err *e) MZG_MUST;

/* The first rule that fits, or NULL. */
const struct mzg_rule *mzg_rules_find(const struct mzg_rules *r, const struct mzg_rule_case *c);

/* Cuts a line, which is changed, into words at blanks, up to a word that begins with '#'; n of them,
 * max at most (more are not cut). */
size_t mzg_rule_words(char *line, char **words, size_t max);

/* Line `line` (from 1) of text, cut and without blanks around it. Returns out. */
char *mzg_rule_line(const char *text, uint32_t line, char *out, size_t room);

/* The built-in text (table.c). */
extern const char mzg_recipe_table[];

#endif
