/* tree.h: what a model holds, entry by entry. */
#ifndef MZG_NET_SERVE_HUB_TREE_H
#define MZG_NET_SERVE_HUB_TREE_H

#include "form.h"
#include "tools/net/serve/shelf.h"
#include <jansson.h>

#define MZG_HUB_FOLDERS 1024 /* that an answer names at most; files are all there */

/* The files and folders in this one ("": the root), and with `recursive` all below. expand: with the commit that
 * brought them. *found: the folder is there. The caller's; NULL when memory is out. */
json_t *mzg_hub_tree(const struct mzg_shelf_bundle *b, const char *folder, bool recursive, bool expand, bool *found);

/* Those that are asked for and are there, in the order of the question, each once. */
json_t *mzg_hub_tree_of(const struct mzg_shelf_bundle *b, const struct mzg_hub_question *q);

#endif
