#include "fixture.h"
#include "mzigo.h"
#include "whisper_image.h"
#include "model/whisper/ggml_file.h"
#include "model/whisper/mel.h"

/* A Whisper of width 8 with one layer each, 2 mels, 3 and 2 positions and a vocabulary of all bytes, two more tokens
 * and a special one, to whisper.cpp's file, which is read back here by its own rules. */

#define CONFIG                                                                                                         \
    "{\"architectures\":[\"WhisperForConditionalGeneration\"],\"model_type\":\"whisper\",\"vocab_size\":260,"          \
    "\"d_model\":8,\"encoder_layers\":1,\"decoder_layers\":1,\"encoder_attention_heads\":2,"                           \
    "\"decoder_attention_heads\":2,\"encoder_ffn_dim\":32,\"decoder_ffn_dim\":32,\"num_mel_bins\":2,"                  \
    "\"max_source_positions\":3,\"max_target_positions\":2,\"activation_function\":\"gelu\"}"

static const struct whisper sizes = {.vocab = 260, .audio = 3, .text = 2, .width = 8, .heads = 2, .mels = 2};

/* ---- writing the folder ---- */

static void put_file(const char *folder, const char *name, const void *data, size_t len)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static void put_text(const char *folder, const char *name, const char *text)
{
    put_file(folder, name, text, strlen(text));
}

static unsigned shown(unsigned byte) /* the character that stands for a byte */
{
    unsigned n = 0x100;

    for (unsigned b = 0; b < 256; b++) {
        bool prints = (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b != 0xad);
        if (b == byte)
            return prints ? b : n;
        n += !prints;
    }
    return 0;
}

/* Ids 0 to 255: the bytes; " a", the empty token's place, "<|endoftext|>", and one that no file names. */
static void put_vocabulary(const char *folder)
{
    char text[8192];
    size_t n = 0;

    for (unsigned b = 0; b < 256; b++) {
        unsigned c = shown(b);
        const char *escape = c == '"' || c == '\\' ? "\\" : "";
        n += (size_t)snprintf(text + n, sizeof text - n, c < 0x80 ? "%s\"%s%c\":%u" : "%s\"%s\\u%04x\":%u", b ? "," : "{",
                              escape, c, b);
    }
    snprintf(text + n, sizeof text - n, ",\"\\u0120a\":256,\"<|endoftext|>\":258}");
    put_text(folder, "vocab.json", text);
    put_text(folder, "merges.txt", "#version: 0.2\n\xc4\xa0 a\n");
    put_text(folder, "tokenizer_config.json", "{\"eos_token\":\"<|endoftext|>\",\"added_tokens_decoder\":"
                                              "{\"258\":{\"content\":\"<|endoftext|>\",\"special\":true}}}");
}

static void put_folder(const char *folder, const char *config)
{
    struct fixture_tensor t[SHAPES + 1];
    static char names[SHAPES][64];
    char path[128];

    for (size_t i = 0; i < SHAPES; i++) {
        uint64_t n = 1;
        t[i] = (struct fixture_tensor){.name = names[i], .dtype = "F32", .n_dims = shapes[i].n};
        snprintf(names[i], sizeof names[i], "model.%s", shapes[i].from);
        for (unsigned d = 0; d < shapes[i].n; d++)
            n *= t[i].shape[d] = length_of(&sizes, i, d);
        float *x = malloc(n * sizeof *x);
        assert_non_null(x);
        for (uint64_t k = 0; k < n; k++)
            x[k] = number(i, k);
        t[i].data = x;
        t[i].bytes = n * sizeof *x;
    }
    t[SHAPES] = (struct fixture_tensor){"proj_out.bias", "F32", {1}, 1, t[0].data, 4};
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    fixture_safetensors(path, t, SHAPES + 1);
    for (size_t i = 0; i < SHAPES; i++)
        free((void *)t[i].data);
    put_text(folder, "config.json", config);
    put_vocabulary(folder);
}

