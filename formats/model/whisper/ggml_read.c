/* ggml_read.c: files of whisper.cpp's as a container of weights. Everything of their preface is checked, and every
 * tensor's head; there is no count of tensors, so whether all are there is for who knows the model to say. */
#include "ggml.h"

#include "../../base/reader.h"
#include "../containers/gguf.h"
#include "../containers/opening.h"
#include "mel.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_LOAD ((size_t)1 << 20)
#define PREFACE_MAX ((size_t)32 << 20) /* known ones have half a MiB */
#define HEAD (3 * 4)
#define HEAD_MAX (HEAD + 4 * MZG_DIMS + MZG_GGUF_NAME - 1)
#define ULL(x) ((unsigned long long)(x))

struct preface {
    struct mzg_ggml *g;
    const struct mzg_file *f;
    struct mzg_reader r;
    char where[64]; /* the item, for messages */
};

static uint64_t left(const struct preface *p)
{
    return p->f->size - mzg_reader_offset(&p->r);
}

/* ---- the preface; where it returns MZG_OK with r.bad set, there is more to be loaded ---- */

static enum mzg_code read_sizes(struct preface *p, struct mzg_err *e)
{
    static const struct { const char *name; uint32_t max; } dims[] = {
#define X(name, own, key, max) {own, max},
        MZG_WHISPER_DIMS(X)
#undef X
    };

    for (int i = 0; i < MZG_WHISPER_SIZES && !p->r.bad; i++) {
        uint64_t at = mzg_reader_offset(&p->r);
        uint32_t n = mzg_reader_u32(&p->r);
        snprintf(p->where, sizeof p->where, "%s", dims[i].name);
        if (!p->r.bad && (n == 0 || n > dims[i].max))
            return mzg_fail(e, MZG_MALFORMED, at, "%u is outside 1 to %u, as a Whisper's is (of old ggml files "
                            "whisper.cpp's are read)", n, dims[i].max);
        p->g->sizes[i] = n;
    }
    return MZG_OK;
}

static enum mzg_code read_type(struct preface *p, struct mzg_err *e)
{
    uint64_t at = mzg_reader_offset(&p->r);
    uint32_t number = mzg_reader_u32(&p->r);

    snprintf(p->where, sizeof p->where, "ftype");
    if (p->r.bad || mzg_ggml_type_of(number, &p->g->base))
        return MZG_OK;
    return mzg_fail(e, MZG_UNSUPPORTED, at, "%u is no type that whisper.cpp has, in the second version of its blocks",
                    number);
}

static enum mzg_code read_filters(struct preface *p, struct mzg_err *e)
{
    uint64_t at = mzg_reader_offset(&p->r);
    uint32_t mels = mzg_reader_u32(&p->r), bins = mzg_reader_u32(&p->r);

    snprintf(p->where, sizeof p->where, "mel filters");
    if (!p->r.bad && (mels != p->g->sizes[MZG_WHISPER_MELS] || bins != MZG_MEL_BINS))
        return mzg_fail(e, MZG_MALFORMED, at, "%u of %u numbers, %u of %d are due", mels, bins,
                        p->g->sizes[MZG_WHISPER_MELS], MZG_MEL_BINS);
    for (size_t i = 0; i < (size_t)mels * MZG_MEL_BINS && !p->r.bad; i++) {
        at = mzg_reader_offset(&p->r);
        if (!isfinite(mzg_reader_f32(&p->r)))
            return mzg_fail(e, MZG_MALFORMED, at, "number %zu of filter %zu is not finite", i % MZG_MEL_BINS,
                            i / MZG_MEL_BINS);
    }
    return MZG_OK;
}

static enum mzg_code read_tokens(struct preface *p, struct mzg_err *e)
{
    p->g->tokens_at = mzg_reader_offset(&p->r);
    p->g->n_tokens = mzg_reader_u32(&p->r);
    snprintf(p->where, sizeof p->where, "vocabulary");
    if (!p->r.bad && p->g->n_tokens > p->g->sizes[MZG_WHISPER_VOCAB])
        return mzg_fail(e, MZG_MALFORMED, p->g->tokens_at, "%u tokens, n_vocab is %u", p->g->n_tokens,
                        p->g->sizes[MZG_WHISPER_VOCAB]);
    for (uint32_t i = 0; i < p->g->n_tokens && !p->r.bad; i++) {
        uint64_t at = mzg_reader_offset(&p->r);
        uint32_t len = mzg_reader_u32(&p->r);
        snprintf(p->where, sizeof p->where, "token %u", i);
        if (!p->r.bad && len > left(p))
            return mzg_fail(e, MZG_MALFORMED, at, "%u bytes, %llu are left in the file", len, ULL(left(p)));
        (void)mzg_reader_bytes(&p->r, len);
    }
    return MZG_OK;
}

