/* command.h: what a command is, and how to add one.
 *
 * To add `mzigo frob`:
 *   1. tools/cmd_frob.c: a table of options, a run function and `const struct mzg_command
 *      mzg_cmd_frob` that ties them together (cmd_keygen.c is a short one to start from);
 *   2. X(frob) in MZG_COMMANDS below, in the order in which people meet commands;
 *   3. tests/cli/frob.sh.
 * `mzigo --help`, `mzigo frob --help`, the manual pages and their installation follow from these.
 *
 * A command never exits and never prints an error: it returns a code and main does both. */
#ifndef MZG_TOOLS_COMMAND_H
#define MZG_TOOLS_COMMAND_H

#include "base/progress.h"
#include "options.h"
#include <jansson.h>

#define MZG_COMMANDS(X)                                                                            \
    X(inspect) X(convert) X(check) X(kernels) X(keygen) X(pack) X(verify) X(unpack) X(pull)        \
    X(mirror) X(serve) X(carry) X(gc)

struct mzg_meter;

/* What a command gets to do its work. */
struct mzg_context {
    struct mzg_args args;
    bool json;          /* print nothing on stdout: fill result, main prints it */
    bool quiet;         /* no progress, no notes */
    struct mzg_run run; /* to hand to the library: threads, CPU features, progress, notes */
    struct mzg_meter *meter; /* draws them: wipe it (term.h) before printing behind long work */
    json_t *result;     /* an object (report.h); printed with --json, also when the command failed */
};

struct mzg_command {
    const char *name;
    const char *brief;    /* "converts a model to GGUF" */
    const char *about;    /* paragraphs, apart by an empty line; a line that begins with a space
                           * is shown as it stands */
    const char *examples; /* lines of a shell session */
    const char *const *forms; /* of a command with several: what follows its name in each, NULL at the end;
                               * NULL: one, made from the operands and the options that are required */
    const struct mzg_operand *operands; /* ends with {0}; NULL: none */
    const struct mzg_option *options;   /* ends with {0} */
    enum mzg_code (*run)(struct mzg_context *c, struct mzg_err *e);
};

/* For the end of every option table; main acts on them. */
#define MZG_OPTIONS_COMMON                                                                         \
    {"json", 0, NULL, 0, "Prints one JSON object on standard output instead of text."},            \
    {"quiet", 'q', NULL, 0, "Shows no progress and no notes."},                                    \
    {"help", 'h', NULL, 0, "Prints this."}

/* Where the work is spread over threads. */
#define MZG_OPTION_THREADS                                                                         \
    {"threads", 0, "N", 0, "Worker threads, 1 to 64; one per CPU when not given. The result is "   \
                           "the same with any number."}

/* Where kernels are used. */
#define MZG_OPTION_CPU                                                                             \
    {"cpu", 0, "LIST", 0, "CPU features that kernels may use, apart by commas: ref (none), avx2, " \
                          "avx512, vnni, neon, dotprod. All that this CPU has when not given. "    \
                          "The result is the same with any."}

#define X(name) extern const struct mzg_command mzg_cmd_##name;
MZG_COMMANDS(X)
#undef X

#endif
