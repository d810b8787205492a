#include "ways.h"
#include "figures.h"
#include "frame.h"
#include "html.h"
#include "tools/layout/image.h"
#include "tools/layout/model.h"
#include "tools/net/serve/registry/versions.h"
#include "tools/net/serve/hub/address.h"
#include "tools/term.h"
#include <stdio.h>
#include <string.h>

#define COMMAND (MZG_HOST_MAX + 3 * MZG_NAME_MAX + 128)
#define FILE_TYPED 250 /* bytes: nobody types a longer name, and quoted it fits a word */

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

/* ---- Ollama ---- */

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

/* ---- the hub's clients ---- */

/* Whether the hub's API calls it `main`. */
static bool is_newest(const struct mzg_page *p, const struct mzg_card *c)
{
    size_t first = 0;
    while (strcmp(p->shelf->bundles[first]->manifest.name, c->b->manifest.name) != 0)
        first++;
    return mzg_offer_newest(p->health, p->shelf, first) == c->b;
}

static bool is_gguf(const char *path)
{
    size_t n = strlen(path);
    return n > 5 && strcmp(path + n - 5, ".gguf") == 0;
}

/* llama.cpp takes "Q8_0" for the file that has it before a '.' or '-', in any case. */
static bool has_type(const char *path, const char *type)
{
    for (const char *p = path; (p = strcasestr(p, type)) != NULL; p++) {
        char next = p[strlen(type)];
        if (next == '.' || next == '-')
            return true;
    }
    return false;
}

/* What tells llama.cpp this file from the bundle's others. False: it cannot be told in a line. */
static bool tell_file(char out[MZG_WORD + 8], const struct mzg_card *c)
{
    const struct mzg_manifest *m = &c->b->manifest;
    const struct mzg_facts *f = &c->facts;
    char word[MZG_WORD];
    size_t models = 0, same = 0;
    for (size_t i = 0; i < m->n_files; i++) {
        models += is_gguf(m->files[i].path);
        same += f->type && is_gguf(m->files[i].path) && has_type(m->files[i].path, f->type);
    }
    *out = '\0';
    if (!is_gguf(f->main->path) || models == 1)
        return models == 1;
    /* Of parts it finds the first by itself. */
    if ((f->is_split || same == 1) && f->type && has_type(f->main->path, f->type))
        snprintf(out, MZG_WORD + 8, ":%s", f->type);
    else if (!f->is_split && strlen(f->main->path) <= FILE_TYPED)
        snprintf(out, MZG_WORD + 8, " -hff %s", mzg_shell_word(word, f->main->path));
    return *out != '\0';
}

static void write_hub(struct mzg_page *p, const struct mzg_card *c)
{
    const struct mzg_manifest *m = &c->b->manifest;
    char url[MZG_HOST_MAX + 16], word[MZG_WORD], file[MZG_WORD + 8], command[2 * MZG_WORD + COMMAND];
    bool newest = is_newest(p, c);
    if (!mzg_hub_name_fits(m->name))
        return;
    snprintf(url, sizeof url, "http://%s", p->host);
    if (newest && c->facts.is_model && tell_file(file, c)) {
        snprintf(command, sizeof command, "HF_ENDPOINT=%s llama-cli -hf " MZG_HUB_OWNER "/%s%s",
                 mzg_shell_word(word, url), m->name, file);
        write_command(p, MZG_SAY_WAY_LLAMA, command);
    }
    snprintf(command, sizeof command, "HF_ENDPOINT=%s hf download " MZG_HUB_OWNER "/%s%s%s --local-dir models",
             mzg_shell_word(word, url), m->name, newest ? "" : " --revision ", newest ? "" : m->version);
    write_command(p, MZG_SAY_WAY_HF, command);
}

/* ---- the rest ---- */

static void write_pull(struct mzg_page *p, const struct mzg_manifest *m)
{
    char url[MZG_HOST_MAX + 16], word[MZG_WORD], command[MZG_WORD + COMMAND];
    snprintf(url, sizeof url, "http://%s", p->host);
    snprintf(command, sizeof command, "mzigo pull %s %s@%s -o models --trust PUBLISHER.pub",
             mzg_shell_word(word, url), m->name, m->version);
    write_command(p, MZG_SAY_WAY_PULL, command);
}

/* By the metalink of the file, or of all files where it is one of several parts. Nothing in the address means anything to a shell within these quotes. */
static void write_aria2(struct mzg_page *p, const struct mzg_card *c)
{
    const struct mzg_manifest *m = &c->b->manifest;
    char bundle[MZG_CARD_PATH], path[MZG_HTML_PATH];
    char command[sizeof bundle + sizeof path + COMMAND];
    snprintf(command, sizeof command, "aria2c -c --follow-metalink=mem 'http://%s/plain/%s/%s.meta4'", p->host,
             mzg_card_path(bundle, m), mzg_html_path(path, sizeof path, c->facts.is_split ? "" : c->facts.main->path));
    write_command(p, MZG_SAY_WAY_ARIA2, command);
}

void mzg_ways_write(struct mzg_page *p, const struct mzg_card *c)
{
    if (c->b->manifest.n_left_out == 0) /* it fetches all files, or those that are named */
        write_pull(p, &c->b->manifest);
    write_aria2(p, c);
    write_hub(p, c);
    write_ollama(p, c);
}
