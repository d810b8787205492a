/* out.c: filling a stick: what the receiver lacks, as far as there is room, whole bundles first. */
#include "carry.h"

#include "freight.h"
#include "readback.h"
#include "want.h"
#include "writer.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#define PART_COSTS 4096u /* of the space, for each part: begin, end, the rest of a block, a folder's entry */

struct outgoing {
    const struct mzg_carry_out *opt;
    const struct mzg_run *run;
    struct mzg_dir repo;
    struct mzg_stick stick;
    struct mzg_want list; /* what the receiver has, and wants */
    bool listed;          /* there is one */
    struct mzg_freight freight;
    struct mzg_part_writer writer;
    struct mzg_carry_result *r;
};

/* ---- which bundles ---- */

static enum mzg_code load_list(struct outgoing *o, struct mzg_err *e)
{
    const char *named = o->opt->want ? o->opt->want : o->opt->missing_from;
    bool lies_there = !named && mzg_dir_has(&o->stick.dir, MZG_WANT_FILE);
    enum mzg_code code = MZG_OK;
    o->listed = named || lies_there;
    if (named)
        code = mzg_want_load(&o->list, named, e);
    else if (lies_there)
        code = mzg_want_load_at(&o->list, &o->stick.dir, MZG_WANT_FILE, e);
    if (!code && lies_there)
        mzg_notice(&o->run->notify, "by the receiver's list on the stick, " MZG_WANT_FILE);
    return code;
}

static enum mzg_code add_any(void *ctx, const char *name, const char *version, struct mzg_err *e)
{
    struct outgoing *o = ctx;
    struct mzg_select s = {0};
    memcpy(s.name, name, strlen(name));
    memcpy(s.version, version, strlen(version));
    return mzg_freight_add(&o->freight, &s, e);
}

/* What the list asks for and is not here is the receiver's wish, and no fault. */
static enum mzg_code add_wanted(struct outgoing *o, const struct mzg_select *wanted, struct mzg_err *e)
{
    struct mzg_select s = *wanted;
    struct mzg_err why;
    if (mzg_repo_select(&o->repo, &s, &why) == MZG_OK)
        return mzg_freight_add(&o->freight, &s, e);
    mzg_notice(&o->run->notify, "%s, which the list asks for", why.msg);
    return MZG_OK;
}

static enum mzg_code choose(struct outgoing *o, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    struct mzg_select s;
    size_t wants = o->opt->missing_from && !o->opt->want ? 0 : o->list.n_wants;
    for (size_t i = 0; i < o->opt->n_names && !code; i++) {
        code = mzg_select_parse(&s, o->opt->names[i], e);
        if (!code)
            code = mzg_freight_add(&o->freight, &s, e);
    }
    if (o->opt->n_names)
        return code;
    for (size_t i = 0; i < wants && !code; i++)
        code = add_wanted(o, &o->list.wants[i], e);
    return wants ? code : mzg_repo_each(&o->repo, NULL, &(struct mzg_repo_visitor){add_any, o}, e);
}

/* ---- what is there, what fits ---- */

static bool will_be_finished(const struct mzg_stick *s, const struct mzg_stick_part *part)
{
    for (size_t i = 0; part->unfinished && i < s->n_parts; i++) {
        if (s->parts[i].number == part->number && !s->parts[i].unfinished)
            return false;
    }
    return true;
}

static void find_placed(struct outgoing *o)
{
    for (size_t i = 0; i < o->freight.n_items; i++) {
        struct mzg_cargo *c = &o->freight.items[i];
        size_t n;
        const struct mzg_stick_item *copy = mzg_stick_find(&o->stick, c->key, &n);
        for (size_t k = 0; k < n && c->state == MZG_CARGO_WANTED; k++) {
            const struct mzg_stick_part *part = &o->stick.parts[copy[k].part];
            if (copy[k].size != c->size || !will_be_finished(&o->stick, part))
                continue;
            c->state = MZG_CARGO_PLACED;
            c->part = (uint16_t)part->number;
            c->offset = copy[k].offset;
        }
    }
}

static uint64_t cost(const struct mzg_cargo *c)
{
    uint64_t head = c->kind == MZG_PART_OBJECT ? MZG_USTAR_BLOCK : MZG_USTAR_HEAD;
    return head + mzg_ustar_padded(c->size);
}

