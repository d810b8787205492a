/* inside.h: paths from outside, walked below a folder. For file.h's rooms only. */
#ifndef MZG_BASE_INSIDE_H
#define MZG_BASE_INSIDE_H

#include "file.h"

/* *fd: the folder below d that holds the last component of rel; *leaf: that component, inside rel.
 * No link is followed: one on the way is MZG_REFUSED, as is a rel that is not confined. create:
 * make folders that are missing. The caller closes *fd (-1 on failure). */
enum mzg_code mzg_inside_folder(const struct mzg_dir *d, const char *rel, bool create, int *fd,
                                const char **leaf, struct mzg_err *e) MZG_MUST;

/* Opens the last component, in the folder that mzg_inside_folder gave, without following a link
 * there either. */
enum mzg_code mzg_inside_open(const struct mzg_dir *d, const char *rel, int flags, int *fd,
                              struct mzg_err *e) MZG_MUST;

/* "FOLDER/rel" for messages, malloc'd; NULL when memory is out. */
char *mzg_inside_path(const struct mzg_dir *d, const char *rel);

/* Closes *fd unless it is -1, keeping errno, and makes it -1. */
void mzg_fd_close(int *fd);

#endif
