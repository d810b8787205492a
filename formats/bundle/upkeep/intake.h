/* intake.h: a verified bundle that comes into a repository object by object, over days if need be.
 *
 *   announce   puts its documents aside: from then on nobody clears away what they name
 *   open       finds what is there; objects with other bytes or lengths are missing
 *   receiver   takes what is missing (receiver.h)
 *   publish    the documents, and the index: the bundle is there
 *
 * The lock (lock.h) is held for announcing and for publishing, not in between: a gc that runs meanwhile
 * counts the announced manifest. An object gets its name when its digest is right and it is on the disk;
 * until then it is kept in MZG_LOCAL_PARTS as far as it came. A ledger beside the documents remembers which
 * objects have been looked at, so that going on does not read them all again. */
#ifndef MZG_BUNDLE_INTAKE_H
#define MZG_BUNDLE_INTAKE_H

#include "../bundle.h"
#include "../receiver.h"
#include "stock.h"
#include "tally.h"

struct mzg_intake;

/* Whether repo has every object of m in its right length. */
bool mzg_intake_is_whole(const struct mzg_dir *repo, const struct mzg_manifest *m);
/* Bytes of the objects in t that repo lacks, less what of them is on its way. */
uint64_t mzg_intake_lacking(const struct mzg_dir *repo, const struct mzg_tally *t);

/* The documents of name@version that lie in d, laid out like a repository, when their manifest has this
 * digest; else all NULL. Nothing of them is verified. */
enum mzg_code mzg_intake_recall(const struct mzg_dir *d, const char *name, const char *version,
                                const uint8_t sha256[MZG_SHA256_BYTES], struct mzg_documents *documents,
                                struct mzg_err *e) MZG_MUST;

/* The digest of a verified bundle's manifest. */
void mzg_intake_manifest(const struct mzg_verified *v, uint8_t digest[MZG_SHA256_BYTES]);

/* Waits for the lock. */
enum mzg_code mzg_intake_announce(const struct mzg_dir *repo, const struct mzg_verified *v,
                                  const struct mzg_run *run, struct mzg_err *e) MZG_MUST;

/* Of an announced bundle. v and repo must outlive *x. Objects that another program put are read once;
 * run->notify hears of those that are not sound. anew: all are read. */
enum mzg_code mzg_intake_open(struct mzg_intake **x, const struct mzg_verified *v, const struct mzg_dir *repo,
                              bool anew, const struct mzg_run *run, struct mzg_err *e) MZG_MUST;
/* What came stays for the next time. NULL is fine. */
void mzg_intake_close(struct mzg_intake *x);

struct mzg_receiver *mzg_intake_receiver(struct mzg_intake *x);
/* Objects that were there with other bytes or lengths. */
uint64_t mzg_intake_replaced(const struct mzg_intake *x);

/* When nothing is missing and all is synced (finish). Signature, manifest, index; then what was aside goes.
 * Waits for the lock. */
enum mzg_code mzg_intake_publish(struct mzg_intake *x, struct mzg_err *e) MZG_MUST;

#endif
