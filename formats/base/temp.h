/* temp.h: the temporary files of outputs: how they are named, made, found again and cleared away. For
 * output.c only. In all of these o has its folder, its name and its path. */
#ifndef MZG_BASE_TEMP_H
#define MZG_BASE_TEMP_H

#include "file.h"

#define MZG_NAME_MOST 255 /* bytes of a name in a folder */

/* A new one, locked, under a name that nobody can guess: sets o->fd and o->temp. */
enum mzg_code mzg_temp_create(struct mzg_output *o, unsigned mode, struct mzg_err *e) MZG_MUST;

/* What another run left under the final name and suffix, or a new one, locked: sets o->fd, o->temp and
 * o->kept. Both together are at most MZG_NAME_MOST long. */
enum mzg_code mzg_temp_open_kept(struct mzg_output *o, const char *suffix, unsigned mode,
                                 struct mzg_err *e) MZG_MUST;

/* Removes what killed runs left of the output of this name, under names that nobody can guess. */
void mzg_temp_remove_stale(int dirfd, const char *name);

/* Removes what was kept of it to be resumed. */
void mzg_temp_remove_kept(int dirfd, const char *name);

#endif
