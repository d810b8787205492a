#include "recipe.h"

#include "rules.h"
#include <stdio.h>
#include <strings.h>

#define R(n, t, number) {.name = #n, .base = MZG_TYPE_##t, .file_type = number}

/* file_type: llama.cpp's LLAMA_FTYPE numbers. */
static const struct mzg_recipe recipes[] = {
    R(F32, F32, 0),        R(F16, F16, 1),          R(BF16, BF16, 32),       R(Q8_0, Q8_0, 7),
    R(Q6_K, Q6_K, 18),     R(Q5_1, Q5_1, 9),        R(Q5_K_M, Q5_K, 17),     R(Q5_K_S, Q5_K, 16),
    R(Q5_0, Q5_0, 8),      R(Q4_1, Q4_1, 3),        R(Q4_K_M, Q4_K, 15),     R(Q4_K_S, Q4_K, 14),
    R(Q4_0, Q4_0, 2),      R(IQ4_NL, IQ4_NL, 25),   R(NVFP4, NVFP4, 39),     R(IQ4_XS, IQ4_XS, 30),
    R(MXFP4_MOE, MXFP4, 38), R(Q3_K_L, Q3_K, 13),   R(Q3_K_M, Q3_K, 12),     R(IQ3_M, IQ3_S, 27),
    R(IQ3_S, IQ3_S, 26),   R(Q3_K_S, Q3_K, 11),     R(IQ3_XS, IQ3_S, 22),    R(IQ3_XXS, IQ3_XXS, 23),
    R(Q2_K, Q2_K, 10),
    {.name = "Q2_K_S", .base = MZG_TYPE_Q2_K, .file_type = 21, .base_needs = true},
    R(IQ2_M, IQ2_S, 29),   R(IQ2_S, IQ2_XS, 28),    R(IQ2_XS, IQ2_XS, 20),   R(Q2_0, Q2_0, 41),
    R(IQ2_XXS, IQ2_XXS, 19), R(TQ2_0, TQ2_0, 37),   R(IQ1_M, IQ1_M, 31),     R(TQ1_0, TQ1_0, 36),
    R(IQ1_S, IQ1_S, 24),   R(Q1_0, Q1_0, 40),
};
#define N_RECIPES (sizeof recipes / sizeof recipes[0])

const struct mzg_recipe *mzg_recipes(size_t *n)
{
    *n = N_RECIPES;
    return recipes;
}

const struct mzg_type_info *mzg_recipe_type(const char *name)
{
    const struct mzg_type_info *info = mzg_type_by_name(name);
    if (info == NULL || info->type == MZG_TYPE_Q8_1 || info->type == MZG_TYPE_Q8_K ||
        info->type == MZG_TYPE_F64 || (info->type >= MZG_TYPE_I8 && info->type <= MZG_TYPE_I64))
        return NULL;
    return info;
}

const char *mzg_recipe_text(void)
{
    return mzg_recipe_table;
}

enum mzg_code mzg_recipe_find(const char *name, const struct mzg_recipe **r, struct mzg_err *e)
{
    char q[MZG_QUOTE], all[MZG_ERR_TEXT];
    size_t len = 0;
    for (size_t i = 0; i < N_RECIPES; i++) {
        if (strcasecmp(name, recipes[i].name) == 0) {
            *r = &recipes[i];
            return MZG_OK;
        }
        len += (size_t)snprintf(all + len, sizeof all - len, "%s%s", i ? " " : "", recipes[i].name);
    }
    return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "unknown type '%s': there are %s",
                    mzg_quote(q, name), all);
}

enum mzg_code mzg_recipe_check_kernels(const struct mzg_model *m, const struct mzg_gguf_tensor *table,
                                       const struct mzg_kernels *k, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    for (size_t i = 0; i < m->n_tensors; i++) {
        const struct mzg_model_tensor *t = &m->tensors[i];
        const struct mzg_type_kernels *kernels = &k->type[table[i].type];
        if (!mzg_model_keeps(t, table[i].type) && kernels->quantize == NULL && kernels->search == NULL)
            return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET,
                            "tensor '%s' would become %s, for which there is no quantizer yet",
                            mzg_quote(q, t->name), mzg_type_by_number(table[i].type)->name);
    }
    return MZG_OK;
}

/* A rule as it is shown: blanks that align a table and comments say nothing there, and what a file may
 * have in it that cannot be printed is not shown. */
static void tidy(char *line)
{
    size_t n = 0;
    for (const char *p = line; *p != '\0'; p++) {
        bool blank = *p == ' ' || *p == '\t';
        if (*p == '#' && n > 0 && line[n - 1] == ' ')
            break;
        if (!blank || (n > 0 && line[n - 1] != ' '))
            line[n++] = blank ? ' ' : *p > 0x20 && *p <= 0x7e ? *p : '?';
    }
    while (n > 0 && line[n - 1] == ' ')
        n--;
    line[n] = '\0';
}

const char *mzg_recipe_why_text(const struct mzg_recipe *r, const struct mzg_recipe_options *o,
                                const struct mzg_recipe_why *why, char text[MZG_WHY_TEXT])
{
    char line[MZG_WHY_TEXT - 32];
    switch (why->why) {
    case MZG_WHY_KEPT:
        return "not quantized";
    case MZG_WHY_BASE:
        return "base type";
    case MZG_WHY_OUTPUT_TYPE:
        return "--output-type";
    case MZG_WHY_EMBEDDING_TYPE:
        return "--embedding-type";
    case MZG_WHY_TENSOR_TYPE: /* has been taken, so it is printable */
        snprintf(text, MZG_WHY_TEXT, "--tensor-type %s", o->tensor_types[why->line]);
        return text;
    case MZG_WHY_TABLE:
    case MZG_WHY_RULE:
        break;
    }
    bool built_in = why->why == MZG_WHY_TABLE;
    tidy(mzg_rule_line(built_in ? mzg_recipe_table : r->rules->text, why->line, line, sizeof line));
    snprintf(text, MZG_WHY_TEXT, "%s %u: %s", built_in ? "rule" : "line", why->line, line);
    return text;
}
