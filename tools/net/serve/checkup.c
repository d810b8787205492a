#include "checkup.h"
#include "bundle/bundle.h"
#include "bundle/excerpt.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OBJECTS_IN_FOLDER ((size_t)1 << 24)

enum mzg_code mzg_findings_init(struct mzg_findings *f, struct mzg_err *e)
{
    *f = (struct mzg_findings){.expired = json_array(), .damaged_bundles = json_array(),
                               .damaged_objects = json_array()};
    if (f->expired && f->damaged_bundles && f->damaged_objects)
        return MZG_OK;
    mzg_findings_clear(f);
    return mzg_fail_memory(e, "findings");
}

void mzg_findings_clear(struct mzg_findings *f)
{
    json_decref(f->expired);
    json_decref(f->damaged_bundles);
    json_decref(f->damaged_objects);
    *f = (struct mzg_findings){0};
}

/* Takes entry over. An entry that cannot be made for want of memory is counted like one too many. */
static void note(struct mzg_findings *f, json_t *list, json_t *entry)
{
    if (!entry || json_array_size(list) >= MZG_CHECKUP_FAULTS)
        f->left_out++;
    else if (json_array_append(list, entry) != 0)
        f->left_out++;
    json_decref(entry);
}

static void note_fault(struct mzg_findings *f, json_t *list, const char *kind, const char *name,
                       const char *fault)
{
    note(f, list, json_pack("{s:s, s:s}", kind, name, "fault", fault));
}

static bool is_damaged(const struct mzg_findings *f, const char *name)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(f->damaged_objects, i, entry) {
        const char *object = json_string_value(json_object_get(entry, "object"));
        if (object && strcmp(object, name) == 0)
            return true;
    }
    return false;
}

bool mzg_findings_damage(struct mzg_findings *f, const char *object, const char *fault)
{
    if (is_damaged(f, object))
        return false;
    note_fault(f, f->damaged_objects, "object", object, fault);
    return true;
}

/* Who asks for the findings need not know where the folder lies. */
static void hide_location(char *text, const char *location)
{
    size_t n = strlen(location);
    char *at;
    while (n > 1 && (at = strstr(text, location)) != NULL)
        memmove(at, at + n, strlen(at + n) + 1);
    while (*text == ':' || *text == ' ')
        memmove(text, text + 1, strlen(text));
}

/* ---- every stored byte ---- */

/* An object that cannot be read is a finding. */
static enum mzg_code read_object(const struct mzg_checkup *c, const char *path,
                                 struct mzg_findings *f, struct mzg_err *e)
{
    const char *name = strrchr(path, '/') + 1;
    uint8_t named[MZG_SHA256_BYTES], digest[MZG_SHA256_BYTES];
    struct mzg_file file;
    enum mzg_code code;
    if (!mzg_sha256_parse(name, named))
        return MZG_OK; /* a temporary, or something of somebody else's */
    code = mzg_file_open_at(&file, c->repo, path, e);
    if (!code)
        code = mzg_sha256_file(&file, &c->pause, "check", digest, e);
    mzg_file_close(&file);
    if (code == MZG_STOPPED || code == MZG_LIMIT)
        return code; /* MZG_LIMIT: this machine's memory is no fault of the object */
    if (code) {
        hide_location(e->msg, c->location);
        note_fault(f, f->damaged_objects, "object", name, e->msg);
    } else if (memcmp(named, digest, sizeof named) != 0) {
        note_fault(f, f->damaged_objects, "object", name, "stored bytes do not match their digest");
    }
    return MZG_OK;
}

static enum mzg_code read_folder(const struct mzg_checkup *c, unsigned first,
                                 struct mzg_findings *f, struct mzg_err *e)
{
    char folder[sizeof "objects/ab"], path[sizeof "objects/ab/" + 256], **names;
    size_t n;
    enum mzg_code code = MZG_OK;
    snprintf(folder, sizeof folder, "objects/%02x", first & 0xff);
    if (!mzg_dir_has(c->repo, folder))
        return MZG_OK;
    if (mzg_dir_list(c->repo, folder, OBJECTS_IN_FOLDER, &names, &n, e)) {
        hide_location(e->msg, c->location);
        note_fault(f, f->damaged_objects, "object", folder, e->msg);
        return MZG_OK;
    }
    for (size_t i = 0; i < n && !code; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        code = read_object(c, path, f, e);
    }
    free(names);
    return code;
}

