#include "tokenizer_spm.h"

#include "protobuf.h"
#include "vocab_table.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Field numbers of sentencepiece_model.proto. */
enum { MODEL_PIECES = 1, MODEL_TRAINER = 2, MODEL_NORMALIZER = 3 };
enum { PIECE_TEXT = 1, PIECE_SCORE = 2, PIECE_TYPE = 3 };
enum {
    TRAINER_MODEL_TYPE = 3, TRAINER_UNK_ID = 40, TRAINER_BOS_ID, TRAINER_EOS_ID, TRAINER_PAD_ID
};
enum { NORMALIZER_ADD_DUMMY_PREFIX = 3 };
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

static enum mzg_code read_trainer(struct mzg_reader m, struct mzg_tokenizer_spm *spm,
                                  uint64_t *model_type, struct mzg_err *e)
{
    struct mzg_protobuf_field f;
    enum mzg_code code;
    bool more;

    while ((code = mzg_protobuf_next(&m, &f, &more, e)) == MZG_OK && more) {
        int64_t *id = f.number == TRAINER_UNK_ID   ? &spm->unk
                      : f.number == TRAINER_BOS_ID ? &spm->bos
                      : f.number == TRAINER_EOS_ID ? &spm->eos
                      : f.number == TRAINER_PAD_ID ? &spm->pad
                                                   : NULL;
        if (!id && f.number != TRAINER_MODEL_TYPE)
            continue;
        code = mzg_protobuf_expect(&f, MZG_PROTOBUF_VARINT,
                                   id ? "TrainerSpec's special id" : "TrainerSpec.model_type", e);
        if (code != MZG_OK)
            return code;
        if (!id)
            *model_type = f.value;
        else
            *id = f.value < MZG_VOCAB_MAX ? (int64_t)f.value : -1;
    }
    return code;
}

static enum mzg_code read_normalizer(struct mzg_reader m, struct mzg_tokenizer_spm *spm,
                                     struct mzg_err *e)
{
    struct mzg_protobuf_field f;
    enum mzg_code code;
    bool more;

    while ((code = mzg_protobuf_next(&m, &f, &more, e)) == MZG_OK && more) {
        if (f.number != NORMALIZER_ADD_DUMMY_PREFIX)
            continue;
        code = mzg_protobuf_expect(&f, MZG_PROTOBUF_VARINT, "NormalizerSpec.add_dummy_prefix", e);
        if (code != MZG_OK)
            return code;
        spm->add_dummy_prefix = f.value != 0;
    }
    return code;
}

/* The first pass: everything but the pieces, which are counted so that the table can be made. */
static enum mzg_code survey(struct mzg_reader m, struct mzg_tokenizer_spm *spm, uint64_t *pieces,
                            uint64_t *model_type, struct mzg_err *e)
{
    struct mzg_protobuf_field f;
    enum mzg_code code;
    bool more;

    *spm = (struct mzg_tokenizer_spm){0, 1, 2, -1, true}; /* the schema's defaults */
    *pieces = 0;
    *model_type = TYPE_UNIGRAM;
    while ((code = mzg_protobuf_next(&m, &f, &more, e)) == MZG_OK && more) {
        if (f.number > MODEL_NORMALIZER)
            continue;
        code = mzg_protobuf_expect(&f, MZG_PROTOBUF_BYTES, f.number == MODEL_PIECES
                                   ? "ModelProto.pieces" : "ModelProto's specification", e);
        if (code == MZG_OK && f.number == MODEL_PIECES)
            ++*pieces;
        else if (code == MZG_OK && f.number == MODEL_TRAINER)
            code = read_trainer(f.body, spm, model_type, e);
        else if (code == MZG_OK)
            code = read_normalizer(f.body, spm, e);
        if (code != MZG_OK)
            return code;
    }
    return code;
}

/* The second pass. */
static enum mzg_code copy_pieces(struct mzg_reader m, struct mzg_vocab *v, struct mzg_err *e)
{
    struct mzg_protobuf_field f;
    enum mzg_code code;
    uint32_t id = 0;
    bool more;

    while ((code = mzg_protobuf_next(&m, &f, &more, e)) == MZG_OK && more) {
        struct piece p;
        if (f.number != MODEL_PIECES)
            continue;
        code = read_piece(f.body, &p, e);
        if (code == MZG_OK)
            code = check_piece(&p, id, e);
        if (code == MZG_OK && id < v->count) {
            enum mzg_token_type type = p.type == MZG_TOKEN_USER_DEFINED
                                       ? MZG_TOKEN_NORMAL : (enum mzg_token_type)p.type;
            struct mzg_vocab_entry entry = {p.text, p.len, type, p.score, p.at};
            code = mzg_vocab_table_set(v, id, &entry, e);
        }
        if (code != MZG_OK)
            return code;
        id++;
    }
    return code;
}

static enum mzg_code check_model_type(uint64_t model_type, struct mzg_err *e)
{
    static const char *const names[] = {"", "Unigram", "BPE", "word", "character"};

    if (model_type == TYPE_BPE)
        return MZG_OK;
    if (model_type >= TYPE_UNIGRAM && model_type < sizeof names / sizeof *names)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "a SentencePiece %s model; only "
                        "SentencePiece BPE is read", names[model_type]);
    return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "SentencePiece model_type %" PRIu64
                    " is not known", model_type);
}

enum mzg_code mzg_tokenizer_spm_read(struct mzg_tokenizer_spm *spm, struct mzg_vocab *v,
                                     const void *data, size_t len, uint64_t vocab_size,
                                     const struct mzg_notify *notify, struct mzg_err *e)
{
    struct mzg_reader m;
    uint64_t pieces, model_type;
    enum mzg_code code;

    mzg_reader_init(&m, data, len, 0);
    code = survey(m, spm, &pieces, &model_type, e);
    if (code != MZG_OK)
        return code;
    if (pieces == 0)
        return mzg_fail(e, MZG_MALFORMED, 0, "no SentencePiece pieces in it");
    code = check_model_type(model_type, e);
    if (code == MZG_OK)
        code = mzg_vocab_table_init(v, vocab_size ? vocab_size : pieces, e);
    if (code != MZG_OK)
        return code;
    if (pieces > v->count)
        mzg_notice(notify, "tokenizer.model has %" PRIu64 " pieces, the model room for %" PRIu32
                   ": the last %" PRIu64 " are left out", pieces, v->count, pieces - v->count);
    v->model = "llama";
    v->pre = "default";
    return copy_pieces(m, v, e);
}
