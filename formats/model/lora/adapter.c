#include "adapter.h"

#include "../../base/sha256.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- what is asked for ---- */

/* As JSON writes numbers, and read as those are (SPEC.md, "Determinism"). */
static bool read_scale(const char *text, double *scale)
{
    char list[80];
    json_t *root = NULL;
    struct mzg_err e;
    int n = snprintf(list, sizeof list, "[%s]", text);
    bool ok = n > 0 && (size_t)n < sizeof list &&
              mzg_json_parse(list, (size_t)n, 0, MZG_JSON_TREE, &root, &e) == MZG_OK &&
              json_array_size(root) == 1 && json_is_number(json_array_get(root, 0));
    *scale = ok ? json_number_value(json_array_get(root, 0)) : 0;
    json_decref(root);
    return ok && isfinite(*scale);
}

static enum mzg_code parse_one(struct mzg_arena *a, const char *text, struct mzg_adapter_wanted *w,
                               struct mzg_err *e)
{
    const char *slash = strrchr(text, '/'), *mark = strrchr(slash != NULL ? slash : text, '=');
    char q[MZG_QUOTE];
    *w = (struct mzg_adapter_wanted){.scale = 1, .has_scale = mark != NULL};
    if (mark == text || text[0] == '\0')
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "adapter '%s': its path is missing", mzg_quote(q, text));
    if (mark != NULL && !read_scale(mark + 1, &w->scale))
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "adapter '%s': what follows '=' is no finite number to "
                        "scale it by (a path that has a '=' may end in '/')", mzg_quote(q, text));
    w->path = mzg_arena_text(a, text, mark != NULL ? (size_t)(mark - text) : strlen(text));
    return w->path != NULL ? MZG_OK : mzg_fail_memory(e, "adapters");
}

enum mzg_code mzg_adapters_parse(struct mzg_arena *a, const char *const *texts, size_t n,
                                 const struct mzg_adapter_wanted **wanted, struct mzg_err *e)
{
    struct mzg_adapter_wanted *w = mzg_arena_alloc(a, n + 1, sizeof *w);
    enum mzg_code rc = MZG_OK;
    if (n > MZG_ADAPTERS_MAX)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "%zu adapters are given, at most %d can be merged", n,
                        MZG_ADAPTERS_MAX);
    if (w == NULL)
        return mzg_fail_memory(e, "adapters");
    for (size_t i = 0; i < n && rc == MZG_OK; i++)
        rc = parse_one(a, texts[i], &w[i], e);
    *wanted = w;
    return rc;
}

/* ---- names ---- */

enum half { HALF_A, HALF_B, HALF_NONE };

static const struct { const char *end; enum half half; bool embedding; } ends[] = {
    {".lora_A.weight", HALF_A, false}, {".lora_A.default.weight", HALF_A, false},
    {".lora_B.weight", HALF_B, false}, {".lora_B.default.weight", HALF_B, false},
    {".lora_embedding_A", HALF_A, true}, {".lora_embedding_A.default", HALF_A, true},
    {".lora_embedding_B", HALF_B, true}, {".lora_embedding_B.default", HALF_B, true},
};
#define N_ENDS (sizeof ends / sizeof *ends)

/* What PEFT puts into the names of tensors that were trained whole. */
static const char *const wrappers[] = {".modules_to_save.default.", ".modules_to_save.", ".base_layer."};

static const char *skip_prefix(const char *name)
{
    static const char prefix[] = "base_model.model.";
    return strncmp(name, prefix, sizeof prefix - 1) == 0 ? name + sizeof prefix - 1 : name;
}

