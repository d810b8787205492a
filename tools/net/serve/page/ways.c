#include "ways.h"
#include "figures.h"
#include "frame.h"
#include "html.h"
#include "tools/layout/image.h"
#include "tools/layout/model.h"
#include "tools/net/serve/registry/versions.h"
#include "tools/term.h"
#include <stdio.h>

#define COMMAND (MZG_HOST_MAX + 3 * MZG_NAME_MAX + 128)

/* ---- times ---- */

void mzg_ways_write_times(struct mzg_page *p, const struct mzg_card *c)
{
    static const struct {
        enum mzg_word name;
        uint64_t bits;
    } speeds[] = {{MZG_SAY_SPEED_LAN, MZG_LAN_RATE}, {MZG_SAY_SPEED_10M, 10000000},
                  {MZG_SAY_SPEED_1M, 1000000}, {MZG_SAY_SPEED_256K, 256000}, {MZG_SAY_SPEED_64K, 64000}};
    const struct mzg_manifest *m = &c->b->manifest;
    char plain[MZG_FIGURE], pull[MZG_FIGURE], text[MZG_SENTENCE];
    mzg_html(&p->out, "<p>%s: %s. ", mzg_say(p, MZG_SAY_SIZE_PLAIN),
             mzg_figure_size(plain, p->tongue, m->content_bytes));
    mzg_html(&p->out, "%s.</p>\n",
             mzg_word_fill(text, sizeof text, p->tongue, MZG_SAY_SIZE_STORED,
                           mzg_figure_size(pull, p->tongue, m->stored_bytes), NULL));
    mzg_html(&p->out, "<table>\n<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
                      "<th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
             mzg_say(p, MZG_SAY_SPEED), mzg_say(p, MZG_SAY_BY_BROWSER), mzg_say(p, MZG_SAY_BY_PULL));
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++)
        mzg_html(&p->out, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td></tr>\n",
                 mzg_say(p, speeds[i].name), mzg_figure_time(plain, p->tongue, m->content_bytes, speeds[i].bits),
                 mzg_figure_time(pull, p->tongue, m->stored_bytes, speeds[i].bits));
    mzg_html(&p->out, "</tbody>\n</table>\n");
}

/* ---- commands ---- */

/* In a box that the keyboard reaches too, since a long command is scrolled in it. */
static void write_command(struct mzg_page *p, enum mzg_word what, const char *command)
{
    mzg_html(&p->out, "<h3>%s</h3>\n<pre tabindex=\"0\" aria-label=\"%s\"><code>%s</code></pre>\n",
             mzg_say(p, what), mzg_say(p, what), command);
}

/* It takes no addresses in brackets, and no '+': as it has to be spelt, it may mean another bundle. */
static void write_ollama(struct mzg_page *p, const struct mzg_card *c)
{
    const struct mzg_manifest *m = &c->b->manifest;
    char name[MZG_IMAGE_TAG], tag[MZG_IMAGE_TAG], command[COMMAND];
    struct mzg_versions v;
    mzg_image_tag(name, m->name);
    mzg_image_tag(tag, m->version);
    if (!mzg_model_choose(m, NULL) || *p->host == '[' || !mzg_versions_find(&v, p->shelf, name) ||
        mzg_versions_spelt(&v, tag) != c->b)
        return;
    snprintf(command, sizeof command, "ollama pull %s/" MZG_IMAGE_FOLDER "/%s:%s --insecure", p->host, name, tag);
    write_command(p, MZG_SAY_WAY_OLLAMA, command);
}

void mzg_ways_write(struct mzg_page *p, const struct mzg_card *c)
{
    const struct mzg_manifest *m = &c->b->manifest;
    char url[MZG_HOST_MAX + 16], word[MZG_WORD], command[MZG_WORD + COMMAND];
    snprintf(url, sizeof url, "http://%s", p->host);
    snprintf(command, sizeof command, "mzigo pull %s %s@%s -o models --trust PUBLISHER.pub",
             mzg_shell_word(word, url), m->name, m->version);
    write_command(p, MZG_SAY_WAY_PULL, command);
    write_ollama(p, c);
}