/* ---- reading the file ---- */

struct file {
    const uint8_t *p;
    size_t at, len;
};

static uint32_t u32(struct file *f)
{
    uint32_t v;

    assert_true(f->len - f->at >= 4);
    memcpy(&v, f->p + f->at, 4);
    f->at += 4;
    return v;
}

static void check_preface(struct file *f, uint32_t type)
{
    const uint32_t due[] = {0x67676d6c, 260, 3, 8, 2, 1, 2, 8, 2, 1, 2, type, 2, 201};
    float mels[2 * MZG_MEL_BINS];

    for (size_t i = 0; i < sizeof due / sizeof *due; i++)
        assert_int_equal(u32(f), due[i]);
    mzg_mel_filters(2, mels);
    assert_memory_equal(f->p + f->at, mels, sizeof mels);
    f->at += sizeof mels;
    assert_int_equal(u32(f), 258);
    for (unsigned b = 0; b < 256; b++) {
        assert_int_equal(u32(f), 1);
        assert_int_equal(f->p[f->at++], b);
    }
    assert_int_equal(u32(f), 2);
    assert_memory_equal(f->p + f->at, " a", 2);
    f->at += 2;
    assert_int_equal(u32(f), 0); /* the hole at 257 */
}

static float half(uint16_t h) /* of small positive normal numbers, and 0 */
{
    return h == 0 ? 0 : (float)(1024 + (h & 1023)) / 1024 * (float)(1u << ((h >> 10) & 31)) / 32768;
}

/* One tensor's head and values; its index in shapes. halves: of matrices. */
static size_t check_tensor(struct file *f, bool halves)
{
    uint32_t n_dims = u32(f), length = u32(f), type = u32(f), ne[3] = {1, 1, 1};
    size_t i = 0;

    for (unsigned d = 0; d < n_dims && d < 3; d++)
        ne[d] = u32(f);
    while (i < SHAPES && (strlen(shapes[i].to) != length || memcmp(shapes[i].to, f->p + f->at, length) != 0))
        i++;
    assert_true(i < SHAPES);
    f->at += length;
    bool convolution = strncmp(shapes[i].to, "encoder.conv", 12) == 0, bias = strstr(shapes[i].to, ".bias");
    bool positions = strstr(shapes[i].to, "positional") != NULL;
    assert_int_equal(n_dims, convolution && bias ? 2 : shapes[i].n);
    if (convolution && bias)
        assert_true(ne[0] == 1 && ne[1] == 8);
    else
        for (unsigned d = 0; d < n_dims; d++)
            assert_int_equal(ne[d], length_of(&sizes, i, n_dims - 1 - d));
    assert_int_equal(type, halves && shapes[i].n > 1 && !positions);
    for (uint64_t k = 0; k < (uint64_t)ne[0] * ne[1] * ne[2]; k++, f->at += type ? 2 : 4) {
        float x;
        uint16_t h;
        memcpy(&x, f->p + f->at, 4);
        memcpy(&h, f->p + f->at, 2);
        assert_true((type ? half(h) : x) == number(i, k));
    }
    return i;
}

static void check_file(const char *path, bool halves)
{
    bool seen[SHAPES] = {false};
    struct file f = {.at = 0};
    char *data = fixture_load(path, &f.len);

    f.p = (const uint8_t *)data;
    check_preface(&f, halves);
    while (f.at < f.len) {
        size_t i = check_tensor(&f, halves);
        assert_false(seen[i]);
        seen[i] = true;
    }
    for (size_t i = 0; i < SHAPES; i++)
        assert_true(seen[i]);
    free(data);
}

/* ---- cases ---- */

