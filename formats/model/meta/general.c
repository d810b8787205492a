#include "general.h"

#include "../../base/utf8.h"
#include "card.h"
#include "model_id.h"
#include "relatives.h"
#include "size_label.h"
#include "source_name.h"
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Where a model's own id has the value. */
#define NOWHERE SIZE_MAX
#define OF_ID(member) offsetof(struct mzg_model_id, member)

/* In the order in which they are written; all begin with "general.". */
static const struct field {
    const char *key;
    const char *names[3]; /* in the card: the first that is there counts */
    size_t of_id;
} fields[] = {
    {"name", {"name", "model_name"}, OF_ID(name)},
    {"author", {"author", "model_author", "model_creator"}, NOWHERE},
    {"version", {"version", "model_version"}, OF_ID(version)},
    {"organization", {"organization", "model_organization"}, OF_ID(organization)},
    {"finetune", {"finetune", "model_finetune"}, OF_ID(finetune)},
    {"basename", {"basename", "model_basename"}, OF_ID(basename)},
    {"description", {"description", "model_description"}, NOWHERE},
    {"size_label", {"size_label", "model_size_label"}, OF_ID(size_label)},
    {"license", {"license"}, NOWHERE},
    {"license.name", {"license_name"}, NOWHERE},
    {"license.link", {"license_link"}, NOWHERE},
    {"source.url", {"url", "model_url"}, NOWHERE},
    {"source.doi", {"doi", "model_doi"}, NOWHERE},
    {"source.uuid", {"uuid", "model_uuid"}, NOWHERE},
    {"source.repo_url", {"repo_url", "model_repo_url"}, NOWHERE},
};
#define N_FIELDS (sizeof fields / sizeof *fields)

struct sources {
    const json_t *card;     /* NULL: none */
    struct mzg_model_id id; /* empty: none */
    bool by_folder;         /* the id is the folder's */
    char repo_url[64 + 2 * MZG_MODEL_ID];
    char size_label[MZG_SIZE_LABEL];
};

/* ---- the card ---- */

/* Licences in a list are joined by commas, as llama.cpp does. */
static void put_joined(struct mzg_model *m, const char *key, const json_t *list)
{
    struct mzg_buf b;
    const json_t *item;
    size_t i;

    mzg_buf_init(&b, 4096);
    json_array_foreach(list, i, item) {
        const char *text = mzg_card_text(item);
        if (text)
            mzg_buf_printf(&b, "%s%s", b.len ? "," : "", text);
    }
    mzg_buf_u8(&b, 0);
    if (!b.bad && b.len > 1)
        mzg_kvs_text(&m->kvs, key, (const char *)b.data);
    mzg_buf_clear(&b);
}

static bool put_of_card(struct mzg_model *m, const char *key, const struct field *f, const json_t *card)
{
    for (size_t i = 0; i < sizeof f->names / sizeof *f->names && f->names[i]; i++) {
        const json_t *value = json_object_get(card, f->names[i]);
        const char *text = mzg_card_text(value);
        if (text)
            mzg_kvs_text(&m->kvs, key, text);
        else if (json_is_array(value) && json_array_size(value) > 0)
            put_joined(m, key, value);
        if (mzg_kvs_find(&m->kvs, key))
            return true;
    }
    return false;
}

/* Both lists one after the other (each may be a single text); what comes twice once. */
static void put_list(struct mzg_model *m, const char *key, const json_t *a, const json_t *b)
{
    const char *texts[MZG_CARD_LIST];
    size_t n = 0;

    mzg_card_texts(a, texts, &n);
    mzg_card_texts(b, texts, &n);
    if (n > 0)
        mzg_kvs_texts(&m->kvs, key, texts, n);
}

/* An adapter's config names its base; a path on somebody's machine is passed over there. */
static void put_base(struct mzg_model *m, const json_t *name)
{
    json_t *card = json_pack("{s:O*}", "base_model", name);

    mzg_relatives_put(&m->kvs, "base_model", card);
    json_decref(card);
}

