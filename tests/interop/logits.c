/* logits LIBRARIES MODEL.gguf CASE [ADAPTER.gguf]: what the real llama.cpp computes beside what is expected, the adapter
 * laid over the model.
 *
 * CASE is a folder that make_models.py wrote: case.txt says what to run, expected.f32 holds what comes of it, row by row,
 * as the machine's floats. All is in F32 on the CPU, so that what differs is the file's fault: the cache too, and no
 * flash attention, which rounds to halves. Prints the largest difference, the largest expected value and their ratio:
 * "DIFFERENCE LARGEST RATIO", and exits with 1 when the ratio is above the case's tolerance. Exit status 2: the model
 * does not load or run, or has other dimensions, as stderr tells. */
#include "llama_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKENS = 512 };

/* case.txt: lines of a word and its values. */
struct test {
    char mode[16];                /* logits, embeddings (of each token), pooled or scores (of all) */
    int32_t tokens[TOKENS];       /* to the encoder, where there is one */
    int32_t decoder[TOKENS];      /* to its decoder */
    int32_t n_tokens, n_decoder;
    uint32_t context;             /* context size, which decides on the factors of long rope */
    uint32_t rows, columns;       /* expected; the model's rows may be longer (a padded vocabulary) */
    double tolerance;             /* of the ratio */
    float *expected;
};

static struct llama_runner run;

static void say_errors(int level, const char *text, void *ctx)
{
    static bool error;
    (void)ctx;
    if (level != PEER_CONTINUED)
        error = level == PEER_ERROR;
    if (error)
        fputs(text, stderr);
}

static int32_t read_tokens(char *text, int32_t *out)
{
    int32_t n = 0;
    for (char *t = strtok_r(text, " \n", &text); t && n < TOKENS; t = strtok_r(NULL, " \n", &text))
        out[n++] = (int32_t)strtol(t, NULL, 10);
    return n;
}

static void read_line(struct test *t, char *word, char *rest)
{
    if (strcmp(word, "mode") == 0)
        sscanf(rest, "%15s", t->mode);
    else if (strcmp(word, "tokens") == 0)
        t->n_tokens = read_tokens(rest, t->tokens);
    else if (strcmp(word, "decoder") == 0)
        t->n_decoder = read_tokens(rest, t->decoder);
    else if (strcmp(word, "context") == 0)
        sscanf(rest, "%u", &t->context);
    else if (strcmp(word, "shape") == 0)
        sscanf(rest, "%u %u", &t->rows, &t->columns);
    else if (strcmp(word, "tolerance") == 0)
        sscanf(rest, "%lf", &t->tolerance);
}

static bool read_case(struct test *t, const char *folder)
{
    char path[4096], *line = NULL;
    size_t room = 0;
    snprintf(path, sizeof path, "%s/case.txt", folder);
    FILE *f = fopen(path, "r");
    while (f && getline(&line, &room, f) > 0) {
        char *rest = strchr(line, ' ');
        if (rest) {
            *rest = 0;
            read_line(t, line, rest + 1);
        }
    }
    if (f)
        fclose(f);
    free(line);
    size_t n = (size_t)t->rows * t->columns;
    snprintf(path, sizeof path, "%s/expected.f32", folder);
    t->expected = calloc(n ? n : 1, sizeof *t->expected);
    f = fopen(path, "rb");
    bool ok = f && t->expected && n > 0 && t->n_tokens > 0 && fread(t->expected, sizeof *t->expected, n, f) == n &&
              fgetc(f) == EOF;
    if (f)
        fclose(f);
    if (!ok)
        fprintf(stderr, "%s: no case, or not the floats that it tells of\n", folder);
    return ok;
}

/* ---- running it ---- */

static void *new_context(void *model, const struct test *t)
{
    struct peer_context_params p = run.context_defaults();
    p.context = t->context;
    p.batch = p.micro_batch = TOKENS;
    p.outputs_of_sequence = TOKENS;
    p.threads = p.batch_threads = 1; /* threads spin while they wait */
    p.k_type = p.v_type = PEER_F32;
    p.flash = PEER_FLASH_OFF;
    p.embeddings = strcmp(t->mode, "logits") != 0;
    if (strcmp(t->mode, "embeddings") == 0)
        p.pooling = PEER_POOLING_NONE;
    return run.context_new(model, p);
}

static bool adapt(void *model, void *context, const char *adapter)
{
    float scale = 1;
    void *loaded = adapter ? run.adapter_load(model, adapter) : NULL;
    return !adapter || (loaded && run.adapters_set(context, &loaded, 1, &scale) == 0);
}

static bool evaluate(const void *model, void *context, struct test *t)
{
    int8_t wanted[TOKENS];
    memset(wanted, 1, sizeof wanted);
    struct peer_batch b = {.n = t->n_tokens, .tokens = t->tokens, .wanted = wanted};
    if (!run.has_encoder(model))
        return run.decode(context, b) == 0;
    if (run.encode(context, b) != 0)
        return false;
    b.n = t->n_decoder;
    b.tokens = t->decoder;
    return b.n == 0 || run.decode(context, b) == 0;
}

static const float *row_of(void *context, const struct test *t, int32_t i)
{
    if (strcmp(t->mode, "logits") == 0)
        return run.logits(context, i);
    return strcmp(t->mode, "embeddings") == 0 ? run.embeddings(context, i) : run.pooled(context, 0);
}

/* 0, 1 or 2 as the program's exit status. */
static int compare(void *model, void *context, const struct test *t)
{
    bool logits = strcmp(t->mode, "logits") == 0;
    int32_t have = logits ? run.n_tokens(run.vocabulary(model)) : run.n_embd(model);
    if (strcmp(t->mode, "scores") == 0)
        have = (int32_t)run.n_scores(model);
    double difference = 0, largest = 0;
    if (have < (int32_t)t->columns || (!logits && have != (int32_t)t->columns)) {
        fprintf(stderr, "rows of %d where %u are expected\n", have, t->columns);
        return 2;
    }
    for (uint32_t r = 0; r < t->rows; r++) {
        const float *x = row_of(context, t, (int32_t)r), *y = t->expected + (size_t)r * t->columns;
        for (uint32_t c = 0; c < t->columns; c++) {
            double d = x ? fabs((double)x[c] - (double)y[c]) : INFINITY;
            difference = d > difference || isnan(d) ? (isnan(d) ? INFINITY : d) : difference;
            largest = fmax(largest, fabs((double)y[c]));
        }
    }
    printf("%.3g %.3g %.2g\n", difference, largest, difference / largest);
    return difference / largest <= t->tolerance ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct test t = {.context = TOKENS, .tolerance = 1e-5, .mode = "logits"};
    int status = 2;
    if (argc < 4 || argc > 5 || !read_case(&t, argv[3]) || !llama_runner_load(&run, argv[1]))
        return 2;
    run.log_set(say_errors, NULL);
    run.init();
    run.load_backends(argv[1]);
    struct peer_model_params p = run.model_defaults();
    p.check_tensors = true;
    p.extra_buffers = false; /* which may keep weights in another layout */
    void *model = run.model_load(argv[2], p);
    void *context = model ? new_context(model, &t) : NULL;
    if (context && adapt(model, context, argv[4]) && evaluate(model, context, &t))
        status = compare(model, context, &t);
    else if (context)
        fprintf(stderr, "it does not run\n");
    if (context)
        run.context_free(context);
    if (model)
        run.model_free(model);
    free(t.expected);
    return status;
}
