/* repo.h: where things lie in a repository, and what it holds.
 *
 *   bundles/NAME/VERSION/manifest.json   a bundle is there once this is
 *   bundles/NAME/VERSION/manifest.dsse   written before it
 *   objects/ab/abcd...                   written before both
 *   metadata/                            left to TUF
 *
 * Because of that order a reader never meets a bundle whose parts are still on their way, and an
 * interrupted pack leaves at most objects that nobody names. */
#ifndef MZG_BUNDLE_REPO_H
#define MZG_BUNDLE_REPO_H

#include "../base/file.h"
#include "manifest.h"
#include "name.h"

#define MZG_REPO_MANIFEST "manifest.json"
#define MZG_REPO_ENVELOPE "manifest.dsse"
#define MZG_REPO_PARTIAL "partial.json" /* beside them: this copy has a part of the files' objects */
#define MZG_REPO_PATH (sizeof "bundles///manifest.json" + 2 * (size_t)MZG_NAME_MAX)
#define MZG_REPO_BUNDLES 65536 /* names, and versions of a name, that are listed */

/* "bundles/NAME/VERSION/FILE". */
void mzg_repo_path(char path[MZG_REPO_PATH], const char *name, const char *version,
                   const char *file);
/* The other way round for a manifest's path; false when it is not one. */
bool mzg_repo_parse_path(const char *path, char name[MZG_NAME_MAX + 1],
                         char version[MZG_NAME_MAX + 1]);

/* Calls fn for each bundle of the given name (NULL: of all names), by name and version in byte
 * order, until it returns other than MZG_OK. Folders whose names are no bundle's, and versions
 * without a manifest, are passed over. */
struct mzg_repo_visitor {
    enum mzg_code (*fn)(void *ctx, const char *name, const char *version, struct mzg_err *e);
    void *ctx;
};
enum mzg_code mzg_repo_each(const struct mzg_dir *repo, const char *name,
                            const struct mzg_repo_visitor *v, struct mzg_err *e) MZG_MUST;

/* The manifest of a bundle, unverified. Its name and version are those of its folder, or it is
 * MZG_REFUSED: a manifest must not pass for another's. */
enum mzg_code mzg_repo_manifest(const struct mzg_dir *repo, const char *name, const char *version,
                                struct mzg_manifest *m, struct mzg_err *e) MZG_MUST;

/* Fills in what s leaves open: the only name there is (MZG_USAGE when there are several), the
 * version with the highest sequence number (of equals, the last in byte order). MZG_IO when there
 * is no such bundle. */
enum mzg_code mzg_repo_select(const struct mzg_dir *repo, struct mzg_select *s,
                              struct mzg_err *e) MZG_MUST;

/* The highest sequence number among the versions of name; 0 when there are none. */
enum mzg_code mzg_repo_sequence(const struct mzg_dir *repo, const char *name, int64_t *highest,
                                struct mzg_err *e) MZG_MUST;

#endif
