#include "card.h"
#include "devices.h"
#include "figures.h"
#include "frame.h"
#include "grades.h"
#include "html.h"
#include "base/utf8.h"
#include "languages.h"
#include <stdio.h>
#include <string.h>

#define LICENCE_SHOWN 200 /* bytes: an expression or a name; whole texts are for the manifest */
#define LANGUAGES_SHOWN 24

void mzg_card_find(struct mzg_card *c, const struct mzg_page *p, const struct mzg_shelf_bundle *b)
{
    *c = (struct mzg_card){.b = b};
    mzg_facts_find(&c->facts, &b->manifest);
    mzg_offer_find(&c->offer, p->health, p->now, b);
}

const char *mzg_card_path(char out[MZG_CARD_PATH], const struct mzg_manifest *m)
{
    char both[2 * MZG_NAME_MAX + 2];
    snprintf(both, sizeof both, "%s/%s", m->name, m->version);
    return mzg_html_path(out, MZG_CARD_PATH, both);
}

/* ---- the state ---- */

struct state {
    const char *kind, *sign; /* its class, and a sign that stands for it besides its colour */
    enum mzg_word word, more;
};

static void write_state(struct mzg_page *p, const struct state *s, const char *value, bool full)
{
    char text[MZG_SENTENCE];
    mzg_html(&p->out, "<p class=\"state %s\"><span aria-hidden=\"true\">%s</span> <strong>%s.</strong>", s->kind,
             s->sign, mzg_say(p, s->word));
    if (full)
        mzg_html(&p->out, " %s", mzg_word_fill(text, sizeof text, p->tongue, s->more, value, NULL));
    mzg_html(&p->out, "</p>\n");
}

void mzg_card_state(struct mzg_page *p, const struct mzg_card *c, bool full)
{
    static const struct state trust[] = {
        [MZG_SHELF_UNASKED] = {"unasked", "?", MZG_SAY_UNASKED, MZG_SAY_UNASKED_MORE},
        [MZG_SHELF_VERIFIED] = {"good", "\xe2\x9c\x93", MZG_SAY_VERIFIED, MZG_SAY_VERIFIED_MORE},
        [MZG_SHELF_REFUSED] = {"bad", "\xe2\x9c\x95", MZG_SAY_REFUSED, MZG_SAY_REFUSED_MORE},
    };
    static const struct state expired = {"bad", "\xe2\x9c\x95", MZG_SAY_EXPIRED, MZG_SAY_EXPIRED_MORE};
    static const struct state damaged = {"bad", "\xe2\x9c\x95", MZG_SAY_DAMAGED, MZG_SAY_DAMAGED_MORE};
    const struct mzg_manifest *m = &c->b->manifest;
    char version[MZG_SENTENCE], date[MZG_FIGURE];
    mzg_html(&p->out, "<p class=\"version\">%s, <time datetime=\"%s\">%s</time></p>\n",
             mzg_word_fill(version, sizeof version, p->tongue, MZG_SAY_VERSION, m->version, NULL), m->created,
             mzg_figure_date(date, p->tongue, m->created));
    /* What is wrong is always said in full. */
    write_state(p, &trust[c->b->is_signed], NULL, full || c->b->is_signed == MZG_SHELF_REFUSED);
    if (c->offer.expired)
        write_state(p, &expired, mzg_figure_date(date, p->tongue, m->expires), true);
    if (c->offer.damaged)
        write_state(p, &damaged, NULL, true);
}

/* ---- the facts ---- */

static void write_devices(struct mzg_page *p, const struct mzg_card *c)
{
    struct mzg_devices d;
    char names[3][MZG_FIGURE], memory[MZG_FIGURE], text[MZG_SENTENCE];
    size_t n = 0;
    mzg_devices_for(&d, c->facts.model_bytes);
    const struct {
        unsigned gb;
        enum mzg_word word;
    } all[] = {{d.phone, MZG_SAY_PHONE}, {d.pi, MZG_SAY_PI}, {d.laptop, MZG_SAY_LAPTOP}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].gb > 0)
            mzg_word_fill(names[n++], sizeof names[0], p->tongue, all[i].word,
                          mzg_figure_size(memory, p->tongue, all[i].gb * UINT64_C(1000000000)), NULL);
    }
    mzg_html(&p->out, "<div><dt>%s</dt><dd>", mzg_say(p, MZG_SAY_RUNS_ON));
    if (n == 0)
        mzg_html(&p->out, "%s", mzg_say(p, MZG_SAY_NO_DEVICE));
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            mzg_html(&p->out, i + 1 < n ? ", " : " %s ", mzg_say(p, MZG_SAY_OR));
        mzg_html(&p->out, "%s", names[i]);
    }
    mzg_html(&p->out, " <small>%s</small></dd></div>\n",
             mzg_word_fill(text, sizeof text, p->tongue, MZG_SAY_NEEDS, mzg_figure_size(memory, p->tongue, d.need),
                           NULL));
}

