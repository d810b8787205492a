#include "special_tokens.h"

#include "vocab_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Hugging Face's names: "bos" of bos_token and bos_token_id. */
static const char *const hf_names[MZG_SPECIAL_COUNT] = {
#define X(name, key, hf) hf,
    MZG_SPECIALS(X)
#undef X
};

struct finder {
    struct mzg_vocab *v;
    const struct mzg_tokenizer_config *tc;
    const char *texts[MZG_SPECIAL_COUNT]; /* NULL: not said */
};

/* ---- texts, from tokenizer_config.json and special_tokens_map.json ---- */

/* A string, or {"content": string}; *text stays as it is when the key is absent or null. */
static enum mzg_code text_of(const json_t *object, const char *key, const char **text,
                             struct mzg_err *e)
{
    const json_t *value = json_object_get(object, key);

    if (json_is_object(value))
        value = json_object_get(value, "content");
    if (!value || json_is_null(value))
        return MZG_OK;
    if (!json_is_string(value))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "%s is neither a string nor an object "
                        "with a content", key);
    *text = json_string_value(value);
    return MZG_OK;
}

static void take_defaults(struct finder *f, const char *const *defaults)
{
    for (int i = 0; defaults && i < MZG_SPECIAL_COUNT; i++)
        if (!f->texts[i] && defaults[i] && mzg_vocab_table_find(f->v, defaults[i]) >= 0)
            f->texts[i] = defaults[i];
}

static enum mzg_code collect_texts(struct finder *f, const char *const *defaults,
                                   struct mzg_err *e)
{
    for (int i = 0; i < MZG_SPECIAL_COUNT; i++) {
        char key[32];
        if (!hf_names[i])
            continue;
        snprintf(key, sizeof key, "%s_token", hf_names[i]);
        if (text_of(f->tc->config, key, &f->texts[i], e) != MZG_OK)
            return mzg_prefix(e, "%s/tokenizer_config.json", f->tc->dir->path);
        if (!f->texts[i] && text_of(f->tc->map, key, &f->texts[i], e) != MZG_OK)
            return mzg_prefix(e, "%s/special_tokens_map.json", f->tc->dir->path);
    }
    take_defaults(f, defaults);
    return MZG_OK;
}

/* ---- the post-processor: what is put around a text ---- */

/* The name under "SpecialToken" or "Sequence" of a template's item, or NULL. */
static const char *item_id(const json_t *items, size_t i, const char *kind)
{
    const json_t *item = json_object_get(json_array_get(items, i), kind);

    return json_string_value(json_object_get(item, "id"));
}

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* The template closes a text with another token than the EOS that was named: that token is the EOS,
 * and the named one ends a turn, or a message. */
static void take_eos(struct finder *f, const char *last)
{
    const char **texts = f->texts;

    if (texts[MZG_SPECIAL_EOS] && !same(texts[MZG_SPECIAL_EOS], last)) {
        if (!texts[MZG_SPECIAL_EOT])
            texts[MZG_SPECIAL_EOT] = texts[MZG_SPECIAL_EOS];
        else if (!texts[MZG_SPECIAL_EOM])
            texts[MZG_SPECIAL_EOM] = texts[MZG_SPECIAL_EOS];
    }
    texts[MZG_SPECIAL_EOS] = last;
}

/* pair: [first] A sep B [last], or A sep sep B. */
static void read_pair(struct finder *f, const json_t *pair, const char *first, const char *last)
{
    size_t from = first && same(item_id(pair, 0, "SpecialToken"), first) ? 1 : 0;
    size_t to = json_array_size(pair);
    const char **texts = f->texts;
    bool add = false;

    if (to > 0 && last && same(item_id(pair, to - 1, "SpecialToken"), last))
        to--;
    if (to < from + 3 || !same(item_id(pair, from, "Sequence"), "A") ||
        !same(item_id(pair, to - 1, "Sequence"), "B"))
        return;
    for (size_t i = from + 1; i < to - 1 && i < from + 3; i++) {
        const char *sep = item_id(pair, i, "SpecialToken");
        bool known = same(sep, texts[MZG_SPECIAL_SEP]) || same(sep, texts[MZG_SPECIAL_EOS]);
        bool second = i == from + 2 && to - 2 == from + 2;
        add = add || (known && (second || (i == from + 1 && !last)));
    }
    f->v->add_sep = add;
    if (add && !texts[MZG_SPECIAL_SEP])
        texts[MZG_SPECIAL_SEP] = texts[MZG_SPECIAL_EOS];
}

