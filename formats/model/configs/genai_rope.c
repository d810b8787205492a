/* genai_rope.c: which base a table of rotary angles was made with.
 *
 * Row p of the tables has the cosines and sines of p f(i), f(i) = base^(-i / half) for i from 0 to half - 1. The
 * last frequency is the one that tells most of the base, at a position where its sine is neither lost in the
 * type's precision nor far from the angle. Of the numbers near what follows from it, that with the fewest digits
 * which gives all of the first row is the one that a config had.
 *
 * Llama 3.1 and its successors divide the low frequencies by a factor, and leave the high ones: there the base is
 * told by the second frequency, and the factor by the last. Nothing here calls libm, so that the same numbers
 * come out everywhere. */
#include "genai.h"
#include "../../base/exact.h"
#include "../arch/rope.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define HALF_MAX 4096
#define DIGITS 7      /* of a base */
#define DIGITS_NEAR 5 /* of one that follows from a high frequency, less exactly */
#define DIGITS_FACTOR 3

struct angles {
    const struct mzg_values *cos, *sin;
    struct mzg_scratch scratch;
    uint64_t half, positions;
    double relative, absolute; /* how far a value may be off, by its type */
};

/* Taylor's series of an angle up to 1, whose next terms are below 1e-19. */
static double sine(double x)
{
    double sum = 1;

    for (int k = 20; k >= 2; k -= 2)
        sum = 1 - sum * x * x / (k * (k + 1));
    return sum * x;
}

static double cosine(double x)
{
    double sum = 1;

    for (int k = 19; k >= 1; k -= 2)
        sum = 1 - sum * x * x / (k * (k + 1));
    return sum;
}

/* The angle whose sine it is, |s| at most 0.1: the series of the inverse function to 1e-10 of it. */
static double arcsine(double s)
{
    double q = s * s;

    return s * (1 + q * (1.0 / 6 + q * (3.0 / 40 + q * (15.0 / 336 + q * (105.0 / 3456)))));
}

static enum mzg_code get(struct angles *a, const struct mzg_values *v, uint64_t row, uint64_t i, double *x,
                         struct mzg_err *e)
{
    float one = 0;
    enum mzg_code code = mzg_values_get(v, &a->scratch, row * a->half + i, 1, &one, e);

    *x = one;
    return code;
}

/* The last frequency, by the largest position whose sine is small, doubling from 1. */
static enum mzg_code last_frequency(struct angles *a, double *f, struct mzg_err *e)
{
    double s = 0, next = 0;
    uint64_t p = 1;

    enum mzg_code code = get(a, a->sin, 1, a->half - 1, &s, e);
    while (code == MZG_OK && 2 * p < a->positions) {
        code = get(a, a->sin, 2 * p, a->half - 1, &next, e);
        if (!(next > s && next <= 0.1))
            break;
        s = next;
        p *= 2;
    }
    *f = s > 0 && s <= 0.1 ? arcsine(s) / (double)p : 0;
    return code;
}

static bool near(const struct angles *a, double is, double due)
{
    return fabs(is - due) <= a->relative * fabs(due) + a->absolute;
}

/* Frequency i of a base; divided: by what Llama 3.1 divides it by, or NULL. */
static double frequency(const struct angles *a, double base, const float *divided, uint64_t i)
{
    double f = mzg_exact_exp(-mzg_exact_log(base) / (double)a->half * (double)i);

    return divided ? f / (double)divided[i] : f;
}

/* Whether the first row is this base's. */
static enum mzg_code gives(struct angles *a, double base, const float *divided, bool *yes, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;

    *yes = true;
    for (uint64_t i = 0; i < a->half && *yes && code == MZG_OK; i++) {
        double f = frequency(a, base, divided, i), c = 0, s = 0;
        code = get(a, a->cos, 1, i, &c, e);
        if (code == MZG_OK)
            code = get(a, a->sin, 1, i, &s, e);
        *yes = near(a, c, cosine(f)) && near(a, s, sine(f));
    }
    return code;
}

/* x with so many digits behind the first. */
static double rounded(double x, int digits)
{
    char text[32];

    snprintf(text, sizeof text, "%.*e", digits, x);
    return strtod(text, NULL);
}

static bool is_base(double x)
{
    return x >= 1 && x <= 1e30;
}

static enum mzg_code find_plain(struct angles *a, double last, double *base, bool *found, struct mzg_err *e)
{
    double about = mzg_exact_exp(-mzg_exact_log(last) * (double)a->half / (double)(a->half - 1));
    enum mzg_code code = MZG_OK;

    for (int digits = 0; digits < DIGITS && is_base(about) && code == MZG_OK && !*found; digits++) {
        *base = rounded(about, digits);
        code = gives(a, *base, NULL, found, e);
    }
    return code;
}