/* NAME.weight for a half, else the name that it has in the base; NULL without memory. */
static const char *target_of(struct mzg_arena *a, const char *name, enum half *half, bool *embedding)
{
    size_t n = strlen(name);
    char text[512];
    *half = HALF_NONE;
    *embedding = false;
    for (size_t i = 0; i < N_ENDS; i++) {
        size_t m = strlen(ends[i].end);
        if (n <= m || strcmp(name + n - m, ends[i].end) != 0)
            continue;
        *half = ends[i].half;
        *embedding = ends[i].embedding;
        n = (size_t)snprintf(text, sizeof text, "%.*s.weight", (int)(n - m), name);
        return n < sizeof text ? mzg_arena_text(a, text, n) : NULL;
    }
    for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++) {
        const char *at = strstr(name, wrappers[i]);
        if (at == NULL)
            continue;
        n = (size_t)snprintf(text, sizeof text, "%.*s.%s", (int)(at - name), name, at + strlen(wrappers[i]));
        return n < sizeof text ? mzg_arena_text(a, text, n) : NULL;
    }
    return name;
}

/* ---- pairs ---- */

/* While an adapter is read. */
struct reading {
    struct mzg_adapter *ad;
    struct mzg_name *names; /* of the targets of A's, sorted; index: of parts */
    size_t n_names;
};

static enum mzg_code fail_tensor(const struct mzg_tensor *t, enum mzg_code code, const char *what,
                                 struct mzg_err *e)
{
    char q[MZG_QUOTE];
    return mzg_fail(e, code, t->offset, "tensor '%s' %s", mzg_quote(q, t->name), what);
}

/* LoRA's own words in a name that is none of the known ones: a magnitude (DoRA), a bias of B, and the like. */
static enum mzg_code check_readable(const struct mzg_tensor *t, enum half half, struct mzg_err *e)
{
    if (!mzg_stored_readable(t) || t->elems == 0)
        return fail_tensor(t, MZG_UNSUPPORTED, "cannot be read as weights", e);
    if (half == HALF_NONE && (strstr(t->name, ".lora_") != NULL || strstr(t->name, "original_module") != NULL ||
                              strstr(t->name, "token_adapter") != NULL))
        return fail_tensor(t, MZG_UNSUPPORTED, "is of a kind of adapter that is not supported (DoRA, biases of "
                           "LoRA, single tokens)", e);
    if (half != HALF_NONE && t->n_dims != 2)
        return fail_tensor(t, MZG_UNSUPPORTED, "is no matrix: only adapters of matrices are supported", e);
    return MZG_OK;
}

/* Those that are whole, or an A, each of which begins a part. */
static enum mzg_code begin_parts(struct reading *r, bool whole, struct mzg_err *e)
{
    struct mzg_adapter *ad = r->ad;
    enum half half;
    bool embedding;
    for (size_t i = 0; i < ad->weights.n_tensors; i++) {
        const struct mzg_tensor *t = &ad->weights.tensors[i];
        const char *target = target_of(&ad->weights.arena, skip_prefix(t->name), &half, &embedding);
        if (target == NULL)
            return fail_tensor(t, MZG_LIMIT, "has too long a name", e);
        enum mzg_code rc = check_readable(t, half, e);
        if (rc != MZG_OK)
            return rc;
        if (half != (whole ? HALF_NONE : HALF_A))
            continue;
        struct mzg_adapter_part *p = &ad->parts[ad->n_parts];
        *p = (struct mzg_adapter_part){.target = target, .embedding = embedding};
        *(whole ? &p->whole : &p->a) = t;
        if (!whole)
            r->names[r->n_names++] = (struct mzg_name){target, ad->n_parts};
        ad->n_parts++;
    }
    return MZG_OK;
}

static enum mzg_code join_halves(struct reading *r, struct mzg_err *e)
{
    struct mzg_adapter *ad = r->ad;
    enum half half;
    bool embedding;
    for (size_t i = 0; i < ad->weights.n_tensors; i++) {
        const struct mzg_tensor *t = &ad->weights.tensors[i];
        const char *target = target_of(&ad->weights.arena, skip_prefix(t->name), &half, &embedding);
        if (half != HALF_B)
            continue;
        const struct mzg_name *found = target ? mzg_names_find(r->names, r->n_names, target) : NULL;
        struct mzg_adapter_part *p = found != NULL ? &ad->parts[found->index] : NULL;
        if (p == NULL || p->embedding != embedding)
            return fail_tensor(t, MZG_MALFORMED, "has no lora_A to go with", e);
        if (p->b != NULL)
            return fail_tensor(t, MZG_MALFORMED, "is there under two names", e);
        p->b = t;
    }
    for (size_t i = 0; i < ad->n_parts; i++)
        if (ad->parts[i].a != NULL && ad->parts[i].b == NULL)
            return fail_tensor(ad->parts[i].a, MZG_MALFORMED, "has no lora_B to go with", e);
    return MZG_OK;
}

