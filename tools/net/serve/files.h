/* files.h: the room that serves a repository's files, by the grammar of place.h. */
#ifndef MZG_NET_SERVE_FILES_H
#define MZG_NET_SERVE_FILES_H

#include "exchange.h"

/* 404 for whatever is no place, or is not there as a file that no link leads to. */
enum MHD_Result mzg_files_answer(struct mzg_exchange *x, const char *path);

#endif