/* Takes what is wanted of a bundle as far as it fits. */
static void take(struct outgoing *o, const struct mzg_freight_bundle *b, uint64_t *room)
{
    for (size_t i = b->first; i < b->first + b->n; i++) {
        struct mzg_cargo *c = &o->freight.items[i];
        if (c->state != MZG_CARGO_WANTED || cost(c) > *room)
            continue;
        c->state = MZG_CARGO_TAKEN;
        *room -= cost(c);
    }
}

static uint64_t need_of(const struct outgoing *o, const struct mzg_freight_bundle *b)
{
    uint64_t need = 0;
    for (size_t i = b->first; i < b->first + b->n; i++) {
        if (o->freight.items[i].state == MZG_CARGO_WANTED)
            need += cost(&o->freight.items[i]);
    }
    return need;
}

static enum mzg_code fit(struct outgoing *o, struct mzg_err *e)
{
    uint64_t space = 0;
    enum mzg_code code = mzg_dir_space(&o->stick.dir, &space, e);
    uint64_t kept = (space / o->opt->part_size + 1) * PART_COSTS;
    space = space > kept ? space - kept : 0;
    for (size_t i = 0; i < o->freight.n_bundles && !code; i++) {
        struct mzg_freight_bundle *b = &o->freight.bundles[i];
        b->whole = need_of(o, b) <= space;
        if (b->whole)
            take(o, b, &space);
    }
    for (size_t i = 0; i < o->freight.n_bundles && !code; i++)
        take(o, &o->freight.bundles[i], &space);
    return code;
}

/* ---- writing ---- */

static enum mzg_code write_item(struct outgoing *o, struct mzg_cargo *c, uint8_t *data, bool *full,
                                struct mzg_err *e)
{
    char path[MZG_REPO_PATH];
    struct mzg_err fault;
    if (mzg_freight_load(&o->freight, c, data, &fault)) {
        mzg_faults_add(&o->stick.faults, &fault);
        c->state = MZG_CARGO_BAD;
        return MZG_OK;
    }
    mzg_freight_path(&o->freight, c, path);
    enum mzg_code code = mzg_part_writer_add(&o->writer, path, data, c->size, &c->part, &c->offset, full, e);
    if (!code && !*full)
        c->state = MZG_CARGO_FRESH;
    return code;
}

static enum mzg_code write_taken(struct outgoing *o, uint8_t *data, uint64_t total, struct mzg_err *e)
{
    uint64_t done = 0;
    bool full = false;
    enum mzg_code code = MZG_OK;
    for (int pass = 0; pass < 2; pass++) { /* whole bundles first */
        for (size_t i = 0; i < o->freight.n_items && !code && !full; i++) {
            struct mzg_cargo *c = &o->freight.items[i];
            if (c->state != MZG_CARGO_TAKEN || o->freight.bundles[c->bundle].whole != (pass == 0))
                continue;
            code = write_item(o, c, data, &full, e);
            done += c->size;
            if (!code)
                code = mzg_progress_step(&o->run->progress, "write to the stick", done, total, e);
        }
    }
    return code ? code : mzg_part_writer_finish(&o->writer, e);
}

static enum mzg_code write_all(struct outgoing *o, struct mzg_err *e)
{
    uint32_t most = 1;
    uint64_t total = 0;
    for (size_t i = 0; i < o->freight.n_items; i++) {
        const struct mzg_cargo *c = &o->freight.items[i];
        if (c->state != MZG_CARGO_TAKEN)
            continue;
        total += c->size;
        most = c->size > most ? c->size : most;
    }
    uint8_t *data = malloc(most);
    enum mzg_code code = data ? MZG_OK : mzg_fail_memory(e, "object");
    if (!code)
        code = mzg_part_writer_resume(&o->writer, &o->stick, e);
    if (!code)
        code = write_taken(o, data, total, e);
    free(data);
    return code;
}

/* ---- the end ---- */

static void add(struct mzg_carry_sum *sum, const struct mzg_cargo *c)
{
    sum->objects++;
    sum->bytes += c->size;
}

