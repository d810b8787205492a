/* mirror_fit.c: room for what is to come, and what has to go for it.
 *
 * The rules, in this order. What was asked for, the newest version of any name, and names that this mirror does
 * not keep are never dropped. --keep N lets go what is older than the newest N of a name, counting what is
 * still to come. A quota without --keep lets go older versions, the one created first before the others, and
 * only as many as it takes. What is here goes after its successor has come and not before: only what --keep
 * lets go of what is here already makes room first. What then does not fit is told before the first object. */
#include "mirroring.h"

#include "bundle/excerpt.h"
#include "bundle/upkeep/intake.h"
#include "bundle/upkeep/plain.h"
#include <string.h>

static bool is_wanted(const struct mzg_mirroring *m, const char *name, const char *version)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct mzg_mirror_item *t = &m->items[i];
        if (t->state != MZG_MIRRORED_LEFT_OUT && strcmp(t->is.version, version) == 0 &&
            strcmp(t->is.name, name) == 0)
            return true;
    }
    return false;
}

static void pin(const struct mzg_mirroring *m, struct mzg_stock *s)
{
    for (size_t i = 0; i < s->n; i++) {
        struct mzg_held *h = &s->held[i];
        h->pinned = is_wanted(m, h->name, h->version) || !mzg_mirroring_has_name(m, h->name);
    }
    if (m->wish->keep)
        mzg_retain_newest(s, m->wish->keep);
}

/* ---- clearing up ---- */

/* Of what is here. */
static enum mzg_code choose_now(void *ctx, struct mzg_stock *s, struct mzg_err *e)
{
    (void)e;
    pin(ctx, s);
    return MZG_OK;
}

/* What was decided before anything was fetched. */
static enum mzg_code choose_decided(void *ctx, struct mzg_stock *s, struct mzg_err *e)
{
    const struct mzg_mirroring *m = ctx;
    (void)e;
    for (size_t i = 0; i < s->n; i++) {
        const struct mzg_held *h = mzg_stock_find(&m->after, s->held[i].name, s->held[i].version);
        s->held[i].drop = h && h->drop;
    }
    return MZG_OK;
}

static enum mzg_code clear_up(struct mzg_mirroring *m, enum mzg_code (*choose)(void *, struct mzg_stock *,
                              struct mzg_err *), struct mzg_err *e)
{
    struct mzg_sweep opt = {.now = m->wish->now, .grace = m->wish->grace};
    struct mzg_gc_choice choice = {choose, m};
    struct mzg_stock s = {.n = 0};
    struct mzg_swept r;
    if (m->wish->dry_run || (!m->wish->keep && !m->wish->quota))
        return MZG_OK;
    enum mzg_code code = mzg_gc(&m->repo, "mirror", &opt, &choice, m->run, &s, &r, e);
    m->swept.objects += r.objects;
    m->swept.bytes += r.bytes;
    mzg_stock_clear(&s);
    return code;
}

enum mzg_code mzg_mirroring_clear_up(struct mzg_mirroring *m, struct mzg_err *e)
{
    return clear_up(m, choose_decided, e);
}

/* ---- weighing ---- */

/* As it is on its way, or else in the repository: with the files that this copy is to have. */
static enum mzg_code read_manifest(const struct mzg_mirroring *m, const struct mzg_held *h,
                                   struct mzg_manifest *out, struct mzg_err *e)
{
    struct mzg_dir coming = {.fd = -1};
    const struct mzg_dir *from = &m->repo;
    char path[MZG_REPO_PATH];
    bool there = false;
    mzg_repo_path(path, h->name, h->version, MZG_REPO_MANIFEST);
    enum mzg_code code = mzg_aside_open(&coming, &m->repo, MZG_LOCAL_COMING, &there, e);
    if (!code && there && mzg_dir_has(&coming, path))
        from = &coming;
    if (!code)
        code = mzg_repo_manifest(from, h->name, h->version, out, e);
    if (!code)
        code = mzg_excerpt_apply(from, out, e);
    mzg_dir_close(&coming);
    return code;
}

