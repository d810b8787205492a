#include "command.h"
#include "mzigo.h"
#include "report.h"
#include "term.h"
#include <stdio.h>

static const struct mzg_operand operands[] = {
    {"SRC", 0, "A Hugging Face folder (config.json, tokenizer, one or more .safetensors files), a "
               "GGUF file, or with --raw a single .safetensors file."},
    {0},
};

static const struct mzg_option options[] = {
    {"out", 'o', "OUT.gguf", MZG_REQUIRED, "The file to write. It appears whole or not at all."},
    {"to", 0, "TYPE", MZG_REQUIRED, "The type that every eligible matrix gets: F32, F16, BF16, Q8_0, "
                                    "Q5_1, Q5_0, Q4_1 or Q4_0."},
    {"raw", 0, NULL, 0, "Takes weights without a model folder: names and shapes as they are."},
    {"pre", 0, "NAME", 0, "The pre-tokenizer's name, where it cannot be told from the tokenizer's "
                          "structure."},
    MZG_OPTION_THREADS,
    MZG_OPTION_CPU,
    MZG_OPTIONS_COMMON,
    {0},
};

static void report(const struct mzg_context *c, const char *out, const char *to,
                   const struct mzg_convert_result *r)
{
    mzg_report_text(c->result, "out", out);
    mzg_report_text(c->result, "to", to);
    mzg_report_number(c->result, "tensors", r->tensors);
    mzg_report_number(c->result, "elements", r->elems);
    mzg_report_number(c->result, "source_bytes", r->source_bytes);
    mzg_report_number(c->result, "output_bytes", r->output_bytes);
}

static void show(const struct mzg_context *c, const char *src, const char *out,
                 const struct mzg_convert_result *r)
{
    char word[MZG_WORD], from[MZG_WORD], size[MZG_SIZE], was[MZG_SIZE], count[MZG_COUNT];
    double bits = r->elems ? (double)r->output_bytes * 8 / (double)r->elems : 0;
    mzg_shell_word(word, out);
    mzg_shell_word(from, src);
    printf("%s: %s, %s from %s, %.2f bits per weight\n", word,
           mzg_count_text(count, r->tensors, "tensor"), mzg_size_text(size, r->output_bytes),
           mzg_size_text(was, r->source_bytes), bits);
    if (!c->quiet)
        printf("next: mzigo check %s --against %s\n", word, from);
}

static enum mzg_code run(struct mzg_context *c, struct mzg_err *e)
{
    const char *src = mzg_args_operand(&c->args, 0);
    const char *out = mzg_args_text(&c->args, "out");
    struct mzg_convert_options opt = {
        .to = mzg_args_text(&c->args, "to"),
        .raw = mzg_args_has(&c->args, "raw"),
        .pre = mzg_args_text(&c->args, "pre"),
    };
    struct mzg_convert_result r = {0};
    enum mzg_code code = mzg_convert(src, out, &opt, &c->run, &r, e);
    mzg_meter_wipe(c->meter);
    if (code)
        return code;
    if (c->json)
        report(c, out, opt.to, &r);
    else
        show(c, src, out, &r);
    return MZG_OK;
}

const struct mzg_command mzg_cmd_convert = {
    .name = "convert",
    .brief = "converts a model to GGUF, quantized or not",
    .about =
        "Writes the model as one GGUF file, tokenizer and all, that llama.cpp and what is built on "
        "it load. Every matrix (2-D, named *.weight, not a norm) becomes TYPE; the other tensors "
        "stay F32. A matrix whose rows the type's blocks do not divide gets the nearest type that "
        "fits, and a note says so.\n"
        "\n"
        "Weights are read once and streamed: memory stays under 256 MiB whatever the model's size. "
        "The same source and options give the same bytes on every machine. A NaN or infinite weight "
        "is refused by name and never written.",
    .examples = "mzigo convert my-model -o my-model.gguf --to Q8_0\n"
                "mzigo convert weights.safetensors -o weights.gguf --to F16 --raw",
    .operands = operands,
    .options = options,
    .run = run,
};
