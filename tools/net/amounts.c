#include "amounts.h"

#include <string.h>

static const struct {
    const char *name;
    uint64_t factor;
} units[] = {
    {"", 1},        {"B", 1},          {"k", 1000},          {"K", 1000},          {"M", 1000000},
    {"G", 1000000000}, {"kB", 1000},   {"KB", 1000},         {"MB", 1000000},      {"GB", 1000000000},
    {"Ki", 1 << 10}, {"Mi", 1 << 20},  {"Gi", 1 << 30},      {"KiB", 1 << 10},     {"MiB", 1 << 20},
    {"GiB", 1 << 30},
};

/* Digits; *n is how many. */
static uint64_t take_digits(const char *text, size_t len, size_t most, size_t *n)
{
    uint64_t v = 0;
    for (*n = 0; *n < len && *n < most && text[*n] >= '0' && text[*n] <= '9'; ++*n)
        v = v * 10 + (uint64_t)(text[*n] - '0');
    return v;
}

bool mzg_amount_bytes(const char *text, size_t n, uint64_t *bytes)
{
    size_t at, digits = 0;
    uint64_t whole = take_digits(text, n, 18, &at), part = 0, scale = 1;
    if (at == 0)
        return false;
    if (at < n && text[at] == '.') {
        part = take_digits(text + at + 1, n - at - 1, 3, &digits);
        if (digits == 0)
            return false;
        at += 1 + digits;
    }
    for (; digits > 0; digits--)
        scale *= 10;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strlen(units[i].name) == n - at && memcmp(units[i].name, text + at, n - at) == 0) {
            if (whole >= INT64_MAX / units[i].factor)
                return false;
            *bytes = whole * units[i].factor + part * units[i].factor / scale;
            return *bytes > 0;
        }
    }
    return false;
}

bool mzg_amount_seconds(const char *text, uint64_t *seconds)
{
    static const char letters[] = "smhd";
    static const uint64_t factor[] = {1, 60, 3600, 86400};
    size_t at;
    uint64_t v = take_digits(text, strlen(text), 6, &at);
    const char *unit = text[at] ? strchr(letters, text[at]) : NULL;
    if (at == 0 || v == 0 || !unit || text[at + 1])
        return false;
    *seconds = v * factor[unit - letters];
    return true;
}

/* "22:00" */
static bool take_time(const char *text, size_t len, unsigned *minutes)
{
    size_t h, m;
    uint64_t hour = take_digits(text, len, 2, &h);
    if (h == 0 || h >= len || text[h] != ':')
        return false;
    uint64_t minute = take_digits(text + h + 1, len - h - 1, 2, &m);
    if (m != 2 || h + 1 + m != len || hour > 24 || minute > 59 || (hour == 24 && minute > 0))
        return false;
    *minutes = (unsigned)(hour * 60 + minute) % 1440;
    return true;
}

bool mzg_amount_hours(const char *text, unsigned *from, unsigned *to)
{
    size_t n = strcspn(text, "-");
    return text[n] == '-' && take_time(text, n, from) && take_time(text + n + 1, strlen(text + n + 1), to) &&
           *from != *to;
}

bool mzg_hours_open(unsigned from, unsigned to, unsigned now, unsigned *wait)
{
    unsigned length = (to + 1440 - from) % 1440, since = (now + 1440 - from) % 1440;
    *wait = since < length ? 0 : 1440 - since;
    return since < length;
}