/* Codes with spaces between them; one that has no name is shown as it is. */
static void write_languages(struct mzg_page *p, const char *codes)
{
    char code[16];
    size_t shown = 0;
    mzg_html(&p->out, "<div><dt>%s</dt><dd>", mzg_say(p, MZG_SAY_LANGUAGES));
    for (const char *c = codes; *c && shown < LANGUAGES_SHOWN; shown++) {
        size_t n = strcspn(c, " ");
        const char *name = mzg_language_name(p->tongue, c, n);
        snprintf(code, sizeof code, "%.*s", (int)mzg_utf8_cut(c, n, sizeof code - 1), c);
        mzg_html(&p->out, shown ? ", <bdi>%s</bdi>" : "<bdi>%s</bdi>", name ? name : code);
        c += n;
        c += strspn(c, " ");
    }
    mzg_html(&p->out, "</dd></div>\n");
}

static void write_licence(struct mzg_page *p, const char *licence)
{
    char text[LICENCE_SHOWN + 8];
    size_t n = licence ? strlen(licence) : 0, cut = licence ? mzg_utf8_cut(licence, n, LICENCE_SHOWN) : 0;
    snprintf(text, sizeof text, "%.*s%s", (int)cut, licence ? licence : "", cut < n ? "\xe2\x80\xa6" : "");
    mzg_html(&p->out, "<div><dt>%s</dt><dd><bdi>%s</bdi></dd></div>\n", mzg_say(p, MZG_SAY_LICENCE),
             n > 0 ? text : mzg_say(p, MZG_SAY_LICENCE_NONE));
}

static void write_size(struct mzg_page *p, const struct mzg_manifest *m)
{
    char size[MZG_FIGURE], lan[MZG_FIGURE], slow[MZG_FIGURE], text[MZG_SENTENCE];
    mzg_html(&p->out, "<div><dt>%s</dt><dd>%s <small>%s</small></dd></div>\n", mzg_say(p, MZG_SAY_SIZE),
             mzg_figure_size(size, p->tongue, m->content_bytes),
             mzg_word_fill(text, sizeof text, p->tongue, MZG_SAY_TIME_SHORT,
                           mzg_figure_time(lan, p->tongue, m->content_bytes, MZG_LAN_RATE),
                           mzg_figure_time(slow, p->tongue, m->content_bytes, 1000000)));
}

void mzg_card_facts(struct mzg_page *p, const struct mzg_card *c)
{
    char grade[MZG_SENTENCE];
    const struct mzg_facts *f = &c->facts;
    if (f->is_model)
        write_devices(p, c);
    write_size(p, &c->b->manifest);
    if (f->type)
        mzg_html(&p->out, "<div><dt>%s</dt><dd>%s (%s)</dd></div>\n", mzg_say(p, MZG_SAY_QUALITY),
                 mzg_grade_text(grade, sizeof grade, p->tongue, f->type), f->type);
    if (f->languages)
        write_languages(p, f->languages);
    write_licence(p, c->b->manifest.licence);
}

/* ---- the way to a file ---- */

void mzg_card_button(struct mzg_page *p, const struct mzg_manifest *m, const struct mzg_member *file)
{
    char bundle[MZG_CARD_PATH], path[MZG_HTML_PATH], size[MZG_FIGURE];
    mzg_html(&p->out, "<a class=\"button\" href=\"/plain/%s/%s\" download=\"\">%s <span class=\"hidden\">%s</span> "
                      "<span class=\"size\">%s</span></a>\n",
             mzg_card_path(bundle, m), mzg_html_path(path, sizeof path, file->path),
             mzg_say(p, MZG_SAY_DOWNLOAD), file->path, mzg_figure_size(size, p->tongue, file->size));
}