static enum mzg_code read_all(struct preface *p, struct mzg_err *e)
{
    snprintf(p->where, sizeof p->where, "magic number");
    if (mzg_reader_u32(&p->r) != MZG_GGML_MAGIC)
        return mzg_fail(e, MZG_UNSUPPORTED, 0, "it is not that of a ggml file");
    enum mzg_code code = read_sizes(p, e);
    if (code == MZG_OK && !p->r.bad)
        code = read_type(p, e);
    if (code == MZG_OK && !p->r.bad)
        code = read_filters(p, e);
    return code == MZG_OK && !p->r.bad ? read_tokens(p, e) : code;
}

static enum mzg_code fail_end(const struct preface *p, struct mzg_err *e)
{
    if (p->r.len < p->f->size)
        return mzg_fail(e, MZG_LIMIT, p->r.len, "all before the tensors takes more than %zu bytes", PREFACE_MAX);
    return mzg_fail(e, MZG_MALFORMED, p->r.len, "the file ends inside it");
}

/* Loads as much as is needed: a long file costs no more than a short one. */
static enum mzg_code load(struct mzg_weights *w, struct preface *p, struct mzg_err *e)
{
    size_t cap = p->f->size < PREFACE_MAX ? (size_t)p->f->size : PREFACE_MAX;
    enum mzg_code code = MZG_OK;
    uint8_t *data = NULL;

    for (size_t n = FIRST_LOAD; code == MZG_OK; n *= 2) {
        size_t want = n < cap ? n : cap;
        uint8_t *more = realloc(data, want + 1);
        if (!more) {
            code = mzg_fail_memory(e, "preface");
            break;
        }
        data = more;
        code = mzg_file_read(p->f, 0, data, want, e);
        mzg_reader_init(&p->r, data, want, 0);
        if (code == MZG_OK)
            code = read_all(p, e);
        if (code == MZG_OK && !p->r.bad)
            break;
        if (code == MZG_OK && want == cap)
            code = fail_end(p, e);
        if (code != MZG_OK)
            code = mzg_prefix(e, "%s", p->where);
    }
    if (code == MZG_OK) {
        p->g->preface_len = p->r.pos;
        p->g->preface = mzg_arena_alloc(&w->arena, p->r.pos, 1);
        if (p->g->preface)
            memcpy(p->g->preface, data, p->r.pos);
        else
            code = mzg_fail_memory(e, "preface");
    }
    free(data);
    return code;
}

/* ---- tensors ---- */

static enum mzg_code read_shape(struct mzg_reader *r, uint64_t at, struct mzg_tensor *t,
                                const struct mzg_type_info *info, struct mzg_err *e)
{
    t->elems = 1;
    for (unsigned d = 0; d < MZG_SRC_DIMS; d++)
        t->ne[d] = d < t->n_dims ? mzg_reader_u32(r) : 1;
    for (unsigned d = 0; d < t->n_dims; d++) {
        if (t->ne[d] == 0 || t->ne[d] > INT32_MAX)
            return mzg_fail(e, MZG_MALFORMED, at + HEAD + 4 * d, "dimension %u is %llu", d, ULL(t->ne[d]));
        if (__builtin_mul_overflow(t->elems, t->ne[d], &t->elems))
            return mzg_fail(e, MZG_MALFORMED, at + HEAD, "more elements than can be counted");
    }
    if (t->ne[0] % info->block_elems != 0)
        return mzg_fail(e, MZG_MALFORMED, at + HEAD, "rows of %llu do not divide into %s blocks of %u", ULL(t->ne[0]),
                        info->name, info->block_elems);
    if (!mzg_gguf_bytes(info, t->n_dims, t->ne, &t->bytes))
        return mzg_fail(e, MZG_MALFORMED, at + HEAD, "more bytes than can be counted");
    return MZG_OK;
}

/* Name and shape; r is behind the first three numbers. */
static enum mzg_code read_named(struct mzg_weights *w, struct mzg_reader *r, uint64_t at, uint32_t len,
                                struct mzg_tensor *t, struct mzg_err *e)
{
    const struct mzg_type_info *info = mzg_type_by_number((uint32_t)t->type);
    char q[MZG_QUOTE];
    enum mzg_code code = read_shape(r, at, t, info, e);
    uint64_t name_at = mzg_reader_offset(r);
    const char *name = (const char *)mzg_reader_bytes(r, len);

    if (r->bad)
        return mzg_fail(e, MZG_MALFORMED, at, "the file ends inside its head");
    if (!mzg_item_name_valid(name, len))
        return mzg_fail(e, MZG_MALFORMED, name_at, "its name is no text");
    t->name = mzg_arena_text(&w->arena, name, len);
    if (!t->name)
        return mzg_fail_memory(e, "tensor names");
    t->type_name = info->name;
    t->offset = mzg_reader_offset(r);
    uint64_t rest = w->files[t->file].file.size - t->offset;
    if (code == MZG_OK && t->bytes > rest)
        code = mzg_fail(e, MZG_MALFORMED, t->offset, "%llu bytes, %llu are left in the file", ULL(t->bytes),
                        ULL(rest));
    return code == MZG_OK ? code : mzg_prefix(e, "'%s'", mzg_quote(q, t->name));
}

