#include "objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mzg_object_path(const uint8_t id[MZG_SHA256_BYTES], char path[MZG_OBJECT_PATH])
{
    char hex[MZG_SHA256_HEX];
    mzg_sha256_hex(id, hex);
    snprintf(path, MZG_OBJECT_PATH, "objects/%.2s/%s", hex, hex);
}

/* ---- folder ---- */

static enum mzg_code folder_get(struct mzg_objects *store, const struct mzg_chunk *c, void *data,
                                struct mzg_err *e)
{
    struct mzg_folder_objects *o = (struct mzg_folder_objects *)store;
    struct mzg_file f = {.fd = -1};
    char path[MZG_OBJECT_PATH];
    mzg_object_path(c->object, path);
    if (!mzg_dir_has(o->dir, path))
        return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "is missing");
    enum mzg_code code = mzg_file_open_at(&f, o->dir, path, e);
    if (!code && f.size != c->stored)
        code = mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "is %llu bytes long, not %u",
                        (unsigned long long)f.size, c->stored);
    if (!code)
        code = mzg_file_read(&f, 0, data, c->stored, e);
    mzg_file_close(&f);
    return code;
}

/* Left by a pack that was interrupted, or shared with another bundle: no need to write it again. */
static bool holds(struct mzg_objects *store, const struct mzg_chunk *c, const void *data)
{
    struct mzg_err ignored;
    void *there = malloc(c->stored);
    bool same = there && folder_get(store, c, there, &ignored) == MZG_OK &&
                memcmp(there, data, c->stored) == 0;
    free(there);
    return same;
}

static enum mzg_code folder_put(struct mzg_objects *store, const struct mzg_chunk *c,
                                const void *data, bool *added, struct mzg_err *e)
{
    struct mzg_folder_objects *o = (struct mzg_folder_objects *)store;
    char path[MZG_OBJECT_PATH];
    mzg_object_path(c->object, path);
    *added = false;
    if (mzg_dir_has(o->dir, path) && holds(store, c, data))
        return MZG_OK;
    *added = true;
    return mzg_file_save_at(o->dir, path, data, c->stored, e);
}

void mzg_folder_objects_init(struct mzg_folder_objects *o, const struct mzg_dir *dir)
{
    o->base = (struct mzg_objects){folder_get, folder_put};
    o->dir = dir;
}

/* ---- spool ---- */

static enum mzg_code spool_get(struct mzg_objects *store, const struct mzg_chunk *c, void *data,
                               struct mzg_err *e)
{
    struct mzg_spool_objects *o = (struct mzg_spool_objects *)store;
    struct mzg_file f = {.fd = o->file.fd, .size = o->file.length, .path = o->file.path};
    enum mzg_code code = mzg_file_read(&f, o->taken, data, c->stored, e);
    o->taken += c->stored;
    return code;
}

static enum mzg_code spool_put(struct mzg_objects *store, const struct mzg_chunk *c,
                               const void *data, bool *added, struct mzg_err *e)
{
    struct mzg_spool_objects *o = (struct mzg_spool_objects *)store;
    *added = true;
    return mzg_output_write(&o->file, data, c->stored, e);
}

enum mzg_code mzg_spool_objects_open(struct mzg_spool_objects *o, const char *path,
                                     struct mzg_err *e)
{
    char *name = NULL;
    *o = (struct mzg_spool_objects){.base = {spool_get, spool_put}};
    o->file = (struct mzg_output){.fd = -1, .dirfd = -1};
    if (asprintf(&name, "%s.objects", path) < 0)
        return mzg_fail_memory(e, "path");
    enum mzg_code code = mzg_output_open(&o->file, name, 0600, e);
    free(name);
    return code;
}

void mzg_spool_objects_close(struct mzg_spool_objects *o)
{
    mzg_output_abandon(&o->file);
}
