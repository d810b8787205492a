#include "base64.h"

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool mzg_base64_decode(const char *text, size_t len, uint8_t *out, size_t *n)
{
    size_t pad = 0;

    *n = 0;
    if (len % 4 != 0)
        return false;
    while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
        pad++;
    for (size_t i = 0; i < len; i += 4) {
        uint32_t bits = 0;
        for (size_t k = i; k < i + 4; k++) {
            int value = k >= len - pad ? 0 : value_of(text[k]);
            if (value < 0)
                return false;
            bits = bits << 6 | (uint32_t)value;
        }
        for (int shift = 16; shift >= 0; shift -= 8)
            out[(*n)++] = (uint8_t)(bits >> shift);
    }
    *n -= pad;
    return true;
}