enum mzg_code mzg_checkup_read_again(const struct mzg_checkup *c, const json_t *objects, struct mzg_findings *f,
                                     struct mzg_err *e)
{
    size_t i;
    json_t *entry;
    enum mzg_code code = MZG_OK;
    json_array_foreach(objects, i, entry) {
        const char *name = json_string_value(json_object_get(entry, "object"));
        uint8_t id[MZG_SHA256_BYTES];
        char path[MZG_OBJECT_PATH];
        if (!name || !mzg_sha256_parse(name, id)) {
            note(f, f->damaged_objects, json_incref(entry)); /* a folder that could not be read */
            continue;
        }
        mzg_object_path(id, path);
        if (mzg_dir_has(c->repo, path) && (code = read_object(c, path, f, e)) != MZG_OK)
            break;
    }
    return code;
}

enum mzg_code mzg_checkup_read(const struct mzg_checkup *c, struct mzg_findings *f,
                               struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    for (unsigned first = 0; first < 256 && !code; first++)
        code = read_folder(c, first, f, e);
    return code;
}

/* ---- manifests, presence, lengths ---- */

struct look {
    const struct mzg_checkup *c;
    const char *now;
    struct mzg_findings *f;
    uint64_t missing, wrong, damaged; /* of the bundle at hand */
};

static void look_at_object(struct look *l, const struct mzg_chunk *chunk)
{
    char path[MZG_OBJECT_PATH];
    struct mzg_file file;
    struct mzg_err ignored;
    mzg_object_path(chunk->object, path);
    if (mzg_file_open_at(&file, l->c->repo, path, &ignored)) {
        l->missing++;
        return;
    }
    if (file.size != chunk->stored)
        l->wrong++;
    else if (is_damaged(l->f, strrchr(path, '/') + 1))
        l->damaged++;
    mzg_file_close(&file);
}

static enum mzg_code look_at_objects(struct look *l, const struct mzg_manifest *m,
                                     const char *bundle, struct mzg_err *e)
{
    char fault[200];
    l->missing = l->wrong = l->damaged = 0;
    for (size_t i = 0; i < m->n_files; i++) {
        for (size_t j = 0; j < m->files[i].n_chunks; j++) {
            if (m->files[i].chunks[j].first)
                look_at_object(l, &m->files[i].chunks[j]);
        }
        enum mzg_code code = mzg_progress_step(&l->c->pause, "check", 0, 0, e);
        if (code)
            return code;
    }
    if (m->expires && strcmp(m->expires, l->now) <= 0)
        note(l->f, l->f->expired, json_string(bundle));
    if (l->missing + l->wrong + l->damaged == 0)
        return MZG_OK;
    snprintf(fault, sizeof fault,
             "of %llu objects %llu are missing, %llu have a wrong length, %llu are damaged",
             (unsigned long long)m->n_objects, (unsigned long long)l->missing,
             (unsigned long long)l->wrong, (unsigned long long)l->damaged);
    note_fault(l->f, l->f->damaged_bundles, "bundle", bundle, fault);
    return MZG_OK;
}

/* The manifest as the trusted keys signed it. */
static enum mzg_code look_signed(struct look *l, const struct mzg_select *select,
                                 const char *text, struct mzg_err *e)
{
    struct mzg_policy policy = {.trusted = l->c->trusted};
    struct mzg_verified *v = NULL;
    struct mzg_bundle *b;
    enum mzg_code code = mzg_bundle_open(&b, l->c->location, select, e);
    if (!code)
        code = mzg_bundle_verify(b, &policy, &v, e);
    if (!code)
        code = look_at_objects(l, mzg_verified_manifest(v), text, e);
    mzg_verified_free(v);
    mzg_bundle_close(b);
    return code;
}

static enum mzg_code look_at_bundle(void *ctx, const char *name, const char *version,
                                    struct mzg_err *e)
{
    struct look *l = ctx;
    struct mzg_select select;
    struct mzg_manifest m;
    char text[2 * MZG_NAME_MAX + 2];
    enum mzg_code code;
    snprintf(text, sizeof text, "%s@%s", name, version);
    snprintf(select.name, sizeof select.name, "%s", name);
    snprintf(select.version, sizeof select.version, "%s", version);
    l->f->n_bundles++;
    if (l->c->trusted.n > 0) {
        code = look_signed(l, &select, text, e);
    } else {
        code = mzg_repo_manifest(l->c->repo, name, version, &m, e);
        if (!code)
            code = mzg_excerpt_apply(l->c->repo, &m, e);
        if (!code)
            code = look_at_objects(l, &m, text, e);
        mzg_manifest_clear(&m);
    }
    if (code == MZG_OK || code == MZG_STOPPED)
        return code;
    hide_location(e->msg, l->c->location);
    note_fault(l->f, l->f->damaged_bundles, "bundle", text, e->msg);
    return MZG_OK;
}

enum mzg_code mzg_checkup_look(const struct mzg_checkup *c, const char *now,
                               struct mzg_findings *f, struct mzg_err *e)
{
    struct look l = {.c = c, .now = now, .f = f};
    return mzg_repo_each(c->repo, NULL, &(struct mzg_repo_visitor){look_at_bundle, &l}, e);
}
