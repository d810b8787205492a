#include "tags.h"
#include "reference.h"
#include "tools/layout/image.h"
#include "tools/net/serve/member.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINK (sizeof "</v2/mzigo//tags/list?n=&last=>; rel=\"next\"" + MZG_NAME_MAX + MZG_IMAGE_TAG + 20)

struct tags {
    char (*all)[MZG_IMAGE_TAG]; /* sorted, each once */
    size_t n;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool find(struct tags *t, struct mzg_exchange *x, const struct mzg_versions *v)
{
    size_t n = 0, kept = 0;
    t->all = calloc(v->n + 1, sizeof *t->all);
    if (!t->all)
        return false;
    for (size_t i = 0; i < v->n; i++) {
        if (mzg_member_offered(v->all[i]))
            mzg_image_tag(t->all[n++], v->all[i]->manifest.version);
    }
    if (mzg_versions_newest(x, v))
        mzg_image_tag(t->all[n++], MZG_TAG_LATEST);
    qsort(t->all, n, sizeof *t->all, by_text);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(t->all[i], t->all[kept - 1]) != 0)
            memmove(t->all[kept++], t->all[i], sizeof *t->all);
    }
    t->n = kept;
    return true;
}

/* Digits and nothing else; SIZE_MAX: all of them. */
static size_t read_limit(const char *text)
{
    bool good = text && *text && strlen(text) <= 9 && text[strspn(text, "0123456789")] == '\0';
    return good ? (size_t)strtoul(text, NULL, 10) : SIZE_MAX;
}

static char *write_text(const char *name, const struct tags *t, size_t from, size_t to)
{
    json_t *list = json_array();
    for (size_t i = from; i < to; i++) {
        if (json_array_append_new(list, json_string(t->all[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    json_t *all = json_pack("{s:o, s:o}", "name", json_sprintf(MZG_IMAGE_FOLDER "/%s", name), "tags", list);
    char *text = all ? json_dumps(all, JSON_COMPACT) : NULL;
    json_decref(all);
    return text;
}

static const char *argument(const struct mzg_exchange *x, const char *name)
{
    return MHD_lookup_connection_value(x->connection, MHD_GET_ARGUMENT_KIND, name);
}

enum MHD_Result mzg_tags_answer(struct mzg_exchange *x, const struct mzg_versions *v, const char *name)
{
    struct mzg_field more[] = {{NULL, NULL}, {NULL, NULL}};
    struct mzg_answer a = {.status = MHD_HTTP_OK, .type = "application/json", .keep = MZG_KEEP_ASKING, .more = more};
    const char *last = argument(x, "last");
    size_t limit = read_limit(argument(x, "n")), from = 0;
    char link[LINK];
    struct tags t;
    if (!find(&t, x, v))
        return mzg_answer_status(x, MHD_HTTP_INTERNAL_SERVER_ERROR, false);
    while (last && from < t.n && strcmp(t.all[from], last) <= 0)
        from++;
    size_t to = t.n - from > limit ? from + limit : t.n;
    if (to < t.n && limit > 0) {
        snprintf(link, sizeof link, "</v2/" MZG_IMAGE_FOLDER "/%s/tags/list?n=%zu&last=%s>; rel=\"next\"", name, limit,
                 t.all[to - 1]);
        more[0] = (struct mzg_field){"Link", link};
    }
    char *text = write_text(name, &t, from, to);
    free(t.all);
    return text ? mzg_answer_given(x, &a, text) : mzg_answer_status(x, MHD_HTTP_INTERNAL_SERVER_ERROR, false);
}
