#include "tokenizer_spm.h"

#include "../../base/protobuf.h"
#include "normalizer.h"
#include "vocab_table.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Field numbers of sentencepiece_model.proto. */
enum { MODEL_PIECES = 1, MODEL_TRAINER = 2, MODEL_NORMALIZER = 3 };
enum { PIECE_TEXT = 1, PIECE_SCORE = 2, PIECE_TYPE = 3 };
enum {
    TRAINER_MODEL_TYPE = 3, TRAINER_SUFFIX = 24, TRAINER_BYTE_FALLBACK = 35, TRAINER_UNK_ID = 40,
    TRAINER_BOS_ID, TRAINER_EOS_ID, TRAINER_PAD_ID
};
enum {
    NORMALIZER_CHARSMAP = 2, NORMALIZER_ADD_DUMMY_PREFIX, NORMALIZER_REMOVE_SPACES,
    NORMALIZER_ESCAPE_SPACES
};
enum { TYPE_UNIGRAM = 1, TYPE_BPE = 2 };

struct piece {
    const char *text;
    size_t len;
    float score;
    uint64_t type; /* SentencePiece's numbers: those of enum mzg_token_type */
    uint64_t at;
};

static enum mzg_code read_piece(struct mzg_reader m, struct piece *p, struct mzg_err *e)
{
    static const struct { enum mzg_protobuf_wire wire; const char *name; } known[] = {
        [PIECE_TEXT] = {MZG_PROTOBUF_BYTES, "SentencePiece.piece"},
        [PIECE_SCORE] = {MZG_PROTOBUF_FIXED32, "SentencePiece.score"},
        [PIECE_TYPE] = {MZG_PROTOBUF_VARINT, "SentencePiece.type"},
    };
    struct mzg_protobuf_field f;
    enum mzg_code code;
    bool more;

    *p = (struct piece){NULL, 0, 0.0f, MZG_TOKEN_NORMAL, mzg_reader_offset(&m)};
    while ((code = mzg_protobuf_next(&m, &f, &more, e)) == MZG_OK && more) {
        if (f.number > PIECE_TYPE)
            continue;
        code = mzg_protobuf_expect(&f, known[f.number].wire, known[f.number].name, e);
        if (code != MZG_OK)
            return code;
        if (f.number == PIECE_TEXT) {
            p->text = (const char *)f.body.data;
            p->len = f.body.len;
        } else if (f.number == PIECE_SCORE) {
            p->score = mzg_protobuf_float(&f);
        } else {
            p->type = f.value;
        }
    }
    return code;
}

static bool is_byte_text(const struct piece *p)
{
    return p->len == 6 && memcmp(p->text, "<0x", 3) == 0 && isxdigit((unsigned char)p->text[3]) &&
           isxdigit((unsigned char)p->text[4]) && p->text[5] == '>';
}

static enum mzg_code check_piece(const struct piece *p, uint32_t id, struct mzg_err *e)
{
    char quoted[MZG_QUOTE];
    const char *fault = NULL;

    if (p->len == 0)
        fault = "has no text";
    else if (!isfinite(p->score))
        fault = "has a score that is not a finite number";
    else if (p->type < MZG_TOKEN_NORMAL || p->type > MZG_TOKEN_BYTE)
        fault = "has an unknown type";
    else if (p->type == MZG_TOKEN_BYTE && !is_byte_text(p))
        fault = "is a byte piece but not of the form <0x0A>";
    if (!fault)
        return MZG_OK;
    return mzg_fail(e, MZG_MALFORMED, p->at, "piece %" PRIu32 " '%s' at byte %" PRIu64 " %s", id,
                    mzg_quote_n(quoted, p->text ? p->text : "", p->len), p->at, fault);
}

/* What the model says besides its pieces. */
struct survey {
    struct mzg_tokenizer_spm *spm;
    uint64_t pieces, model_type;
    bool suffix, raw_spaces; /* a space behind words; spaces as they are */
    struct mzg_reader charsmap;
};

static enum mzg_code read_trainer(struct mzg_reader m, struct survey *s, struct mzg_err *e)
{
    struct mzg_protobuf_field f;
    enum mzg_code code;
    bool more;

