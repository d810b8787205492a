#include "tongue.h"
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *code, *name;
} tongues[MZG_TONGUES] = {
    [MZG_ENGLISH] = {"en", "English"},
    [MZG_SWAHILI] = {"sw", "Kiswahili"},
};

const char *mzg_tongue_code(enum mzg_tongue t)
{
    return tongues[t].code;
}

const char *mzg_tongue_name(enum mzg_tongue t)
{
    return tongues[t].name;
}

/* "sw", "sw-KE", or "swa", as some phones call it. */
static bool is_tongue(enum mzg_tongue t, const char *tag, size_t n)
{
    static const char *const longer[MZG_TONGUES] = {"eng", "swa"};
    size_t primary = 0;
    while (primary < n && tag[primary] != '-')
        primary++;
    return (primary == 2 && strncasecmp(tag, tongues[t].code, 2) == 0) ||
           (primary == 3 && strncasecmp(tag, longer[t], 3) == 0);
}

/* "0.8" in thousandths; what is no weight counts as none. */
static unsigned weight(const char *text, size_t n)
{
    unsigned value = 0, unit = 1000;
    for (size_t i = 0; i < n; i++) {
        if (i == 1 && text[i] == '.')
            continue;
        if (text[i] < '0' || text[i] > '9' || unit == 0)
            return 0;
        value += (unsigned)(text[i] - '0') * unit;
        unit /= 10;
    }
    return value > 1000 ? 0 : value;
}

/* The weight of an entry such as "sw-KE;q=0.8"; *n becomes the length of its tag. */
static unsigned entry_weight(const char *entry, size_t *n)
{
    size_t tag = strcspn(entry, ",; \t"), end = strcspn(entry, ",");
    const char *q = memchr(entry, ';', end);
    *n = tag;
    if (!q)
        return 1000;
    q++;
    q += strspn(q, " \t");
    if ((q[0] != 'q' && q[0] != 'Q') || q[1] != '=')
        return 0;
    q += 2;
    return weight(q, strcspn(q, ", \t"));
}

enum mzg_tongue mzg_tongue_choose(const char *accept)
{
    enum mzg_tongue best = MZG_ENGLISH;
    unsigned most = 0;
    for (const char *p = accept ? accept : ""; *p;) {
        size_t n;
        p += strspn(p, ", \t");
        unsigned q = entry_weight(p, &n);
        for (int t = 0; t < MZG_TONGUES; t++) {
            if (q > most && is_tongue((enum mzg_tongue)t, p, n)) {
                best = (enum mzg_tongue)t;
                most = q;
            }
        }
        p += strcspn(p, ",");
    }
    return best;
}
