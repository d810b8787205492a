/* json.h: JSON from outside, by jansson, with caps.
 *
 * Before jansson sees a text it is scanned: nesting beyond MZG_JSON_DEPTH and an estimated tree
 * beyond `max_tree` bytes are refused (a few bytes of "[[[[" would otherwise become a hundred times
 * as many in memory). Duplicate keys are refused, and so is a NUL in a text (MZG_UNSUPPORTED). A
 * whole number wider than 64 bits becomes a real one. Errors carry the byte where parsing ended. */
#ifndef MZG_BASE_JSON_H
#define MZG_BASE_JSON_H

#include "error.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MZG_JSON_DEPTH 64
#define MZG_JSON_TREE ((size_t)64 << 20) /* for ordinary files; tokenizer.json gets more */

/* *root is the caller's (json_decref). base: offset of text[0] in its file, for messages. */
enum mzg_code mzg_json_parse(const char *text, size_t len, uint64_t base, size_t max_tree,
                             json_t **root, struct mzg_err *e) MZG_MUST;

/* Members of an object: present with the right type, or an error that names the key. The _opt forms
 * leave *out as it is when the key is absent or null. Text must not hold a NUL byte. */
enum mzg_code mzg_json_text(const json_t *o, const char *key, const char **out,
                            struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_json_text_opt(const json_t *o, const char *key, const char **out,
                                struct mzg_err *e) MZG_MUST;
/* A whole number in [min, max]. */
enum mzg_code mzg_json_int(const json_t *o, const char *key, int64_t min, int64_t max, int64_t *out,
                           struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_json_int_opt(const json_t *o, const char *key, int64_t min, int64_t max,
                               int64_t *out, struct mzg_err *e) MZG_MUST;
/* A finite number, whole or not. */
enum mzg_code mzg_json_real_opt(const json_t *o, const char *key, double *out,
                                struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_json_bool_opt(const json_t *o, const char *key, bool *out,
                                struct mzg_err *e) MZG_MUST;

#endif
