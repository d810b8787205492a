/* place.h: which file of a repository a URL means, if any: the grammar of all that is served.
 *
 *   /objects/ab/HEX                            64 lower-case hexadecimal digits, ab the first two
 *   /bundles/NAME/VERSION/manifest.json        NAME, VERSION: as SPEC.md, "Repository", has them
 *   /bundles/NAME/VERSION/manifest.dsse
 *   /metadata/NAME[/NAME...]                   up to four
 *   /index.json
 *
 * Nothing else is a place, so whatever lies in the folder besides (temporaries, dotfiles, a secret key
 * left there by mistake) is never even looked for. Percent-encoding is undone once, and only where it
 * stands for a character that names are made of. */
#ifndef MZG_NET_SERVE_PLACE_H
#define MZG_NET_SERVE_PLACE_H

#include "bundle/name.h"
#include <stdbool.h>

enum mzg_place_kind { MZG_PLACE_OBJECT, MZG_PLACE_MANIFEST, MZG_PLACE_ENVELOPE, MZG_PLACE_INDEX,
                      MZG_PLACE_METADATA };

#define MZG_METADATA_DEPTH 4
#define MZG_PLACE_PATH (sizeof "metadata" + (MZG_NAME_MAX + 1) * MZG_METADATA_DEPTH)

struct mzg_place {
    enum mzg_place_kind kind;
    char path[MZG_PLACE_PATH]; /* in the repository, confined (base/file.h) */
};

/* url: the request's path, as sent, without a query. False when it is no place. */
bool mzg_place_find(struct mzg_place *place, const char *url);

/* Which bundle the end of a URL's path means: "NAME", "NAME/VERSION", in s as mzg_select_parse leaves it. False
 * when it is neither. */
bool mzg_place_bundle(struct mzg_select *s, const char *url);

/* A file of a bundle as a URL spells it: file is what it means. False when no bundle can have such a file
 * (mzg_member_path_valid) or it does not fit. An encoded slash is none that divides folders. */
bool mzg_place_file(char *file, size_t room, const char *url);

/* The same for where some clients encode the slashes too ("docs%2Fa"), which then divide folders. Such a path
 * is compared with what manifests name, and never looked for on a disk. */
bool mzg_place_folder(char *folder, size_t room, const char *url);

/* The rest of text behind the prefix, or NULL. */
const char *mzg_place_behind(const char *text, const char *prefix);

/* A bundle's name or version at *p, up to a slash or the end; moves there. Nothing is decoded. */
bool mzg_place_take_name(char name[MZG_NAME_MAX + 1], const char **p);

/* The character that the three at *url, "%2B", stand for; moves to the last of them. -1: they are none. */
int mzg_place_encoded(const char **url);

/* The path behind "http://HOST" where the request names its host in the request line, as it may (RFC
 * 9112, 3.2.2). */
const char *mzg_place_origin(const char *url);

#endif
