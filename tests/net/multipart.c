/* multipart.c: several parts of a file in one answer (RFC 9110, 14.6); see faulty.h. */
#include "faulty.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOUNDARY "a-part-of-the-file"

static bool copy(int fd, int64_t from, int64_t length, FILE *out)
{
    char piece[MZG_PIECE];
    while (length > 0) {
        size_t want = length < MZG_PIECE ? (size_t)length : MZG_PIECE;
        ssize_t n = pread(fd, piece, want, from);
        if (n <= 0 || fwrite(piece, 1, (size_t)n, out) != (size_t)n)
            return false;
        from += n;
        length -= n;
    }
    return true;
}

/* The parts, which may come to the file's size (*left): more would be a way to make a server work. */
static bool write_parts(const struct mzg_answer *a, char *ranges, FILE *out)
{
    int64_t left = a->size, from, length;
    for (char *one; (one = strsep(&ranges, ",")) != NULL;) {
        char alone[64];
        if (snprintf(alone, sizeof alone, "bytes=%s", one) >= (int)sizeof alone ||
            mzg_range_parse(alone, a->size, &from, &length) != MZG_RANGE_PART || length > left)
            return false;
        left -= length;
        fprintf(out, "\r\n--" BOUNDARY "\r\nContent-Type: %s\r\nContent-Range: bytes %lld-%lld/%lld\r\n\r\n",
                a->type, (long long)from, (long long)(from + length - 1), (long long)a->size);
        if (!copy(a->fd, from, length, out))
            return false;
    }
    fprintf(out, "\r\n--" BOUNDARY "--\r\n");
    return true;
}

bool mzg_answer_parts(struct mzg_answer *a, const struct mzg_request *r)
{
    char ranges[sizeof r->range], *text = NULL;
    size_t n = 0;
    if (strncasecmp(r->range, "bytes=", 6) != 0 || !strchr(r->range, ','))
        return false;
    snprintf(ranges, sizeof ranges, "%s", r->range + 6);
    FILE *out = open_memstream(&text, &n);
    bool good = out && write_parts(a, ranges, out);
    if (out && fclose(out) != 0)
        good = false;
    if (!good) {
        free(text);
        return false;
    }
    mzg_answer_text(a, 206, "multipart/byteranges; boundary=" BOUNDARY, "");
    free(a->text);
    a->text = text;
    a->text_length = a->length = a->told_length = (int64_t)n;
    return true;
}
