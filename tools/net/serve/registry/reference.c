#include "reference.h"
#include "tools/layout/image.h"
#include "tools/net/serve/place.h"
#include <string.h>

#define PREFIX "/v2/" MZG_IMAGE_FOLDER "/"

static bool take_digest(struct mzg_reference *r, const char *text)
{
    const char *hex = mzg_place_behind(text, "sha256:");
    return hex && mzg_sha256_parse(hex, r->sha256);
}

static bool take_tag(struct mzg_reference *r, const char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    size_t n = strspn(text, allowed);
    if (n == 0 || n > MZG_TAG_MAX || text[n] != '\0' || *text == '.' || *text == '-')
        return false;
    memcpy(r->tag, text, n + 1);
    return true;
}

bool mzg_reference_parse(struct mzg_reference *r, const char *path)
{
    const char *rest, *p = mzg_place_behind(path, PREFIX);
    *r = (struct mzg_reference){.kind = MZG_REFERENCE_TAGS};
    if (!p || !mzg_place_take_name(r->name, &p))
        return false;
    if ((rest = mzg_place_behind(p, "/manifests/")) != NULL) {
        r->kind = MZG_REFERENCE_MANIFEST;
        return take_digest(r, rest) || take_tag(r, rest);
    }
    if ((rest = mzg_place_behind(p, "/blobs/")) != NULL) {
        r->kind = MZG_REFERENCE_BLOB;
        return take_digest(r, rest);
    }
    return strcmp(p, "/tags/list") == 0;
}