static void the_file_holds_what_its_loader_wants(void **state)
{
    static const char *const types[] = {"F32", "F16"};
    struct fixture f;

    (void)state;
    fixture_open(&f);
    put_folder(f.dir, CONFIG);
    for (size_t i = 0; i < 2; i++) {
        const struct mzg_convert_options opt = {.to = types[i]};
        const struct mzg_run run = {.threads = 2};
        struct mzg_convert_result r;
        struct mzg_err e = {0};
        if (mzg_convert(f.dir, fixture_path(&f, 0, "out.bin"), &opt, &run, &r, &e) != MZG_OK)
            fail_msg("%s", e.msg);
        assert_false(r.gguf);
        assert_int_equal(r.tensors, SHAPES);
        check_file(f.path[0], i == 1);
    }
    fixture_close(&f);
}

/* OpenAI's checkpoint of the same weights, with its tokens beside it, becomes the same file; and that file, too. */
static void all_forms_become_the_same_file(void **state)
{
    static char bytes[256][2];
    static const char *tokens[258];
    const struct mzg_convert_options opt = {.to = "F16"};
    struct whisper w = sizes;
    struct whisper_image *m = malloc(sizeof *m);
    struct mzg_err e = {0};
    struct fixture f;
    size_t n[3];

    (void)state;
    assert_non_null(m);
    fixture_open(&f);
    put_folder(f.dir, CONFIG);
    assert_int_equal(mzg_convert(f.dir, fixture_path(&f, 0, "of_folder.bin"), &opt, NULL, NULL, &e), MZG_OK);
    for (unsigned b = 0; b < 256; b++) {
        bytes[b][0] = (char)b;
        tokens[b] = bytes[b];
    }
    tokens[256] = " a";
    tokens[257] = "";
    w.tokens = tokens;
    w.n_tokens = 258;
    make_checkpoint(m, &w);
    put_file(f.dir, "x.pt", m->bytes, m->len);
    make_tiktoken(m, &w);
    memmove(m->bytes + 3, m->bytes, m->len); /* the byte 0 is no text: "= 0" has become of it */
    memcpy(m->bytes, "AA== 0\n", 7);
    put_file(f.dir, "gpt2.tiktoken", m->bytes, m->len + 3);
    free(m);
    if (mzg_convert(fixture_path(&f, 1, "x.pt"), fixture_path(&f, 2, "of_checkpoint.bin"), &opt, NULL, NULL, &e) != MZG_OK ||
        mzg_convert(f.path[2], fixture_path(&f, 3, "of_file.bin"), &opt, NULL, NULL, &e) != MZG_OK)
        fail_msg("%s", e.msg);
    char *a = fixture_load(f.path[0], &n[0]), *b = fixture_load(f.path[2], &n[1]), *c = fixture_load(f.path[3], &n[2]);
    assert_true(n[0] == n[1] && n[0] == n[2]);
    assert_memory_equal(a, b, n[0]);
    assert_memory_equal(a, c, n[0]);
    free(a), free(b), free(c);
    fixture_close(&f);
}

