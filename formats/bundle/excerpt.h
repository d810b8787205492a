/* excerpt.h: a copy of a bundle that has some of its files only: partial.json beside the manifest says which.
 *
 * It is the copy's own, and not signed: what it takes away is not looked for here, what it leaves is held against
 * the signed manifest as ever. Who clears objects away does not read it, so that it makes nothing go. */
#ifndef MZG_BUNDLE_EXCERPT_H
#define MZG_BUNDLE_EXCERPT_H

#include "../base/file.h"
#include "manifest.h"

#define MZG_EXCERPT_FORMAT "mzigo.partial/1"
#define MZG_EXCERPT_MAX ((size_t)1 << 20) /* bytes */

/* Leaves of m, as it was parsed, what the repository's copy of the bundle has; all of it where no partial.json
 * is. MZG_MALFORMED, naming the file: it is none of this bundle. */
enum mzg_code mzg_excerpt_apply(const struct mzg_dir *repo, struct mzg_manifest *m, struct mzg_err *e) MZG_MUST;

/* The same by the text of a partial.json. MZG_MALFORMED, MZG_UNSUPPORTED: m is as it was. */
enum mzg_code mzg_excerpt_parse(struct mzg_manifest *m, const char *text, size_t len, struct mzg_err *e) MZG_MUST;

/* Whether the repository's copy is said to be one. */
bool mzg_excerpt_is(const struct mzg_dir *repo, const char *name, const char *version);

/* Says that the copy has m's files; of a whole one, that it has all. */
enum mzg_code mzg_excerpt_save(const struct mzg_dir *repo, const struct mzg_manifest *m, struct mzg_err *e) MZG_MUST;

#endif
