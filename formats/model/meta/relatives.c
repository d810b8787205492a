#include "relatives.h"

#include "card.h"
#include "model_id.h"
#include <stdio.h>
#include <string.h>

#define MAX_RELATIVES 64
#define HUB "https://huggingface.co/"

/* ---- one relative ---- */

/* Members of an entry, and of its keys. */
static const char *const members[] = {"name", "author", "version", "organization", "description",
                                      "url", "doi", "uuid", "repo_url"};

struct place {
    struct mzg_kvs *k;
    const char *kind;
    unsigned number;
};

static void put(const struct place *p, const char *member, const char *text)
{
    char key[64];

    snprintf(key, sizeof key, "general.%s.%u.%s", p->kind, p->number, member);
    if (text[0])
        mzg_kvs_text(p->k, key, text);
}

static bool is_url(const char *text)
{
    return strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0 ||
           strncmp(text, "ssh://", 6) == 0;
}

/* What the hub's address of such a thing begins with. */
static const char *hub_of(const char *kind)
{
    return strcmp(kind, "dataset") == 0 ? HUB "datasets/" : HUB;
}

static void put_id(const struct place *p, const struct mzg_model_id *id)
{
    char title[MZG_MODEL_ID];

    mzg_model_id_title(id->name, title);
    put(p, "name", title);
    put(p, "version", id->version);
    mzg_model_id_title(id->organization, title);
    put(p, "organization", title);
}

/* False where the text names nothing that others could find. */
static bool put_named(const struct place *p, const char *text)
{
    const char *hub = hub_of(p->kind);
    char url[64 + 2 * MZG_MODEL_ID];
    struct mzg_model_id id;

    if (is_url(text)) {
        size_t n = strlen(hub);
        if (strncmp(text, hub, n) == 0 && mzg_model_id_split(&id, text + n, 0) && id.organization[0])
            put_id(p, &id);
        put(p, "repo_url", text);
        return true;
    }
    if (!mzg_model_id_split(&id, text, 0))
        return false;
    put_id(p, &id);
    if (id.organization[0]) {
        snprintf(url, sizeof url, "%s%s", hub, text);
        put(p, "repo_url", url);
    }
    return true;
}

static bool put_object(const struct place *p, const json_t *entry)
{
    bool any = false;

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *text = mzg_card_text(json_object_get(entry, members[i]));
        if (text)
            put(p, members[i], text);
        any |= text != NULL;
    }
    return any;
}

static void add(struct place *p, const json_t *entry)
{
    const char *text = mzg_card_text(entry);

    if (p->number < MAX_RELATIVES && (text ? put_named(p, text) : put_object(p, entry)))
        p->number++;
}

/* ---- all of them ---- */

void mzg_relatives_put(struct mzg_kvs *k, const char *kind, const json_t *card)
{
    static const char *const forms[] = {"", "s", "_sources"};
    struct place p = {k, kind, 0};
    struct mzg_kvs found;
    const json_t *list = NULL, *item;
    char key[64];
    size_t i;

    for (i = 0; i < sizeof forms / sizeof *forms && !list; i++) {
        snprintf(key, sizeof key, "%s%s", kind, forms[i]);
        list = json_object_get(card, key);
    }
    mzg_kvs_init(&found); /* the number of them is written first */
    p.k = &found;
    if (json_is_array(list)) {
        json_array_foreach(list, i, item)
            add(&p, item);
    } else {
        add(&p, list);
    }
    snprintf(key, sizeof key, "general.%s.count", kind);
    if (p.number > 0)
        mzg_kvs_u32(k, key, p.number);
    for (i = 0; i < found.count; i++)
        mzg_kvs_copy(k, &found.items[i]);
    k->bad |= found.bad;
    mzg_kvs_clear(&found);
}
