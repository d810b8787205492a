/* main.c: finds the command, gives it what all commands share, and ends the program: the one place
 * that prints errors and exits. */
#include "command.h"
#include "kernels/kernels.h"
#include "manual.h"
#include "report.h"
#include "stop.h"
#include "term.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define X(name) &mzg_cmd_##name,
static const struct mzg_command *const commands[] = {MZG_COMMANDS(X)};
#undef X
static const size_t n_commands = sizeof commands / sizeof *commands;

static const struct mzg_command *find_command(const char *name, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    for (size_t i = 0; i < n_commands; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "unknown command '%s' (see mzigo --help)",
             mzg_quote(q, name));
    return NULL;
}

/* ---- what all commands share ---- */

/* "avx2,avx512" -> bits; "ref" is none. A feature that this CPU lacks is refused: forcing it would
 * crash. */
static enum mzg_code parse_cpu(const char *list, uint32_t *cpu, struct mzg_err *e)
{
    uint32_t have = mzg_cpu_features();
    char q[MZG_QUOTE];
    *cpu = 0;
    for (const char *p = list;; p++) {
        size_t len = strcspn(p, ",");
        uint32_t bit = 0;
        const char *name = "";
        for (unsigned i = 0; i < 32 && !bit; i++) {
            name = mzg_cpu_name(1u << i);
            if (name && strlen(name) == len && memcmp(name, p, len) == 0)
                bit = 1u << i;
        }
        if (!bit && !(len == 3 && memcmp(p, "ref", 3) == 0))
            return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --cpu: unknown feature '%s'",
                            mzg_quote_n(q, p, len));
        if (bit & ~have)
            return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --cpu: this CPU has no %s", name);
        *cpu |= bit;
        p += len;
        if (!*p)
            return MZG_OK;
    }
}

static enum mzg_code share(struct mzg_context *c, const struct mzg_option *options,
                           struct mzg_meter *meter, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    uint64_t threads = 0;
    c->json = mzg_args_has(&c->args, "json");
    c->quiet = mzg_args_has(&c->args, "quiet");
    c->run.cpu = mzg_cpu_features();
    if (mzg_options_have(options, "cpu") && mzg_args_has(&c->args, "cpu"))
        code = parse_cpu(mzg_args_text(&c->args, "cpu"), &c->run.cpu, e);
    if (!code && mzg_options_have(options, "threads"))
        code = mzg_args_number(&c->args, "threads", 1, 64, &threads, e);
    c->run.threads = (unsigned)threads;
    mzg_meter_init(meter, c->quiet, c->json ? mzg_report_list(c->result, "notes") : NULL);
    c->meter = meter;
    c->run.progress = (struct mzg_progress){mzg_meter_step, meter};
    c->run.notify = (struct mzg_notify){mzg_meter_note, meter};
    return code;
}

/* Known before the rest of the command line is: its faults are reported in JSON too. */
static bool asks_json(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--json") == 0)
            return true;
    }
    return false;
}

static void point_to_help(struct mzg_err *e, const struct mzg_command *cmd)
{
    size_t n = strlen(e->msg);
    snprintf(e->msg + n, sizeof e->msg - n, " (see mzigo %s --help)", cmd->name);
    mzg_prefix(e, "%s", cmd->name);
}

/* ---- the end ---- */

/* Some messages say the byte in their own words. */
static bool says_byte(const struct mzg_err *e)
{
    char word[40];
    size_t n = (size_t)snprintf(word, sizeof word, "byte %llu", (unsigned long long)e->offset);
    const char *at = strstr(e->msg, word);
    return at && !(at[n] >= '0' && at[n] <= '9');
}

static void print_error(const struct mzg_err *e)
{
    if (e->offset == MZG_NO_OFFSET || says_byte(e))
        fprintf(stderr, "mzigo: %s\n", e->msg);
    else
        fprintf(stderr, "mzigo: %s (byte %llu)\n", e->msg, (unsigned long long)e->offset);
}

