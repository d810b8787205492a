#include "command.h"
#include "dry_run.h"
#include "net/amounts.h"
#include "outputs.h"
#include "report.h"
#include "term.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static const struct mzg_operand operands[] = {
    {"SRC", 0, "A model's folder as it is published: Hugging Face's (config.json, tokenizer, one or more "
               ".safetensors or .bin files), Mistral's or Meta's (params.json, tokenizer, consolidated "
               "weights), onnxruntime-genai's (genai_config.json, tokenizer, model.onnx); a GGUF file (of a "
               "model in several parts, any of them) or a folder with one such model; OpenAI's checkpoint of a "
               "Whisper (base.pt); a file of whisper.cpp's; or with --raw a single .safetensors, .bin, .pt, .pth "
               "or .onnx file, or their folder; or with --base an adapter's folder."},
    {0},
};

static const struct mzg_option options[] = {
    {"out", 'o', "OUT.gguf", 0, "The file to write. It appears whole or not at all. {} in its name stands "
                                "for the type, and must be there when there are several."},
    {"to", 0, "TYPE", 0, "The type or recipe: F32, F16, BF16, Q8_0, Q4_K_M ... (mzigo inspect lists them "
                         "all, with what SRC would weigh). Several, apart by commas, are made from one "
                         "reading. A Whisper becomes F16 without it."},
    {"recipe", 0, "FILE", 0, "A recipe of your own instead of --to (SPEC.md, \"Recipes\")."},
    {"tensor-type", 0, "REGEX=TYPE", MZG_MANY, "Tensors whose name matches get TYPE; the first that "
                                               "matches decides. May be given several times."},
    {"output-type", 0, "TYPE", 0, "The type of output.weight."},
    {"embedding-type", 0, "TYPE", 0, "The type of token_embd.weight."},
    {"pure", 0, NULL, 0, "One type for all matrices: the recipe's exceptions are left out."},
    {"requantize", 0, NULL, 0, "Takes weights that are quantized already, too, which adds both errors: where the "
                               "originals are not to be had."},
    {"imatrix", 0, "FILE", 0, "Importance data, as llama.cpp's imatrix tool writes them: errors count "
                              "more in columns that matter more."},
    {"effort", 0, "LEVEL", 0, "How long to search for the least error: fast, default or best."},
    {"split-max-size", 0, "SIZE", 0, "Cuts the output into parts, OUT-00001-of-0000N.gguf and so on, each a file "
                                     "of at most SIZE (2G, 500M; 4000M for a FAT32 stick). llama.cpp is given the "
                                     "first and finds the others beside it. A tensor is never cut."},
    {"split-max-tensors", 0, "N", 0, "The same, with at most N tensors in a part."},
    {"resume", 0, NULL, 0, "Keeps what is written when the work is stopped, in OUT.gguf.mzg-part and "
                           ".mzg-journal, and goes on with it when the same command is given again. Without "
                           "it nothing is kept, and what was is removed."},
    {"dry-run", 0, NULL, 0, "Writes nothing: lists every tensor's type, why it has it, and the exact size "
                            "of the output."},
    {"raw", 0, NULL, 0, "Takes weights without a model folder: names and shapes as they are."},
    {"pre", 0, "NAME", 0, "The pre-tokenizer's name, where it cannot be told from the tokenizer's "
                          "structure."},
    {"tokenizer", 0, "PATH", 0, "Where the tokens of OpenAI's checkpoint are, which is published without them: "
                                "multilingual.tiktoken (of English models gpt2.tiktoken), a folder that has it, as "
                                "OpenAI's package does, or a Hugging Face folder with the tokenizer. Without it they "
                                "are looked for beside the checkpoint."},
    {"set", 0, "KEY=VALUE", MZG_MANY, "Metadata over what SRC says: general.name=Kilimo, "
                                      "general.languages=sw,en, tokenizer.ggml.add_bos_token=false. A key that "
                                      "is not known needs its type: KEY=u32:5, f32:, bool:, string:, strings: "
                                      "and the like. What decides the meaning of tensors or tokens cannot be "
                                      "set. May be given several times."},
    {"lora", 0, "ADAPTER[=SCALE]", MZG_MANY, "A LoRA adapter as PEFT publishes it (its folder, or the weights file "
                                             "beside its adapter_config.json), merged into SRC's weights while "
                                             "they are read, SCALE times (1). May be given several times."},
    {"base", 0, "BASE", 0, "SRC is a LoRA adapter, which becomes a GGUF of its own (F32, F16 or BF16), for "
                           "llama.cpp's --lora. BASE is its base's folder, of which config.json is needed and no "
                           "weights."},
    MZG_OPTION_THREADS,
    MZG_OPTION_CPU,
    MZG_OPTIONS_COMMON,
    {0},
};

