#include "choose.h"
#include "opened.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool mzg_glob_matches(const char *glob, const char *path)
{
    return fnmatch(glob, path, FNM_CASEFOLD) == 0;
}

/* "a.gguf, b.gguf, ...", as much as fits. */
static const char *list_files(const struct mzg_manifest *m, char *text, size_t room)
{
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 0; i < m->n_files; i++) {
        size_t need = strlen(m->files[i].path) + sizeof ", , ...";
        if (at + need > room) {
            snprintf(text + at, room - at, ", ...");
            break;
        }
        at += (size_t)snprintf(text + at, room - at, "%s%s", i ? ", " : "", m->files[i].path);
    }
    return text;
}

enum mzg_code mzg_verified_choose(struct mzg_verified *v, const char *const *globs, size_t n,
                                  struct mzg_err *e)
{
    const struct mzg_manifest *m = &v->manifest;
    char q[MZG_QUOTE], text[400];
    free(v->wanted);
    v->wanted = n ? calloc(m->n_files, sizeof *v->wanted) : NULL;
    if (n && !v->wanted)
        return mzg_fail_memory(e, "files");
    for (size_t k = 0; k < n; k++) {
        size_t matched = 0;
        for (size_t i = 0; i < m->n_files; i++) {
            if (mzg_glob_matches(globs[k], m->files[i].path)) {
                v->wanted[i] = true;
                matched++;
            }
        }
        if (matched == 0)
            return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --files: '%s' is none of %s %s, which has %s",
                            mzg_quote(q, globs[k]), m->name, m->version, list_files(m, text, sizeof text));
    }
    return MZG_OK;
}

bool mzg_verified_chooses(const struct mzg_verified *v)
{
    return v->wanted != NULL;
}

bool mzg_verified_wants(const struct mzg_verified *v, size_t i)
{
    return !v->wanted || v->wanted[i];
}

enum mzg_code mzg_verified_chosen(const struct mzg_verified *v, struct mzg_chosen *c, struct mzg_err *e)
{
    const struct mzg_manifest *m = &v->manifest;
    bool *seen = calloc((size_t)m->n_objects + 1, sizeof *seen);
    *c = (struct mzg_chosen){0};
    if (!seen)
        return mzg_fail_memory(e, "objects");
    for (size_t i = 0; i < m->n_files; i++) {
        if (!mzg_verified_wants(v, i))
            continue;
        c->files++;
        c->content_bytes += m->files[i].size;
        for (size_t k = 0; k < m->files[i].n_chunks; k++) {
            const struct mzg_chunk *x = &m->files[i].chunks[k];
            c->stored_bytes += seen[x->ordinal] ? 0 : x->stored;
            seen[x->ordinal] = true;
        }
    }
    free(seen);
    return MZG_OK;
}
