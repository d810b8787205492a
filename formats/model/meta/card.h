/* card.h: a model card: what the YAML between the "---" lines at the start of README.md says.
 *
 * Cards are written by hand and come from anywhere, and a model is none the worse for a bad one: what
 * is no YAML, or goes beyond what follows, is announced and left out as a whole. At most 1 MiB of a file of at most 16 MiB, 16384
 * values, 32 levels, 64 KiB in a text. Every scalar is a text as it stands ("no" is Norwegian, 1.0 a
 * version); an alias, and ~ or null or nothing, are null. Keys that hold measurements and pages'
 * furniture (model-index, widget) are passed over, however large. libyaml reads it. */
#ifndef MZG_MODEL_CARD_H
#define MZG_MODEL_CARD_H

#include "../../base/error.h"
#include "../../base/progress.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define MZG_CARD_NAME "README.md"
#define MZG_CARD_BYTES ((size_t)1 << 20) /* its metadata, at most ... */
#define MZG_CARD_FILE ((size_t)16 << 20) /* ... and all of it, which is digested */
#define MZG_CARD_LIST 256 /* what is taken of a list in it, at most */

/* *card: an object of texts, lists and objects, without NUL in any text, the caller's; NULL where folder
 * has no card, or one that is left out. An error (MZG_IO) only where README.md is there and cannot be read. */
enum mzg_code mzg_card_load(const char *folder, const struct mzg_notify *notify, json_t **card,
                            struct mzg_err *e) MZG_MUST;

/* The same for the text of a README.md, or of its first MZG_CARD_BYTES; which are changed: tabs that
 * indent become spaces. */
json_t *mzg_card_read(char *text, size_t len, const struct mzg_notify *notify);

/* The text of a value, fit to be metadata: not empty, without control bytes but tab and newline; else
 * NULL. */
const char *mzg_card_text(const json_t *value);
/* Appends the value's texts (of a list, or itself) to texts, those not there yet; *n goes up to
 * MZG_CARD_LIST. */
void mzg_card_texts(const json_t *value, const char *texts[MZG_CARD_LIST], size_t *n);

#endif