static void put_lists(struct mzg_model *m, const json_t *card, const json_t *config)
{
    mzg_relatives_put(&m->kvs, "base_model", card);
    if (m->adapter && !mzg_kvs_find(&m->kvs, "general.base_model.count"))
        put_base(m, json_object_get(config, "base_model_name_or_path"));
    mzg_relatives_put(&m->kvs, "dataset", card);
    put_list(m, "general.tags", json_object_get(card, "tags"), json_object_get(card, "pipeline_tag"));
    put_list(m, "general.languages", json_object_get(card, "languages"),
             json_object_get(card, "language"));
}

/* ---- the id ---- */

static bool put_of_id(struct mzg_model *m, const char *key, const struct field *f,
                      const struct mzg_model_id *id)
{
    const char *text = f->of_id == NOWHERE ? "" : (const char *)id + f->of_id;
    char title[MZG_MODEL_ID];

    if (text[0] == '\0')
        return false;
    if (f->of_id == OF_ID(name) || f->of_id == OF_ID(organization)) {
        mzg_model_id_title(text, title);
        text = title;
    }
    if (text[0])
        mzg_kvs_text(&m->kvs, key, text);
    return text[0] != '\0';
}

/* The id of config.json, else the folder's where that is certain. One id gives all: parts of two would be
 * nobody's name. */
static enum mzg_code find_id(struct mzg_model *m, struct sources *s, const char *folder,
                             const json_t *config, const char *source_name, struct mzg_err *e)
{
    const char *path = json_string_value(json_object_get(config, "_name_or_path"));
    uint64_t weights = mzg_model_weights(m);
    char name[MZG_MODEL_ID];

    if (path && mzg_model_id_split(&s->id, path, weights))
        return MZG_OK;
    if (!source_name) {
        mzg_source_name(folder, name);
        source_name = name;
    }
    if (!mzg_model_id_split(&s->id, source_name, weights) || !mzg_source_name_certain(&s->id)) {
        s->id = (struct mzg_model_id){.name = ""};
        return MZG_OK;
    }
    if (s->id.organization[0])
        snprintf(s->repo_url, sizeof s->repo_url, "https://huggingface.co/%s", source_name);
    m->source_name = mzg_arena_text(&m->arena, source_name, strlen(source_name));
    return m->source_name ? MZG_OK : mzg_fail_memory(e, "the folder's name");
}

/* ---- all of it ---- */

static void put_field(struct mzg_model *m, const struct field *f, const struct sources *s)
{
    char key[48];

    snprintf(key, sizeof key, "general.%s", f->key);
    if (put_of_card(m, key, f, s->card) || put_of_id(m, key, f, &s->id))
        return;
    if (f->of_id == OF_ID(size_label) && s->size_label[0])
        mzg_kvs_text(&m->kvs, key, s->size_label);
    else if (strcmp(f->key, "source.repo_url") == 0 && s->repo_url[0])
        mzg_kvs_text(&m->kvs, key, s->repo_url);
}

enum mzg_code mzg_general_put(struct mzg_model *m, const char *folder, const json_t *config,
                              const char *source_name, const struct mzg_notify *notify,
                              struct mzg_err *e)
{
    struct sources s = {.card = NULL};
    json_t *card = NULL;

    enum mzg_code code = mzg_card_load(folder, notify, &card, e);
    if (code != MZG_OK)
        return code;
    s.card = card;
    m->has_card = card != NULL;
    code = find_id(m, &s, folder, config, source_name, e);
    if (!m->adapter)
        mzg_size_label(m, s.size_label);
    if (m->arch)
        mzg_kvs_text(&m->kvs, "general.architecture", m->arch);
    mzg_kvs_text(&m->kvs, "general.type", m->adapter ? MZG_TYPE_ADAPTER : "model");
    for (size_t i = 0; i < N_FIELDS; i++)
        put_field(m, &fields[i], &s);
    put_lists(m, card, config);
    json_decref(card);
    return code;
}
