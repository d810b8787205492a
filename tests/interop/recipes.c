/* Our choice of types beside the real one: `recipes PEER_FOLDER`.
 *
 * For each model of recipe_models.c, each built-in recipe, with importance data and without: the type
 * of every tensor as mzg_recipe_apply chooses it is the one that llama_model_quantize chooses (its
 * dry run tells it in its log; some files are made and read back). The same for options. Prints a line a model and, at the end, which
 * lines of the built-in text decided something; exit status 1 when a type differed or a line never
 * fired. */
#include "llama_quantize.h"
#include "recipe_models.h"

#include "formats/model/recipes/recipe.h"
#include "formats/model/recipes/rules.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TABLE_LINES = 512, NO_TYPE = 99, SHOWN = 12 };

static struct llama_peer peer;

static struct {
    char *log;
    size_t len, room;
    unsigned compared, differing, runs, refused, unknown;
    unsigned long fired[TABLE_LINES];
    char path[256];
} t;

static void collect(int level, const char *text, void *ctx)
{
    (void)level, (void)ctx;
    size_t n = strlen(text);
    if (t.room - t.len < n + 1) {
        t.room = 2 * t.room + n + 1;
        t.log = realloc(t.log, t.room);
        if (!t.log)
            abort();
    }
    memcpy(t.log + t.len, text, n + 1);
    t.len += n;
}

/* ---- one run ---- */

/* What both are asked for. */
struct request {
    const struct mzg_recipe *recipe;
    struct mzg_recipe_options options;
    struct peer_override overrides[4]; /* the same as options.tensor_types, ended by a NULL */
};

static bool run_peer(const struct request *r)
{
    static const float one = 1;
    static const struct peer_importance some[] = {{"none", &one, 1}, {NULL, NULL, 0}};
    struct peer_params p = peer.defaults();
    p.threads = 1;
    p.ftype = (int32_t)r->recipe->file_type;
    p.dry_run = true;
    p.pure = r->options.pure;
    if (r->options.have_imatrix)
        p.importance = some;
    if (r->options.output_type)
        p.output_type = (int32_t)r->options.output_type->type;
    if (r->options.embedding_type)
        p.embedding_type = (int32_t)r->options.embedding_type->type;
    if (r->options.n_tensor_types)
        p.overrides = r->overrides;
    t.len = 0;
    return peer.quantize(t.path, "/dev/null", &p) == 0;
}

/* The type that the log gives this tensor: "[ 1/ 9] NAME - [shape], type = f16, size = 2.00 MiB -> 0.56 MiB (q4_K)", or
 * without a type in parentheses where it stays; NO_TYPE when it says nothing. */
static unsigned peer_type(const char *name)
{
    size_t n = strlen(name);
    for (const char *line = t.log; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *at = line[0] == '[' ? strchr(line, ']') : NULL;
        if (!at || strncmp(at + 2, name, n) != 0 || at[2 + n] != ' ')
            continue;
        char text[32] = "";
        const char *end = strchr(line, '\n');
        const char *was = strstr(line, "type ="), *to = strstr(line, "MiB (");
        if (to && to < end)
            sscanf(to + 5, "%31[^)]", text);
        else if (was && was < end)
            sscanf(was + 6, " %31[^,]", text);
        const struct mzg_type_info *info = mzg_type_by_name(text);
        return info ? (unsigned)info->type : NO_TYPE;
    }
    return NO_TYPE;
}

static void describe(const struct request *r, char *out, size_t room)
{
    snprintf(out, room, "%s%s%s%s%s%s", r->recipe->name, r->options.have_imatrix ? ", imatrix" : "",
             r->options.pure ? ", pure" : "", r->options.output_type ? ", output type" : "",
             r->options.embedding_type ? ", embedding type" : "",
             r->options.n_tensor_types ? ", tensor types" : "");
}

/* What ours should be, going by theirs. Two things are better here: a type that was asked for goes
 * through the fallback too (there such a run fails later), and --output-type is heard with --pure also
 * where the embeddings are the output. */
static bool alike(const struct request *r, enum mzg_type ours, const struct mzg_recipe_why *why,
                  unsigned theirs)
{
    bool asked = why->why == MZG_WHY_OUTPUT_TYPE || why->why == MZG_WHY_EMBEDDING_TYPE;
    if (asked && r->options.pure && theirs == (unsigned)r->recipe->base)
        return ours == why->wanted;
    return theirs == (unsigned)(asked ? why->wanted : ours);
}