static const struct refusal {
    const char *to, *from, *with; /* of the config */
    enum mzg_code code;
    const char *said;
    struct mzg_convert_options opt; /* but for its type */
} refusals[] = {
    {"Q8_0", NULL, NULL, MZG_UNSUPPORTED, "rows of 8 do not divide into Q8_0 blocks", {0}},
    {"BF16", NULL, NULL, MZG_UNSUPPORTED, "no matrices of type BF16", {0}},
    {"F32", "\"gelu\"", "\"relu\"", MZG_UNSUPPORTED, "activation_function", {0}},
    {"F32", "\"decoder_ffn_dim\":32", "\"decoder_ffn_dim\":16", MZG_UNSUPPORTED, "ffn_dim", {0}},
    {"F32", "\"gelu\"", "\"gelu\",\"scale_embedding\":true", MZG_UNSUPPORTED, "scale_embedding", {0}},
    {"F32", "\"gelu\"", "\"gelu\",\"tie_word_embeddings\":false", MZG_UNSUPPORTED, "tie_word_embeddings", {0}},
    {"F32", "\"num_mel_bins\":2", "\"num_mel_bins\":257", MZG_MALFORMED, "num_mel_bins", {0}},
    {"F32", "\"max_source_positions\":3,", "", MZG_MALFORMED, "max_source_positions", {0}},
    {"F32", "\"decoder_layers\":1", "\"decoder_layers\":2", MZG_MALFORMED, "decoder.layers.1.self_attn", {0}},
    {"F32", "\"num_mel_bins\":2", "\"num_mel_bins\":4", MZG_MALFORMED, "encoder.conv1.weight", {0}},
    {"F32", "\"decoder_attention_heads\":2", "\"decoder_attention_heads\":3", MZG_MALFORMED, "decoder_attention_heads", {0}},
    {"F32", NULL, NULL, MZG_UNSUPPORTED, "its tokens are its own", {.tokenizer = "x"}},
    {"F32", NULL, NULL, MZG_UNSUPPORTED, "not cut into parts", {.split_max_bytes = 1 << 20}},
    {"F32", NULL, NULL, MZG_UNSUPPORTED, "not cut into parts", {.split_max_tensors = 1000}},
    {"F32", NULL, NULL, MZG_UNSUPPORTED, "no metadata", {.set = (const char *const[]){"general.name=x"}, .n_set = 1}},
    {"F32", NULL, NULL, MZG_UNSUPPORTED, "one type for all", {.embedding_type = "F16"}},
};

static void what_it_cannot_express_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const struct refusal *r = &refusals[i];
        struct mzg_convert_options opt = r->opt;
        const struct mzg_run run = {.threads = 1};
        struct mzg_err e = {0};
        struct fixture f;
        char config[1024];
        const char *p = r->from ? strstr(CONFIG, r->from) : NULL;
        opt.to = r->to;
        snprintf(config, sizeof config, "%s", CONFIG);
        if (p)
            snprintf(config, sizeof config, "%.*s%s%s", (int)(p - CONFIG), CONFIG, r->with, p + strlen(r->from));
        fixture_open(&f);
        put_folder(f.dir, config);
        enum mzg_code code = mzg_convert(f.dir, fixture_path(&f, 0, "out.bin"), &opt, &run, NULL, &e);
        if (code != r->code || !strstr(e.msg, r->said) || access(f.path[0], F_OK) == 0)
            fail_msg("%zu: status %d, '%s'", i, code, e.msg);
        fixture_close(&f);
    }
}

/* What stands beside the config about its sound, as transformers has written it at different times. */
static void it_hears_as_whisper_cpp_does(void **state)
{
    static const struct { const char *name, *text; enum mzg_code code; const char *said; } cases[] = {
        {"preprocessor_config.json", "{\"feature_size\":2,\"hop_length\":160,\"n_fft\":400,\"sampling_rate\":16000}", MZG_OK, ""},
        {"preprocessor_config.json", "{\"feature_size\":80}", MZG_MALFORMED, "preprocessor_config.json: key 'feature_size' is 80"},
        {"preprocessor_config.json", "{\"hop_length\":320}", MZG_UNSUPPORTED, "'hop_length' is 320"},
        {"preprocessor_config.json", "{\"n_fft\":\"x\"}", MZG_MALFORMED, "n_fft"},
        {"preprocessor_config.json", "[]", MZG_MALFORMED, "not an object"},
        {"preprocessor_config.json", "{", MZG_MALFORMED, "preprocessor_config.json: "},
        {"processor_config.json", "{\"processor_class\":\"WhisperProcessor\"}", MZG_OK, ""},
        {"processor_config.json", "{\"feature_extractor\":{\"sampling_rate\":8000}}", MZG_UNSUPPORTED, "'sampling_rate' is 8000"},
        {"processor_config.json", "{\"feature_extractor\":1}", MZG_MALFORMED, "'feature_extractor' is no object"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct mzg_convert_options opt = {.to = NULL};
        struct mzg_err e = {0};
        struct fixture f;
        fixture_open(&f);
        put_folder(f.dir, CONFIG);
        put_text(f.dir, cases[i].name, cases[i].text);
        enum mzg_code code = mzg_convert(f.dir, fixture_path(&f, 0, "out.bin"), &opt, NULL, NULL, &e);
        if (code != cases[i].code || !strstr(e.msg, cases[i].said))
            fail_msg("%zu: status %d, '%s'", i, code, e.msg);
        fixture_close(&f);
    }
}

/* A run that stops, and what it is told when it goes on. */
struct stopping {
    int steps, stop_at;
    char note[256]; /* the last */
};

static bool step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct stopping *s = ctx;

    (void)done, (void)total;
    return strcmp(what, "converting") != 0 || ++s->steps != s->stop_at;
}

