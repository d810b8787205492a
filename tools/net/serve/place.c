#include "place.h"
#include <string.h>
#include <strings.h>

const char *mzg_place_origin(const char *url)
{
    static const char scheme[] = "http://";
    if (strncasecmp(url, scheme, sizeof scheme - 1) != 0)
        return url;
    url += sizeof scheme - 1;
    url += strcspn(url, "/");
    return *url ? url : "/";
}

/* ---- decoding ---- */

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool in_name(int c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           c == '.' || c == '_' || c == '+' || c == '-';
}

int mzg_place_encoded(const char **url)
{
    int high = digit((*url)[1]), low = high < 0 ? -1 : digit((*url)[2]);
    if (low < 0)
        return -1;
    *url += 2;
    return high * 16 + low;
}

/* "+" in a version reaches us as "%2B" from some clients. A slash, a dot-dot or a NUL never gets in
 * this way: the result is matched against the grammar, and is not decoded again. */
static bool decode(char out[MZG_PLACE_PATH], const char *url)
{
    size_t n = 0;
    for (; *url; url++) {
        int c = (unsigned char)*url;
        if (c == '%') {
            c = mzg_place_encoded(&url);
            if (!in_name(c))
                return false;
        }
        if (!(in_name(c) || c == '/') || n == MZG_PLACE_PATH - 1)
            return false;
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return true;
}

/* ---- the grammar ---- */

const char *mzg_place_behind(const char *text, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

bool mzg_place_take_name(char name[MZG_NAME_MAX + 1], const char **p)
{
    size_t n = strcspn(*p, "/");
    if (n > MZG_NAME_MAX)
        return false;
    memcpy(name, *p, n);
    name[n] = '\0';
    *p += n;
    return mzg_bundle_name_valid(name);
}

/* One whose name nobody needs. */
static bool skip_name(const char **p)
{
    char name[MZG_NAME_MAX + 1];
    return mzg_place_take_name(name, p);
}

static bool is_object(const char *p)
{
    size_t n = strspn(p, "0123456789abcdef");
    return n == 2 && p[2] == '/' && strspn(p + 3, "0123456789abcdef") == 64 && p[67] == '\0' &&
           memcmp(p, p + 3, 2) == 0;
}

static bool is_document(const char *p, enum mzg_place_kind *kind)
{
    if (!skip_name(&p) || *p++ != '/' || !skip_name(&p) || *p++ != '/')
        return false;
    *kind = strcmp(p, "manifest.dsse") == 0 ? MZG_PLACE_ENVELOPE : MZG_PLACE_MANIFEST;
    return *kind == MZG_PLACE_ENVELOPE || strcmp(p, "manifest.json") == 0;
}

static bool is_metadata(const char *p)
{
    for (int depth = 0; depth < MZG_METADATA_DEPTH; depth++) {
        if (!skip_name(&p))
            return false;
        if (*p == '\0')
            return true;
        p++;
    }
    return false;
}

bool mzg_place_find(struct mzg_place *place, const char *url)
{
    const char *rest;
    if (*url != '/' || !decode(place->path, url + 1))
        return false;
    if ((rest = mzg_place_behind(place->path, "objects/")) != NULL) {
        place->kind = MZG_PLACE_OBJECT;
        return is_object(rest);
    }
    if ((rest = mzg_place_behind(place->path, "bundles/")) != NULL)
        return is_document(rest, &place->kind);
    if ((rest = mzg_place_behind(place->path, "metadata/")) != NULL) {
        place->kind = MZG_PLACE_METADATA;
        return is_metadata(rest);
    }
    place->kind = MZG_PLACE_INDEX;
    return strcmp(place->path, "index.json") == 0;
}

/* slash: an encoded one divides folders like any other. */
static bool decode_member(char *file, size_t room, const char *url, bool slash)
{
    size_t n = 0;
    for (; *url; url++) {
        int c = (unsigned char)*url;
        if (c == '%') {
            c = mzg_place_encoded(&url);
            if (c <= 0 || (c == '/' && !slash))
                return false;
        }
        if (n + 1 >= room)
            return false;
        file[n++] = (char)c;
    }
    file[n] = '\0';
    return mzg_member_path_valid(file);
}

bool mzg_place_file(char *file, size_t room, const char *url)
{
    return decode_member(file, room, url, false);
}

bool mzg_place_folder(char *folder, size_t room, const char *url)
{
    return decode_member(folder, room, url, true);
}

bool mzg_place_bundle(struct mzg_select *s, const char *url)
{
    char path[MZG_PLACE_PATH];
    if (!decode(path, url))
        return false;
    const char *version = path;
    if (!mzg_place_take_name(s->name, &version))
        return false;
    s->version[0] = '\0';
    if (*version == '\0')
        return true;
    version++;
    if (!mzg_bundle_name_valid(version))
        return false;
    memcpy(s->version, version, strlen(version) + 1);
    return true;
}
