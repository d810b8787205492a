#include "words.h"
#include "base/utf8.h"
#include <string.h>

#define BOTH(id, english, swahili) {english, swahili},
static const char *const words[MZG_WORDS][MZG_TONGUES] = {MZG_WORDS_LIST(BOTH)};

const char *mzg_word(enum mzg_tongue t, enum mzg_word w)
{
    return words[w][t];
}

static size_t put(char *out, size_t room, size_t n, const char *text, size_t len)
{
    size_t fits = mzg_utf8_cut(text, len, room - 1 - n);
    memcpy(out + n, text, fits);
    return n + fits;
}

const char *mzg_word_fill(char *out, size_t room, enum mzg_tongue t, enum mzg_word w, const char *a,
                          const char *b)
{
    size_t n = 0;
    for (const char *p = mzg_word(t, w); *p;) {
        size_t len = strcspn(p, "{");
        n = put(out, room, n, p, len);
        p += len;
        if (*p == '\0')
            break;
        const char *value = p[1] == '0' ? a : b;
        n = put(out, room, n, value ? value : "", value ? strlen(value) : 0);
        p += 3; /* "{0}" */
    }
    out[n] = '\0';
    return out;
}