static void read_template(struct finder *f, const json_t *processor)
{
    const json_t *single = json_object_get(processor, "single");
    size_t n = json_array_size(single);
    const char *first = n > 1 ? item_id(single, 0, "SpecialToken") : NULL;
    const char *last = n > 1 ? item_id(single, n - 1, "SpecialToken") : NULL;
    char quoted[MZG_QUOTE];

    if (first) {
        if (!f->texts[MZG_SPECIAL_BOS] && !f->texts[MZG_SPECIAL_CLS])
            f->texts[MZG_SPECIAL_BOS] = first;
        f->v->add_bos = same(first, f->texts[MZG_SPECIAL_BOS]) ||
                        same(first, f->texts[MZG_SPECIAL_CLS]);
        if (!f->v->add_bos)
            mzg_notice(f->tc->notify, "the tokenizer begins a text with '%s', which is not its "
                       "BOS: no token is put there", mzg_quote(quoted, first));
    }
    if (last) {
        take_eos(f, last);
        f->v->add_eos = 1;
    }
    read_pair(f, json_object_get(processor, "pair"), first, last);
}

/* ["<s>", 0]: the way of RobertaProcessing and BertProcessing to name a token. */
static void take_pair_text(struct finder *f, const json_t *processor, const char *key, int special)
{
    const char *text = json_string_value(json_array_get(json_object_get(processor, key), 0));

    if (!f->texts[special] && text)
        f->texts[special] = text;
}

static void read_processor(struct finder *f, const json_t *processor)
{
    const char *type = json_string_value(json_object_get(processor, "type"));

    if (same(type, "TemplateProcessing"))
        read_template(f, processor);
    if (!same(type, "RobertaProcessing") && !same(type, "BertProcessing"))
        return;
    /* A pair is <s> A </s></s> B </s>, but [CLS] A [SEP] B [SEP]: there A's own end is the separator. */
    f->v->add_bos = f->v->add_eos = 1;
    f->v->add_sep = same(type, "RobertaProcessing");
    take_pair_text(f, processor, "cls", MZG_SPECIAL_CLS);
    take_pair_text(f, processor, "sep", MZG_SPECIAL_SEP);
}

static void read_post(struct finder *f, const json_t *post)
{
    const json_t *list = json_object_get(post, "processors"), *processor;
    size_t i;

    if (!json_is_array(list))
        read_processor(f, post);
    json_array_foreach(list, i, processor)
        read_processor(f, processor);
}

/* BERT-like tokenizers know only [CLS] and [SEP]. */
static void borrow_texts(struct finder *f)
{
    if (!f->texts[MZG_SPECIAL_BOS])
        f->texts[MZG_SPECIAL_BOS] = f->texts[MZG_SPECIAL_CLS];
    if (!f->texts[MZG_SPECIAL_EOS])
        f->texts[MZG_SPECIAL_EOS] = f->texts[MZG_SPECIAL_SEP];
}

/* ---- ids ---- */

static void resolve_texts(struct finder *f)
{
    char quoted[MZG_QUOTE];

    for (int i = 0; i < MZG_SPECIAL_COUNT; i++) {
        const char *text = f->texts[i];
        if (!text || f->v->special[i] >= 0)
            continue;
        f->v->special[i] = mzg_vocab_table_find(f->v, text);
        if (f->v->special[i] < 0)
            mzg_notice(f->tc->notify, "special token '%s' is not in the vocabulary",
                       mzg_quote(quoted, text));
    }
}

/* config.json's bos_token_id and the like; many write -1 or null for none. */
static enum mzg_code take_config_ids(struct finder *f, const json_t *model, struct mzg_err *e)
{
    for (int i = 0; i < MZG_SPECIAL_COUNT; i++) {
        char key[32];
        if (!hf_names[i])
            continue;
        snprintf(key, sizeof key, "%s_token_id", hf_names[i]);
        const json_t *value = json_object_get(model, key);
        if (!json_is_integer(value) || f->v->special[i] >= 0)
            continue;
        int64_t id = json_integer_value(value);
        if (id < -1)
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "config.json: %s is %" PRId64, key,
                            id);
        if (id >= (int64_t)f->v->count)
            mzg_notice(f->tc->notify, "config.json: %s %" PRId64 " is beyond the %" PRIu32
                       " tokens and is left out", key, id, f->v->count);
        else
            f->v->special[i] = id;
    }
    return MZG_OK;
}

/* Chat models often name several tokens that end generation. Those whose texts are known for it get
 * the key of their meaning, any other the first key that is free. */
static const struct { const char *text; int special; } stop_texts[] = {
    {"<|eot_id|>", MZG_SPECIAL_EOT}, {"<|im_end|>", MZG_SPECIAL_EOT}, {"<|end|>", MZG_SPECIAL_EOT},
    {"<end_of_turn>", MZG_SPECIAL_EOT}, {"<|eom_id|>", MZG_SPECIAL_EOM},
};

static int stop_by_text(const char *text)
{
    for (size_t i = 0; i < sizeof stop_texts / sizeof *stop_texts; i++)
        if (strcmp(text, stop_texts[i].text) == 0)
            return stop_texts[i].special;
    return MZG_SPECIAL_COUNT;
}