/* The base of the second frequency, whose angle is approached by the sine of what is left. */
static enum mzg_code base_of_second(struct angles *a, double *base, struct mzg_err *e)
{
    double c = 0, s = 0;

    enum mzg_code code = get(a, a->cos, 1, 1, &c, e);
    if (code == MZG_OK)
        code = get(a, a->sin, 1, 1, &s, e);
    double x = s > 0 && s <= 0.85 && c > 0 ? s : 0;
    for (int i = 0; i < 6 && x > 0 && x <= 1; i++)
        x += s * cosine(x) - c * sine(x);
    *base = x > 0 && x < 1 ? mzg_exact_exp(-mzg_exact_log(x) * (double)a->half) : 0;
    return code;
}

/* Llama 3.1's numbers, which all its successors have, but for the factor. */
static enum mzg_code find_divided(struct angles *a, double last, struct mzg_genai_rotation *r, bool *found,
                                  struct mzg_err *e)
{
    float *divided = calloc(a->half, sizeof *divided);
    double about = 0;
    enum mzg_code code = divided ? base_of_second(a, &about, e) : mzg_fail_memory(e, "rotary angles");

    for (int d = 0; d < DIGITS_NEAR && is_base(about) && code == MZG_OK && !*found; d++) {
        r->base = rounded(about, d);
        double factor = frequency(a, r->base, NULL, a->half - 1) / last;
        for (int k = 0; k < DIGITS_FACTOR && factor > 1 && factor < 1e6 && code == MZG_OK && !*found; k++) {
            r->factor = rounded(factor, k);
            const struct mzg_rope rope = {r->base, r->factor, MZG_GENAI_LOW, MZG_GENAI_HIGH, MZG_GENAI_ORIGINAL};
            mzg_rope_factors(&rope, 2 * (size_t)a->half, divided);
            code = gives(a, r->base, divided, found, e);
        }
    }
    free(divided);
    return code;
}

static enum mzg_code find_rotation(struct angles *a, struct mzg_genai_rotation *r, struct mzg_err *e)
{
    double last = 0;
    bool found = false;

    enum mzg_code code = last_frequency(a, &last, e);
    if (code == MZG_OK && last > 0)
        code = find_plain(a, last, &r->base, &found, e);
    if (code == MZG_OK && last > 0 && !found)
        code = find_divided(a, last, r, &found, e);
    if (code == MZG_OK && !found)
        code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "cos_cache and sin_cache are not those of one base: "
                        "a context that was stretched, or another rotation, needs the original's config.json");
    return code;
}

static bool set_type(struct angles *a, const struct mzg_tensor *t)
{
    if (t->type == MZG_TYPE_F32)
        a->relative = 2e-6, a->absolute = 1e-9;
    else if (t->type == MZG_TYPE_F16)
        a->relative = 0x1p-10, a->absolute = 0x1p-24;
    else if (t->type == MZG_TYPE_BF16)
        a->relative = 0x1p-7, a->absolute = 0;
    return a->relative > 0;
}

enum mzg_code mzg_genai_rotation(const struct mzg_weights *w, struct mzg_genai_rotation *r, struct mzg_err *e)
{
    const struct mzg_tensor *c = mzg_weights_find(w, "cos_cache"), *s = mzg_weights_find(w, "sin_cache");
    struct mzg_kernels kernels;
    struct mzg_arena arena;
    struct angles a = {.scratch.kernels = &kernels};

    *r = (struct mzg_genai_rotation){.base = 0};
    if (!c || !s)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "there is no cos_cache and sin_cache, from which the "
                        "base of the rotation could be told (rope_theta): the original's config.json is needed");
    if (c->n_dims != 2 || s->n_dims != 2 || c->ne[0] != s->ne[0] || c->ne[1] != s->ne[1] || c->ne[0] < 2 ||
        c->ne[0] > HALF_MAX || c->ne[1] < 2 || c->type != s->type || !set_type(&a, c))
        return mzg_fail(e, MZG_MALFORMED, c->offset, "cos_cache and sin_cache are no tables of angles");
    mzg_kernels_init(&kernels, 0);
    mzg_arena_init(&arena, 1 << 16);
    a.cos = mzg_values_stored(&arena, w, c);
    a.sin = mzg_values_stored(&arena, w, s);
    a.half = c->ne[0];
    a.positions = c->ne[1];
    enum mzg_code code = a.cos && a.sin ? find_rotation(&a, r, e) : mzg_fail_memory(e, "rotary angles");
    mzg_scratch_clear(&a.scratch);
    mzg_arena_clear(&arena);
    return code;
}
