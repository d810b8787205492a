/* card.h: what is said of a bundle, in the list and on its own page. */
#ifndef MZG_PAGE_CARD_H
#define MZG_PAGE_CARD_H

#include "facts.h"
#include "page.h"
#include "tools/net/serve/offer.h"

#define MZG_LAN_RATE UINT64_C(50000000) /* bits a second: ordinary Wi-Fi */

/* A bundle as a page sees it. */
struct mzg_card {
    const struct mzg_shelf_bundle *b;
    struct mzg_facts facts;
    struct mzg_offer offer;
};

void mzg_card_find(struct mzg_card *c, const struct mzg_page *p, const struct mzg_shelf_bundle *b);

/* "NAME/VERSION", encoded: its page behind the language. */
#define MZG_CARD_PATH (3 * (2 * MZG_NAME_MAX + 1) + 1)
const char *mzg_card_path(char out[MZG_CARD_PATH], const struct mzg_manifest *m);

/* Version and date, then the state in words, a paragraph each; full: with what it means. */
void mzg_card_state(struct mzg_page *p, const struct mzg_card *c, bool full);

/* The rows of a description list: device, quality, languages, size, licence. */
void mzg_card_facts(struct mzg_page *p, const struct mzg_card *c);

/* The button that downloads a file, with its size. */
void mzg_card_button(struct mzg_page *p, const struct mzg_manifest *m, const struct mzg_member *file);

#endif
