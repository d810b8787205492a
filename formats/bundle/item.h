/* item.h: members of the JSON of a manifest or a catalog; an error names the item by its path and its byte. */
#ifndef MZG_BUNDLE_ITEM_H
#define MZG_BUNDLE_ITEM_H

#include "../base/error.h"
#include "../base/sha256.h"
#include <jansson.h>

#define MZG_ITEM_NONE SIZE_MAX

/* A document being read. */
struct mzg_items {
    const char *text; /* that parsed without error */
    size_t len;
    struct mzg_err *e;
    size_t file;  /* index of the file in hand, or MZG_ITEM_NONE */
    size_t chunk; /* the same of the chunk, in that file */
    const char *list; /* what `file` is an index into; NULL: "files" */
};

/* The document's JSON (mzg_json_parse) without a NUL anywhere; *root is the caller's. */
enum mzg_code mzg_item_parse(const struct mzg_items *in, size_t max_tree, json_t **root) MZG_MUST;

/* Fails with "files[0].chunks[3].KEY: why" and the byte where that value is; for a missing one, of
 * what it is missing from. */
enum mzg_code mzg_item_bad(const struct mzg_items *in, enum mzg_code code, const char *key,
                           const char *fmt, ...) MZG_PRINTF(4, 5);

/* Members of o, which is to be an object; MZG_MALFORMED when missing or of another type. */
enum mzg_code mzg_item_text(const struct mzg_items *in, const json_t *o, const char *key,
                            const char **out) MZG_MUST;
enum mzg_code mzg_item_int(const struct mzg_items *in, const json_t *o, const char *key,
                           int64_t min, int64_t max, int64_t *out) MZG_MUST;
enum mzg_code mzg_item_digest(const struct mzg_items *in, const json_t *o, const char *key,
                              uint8_t digest[MZG_SHA256_BYTES]) MZG_MUST;
/* More than max entries: MZG_LIMIT. */
enum mzg_code mzg_item_list(const struct mzg_items *in, const json_t *o, const char *key,
                            size_t max, const json_t **list) MZG_MUST;

/* Strings and integers only, at every depth: a float has no one spelling, and readers would differ
 * on what was signed. */
enum mzg_code mzg_item_types(const struct mzg_items *in, json_t *root) MZG_MUST;

#endif
