/* choose.h: which of a bundle's files are wanted, by globs: one grade of several, say. */
#ifndef MZG_BUNDLE_CHOOSE_H
#define MZG_BUNDLE_CHOOSE_H

#include "bundle.h"

/* What --files means, wherever it stands: fnmatch, where '*' takes slashes too and case makes no difference. */
bool mzg_glob_matches(const char *glob, const char *path);

/* From here on v means only the files whose path one of the globs matches: unpacking and fetching
 * leave the others alone. n 0: all. MZG_USAGE when one of them matches nothing: the message lists the files
 * that there are. */
enum mzg_code mzg_verified_choose(struct mzg_verified *v, const char *const *globs, size_t n,
                                  struct mzg_err *e) MZG_MUST;

bool mzg_verified_chooses(const struct mzg_verified *v);
/* Whether the i-th file is wanted. */
bool mzg_verified_wants(const struct mzg_verified *v, size_t i);

/* Of the wanted files: how many, their bytes, and the stored bytes of their distinct objects. */
struct mzg_chosen {
    uint64_t files;
    uint64_t content_bytes;
    uint64_t stored_bytes;
};
enum mzg_code mzg_verified_chosen(const struct mzg_verified *v, struct mzg_chosen *c, struct mzg_err *e) MZG_MUST;

#endif