static enum mzg_code weigh(const struct mzg_mirroring *m, struct mzg_tally *t, uint64_t *plain,
                           struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    *plain = 0;
    for (size_t i = 0; i < m->after.n && !code; i++) {
        const struct mzg_held *h = &m->after.held[i];
        struct mzg_manifest manifest = {0};
        bool wanted = is_wanted(m, h->name, h->version);
        /* With a grace, what is dropped still weighs. */
        if (h->drop && !m->wish->grace)
            continue;
        code = read_manifest(m, h, &manifest, e);
        if (!code)
            code = mzg_tally_add(t, &manifest, e);
        mzg_manifest_clear(&manifest);
        if (!h->drop && ((m->wish->plain && wanted) || mzg_plain_has(&m->repo, h->name, h->version)))
            *plain += h->content_bytes;
    }
    return code;
}

/* Lets go of the oldest until the rest fits. */
static enum mzg_code shrink(struct mzg_mirroring *m, struct mzg_tally *t, uint64_t plain, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    m->after_bytes = t->bytes + plain;
    while (!code && m->wish->quota && m->after_bytes > m->wish->quota) {
        struct mzg_manifest manifest = {0};
        struct mzg_held *h = m->wish->keep || m->wish->grace ? NULL : mzg_retain_oldest(&m->after);
        if (!h)
            return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "%s: would be %llu bytes, the quota is %llu; nothing "
                            "was fetched, and the newest versions are never dropped", m->repo.path,
                            (unsigned long long)m->after_bytes, (unsigned long long)m->wish->quota);
        code = read_manifest(m, h, &manifest, e);
        if (code)
            break;
        h->drop = true;
        mzg_tally_remove(t, &manifest);
        plain -= mzg_plain_has(&m->repo, h->name, h->version) ? h->content_bytes : 0;
        mzg_manifest_clear(&manifest);
        m->after_bytes = t->bytes + plain;
    }
    return code;
}

/* The disk must hold what is to come beside what is here. */
static enum mzg_code find_space(struct mzg_mirroring *m, struct mzg_err *e)
{
    uint64_t space = 0, needed = m->missing;
    char q[MZG_QUOTE];
    for (size_t i = 0; m->wish->plain && i < m->after.n; i++) {
        const struct mzg_held *h = &m->after.held[i];
        if (is_wanted(m, h->name, h->version) && !mzg_plain_has(&m->repo, h->name, h->version))
            needed += h->content_bytes;
    }
    enum mzg_code code = mzg_dir_space(&m->repo, &space, e);
    if (!code && space < needed)
        code = mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: needs %llu bytes more, %llu are free",
                        mzg_quote(q, m->repo.path), (unsigned long long)needed, (unsigned long long)space);
    return code;
}

enum mzg_code mzg_mirroring_fit(struct mzg_mirroring *m, struct mzg_err *e)
{
    struct mzg_tally t, wanted;
    uint64_t plain = 0;
    mzg_tally_init(&t);
    mzg_tally_init(&wanted);
    mzg_stock_sort(&m->after);
    pin(m, &m->after);
    enum mzg_code code = weigh(m, &t, &plain, e);
    if (!code)
        code = shrink(m, &t, plain, e);
    if (!code)
        code = clear_up(m, choose_now, e);
    for (size_t i = 0; i < m->after.n && !code; i++) {
        struct mzg_manifest manifest = {0};
        if (!is_wanted(m, m->after.held[i].name, m->after.held[i].version))
            continue;
        code = read_manifest(m, &m->after.held[i], &manifest, e);
        if (!code)
            code = mzg_tally_add(&wanted, &manifest, e);
        mzg_manifest_clear(&manifest);
    }
    m->missing = mzg_intake_lacking(&m->repo, &wanted);
    mzg_tally_clear(&wanted);
    mzg_tally_clear(&t);
    return code ? code : find_space(m, e);
}
