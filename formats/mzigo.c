/* The public calls about keys and bundles; those about models are in mzigo_model.c and mzigo_view.c.
 *
 * What the two sides must share passes here as plain data: where a GGUF file is best cut (its arrays
 * and tensors), and what it says of its own making. */
#include "mzigo.h"

#include "bundle/bundle.h"
#include "mzigo_ranges.h"
#include "mzigo_trust.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum mzg_code mzg_keygen(const char *name, enum mzg_key_kind kind, const char *passphrase,
                         struct mzg_err *e)
{
    struct mzg_key *key = NULL;
    char *secret = NULL, *public = NULL;
    size_t room = strlen(name) + sizeof ".key";
    enum mzg_code rc = mzg_key_generate(
        &key, kind == MZG_KEY_ED25519 ? MZG_KEY_TYPE_ED25519 : MZG_KEY_TYPE_P256, e);
    if (rc != MZG_OK)
        return rc;
    secret = malloc(room);
    public = malloc(room);
    if (secret == NULL || public == NULL) {
        rc = mzg_fail_memory(e, "path");
    } else {
        snprintf(secret, room, "%s.key", name);
        snprintf(public, room, "%s.pub", name);
        rc = mzg_key_save_pair(key, secret, public, passphrase, e);
    }
    free(public);
    free(secret);
    mzg_key_free(key);
    return rc;
}

/* ---- what is told of a bundle ---- */

/* Copies the texts of a manifest, which goes away, into memory of the caller's. */
static enum mzg_code fill_info(struct mzg_bundle_info *info, const struct mzg_manifest *m,
                               const char *key_id, struct mzg_err *e)
{
    struct mzg_arena *a = calloc(1, sizeof *a);
    if (a == NULL)
        return mzg_fail_memory(e, "bundle's description");
    mzg_arena_init(a, 1 << 16);
    const char *const from[] = {m->name, m->version, m->created, m->expires, m->licence, key_id};
    const char **const to[] = {&info->name,    &info->version, &info->created,
                               &info->expires, &info->licence, &info->key_id};
    memset(info, 0, sizeof *info);
    info->memory = a;
    for (size_t i = 0; i < sizeof to / sizeof to[0]; i++) {
        *to[i] = from[i] != NULL ? mzg_arena_text(a, from[i], strlen(from[i])) : NULL;
        if (from[i] != NULL && *to[i] == NULL) {
            mzg_bundle_info_clear(info);
            return mzg_fail_memory(e, "bundle's description");
        }
    }
    info->sequence = (uint64_t)m->sequence;
    info->files = m->n_files;
    info->files_left_out = m->n_left_out;
    info->chunks = m->n_chunks;
    info->objects = m->n_objects;
    info->content_bytes = m->content_bytes;
    info->stored_bytes = m->stored_bytes;
    return MZG_OK;
}

void mzg_bundle_info_clear(struct mzg_bundle_info *info)
{
    if (info->memory != NULL)
        mzg_arena_clear(info->memory);
    free(info->memory);
    memset(info, 0, sizeof *info);
}

/* ---- pack ---- */

/* All that packing n files needs besides their bytes. */
struct packing {
    struct mzg_source *sources;
    struct mzg_ranges *ranges; /* one per file */
    size_t n;
    struct mzg_note *notes;    /* of all files */
    size_t n_notes;
};

static void packing_clear(struct packing *p)
{
    for (size_t i = 0; p->ranges != NULL && i < p->n; i++)
        mzg_ranges_clear(&p->ranges[i]);
    free(p->ranges);
    free(p->sources);
    free(p->notes);
}

/* What many files say of their models may be more than a manifest takes; then only how they were made is in it. */
static enum mzg_code gather_notes(struct packing *p, struct mzg_err *e)
{
    size_t total = 0;
    for (size_t i = 0; i < p->n; i++)
        total += p->ranges[i].n_notes;
    p->notes = calloc(total ? total : 1, sizeof *p->notes);
    if (p->notes == NULL)
        return mzg_fail_memory(e, "provenance");
    for (size_t i = 0; i < p->n; i++) {
        const struct mzg_ranges *r = &p->ranges[i];
        size_t n = total > MZG_MANIFEST_NOTES ? r->n_records : r->n_notes;
        for (size_t j = 0; j < n; j++)
            p->notes[p->n_notes++] = (struct mzg_note){.key = r->notes[j].key, .text = r->notes[j].text};
    }
    return MZG_OK;
}

static enum mzg_code check_parts(const struct packing *p, struct mzg_err *e)
{
    const char **names = calloc(p->n ? p->n : 1, sizeof *names);
    enum mzg_code rc = names != NULL ? MZG_OK : mzg_fail_memory(e, "files to pack");
    for (size_t i = 0; i < p->n && rc == MZG_OK; i++)
        names[i] = p->sources[i].path;
    for (size_t i = 0; i < p->n && rc == MZG_OK; i++)
        rc = mzg_ranges_check_parts(&p->ranges[i], names[i], names, p->n, e);
    free(names);
    return rc;
}

