/* recipe.h: which tensor gets which type.
 *
 * A recipe is a base type and rules that except tensors from it: by role or by name, under
 * conditions on the model (SPEC.md, "Recipes"). The built-in ones choose what llama.cpp chooses; a
 * recipe file says the same things in the same words. What is asked for a single run (overrides,
 * --pure) comes in the options. */
#ifndef MZG_MODEL_RECIPE_H
#define MZG_MODEL_RECIPE_H

#include "../arch/model.h"

struct mzg_rules;

struct mzg_recipe {
    const char *name;        /* "Q4_K_M"; a file's own, printable */
    enum mzg_type base;      /* for every eligible tensor that no rule excepts */
    uint32_t file_type;      /* general.file_type, llama.cpp's number */
    bool base_needs;         /* the base type needs importance here, though not elsewhere */
    struct mzg_rules *rules; /* of a recipe file; NULL: the built-in table's */
    uint8_t sha256[32];      /* of the recipe file, for the record of provenance */
};

/* The text of the built-in rules, for a person to read. */
const char *mzg_recipe_text(void);

/* Every built-in recipe, about from the largest output to the smallest; *n is their number. */
const struct mzg_recipe *mzg_recipes(size_t *n);

/* By name, upper or lower case; MZG_USAGE with the names there are. */
enum mzg_code mzg_recipe_find(const char *name, const struct mzg_recipe **r,
                              struct mzg_err *e) MZG_MUST;

/* Reads a recipe file of at most 256 KiB. MZG_MALFORMED names the file, the line and the byte. The
 * recipe is the caller's: mzg_recipe_free. */
enum mzg_code mzg_recipe_load(const char *path, struct mzg_recipe **r, struct mzg_err *e) MZG_MUST;
void mzg_recipe_free(struct mzg_recipe *r); /* of mzg_recipe_load; NULL is fine */

/* The type of this name when weights can be stored in it; NULL for other names, whole numbers, F64,
 * and the types that only the other side of a dot product comes in. */
const struct mzg_type_info *mzg_recipe_type(const char *name);

/* What is asked for one run, types by mzg_recipe_type. All zero: nothing. */
struct mzg_recipe_options {
    const struct mzg_type_info *output_type;    /* of output.weight, or the embeddings where there is
                                                 * none; NULL: as the recipe says */
    const struct mzg_type_info *embedding_type; /* of token_embd.weight; NULL likewise */
    const char *const *tensor_types;            /* "REGEX=TYPE": the first whose POSIX extended
                                                 * regular expression matches a part of the name */
    size_t n_tensor_types;
    bool pure;                                  /* the base type for all that is not asked for here */
    bool requantize;                            /* what is quantized already may get another type */
    bool have_imatrix;                          /* some rules spend bits where there is none */
};

/* Where a tensor's type came from. */
enum mzg_why {
    MZG_WHY_KEPT,        /* not eligible: as it is in the source, or F32 */
    MZG_WHY_BASE,        /* no rule excepted it */
    MZG_WHY_TABLE,       /* the rule at `line` of the built-in text */
    MZG_WHY_RULE,        /* the rule at `line` of the recipe file */
    MZG_WHY_TENSOR_TYPE, /* option: tensor_types[line] */
    MZG_WHY_OUTPUT_TYPE, /* option */
    MZG_WHY_EMBEDDING_TYPE
};

struct mzg_recipe_why {
    enum mzg_why why;
    uint32_t line;          /* from 1 for a rule, from 0 for an option; else 0 */
    enum mzg_type wanted;   /* before a fallback for the rows' width; the table has what came of it */
    bool needs_importance;  /* the type may not be made without importance data */
};

/* The output tensor table of model m: names, shapes and types, ready for mzg_gguf_layout. o may be
 * NULL. Eligible is what llama.cpp quantizes: two dimensions or more, named *weight, none of those
 * that lose too much (norms, routers, positions ...). Of what is not, a GGUF source's tensors keep
 * their type and others become F32. A raw model: every matrix gets the base type, whatever its name,
 * and the rest keeps its type. A row that does not divide into blocks falls back as llama.cpp's
 * does, announced by name. *out and *why (may be NULL) are m->n_tensors rows, freed with free().
 * MZG_USAGE: an option is wrong. MZG_UNSUPPORTED: a tensor is quantized already, or cannot be. */
enum mzg_code mzg_recipe_apply(const struct mzg_recipe *r, const struct mzg_model *m,
                               const struct mzg_recipe_options *o, const struct mzg_notify *notify,
                               struct mzg_gguf_tensor **out, struct mzg_recipe_why **why,
                               struct mzg_err *e) MZG_MUST;
/* The same of a model that is looked into already, for several recipes (subject.h). */
struct mzg_subject;
enum mzg_code mzg_recipe_apply_to(const struct mzg_recipe *r, const struct mzg_subject *s,
                                  const struct mzg_recipe_options *o, const struct mzg_notify *notify,
                                  struct mzg_gguf_tensor **out, struct mzg_recipe_why **why,
                                  struct mzg_err *e) MZG_MUST;

/* MZG_UNSUPPORTED, by tensor and type, when one would have to be made that k has no quantizer for. */
enum mzg_code mzg_recipe_check_kernels(const struct mzg_model *m, const struct mzg_gguf_tensor *table,
                                       const struct mzg_kernels *k, struct mzg_err *e) MZG_MUST;

/* The reason in words, for a listing: "rule 12: values more Q6_K", "base type". Printable ASCII, to
 * be shown as it is. Returns it: text, or a literal. */
#define MZG_WHY_TEXT 160
const char *mzg_recipe_why_text(const struct mzg_recipe *r, const struct mzg_recipe_options *o,
                                const struct mzg_recipe_why *why, char text[MZG_WHY_TEXT]);

#endif
