#include "grades.h"
#include "model/recipes/recipe.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *mzg_grade_type(const char *text)
{
    size_t n;
    const struct mzg_recipe *all = mzg_recipes(&n);
    for (size_t i = 0; text && i < n; i++) {
        if (strcasecmp(all[i].name, text) == 0)
            return all[i].name;
    }
    return NULL;
}

static bool is_word_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

const char *mzg_grade_type_within(const char *path)
{
    for (const char *p = path; *p;) {
        char word[32] = "";
        size_t n = 0;
        while (is_word_char(p[n]))
            n++;
        if (n > 0 && n < sizeof word) {
            memcpy(word, p, n);
            const char *name = mzg_grade_type(word);
            if (name)
                return name;
        }
        p += n > 0 ? n : 1;
    }
    return NULL;
}

const char *mzg_grade_text(char *out, size_t room, enum mzg_tongue t, const char *type)
{
    static const enum mzg_word grades[] = {MZG_SAY_GRADE_1, MZG_SAY_GRADE_1, MZG_SAY_GRADE_2,
                                           MZG_SAY_GRADE_3, MZG_SAY_GRADE_4, MZG_SAY_GRADE_5,
                                           MZG_SAY_GRADE_6, MZG_SAY_GRADE_8, MZG_SAY_GRADE_8};
    char digits[4] = "";
    const char *from = type + strcspn(type, "0123456789");
    size_t n = strspn(from, "0123456789");
    memcpy(digits, from, n < sizeof digits ? n : sizeof digits - 1);
    unsigned long bits = strtoul(digits, NULL, 10);
    return mzg_word_fill(out, room, t, bits <= 8 ? grades[bits] : MZG_SAY_GRADE_FULL, digits, NULL);
}
