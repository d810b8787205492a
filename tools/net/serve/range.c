#include "range.h"
#include <string.h>
#include <strings.h>

/* ---- entity tags ---- */

/* True when the list names the tag. A weak one ("W/") counts only where weak says so. What follows a
 * fault in the list is not looked at: matching too little costs a transfer, too much costs the file. */
static bool names_tag(const char *list, const char *etag, bool weak)
{
    size_t len = strlen(etag);
    for (const char *p = list;;) {
        bool is_weak;
        size_t n;
        p += strspn(p, " \t,");
        is_weak = p[0] == 'W' && p[1] == '/';
        p += is_weak ? 2 : 0;
        if (*p != '"')
            return false;
        n = strcspn(p + 1, "\"") + 2; /* with both quotes */
        if (p[n - 1] != '"')
            return false;
        if (n == len && memcmp(p, etag, n) == 0 && (weak || !is_weak))
            return true;
        p += n;
    }
}

static bool matches(const char *field, const char *etag, bool weak)
{
    return strcmp(field, "*") == 0 || names_tag(field, etag, weak);
}

/* ---- ranges ---- */

/* Digits; more than 64 bits hold counts as the most they do, which lies behind every file's end. */
static bool take_number(const char **p, uint64_t *n)
{
    const char *start = *p;
    *n = 0;
    for (; **p >= '0' && **p <= '9'; ++*p) {
        if (__builtin_mul_overflow(*n, 10, n) ||
            __builtin_add_overflow(*n, (uint64_t)(**p - '0'), n)) {
            *n = UINT64_MAX;
            *p += strspn(*p, "0123456789");
            return true;
        }
    }
    return *p != start;
}

/* The last n bytes. */
static void take_suffix(struct mzg_part *part, uint64_t n, uint64_t size)
{
    if (size == 0)
        return; /* satisfied by nothing, which no Content-Range can say */
    if (n == 0) {
        *part = (struct mzg_part){.status = 416};
        return;
    }
    *part = (struct mzg_part){206, n < size ? size - n : 0, n < size ? n : size};
}

/* part is the whole file, and stays so when the range is to be ignored. */
static void take_range(struct mzg_part *part, const char *range, uint64_t size)
{
    static const char unit[] = "bytes=";
    uint64_t first, last = UINT64_MAX;
    if (strncasecmp(range, unit, sizeof unit - 1) != 0)
        return;
    range += sizeof unit - 1;
    if (*range == '-') {
        range++;
        if (take_number(&range, &last) && *range == '\0')
            take_suffix(part, last, size);
        return;
    }
    if (!take_number(&range, &first) || *range++ != '-')
        return;
    if (*range && !take_number(&range, &last))
        return;
    if (*range || last < first)
        return;
    if (first >= size) {
        *part = (struct mzg_part){.status = 416};
        return;
    }
    if (last >= size)
        last = size - 1;
    *part = (struct mzg_part){206, first, last - first + 1};
}

void mzg_range_decide(struct mzg_part *part, const struct mzg_asked *asked, const char *etag,
                      uint64_t size)
{
    *part = (struct mzg_part){.status = 200, .length = size};
    if (asked->if_match && !matches(asked->if_match, etag, false))
        *part = (struct mzg_part){.status = 412};
    else if (asked->if_none_match && matches(asked->if_none_match, etag, true))
        *part = (struct mzg_part){.status = 304};
    else if (asked->range && !asked->head &&
             (!asked->if_range || strcmp(asked->if_range, etag) == 0))
        take_range(part, asked->range, size);
}
