/* Whisper's own forms that must be refused: OpenAI's checkpoint, its file of tokens, whisper.cpp's file, each with one
 * place spoilt. */
#include "refused.h"
#include "mzigo.h"
#include "whisper_image.h"

#define LIST "EXPECT.whisper"
#define BAD MZG_MALFORMED
#define NOT MZG_UNSUPPORTED
#define NONE MZG_NO_OFFSET
#define CUT 0 /* values: the file ends there */

enum form { GGML, CHECKPOINT, TIKTOKEN };
static const struct { const char *path, *look, *make; } forms[] = {
    [GGML] = {"whisper/good.bin", "inspect", "convert"},
    [CHECKPOINT] = {"whisper/good.pt", "inspect", "convert {} -o {out} --to F16 --tokenizer {dir}/whisper/good.tiktoken"},
    [TIKTOKEN] = {"whisper/good.tiktoken", "inspect", "convert {dir}/whisper/good.pt -o {out} --to F16 --tokenizer {}"},
};

static const char *const tokens[] = {"a", "", "b c"};
static const struct whisper small = {.vocab = 4, .audio = 2, .text = 2, .width = 2, .heads = 1, .mels = 1,
                                     .tokens = tokens, .n_tokens = 3};

/* From `at` on, which is counted from the first place of `find`, the numbers become these. The byte that is named is
 * counted from there, too. */
