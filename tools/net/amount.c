#include "amount.h"
#include <string.h>

/* The power of two that a letter stands for; -1: none. */
static int shift_of(const char *unit)
{
    static const char letters[] = "kmgKMG";
    const char *at;
    if (*unit == '\0')
        return 0;
    at = strchr(letters, *unit);
    return at && unit[1] == '\0' ? 10 * (1 + (int)((at - letters) % 3)) : -1;
}

enum mzg_code mzg_amount_option(const struct mzg_args *a, const char *name, uint64_t max,
                                uint64_t *out, struct mzg_err *e)
{
    const char *text = mzg_args_text(a, name), *p = text;
    uint64_t n = 0;
    bool fits = true;
    int shift;
    char q[MZG_QUOTE];
    if (!text)
        return MZG_OK;
    for (; *p >= '0' && *p <= '9' && fits; p++)
        fits = !__builtin_mul_overflow(n, 10, &n) &&
               !__builtin_add_overflow(n, (uint64_t)(*p - '0'), &n);
    shift = p == text ? -1 : shift_of(p);
    if (!fits || shift < 0 || n == 0 || n > max >> shift)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET,
                        "option --%s takes an amount like 64k or 2M, at most %llu, not '%s'", name,
                        (unsigned long long)max, mzg_quote(q, text));
    *out = n << shift;
    return MZG_OK;
}