/* A path as it may be: a longer one has failed before. */
#define PATH_ROOM (PATH_MAX + 64)

/* The file of an output that stands for it: its first part, where it is in parts. */
static const char *first_file(char path[PATH_ROOM], const char *out, const struct mzg_convert_result *r)
{
    if (r->parts == 0)
        return out;
    mzg_convert_part(path, PATH_ROOM, out, 0, r->parts);
    return path;
}

static void report_parts(json_t *o, const char *out, const struct mzg_convert_result *r)
{
    char path[PATH_ROOM];
    json_t *list = r->parts > 0 ? mzg_report_list(o, "parts") : NULL;
    for (uint64_t i = 0; i < r->parts; i++) {
        mzg_convert_part(path, sizeof path, out, i, r->parts);
        mzg_report_row_text(list, path);
    }
}

static void report_one(json_t *o, const char *out, const char *to, const struct mzg_convert_result *r)
{
    char path[PATH_ROOM];
    mzg_report_text(o, "out", first_file(path, out, r));
    report_parts(o, out, r);
    mzg_report_text(o, "to", to ? to : r->to);
    mzg_report_number(o, "tensors", r->tensors);
    mzg_report_number(o, "elements", r->elems);
    mzg_report_number(o, "source_bytes", r->source_bytes);
    mzg_report_number(o, "output_bytes", r->output_bytes);
}

/* One output is told of in the document itself, too. */
static void report(json_t *o, const struct mzg_outputs *outs, const struct mzg_convert_result *r)
{
    json_t *list;
    if (outs->n == 1)
        report_one(o, outs->list[0].path, outs->list[0].to, r);
    list = mzg_report_list(o, "outputs");
    for (size_t i = 0; i < outs->n; i++)
        report_one(mzg_report_row(list), outs->list[i].path, outs->list[i].to, &r[i]);
}

static void show_one(const char *out, const struct mzg_convert_result *r)
{
    char word[MZG_WORD], path[PATH_ROOM], size[MZG_SIZE], was[MZG_SIZE], count[MZG_COUNT];
    double bits = r->elems ? (double)r->output_bytes * 8 / (double)r->elems : 0;
    printf("%s", mzg_shell_word(word, first_file(path, out, r)));
    if (r->parts > 1)
        printf(" and %s", mzg_count_text(count, r->parts - 1, "more part"));
    printf(": %s, %s from %s, %.2f bits per weight\n",
           mzg_count_text(count, r->tensors, "tensor"), mzg_size_text(size, r->output_bytes),
           mzg_size_text(was, r->source_bytes), bits);
}

static void show(const struct mzg_context *c, const char *src, const struct mzg_convert_options *opt,
                 const struct mzg_outputs *outs, const struct mzg_convert_result *r)
{
    char word[MZG_WORD], path[PATH_ROOM], from[MZG_WORD], with[MZG_WORD];
    for (size_t i = 0; i < outs->n; i++)
        show_one(outs->list[i].path, &r[i]);
    if (c->quiet)
        return;
    printf("next: mzigo check %s --against %s",
           mzg_shell_word(word, first_file(path, outs->list[0].path, &r[0])), mzg_shell_word(from, src));
    if (opt->imatrix)
        printf(" --imatrix %s", mzg_shell_word(with, opt->imatrix));
    if (opt->base)
        printf(" --base %s", mzg_shell_word(with, opt->base));
    for (size_t i = 0; i < opt->n_lora; i++)
        printf(" --lora %s", mzg_shell_word(with, opt->lora[i]));
    if (opt->tokenizer)
        printf(" --tokenizer %s", mzg_shell_word(with, opt->tokenizer));
    putchar('\n');
}

static enum mzg_code read_split(const struct mzg_args *a, struct mzg_convert_options *opt, struct mzg_err *e)
{
    const char *size = mzg_args_text(a, "split-max-size");
    char q[MZG_QUOTE];
    if (size && !mzg_amount_bytes(size, strlen(size), &opt->split_max_bytes))
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --split-max-size takes a size (2G, 500M), not '%s'",
                        mzg_quote(q, size));
    return mzg_args_number(a, "split-max-tensors", 1, UINT32_MAX, &opt->split_max_tensors, e);
}

/* All parts of all outputs are open at once: more files than most systems let a program have unasked. */
static void allow_files(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
}

