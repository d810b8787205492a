/* make_tokenizer.c: small tokenizers that work: BPE, learnt here from a few sentences of Swahili
 * and English, as a byte-level tokenizer.json or a SentencePiece tokenizer.model. */
#include "make_model.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char corpus[] =
    " mzigo ni shehena ya lori na ya meli mzigo mdogo hufika haraka mzigo mkubwa hufika polepole"
    " the cargo of a truck and of a ship a small cargo arrives fast a large cargo arrives slowly"
    " habari ya asubuhi habari za leo nzuri sana asante karibu tena shule iko karibu na soko"
    " good morning how are you today very well thank you welcome again the school is near a market"
    " mkulima anapanda mahindi na maharage shambani wakati wa mvua daktari anatibu wagonjwa kliniki"
    " the farmer plants maize and beans in the field when it rains the doctor treats patients"
    " mwalimu anafundisha watoto kusoma na kuandika kwa lugha yao watoto wanasoma vitabu vizuri"
    " the teacher teaches the children to read and to write in their language the children read"
    " modeli hii inaelewa maneno ya watu na inajibu maswali yao bila mtandao wala gharama kubwa"
    " this model understands the words of people and answers their questions without the network"
    " maji safi ni uhai chemsha maji kabla ya kunywa osha mikono kwa sabuni kila siku"
    " clean water is life boil the water before you drink wash your hands with soap every day"
    " bei ya mahindi sokoni imepanda wiki hii bei ya mbolea imeshuka kidogo wakulima wanauliza"
    " the price of maize at the market has risen this week the price of fertilizer has fallen";

enum { MAX_SYMBOLS = 2048, MAX_TEXT = 40, BYTES = 256 };

struct merge {
    int left, right; /* symbols */
};

/* A symbol is a text: first an alphabet, then what the merges make, in order. Two merges may make
 * the same text ("an" + "i", "a" + "ni"), and so the same symbol. */
struct bpe {
    char texts[MAX_SYMBOLS][MAX_TEXT];
    int n_alphabet, n_symbols;
    struct merge merges[MAX_SYMBOLS];
    int n_merges;
    int seq[sizeof corpus]; /* the corpus in symbols; a word begins with its space */
    int first[sizeof corpus]; /* whether a word begins there */
    int n_seq;
};

static void put_utf8(char *out, unsigned code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        out[1] = '\0';
    } else {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        out[2] = '\0';
    }
}

/* GPT-2's alphabet: printable bytes of Latin-1 stand for themselves, the others for U+0100 on. */
static void byte_alphabet(struct bpe *b, int symbol_of[BYTES])
{
    int n = 0;

    for (int round = 0; round < 2; round++) {
        for (int byte = 0; byte < BYTES; byte++) {
            int plain = (byte > ' ' && byte < 0x7f) || (byte > 0xa0 && byte != 0xad);
            if (plain == round)
                continue;
            unsigned code = plain ? (unsigned)byte : 0x100u + (unsigned)(n - 188);
            symbol_of[byte] = n;
            put_utf8(b->texts[n++], code);
        }
    }
    b->n_alphabet = b->n_symbols = n;
}

/* The characters of the corpus; a space is U+2581. */
static void letter_alphabet(struct bpe *b, int symbol_of[BYTES])
{
    int n = 0;

    for (int c = 0; c < BYTES; c++) {
        if (c == 0 || !strchr(corpus, c))
            continue;
        symbol_of[c] = n;
        if (c == ' ')
            strcpy(b->texts[n++], "\xe2\x96\x81");
        else
            put_utf8(b->texts[n++], (unsigned)c);
    }
    b->n_alphabet = b->n_symbols = n;
}

static void load_corpus(struct bpe *b, const int symbol_of[BYTES])
{
    for (const char *c = corpus; *c; c++) {
        b->first[b->n_seq] = *c == ' ';
        b->seq[b->n_seq++] = symbol_of[(unsigned char)*c];
    }
}

/* The pair that occurs most often, the earlier one in the corpus among equals; 0 when every word is
 * one symbol. */
static int best_pair(const struct bpe *b, struct merge *best)
{
    static int count[MAX_SYMBOLS][MAX_SYMBOLS];
    int most = 0;

    memset(count, 0, sizeof count);
    for (int i = 0; i + 1 < b->n_seq; i++)
        if (!b->first[i + 1])
            count[b->seq[i]][b->seq[i + 1]]++;
    for (int i = 0; i + 1 < b->n_seq; i++) {
        int l = b->seq[i], r = b->seq[i + 1];
        if (b->first[i + 1] || count[l][r] <= most ||
            strlen(b->texts[l]) + strlen(b->texts[r]) >= MAX_TEXT)
            continue;
        most = count[l][r];
        *best = (struct merge){l, r};
    }
    return most;
}

