#include "fallback.h"

#include <stdbool.h>
#include <stdio.h>

/* What is not here becomes F16. */
static const struct { enum mzg_type from, to; } fallbacks[] = {
    {MZG_TYPE_IQ1_S, MZG_TYPE_IQ4_NL},   {MZG_TYPE_IQ1_M, MZG_TYPE_IQ4_NL},
    {MZG_TYPE_IQ2_XXS, MZG_TYPE_IQ4_NL}, {MZG_TYPE_IQ2_XS, MZG_TYPE_IQ4_NL},
    {MZG_TYPE_IQ2_S, MZG_TYPE_IQ4_NL},   {MZG_TYPE_IQ3_XXS, MZG_TYPE_IQ4_NL},
    {MZG_TYPE_IQ3_S, MZG_TYPE_IQ4_NL},   {MZG_TYPE_IQ4_XS, MZG_TYPE_IQ4_NL},
    {MZG_TYPE_Q2_K, MZG_TYPE_Q4_0},      {MZG_TYPE_Q3_K, MZG_TYPE_Q4_0},
    {MZG_TYPE_TQ1_0, MZG_TYPE_Q4_0},     {MZG_TYPE_TQ2_0, MZG_TYPE_Q4_0},
    {MZG_TYPE_Q2_0, MZG_TYPE_Q4_0},      {MZG_TYPE_Q4_K, MZG_TYPE_Q5_0},
    {MZG_TYPE_Q5_K, MZG_TYPE_Q5_1},      {MZG_TYPE_Q6_K, MZG_TYPE_Q8_0},
};

static bool divides(uint64_t width, enum mzg_type type)
{
    return width % mzg_type_by_number(type)->block_elems == 0;
}

static enum mzg_type in_place_of(enum mzg_type wanted, uint64_t width)
{
    for (size_t i = 0; i < sizeof fallbacks / sizeof *fallbacks; i++) {
        if (fallbacks[i].from == wanted && divides(width, fallbacks[i].to))
            return fallbacks[i].to;
    }
    return MZG_TYPE_F16;
}

static void keep(struct mzg_fallbacks *f, const struct mzg_fallback *one)
{
    size_t i = 0;
    while (i < f->n && (f->kinds[i].wanted != one->wanted || f->kinds[i].width != one->width))
        i++;
    if (i < f->n)
        f->kinds[i].n++;
    else if (f->n < MZG_FALLBACK_KINDS)
        f->kinds[f->n++] = *one;
    else
        f->others++;
}

enum mzg_type mzg_fall_back(struct mzg_fallbacks *f, const char *name, uint64_t width, enum mzg_type wanted)
{
    if (divides(width, wanted))
        return wanted;
    const struct mzg_fallback one = {wanted, in_place_of(wanted, width), width, name, 1};
    keep(f, &one);
    return one.made;
}

void mzg_fallbacks_tell(const struct mzg_fallbacks *f, const struct mzg_notify *notify)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct mzg_fallback *k = &f->kinds[i];
        char q[MZG_QUOTE], more[48] = "";
        if (k->n > 1)
            snprintf(more, sizeof more, " and %zu more", k->n - 1);
        mzg_notice(notify, "%s%s: rows of %llu do not divide into %s blocks of %u, made %s instead",
                   mzg_quote(q, k->first), more, (unsigned long long)k->width, mzg_type_by_number(k->wanted)->name,
                   mzg_type_by_number(k->wanted)->block_elems, mzg_type_by_number(k->made)->name);
    }
    if (f->others > 0)
        mzg_notice(notify, "%zu more tensors have rows that do not divide into blocks (--dry-run lists them)",
                   f->others);
}