static void compare(const struct request *r, const struct mzg_model *m,
                    const struct mzg_gguf_tensor *table, const struct mzg_recipe_why *why)
{
    char request[128], text[MZG_WHY_TEXT];
    describe(r, request, sizeof request);
    for (size_t i = 0; i < m->n_tensors; i++) {
        unsigned theirs = peer_type(table[i].name);
        const struct mzg_type_info *info = theirs == NO_TYPE ? NULL : mzg_type_by_number(theirs);
        t.compared++;
        if (why[i].why == MZG_WHY_TABLE && why[i].line < TABLE_LINES)
            t.fired[why[i].line]++;
        if (alike(r, table[i].type, &why[i], theirs))
            continue;
        if (t.differing++ < SHOWN)
            printf("DIFFERS %s: %s: ours %s (%s), theirs %s\n", request, table[i].name,
                   mzg_type_by_number(table[i].type)->name,
                   mzg_recipe_why_text(r->recipe, &r->options, &why[i], text),
                   info ? info->name : "(not told)");
    }
}

/* Both say beforehand whether importance data will be needed. */
static void compare_needs(const struct request *r, const struct mzg_model *m,
                          const struct mzg_recipe_why *why)
{
    bool ours = false, theirs = strstr(t.log, "will require an imatrix") != NULL;
    for (size_t i = 0; i < m->n_tensors; i++)
        ours = ours || why[i].needs_importance;
    if (r->options.have_imatrix || ours == theirs)
        return;
    t.differing++;
    printf("DIFFERS %s: importance data is needed by %s only\n", r->recipe->name,
           ours ? "us" : "the real one");
}

static bool try_one(const struct request *r, const struct mzg_model *m)
{
    struct mzg_gguf_tensor *table;
    struct mzg_recipe_why *why;
    struct mzg_err e;
    if (mzg_recipe_apply(r->recipe, m, &r->options, NULL, &table, &why, &e)) {
        printf("FAILED %s: %s\n", r->recipe->name, e.msg);
        return false;
    }
    /* It gives up where no type is left for a row's width; we go on with F16. */
    if (run_peer(r)) {
        compare(r, m, table, why);
        compare_needs(r, m, why);
        t.runs++;
    } else if (strstr(t.log, "invalid output file type")) {
        t.unknown++; /* NVFP4: it has the type, but no recipe that makes it */
    } else if (strstr(t.log, "no tensor type fallback is defined")) {
        t.refused++;
    } else {
        printf("FAILED %s: the real one says: %s\n", r->recipe->name,
               t.log + (t.len > 300 ? t.len - 300 : 0));
        t.differing++;
    }
    free(table);
    free(why);
    return true;
}

/* ---- all of it ---- */

/* What the dry run says is what comes: one real run, read back. */
static bool try_whole(const struct mzg_model *m, const char *recipe)
{
    struct request r = {0};
    struct peer_params p = peer.defaults();
    struct mzg_gguf_tensor *table;
    struct mzg_weights w;
    struct mzg_err e;
    char out[300];
    if (mzg_recipe_find(recipe, &r.recipe, &e) ||
        mzg_recipe_apply(r.recipe, m, NULL, NULL, &table, NULL, &e))
        return false;
    snprintf(out, sizeof out, "%s.out", t.path);
    p.ftype = (int32_t)r.recipe->file_type;
    t.len = 0;
    bool ok = peer.quantize(t.path, out, &p) == 0 && mzg_weights_open(&w, out, &e) == MZG_OK;
    unlink(out);
    for (size_t i = 0; i < m->n_tensors && ok; i++) {
        const struct mzg_tensor *got = mzg_weights_find(&w, table[i].name);
        t.compared++;
        t.differing += got == NULL || got->type != table[i].type;
    }
    free(table);
    if (ok)
        mzg_weights_close(&w);
    else
        printf("FAILED %s: the real one makes no file\n", recipe);
    return ok;
}

