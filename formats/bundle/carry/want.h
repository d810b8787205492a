/* want.h: a receiver's list: what it wants and what it has, for whoever fills the next stick.
 *
 * A small JSON file (SPEC.md, "Stick") that goes back by phone, by mail or on the stick itself. It saves
 * bytes and decides nothing: objects are told by the first 64 bits of their names, and one that is left out
 * by mistake is asked for again by the next list. */
#ifndef MZG_CARRY_WANT_H
#define MZG_CARRY_WANT_H

#include "../../base/file.h"
#include "../../base/sha256.h"
#include "../name.h"

#define MZG_WANT_FORMAT "mzigo.want/1"
#define MZG_WANT_FILE "mzigo-carry/want.json" /* on a stick, where it is found without being named */
#define MZG_WANT_MAX ((size_t)32 << 20)       /* bytes of JSON */
#define MZG_WANT_WANTS 4096                   /* bundles that are wanted */
#define MZG_WANT_BUNDLES 65536                /* bundles that are there */
#define MZG_WANT_OBJECTS ((size_t)1 << 20)

/* A bundle that the receiver has the documents of. */
struct mzg_want_bundle {
    struct mzg_select is;
    uint8_t manifest[MZG_SHA256_BYTES]; /* digest */
};

struct mzg_want {
    struct mzg_select *wants; /* version empty: the newest. None: whatever there is */
    size_t n_wants, want_room;
    struct mzg_want_bundle *bundles;
    size_t n_bundles, bundle_room;
    uint64_t *objects; /* beginnings of names, as big-endian numbers */
    size_t n_objects, object_room;
};

void mzg_want_clear(struct mzg_want *w); /* fine on a zeroed one */

/* MZG_LIMIT beyond the bounds above. A want that is there already is not added again. */
enum mzg_code mzg_want_add(struct mzg_want *w, const struct mzg_select *wanted, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_want_add_bundle(struct mzg_want *w, const struct mzg_want_bundle *b,
                                  struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_want_add_object(struct mzg_want *w, const uint8_t object[MZG_SHA256_BYTES],
                                  struct mzg_err *e) MZG_MUST;
/* Puts objects in order, each once: after the last was added, before the first is looked for. */
void mzg_want_sort(struct mzg_want *w);

/* Takes what other has out of w's objects; both are sorted. */
void mzg_want_forget(struct mzg_want *w, const struct mzg_want *other);

/* Whether the receiver has it, as far as the list says. */
bool mzg_want_has(const struct mzg_want *w, const uint8_t object[MZG_SHA256_BYTES]);
bool mzg_want_has_bundle(const struct mzg_want *w, const struct mzg_want_bundle *b);

/* *w is the caller's to clear, also after an error, which names the item and its byte. */
enum mzg_code mzg_want_parse(struct mzg_want *w, const char *text, size_t len, struct mzg_err *e) MZG_MUST;
/* Of a file; the error names it. */
enum mzg_code mzg_want_load(struct mzg_want *w, const char *path, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_want_load_at(struct mzg_want *w, const struct mzg_dir *d, const char *rel,
                               struct mzg_err *e) MZG_MUST;
/* Whole or not at all. w is sorted. */
enum mzg_code mzg_want_save(const struct mzg_want *w, const char *path, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_want_save_at(const struct mzg_want *w, const struct mzg_dir *d, const char *rel,
                               struct mzg_err *e) MZG_MUST;

#endif
