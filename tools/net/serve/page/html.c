#include "html.h"
#include "base/utf8.h"
#include <stdarg.h>
#include <string.h>

static bool between(uint32_t c, uint32_t first, uint32_t last)
{
    return c >= first && c <= last;
}

/* C1 controls, soft hyphen, Arabic letter mark, what has no width, marks and overrides of direction,
 * separators, the byte order mark, and the code points that are no characters. */
static bool is_treacherous(uint32_t c)
{
    return between(c, 0x7f, 0x9f) || c == 0xad || c == 0x61c || c == 0x180e || between(c, 0x200b, 0x200f) ||
           between(c, 0x2028, 0x202e) || between(c, 0x2060, 0x206f) || c == 0xfeff ||
           between(c, 0xfff9, 0xfffb) || between(c, 0xfdd0, 0xfdef) || (c & 0xfffe) == 0xfffe ||
           between(c, 0xe0000, 0xe0fff);
}

static const char *replacement(uint32_t c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    case '\t':
    case '\n':
    case '\r': return " ";
    default: return c < 0x20 || is_treacherous(c) ? "\xef\xbf\xbd" : NULL;
    }
}

void mzg_html_text(struct mzg_buf *out, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        uint32_t c = 0;
        size_t n = mzg_utf8_next(text, left, &c);
        const char *instead = n > 0 ? replacement(c) : "\xef\xbf\xbd";
        n = n > 0 ? n : 1;
        if (instead)
            mzg_buf_text(out, instead);
        else
            mzg_buf_put(out, text, n);
        text += n;
        left -= n;
    }
}

void mzg_html(struct mzg_buf *out, const char *fmt, ...)
{
    va_list values;
    va_start(values, fmt);
    while (*fmt) {
        size_t n = strcspn(fmt, "%");
        mzg_buf_put(out, fmt, n);
        fmt += n;
        if (*fmt == '\0')
            break;
        if (fmt[1] == 's')
            mzg_html_text(out, va_arg(values, const char *));
        else
            mzg_buf_u8(out, '%');
        fmt += 2;
    }
    va_end(values);
}

const char *mzg_html_path(char *out, size_t room, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    size_t n = 0;
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (room - n < 4) {
            n = 0;
            break;
        }
        if (strchr(plain, c)) {
            out[n++] = (char)c;
        } else {
            out[n++] = '%';
            out[n++] = hex[c >> 4];
            out[n++] = hex[c & 15];
        }
    }
    out[n] = '\0';
    return out;
}
