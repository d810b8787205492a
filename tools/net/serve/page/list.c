#include "list.h"
#include "card.h"
#include "frame.h"
#include "html.h"
#include <stdio.h>
#include <string.h>

static void write_card(struct mzg_page *p, const struct mzg_shelf_bundle *b)
{
    const struct mzg_manifest *m = &b->manifest;
    struct mzg_card c;
    char path[MZG_CARD_PATH];
    mzg_card_find(&c, p, b);
    mzg_html(&p->out, "<li><article class=\"card\" aria-labelledby=\"m-%s\">\n<h2 id=\"m-%s\">%s</h2>\n",
             m->name, m->name, m->name);
    mzg_card_state(p, &c, false);
    mzg_html(&p->out, "<dl>\n");
    mzg_card_facts(p, &c);
    mzg_html(&p->out, "</dl>\n<p class=\"do\">");
    if (mzg_offer_good(&c.offer) && !c.facts.is_split)
        mzg_card_button(p, m, c.facts.main);
    mzg_html(&p->out, "<a class=\"more\" href=\"/%s/%s\">%s<span class=\"hidden\">: %s</span></a></p>\n"
                      "</article></li>\n",
             mzg_tongue_code(p->tongue), mzg_card_path(path, m),
             mzg_say(p, mzg_offer_good(&c.offer) ? MZG_SAY_DETAILS : MZG_SAY_DETAILS_ONLY), m->name);
}

static void write_count(struct mzg_page *p, enum mzg_word w, size_t n)
{
    char number[32], text[MZG_SENTENCE];
    if (n == 0)
        return;
    snprintf(number, sizeof number, "%zu", n);
    mzg_html(&p->out, "<p class=\"note\">%s</p>\n",
             mzg_word_fill(text, sizeof text, p->tongue, w, number, NULL));
}

/* The newest version of a name stands first. */
static bool is_newest(const struct mzg_shelf *shelf, size_t i)
{
    return i == 0 || strcmp(shelf->bundles[i]->manifest.name, shelf->bundles[i - 1]->manifest.name) != 0;
}

static void write_cards(struct mzg_page *p)
{
    size_t names = 0;
    mzg_html(&p->out, "<ul class=\"cards\">\n");
    for (size_t i = 0; i < p->shelf->n; i++) {
        if (is_newest(p->shelf, i) && names++ < MZG_LIST_CARDS)
            write_card(p, p->shelf->bundles[i]);
    }
    mzg_html(&p->out, "</ul>\n");
    write_count(p, MZG_SAY_NOT_LISTED, names > MZG_LIST_CARDS ? names - MZG_LIST_CARDS : 0);
}

void mzg_list_write(struct mzg_page *p)
{
    mzg_frame_begin(p, mzg_say(p, MZG_SAY_TITLE), "");
    mzg_html(&p->out, "<div class=\"intro\">\n<h1>%s</h1>\n<p>%s</p>\n</div>\n", mzg_say(p, MZG_SAY_TITLE),
             mzg_say(p, MZG_SAY_INTRO));
    if (p->shelf->n > 0)
        write_cards(p);
    else
        mzg_html(&p->out, "<div class=\"card\">\n<h2>%s</h2>\n<p>%s</p>\n</div>\n", mzg_say(p, MZG_SAY_EMPTY),
                 mzg_say(p, MZG_SAY_EMPTY_MORE));
    write_count(p, MZG_SAY_LEFT_OUT, p->shelf->left_out);
    mzg_frame_qr(p, "");
    mzg_frame_end(p);
}

void mzg_list_write_missing(struct mzg_page *p)
{
    mzg_frame_begin(p, mzg_say(p, MZG_SAY_NOT_FOUND), NULL);
    mzg_html(&p->out, "<div class=\"intro\">\n<h1>%s</h1>\n<p><a class=\"more\" href=\"/%s/\">%s</a></p>\n</div>\n",
             mzg_say(p, MZG_SAY_NOT_FOUND), mzg_tongue_code(p->tongue), mzg_say(p, MZG_SAY_BACK));
    mzg_frame_end(p);
}
