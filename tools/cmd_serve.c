#include "command.h"
#include "net/amounts.h"
#include "net/lan/service.h"
#include "net/serve/rate.h"
#include "net/serve/serve.h"
#include "report.h"
#include "stop.h"
#include "term.h"
#include <stdio.h>
#include <string.h>

static const struct mzg_operand operands[] = {
    {"REPO", 0, "The repository folder."},
    {0},
};

static const struct mzg_option options[] = {
    {"bind", 0, "ADDR", MZG_MANY, "Listens on this address of the machine's only; may be given "
                                  "several times. All of them, IPv4 and IPv6, when not given."},
    {"port", 0, "N", 0, "The port, 8420 when not given; 0 takes any that is free."},
    {"name", 0, "TEXT", 0, "Announces itself on the local network under this name; the machine's "
                           "when not given. Another machine that has it keeps it, and this one gets "
                           "a number behind it."},
    {"no-announce", 0, NULL, 0, "Does not announce itself; addresses have to be typed."},
    {"limit-rate", 0, "RATE", 0, "Sends at most so many bytes a second in all (64k, 2M), in equal "
                                 "parts to the addresses that are downloading, however many "
                                 "connections each has."},
    {"max-connections", 0, "N", 0, "Connections at once, 512 when not given. A connection that is "
                                   "not being served gives way to a new client."},
    {"per-client", 0, "N", 0, "Connections at once of one address, 16 when not given. More are "
                              "told to come back later (503)."},
    {"timeout", 0, "SECONDS", 0, "A client has so long to send a request, and a transfer may stand "
                                 "still for so long; 30 when not given."},
    {"trust", 0, "KEY.pub", MZG_MANY, "The check of the repository looks at signatures too, by "
                                      "this key, and the page says what it found; may be given "
                                      "several times."},
    {"check-every", 0, "HOURS", 0, "Reads every stored byte in the background at the start and "
                                   "then every so many hours, 24 when not given; 0: never."},
    {"log", 0, "FILE", 0, "Adds a line per request to FILE, in the common log format; - is "
                          "standard output. Nothing is logged when not given."},
    MZG_OPTIONS_COMMON,
    {0},
};

/* One line, so that a program that reads it need not wait for the server's end. */
static void say_json(struct mzg_context *c, char *const *urls, size_t n)
{
    json_t *o = json_object();
    json_t *list = mzg_report_list(o, "urls");
    for (size_t i = 0; i < n; i++)
        mzg_report_row_text(list, urls[i]);
    mzg_report_text(o, "repository", mzg_args_operand(&c->args, 0));
    json_dumpf(o, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(o);
}

static void listening(void *ctx, char *const *urls, size_t n)
{
    struct mzg_context *c = ctx;
    char word[MZG_WORD];
    if (c->json) {
        say_json(c, urls, n);
    } else {
        printf("serving %s at", mzg_shell_word(word, mzg_args_operand(&c->args, 0)));
        for (size_t i = 0; i < n; i++)
            printf(" %s", urls[i]);
        putchar('\n');
    }
    fflush(stdout);
}

static enum mzg_code number(const struct mzg_context *c, const char *name, uint64_t min,
                            uint64_t max, unsigned *out, struct mzg_err *e)
{
    uint64_t n = *out;
    enum mzg_code code = mzg_args_number(&c->args, name, min, max, &n, e);
    *out = (unsigned)n;
    return code;
}

static enum mzg_code read_rate(const struct mzg_context *c, uint64_t *rate, struct mzg_err *e)
{
    const char *text = mzg_args_text(&c->args, "limit-rate");
    char q[MZG_QUOTE];
    if (!text || (mzg_amount_bytes(text, strlen(text), rate) && *rate <= MZG_RATE_MAX))
        return MZG_OK;
    return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET,
                    "option --limit-rate takes bytes a second (64k, 1.5M), at most 10G, not '%s'",
                    mzg_quote(q, text));
}

static enum mzg_code read_name(const struct mzg_context *c, struct mzg_serve_options *o, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    o->name = mzg_args_text(&c->args, "name");
    o->announce = !mzg_args_has(&c->args, "no-announce");
    if (!o->name || mzg_lan_name_valid(o->name))
        return MZG_OK;
    return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --name takes 1 to %d bytes of text, not '%s'",
                    MZG_LAN_NAME - 1, mzg_quote(q, o->name));
}

