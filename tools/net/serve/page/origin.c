#include "origin.h"
#include "base/utf8.h"
#include "card.h"
#include "figures.h"
#include "frame.h"
#include "html.h"
#include <stdio.h>
#include <string.h>

#define NOTES_SHOWN 64 /* of provenance, of accuracy */
#define TEXT_SHOWN 300 /* bytes of a note */

static const char *cut(char out[TEXT_SHOWN + 8], const char *text)
{
    size_t n = strlen(text), kept = mzg_utf8_cut(text, n, TEXT_SHOWN);
    snprintf(out, TEXT_SHOWN + 8, "%.*s%s", (int)kept, text, kept < n ? "\xe2\x80\xa6" : "");
    return out;
}

static void row(struct mzg_page *p, const char *name, const char *value)
{
    mzg_html(&p->out, "<div><dt><bdi>%s</bdi></dt><dd><bdi>%s</bdi></dd></div>\n", name, value);
}

void mzg_origin_write_accuracy(struct mzg_page *p, const struct mzg_manifest *m)
{
    char name[TEXT_SHOWN + 8], figure[MZG_FIGURE];
    mzg_html(&p->out, "<dl>\n");
    for (size_t i = 0; i < m->n_accuracy && i < NOTES_SHOWN; i++) {
        const struct mzg_note *note = &m->accuracy[i];
        size_t stem;
        mzg_figure_measure(figure, note->key, note->number, &stem);
        cut(name, note->key);
        if (stem < sizeof name)
            name[stem] = '\0';
        for (char *c = name; *c; c++)
            *c = *c == '_' ? ' ' : *c;
        row(p, name, figure);
    }
    mzg_html(&p->out, "</dl>\n");
}

void mzg_origin_write(struct mzg_page *p, const struct mzg_manifest *m)
{
    char path[MZG_CARD_PATH], name[TEXT_SHOWN + 8], text[TEXT_SHOWN + 8];
    mzg_html(&p->out, "<p>%s <a class=\"more\" href=\"/bundles/%s/manifest.json\">%s</a>.</p>\n",
             mzg_say(p, MZG_SAY_ORIGIN_MORE), mzg_card_path(path, m), mzg_say(p, MZG_SAY_MANIFEST));
    if (m->n_provenance == 0)
        return;
    mzg_html(&p->out, "<details>\n<summary>%s</summary>\n<dl class=\"record\">\n", mzg_say(p, MZG_SAY_RECORD));
    if (m->program)
        row(p, "program", cut(text, m->program));
    for (size_t i = 0; i < m->n_provenance && i < NOTES_SHOWN; i++)
        row(p, cut(name, m->provenance[i].key), cut(text, m->provenance[i].text));
    mzg_html(&p->out, "</dl>\n</details>\n");
}
