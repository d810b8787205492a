#include "ustar.h"

#include <stdio.h>
#include <string.h>

/* Where the fields of a header are (POSIX, pax, "ustar Interchange Format"). */
enum {
    NAME = 0, NAME_ROOM = 100,
    MODE = 100, OWNER = 108, GROUP = 116, SIZE = 124, SIZE_ROOM = 12, TIME = 136,
    SUM = 148, SUM_ROOM = 8,
    TYPE = 156, MAGIC = 257, MAGIC_ROOM = 8,
    PREFIX = 345, PREFIX_ROOM = 155,
};
static const char magic[MAGIC_ROOM] = {'u', 's', 't', 'a', 'r', '\0', '0', '0'};

uint64_t mzg_ustar_padded(uint64_t size)
{
    return (size + MZG_USTAR_BLOCK - 1) / MZG_USTAR_BLOCK * MZG_USTAR_BLOCK;
}

/* The checksum's own field counts as blanks. */
static unsigned sum_of(const uint8_t *block)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < MZG_USTAR_BLOCK; i++)
        sum += i >= SUM && i < SUM + SUM_ROOM ? ' ' : block[i];
    return sum;
}

/* ---- writing ---- */

static void put_text(uint8_t *field, const char *text, size_t n)
{
    memcpy(field, text, n);
}

/* name and prefix fit their fields. */
static void put_block(struct mzg_buf *out, char type, const char *prefix, size_t prefix_len, const char *name,
                      uint32_t size)
{
    uint8_t b[MZG_USTAR_BLOCK] = {0};
    char number[16];
    put_text(b + NAME, name, strlen(name));
    put_text(b + MODE, "0000644", 7);
    put_text(b + OWNER, "0000000", 7);
    put_text(b + GROUP, "0000000", 7);
    snprintf(number, sizeof number, "%011o", size);
    put_text(b + SIZE, number, 11);
    put_text(b + TIME, "00000000000", 11);
    b[TYPE] = (uint8_t)type;
    memcpy(b + MAGIC, magic, sizeof magic);
    put_text(b + PREFIX, prefix, prefix_len);
    snprintf(number, sizeof number, "%06o", sum_of(b));
    put_text(b + SUM, number, 7);
    b[SUM + 7] = ' ';
    mzg_buf_put(out, b, sizeof b);
}

/* "LEN key=text\n", LEN counting itself; a block of it. */
static void put_record(struct mzg_buf *out, char type, const char *name, const char *key, const char *text)
{
    char record[MZG_USTAR_BLOCK] = {0};
    size_t rest = strlen(key) + strlen(text) + 3; /* blank, '=', newline */
    size_t len = rest + 1;
    for (int i = 0; i < 3; i++)
        len = rest + (size_t)snprintf(NULL, 0, "%zu", len);
    snprintf(record, sizeof record, "%zu %s=%s\n", len, key, text);
    put_block(out, type, "", 0, name, (uint32_t)len);
    mzg_buf_put(out, record, sizeof record);
}

void mzg_ustar_comment(struct mzg_buf *out, const char *comment)
{
    put_record(out, 'g', "pax_global_header", "comment", comment);
}

void mzg_ustar_head(struct mzg_buf *out, const char *path, uint32_t size)
{
    const char *slash = NULL;
    if (strlen(path) <= NAME_ROOM) {
        put_block(out, '0', "", 0, path, size);
        return;
    }
    for (const char *p = strchr(path, '/'); p && (size_t)(p - path) <= PREFIX_ROOM; p = strchr(p + 1, '/'))
        slash = p;
    if (slash && strlen(slash + 1) <= NAME_ROOM) {
        put_block(out, '0', path, (size_t)(slash - path), slash + 1, size);
        return;
    }
    put_record(out, 'x', "PaxHeader", "path", path);
    put_block(out, '0', "", 0, strrchr(path, '/') + 1, size);
}

/* ---- reading ---- */

/* Octal digits, ended by a blank, a NUL or the field. */
static bool take_octal(const uint8_t *field, size_t room, uint64_t *value)
{
    size_t n = 0;
    *value = 0;
    for (; n < room && field[n] >= '0' && field[n] <= '7'; n++)
        *value = *value * 8 + (uint64_t)(field[n] - '0');
    return n > 0 && (n == room || field[n] == ' ' || field[n] == '\0');
}

static bool is_zero(const uint8_t *block)
{
    for (unsigned i = 0; i < MZG_USTAR_BLOCK; i++) {
        if (block[i])
            return false;
    }
    return true;
}

static enum mzg_ustar_kind kind_of(uint8_t type)
{
    switch (type) {
    case '0':
    case '\0':
        return MZG_USTAR_FILE;
    case 'g':
        return MZG_USTAR_GLOBAL;
    case 'x':
        return MZG_USTAR_LONG;
    default:
        return MZG_USTAR_OTHER;
    }
}

void mzg_ustar_read(const uint8_t block[MZG_USTAR_BLOCK], struct mzg_ustar *u)
{
    uint64_t sum = 0;
    const char *name = (const char *)block + NAME, *prefix = (const char *)block + PREFIX;
    int name_len = (int)strnlen(name, NAME_ROOM), prefix_len = (int)strnlen(prefix, PREFIX_ROOM);
    *u = (struct mzg_ustar){.kind = MZG_USTAR_NONE};
    if (is_zero(block))
        u->kind = MZG_USTAR_END;
    else if (memcmp(block + MAGIC, magic, sizeof magic) == 0 && take_octal(block + SUM, SUM_ROOM, &sum) &&
             sum == sum_of(block) && take_octal(block + SIZE, SIZE_ROOM, &u->size))
        u->kind = kind_of(block[TYPE]);
    if (u->kind >= MZG_USTAR_FILE)
        snprintf(u->path, sizeof u->path, "%.*s%s%.*s", prefix_len, prefix, prefix_len ? "/" : "", name_len,
                 name);
}

bool mzg_ustar_record(const uint8_t block[MZG_USTAR_BLOCK], uint64_t size, const char *key, char *text,
                      size_t room)
{
    char start[64];
    if (size > MZG_USTAR_BLOCK)
        return false;
    int n = snprintf(start, sizeof start, "%u %s=", (unsigned)size, key);
    if (n < 0 || (uint64_t)n + 1 > size || memcmp(block, start, (size_t)n) != 0 || block[size - 1] != '\n')
        return false;
    size_t len = (size_t)size - (size_t)n - 1;
    if (len == 0 || len >= room || memchr(block + n, '\0', len) || memchr(block + n, '\n', len))
        return false;
    memcpy(text, block + n, len);
    text[len] = '\0';
    return true;
}