static void note(void *ctx, const char *text)
{
    struct stopping *s = ctx;

    snprintf(s->note, sizeof s->note, "%s", text);
}

static enum mzg_code go_on(struct fixture *f, const char *effort, int stop_at, struct stopping *s)
{
    const struct mzg_convert_options opt = {.to = "F16", .effort = effort, .resume = true};
    const struct mzg_run run = {.threads = 1, .progress = {step, s}, .notify = {note, s}};
    struct mzg_err e = {0};

    *s = (struct stopping){.stop_at = stop_at};
    return mzg_convert(f->dir, f->path[0], &opt, &run, NULL, &e);
}

/* The file has no place for the record of its options, by which a GGUF file's journal is told from another's. */
static void it_goes_on_only_with_the_same_options(void **state)
{
    struct stopping s;
    struct fixture f;

    (void)state;
    fixture_open(&f);
    put_folder(f.dir, CONFIG);
    fixture_path(&f, 0, "out.bin");
    for (int other = 0; other < 2; other++) {
        assert_int_equal(go_on(&f, NULL, 9, &s), MZG_STOPPED);
        assert_int_equal(access(f.path[0], F_OK), -1);
        assert_int_equal(go_on(&f, other ? "best" : NULL, 0, &s), MZG_OK);
        assert_non_null(strstr(s.note, other ? "other options" : "going on: 9 of"));
        assert_int_equal(s.steps, other ? SHAPES : SHAPES - 9);
        check_file(f.path[0], true);
        assert_int_equal(unlink(f.path[0]), 0);
    }
    fixture_close(&f);
}

/* What other programs (librosa's mel, transformers' mel_filter_bank) give, to seven digits. */
static void the_filters_are_slaneys(void **state)
{
    static const struct { unsigned n, filter, bin; double value; } known[] = {
        {80, 0, 0, -0}, {80, 0, 1, 0.0248625949}, {80, 1, 1, 0.00199082191}, {80, 1, 2, 0.0228717718},
        {80, 10, 10, 0.0199082177}, {80, 24, 25, 0}, {80, 24, 24, 0.00592710637}, {80, 40, 45, 0}, {80, 60, 97, 0},
        {80, 79, 198, 0.00089751801}, {80, 79, 200, 0}, {128, 0, 1, 0.0123739867}, {128, 17, 11, 0.00781419594},
        {128, 64, 50, 0}, {128, 100, 108, 0}, {128, 127, 199, 0.0011142802},
    };
    static float all[MZG_MEL_MAX * MZG_MEL_BINS];

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        mzg_mel_filters(known[i].n, all);
        double x = (double)all[known[i].filter * MZG_MEL_BINS + known[i].bin], y = known[i].value;
        if (!(x - y <= 1e-9 && y - x <= 1e-9))
            fail_msg("%u filters, [%u][%u]: %.9g is not %.9g", known[i].n, known[i].filter, known[i].bin, x, y);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_holds_what_its_loader_wants),
        cmocka_unit_test(all_forms_become_the_same_file),
        cmocka_unit_test(what_it_cannot_express_is_refused),
        cmocka_unit_test(it_hears_as_whisper_cpp_does),
        cmocka_unit_test(it_goes_on_only_with_the_same_options),
        cmocka_unit_test(the_filters_are_slaneys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
