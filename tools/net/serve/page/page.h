/* page.h: the face of the page for people: what is here, in their language, on any browser.
 *
 *   /                      the list, in the language that the browser asks for
 *   /en/  /sw/             the list
 *   /en/NAME[/VERSION]     a bundle, its newest version where none is named
 *   /style.css             how it looks
 *
 *   frame     a page's beginning and end            list, own   what stands between
 *   card      what both say of a bundle             facts, devices, grades, languages   what is known of it
 *   ways, origin   parts of a bundle's own page
 *   words     all that is said, in each language    figures     numbers as people read them
 *   html      HTML, escaped                         qr, style, tongue
 *
 * It works without scripts, without the internet and without images, on the smallest phone. Whatever a
 * manifest says is text from outside: html.h escapes it, and the policy that goes with each page lets
 * nothing run even if that failed. */
#ifndef MZG_PAGE_PAGE_H
#define MZG_PAGE_PAGE_H

#include "base/buf.h"
#include "tools/bundles.h"
#include "tools/net/serve/exchange.h"
#include "tools/net/serve/host.h"
#include "tongue.h"

/* A page while it is written. */
struct mzg_page {
    struct mzg_buf out;
    enum mzg_tongue tongue;
    const char *host;        /* as the client called this server: fit to be said back (host.h) */
    char now[MZG_DATE];
    const struct mzg_shelf *shelf;
    struct mzg_health *health;
};

enum MHD_Result mzg_page_answer(struct mzg_exchange *x, const char *path);
enum MHD_Result mzg_page_answer_style(struct mzg_exchange *x, const char *path);

#endif
