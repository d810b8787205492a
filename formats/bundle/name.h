/* name.h: what a bundle, a version, a date and a file in a bundle may be called.
 *
 * Names become parts of paths in repositories on any file system, FAT32 sticks included, and of
 * URLs, so their grammar is narrow. Anything else is refused before it touches a disk. */
#ifndef MZG_BUNDLE_NAME_H
#define MZG_BUNDLE_NAME_H

#include "../base/error.h"
#include <stdbool.h>

#define MZG_NAME_MAX 128
#define MZG_NAME_RULE                                                                              \
    "1 to 128 of A-Z a-z 0-9 . _ + -, beginning with a letter or digit, not ending with '.'"

/* A bundle's name or version: MZG_NAME_RULE. */
bool mzg_bundle_name_valid(const char *text);

/* "2026-11-23T08:00:00Z": UTC, whole seconds, a day that exists. Such dates order as text. */
bool mzg_date_valid(const char *text);

/* A file's path inside a bundle: confined (base/file.h), printable ASCII without " * : < > ? \ |,
 * no component that begins with a space or ends with a space or '.'. */
bool mzg_member_path_valid(const char *path);
#define MZG_MEMBER_PATH_MAX 1024 /* bytes: what is confined is no longer */

/* True when the two cannot both be unpacked: equal under ASCII case folding, or one of them is a
 * folder on the other's way. */
bool mzg_member_paths_clash(const char *a, const char *b);

/* "NAME", "NAME@VERSION" or nothing, as typed. */
struct mzg_select {
    char name[MZG_NAME_MAX + 1];    /* empty: whichever there is */
    char version[MZG_NAME_MAX + 1]; /* empty: the one with the highest sequence number */
};

/* text may be NULL. MZG_USAGE when it is neither form. */
enum mzg_code mzg_select_parse(struct mzg_select *s, const char *text, struct mzg_err *e) MZG_MUST;

#endif