static const struct spoilt {
    const char *name;
    enum form form;
    const char *find; /* NULL: the file's beginning */
    size_t at;
    size_t n;         /* numbers; CUT: none, and nothing is behind */
    uint32_t to[3];
    enum mzg_code code;
    const char *item;
    uint64_t offset;
    bool made;        /* found when it is converted, not when it is looked at */
} all[] = {
    {"vocab_zero.bin", GGML, NULL, 4, 1, {0}, BAD, "n_vocab", 4, false},
    {"vocab_huge.bin", GGML, NULL, 4, 1, {UINT32_MAX}, BAD, "n_vocab", 4, false},
    {"layers_huge.bin", GGML, NULL, 20, 1, {5000}, BAD, "n_audio_layer: 5000 is outside 1 to 4096", 20, false},
    {"mels_huge.bin", GGML, NULL, 40, 1, {257}, BAD, "n_mels", 40, false},
    {"type_unquantized.bin", GGML, NULL, 44, 1, {2}, NOT, "ftype: 2 is no type", 44, false},
    {"type_version_1.bin", GGML, NULL, 44, 1, {1002}, NOT, "second version", 44, false},
    {"type_iq4_nl.bin", GGML, NULL, 44, 1, {2019}, NOT, "ftype", 44, false},
    {"filters_two.bin", GGML, NULL, 48, 1, {2}, BAD, "mel filters: 2 of 201 numbers, 1 of 201", 48, false},
    {"filters_short.bin", GGML, NULL, 52, 1, {200}, BAD, "mel filters", 48, false},
    {"filter_nan.bin", GGML, NULL, 68, 1, {0x7fc00000}, BAD, "number 3 of filter 0", 68, false},
    {"tokens_more.bin", GGML, NULL, 860, 1, {5}, BAD, "vocabulary: 5 tokens, n_vocab is 4", 860, false},
    {"token_huge.bin", GGML, NULL, 864, 1, {UINT32_MAX}, BAD, "token 0: 4294967295 bytes", 864, false},
    {"token_past_end.bin", GGML, NULL, 873, 1, {65536}, BAD, "token 2", 873, false},
    {"cut_in_sizes.bin", GGML, NULL, 30, CUT, {0}, BAD, "n_text_state: the file ends inside it", 30, false},
    {"cut_in_filters.bin", GGML, NULL, 100, CUT, {0}, BAD, "mel filters: the file ends", 100, false},
    {"cut_in_tokens.bin", GGML, NULL, 871, CUT, {0}, BAD, "token 1: the file ends", 871, false},
    {"cut_before_tensors.bin", GGML, NULL, 880, CUT, {0}, BAD, "no tensors", 880, false},
    {"cut_in_head.bin", GGML, NULL, 890, CUT, {0}, BAD, "tensor 0: the file ends inside its head", 880, false},
    {"cut_in_name.bin", GGML, NULL, 910, CUT, {0}, BAD, "tensor 0: the file ends inside its head", 880, false},
    {"cut_in_data.bin", GGML, NULL, 930, CUT, {0}, BAD, "'encoder.conv1.weight': 24 bytes, 6 are left", 924, false},
    {"dims_none.bin", GGML, NULL, 880, 1, {0}, BAD, "tensor 0: 0 dimensions", 880, false},
    {"dims_five.bin", GGML, NULL, 880, 1, {5}, BAD, "5 dimensions", 880, false},
    {"name_empty.bin", GGML, NULL, 884, 1, {0}, BAD, "a name of 0 bytes", 884, false},
    {"name_long.bin", GGML, NULL, 884, 1, {64}, BAD, "a name of 64 bytes", 884, false},
    {"name_control.bin", GGML, NULL, 904, 1, {0x6f636e1b}, BAD, "its name is no text", 904, false},
    {"name_twice.bin", GGML, "conv2.weight", 4, 1, {0x65772e31}, BAD, "'encoder.conv1.weight' is there twice", 12, false},
    {"type_4.bin", GGML, NULL, 888, 1, {4}, NOT, "type 4 is not known", 888, false},
    {"row_no_block.bin", GGML, NULL, 888, 1, {8}, BAD, "rows of 3 do not divide into Q8_0", 892, false},
    {"dim_zero.bin", GGML, NULL, 896, 1, {0}, BAD, "dimension 1 is 0", 896, false},
    {"dim_negative.bin", GGML, NULL, 900, 1, {UINT32_MAX}, BAD, "dimension 2 is 4294967295", 900, false},
    {"bytes_overflow.bin", GGML, NULL, 892, 3, {3, INT32_MAX, INT32_MAX}, BAD, "more bytes than", 892, false},
    {"states_differ.bin", GGML, NULL, 28, 1, {3}, NOT, "n_text_state", NONE, true},
    {"heads_three.bin", GGML, NULL, 16, 1, {3}, BAD, "n_audio_head", NONE, true},
    {"text_heads_three.bin", GGML, NULL, 32, 1, {3}, BAD, "n_text_head", NONE, true},
    {"layers_two.bin", GGML, NULL, 20, 1, {2}, BAD, "'encoder.blocks.1.attn.query.weight' is missing", NONE, true},
    {"context_three.bin", GGML, NULL, 8, 1, {3}, BAD, "[2, 2], dims gives [3, 2]", NONE, true},
    {"tensor_missing.bin", GGML, "decoder.ln.bias", (size_t)-16, CUT, {0}, BAD, "'decoder.ln.bias' is missing", NONE, true},
    {"tensor_left_over.bin", GGML, "decoder.ln.bias", 11, 1, {0x73626962}, BAD, "ln.bias' is missing", NONE, true},
    {"mels_negative.pt", CHECKPOINT, "n_mels", 7, 1, {(uint32_t)-3}, BAD, "dims.n_mels is -3", NONE, true},
    {"layers_huge.pt", CHECKPOINT, "n_text_layer", 13, 1, {INT32_MAX}, BAD, "dims.n_text_layer", NONE, true},
    {"number_missing.pt", CHECKPOINT, "n_text_ctx", 0, 1, {0x65745f6d}, BAD, "dims.n_text_ctx is missing", NONE, true},
    {"states_differ.pt", CHECKPOINT, "n_text_state", 13, 1, {4}, NOT, "dims.n_text_state", NONE, true},
    {"heads_three.pt", CHECKPOINT, "n_audio_head", 13, 1, {3}, BAD, "dims.n_audio_head", NONE, true},
    {"vocab_five.pt", CHECKPOINT, "n_vocab", 8, 1, {5}, BAD, "[4, 2], dims gives [5, 2]", NONE, true},
    {"tensor_missing.pt", CHECKPOINT, "encoder.conv1.bias", 0, 1, {0x6f636e66}, BAD, "'encoder.conv1.bias' is missing", NONE, true},
    {"cut.pt", CHECKPOINT, "decoder.ln.bias", 0, CUT, {0}, BAD, "in the middle of BINUNICODE", (uint64_t)-5, true},
    {"no_rank.tiktoken", TIKTOKEN, NULL, 3, 1, {0x30303030}, BAD, "line 1 is not a token", 0, true},
    {"rank_two.tiktoken", TIKTOKEN, "= 1", 0, 1, {0x0a32203d}, BAD, "line 2: its rank is not 1, its place", 0, true},
    {"rank_text.tiktoken", TIKTOKEN, "= 1", 0, 1, {0x0a78203d}, BAD, "line 2: its rank", 0, true},
    {"base64_bad.tiktoken", TIKTOKEN, NULL, 0, 1, {0x3d3d2151}, BAD, "line 1 is not a token", 0, true},
    {"base64_cut.tiktoken", TIKTOKEN, "= 1", 0, 1, {0x31204151}, BAD, "line 2 is not a token", 0, true},
    {"nothing.tiktoken", TIKTOKEN, NULL, 0, CUT, {0}, BAD, "no tokens", 0, true},
};
#define CASES (sizeof all / sizeof *all)

