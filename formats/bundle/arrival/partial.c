#include "partial.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAG 8
#define FRAME_ON_DISK ((uint64_t)MZG_FRAME + TAG)
#define PART_NAME (MZG_SHA256_HEX + sizeof MZG_PART)

static void make_tag(uint32_t number, const uint8_t *data, uint32_t n, uint8_t tag[TAG])
{
    uint8_t digests[MZG_SHA256_BYTES + 4], whole[MZG_SHA256_BYTES];
    mzg_sha256_of(data, n, digests);
    for (int i = 0; i < 4; i++)
        digests[MZG_SHA256_BYTES + i] = (uint8_t)(number >> 8 * i);
    mzg_sha256_of(digests, sizeof digests, whole);
    memcpy(tag, whole, TAG);
}

/* Writes the frames that hold bytes from `from` on. */
static enum mzg_code save(struct mzg_partial *p, uint32_t from, struct mzg_err *e)
{
    uint8_t frame[FRAME_ON_DISK];
    enum mzg_code code = MZG_OK;
    for (uint32_t k = from / MZG_FRAME; !code && (uint64_t)k * MZG_FRAME < p->have; k++) {
        const uint8_t *data = p->data + (size_t)k * MZG_FRAME;
        uint32_t left = p->have - k * MZG_FRAME, n = left < MZG_FRAME ? left : MZG_FRAME;
        make_tag(k, data, n, frame);
        memcpy(frame + TAG, data, n);
        code = mzg_output_write_at(&p->file, k * FRAME_ON_DISK, frame, TAG + (size_t)n, e);
    }
    return code;
}

/* Reads back frames as long as they are sound. What is behind them is cut off: it would make a frame that
 * is begun there a wrong one, and mzg_partial_there would count it. */
static enum mzg_code recall(struct mzg_partial *p, struct mzg_err *e)
{
    uint64_t size = 0, sound = 0;
    uint8_t frame[FRAME_ON_DISK], tag[TAG];
    enum mzg_code code = mzg_output_size(&p->file, &size, e);
    for (uint32_t k = 0; !code && k * FRAME_ON_DISK + TAG < size; k++) {
        uint64_t at = k * FRAME_ON_DISK, left = size - at;
        uint32_t n = (uint32_t)(left < FRAME_ON_DISK ? left : FRAME_ON_DISK) - TAG;
        bool there = false;
        if (n > p->size - p->have)
            break;
        code = mzg_output_read(&p->file, at, frame, TAG + (size_t)n, &there, e);
        if (code || !there)
            break;
        make_tag(k, frame + TAG, n, tag);
        if (memcmp(tag, frame, TAG) != 0)
            break;
        memcpy(p->data + p->have, frame + TAG, n);
        p->have += n;
        sound = at + TAG + n;
    }
    return code || sound == size ? code : mzg_output_cut(&p->file, sound, e);
}

enum mzg_code mzg_partial_open(struct mzg_partial *p, const struct mzg_dir *folder,
                               const uint8_t object[MZG_SHA256_BYTES], uint32_t size,
                               struct mzg_err *e)
{
    char hex[MZG_SHA256_HEX];
    *p = (struct mzg_partial){.file = {.fd = -1, .dirfd = -1}, .size = size};
    mzg_sha256_hex(object, hex);
    p->data = malloc(size);
    enum mzg_code code = p->data ? MZG_OK : mzg_fail_memory(e, "object");
    if (!code)
        code = mzg_output_open_kept_at(&p->file, folder, hex, MZG_PART, 0666, e);
    if (!code)
        code = recall(p, e);
    if (code)
        mzg_partial_close(p, false);
    return code;
}

enum mzg_code mzg_partial_take(struct mzg_partial *p, const void *data, uint32_t n, struct mzg_err *e)
{
    uint32_t from = p->have;
    memcpy(p->data + from, data, n);
    p->have += n;
    return save(p, from, e);
}

enum mzg_code mzg_partial_reset(struct mzg_partial *p, struct mzg_err *e)
{
    p->have = 0;
    return mzg_output_cut(&p->file, 0, e);
}

void mzg_partial_close(struct mzg_partial *p, bool remove)
{
    if (remove)
        mzg_output_discard(&p->file);
    else
        mzg_output_abandon(&p->file);
    free(p->data);
    *p = (struct mzg_partial){.file = {.fd = -1, .dirfd = -1}};
}

static void part_name(const uint8_t object[MZG_SHA256_BYTES], char name[PART_NAME])
{
    char hex[MZG_SHA256_HEX];
    mzg_sha256_hex(object, hex);
    snprintf(name, PART_NAME, "%s" MZG_PART, hex);
}

uint32_t mzg_partial_there(const struct mzg_dir *folder, const uint8_t object[MZG_SHA256_BYTES],
                           uint32_t size)
{
    char name[PART_NAME];
    struct stat st;
    part_name(object, name);
    if (fstatat(folder->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
        return 0;
    uint64_t held = (uint64_t)st.st_size, frames = held / FRAME_ON_DISK, rest = held % FRAME_ON_DISK;
    uint64_t bytes = frames * MZG_FRAME + (rest > TAG ? rest - TAG : 0);
    return bytes < size ? (uint32_t)bytes : size;
}

void mzg_partial_remove(const struct mzg_dir *folder, const uint8_t object[MZG_SHA256_BYTES])
{
    char name[PART_NAME];
    part_name(object, name);
    (void)unlinkat(folder->fd, name, 0);
}
