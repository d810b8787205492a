/* passphrase.h: the passphrase of a secret key, from a file or typed unseen. */
#ifndef MZG_TOOLS_PASSPHRASE_H
#define MZG_TOOLS_PASSPHRASE_H

#include "base/error.h"
#include <stdbool.h>

#define MZG_PASSPHRASE 1024

struct mzg_passphrase {
    char text[MZG_PASSPHRASE];
    bool given;
};

/* The file's first line, without its end; "-" is standard input. An empty one is MZG_USAGE. */
enum mzg_code mzg_passphrase_load(struct mzg_passphrase *p, const char *path,
                                  struct mzg_err *e) MZG_MUST;

/* Asks on the terminal (not standard input), twice when it is a new one. MZG_USAGE without a
 * terminal, MZG_STOPPED when a signal came. */
enum mzg_code mzg_passphrase_ask(struct mzg_passphrase *p, const char *prompt, bool twice,
                                 struct mzg_err *e) MZG_MUST;

/* For an existing key: from the file when there is one, else asked for when the key's file says that
 * it is encrypted. */
enum mzg_code mzg_passphrase_for_key(struct mzg_passphrase *p, const char *key, const char *path,
                                     struct mzg_err *e) MZG_MUST;

/* Wipes it. */
void mzg_passphrase_clear(struct mzg_passphrase *p);

#endif
