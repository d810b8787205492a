#include "tree.h"
#include "info.h"
#include <stdio.h>
#include <string.h>

/* ---- entries ---- */

/* Takes entry over. */
static json_t *expanded(json_t *entry, const struct mzg_shelf_bundle *b, bool expand)
{
    char commit[MZG_HUB_OID], date[MZG_HUB_DATE];
    if (entry && expand)
        json_object_set_new(entry, "lastCommit",
                            json_pack("{s:s, s:s, s:s}", "id", mzg_hub_commit(commit, b->sha256), "title",
                                      b->manifest.version, "date", mzg_hub_date(date, b->manifest.created)));
    return entry;
}

static json_t *file_entry(const struct mzg_shelf_bundle *b, const struct mzg_member *file, bool expand)
{
    char hex[MZG_SHA256_HEX], oid[MZG_HUB_OID], pointer[MZG_HUB_POINTER_MAX];
    size_t n = mzg_hub_pointer(pointer, file);
    if (!mzg_hub_blob_oid(oid, pointer, n))
        return NULL;
    mzg_sha256_hex(file->sha256, hex);
    return expanded(json_pack("{s:s, s:s, s:I, s:s, s:{s:s, s:I, s:I}}", "type", "file", "oid", oid, "size",
                              (json_int_t)file->size, "path", file->path, "lfs", "oid", hex, "size",
                              (json_int_t)file->size, "pointerSize", (json_int_t)n),
                    b, expand);
}

/* Its id is no tree of git's, but another for each folder of each version. */
static json_t *folder_entry(const struct mzg_shelf_bundle *b, const char *path, bool expand)
{
    char text[MZG_HUB_OID + MZG_MEMBER_PATH_MAX + 2], commit[MZG_HUB_OID], oid[MZG_HUB_OID];
    int n = snprintf(text, sizeof text, "%s/%s", mzg_hub_commit(commit, b->sha256), path);
    if (!mzg_hub_blob_oid(oid, text, (size_t)n))
        return NULL;
    return expanded(json_pack("{s:s, s:s, s:i, s:s}", "type", "directory", "oid", oid, "size", 0, "path", path), b,
                    expand);
}

/* ---- a folder ---- */

/* The rest of a path that lies in the folder; NULL: it does not. */
static const char *below(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    if (n == 0)
        return path;
    return strncmp(path, folder, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

struct walk {
    const struct mzg_shelf_bundle *b;
    bool recursive, expand;
    json_t *list;
    json_t *named; /* folders that are in it, each a key */
};

/* The folders between here and the file, down to `depth` of them. False: memory is out. */
static bool add_folders(struct walk *w, const struct mzg_member *file, const char *rest)
{
    char path[MZG_MEMBER_PATH_MAX + 1];
    for (const char *slash = strchr(rest, '/'); slash; slash = w->recursive ? strchr(slash + 1, '/') : NULL) {
        snprintf(path, sizeof path, "%.*s", (int)(slash - file->path), file->path);
        if (json_object_get(w->named, path) || json_object_size(w->named) == MZG_HUB_FOLDERS)
            continue;
        if (json_object_set_new(w->named, path, json_true()) != 0 ||
            json_array_append_new(w->list, folder_entry(w->b, path, w->expand)) != 0)
            return false;
    }
    return true;
}

static bool add(struct walk *w, const struct mzg_member *file, const char *rest)
{
    if (!add_folders(w, file, rest))
        return false;
    if (strchr(rest, '/') && !w->recursive)
        return true;
    return json_array_append_new(w->list, file_entry(w->b, file, w->expand)) == 0;
}

json_t *mzg_hub_tree(const struct mzg_shelf_bundle *b, const char *folder, bool recursive, bool expand, bool *found)
{
    struct walk w = {b, recursive, expand, json_array(), json_object()};
    bool done = w.list && w.named;
    *found = *folder == '\0';
    for (size_t i = 0; done && i < b->manifest.n_files; i++) {
        const struct mzg_member *file = &b->manifest.files[i];
        const char *rest = below(file->path, folder);
        *found |= rest != NULL;
        done = !rest || add(&w, file, rest);
    }
    json_decref(w.named);
    if (done)
        return w.list;
    json_decref(w.list);
    return NULL;
}

/* ---- some of them ---- */

static json_t *entry_of(const struct mzg_shelf_bundle *b, const char *path, bool expand, bool *found)
{
    *found = true;
    for (size_t i = 0; i < b->manifest.n_files; i++) {
        if (strcmp(b->manifest.files[i].path, path) == 0)
            return file_entry(b, &b->manifest.files[i], expand);
    }
    for (size_t i = 0; i < b->manifest.n_files && *path; i++) {
        if (below(b->manifest.files[i].path, path))
            return folder_entry(b, path, expand);
    }
    *found = false;
    return NULL;
}

static bool asked_before(const struct mzg_hub_question *q, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (strcmp(q->paths[k], q->paths[i]) == 0)
            return true;
    }
    return false;
}

json_t *mzg_hub_tree_of(const struct mzg_shelf_bundle *b, const struct mzg_hub_question *q)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < q->n; i++) {
        bool found;
        json_t *entry = asked_before(q, i) ? NULL : entry_of(b, q->paths[i], q->expand, &found);
        if (asked_before(q, i) || !found)
            continue;
        if (json_array_append_new(list, entry) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}
