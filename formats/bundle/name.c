#include "name.h"

#include "../base/file.h"
#include <string.h>

static bool is_alnum(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool mzg_bundle_name_valid(const char *text)
{
    size_t n = strnlen(text, MZG_NAME_MAX + 1);
    if (n == 0 || n > MZG_NAME_MAX || !is_alnum(text[0]) || text[n - 1] == '.')
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_alnum(text[i]) && !strchr("._+-", text[i]))
            return false;
    }
    return true;
}

static unsigned digits(const char *text, int n)
{
    unsigned v = 0;
    for (int i = 0; i < n; i++)
        v = v * 10 + (unsigned)(text[i] - '0');
    return v;
}

static unsigned days_in(unsigned year, unsigned month)
{
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

bool mzg_date_valid(const char *text)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";
    if (strnlen(text, sizeof shape) != sizeof shape - 1)
        return false;
    for (size_t i = 0; i < sizeof shape - 1; i++) {
        bool fits = shape[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == shape[i];
        if (!fits)
            return false;
    }
    unsigned month = digits(text + 5, 2), day = digits(text + 8, 2);
    return month >= 1 && month <= 12 && day >= 1 && day <= days_in(digits(text, 4), month) &&
           digits(text + 11, 2) < 24 && digits(text + 14, 2) < 60 && digits(text + 17, 2) < 60;
}

bool mzg_member_path_valid(const char *path)
{
    if (!mzg_path_confined(path))
        return false;
    for (const char *p = path; *p; p++) {
        bool starts = p == path || p[-1] == '/';
        bool ends = p[1] == '\0' || p[1] == '/';
        if (*p < ' ' || *p > '~' || strchr("\"*:<>?\\|", *p))
            return false;
        if ((*p == ' ' && (starts || ends)) || (*p == '.' && ends))
            return false;
    }
    return true;
}

bool mzg_member_paths_clash(const char *a, const char *b)
{
    while (*a && fold(*a) == fold(*b)) {
        a++;
        b++;
    }
    return (*a == '\0' && *b == '\0') || (*a == '\0' && *b == '/') || (*a == '/' && *b == '\0');
}

enum mzg_code mzg_select_parse(struct mzg_select *s, const char *text, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    memset(s, 0, sizeof *s);
    if (!text)
        return MZG_OK;
    const char *at = strchr(text, '@');
    size_t n = at ? (size_t)(at - text) : strlen(text);
    if (n <= MZG_NAME_MAX)
        memcpy(s->name, text, n);
    if (at && strlen(at + 1) <= MZG_NAME_MAX)
        memcpy(s->version, at + 1, strlen(at + 1));
    if (!mzg_bundle_name_valid(s->name) || (at && !mzg_bundle_name_valid(s->version)))
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "'%s' is not NAME or NAME@VERSION (each "
                        MZG_NAME_RULE ")", mzg_quote(q, text));
    return MZG_OK;
}