    while ((code = mzg_protobuf_next(&m, &f, &more, e)) == MZG_OK && more) {
        int64_t *id = f.number == TRAINER_UNK_ID   ? &s->spm->unk
                      : f.number == TRAINER_BOS_ID ? &s->spm->bos
                      : f.number == TRAINER_EOS_ID ? &s->spm->eos
                      : f.number == TRAINER_PAD_ID ? &s->spm->pad
                                                   : NULL;
        bool *flag = f.number == TRAINER_SUFFIX          ? &s->suffix
                     : f.number == TRAINER_BYTE_FALLBACK ? &s->spm->byte_fallback
                                                         : NULL;
        if (!id && !flag && f.number != TRAINER_MODEL_TYPE)
            continue;
        code = mzg_protobuf_expect(&f, MZG_PROTOBUF_VARINT, id     ? "TrainerSpec's special id"
                                                            : flag ? "TrainerSpec's flag"
                                                                   : "TrainerSpec.model_type", e);
        if (code != MZG_OK)
            return code;
        if (id)
            *id = f.value < MZG_VOCAB_MAX ? (int64_t)f.value : -1;
        else if (flag)
            *flag = f.value != 0;
        else
            s->model_type = f.value;
    }
    return code;
}

static enum mzg_code read_normalizer(struct mzg_reader m, struct survey *s, struct mzg_err *e)
{
    static const struct { enum mzg_protobuf_wire wire; const char *name; } known[] = {
        [NORMALIZER_CHARSMAP] = {MZG_PROTOBUF_BYTES, "NormalizerSpec.precompiled_charsmap"},
        [NORMALIZER_ADD_DUMMY_PREFIX] = {MZG_PROTOBUF_VARINT, "NormalizerSpec.add_dummy_prefix"},
        [NORMALIZER_REMOVE_SPACES] = {MZG_PROTOBUF_VARINT,
                                      "NormalizerSpec.remove_extra_whitespaces"},
        [NORMALIZER_ESCAPE_SPACES] = {MZG_PROTOBUF_VARINT, "NormalizerSpec.escape_whitespaces"},
    };
    struct mzg_protobuf_field f;
    enum mzg_code code;
    bool more;

    while ((code = mzg_protobuf_next(&m, &f, &more, e)) == MZG_OK && more) {
        if (f.number < NORMALIZER_CHARSMAP || f.number > NORMALIZER_ESCAPE_SPACES)
            continue;
        code = mzg_protobuf_expect(&f, known[f.number].wire, known[f.number].name, e);
        if (code != MZG_OK)
            return code;
        if (f.number == NORMALIZER_CHARSMAP)
            s->charsmap = f.body;
        else if (f.number == NORMALIZER_ADD_DUMMY_PREFIX)
            s->spm->add_dummy_prefix = f.value != 0;
        else if (f.number == NORMALIZER_REMOVE_SPACES)
            s->spm->remove_extra_whitespaces = f.value != 0;
        else
            s->raw_spaces = f.value == 0;
    }
    return code;
}

/* The first pass: everything but the pieces, which are counted so that the table can be made. */
static enum mzg_code survey(struct mzg_reader m, struct survey *s, struct mzg_err *e)
{
    struct mzg_protobuf_field f;
    enum mzg_code code;
    bool more;

    *s->spm = (struct mzg_tokenizer_spm){
        .bos = 1, .eos = 2, .pad = -1, .add_dummy_prefix = true, .remove_extra_whitespaces = true,
    }; /* the schema's defaults */
    s->model_type = TYPE_UNIGRAM;
    while ((code = mzg_protobuf_next(&m, &f, &more, e)) == MZG_OK && more) {
        if (f.number > MODEL_NORMALIZER)
            continue;
        code = mzg_protobuf_expect(&f, MZG_PROTOBUF_BYTES, f.number == MODEL_PIECES
                                   ? "ModelProto.pieces" : "ModelProto's specification", e);
        if (code == MZG_OK && f.number == MODEL_PIECES)
            s->pieces++;
        else if (code == MZG_OK && f.number == MODEL_TRAINER)
            code = read_trainer(f.body, s, e);
        else if (code == MZG_OK)
            code = read_normalizer(f.body, s, e);
        if (code != MZG_OK)
            return code;
    }
    if (code == MZG_OK && s->pieces == 0)
        code = mzg_fail(e, MZG_MALFORMED, 0, "no SentencePiece pieces in it");
    return code;
}

/* ---- pieces ---- */

/* XLM-R's own tokens: four for its model's first three pieces, and one behind the last. */
static enum mzg_code set_fairseq(struct mzg_vocab *v, uint32_t pieces, struct mzg_err *e)
{
    const struct { uint32_t id; const char *text; enum mzg_token_type type; } own[] = {
        {0, "<s>", MZG_TOKEN_CONTROL}, {1, "<pad>", MZG_TOKEN_CONTROL},
        {2, "</s>", MZG_TOKEN_CONTROL}, {3, "<unk>", MZG_TOKEN_UNKNOWN},
        {pieces + 1, "<mask>", MZG_TOKEN_CONTROL},
    };
    enum mzg_code code = MZG_OK;

