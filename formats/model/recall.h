/* recall.h: how a file says it was made, so that it can be done again: from what, and its blocks. */
#ifndef MZG_MODEL_RECALL_H
#define MZG_MODEL_RECALL_H

#include "importance/match.h"

/* How the source of the file with this metadata was opened: *opt, whose texts are a's. MZG_MALFORMED names the
 * key of a record that is none. */
enum mzg_code mzg_recall_source(const struct mzg_kvs *k, struct mzg_arena *a, struct mzg_model_options *opt,
                                struct mzg_err *e) MZG_MUST;

/* The adapters that were merged, which lie where `given` says (n of "ADAPTER", in their order): opt->adapters, scaled
 * as recorded. MZG_USAGE where these are not as many, or another scale is given. */
enum mzg_code mzg_recall_adapters(const struct mzg_kvs *k, struct mzg_arena *a, const char *const *given, size_t n,
                                  struct mzg_model_options *opt, struct mzg_err *e) MZG_MUST;
/* MZG_USAGE where those that m was opened with are not the recorded ones. */
enum mzg_code mzg_recall_same_adapters(const struct mzg_kvs *k, struct mzg_arena *a, const struct mzg_model *m,
                                       struct mzg_err *e) MZG_MUST;

struct mzg_recall {
    enum mzg_effort effort;
    bool effort_known;
    bool weighted;          /* made with importance data ... */
    bool imatrix_at_hand;   /* ... which is here */
    struct mzg_importance importance; /* of the source's tensors */
};

/* Reads out's record. imatrix (may be NULL) is for repeating the search, and must be the one that out
 * names: MZG_USAGE otherwise, also where it names none. Says so when one would be needed and is not
 * given. r is the caller's to clear, also after an error. */
enum mzg_code mzg_recall_read(struct mzg_recall *r, const struct mzg_weights *out,
                              const struct mzg_model *source, const struct mzg_imatrix *imatrix,
                              const struct mzg_notify *notify, struct mzg_err *e) MZG_MUST;
void mzg_recall_clear(struct mzg_recall *r); /* fine on a zeroed one */

/* Whether blocks of this type can be made again: by the revision that out records, and with all that
 * went into them at hand. */
bool mzg_recall_knows(const struct mzg_recall *r, const struct mzg_weights *out, enum mzg_type type);

#endif