static enum mzg_code read_options(const struct mzg_args *a, struct mzg_convert_options *opt,
                                  struct mzg_err *e)
{
    *opt = (struct mzg_convert_options){
        .to = mzg_args_text(a, "to"),
        .recipe = mzg_args_text(a, "recipe"),
        .output_type = mzg_args_text(a, "output-type"),
        .embedding_type = mzg_args_text(a, "embedding-type"),
        .pure = mzg_args_has(a, "pure"),
        .requantize = mzg_args_has(a, "requantize"),
        .imatrix = mzg_args_text(a, "imatrix"),
        .effort = mzg_args_text(a, "effort"),
        .resume = mzg_args_has(a, "resume"),
        .raw = mzg_args_has(a, "raw"),
        .pre = mzg_args_text(a, "pre"),
        .tokenizer = mzg_args_text(a, "tokenizer"),
        .base = mzg_args_text(a, "base"),
    };
    opt->n_tensor_types = mzg_args_list(a, "tensor-type", &opt->tensor_types);
    opt->n_set = mzg_args_list(a, "set", &opt->set);
    opt->n_lora = mzg_args_list(a, "lora", &opt->lora);
    if (opt->to && opt->recipe)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "--to and --recipe both say the type: give one");
    if (!mzg_args_has(a, "out") && !mzg_args_has(a, "dry-run"))
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "option --out OUT.gguf is missing");
    return read_split(a, opt, e);
}

static enum mzg_code convert(struct mzg_context *c, const struct mzg_convert_options *opt,
                             const struct mzg_outputs *outs, struct mzg_err *e)
{
    const char *src = mzg_args_operand(&c->args, 0);
    struct mzg_convert_result r[MZG_CONVERT_OUTPUTS];
    if (opt->split_max_bytes || opt->split_max_tensors)
        allow_files();
    enum mzg_code code = mzg_convert_several(src, outs->list, outs->n, opt, &c->run, r, e);
    mzg_meter_wipe(c->meter);
    if (code)
        return code;
    if (c->json)
        report(c->result, outs, r);
    else
        show(c, src, opt, outs, r);
    return MZG_OK;
}

static enum mzg_code run(struct mzg_context *c, struct mzg_err *e)
{
    struct mzg_convert_options opt;
    struct mzg_outputs outs = {.n = 0};
    const char *out = mzg_args_text(&c->args, "out");
    bool dry = mzg_args_has(&c->args, "dry-run");
    enum mzg_code code = read_options(&c->args, &opt, e);
    if (!code)
        code = mzg_outputs_parse(&outs, opt.to, out ? out : "{}", e);
    if (!code)
        code = dry ? mzg_dry_run(c, mzg_args_operand(&c->args, 0), &opt, &outs, e)
                   : convert(c, &opt, &outs, e);
    mzg_outputs_clear(&outs);
    return code;
}

const struct mzg_command mzg_cmd_convert = {
    .name = "convert",
    .brief = "converts a model to GGUF, quantized or not",
    .about =
        "Writes the model as one GGUF file, tokenizer and all, that llama.cpp and what is built on "
        "it load. A plain type (Q8_0) is what matrices become, but for those that lose too much by it; a "
        "recipe (Q4_K_M) is a mixture of types, the same as llama.cpp's of that name. A matrix whose "
        "rows the type's blocks do not divide gets the nearest type that fits, and a note says so.\n"
        "\n"
        "Weights are read once and streamed: memory stays under 256 MiB whatever the model's size and "
        "however many outputs. The same source and options give the same bytes on every machine; the file "
        "says which they were. A NaN or infinite weight is refused by name and never written.\n"
        "\n"
        "A LoRA adapter is merged into its base (--lora), or becomes a file that llama.cpp adds to the base's while it "
        "runs (--base): a small download for those who have the base. What has no place in such a file (modules that "
        "were trained whole, embeddings that are the output matrix too) is refused by its name, and can be merged.\n"
        "\n"
        "A Whisper model becomes the file that whisper.cpp reads (ggml-NAME.bin), in which all matrices "
        "have one type: of a recipe, its main one. It is one file and has no metadata: options about parts "
        "and keys are refused. SRC may be a file of this kind, too. The widest type that whisper.cpp runs is F16: it "
        "stops at a file of F32, about which a note is printed.",
    .examples = "mzigo convert my-model -o my-model.gguf --to Q8_0\n"
                "mzigo convert my-model -o 'my-model-{}.gguf' --to Q4_K_M,Q8_0\n"
                "mzigo convert my-model -o my-model.gguf --to Q8_0 --split-max-size 4000M\n"
                "mzigo convert my-model --to Q4_K_M --imatrix my.imatrix --dry-run\n"
                "mzigo convert whisper-base -o ggml-base-q5_0.bin --to Q5_0\n"
                "mzigo convert base.pt -o ggml-base.bin --tokenizer multilingual.tiktoken\n"
                "mzigo convert base -o tuned.gguf --to Q4_K_M --lora my-adapter\n"
                "mzigo convert my-adapter -o my-adapter.gguf --to F16 --base base\n"
                "mzigo convert weights.safetensors -o weights.gguf --to F16 --raw",
    .operands = operands,
    .options = options,
    .run = run,
};
