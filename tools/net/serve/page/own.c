#include "own.h"
#include "card.h"
#include "figures.h"
#include "frame.h"
#include "html.h"
#include "origin.h"
#include "ways.h"
#include <stdio.h>
#include <string.h>

static void begin_section(struct mzg_page *p, const char *id, enum mzg_word heading)
{
    mzg_html(&p->out, "<section class=\"card\" aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n", id, id,
             mzg_say(p, heading));
}

static void row(struct mzg_page *p, enum mzg_word name, const char *value)
{
    mzg_html(&p->out, "<div><dt>%s</dt><dd><bdi>%s</bdi></dd></div>\n", mzg_say(p, name), value);
}

/* ---- what it is ---- */

static void write_model(struct mzg_page *p, const struct mzg_facts *f)
{
    char figure[MZG_FIGURE], text[MZG_SENTENCE];
    if (f->kind)
        row(p, MZG_SAY_KIND, f->kind);
    if (f->parameters)
        row(p, MZG_SAY_PARAMETERS, mzg_figure_count(figure, p->tongue, f->parameters));
    if (f->context)
        row(p, MZG_SAY_CONTEXT,
            mzg_word_fill(text, sizeof text, p->tongue, MZG_SAY_TOKENS,
                          mzg_figure_count(figure, p->tongue, f->context), NULL));
    if (f->chats)
        row(p, MZG_SAY_CHAT, mzg_say(p, MZG_SAY_CHAT_YES));
}

static void write_about(struct mzg_page *p, const struct mzg_card *c)
{
    const struct mzg_manifest *m = &c->b->manifest;
    char date[MZG_FIGURE], begin[17];
    begin_section(p, "about", MZG_SAY_ABOUT);
    mzg_html(&p->out, "<dl>\n");
    mzg_card_facts(p, c);
    write_model(p, &c->facts);
    if (m->expires && !c->offer.expired)
        row(p, MZG_SAY_EXPIRES, mzg_figure_date(date, p->tongue, m->expires));
    snprintf(begin, sizeof begin, "%.16s", c->b->signer);
    if (c->b->is_signed == MZG_SHELF_VERIFIED)
        mzg_html(&p->out, "<div><dt>%s</dt><dd><details><summary><code>%s&#8230;</code></summary>"
                          "<code class=\"long\">%s</code></details></dd></div>\n",
                 mzg_say(p, MZG_SAY_SIGNER), begin, c->b->signer);
    mzg_html(&p->out, "</dl>\n</section>\n");
}

/* ---- its files ---- */

static void write_file(struct mzg_page *p, const struct mzg_card *c, const struct mzg_member *file)
{
    char size[MZG_FIGURE], hex[MZG_SHA256_HEX], text[MZG_SENTENCE];
    mzg_sha256_hex(file->sha256, hex);
    mzg_html(&p->out, "<li>\n<p class=\"file\"><strong>%s</strong>", file->path);
    if (!mzg_offer_good(&c->offer)) {
        mzg_html(&p->out, " <span>%s</span></p>\n", mzg_figure_size(size, p->tongue, file->size));
    } else {
        mzg_html(&p->out, "</p>\n");
        mzg_html(&p->out, "<p class=\"do\">");
        mzg_card_button(p, &c->b->manifest, file);
        mzg_html(&p->out, "</p>\n");
        if (file == c->facts.main && c->facts.is_model)
            mzg_html(&p->out, "<p class=\"note\">%s</p>\n", mzg_say(p, MZG_SAY_USE));
    }
    mzg_html(&p->out, "<details><summary>SHA-256</summary><code class=\"long\" aria-label=\"%s\">%s</code>"
                      "</details>\n</li>\n",
             mzg_word_fill(text, sizeof text, p->tongue, MZG_SAY_DIGEST, file->path, NULL), hex);
}