/* The symbol of what m makes, a new one where need be. */
static int result(struct bpe *b, struct merge m)
{
    char *text = b->texts[b->n_symbols];
    size_t left = strlen(b->texts[m.left]), right = strlen(b->texts[m.right]);
    int i = 0;

    memcpy(text, b->texts[m.left], left);
    memcpy(text + left, b->texts[m.right], right + 1);
    while (strcmp(b->texts[i], text) != 0)
        i++;
    if (i == b->n_symbols)
        b->n_symbols++;
    return i;
}

static void apply(struct bpe *b, struct merge m)
{
    int made = result(b, m), n = 0;

    b->merges[b->n_merges++] = m;
    for (int i = 0; i < b->n_seq; i++) {
        int joined = i + 1 < b->n_seq && !b->first[i + 1] && b->seq[i] == m.left &&
                     b->seq[i + 1] == m.right;
        b->first[n] = b->first[i];
        b->seq[n++] = joined ? made : b->seq[i];
        i += joined;
    }
    b->n_seq = n;
}

/* Until there are n symbols beyond the alphabet, or each word is one. */
static void learn(struct bpe *b, int n)
{
    struct merge m = {0, 0};

    while (b->n_symbols - b->n_alphabet < n && b->n_symbols + 1 < MAX_SYMBOLS &&
           b->n_merges < MAX_SYMBOLS && best_pair(b, &m) > 0)
        apply(b, m);
}

/* ---- tokenizer.json ---- */

static void put_json(FILE *f, const char *text)
{
    fputc('"', f);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', f);
        fputc(*text, f);
    }
    fputc('"', f);
}

static const char *const specials[] = {
    "<|begin_of_text|>", "<|end_of_text|>", "<|im_start|>", "<|im_end|>"
};
enum { N_SPECIALS = 4 };

static void write_json(const struct bpe *b, const char *folder)
{
    FILE *f = create(folder, "tokenizer.json");

    fprintf(f, "{\n \"version\": \"1.0\",\n \"added_tokens\": [");
    for (int i = 0; i < N_SPECIALS; i++)
        fprintf(f, "%s\n  {\"id\": %d, \"content\": \"%s\", \"single_word\": false, "
                "\"lstrip\": false, \"rstrip\": false, \"normalized\": false, \"special\": true}",
                i ? "," : "", b->n_symbols + i, specials[i]);
    fprintf(f, "\n ],\n \"normalizer\": null,\n \"pre_tokenizer\": {\"type\": \"ByteLevel\", "
            "\"add_prefix_space\": false, \"trim_offsets\": true, \"use_regex\": true},\n"
            " \"post_processor\": {\"type\": \"TemplateProcessing\",\n"
            "  \"single\": [{\"SpecialToken\": {\"id\": \"%s\", \"type_id\": 0}}, "
            "{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}],\n  \"pair\": [],\n"
            "  \"special_tokens\": {\"%s\": {\"id\": \"%s\", \"ids\": [%d], "
            "\"tokens\": [\"%s\"]}}},\n",
            specials[0], specials[0], specials[0], b->n_symbols, specials[0]);
    fprintf(f, " \"decoder\": {\"type\": \"ByteLevel\"},\n"
            " \"model\": {\"type\": \"BPE\", \"byte_fallback\": false, \"ignore_merges\": false,\n"
            "  \"vocab\": {");
    for (int i = 0; i < b->n_symbols; i++) {
        fprintf(f, "%s\n   ", i ? "," : "");
        put_json(f, b->texts[i]);
        fprintf(f, ": %d", i);
    }
    fprintf(f, "\n  },\n  \"merges\": [");
    for (int i = 0; i < b->n_merges; i++) {
        fprintf(f, "%s\n   [", i ? "," : "");
        put_json(f, b->texts[b->merges[i].left]);
        fprintf(f, ", ");
        put_json(f, b->texts[b->merges[i].right]);
        fprintf(f, "]");
    }
    fprintf(f, "\n  ]\n }\n}\n");
    finish(f, "tokenizer.json");
}

static void write_config(const char *folder, const char *class, const char *bos, const char *eos,
                         const char *chat)
{
    FILE *f = create(folder, "tokenizer_config.json");

    fprintf(f, "{\n \"tokenizer_class\": \"%s\",\n \"bos_token\": \"%s\",\n"
            " \"eos_token\": \"%s\",\n \"add_bos_token\": true,\n \"add_eos_token\": false,\n"
            " \"model_max_length\": 2048,\n"
            " \"chat_template\": \"%s\"\n}\n", class, bos, eos, chat);
    finish(f, "tokenizer_config.json");
}

