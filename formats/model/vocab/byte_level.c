#include "byte_level.h"

size_t mzg_byte_level_put(char *to, uint8_t byte)
{
    uint32_t c = byte <= ' '                     ? 0x100u + byte
                 : byte >= 0x7f && byte <= 0xa0  ? 0x121u + (byte - 0x7fu)
                 : byte == 0xad                  ? 0x143u
                                                 : byte;

    if (c < 0x80) {
        *to = (char)c;
        return 1;
    }
    to[0] = (char)(0xc0 | c >> 6);
    to[1] = (char)(0x80 | (c & 0x3f));
    return 2;
}

int mzg_byte_level_byte(uint32_t c)
{
    if ((c > 0x20 && c < 0x7f) || (c > 0xa0 && c <= 0xff && c != 0xad))
        return (int)c;
    if (c >= 0x100 && c <= 0x120)
        return (int)(c - 0x100);
    if (c >= 0x121 && c <= 0x142)
        return (int)(c - 0x121 + 0x7f);
    return c == 0x143 ? 0xad : -1;
}