static void write_files(struct mzg_page *p, const struct mzg_card *c)
{
    const struct mzg_manifest *m = &c->b->manifest;
    char here[24], all[24], text[MZG_SENTENCE];
    begin_section(p, "files", MZG_SAY_FILES);
    mzg_html(&p->out, "<ul class=\"files\">\n");
    /* The one that people come for stands first. */
    if (c->facts.main)
        write_file(p, c, c->facts.main);
    for (size_t i = 0; i < m->n_files; i++) {
        if (&m->files[i] != c->facts.main)
            write_file(p, c, &m->files[i]);
    }
    mzg_html(&p->out, "</ul>\n");
    if (m->n_left_out > 0) {
        snprintf(here, sizeof here, "%zu", m->n_files);
        snprintf(all, sizeof all, "%zu", m->n_files + m->n_left_out);
        mzg_html(&p->out, "<p class=\"note\">%s</p>\n",
                 mzg_word_fill(text, sizeof text, p->tongue, MZG_SAY_PARTIAL, here, all));
    }
    mzg_html(&p->out, "</section>\n");
}

/* ---- other versions ---- */

static void write_others(struct mzg_page *p, const struct mzg_shelf_bundle *b)
{
    bool begun = false;
    for (size_t i = 0; i < p->shelf->n; i++) {
        const struct mzg_manifest *m = &p->shelf->bundles[i]->manifest;
        char path[MZG_CARD_PATH], date[MZG_FIGURE];
        if (p->shelf->bundles[i] == b || strcmp(m->name, b->manifest.name) != 0)
            continue;
        if (!begun) {
            begin_section(p, "others", MZG_SAY_OTHERS);
            mzg_html(&p->out, "<ul class=\"links\">\n");
            begun = true;
        }
        mzg_html(&p->out, "<li><a href=\"/%s/%s\">%s</a> <time datetime=\"%s\">%s</time></li>\n",
                 mzg_tongue_code(p->tongue), mzg_card_path(path, m), m->version, m->created,
                 mzg_figure_date(date, p->tongue, m->created));
    }
    if (begun)
        mzg_html(&p->out, "</ul>\n</section>\n");
}

/* ---- all of it ---- */

static void write_intro(struct mzg_page *p, const struct mzg_card *c)
{
    const struct mzg_shelf_bundle *b = c->b;
    char text[2 * MZG_SENTENCE];
    mzg_html(&p->out, "<p class=\"back\"><a href=\"/%s/\"><span aria-hidden=\"true\">&#8592;</span> %s</a></p>\n"
                      "<div class=\"intro\">\n<h1>%s</h1>\n",
             mzg_tongue_code(p->tongue), mzg_say(p, MZG_SAY_BACK), b->manifest.name);
    mzg_card_state(p, c, true);
    if (c->offer.damaged || b->is_signed == MZG_SHELF_REFUSED)
        mzg_html(&p->out, "<p class=\"note\">%s</p>\n",
                 mzg_word_fill(text, sizeof text, p->tongue, MZG_SAY_WHY, c->offer.damaged ? c->offer.why : b->why, NULL));
    mzg_html(&p->out, "</div>\n");
}

static void write_record(struct mzg_page *p, const struct mzg_manifest *m)
{
    if (m->n_accuracy > 0) {
        begin_section(p, "accuracy", MZG_SAY_ACCURACY);
        mzg_origin_write_accuracy(p, m);
        mzg_html(&p->out, "</section>\n");
    }
    begin_section(p, "origin", MZG_SAY_ORIGIN);
    mzg_origin_write(p, m);
    mzg_html(&p->out, "</section>\n");
}

void mzg_own_write(struct mzg_page *p, const struct mzg_shelf_bundle *b)
{
    const struct mzg_manifest *m = &b->manifest;
    struct mzg_card c;
    char path[MZG_CARD_PATH], title[2 * MZG_NAME_MAX + 16];
    mzg_card_find(&c, p, b);
    mzg_card_path(path, m);
    snprintf(title, sizeof title, "%s %s - mzigo", m->name, m->version);
    mzg_frame_begin(p, title, path);
    write_intro(p, &c);
    write_files(p, &c);
    write_about(p, &c);
    if (mzg_offer_good(&c.offer)) {
        begin_section(p, "time", MZG_SAY_TIME);
        mzg_ways_write_times(p, &c);
        mzg_html(&p->out, "</section>\n");
        begin_section(p, "ways", MZG_SAY_WAYS);
        mzg_ways_write(p, &c);
        mzg_html(&p->out, "</section>\n");
        mzg_frame_qr(p, path);
    }
    write_record(p, m);
    write_others(p, b);
    mzg_frame_end(p);
}