static void write_generation(const char *folder, const struct tokenizer_ids *ids)
{
    FILE *f = create(folder, "generation_config.json");

    fprintf(f, "{\n \"bos_token_id\": %u,\n \"eos_token_id\": [%u, %u]\n}\n", ids->bos, ids->eos,
            ids->turn_end);
    finish(f, "generation_config.json");
}

static void make_bpe(struct bpe *b, const char *folder, unsigned max, struct tokenizer_ids *ids)
{
    int symbol_of[BYTES];

    if (max < BYTES + N_SPECIALS)
        give_up("--vocab: a byte-level tokenizer has at least %d tokens", BYTES + N_SPECIALS);
    byte_alphabet(b, symbol_of);
    load_corpus(b, symbol_of);
    learn(b, max > MAX_SYMBOLS ? MAX_SYMBOLS : (int)max - BYTES - N_SPECIALS);
    write_json(b, folder);
    write_config(folder, "PreTrainedTokenizerFast", specials[0], specials[1],
                 "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + "
                 "message['content'] + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}"
                 "{{ '<|im_start|>assistant\\n' }}{% endif %}");
    unsigned n = (unsigned)b->n_symbols;
    *ids = (struct tokenizer_ids){
        .bos = n, .eos = n + 1, .turn_end = n + 3, .count = n + N_SPECIALS
    };
    write_generation(folder, ids);
}

/* ---- tokenizer.model ---- */

enum { UNKNOWN = 2, CONTROL = 3, NORMAL = 1, BYTE = 6, FIRST_PIECE = 3 + BYTES };

static void put_piece(FILE *f, const char *text, float score, int type)
{
    size_t len = strlen(text);
    uint32_t bits;

    memcpy(&bits, &score, sizeof bits);
    fputc(0x0a, f); /* ModelProto.pieces */
    fputc((int)(2 + len + 5 + 2), f);
    fputc(0x0a, f); /* piece */
    fputc((int)len, f);
    fputs(text, f);
    fputc(0x15, f); /* score */
    for (int shift = 0; shift < 32; shift += 8)
        fputc((int)(bits >> shift & 0xff), f);
    fputc(0x18, f); /* type */
    fputc(type, f);
}

static void write_model(const struct bpe *b, const char *folder)
{
    static const unsigned char trainer[] = { /* BPE, byte_fallback */
        0x12, 5, 0x18, 2, 0x98, 0x02, 1,
    };
    static const unsigned char normalizer[] = { /* identity, with all its defaults */
        0x1a, 16, 0x0a, 8, 'i', 'd', 'e', 'n', 't', 'i', 't', 'y', 0x18, 1, 0x20, 1, 0x28, 1,
    };
    FILE *f = create(folder, "tokenizer.model");
    int rank = 0;

    put_piece(f, "<unk>", 0, UNKNOWN);
    put_piece(f, "<s>", 0, CONTROL);
    put_piece(f, "</s>", 0, CONTROL);
    for (int i = 0; i < BYTES; i++) {
        char text[8];
        snprintf(text, sizeof text, "<0x%02X>", (unsigned)i);
        put_piece(f, text, 0, BYTE);
    }
    for (int i = b->n_alphabet; i < b->n_symbols; i++)
        put_piece(f, b->texts[i], -(float)++rank, NORMAL);
    for (int i = 0; i < b->n_alphabet; i++)
        put_piece(f, b->texts[i], -(float)++rank, NORMAL);
    fwrite(trainer, 1, sizeof trainer, f);
    fwrite(normalizer, 1, sizeof normalizer, f);
    finish(f, "tokenizer.model");
}

static void make_spm(struct bpe *b, const char *folder, unsigned max, struct tokenizer_ids *ids)
{
    int symbol_of[BYTES];

    letter_alphabet(b, symbol_of);
    int least = FIRST_PIECE + b->n_alphabet;
    if (max < (unsigned)least)
        give_up("--vocab: a SentencePiece tokenizer with bytes has at least %d tokens", least);
    load_corpus(b, symbol_of);
    learn(b, max > MAX_SYMBOLS ? MAX_SYMBOLS : (int)max - least);
    write_model(b, folder);
    write_config(folder, "LlamaTokenizer", "<s>", "</s>",
                 "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + "
                 "'\\n' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}"
                 "{% endif %}");
    *ids = (struct tokenizer_ids){
        .bos = 1, .eos = 2, .turn_end = 2, .count = (unsigned)(FIRST_PIECE + b->n_symbols)
    };
}

void make_tokenizer(const char *folder, int bpe, unsigned max, struct tokenizer_ids *ids)
{
    struct bpe *b = calloc(1, sizeof *b);

    if (!b)
        give_up("out of memory");
    if (bpe)
        make_bpe(b, folder, max, ids);
    else
        make_spm(b, folder, max, ids);
    free(b);
}