static void take_stop(struct finder *f, int64_t id, bool by_text)
{
    int64_t *special = f->v->special;
    int known;

    if (id < 0 || id >= (int64_t)f->v->count)
        return;
    known = stop_by_text(f->v->tokens[id]);
    if (by_text) {
        if (known != MZG_SPECIAL_COUNT && special[known] < 0)
            special[known] = id;
        return;
    }
    if (id == special[MZG_SPECIAL_EOS] || id == special[MZG_SPECIAL_EOT] ||
        id == special[MZG_SPECIAL_EOM])
        return;
    for (int i = 0; i < 2; i++) {
        int slot = i == 0 ? MZG_SPECIAL_EOT : MZG_SPECIAL_EOM;
        if (special[slot] < 0) {
            special[slot] = id;
            return;
        }
    }
    mzg_notice(f->tc->notify, "token %" PRId64 " also ends generation, but no key is left for it",
               id);
}

/* ids: one, or a list. */
static void take_stops(struct finder *f, const json_t *ids)
{
    size_t n = json_is_array(ids) ? json_array_size(ids) : 1;

    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < n; i++) {
            const json_t *id = json_is_array(ids) ? json_array_get(ids, i) : ids;
            if (!json_is_integer(id))
                continue;
            if (f->v->special[MZG_SPECIAL_EOS] < 0 && json_integer_value(id) >= 0 &&
                json_integer_value(id) < (int64_t)f->v->count)
                f->v->special[MZG_SPECIAL_EOS] = json_integer_value(id);
            take_stop(f, json_integer_value(id), pass == 0);
        }
    }
}

/* config.json's, or its text part's. */
static enum mzg_code take_config(struct finder *f, const json_t *config, struct mzg_err *e)
{
    enum mzg_code code = take_config_ids(f, config, e);

    if (code == MZG_OK && json_is_array(json_object_get(config, "eos_token_id")))
        take_stops(f, json_object_get(config, "eos_token_id"));
    return code;
}

static enum mzg_code take_flags(struct finder *f, struct mzg_err *e)
{
    struct { const char *key; int *flag; } flags[] = {
        {"add_bos_token", &f->v->add_bos}, {"add_eos_token", &f->v->add_eos},
        {"add_prefix_space", &f->v->add_space_prefix},
    };

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        const json_t *value = json_object_get(f->tc->config, flags[i].key);
        if (json_is_boolean(value))
            *flags[i].flag = json_is_true(value);
        else if (value && !json_is_null(value))
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "%s/tokenizer_config.json: %s is not "
                            "a boolean", f->tc->dir->path, flags[i].key);
    }
    return MZG_OK;
}

enum mzg_code mzg_special_tokens_find(struct mzg_vocab *v, const struct mzg_tokenizer_config *tc,
                                      const struct mzg_special_source *from, struct mzg_err *e)
{
    struct finder f = {v, tc, {NULL}};
    enum mzg_code code = collect_texts(&f, from->defaults, e);

    if (code != MZG_OK)
        return code;
    read_post(&f, from->post);
    borrow_texts(&f);
    resolve_texts(&f);
    code = take_config(&f, from->model, e);
    if (code == MZG_OK)
        code = take_config(&f, json_object_get(from->model, "text_config"), e);
    if (code == MZG_OK)
        take_stops(&f, json_object_get(tc->generation, "eos_token_id"));
    return code == MZG_OK ? take_flags(&f, e) : code;
}

/* Pre-tokenizers in whose name llama.cpp puts a BOS before every text, unless told otherwise. */
static bool adds_bos(const struct mzg_vocab *v)
{
    return strcmp(v->model, "gpt2") == 0 &&
           (strcmp(v->pre, "llama-bpe") == 0 || strcmp(v->pre, "tekken") == 0);
}

void mzg_special_tokens_settle(struct mzg_vocab *v, const struct mzg_notify *notify)
{
    const struct { int *flag, special; const char *name; } added[] = {
        {&v->add_bos, MZG_SPECIAL_BOS, "BOS"}, {&v->add_eos, MZG_SPECIAL_EOS, "EOS"},
        {&v->add_sep, MZG_SPECIAL_SEP, "separator"},
    };

    for (size_t i = 0; i < sizeof added / sizeof *added; i++) {
        if (*added[i].flag != 1 || v->special[added[i].special] >= 0)
            continue;
        mzg_notice(notify, "the tokenizer is to add a %s, but no token is known for it: none is "
                   "added", added[i].name);
        *added[i].flag = 0;
    }
    if (v->add_bos < 0 && adds_bos(v))
        v->add_bos = 0;
    if (strcmp(v->model, "t5") == 0) {
        v->add_bos = v->add_bos == 1;
        v->add_eos = v->add_eos == 1;
    }
}
