/* json_walk.h: a large JSON text by its members, without the tree of the whole.
 *
 * A tokenizer.json of 17 MB would be a tree of over 100 MB; its vocabulary and merges are needed
 * once, in order. The walk finds where members begin and end; what lies between is parsed by
 * mzg_json_parse, a value or a few hundred members at a time, so that nothing goes unchecked.
 *
 * To parse a slice in place, the two bytes around it become brackets while jansson reads: the text
 * must be writable, and is as it was when each function returns. */
#ifndef MZG_MODEL_JSON_WALK_H
#define MZG_MODEL_JSON_WALK_H

#include "../../base/error.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mzg_json_span {
    size_t at, len; /* in the text; len 0: nothing there */
};

struct mzg_json_walk {
    char *text;
    size_t pos;  /* behind the last item */
    size_t end;  /* of the container's span */
    bool object; /* else an array */
    bool begun;  /* an item has been read */
    bool closed; /* and the closing bracket */
};

/* span holds one object or array (white space around it is fine). Offsets in errors count from
 * text[0]. MZG_MALFORMED when it starts otherwise. */
enum mzg_code mzg_json_walk_open(struct mzg_json_walk *w, char *text, struct mzg_json_span span,
                                 struct mzg_err *e) MZG_MUST;

/* The next member; *more is false at the end, behind which only white space is allowed. key: with
 * its quotes; empty in an array. */
enum mzg_code mzg_json_walk_next(struct mzg_json_walk *w, struct mzg_json_span *key,
                                 struct mzg_json_span *value, bool *more,
                                 struct mzg_err *e) MZG_MUST;

/* How many items are left; w stays where it is. */
enum mzg_code mzg_json_walk_count(const struct mzg_json_walk *w, size_t *count,
                                  struct mzg_err *e) MZG_MUST;

/* Parses every member of the object (or list) at span and calls use with it: key is NULL in a list,
 * at the byte where the member begins. Stops at the first error. what names the container in the
 * message (MZG_MALFORMED) when it is of the other kind. Of duplicate keys only those a few hundred
 * members apart are seen: a caller that minds must look itself. */
typedef enum mzg_code mzg_json_use(void *ctx, const char *key, const json_t *value, uint64_t at,
                                   struct mzg_err *e);
enum mzg_code mzg_json_walk_each(char *text, struct mzg_json_span span, bool object,
                                 const char *what, mzg_json_use *use, void *ctx,
                                 struct mzg_err *e) MZG_MUST;

/* One value (or key), parsed. *value is the caller's. */
enum mzg_code mzg_json_walk_value(char *text, struct mzg_json_span span, json_t **value,
                                  struct mzg_err *e) MZG_MUST;

#endif
