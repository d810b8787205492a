#include "address.h"
#include "tools/net/serve/place.h"
#include <string.h>

#define SEGMENT (3 * MZG_NAME_MAX + 1) /* a name with all of it encoded */
#define FITS_MAX 96                    /* bytes of a name, for huggingface_hub */

/* The part of a URL's path at *rest, up to a slash, which is a name or version; moves behind the slash, or to the
 * end. */
static bool take_name(char name[MZG_NAME_MAX + 1], const char **rest)
{
    char segment[SEGMENT];
    struct mzg_select s;
    size_t n = strcspn(*rest, "/");
    if (n >= sizeof segment)
        return false;
    memcpy(segment, *rest, n);
    segment[n] = '\0';
    if (!mzg_place_bundle(&s, segment))
        return false;
    memcpy(name, s.name, sizeof s.name);
    *rest += n;
    *rest += **rest == '/' && (*rest)[1] != '\0'; /* a slash at the end stays, and is an error */
    return true;
}

/* The word at *rest, and the slash behind it. */
static bool take_word(const char **rest, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(*rest, word, n) != 0 || (*rest)[n] != '/')
        return false;
    *rest += n + 1;
    return true;
}

static void begin(struct mzg_hub_address *a, enum mzg_hub_kind kind)
{
    *a = (struct mzg_hub_address){.kind = kind};
    memcpy(a->revision, "main", sizeof "main");
}

bool mzg_hub_address_api(struct mzg_hub_address *a, const char *rest)
{
    begin(a, MZG_HUB_INFO);
    if (!take_word(&rest, MZG_HUB_OWNER) || !take_name(a->name, &rest))
        return false;
    if (*rest == '\0')
        return true;
    if (strcmp(rest, "refs") == 0) {
        a->kind = MZG_HUB_REFS;
        return true;
    }
    if (take_word(&rest, "revision"))
        return take_name(a->revision, &rest) && *rest == '\0';
    if (take_word(&rest, "paths-info")) {
        a->kind = MZG_HUB_PATHS;
        return take_name(a->revision, &rest) && *rest == '\0';
    }
    a->kind = MZG_HUB_TREE;
    return take_word(&rest, "tree") && take_name(a->revision, &rest) &&
           (*rest == '\0' || mzg_place_folder(a->path, sizeof a->path, rest));
}

bool mzg_hub_address_file(struct mzg_hub_address *a, const char *rest)
{
    begin(a, MZG_HUB_FILE);
    if (!take_name(a->name, &rest))
        return false;
    if (take_word(&rest, "raw"))
        a->kind = MZG_HUB_POINTER;
    else if (!take_word(&rest, "resolve"))
        return false;
    return take_name(a->revision, &rest) && mzg_place_file(a->path, sizeof a->path, rest);
}

static bool is_sign(char c)
{
    return c == '.' || c == '-';
}

bool mzg_hub_name_fits(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n > FITS_MAX || is_sign(name[n - 1]) || strchr(name, '+') ||
        (n >= 4 && strcmp(name + n - 4, ".git") == 0))
        return false;
    for (size_t i = 1; i < n; i++) {
        if (is_sign(name[i]) && is_sign(name[i - 1]))
            return false;
    }
    return true;
}