/* Ranks as the config has them, and the same on both sides. */
static enum mzg_code settle_part(const struct mzg_adapter *ad, struct mzg_adapter_part *p, struct mzg_err *e)
{
    static const char end[] = ".weight";
    char module[512], q[MZG_QUOTE];
    uint64_t rank;
    if (p->whole != NULL)
        return MZG_OK;
    snprintf(module, sizeof module, "%.*s", (int)(strlen(p->target) - (sizeof end - 1)), p->target);
    enum mzg_code rc = mzg_adapter_config_module(&ad->config, module, &rank, &p->scale, e);
    if (rc != MZG_OK)
        return rc;
    if (p->a->ne[1] == rank && p->b->ne[0] == rank)
        return MZG_OK;
    return mzg_fail(e, MZG_MALFORMED, p->a->offset, "tensor '%s': its rank is %llu, that of its lora_B %llu; "
                    "adapter_config.json gives %llu", mzg_quote(q, p->a->name),
                    (unsigned long long)p->a->ne[1], (unsigned long long)p->b->ne[0], (unsigned long long)rank);
}

static enum mzg_code pair_all(struct mzg_adapter *ad, struct mzg_err *e)
{
    struct reading r = {.ad = ad, .names = calloc(ad->weights.n_tensors + 1, sizeof *r.names)};
    ad->parts = mzg_arena_alloc(&ad->weights.arena, ad->weights.n_tensors + 1, sizeof *ad->parts);
    enum mzg_code rc = r.names != NULL && ad->parts != NULL ? MZG_OK : mzg_fail_memory(e, "adapter");
    if (rc == MZG_OK)
        rc = begin_parts(&r, true, e);
    if (rc == MZG_OK)
        rc = begin_parts(&r, false, e);
    if (rc == MZG_OK) {
        mzg_names_sort(r.names, r.n_names);
        const struct mzg_name *twice = mzg_names_twice(r.names, r.n_names);
        if (twice != NULL)
            rc = fail_tensor(ad->parts[twice->index].a, MZG_MALFORMED, "is there under two names", e);
    }
    if (rc == MZG_OK)
        rc = join_halves(&r, e);
    for (size_t i = 0; i < ad->n_parts && rc == MZG_OK; i++)
        rc = settle_part(ad, &ad->parts[i], e);
    free(r.names);
    return rc;
}

/* ---- opening ---- */

/* "FOLDER/name", malloc'd; path may be a file in the folder. */
static char *beside(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    bool folder = mzg_path_is_folder(path);
    size_t keep = folder ? strlen(path) : slash != NULL ? (size_t)(slash - path) + 1 : 0;
    size_t room = keep + strlen(name) + 2;
    char *text = malloc(room);
    if (text != NULL)
        snprintf(text, room, "%.*s%s%s", (int)keep, path, folder ? "/" : "", name);
    return text;
}

bool mzg_adapter_is(const char *path)
{
    char *own = mzg_path_is_folder(path) ? beside(path, MZG_ADAPTER_CONFIG) : NULL;
    char *model = mzg_path_is_folder(path) ? beside(path, "config.json") : NULL;
    bool is = own != NULL && model != NULL && access(own, F_OK) == 0 && access(model, F_OK) != 0;
    free(own);
    free(model);
    return is;
}

const char *mzg_adapter_folder(struct mzg_arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (mzg_path_is_folder(path))
        return mzg_arena_text(a, path, strlen(path));
    return slash != NULL ? mzg_arena_text(a, path, (size_t)(slash - path) + 1) : mzg_arena_text(a, ".", 1);
}

