/* arrival.h: a verified bundle that comes in object by object, over days if need be.
 *
 *   open      finds what is there from earlier, and sets the space aside
 *   reuse     takes from local files and repositories what they have
 *   begin, take, settle    an object: bytes as they come; checked, decoded and written when all are there
 *   sync      from time to time: what came until then survives a loss of power
 *   finish    digests the files once more and gives them their names
 *
 * Objects are decoded straight into the files, so the model lies on the disk once: as NAME.mzg-part beside
 * the final name, with a folder ".mzg-pull" for the ledger, the documents and objects that are on their
 * way. What came from outside is believed when its digest is right and not before; the disk is believed
 * when the whole file's digest is right. Nothing that was written is ever asked for again unless it is
 * found to be damaged. Where bytes come from is not known here. One thread at a time; memory: an object's
 * stored bytes for each in flight, and one chunk. */
#ifndef MZG_BUNDLE_ARRIVAL_H
#define MZG_BUNDLE_ARRIVAL_H

#include "../bundle.h"
#include "../receiver.h"

#define MZG_ARRIVAL_FOLDER ".mzg-pull"
#define MZG_ARRIVAL_FLIGHT MZG_RECEIVER_FLIGHT

struct mzg_arrival;

/* Into folder dir, made when missing. v must outlive *a. MZG_IO when the space is not there (both numbers
 * are told) or another run is at it. A file that is there already, with the right bytes, is left alone, and
 * so is one that v does not want (choose.h). */
enum mzg_code mzg_arrival_open(struct mzg_arrival **a, const struct mzg_verified *v, const char *dir,
                               const struct mzg_run *run, struct mzg_err *e) MZG_MUST;
/* What came stays for the next time; when nothing did, nothing stays. NULL is fine. */
void mzg_arrival_close(struct mzg_arrival *a);

/* The same arrival for whoever fetches into any receiver; the functions below are its own. */
struct mzg_receiver *mzg_arrival_receiver(struct mzg_arrival *a);

/* The documents of the bundle that dir is being filled with, so that they need not be fetched again; all
 * NULL when there are none. Nothing of them is verified. */
enum mzg_code mzg_arrival_documents(const char *dir, struct mzg_documents *d, struct mzg_err *e) MZG_MUST;

/* ---- what is missing ---- */

size_t mzg_arrival_objects(const struct mzg_arrival *a); /* distinct ones of the bundle */
/* A chunk that the object stores; i counts in the order in which the manifest first names them. */
const struct mzg_chunk *mzg_arrival_object(const struct mzg_arrival *a, size_t i);
bool mzg_arrival_missing(const struct mzg_arrival *a, size_t i);
/* Stored bytes that are still to come; those of objects on their way are counted as far as they are here. */
uint64_t mzg_arrival_left(const struct mzg_arrival *a);

/* ---- one object ---- */

/* *have: its bytes that are here from before. At most MZG_ARRIVAL_FLIGHT at a time. */
enum mzg_code mzg_arrival_begin(struct mzg_arrival *a, size_t i, uint32_t *have,
                                struct mzg_err *e) MZG_MUST;
/* The next n bytes of it: never more than are missing. */
enum mzg_code mzg_arrival_take(struct mzg_arrival *a, size_t i, const void *data, size_t n,
                               struct mzg_err *e) MZG_MUST;
/* All bytes are here. Not *sound: they are not this object (or not one that decodes to what the manifest
 * says), and are forgotten; it is still begun. Sound: it is written, and no longer begun. */
enum mzg_code mzg_arrival_settle(struct mzg_arrival *a, size_t i, bool *sound,
                                 struct mzg_err *e) MZG_MUST;
/* Forgets the bytes that came; it is still begun. */
enum mzg_code mzg_arrival_forget(struct mzg_arrival *a, size_t i, struct mzg_err *e) MZG_MUST;
/* Not now: what came is kept. Fine on one that is not begun. */
void mzg_arrival_park(struct mzg_arrival *a, size_t i);

/* ---- all ---- */

enum mzg_code mzg_arrival_sync(struct mzg_arrival *a, struct mzg_err *e) MZG_MUST;

/* When nothing is missing. *damaged: chunks that the disk did not keep, which are missing again (each is
 * told to run->notify); 0: the files have their names, and all that was kept for going on is gone. */
enum mzg_code mzg_arrival_finish(struct mzg_arrival *a, size_t *damaged, struct mzg_err *e) MZG_MUST;

/* ---- reuse ---- */

/* Takes from a store what it has of the missing objects, each checked. *bytes: stored bytes saved. */
enum mzg_code mzg_arrival_reuse_store(struct mzg_arrival *a, struct mzg_objects *store, uint64_t *bytes,
                                      struct mzg_err *e) MZG_MUST;
/* Takes from a file the pieces that, cut by the same rules, are content of missing chunks: an older
 * version of the model, say. source->path is not looked at. */
enum mzg_code mzg_arrival_reuse_file(struct mzg_arrival *a, const struct mzg_source *source,
                                     uint64_t *bytes, struct mzg_err *e) MZG_MUST;

#endif