static enum mzg_code read_tensor(struct mzg_weights *w, uint32_t file, uint64_t *at, struct mzg_err *e)
{
    const struct mzg_file *f = &w->files[file].file;
    uint8_t head[HEAD_MAX];
    struct mzg_reader r;
    struct mzg_tensor t = {.file = file};
    size_t n = f->size - *at < sizeof head ? (size_t)(f->size - *at) : sizeof head;
    enum mzg_code code = mzg_file_read(f, *at, head, n, e);

    if (code != MZG_OK)
        return code;
    mzg_reader_init(&r, head, n, *at);
    t.n_dims = mzg_reader_u32(&r);
    uint32_t len = mzg_reader_u32(&r), type = mzg_reader_u32(&r);
    if (r.bad)
        return mzg_fail(e, MZG_MALFORMED, *at, "the file ends inside its head");
    if (t.n_dims == 0 || t.n_dims > MZG_DIMS)
        return mzg_fail(e, MZG_MALFORMED, *at, "%u dimensions", t.n_dims);
    if (len == 0 || len >= MZG_GGUF_NAME)
        return mzg_fail(e, MZG_MALFORMED, *at + 4, "a name of %u bytes", len);
    if (!mzg_type_by_number(type))
        return mzg_fail(e, MZG_UNSUPPORTED, *at + 8, "type %u is not known", type);
    t.type = (enum mzg_type)type;
    code = read_named(w, &r, *at, len, &t, e);
    *at = t.offset + t.bytes;
    return code == MZG_OK ? mzg_weights_add(w, &t, e) : code;
}

/* ---- what it says of itself ---- */

static enum mzg_code add_fact(struct mzg_weights *w, const char *name, const char *text, struct mzg_err *e)
{
    return mzg_weights_fact(w, name, text, strlen(text), e);
}

/* Under the names that whisper.cpp prints them by; and as numbers, as OpenAI's checkpoints have them. */
static enum mzg_code add_dims(struct mzg_weights *w, const struct mzg_ggml *g, struct mzg_err *e)
{
    static const char *const names[][2] = {
#define X(name, own, key, max) {own, "dims." own},
        MZG_WHISPER_DIMS(X)
#undef X
    };
    char text[16];
    enum mzg_code code = MZG_OK;

    w->numbers = mzg_arena_alloc(&w->arena, MZG_WHISPER_SIZES, sizeof *w->numbers);
    if (!w->numbers)
        return mzg_fail_memory(e, "numbers");
    for (int i = 0; i < MZG_WHISPER_SIZES && code == MZG_OK; i++) {
        w->numbers[w->n_numbers++] = (struct mzg_number){names[i][1], g->sizes[i]};
        snprintf(text, sizeof text, "%u", g->sizes[i]);
        code = add_fact(w, names[i][0], text, e);
    }
    return code;
}

static enum mzg_code add_facts(struct mzg_weights *w, const struct mzg_ggml *g, struct mzg_err *e)
{
    char languages[16] = "English", filters[32], tokens[16];

    if (g->sizes[MZG_WHISPER_VOCAB] >= MZG_WHISPER_MULTILINGUAL)
        snprintf(languages, sizeof languages, "%u", g->sizes[MZG_WHISPER_VOCAB] - (MZG_WHISPER_MULTILINGUAL - 99));
    snprintf(filters, sizeof filters, "%u x %d", g->sizes[MZG_WHISPER_MELS], MZG_MEL_BINS);
    snprintf(tokens, sizeof tokens, "%u", g->n_tokens);
    enum mzg_code code = add_dims(w, g, e);
    if (code == MZG_OK)
        code = add_fact(w, "ftype", mzg_type_by_number((uint32_t)g->base)->name, e);
    if (code == MZG_OK)
        code = add_fact(w, "mel_filters", filters, e);
    if (code == MZG_OK)
        code = add_fact(w, "tokens", tokens, e);
    return code == MZG_OK ? add_fact(w, "languages", languages, e) : code;
}

/* ---- the whole ---- */

static bool is_ggml(const uint8_t *start, size_t n)
{
    return n >= 4 && memcmp(start, "lmgg", 4) == 0;
}

static enum mzg_code read_ggml(struct mzg_weights *w, uint32_t file, struct mzg_err *e)
{
    struct mzg_ggml *g = mzg_arena_alloc(&w->arena, 1, sizeof *g);
    struct preface p = {.g = g, .f = &w->files[file].file};
    enum mzg_code code = g ? load(w, &p, e) : mzg_fail_memory(e, "preface");
    uint64_t at = code == MZG_OK ? g->preface_len : 0, first = at;

    if (code == MZG_OK)
        code = add_facts(w, g, e);
    while (code == MZG_OK && at < w->files[file].file.size) {
        code = read_tensor(w, file, &at, e);
        if (code != MZG_OK)
            return mzg_prefix(e, "tensor %zu", w->n_tensors);
    }
    if (code == MZG_OK && at == first)
        code = mzg_fail(e, MZG_MALFORMED, at, "it holds no tensors");
    w->ggml = g;
    return code;
}

const struct mzg_container mzg_container_ggml = {
    .name = "whisper.cpp",
    .ends = (const char *const[]){NULL},
    .is = is_ggml,
    .read = read_ggml,
};