static void make_form(struct whisper_image *m, enum form form)
{
    if (form == GGML)
        make_ggml(m, &small);
    else if (form == CHECKPOINT)
        make_checkpoint(m, &small);
    else
        make_tiktoken(m, &small);
}

struct made {
    struct whisper_image m;
    char path[64];
    struct refused r;
};

static void make(struct made *out, const struct spoilt *s)
{
    make_form(&out->m, s->form);
    const uint8_t *p = s->find ? memmem(out->m.bytes, out->m.len, s->find, strlen(s->find)) : out->m.bytes;
    assert_non_null(p);
    size_t from = (size_t)(p - out->m.bytes), len = out->m.len;
    out->m.len = from + s->at;
    for (size_t i = 0; i < s->n; i++)
        add_u32(&out->m, s->to[i]);
    if (s->n > 0)
        out->m.len = len;
    snprintf(out->path, sizeof out->path, "whisper/%s", s->name);
    out->r = (struct refused){out->path, forms[s->form].path, s->code, s->item,
                              s->offset == NONE ? NONE : from + s->offset,
                              s->made ? forms[s->form].make : forms[s->form].look};
}

/* As the command does, with the other files beside it. */
static enum mzg_code convert(const char *dir, const char *path, enum form form, struct mzg_err *e)
{
    const struct mzg_run run = {.threads = 1};
    struct mzg_convert_options opt = {.to = "F16"};
    char src[512], out[512], given[512];

    snprintf(src, sizeof src, "%s/%s", dir, form == TIKTOKEN ? forms[CHECKPOINT].path : path);
    snprintf(given, sizeof given, "%s/%s", dir, form == TIKTOKEN ? path : forms[TIKTOKEN].path);
    snprintf(out, sizeof out, "%s/out.bin", dir);
    opt.tokenizer = form == GGML ? NULL : given;
    enum mzg_code code = mzg_convert(src, out, &opt, &run, NULL, e);
    if (code != MZG_OK && access(out, F_OK) == 0)
        fail_msg("%s: something was written", path);
    unlink(out);
    return code;
}

static void put_good(const char *dir)
{
    struct whisper_image m;

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        make_form(&m, (enum form)i);
        put_file(dir, forms[i].path, m.bytes, m.len);
    }
}

static void every_spoilt_place_is_refused_by_name_and_byte(void **state)
{
    static struct made m;
    char dir[SCRATCH_PATH], path[512];
    struct mzg_err e;

    (void)state;
    make_scratch(dir);
    put_good(dir);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (convert(dir, forms[i].path, (enum form)i, &e) != MZG_OK)
            fail_msg("%s", e.msg);
    }
    for (size_t i = 0; i < CASES; i++) {
        make(&m, &all[i]);
        put_file(dir, m.path, m.m.bytes, m.m.len);
        snprintf(path, sizeof path, "%s/%s", dir, m.path);
        check_refusal(&m.r, convert(dir, m.path, all[i].form, &e), &e);
    }
    remove_scratch(dir);
}

static void the_committed_files_are_these(void **state)
{
    static struct made m;

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        make_form(&m.m, (enum form)i);
        check_committed_in(LIST, NULL, forms[i].path, m.m.bytes, m.m.len);
    }
    for (size_t i = 0; i < CASES; i++) {
        make(&m, &all[i]);
        check_committed_in(LIST, &m.r, m.path, m.m.bytes, m.m.len);
    }
}

static int write_corpus(const char *folder)
{
    static struct made m;
    char line[1024];

    put_good(folder);
    for (size_t i = 0; i < CASES; i++) {
        make(&m, &all[i]);
        put_file(folder, m.path, m.m.bytes, m.m.len);
        expect_line(line, &m.r);
        fputs(line, stdout);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spoilt_place_is_refused_by_name_and_byte),
        cmocka_unit_test(the_committed_files_are_these),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
