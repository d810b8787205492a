#include "mirroring.h"

#include "bundle/upkeep/intake.h"
#include "bundle/upkeep/plain.h"
#include "tools/term.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- opening ---- */

enum mzg_code mzg_mirroring_open(struct mzg_mirroring *m, struct mzg_line *line, const char *repo,
                                 const struct mzg_trusted *trusted, const struct mzg_mirror_wish *wish,
                                 struct mzg_err *e)
{
    *m = (struct mzg_mirroring){.line = line, .run = line->run, .trusted = trusted, .wish = wish,
                                .repo = {.fd = -1}, .lock = {.fd = -1}};
    enum mzg_code code = mzg_dir_create(&m->repo, repo, e);
    if (!code)
        code = mzg_repo_lock(&m->lock, &m->repo, MZG_LOCK_MIRROR, "another mirror", m->run, e);
    if (!code && (asprintf(&m->parts, "%s/" MZG_LOCAL_PARTS, repo) < 0 ||
                  asprintf(&m->coming, "%s/" MZG_LOCAL_COMING, repo) < 0))
        code = mzg_fail_memory(e, "path");
    return code;
}

void mzg_mirroring_close(struct mzg_mirroring *m)
{
    mzg_repo_unlock(&m->lock);
    mzg_dir_close(&m->repo);
    mzg_stock_clear(&m->after);
    mzg_catalog_clear(&m->catalog);
    free(m->items);
    free(m->parts);
    free(m->coming);
}

bool mzg_mirroring_has_name(const struct mzg_mirroring *m, const char *name)
{
    for (size_t i = 0; i < m->n; i++) {
        if (strcmp(m->items[i].is.name, name) == 0)
            return true;
    }
    return false;
}

/* ---- objects ---- */

static void add_result(struct mzg_pull_result *sum, const struct mzg_pull_result *r)
{
    sum->wire = r->wire; /* these two are the line's, which goes on */
    sum->requests = r->requests;
    sum->damaged += r->damaged;
    sum->wrong += r->wrong;
}

static enum mzg_code fetch_objects(struct mzg_mirroring *m, const struct mzg_verified *v, struct mzg_err *e)
{
    struct mzg_intake *x = NULL;
    struct mzg_pull_result r = {0};
    enum mzg_code code = mzg_intake_open(&x, v, &m->repo, m->wish->check, m->run, e);
    if (code)
        return code;
    code = mzg_pull(mzg_intake_receiver(x), m->line, &r, e);
    add_result(&m->got, &r);
    m->replaced += mzg_intake_replaced(x);
    if (!code)
        code = mzg_intake_publish(x, e);
    mzg_intake_close(x);
    return code;
}

/* ---- a bundle ---- */

static enum mzg_code with_bundle(struct mzg_mirroring *m, const struct mzg_mirror_item *t, const char *where,
                                 enum mzg_code (*work)(struct mzg_mirroring *m, struct mzg_verified *v,
                                                       struct mzg_err *e),
                                 struct mzg_err *e)
{
    struct mzg_bundle *b = NULL;
    struct mzg_verified *v = NULL;
    enum mzg_code code = mzg_bundle_open(&b, where, &t->is, e);
    if (!code)
        code = mzg_bundle_verify(b, &m->trusted->policy, &v, e);
    if (!code)
        code = work(m, v, e);
    mzg_verified_free(v);
    mzg_bundle_close(b);
    return code;
}

static enum mzg_code work_fetch(struct mzg_mirroring *m, struct mzg_verified *v, struct mzg_err *e)
{
    return fetch_objects(m, v, e);
}

static enum mzg_code work_plain(struct mzg_mirroring *m, struct mzg_verified *v, struct mzg_err *e)
{
    return mzg_plain_make(&m->repo, v, m->run, e);
}

static enum mzg_code fetch_item(struct mzg_mirroring *m, struct mzg_mirror_item *t, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    if (t->state == MZG_MIRRORED_COMING) {
        code = with_bundle(m, t, m->coming, work_fetch, e);
        t->state = code ? t->state : MZG_MIRRORED_NEW;
    }
    if (!code && m->wish->plain)
        code = with_bundle(m, t, m->repo.path, work_plain, e);
    return code;
}

enum mzg_code mzg_mirroring_fetch(struct mzg_mirroring *m, struct mzg_err *e)
{
    struct mzg_err bad = {.code = MZG_OK};
    enum mzg_code code = MZG_OK;
    for (size_t i = 0; i < m->n && !code; i++) {
        if (m->items[i].state == MZG_MIRRORED_LEFT_OUT)
            continue;
        code = fetch_item(m, &m->items[i], e);
        /* An object that nobody has as it was signed keeps no other bundle from coming. */
        if (code == MZG_REFUSED && m->n > 1) {
            mzg_notice(&m->run->notify, "%s", e->msg);
            bad = bad.code ? bad : *e;
            code = MZG_OK;
        }
    }
    if (!code && bad.code)
        code = (*e = bad).code;
    return code;
}

void mzg_mirroring_cost(const struct mzg_mirroring *m, char *text, size_t room)
{
    char count[MZG_COUNT], size[MZG_SIZE];
    size_t wanted = 0;
    for (size_t i = 0; i < m->n; i++)
        wanted += m->items[i].state != MZG_MIRRORED_LEFT_OUT;
    int n = snprintf(text, room, "%s: %s to fetch", mzg_count_text(count, wanted, "bundle"),
                     mzg_size_text(size, m->missing));
    if (n > 0 && (size_t)n < room)
        mzg_line_cost(m->line, m->missing, text + n, room - (size_t)n);
}
