/* documents.h: what a repository on the network holds, and the signed documents of one bundle of it. */
#ifndef MZG_NET_DOCUMENTS_H
#define MZG_NET_DOCUMENTS_H

#include "bundle/archive.h"
#include "bundle/catalog.h"
#include "bundle/name.h"
#include "line.h"

/* The documents of the bundle that *s means, with *s completed. dir: the folder that the bundle is to come
 * into; documents of it that are there from earlier are not fetched again, and a manifest that comes in
 * slowly is kept there. Nothing of them is verified. MZG_IO when there is no such bundle. */
enum mzg_code mzg_documents_fetch(struct mzg_line *l, struct mzg_select *s, const char *dir,
                                  struct mzg_documents *d, struct mzg_err *e) MZG_MUST;

/* Whether another server may have what failed so with one that only happens to be near: not where this
 * machine or whoever asked was at fault. */
bool mzg_documents_next_may_do(const struct mzg_err *e);
/* Keeps in *worst the failure to tell of, of those of several servers: the last one, but a refusal before any
 * that is none. It begins zeroed. */
void mzg_documents_keep_worst(struct mzg_err *worst, const struct mzg_err *e);

/* The steps of that. What the repository says that it has; *absent: it has no index, and *c is empty, which
 * the caller clears. */
enum mzg_code mzg_documents_index(struct mzg_line *l, struct mzg_catalog *c, bool *absent,
                                  struct mzg_err *e) MZG_MUST;
/* The documents of bundle s, whose entry in the index is t (NULL: it has none, or is not to be believed).
 * parts: the folder for a manifest that comes in slowly. */
enum mzg_code mzg_documents_of(struct mzg_line *l, const struct mzg_select *s,
                               const struct mzg_catalog_entry *t, const char *parts, struct mzg_documents *d,
                               struct mzg_err *e) MZG_MUST;

#endif
