/* form.h: the body of paths-info, which some clients send as a form and some as JSON. All of it is hostile: bounded,
 * decoded once, and only compared with what there is. */
#ifndef MZG_NET_SERVE_HUB_FORM_H
#define MZG_NET_SERVE_HUB_FORM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* "%41" is A and, with plus, "+" a space; in place. False: it is no such encoding, or has a NUL. */
bool mzg_hub_decode(char *text, bool plus);

/* "true", "True", "1" */
bool mzg_hub_says_yes(const char *text);

#define MZG_HUB_ASKED 1024 /* paths */

struct mzg_hub_question {
    const char *paths[MZG_HUB_ASKED];
    size_t n;
    bool expand;
    json_t *root; /* what the paths live in, or NULL: in text */
};

/* text: a body with a NUL at its end, changed by this and needed for as long as q. type: the request's
 * Content-Type, or NULL. Returns 0, or the status that says what is wrong: 400, 413 (too many), 415. q is to be
 * cleared in any case. */
unsigned mzg_hub_question_read(struct mzg_hub_question *q, const char *type, char *text);
void mzg_hub_question_clear(struct mzg_hub_question *q);

#endif
