#include "versions.h"
#include "reference.h"
#include "tools/layout/image.h"
#include "tools/layout/model.h"
#include "tools/net/serve/member.h"
#include "tools/net/serve/offer.h"
#include <string.h>

/* ---- names ---- */

static bool any_offered(const struct mzg_versions *v)
{
    for (size_t i = 0; i < v->n; i++) {
        if (mzg_member_offered(v->all[i]))
            return true;
    }
    return false;
}

/* The bundles of one name that begin at i. */
static struct mzg_versions run_at(const struct mzg_shelf *shelf, size_t i)
{
    return (struct mzg_versions){shelf->bundles + i, mzg_shelf_run(shelf, i)};
}

static char folded(char c)
{
    return c == '+' ? '_' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_folded(const char *a, const char *b)
{
    while (*a && folded(*a) == folded(*b))
        a++, b++;
    return *a == '\0' && *b == '\0';
}

bool mzg_versions_find(struct mzg_versions *v, const struct mzg_shelf *shelf, const char *name)
{
    size_t found = 0;
    for (size_t i = 0; i < shelf->n;) {
        struct mzg_versions run = run_at(shelf, i);
        const char *has = run.all[0]->manifest.name;
        i += run.n;
        if (!same_folded(has, name) || !any_offered(&run))
            continue;
        *v = run;
        found++;
        if (strcmp(has, name) == 0)
            return true;
    }
    return found == 1;
}

/* ---- tags ---- */

const struct mzg_shelf_bundle *mzg_versions_newest(struct mzg_exchange *x, const struct mzg_versions *v)
{
    for (size_t i = 0; i < v->n; i++) {
        if (mzg_offer_is_good(x->server->health, v->all[i]))
            return v->all[i];
    }
    return NULL;
}

/* The version that tag is, or, graded, begins with before a hyphen; the longest, and of equals the newest. One
 * that is spelt just so comes before one with a '+' where tag has '_'. */
static const struct mzg_shelf_bundle *find_version(const struct mzg_versions *v, const char *tag, bool graded)
{
    const struct mzg_shelf_bundle *best = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < v->n; i++) {
        char version[MZG_IMAGE_TAG];
        const struct mzg_shelf_bundle *b = v->all[i];
        size_t n = strlen(mzg_image_tag(version, b->manifest.version));
        if (!mzg_member_offered(b) || strncmp(tag, version, n) != 0 || tag[n] != (graded ? '-' : '\0'))
            continue;
        if (!best || n > longest || (n == longest && strncmp(b->manifest.version, tag, n) == 0)) {
            best = b;
            longest = n;
        }
    }
    return best;
}

const struct mzg_shelf_bundle *mzg_versions_spelt(const struct mzg_versions *v, const char *tag)
{
    return find_version(v, tag, false);
}

static struct mzg_tagged find_graded(struct mzg_exchange *x, const struct mzg_versions *v, const char *tag)
{
    const struct mzg_shelf_bundle *b = find_version(v, tag, true);
    const struct mzg_member *model =
        b ? mzg_model_choose(&b->manifest, tag + strlen(b->manifest.version) + 1) : NULL;
    if (model)
        return (struct mzg_tagged){b, model};
    for (size_t i = 0; i < v->n; i++) {
        model = mzg_model_choose(&v->all[i]->manifest, tag);
        if (model && mzg_offer_is_good(x->server->health, v->all[i]))
            return (struct mzg_tagged){v->all[i], model};
    }
    return (struct mzg_tagged){NULL, NULL};
}

struct mzg_tagged mzg_versions_tag(struct mzg_exchange *x, const struct mzg_versions *v, const char *tag)
{
    const struct mzg_shelf_bundle *b = mzg_versions_spelt(v, tag);
    if (!b && strcmp(tag, MZG_TAG_LATEST) == 0)
        b = mzg_versions_newest(x, v);
    return b ? (struct mzg_tagged){b, NULL} : find_graded(x, v, tag);
}