/* A file is called in the bundle what it is called on disk, without its folder. */
static enum mzg_code gather(struct packing *p, const char *const *files, size_t n,
                            struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    p->n = n;
    p->sources = calloc(n ? n : 1, sizeof *p->sources);
    p->ranges = calloc(n ? n : 1, sizeof *p->ranges);
    if (p->sources == NULL || p->ranges == NULL)
        return mzg_fail_memory(e, "files to pack");
    for (size_t i = 0; i < n && rc == MZG_OK; i++) {
        const char *slash = strrchr(files[i], '/');
        p->sources[i].disk = files[i];
        p->sources[i].path = slash != NULL ? slash + 1 : files[i];
        rc = mzg_ranges_find(&p->ranges[i], files[i], p->sources[i].path, e);
        p->sources[i].ranges = p->ranges[i].ranges;
        p->sources[i].n_ranges = p->ranges[i].n;
    }
    if (rc == MZG_OK)
        rc = check_parts(p, e);
    return rc == MZG_OK ? gather_notes(p, e) : rc;
}

/* Opens what was packed, to tell of it what its manifest says. */
static enum mzg_code describe(struct mzg_bundle_info *info, const char *location,
                              const struct mzg_pack_options *opt, const struct mzg_key *key,
                              const struct mzg_packed *done, struct mzg_err *e)
{
    struct mzg_bundle *b;
    struct mzg_manifest m;
    struct mzg_select select;
    snprintf(select.name, sizeof select.name, "%s", opt->name);
    snprintf(select.version, sizeof select.version, "%s", opt->version);
    enum mzg_code rc = mzg_bundle_open(&b, location, &select, e);
    if (rc != MZG_OK)
        return rc;
    rc = mzg_bundle_peek(b, &m, e);
    if (rc == MZG_OK) {
        rc = fill_info(info, &m, mzg_key_id(key), e);
        info->new_bytes = done->new_bytes;
        mzg_manifest_clear(&m);
    }
    mzg_bundle_close(b);
    return rc;
}

enum mzg_code mzg_pack(const char *const *files, size_t n, const char *location,
                       const struct mzg_pack_options *opt, const struct mzg_run *run,
                       struct mzg_bundle_info *info, struct mzg_err *e)
{
    struct packing p = {.n = 0};
    struct mzg_key *key = NULL;
    struct mzg_packed done;
    struct mzg_run how;
    mzg_run_init(&how);
    enum mzg_code rc = mzg_key_load_secret(&key, opt->key, opt->passphrase, e);
    if (rc != MZG_OK)
        return rc;
    rc = gather(&p, files, n, e);
    if (rc == MZG_OK) {
        struct mzg_pack pack = {.name = opt->name, .version = opt->version,
                                .created = opt->created, .expires = opt->expires,
                                .licence = opt->licence, .program = "mzigo " MZG_VERSION,
                                .provenance = p.notes, .n_provenance = p.n_notes,
                                .files = p.sources, .n_files = n};
        rc = mzg_bundle_pack(location, &pack, key, run != NULL ? run : &how, &done, e);
    }
    if (rc == MZG_OK && info != NULL)
        rc = describe(info, location, opt, key, &done, e);
    packing_clear(&p);
    mzg_key_free(key);
    return rc;
}

/* ---- verify and unpack ---- */

/* An opened bundle and the proof that goes with it. */
struct opened {
    struct mzg_bundle *bundle;
    struct mzg_verified *verified;
};

static void opened_close(struct opened *o)
{
    mzg_verified_free(o->verified);
    mzg_bundle_close(o->bundle);
}

static enum mzg_code opened_verify(struct opened *o, const char *location,
                                   const struct mzg_select *select, const struct mzg_trusted *t,
                                   struct mzg_err *e)
{
    memset(o, 0, sizeof *o);
    enum mzg_code rc = mzg_bundle_open(&o->bundle, location, select, e);
    if (rc == MZG_OK)
        rc = mzg_bundle_verify(o->bundle, &t->policy, &o->verified, e);
    return rc;
}

static enum mzg_code info_of(struct mzg_bundle_info *info, const struct opened *o,
                             struct mzg_err *e)
{
    return fill_info(info, mzg_verified_manifest(o->verified),
                     mzg_key_id(mzg_verified_signer(o->verified)), e);
}

/* What verifying each bundle of a location in turn needs; a bad one does not hide the others. */
struct verifying {
    const char *location;
    const struct mzg_select *select;
    const struct mzg_trusted *trusted;
    const struct mzg_run *run;
    enum mzg_depth depth;
    void (*found)(void *ctx, const struct mzg_bundle_info *info);
    void *ctx;
    size_t n, n_bad;
};

