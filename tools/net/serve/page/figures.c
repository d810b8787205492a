#include "figures.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* n / unit: one digit behind the point below ten, whole above. */
static const char *quotient_text(char out[32], uint64_t n, uint64_t unit)
{
    uint64_t tenths = n / (unit / 10) + (n % (unit / 10) >= unit / 20);
    if (tenths < 100 && tenths % 10 != 0)
        snprintf(out, 32, "%" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
    else
        snprintf(out, 32, "%" PRIu64, n / unit + (n % unit >= unit / 2));
    return out;
}

const char *mzg_figure_size(char out[MZG_FIGURE], enum mzg_tongue t, uint64_t bytes)
{
    static const enum mzg_word names[] = {MZG_SAY_KILOBYTES, MZG_SAY_MEGABYTES, MZG_SAY_GIGABYTES,
                                          MZG_SAY_TERABYTES};
    char number[32];
    uint64_t unit = 1000;
    size_t i = 0;
    if (bytes < 1000) {
        snprintf(number, sizeof number, "%" PRIu64, bytes);
        return mzg_word_fill(out, MZG_FIGURE, t, MZG_SAY_BYTES, number, NULL);
    }
    /* What would be rounded to 1000 of a unit is one of the next. */
    while (i + 1 < sizeof names / sizeof *names && bytes >= 1000 * unit - unit / 2) {
        unit *= 1000;
        i++;
    }
    return mzg_word_fill(out, MZG_FIGURE, t, names[i], quotient_text(number, bytes, unit), NULL);
}

static const char *two(char out[MZG_FIGURE], enum mzg_tongue t, const enum mzg_word words[2], uint64_t a,
                       uint64_t b)
{
    char first[32], second[32];
    snprintf(first, sizeof first, "%" PRIu64, a);
    snprintf(second, sizeof second, "%" PRIu64, b);
    return mzg_word_fill(out, MZG_FIGURE, t, words[b > 0], first, second);
}

const char *mzg_figure_time(char out[MZG_FIGURE], enum mzg_tongue t, uint64_t bytes, uint64_t bits_per_second)
{
    static const enum mzg_word s[] = {MZG_SAY_SECONDS, MZG_SAY_SECONDS},
                               m[] = {MZG_SAY_MINUTES, MZG_SAY_MINUTES},
                               h[] = {MZG_SAY_HOURS, MZG_SAY_HOURS_MINUTES},
                               d[] = {MZG_SAY_DAYS, MZG_SAY_DAYS_HOURS};
    uint64_t rate = bits_per_second / 8;
    uint64_t seconds = bytes / rate + (bytes % rate > 0);
    uint64_t minutes = seconds / 60 + (seconds % 60 > 0);
    uint64_t hours = minutes / 60 + (minutes % 60 > 0);
    if (seconds <= 1)
        return mzg_word_fill(out, MZG_FIGURE, t, MZG_SAY_MOMENT, NULL, NULL);
    if (seconds < 60)
        return two(out, t, s, seconds, 0);
    if (minutes < 60)
        return two(out, t, m, minutes, 0);
    if (minutes < 48 * 60)
        return two(out, t, h, minutes / 60, minutes % 60);
    return two(out, t, d, hours / 24, hours % 24);
}

const char *mzg_figure_date(char out[MZG_FIGURE], enum mzg_tongue t, const char *date)
{
    int month = (date[5] - '0') * 10 + (date[6] - '0');
    const char *day = date[8] == '0' ? date + 9 : date + 8;
    snprintf(out, MZG_FIGURE, "%.*s %s %.4s", (int)strcspn(day, "T"), day,
             mzg_word(t, (enum mzg_word)(MZG_SAY_MONTH_1 + month - 1)), date);
    return out;
}

const char *mzg_figure_count(char out[MZG_FIGURE], enum mzg_tongue t, uint64_t n)
{
    char number[32];
    if (n >= 999500000)
        return mzg_word_fill(out, MZG_FIGURE, t, MZG_SAY_BILLIONS, quotient_text(number, n, 1000000000), NULL);
    if (n >= 1000000)
        return mzg_word_fill(out, MZG_FIGURE, t, MZG_SAY_MILLIONS, quotient_text(number, n, 1000000), NULL);
    if (n >= 1000)
        snprintf(out, MZG_FIGURE, "%" PRIu64 ",%03" PRIu64, n / 1000, n % 1000);
    else
        snprintf(out, MZG_FIGURE, "%" PRIu64, n);
    return out;
}

const char *mzg_figure_measure(char out[MZG_FIGURE], const char *key, int64_t number, size_t *stem)
{
    static const struct {
        const char *end, *unit;
        int digits; /* of the number that stand behind the point */
    } units[] = {{"_ppm", " %", 4}, {"_ppb", " %", 7}, {"_percent", " %", 0}, {"_millidb", " dB", 3},
                 {"_mdb", " dB", 3}, {"_milli", "", 3}, {"_micro", "", 6}};
    size_t len = strlen(key);
    uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number, scale = 1;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t end = strlen(units[i].end);
        if (len <= end || strcmp(key + len - end, units[i].end) != 0)
            continue;
        for (int k = 0; k < units[i].digits; k++)
            scale *= 10;
        *stem = len - end;
        if (units[i].digits == 0)
            snprintf(out, MZG_FIGURE, "%" PRId64 "%s", number, units[i].unit);
        else
            snprintf(out, MZG_FIGURE, "%s%" PRIu64 ".%0*" PRIu64 "%s", number < 0 ? "-" : "", size / scale,
                     units[i].digits, size % scale, units[i].unit);
        return out;
    }
    *stem = len;
    snprintf(out, MZG_FIGURE, "%" PRId64, number);
    return out;
}
