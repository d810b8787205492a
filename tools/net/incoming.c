#include "incoming.h"

#include "bundle/choose.h"
#include "documents.h"
#include "mzigo_ranges.h"
#include "tools/term.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- opening ---- */

static void close_bundle(struct mzg_incoming *in)
{
    mzg_verified_free(in->verified);
    mzg_bundle_close(in->bundle);
    in->verified = NULL;
    in->bundle = NULL;
}

static enum mzg_code fetch(struct mzg_incoming *in, const struct mzg_trusted *trusted, const char *dir,
                           struct mzg_err *e)
{
    struct mzg_documents d = {0};
    const struct mzg_line *l = in->line;
    enum mzg_code code = mzg_documents_fetch(in->line, &in->select, dir, &d, e);
    if (!code)
        code = mzg_bundle_of_documents(&in->bundle, l->mirrors.m[l->first].base, &in->select, &d, e);
    if (!code)
        code = mzg_bundle_verify(in->bundle, &trusted->policy, &in->verified, e);
    return code;
}

/* A mirror's documents are as little believed as its objects: what one has wrong, another may not. */
static enum mzg_code open_of_named(struct mzg_incoming *in, const struct mzg_select *select,
                                   const struct mzg_trusted *trusted, const char *dir, struct mzg_err *e)
{
    struct mzg_line *l = in->line;
    enum mzg_code code = MZG_OK;
    bool more = true;
    for (l->first = 0; more; l->first++) {
        in->select = *select;
        code = fetch(in, trusted, dir, e);
        more = (code == MZG_REFUSED || code == MZG_MALFORMED) && l->first + 1 < l->mirrors.n_named;
        if (more) {
            mzg_notice(&l->run->notify, "%s (the next mirror is asked)", e->msg);
            close_bundle(in);
        }
    }
    return code;
}

static bool is_newer(const struct mzg_verified *a, const struct mzg_verified *b)
{
    return !b || mzg_verified_manifest(a)->sequence > mzg_verified_manifest(b)->sequence;
}

/* None was named: the newest that is signed of what those have that happen to be near. */
static enum mzg_code open_of_near(struct mzg_incoming *in, const struct mzg_select *select,
                                  const struct mzg_trusted *trusted, const char *dir, struct mzg_err *e)
{
    struct mzg_line *l = in->line;
    struct mzg_incoming best = {.line = l};
    struct mzg_err worst = {.code = MZG_OK};
    enum mzg_code code = MZG_OK;
    bool more = true;
    for (l->first = 0; more; l->first++) {
        in->select = *select;
        code = fetch(in, trusted, dir, e);
        if (!code && is_newer(in->verified, best.verified)) {
            struct mzg_incoming older = best;
            best = *in;
            *in = older;
        }
        close_bundle(in);
        if (code)
            mzg_documents_keep_worst(&worst, e);
        more = l->first + 1 < l->mirrors.n && (code ? mzg_documents_next_may_do(e) : !*select->version);
        if (more && code)
            mzg_notice(&l->run->notify, "%s (the next server is asked)", e->msg);
    }
    l->first = 0;
    if (best.verified)
        *in = best;
    if (code && !mzg_documents_next_may_do(e))
        return code;
    return best.verified ? MZG_OK : (*e = worst).code;
}

enum mzg_code mzg_incoming_open(struct mzg_incoming *in, struct mzg_line *line,
                                const struct mzg_incoming_wish *wish, const char *dir, struct mzg_err *e)
{
    *in = (struct mzg_incoming){.line = line};
    enum mzg_code code = line->mirrors.n_named ? open_of_named(in, wish->select, wish->trusted, dir, e)
                                               : open_of_near(in, wish->select, wish->trusted, dir, e);
    if (!code)
        code = mzg_verified_choose(in->verified, wish->files, wish->n_files, e);
    return code ? code : mzg_arrival_open(&in->arrival, in->verified, dir, line->run, e);
}

void mzg_incoming_close(struct mzg_incoming *in)
{
    mzg_arrival_close(in->arrival);
    close_bundle(in);
}

/* ---- reuse ---- */

static enum mzg_code reuse_repository(struct mzg_incoming *in, const char *path, struct mzg_err *e)
{
    struct mzg_dir dir = {.fd = -1};
    struct mzg_folder_objects objects;
    uint64_t bytes = 0;
    enum mzg_code code = mzg_dir_open(&dir, path, e);
    if (!code) {
        mzg_folder_objects_init(&objects, &dir);
        code = mzg_arrival_reuse_store(in->arrival, &objects.base, &bytes, e);
    }
    mzg_dir_close(&dir);
    in->reused += bytes;
    return code;
}

static enum mzg_code reuse_file(struct mzg_incoming *in, const char *path, struct mzg_err *e)
{
    struct mzg_ranges ranges = {.n = 0};
    uint64_t bytes = 0;
    enum mzg_code code = mzg_ranges_find(&ranges, path, path, e);
    if (!code) {
        struct mzg_source source = {.disk = path, .ranges = ranges.ranges, .n_ranges = ranges.n};
        code = mzg_arrival_reuse_file(in->arrival, &source, &bytes, e);
    }
    mzg_ranges_clear(&ranges);
    in->reused += bytes;
    return code;
}

enum mzg_code mzg_incoming_reuse(struct mzg_incoming *in, const char *path, struct mzg_err *e)
{
    return mzg_path_is_folder(path) ? reuse_repository(in, path, e) : reuse_file(in, path, e);
}

enum mzg_code mzg_incoming_reuse_old(struct mzg_incoming *in, const char *dir, struct mzg_err *e)
{
    const struct mzg_manifest *m = mzg_verified_manifest(in->verified);
    enum mzg_code code = MZG_OK;
    for (size_t i = 0; i < m->n_files && !code && mzg_arrival_left(in->arrival); i++) {
        struct stat st;
        char *path = NULL;
        if (asprintf(&path, "%s/%s", dir, m->files[i].path) < 0)
            return mzg_fail_memory(e, "path");
        if (lstat(path, &st) == 0 && S_ISREG(st.st_mode)) {
            code = reuse_file(in, path, e);
            /* An old file that is no good is no reason not to fetch the new one. */
            if (code == MZG_MALFORMED || code == MZG_UNSUPPORTED || code == MZG_LIMIT)
                code = MZG_OK;
        }
        free(path);
    }
    return code;
}

/* ---- telling ---- */

enum mzg_code mzg_incoming_cost(const struct mzg_incoming *in, char *text, size_t room, struct mzg_err *e)
{
    struct mzg_chosen chosen;
    const struct mzg_manifest *m = mzg_verified_manifest(in->verified);
    uint64_t left = mzg_arrival_left(in->arrival);
    char x[MZG_SIZE], y[MZG_SIZE];
    if (mzg_verified_chosen(in->verified, &chosen, e))
        return e->code;
    int n = snprintf(text, room, "%s %s: %s to fetch of %s", m->name, m->version, mzg_size_text(x, left),
                     mzg_size_text(y, chosen.stored_bytes));
    if (n > 0 && (size_t)n < room)
        mzg_line_cost(in->line, left, text + n, room - (size_t)n);
    return MZG_OK;
}