static enum mzg_code verify_one(const struct verifying *v, const struct mzg_select *select,
                                struct mzg_err *e)
{
    struct opened o;
    struct mzg_bundle_info info;
    enum mzg_code rc = opened_verify(&o, v->location, select, v->trusted, e);
    if (rc == MZG_OK)
        rc = mzg_verified_check(o.verified, v->depth, v->run, e);
    if (rc == MZG_OK && v->found != NULL) {
        rc = info_of(&info, &o, e);
        if (rc == MZG_OK) {
            v->found(v->ctx, &info);
            mzg_bundle_info_clear(&info);
        }
    }
    opened_close(&o);
    return rc;
}

static enum mzg_code verify_next(void *ctx, const char *name, const char *version,
                                 struct mzg_err *e)
{
    struct verifying *v = ctx;
    struct mzg_select one;
    snprintf(one.name, sizeof one.name, "%s", name);
    snprintf(one.version, sizeof one.version, "%s", version);
    v->n++;
    enum mzg_code rc = verify_one(v, &one, e);
    if (rc != MZG_REFUSED && rc != MZG_MALFORMED)
        return rc;
    v->n_bad++;
    mzg_notice(&v->run->notify, "%s@%s: %s", name, version, e->msg);
    return MZG_OK;
}

enum mzg_code mzg_verify(const char *location, const char *select, const struct mzg_trust *trust,
                         bool deep, const struct mzg_run *run,
                         void (*found)(void *ctx, const struct mzg_bundle_info *info), void *ctx,
                         struct mzg_err *e)
{
    struct mzg_trusted t;
    struct mzg_select parsed;
    struct mzg_run how;
    mzg_run_init(&how);
    enum mzg_code rc = mzg_select_parse(&parsed, select, e);
    if (rc == MZG_OK)
        rc = mzg_trusted_load(&t, trust, e);
    if (rc != MZG_OK)
        return rc;
    struct verifying v = {.location = location, .trusted = &t, .run = run != NULL ? run : &how,
                          .depth = deep ? MZG_DEPTH_CONTENT : MZG_DEPTH_STORED,
                          .found = found, .ctx = ctx};
    if (select != NULL) {
        rc = verify_one(&v, &parsed, e);
    } else {
        rc = mzg_bundle_each(location, &(struct mzg_repo_visitor){verify_next, &v}, e);
        if (rc == MZG_OK && v.n == 0)
            rc = mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: no bundle is there", location);
        if (rc == MZG_OK && v.n_bad > 0 && v.n > 1)
            rc = mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "%zu of %zu bundles are refused",
                          v.n_bad, v.n);
        else if (rc == MZG_OK && v.n_bad > 0)
            rc = e->code; /* the only one: its own fault */
    }
    mzg_trusted_clear(&t);
    return rc;
}

enum mzg_code mzg_unpack(const char *location, const char *select, const struct mzg_trust *trust,
                         const char *dir, const struct mzg_run *run, struct mzg_bundle_info *info,
                         struct mzg_err *e)
{
    struct mzg_trusted t;
    struct opened o;
    struct mzg_select parsed;
    struct mzg_run how;
    mzg_run_init(&how);
    enum mzg_code rc = mzg_select_parse(&parsed, select, e);
    if (rc == MZG_OK)
        rc = mzg_trusted_load(&t, trust, e);
    if (rc != MZG_OK)
        return rc;
    rc = opened_verify(&o, location, select != NULL ? &parsed : NULL, &t, e);
    if (rc == MZG_OK)
        rc = mzg_verified_unpack(o.verified, dir, run != NULL ? run : &how, e);
    if (rc == MZG_OK && info != NULL)
        rc = info_of(info, &o, e);
    opened_close(&o);
    mzg_trusted_clear(&t);
    return rc;
}

/* ---- list ---- */

struct listing {
    const char *location;
    void (*found)(void *ctx, const struct mzg_bundle_info *info);
    void *ctx;
};

static enum mzg_code list_next(void *ctx, const char *name, const char *version,
                               struct mzg_err *e)
{
    struct listing *l = ctx;
    struct mzg_select one;
    struct mzg_bundle *b;
    struct mzg_manifest m;
    struct mzg_bundle_info info;
    snprintf(one.name, sizeof one.name, "%s", name);
    snprintf(one.version, sizeof one.version, "%s", version);
    enum mzg_code rc = mzg_bundle_open(&b, l->location, &one, e);
    if (rc != MZG_OK)
        return rc;
    rc = mzg_bundle_peek(b, &m, e);
    if (rc == MZG_OK) {
        rc = fill_info(&info, &m, NULL, e);
        if (rc == MZG_OK) {
            l->found(l->ctx, &info);
            mzg_bundle_info_clear(&info);
        }
        mzg_manifest_clear(&m);
    }
    mzg_bundle_close(b);
    return rc;
}

enum mzg_code mzg_list(const char *location,
                       void (*found)(void *ctx, const struct mzg_bundle_info *info), void *ctx,
                       struct mzg_err *e)
{
    struct listing l = {location, found, ctx};
    return mzg_bundle_each(location, &(struct mzg_repo_visitor){list_next, &l}, e);
}
