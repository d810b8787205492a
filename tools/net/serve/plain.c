#include "plain.h"
#include "links/links.h"
#include "member.h"
#include "place.h"
#include <string.h>

#define PREFIX "/plain/"

/* Splits "/plain/NAME/VERSION/FILE"; FILE may have folders and, encoded, spaces. */
static bool split(struct mzg_select *s, char file[MZG_MEMBER_PATH_MAX + 1], const char *path)
{
    char bundle[2 * MZG_NAME_MAX * 3 + 2];
    const char *rest = path + sizeof PREFIX - 1, *end = strchr(rest, '/');
    end = end ? strchr(end + 1, '/') : NULL;
    if (!end || (size_t)(end - rest) >= sizeof bundle)
        return false;
    memcpy(bundle, rest, (size_t)(end - rest));
    bundle[end - rest] = '\0';
    return mzg_place_bundle(s, bundle) && *s->version && mzg_place_file(file, MZG_MEMBER_PATH_MAX + 1, end + 1);
}

enum MHD_Result mzg_plain_answer(struct mzg_exchange *x, const char *path)
{
    struct mzg_select s;
    char file[MZG_MEMBER_PATH_MAX + 1];
    const struct mzg_shelf *shelf = split(&s, file, path) ? mzg_exchange_shelf(x) : NULL;
    const struct mzg_shelf_bundle *b = shelf ? mzg_shelf_find(shelf, s.name, s.version) : NULL;
    struct mzg_links_fields fields;
    if (!b)
        return mzg_answer_status(x, MHD_HTTP_NOT_FOUND, false);
    const struct mzg_member *m = mzg_member_find(b, file);
    if (!m)
        return mzg_links_answer(x, b, file);
    mzg_links_fields_fill(&fields, m);
    return mzg_member_answer(x, &(struct mzg_answer){.more = fields.all}, b, m);
}