/* dry: what would be written counts as written. */
static void count(struct outgoing *o, bool dry)
{
    for (size_t i = 0; i < o->freight.n_bundles; i++) {
        const struct mzg_freight_bundle *b = &o->freight.bundles[i];
        struct mzg_carry_bundle told = {.name = b->is.is.name, .version = b->is.is.version, .all = b->all};
        for (size_t k = b->first; k < b->first + b->n; k++) {
            const struct mzg_cargo *c = &o->freight.items[k];
            if (c->state == MZG_CARGO_PLACED)
                add(&o->r->there, c);
            else if (c->state == MZG_CARGO_FRESH || (dry && c->state == MZG_CARGO_TAKEN))
                add(&o->r->moved, c);
            else
                add(&told.left, c);
        }
        o->r->bundles++;
        o->r->whole += told.left.objects == 0;
        o->r->left.objects += told.left.objects;
        o->r->left.bytes += told.left.bytes;
        if (o->opt->each.fn)
            o->opt->each.fn(o->opt->each.ctx, &told);
    }
}

/* What the receiver will have once this stick is there. Documents of a bundle that is not whole go with the
 * next stick too: whichever comes first, its objects are not without them. */
static enum mzg_code write_next(struct outgoing *o, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    for (size_t i = 0; i < o->freight.n_bundles && !code; i++) {
        const struct mzg_freight_bundle *b = &o->freight.bundles[i];
        bool whole = true;
        for (size_t k = b->first; k < b->first + b->n && !code; k++) {
            const struct mzg_cargo *c = &o->freight.items[k];
            bool goes = c->state == MZG_CARGO_PLACED || c->state == MZG_CARGO_FRESH;
            whole = whole && goes;
            if (goes && c->kind == MZG_PART_OBJECT)
                code = mzg_want_add_object(&o->list, c->key, e);
        }
        if (!code && whole)
            code = mzg_want_add_bundle(&o->list, &b->is, e);
        if (!code)
            code = mzg_want_add(&o->list, &b->is.is, e);
    }
    mzg_want_sort(&o->list);
    return code ? code : mzg_want_save(&o->list, o->opt->next, e);
}

static enum mzg_code fail_full(const struct outgoing *o, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET,
                    "%s: is full: %llu objects, %llu bytes, are left for another stick",
                    mzg_quote(q, o->stick.dir.path), (unsigned long long)o->r->left.objects,
                    (unsigned long long)o->r->left.bytes);
}

static enum mzg_code carry(struct outgoing *o, struct mzg_err *e)
{
    enum mzg_code code = write_all(o, e);
    struct mzg_readback back = {.freight = &o->freight, .stick = &o->stick.dir, .run = o->run,
                                .cut_short = o->writer.cut_short ? o->writer.number : 0,
                                .faults = &o->stick.faults, .mended = &o->r->mended};
    mzg_part_writer_close(&o->writer);
    if (!code)
        code = mzg_readback(&back, e);
    if (!code && o->opt->next)
        code = write_next(o, e);
    return code;
}

static enum mzg_code open_both(struct outgoing *o, const char *repo, const char *stick, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    enum mzg_code code = mzg_dir_open(&o->repo, repo, e);
    if (!code)
        code = mzg_stick_open(&o->stick, stick, o->run, e);
    o->stick.faults.n = 0; /* damage is told; what it cost is written again, and that is what counts */
    if (!code && flock(o->stick.dir.fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        code = mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: another program is writing to it", mzg_quote(q, stick));
    return code ? code : load_list(o, e);
}

enum mzg_code mzg_carry_out(const char *repo, const char *stick, const struct mzg_carry_out *opt,
                            const struct mzg_run *run, struct mzg_carry_result *r, struct mzg_err *e)
{
    struct outgoing o = {.opt = opt, .run = run, .repo = {.fd = -1}, .r = r,
                         .stick = {.dir.fd = -1, .file.fd = -1}};
    memset(r, 0, sizeof *r);
    enum mzg_code code = open_both(&o, repo, stick, e);
    o.freight = (struct mzg_freight){.repo = &o.repo, .list = o.listed ? &o.list : NULL, .policy = opt->policy,
                               .faults = &o.stick.faults};
    mzg_part_writer_init(&o.writer, &o.stick, opt->part_size);
    if (!code)
        code = choose(&o, e);
    if (!code) {
        find_placed(&o);
        code = fit(&o, e);
    }
    if (!code && !opt->dry_run)
        code = carry(&o, e);
    if (!code)
        count(&o, opt->dry_run);
    r->faults = o.stick.faults.n;
    if (!code)
        code = mzg_faults_end(&o.stick.faults, e);
    if (!code && r->left.objects)
        code = fail_full(&o, e);
    mzg_freight_clear(&o.freight);
    mzg_want_clear(&o.list);
    mzg_stick_close(&o.stick);
    mzg_dir_close(&o.repo);
    return code;
}