    for (size_t i = 0; i < sizeof own / sizeof *own && code == MZG_OK; i++) {
        const struct mzg_vocab_entry entry = {own[i].text, strlen(own[i].text), own[i].type, 0.0f,
                                              MZG_NO_OFFSET};
        if (own[i].id < v->count)
            code = mzg_vocab_table_set(v, own[i].id, &entry, e);
    }
    return code;
}

/* The second pass. */
static enum mzg_code copy_pieces(struct mzg_reader m, struct mzg_vocab *v, bool fairseq,
                                 struct mzg_err *e)
{
    struct mzg_protobuf_field f;
    enum mzg_code code;
    uint32_t n = 0;
    bool more;

    while ((code = mzg_protobuf_next(&m, &f, &more, e)) == MZG_OK && more) {
        struct piece p;
        if (f.number != MODEL_PIECES)
            continue;
        code = read_piece(f.body, &p, e);
        if (code == MZG_OK)
            code = check_piece(&p, n, e);
        uint32_t id = fairseq ? n + 1 : n;
        if (code == MZG_OK && id < v->count && !(fairseq && n < 3)) {
            enum mzg_token_type type = p.type == MZG_TOKEN_USER_DEFINED
                                       ? MZG_TOKEN_NORMAL : (enum mzg_token_type)p.type;
            struct mzg_vocab_entry entry = {p.text, p.len, type, p.score, p.at};
            code = mzg_vocab_table_set(v, id, &entry, e);
        }
        if (code != MZG_OK)
            return code;
        n++;
    }
    return code == MZG_OK && fairseq ? set_fairseq(v, n, e) : code;
}

/* ---- the kind of model ---- */

static enum mzg_code check_model_type(uint64_t model_type, struct mzg_err *e)
{
    static const char *const names[] = {"", "Unigram", "BPE", "word", "character"};

    if (model_type == TYPE_BPE || model_type == TYPE_UNIGRAM)
        return MZG_OK;
    if (model_type > TYPE_BPE && model_type < sizeof names / sizeof *names)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "a SentencePiece %s model; BPE and "
                        "Unigram are read", names[model_type]);
    return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "SentencePiece model_type %" PRIu64
                    " is not known", model_type);
}

/* What llama.cpp does to spaces is fixed. */
static enum mzg_code check_spaces(const struct survey *s, struct mzg_err *e)
{
    if (s->suffix || s->raw_spaces)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "a SentencePiece model with %s",
                        s->suffix ? "treat_whitespace_as_suffix" : "escape_whitespaces off");
    return MZG_OK;
}

static enum mzg_code open_table(const struct survey *s, struct mzg_vocab *v,
                                const struct mzg_tokenizer_spm_options *opt, struct mzg_err *e)
{
    uint64_t own = s->pieces + (opt->fairseq ? 2 : 0);
    enum mzg_code code = mzg_vocab_table_init(v, opt->vocab_size ? opt->vocab_size : own, e);

    if (code != MZG_OK)
        return code;
    if (own > v->count)
        mzg_notice(opt->notify, "the tokenizer has %" PRIu64 " pieces, the model room for %" PRIu32
                   ": the last %" PRIu64 " are left out", own, v->count, own - v->count);
    v->own = own < MZG_VOCAB_MAX ? (uint32_t)own : MZG_VOCAB_MAX;
    v->model = "llama";
    v->pre = "default";
    if (!s->spm->unigram)
        return MZG_OK;
    v->model = "t5";
    v->add_space_prefix = s->spm->add_dummy_prefix;
    v->remove_extra_whitespaces = s->spm->remove_extra_whitespaces;
    return mzg_charsmap_set(v, s->charsmap.data, s->charsmap.len, e);
}

enum mzg_code mzg_tokenizer_spm_read(struct mzg_tokenizer_spm *spm, struct mzg_vocab *v,
                                     const void *data, size_t len,
                                     const struct mzg_tokenizer_spm_options *opt,
                                     struct mzg_err *e)
{
    struct survey s = {.spm = spm};
    struct mzg_reader m;
    enum mzg_code code;

    mzg_reader_init(&m, data, len, 0);
    code = survey(m, &s, e);
    if (code == MZG_OK)
        code = check_model_type(s.model_type, e);
    spm->unigram = s.model_type == TYPE_UNIGRAM;
    spm->charsmap = s.charsmap.len > 0;
    if (code == MZG_OK)
        code = check_spaces(&s, e);
    if (code == MZG_OK)
        code = open_table(&s, v, opt, e);
    if (code == MZG_OK)
        code = copy_pieces(m, v, opt->fairseq, e);
    if (opt->fairseq) {
        spm->bos = 0;
        spm->pad = 1;
        spm->eos = 2;
        spm->unk = 3;
    }
    return code;
}