/* *file: path, or what it holds; the caller's to free. */
static enum mzg_code find_weights(const char *path, char **file, struct mzg_err *e)
{
    char *tensors = beside(path, "adapter_model.safetensors"), *pickle = beside(path, "adapter_model.bin");
    const char *found = !mzg_path_is_folder(path) ? path : tensors && access(tensors, F_OK) == 0 ? tensors : pickle;
    enum mzg_code rc = MZG_OK;
    *file = found != NULL ? strdup(found) : NULL;
    if (tensors == NULL || pickle == NULL || *file == NULL)
        rc = mzg_fail_memory(e, "paths");
    else if (found == pickle && access(pickle, F_OK) != 0)
        rc = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "there is no adapter_model.safetensors and no "
                      "adapter_model.bin");
    free(tensors);
    free(pickle);
    return rc;
}

enum mzg_code mzg_adapter_weights_open(struct mzg_weights *w, const char *path, struct mzg_err *e)
{
    char *file = NULL;
    enum mzg_code rc = find_weights(path, &file, e);
    if (rc == MZG_OK)
        rc = mzg_weights_open(w, file, e);
    free(file);
    return rc;
}

static enum mzg_code open_weights(struct mzg_adapter *ad, const char *path, struct mzg_err *e)
{
    enum mzg_code rc = mzg_adapter_weights_open(&ad->weights, path, e);
    if (rc == MZG_OK && ad->weights.gguf != NULL)
        rc = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "an adapter in GGUF: start from PEFT's files");
    return rc;
}

void mzg_adapter_put(struct mzg_kvs *k, float alpha)
{
    mzg_kvs_text(k, "adapter.type", "lora");
    mzg_kvs_f32(k, "adapter.lora.alpha", alpha);
}

enum mzg_code mzg_adapter_open(struct mzg_adapter *ad, const struct mzg_adapter_wanted *w, struct mzg_err *e)
{
    char *config = beside(w->path, MZG_ADAPTER_CONFIG), q[MZG_QUOTE];
    *ad = (struct mzg_adapter){.scale = w->scale, .path = w->path};
    enum mzg_code rc = config != NULL ? MZG_OK : mzg_fail_memory(e, "paths");
    if (rc == MZG_OK && access(w->path, F_OK) != 0)
        rc = mzg_fail_errno(e, "cannot examine '%s'", mzg_quote(q, w->path));
    else if (rc == MZG_OK && access(config, F_OK) != 0)
        rc = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "there is no " MZG_ADAPTER_CONFIG ": no adapter");
    if (rc == MZG_OK)
        rc = mzg_adapter_config_load(&ad->config, config, e);
    if (rc == MZG_OK)
        rc = open_weights(ad, w->path, e);
    if (rc == MZG_OK)
        rc = pair_all(ad, e);
    free(config);
    return rc == MZG_OK || rc == MZG_IO ? rc : mzg_prefix(e, "%s", mzg_quote(q, w->path));
}

enum mzg_code mzg_adapter_digest(struct mzg_adapter *ad, struct mzg_err *e)
{
    char *config = beside(ad->path, MZG_ADAPTER_CONFIG);
    struct mzg_file f = {.fd = -1};
    enum mzg_code rc = config != NULL ? mzg_file_open(&f, config, e) : mzg_fail_memory(e, "paths");
    free(config);
    if (rc == MZG_OK)
        rc = mzg_sha256_file(&f, NULL, "", ad->config_sha256, e);
    mzg_file_close(&f);
    return rc == MZG_OK ? mzg_sha256_file(&ad->weights.files[0].file, NULL, "", ad->weights_sha256, e) : rc;
}

void mzg_adapter_close(struct mzg_adapter *ad)
{
    mzg_weights_close(&ad->weights);
    mzg_adapter_config_clear(&ad->config);
    *ad = (struct mzg_adapter){0};
}