/* What was printed must have arrived: `mzigo inspect x > /dev/full` fails. A reader who left
 * (EPIPE) has what it wanted and is told nothing. */
static int check_stdout(int status)
{
    int fault = 0;
    if (ferror(stdout) || fflush(stdout) || close(STDOUT_FILENO))
        fault = errno ? errno : EIO;
    if (!fault)
        return status;
    if (fault != EPIPE)
        fprintf(stderr, "mzigo: cannot write to standard output: %s\n", strerror(fault));
    return status ? status : MZG_IO;
}

/* The error as a line for people and, with --json, in the document for machines. */
static enum mzg_code finish(struct mzg_context *c, enum mzg_code code, const struct mzg_err *e)
{
    struct mzg_err print_err;
    if (code)
        print_error(e);
    if (!c->json)
        return code;
    if (code)
        mzg_report_error(c->result, e);
    if (mzg_report_print(c->result, &print_err) && print_err.code != MZG_IO) {
        print_error(&print_err); /* MZG_IO: check_stdout says it */
        code = code ? code : print_err.code;
    }
    return code;
}

static enum mzg_code run(const struct mzg_command *cmd, int argc, char **argv, struct mzg_err *e)
{
    struct mzg_context c = {.json = asks_json(argc, argv), .result = json_object()};
    struct mzg_meter meter = {0};
    enum mzg_code code = mzg_args_parse(&c.args, cmd->options, cmd->operands, argc, argv, e);
    if (!code && mzg_args_has(&c.args, "help")) {
        mzg_manual_command(stdout, cmd, MZG_PLAIN);
    } else {
        if (!code)
            code = share(&c, cmd->options, &meter, e);
        if (code)
            point_to_help(e, cmd);
        else
            code = cmd->run(&c, e);
        mzg_meter_wipe(&meter);
        code = finish(&c, code, e);
    }
    json_decref(c.result);
    mzg_args_clear(&c.args);
    return code;
}

/* `mzigo help [COMMAND]`, and `mzigo --man [COMMAND]`, which the installation uses together with
 * `mzigo --commands`. */
static enum mzg_code help(const char *name, enum mzg_dress dress, struct mzg_err *e)
{
    const struct mzg_command *cmd = name ? find_command(name, e) : NULL;
    if (cmd)
        mzg_manual_command(stdout, cmd, dress);
    else if (!name)
        mzg_manual_program(stdout, commands, n_commands, dress);
    return name && !cmd ? e->code : MZG_OK;
}

static void list_commands(void)
{
    for (size_t i = 0; i < n_commands; i++)
        puts(commands[i]->name);
}

static enum mzg_code dispatch(int argc, char **argv)
{
    struct mzg_err err = {.offset = MZG_NO_OFFSET};
    const char *word = argc > 1 ? argv[1] : "";
    const struct mzg_command *cmd;
    enum mzg_code code = MZG_OK;
    if (argc < 2) {
        mzg_manual_program(stderr, commands, n_commands, MZG_PLAIN);
        return MZG_USAGE;
    }
    if (strcmp(word, "--version") == 0)
        puts("mzigo " MZG_VERSION);
    else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
        code = help(argv[2], MZG_PLAIN, &err);
    else if (strcmp(word, "--commands") == 0)
        list_commands();
    else if (strcmp(word, "--man") == 0)
        code = help(argv[2], MZG_ROFF, &err);
    else if ((cmd = find_command(word, &err)) != NULL)
        return run(cmd, argc - 2, argv + 2, &err);
    else
        code = err.code;
    if (code)
        print_error(&err);
    return code;
}

/* Were one of them closed, the first file opened would take its place and be written into. Opened
 * the wrong way round, so that using it fails as it should. */
static void hold_standard_files(void)
{
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_WRONLY) < 0)
            exit(MZG_IO);
    }
}

int main(int argc, char **argv)
{
    int status;
    hold_standard_files();
    mzg_stop_watch();
    status = check_stdout((int)dispatch(argc, argv));
    if (status == MZG_STOPPED)
        mzg_stop_obey();
    return status;
}