static bool try_options(const struct mzg_model *m)
{
    static const char *const texts[] = {"attn_v=Q8_0", "blk\\.[0-3]\\.ffn_(up|down)=Q6_K",
                                        "token_embd=Q5_K"};
    struct request r = {.overrides = {{"attn_v", MZG_TYPE_Q8_0},
                                      {"blk\\.[0-3]\\.ffn_(up|down)", MZG_TYPE_Q6_K},
                                      {"token_embd", MZG_TYPE_Q5_K}, {NULL, 0}}};
    const struct mzg_type_info *q8 = mzg_recipe_type("Q8_0"), *q3 = mzg_recipe_type("Q3_K");
    static const char *const recipes[] = {"Q4_K_M", "Q3_K_M", "IQ2_S"};
    bool ok = true;
    for (size_t i = 0; i < 3 * 8 && ok; i++) {
        struct mzg_err e;
        if (mzg_recipe_find(recipes[i / 8], &r.recipe, &e))
            return false;
        r.options = (struct mzg_recipe_options){.output_type = i & 1 ? q8 : NULL,
                                                .embedding_type = i & 2 ? q3 : NULL};
        if (i & 4) {
            r.options.tensor_types = texts;
            r.options.n_tensor_types = 3;
        }
        ok = try_one(&r, m);
    }
    for (size_t i = 0; i < 4 && ok; i++) {
        r.options = (struct mzg_recipe_options){.pure = true, .output_type = i & 1 ? q8 : NULL,
                                                .embedding_type = i & 2 ? q3 : NULL};
        if (m->tensors[0].ne[0] % 256 == 0) /* it does not look at widths then */
            ok = try_one(&r, m);
    }
    return ok;
}

static bool try_model(const struct recipe_model *model)
{
    struct mzg_model_options mo = {0};
    struct mzg_model m;
    struct mzg_err e;
    size_t n;
    const struct mzg_recipe *recipes = mzg_recipes(&n);
    unsigned before = t.compared, differed = t.differing;
    if (recipe_model_write(model, t.path, &e) || mzg_model_open(&m, t.path, &mo, &e)) {
        printf("FAILED %s: %s\n", model->name, e.msg);
        return false;
    }
    bool ok = true;
    for (size_t i = 0; i < 2 * n && ok; i++) {
        struct request r = {.recipe = &recipes[i / 2], .options = {.have_imatrix = i % 2 != 0}};
        ok = try_one(&r, &m);
    }
    ok = ok && try_options(&m);
    if (model->layers < 40 && model->width % 256 == 0)
        ok = ok && try_whole(&m, "Q4_K_M") && try_whole(&m, "Q2_K");
    printf("%s %-28s %-9s %3zu tensors, %6u choices compared\n",
           ok && t.differing == differed ? "ok     " : "FAILED ", model->name, model->arch,
           m.n_tensors, t.compared - before);
    mzg_model_close(&m);
    return ok;
}

/* Prints the built-in text with how often each line decided; returns how many never did. */
static unsigned show_fired(void)
{
    unsigned never = 0, rules = 0, number = 1;
    printf("\nrows of the table, and how often each decided:\n");
    for (const char *p = mzg_recipe_text(); *p; number++) {
        size_t n = strcspn(p, "\n");
        if (p[0] == '[' || p[0] == '#') {
            printf("         %.*s\n", (int)n, p);
        } else if (n > 0) {
            printf("%8lu %.*s\n", t.fired[number], (int)n, p);
            rules++;
            never += t.fired[number] == 0;
        }
        p += n + (p[n] == '\n');
    }
    printf("%u rows, %u never fired\n", rules, never);
    return never;
}

int main(int argc, char **argv)
{
    char dir[] = "/tmp/mzigo-recipes-XXXXXX";
    bool ok = true;
    if (argc != 2 || !llama_peer_load(&peer, argv[1]) || !mkdtemp(dir))
        return 2;
    snprintf(t.path, sizeof t.path, "%s/model.gguf", dir);
    peer.init();
    peer.log_set(collect, NULL);
    for (size_t i = 0; i < n_recipe_models && ok; i++)
        ok = try_model(&recipe_models[i]);
    unlink(t.path);
    rmdir(dir);
    unsigned never = show_fired();
    printf("%u runs, %u choices compared, %u differ; left out: %u runs that the real one refuses for a "
           "row's width, %u by a recipe that it does not have (NVFP4)\n",
           t.runs, t.compared, t.differing, t.refused, t.unknown);
    free(t.log);
    return ok && t.differing == 0 && never == 0 ? 0 : 1;
}
