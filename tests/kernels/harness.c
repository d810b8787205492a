/* harness.c: every kernel variant this CPU can run against its reference.
 *
 *   harness [--seed N] [--cpu MASK] [--only TEXT] [--quick] [--jobs N] [--bench] [--list]
 *
 * --cpu: the features to use, as the bits of enum mzg_cpu (0x1: AVX2 alone). --only: the variants
 * whose name contains TEXT. --jobs: so many processes. The exit status is 1 when anything failed. */
#include "harness.h"
#include "tests/forks.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct mzg_case mzg_case;
bool mzg_quick;

static const char *place_name(enum mzg_place place)
{
    static const char *const names[] = {"before a forbidden page", "after a forbidden page",
                                        "shifted"};
    return names[place];
}

static void describe(char *text, size_t size, const char *what)
{
    const struct mzg_case *c = &mzg_case;
    snprintf(text, size, "%s: %s (input: %s; n = %zu; %s by %zu; --seed %llu)\n", c->kernel, what,
             c->input, c->n, place_name(c->place), c->shift, (unsigned long long)c->seed);
}

bool mzg_expect(bool good, const char *what)
{
    if (good) {
        mzg_case.passed++;
        return true;
    }
    mzg_case.failed++;
    if (mzg_case.shown++ < 3) {
        char text[320];
        describe(text, sizeof text, what);
        fputs(text, stdout);
    }
    return false;
}

/* A read or write past a buffer ends here. snprintf is not promised to work in a handler, but the
 * kernel that crashed held no lock. */
static void on_crash(int sig)
{
    char text[320];
    describe(text, sizeof text, sig == SIGILL ? "illegal instruction" : "touched forbidden memory");
    size_t length = strlen(text);
    if (write(STDOUT_FILENO, text, length) != (ssize_t)length)
        _exit(2);
    _exit(1);
}

/* Every subset of the features: the table must hold the best that the subset allows. */
void mzg_test_features(uint32_t cpu)
{
    snprintf(mzg_case.kernel, sizeof mzg_case.kernel, "mzg_kernels_init");
    uint32_t mask = 0;
    size_t count;
    const struct mzg_kernel *list = mzg_kernel_list(&count);
    do {
        struct mzg_kernels k;
        mzg_kernels_init(&k, mask);
        snprintf(mzg_case.input, sizeof mzg_case.input, "features 0x%x", mask);
        for (size_t i = 0; i < count; i++) {
            const struct mzg_kernel *best = mzg_kernel_best(list[i].type, list[i].op, mask);
            const struct mzg_type_kernels *type = &k.type[list[i].type];
            bool same = false;
            mzg_expect(best && (best->needs & ~mask) == 0, "chose what the CPU cannot run");
            switch (list[i].op) {
            case MZG_OP_quantize: same = best && type->quantize == best->as.quantize; break;
            case MZG_OP_search: same = best && type->search == best->as.search; break;
            case MZG_OP_dequantize: same = best && type->dequantize == best->as.dequantize; break;
            case MZG_OP_dot: same = best && type->dot == best->as.dot; break;
            case MZG_OP_find_unfit: same = best && k.find_unfit == best->as.find_unfit; break;
            case MZG_OP_END: break;
            }
            mzg_expect(same, "the table does not hold the best variant");
        }
        mask = (mask - cpu) & cpu;
    } while (mask);
}

static int list_names(void)
{
    size_t count;
    const struct mzg_kernel *k = mzg_kernel_list(&count);
    for (size_t i = 0; i < count; i++)
        puts(k[i].name);
    return 0;
}

/* first: the number of the first one among the items that are divided. */
static void test_variants(uint32_t cpu, const char *only, uint64_t seed, size_t first)
{
    size_t count;
    const struct mzg_kernel *k = mzg_kernel_list(&count);
    for (size_t i = 0; i < count; i++) {
        if (!strstr(k[i].name, only) || !mzg_forks_claim(first + i))
            continue;
        if (k[i].needs & ~cpu)
            printf("%s: not run, the CPU lacks %s\n", k[i].name, k[i].isa);
        else
            mzg_test_variant(&k[i], seed);
    }
}

struct options {
    uint32_t cpu;
    uint64_t seed;
    const char *only;
    unsigned jobs;
    bool bench, list;
};

static bool parse(struct options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--seed") == 0 && more)
            o->seed = strtoull(argv[++i], NULL, 0);
        else if (strcmp(argv[i], "--cpu") == 0 && more)
            o->cpu &= (uint32_t)strtoul(argv[++i], NULL, 0);
        else if (strcmp(argv[i], "--only") == 0 && more)
            o->only = argv[++i];
        else if (strcmp(argv[i], "--jobs") == 0 && more)
            o->jobs = (unsigned)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--quick") == 0)
            mzg_quick = true;
        else if (strcmp(argv[i], "--bench") == 0)
            o->bench = true;
        else if (strcmp(argv[i], "--list") == 0)
            o->list = true;
        else
            return false;
    }
    return true;
}

static void run_tests(const struct options *o)
{
    struct sigaction crash = {.sa_handler = on_crash};
    const int signals[] = {SIGSEGV, SIGBUS, SIGILL};
    for (size_t i = 0; i < 3; i++)
        sigaction(signals[i], &crash, NULL);
    mzg_case.seed = o->seed;
    mzg_forks_begin(o->jobs);
    if (mzg_forks_claim(0))
        mzg_test_lanes(o->cpu, o->seed);
    if (mzg_forks_claim(1))
        mzg_test_accuracy(o->seed);
    if (mzg_forks_claim(2))
        mzg_test_golden();
    if (mzg_forks_claim(3)) {
        mzg_test_listing();
        mzg_test_features(o->cpu);
    }
    test_variants(o->cpu, o->only, o->seed, 4);
    mzg_forks_end(&mzg_case.passed, &mzg_case.failed);
    printf("%lu passed, %lu failed\n", mzg_case.passed, mzg_case.failed);
}

int main(int argc, char **argv)
{
    struct options o = {.cpu = mzg_cpu_features(), .seed = 1, .only = "", .jobs = 1};
    if (!parse(&o, argc, argv)) {
        fputs("usage: harness [--seed N] [--cpu MASK] [--only TEXT] [--quick] [--jobs N] [--bench] [--list]\n",
              stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (o.list)
        return list_names();
    if (o.bench)
        mzg_bench(o.cpu, o.only);
    else
        run_tests(&o);
    return mzg_case.failed != 0;
}