static enum mzg_code read_options(const struct mzg_context *c, struct mzg_serve_options *o,
                                  struct mzg_err *e)
{
    enum mzg_code code = number(c, "port", 0, 65535, &o->port, e);
    if (!code)
        code = number(c, "max-connections", 1, 100000, &o->connections, e);
    if (!code)
        code = number(c, "per-client", 1, 100000, &o->per_client, e);
    if (!code)
        code = number(c, "timeout", 1, 86400, &o->timeout, e);
    if (!code)
        code = number(c, "check-every", 0, 87600, &o->check_every, e);
    if (!code)
        code = read_rate(c, &o->rate, e);
    if (!code)
        code = read_name(c, o, e);
    o->log = mzg_args_text(&c->args, "log");
    if (!code && c->json && o->log && strcmp(o->log, "-") == 0)
        code = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET,
                        "--json and --log - would both write on standard output");
    o->n_bind = mzg_args_list(&c->args, "bind", &o->bind);
    o->n_trust = mzg_args_list(&c->args, "trust", &o->trust);
    return code;
}

static enum mzg_code run(struct mzg_context *c, struct mzg_err *e)
{
    struct mzg_serve_options o = {.repo = mzg_args_operand(&c->args, 0), .port = MZG_SERVE_PORT,
                                  .connections = MZG_SERVE_CONNECTIONS,
                                  .per_client = MZG_SERVE_PER_CLIENT, .timeout = MZG_SERVE_TIMEOUT,
                                  .check_every = MZG_SERVE_CHECK_EVERY,
                                  .notify = &c->run.notify, .listening = listening,
                                  .stop = mzg_stop_asked, .ctx = c};
    struct mzg_served served = {0};
    enum mzg_code code = read_options(c, &o, e);
    if (!code)
        code = mzg_serve(&o, &served, e);
    if (code)
        return code;
    mzg_report_number(c->result, "requests", served.requests);
    mzg_report_number(c->result, "refused", served.refused);
    return mzg_fail(e, MZG_STOPPED, MZG_NO_OFFSET, "serve: stopped by request");
}

const struct mzg_command mzg_cmd_serve = {
    .name = "serve",
    .brief = "serves a repository over HTTP to everyone nearby",
    .about = "Serves what a repository holds to mirrors, receivers and anything else that "
             "speaks HTTP, until it is stopped. One line says at which addresses; with --json it is "
             "an object, and another one follows at the end.\n\n"
             "Plain HTTP is enough, for the contents are signed and whoever receives them checks "
             "them. Only objects, manifests, metadata, the index and the files of bundles (/plain/NAME/VERSION/FILE, "
             "decoded while they are sent) are served, never anything else that lies in the folder, and no link is "
             "followed. It needs no privilege.\n\n"
             "A browser at such an address shows what is here, in English or Swahili: for which "
             "device, how large, how long it takes, under which licence, and, with --trust, whether "
             "a trusted key signed it.\n\n"
             "Clients of the Hugging Face hub (hf, @huggingface/hub, llama.cpp) fetch from it as they "
             "are when they are told its address (HF_ENDPOINT); to them a bundle is the model "
             "mzigo/NAME.\n\n"
             "Ollama, oras, skopeo and what else fetches from registries find each bundle as mzigo/NAME, in the "
             "form that each of them wants:\n\n"
             "  ollama pull HOST:8420/mzigo/my-model:1.0.0 --insecure\n"
             "  oras pull --plain-http HOST:8420/mzigo/my-model:1.0.0\n"
             "  skopeo copy --src-tls-verify=false \\\n"
             "    docker://HOST:8420/mzigo/my-model:1.0.0 oci:my-model.oci:1.0.0\n\n"
             "A version's '+' is '_' there. Without a tag the newest version is meant, and to Ollama q4_k_m or "
             "1.0.0-q4_k_m is one of several models. They check no signature: with --trust, only what a trusted "
             "key signed is there.\n\n"
             "GET /healthz is for monitoring: it names what is damaged, missing or expired, as a "
             "check in the background has found, and when that was.\n\n"
             "Where Avahi's daemon runs, the server announces itself on the local network, and mzigo "
             "pull on other machines there finds it without an address.\n\n"
             "Any other web server can serve the same folder; samples/nginx/mzigo.conf is a "
             "configuration for nginx, with TLS.",
    .examples = "mzigo serve repo\n"
                "mzigo serve repo --bind 10.0.0.5 --port 80 --limit-rate 2M\n"
                "mzigo serve repo --trust lab.pub --log access.log",
    .operands = operands,
    .options = options,
    .run = run,
};
